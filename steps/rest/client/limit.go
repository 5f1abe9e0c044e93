package client

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are what a vendor allows and how long one waits for it. The zero
// value of a field means the default.
type Limits struct {
	// Bucket is how many requests may be sent at once when none was sent for a
	// while, Refill how many more each second; 0 is no limit.
	Bucket int
	Refill float64
	// Remaining names the header in which the vendor says how many requests of
	// the bucket are left.
	Remaining string
	// RetryAfter names the header that says how long to wait, if it is not
	// Retry-After.
	RetryAfter string
	// AtOnce is how many requests may be under way at once.
	AtOnce int
	// Attempts is how often a request is sent at most.
	Attempts int
	// Timeout is how long one attempt may take, its whole answer included.
	Timeout time.Duration
	// Wait is how long a wait that the vendor asks for may be; a longer one ends
	// the attempts.
	Wait time.Duration
	// MaxBody is the largest answer in bytes.
	MaxBody int64
}

// The defaults of Limits.
const (
	DefaultAtOnce   = 8
	DefaultAttempts = 5
	DefaultTimeout  = 30 * time.Second
	DefaultWait     = 2 * time.Minute
	DefaultMaxBody  = 32 << 20
)

func (l Limits) withDefaults() Limits {
	l.AtOnce = orElse(l.AtOnce, DefaultAtOnce)
	l.Attempts = orElse(l.Attempts, DefaultAttempts)
	l.Timeout = orElse(l.Timeout, DefaultTimeout)
	l.Wait = orElse(l.Wait, DefaultWait)
	l.MaxBody = orElse(l.MaxBody, DefaultMaxBody)
	return l
}

func orElse[T int | int64 | time.Duration](v, def T) T {
	if v > 0 {
		return v
	}
	return def
}

// gate lets requests pass no faster than the vendor allows, all streams of a
// connection together.
type gate struct {
	limits Limits
	under  chan struct{} // one for each request under way
	bucket *rate.Limiter // nil when there is no limit

	mu     sync.Mutex
	closed time.Time // nobody passes before
}

// reserve is how many requests of the bucket are left alone: what was sent
// evenly may arrive in a bunch.
const reserve = 1

func newGate(l Limits) *gate {
	g := &gate{limits: l, under: make(chan struct{}, l.AtOnce)}
	if l.Bucket > 0 && l.Refill > 0 {
		g.bucket = rate.NewLimiter(rate.Limit(l.Refill), max(1, l.Bucket-reserve))
	}
	return g
}

// enter waits until a request may be sent. leave must be called after it.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.under <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := g.pass(ctx); err != nil {
		g.leave()
		return err
	}
	return nil
}

func (g *gate) pass(ctx context.Context) error {
	for {
		g.mu.Lock()
		wait := time.Until(g.closed)
		g.mu.Unlock()
		if wait <= 0 {
			break
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
	if g.bucket == nil {
		return ctx.Err()
	}
	r := g.bucket.Reserve()
	if err := sleep(ctx, r.Delay()); err != nil {
		r.Cancel()
		return err
	}
	return nil
}

func (g *gate) leave() { <-g.under }

// learn takes from an answer how much of the bucket is left. The vendor counts
// what has reached it, we count what we have sent, so only a smaller number
// tells something new.
func (g *gate) learn(h http.Header) {
	if g.bucket == nil || g.limits.Remaining == "" {
		return
	}
	left, err := strconv.ParseFloat(h.Get(g.limits.Remaining), 64)
	if err != nil || left < 0 {
		return
	}
	if more := int(g.bucket.Tokens() - max(0, left-reserve)); more > 0 {
		g.bucket.ReserveN(time.Now(), min(more, g.bucket.Burst()))
	}
}

// shut keeps everybody waiting for d: the vendor turned a request away, so
// nothing is left in the bucket either.
func (g *gate) shut(d time.Duration) {
	if g.bucket != nil {
		if left := int(g.bucket.Tokens()); left > 0 {
			g.bucket.ReserveN(time.Now(), left)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := time.Now().Add(d); t.After(g.closed) {
		g.closed = t
	}
}

// asked returns how long the vendor asks to wait; false when it does not say.
func (g *gate) asked(h http.Header) (time.Duration, bool) {
	for _, name := range []string{g.limits.RetryAfter, "Retry-After"} {
		if name == "" {
			continue
		}
		if d, ok := parseRetryAfter(h.Get(name)); ok {
			return d, true
		}
	}
	return 0, false
}

// parseRetryAfter reads seconds, with a fraction as some vendors have it, or
// an HTTP date.
func parseRetryAfter(s string) (time.Duration, bool) {
	if sec, err := strconv.ParseFloat(s, 64); err == nil && sec >= 0 {
		const most = 366 * 24 * time.Hour
		return time.Duration(min(sec*float64(time.Second), float64(most))), true
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(0, time.Until(t)), true
	}
	return 0, false
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

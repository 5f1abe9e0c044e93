package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/internal/run/dispatch"
	"github.com/sluicehq/sluice/engine/step"
)

var errReset = errors.New("the connection was reset")

// vendor takes writes, some of them late.
type vendor struct {
	mu    sync.Mutex
	has   map[string]int
	order []string
	calls []int
	// lose says for the n-th write of a key, from 0, whether its answer is lost,
	// and after what time it is applied then; negative is never.
	lose   func(key string, n int) (time.Duration, bool)
	writes map[string]int
	settle time.Duration
	broken error // of look-ups
	finds  int
	again  int // writes that were marked as sent before
	most   int // look-ups at once
	under  int
}

func newVendor() *vendor { return &vendor{has: map[string]int{}, writes: map[string]int{}} }

func (v *vendor) Write(_ context.Context, ds []*step.Delivery) []step.Result {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls = append(v.calls, len(ds))
	out := make([]step.Result, len(ds))
	for i, d := range ds {
		if d.Again {
			v.again++
		}
		n := v.writes[d.Key]
		v.writes[d.Key]++
		if v.lose != nil {
			if after, lost := v.lose(d.Key, n); lost {
				out[i] = step.Result{State: step.Unknown, Err: errReset}
				if after >= 0 {
					time.AfterFunc(after, func() { v.apply(d) })
				}
				continue
			}
		}
		v.has[d.Key]++
		v.order = append(v.order, d.Key+string(d.Body))
		out[i] = step.Result{State: step.Sent}
	}
	return out
}

func (v *vendor) apply(d *step.Delivery) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.has[d.Key]++
	v.order = append(v.order, d.Key+string(d.Body))
}

// Find looks twice, as the HTTP writer does, with a time to settle in between.
func (v *vendor) Find(_ context.Context, d *step.Delivery) step.Result {
	v.mu.Lock()
	v.under++
	v.most = max(v.most, v.under)
	v.mu.Unlock()
	time.Sleep(v.settle)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.under--
	v.finds++
	switch {
	case v.broken != nil:
		return step.Result{State: step.Unknown, Err: v.broken}
	case v.has[d.Key] > 0:
		return step.Result{State: step.Sent, Reference: "found"}
	}
	return step.Result{State: step.Absent}
}

func sink(v step.Sink) *dispatch.Sink {
	return &dispatch.Sink{Sink: v, Find: true, Log: slog.New(slog.DiscardHandler)}
}

func deliveries(keys ...string) []*step.Delivery {
	var ds []*step.Delivery
	for i, k := range keys {
		ds = append(ds, &step.Delivery{Key: k, Body: fmt.Append(nil, i)})
	}
	return ds
}

func states(rs []step.Result) []step.State {
	var out []step.State
	for _, r := range rs {
		out = append(out, r.State)
	}
	return out
}

// A write whose answer was lost is found, once the vendor had time to apply it,
// and sent again only if it is not.
func TestLostAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor()
		v.settle = time.Second
		v.lose = func(key string, n int) (time.Duration, bool) {
			switch key {
			case "at once":
				return 0, n == 0
			case "late":
				return 900 * time.Millisecond, n == 0
			case "never":
				return -1, n == 0
			case "never, twice":
				return -1, n < 2
			}
			return 0, false
		}
		keys := []string{"fine", "at once", "late", "never", "never, twice"}
		for i, r := range sink(v).Deliver(t.Context(), deliveries(keys...)) {
			if r.State != step.Sent {
				t.Errorf("%s: got %+v", keys[i], r)
			}
		}
		time.Sleep(time.Minute)
		for _, k := range keys {
			if v.has[k] != 1 {
				t.Errorf("%s: the vendor has it %d times", k, v.has[k])
			}
		}
	})
}

// Many look-ups wait together, not one after the other.
func TestLookUpsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor()
		v.settle = 10 * time.Second
		var keys []string
		for i := range 128 {
			keys = append(keys, fmt.Sprint(i))
		}
		ds := deliveries(keys...)
		for _, d := range ds {
			d.Again = true
		}
		began := time.Now()
		sink(v).Deliver(t.Context(), ds)
		if took := time.Since(began); took != 20*time.Second || v.most != 64 {
			t.Errorf("128 look-ups of 10 s took %s, %d at once", took, v.most)
		}
	})
}

// A write that never gets through is given up: the vendor does not have it.
func TestGivenUp(t *testing.T) {
	v := newVendor()
	v.lose = func(string, int) (time.Duration, bool) { return -1, true }
	r := sink(v).Deliver(t.Context(), deliveries("a"))[0]
	if r.State != step.Retry || !errors.Is(r.Err, errReset) || v.writes["a"] != 3 || v.again != 2 {
		t.Errorf("got %+v after %d writes, of which %d were marked", r, v.writes["a"], v.again)
	}
	// One that cannot be looked up, but may be repeated, is unclear still.
	s := sink(v)
	s.Find, s.Idempotent = false, true
	if r := s.Deliver(t.Context(), deliveries("b"))[0]; r.State != step.Unknown || v.writes["b"] != 2 {
		t.Errorf("got %+v after %d writes", r, v.writes["b"])
	}
}

// told is a vendor whose look-ups tell one thing.
type told struct {
	*vendor
	found step.Result
}

func (v *told) Find(context.Context, *step.Delivery) step.Result { return v.found }

// A look-up that tells neither that the vendor has a write nor that it does not
// leaves the write unclear, and it is not sent again.
func TestLookUpsThatDoNotTell(t *testing.T) {
	busy := errors.New("503")
	for _, tt := range []struct {
		found step.Result
		want  error
	}{
		{step.Result{}, errReset},
		{step.Result{State: step.Unknown}, errReset},
		{step.Result{State: step.Retry, Err: busy}, busy},
		{step.Result{State: step.Refused, Err: busy}, busy},
		{step.Result{State: 99, Err: busy}, busy},
	} {
		v := &told{newVendor(), tt.found}
		v.lose = func(string, int) (time.Duration, bool) { return 0, true }
		r := sink(v).Deliver(t.Context(), deliveries("a"))[0]
		if r.State != step.Unknown || !errors.Is(r.Err, tt.want) || v.writes["a"] != 1 {
			t.Errorf("%+v: got %+v after %d writes", tt.found, r, v.writes["a"])
		}
	}
}

func TestInDoubt(t *testing.T) {
	v := newVendor()
	v.lose = func(string, int) (time.Duration, bool) { return -1, true }
	s := sink(v)
	s.Find = false
	for _, again := range []bool{false, true} {
		ds := deliveries("a")
		ds[0].Again = again
		r := s.Deliver(t.Context(), ds)[0]
		doubt, ok := errors.AsType[*dispatch.InDoubtError](r.Err)
		if r.State != step.Unknown || !ok || errors.Is(doubt, errReset) == again {
			t.Errorf("again %t: got %+v", again, r)
		}
	}
	if v.writes["a"] != 1 {
		t.Errorf("it was sent %d times", v.writes["a"])
	}
}

// Those with the same key are settled in order.
func TestOrder(t *testing.T) {
	v := newVendor()
	v.lose = func(_ string, n int) (time.Duration, bool) { return -1, n < 3 }
	sink(v).Deliver(t.Context(), deliveries("a", "b", "a", "a"))
	var a []string
	for _, o := range v.order {
		if o[0] == 'a' {
			a = append(a, o)
		}
	}
	if !slices.IsSorted(a) {
		t.Errorf("got %q", v.order)
	}
}

// After an error that every write would meet, no vendor is bothered any more.
func TestFatal(t *testing.T) {
	v := newVendor()
	v.broken = &step.FatalError{Err: errors.New("401")}
	var keys []string
	for i := range 500 {
		keys = append(keys, fmt.Sprint(i))
	}
	ds := deliveries(keys...)
	for _, d := range ds {
		d.Again = true
	}
	for _, r := range sink(v).Deliver(t.Context(), ds) {
		if _, fatal := errors.AsType[*step.FatalError](r.Err); r.State != step.Unknown || !fatal {
			t.Fatalf("got %+v", r)
		}
	}
	if len(v.calls) > 0 || v.finds > 2*64 {
		t.Errorf("after %d look-ups something was written: %v", v.finds, v.calls)
	}
}

// Nothing is written that is not allowed any more.
func TestNotAllowed(t *testing.T) {
	v := newVendor()
	s := sink(v)
	over := &step.FatalError{Err: errors.New("the lease is over")}
	s.Allowed = func() error { return over }
	ds := deliveries("a", "b")
	ds[1].Again = true
	got := s.Deliver(t.Context(), ds)
	if !slices.Equal(states(got), []step.State{step.Retry, step.Retry}) || !errors.Is(got[0].Err, over) || len(v.calls) > 0 {
		t.Errorf("got %+v after %v", got, v.calls)
	}
}

func TestBatch(t *testing.T) {
	v := newVendor()
	s := sink(v)
	s.Batch = 2
	s.Deliver(t.Context(), deliveries("a", "b", "c"))
	if !slices.Equal(v.calls, []int{2, 1}) {
		t.Errorf("got %v", v.calls)
	}
	if got := s.Deliver(t.Context(), nil); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// putOff is a vendor that loses the first answer and puts the repeat off.
type putOff struct{ calls int }

func (p *putOff) Write(context.Context, []*step.Delivery) []step.Result {
	if p.calls++; p.calls == 1 {
		return []step.Result{{State: step.Unknown, Err: errReset}}
	}
	return []step.Result{{State: step.Retry, Err: errors.New("429")}}
}

// A write that may be repeated stays unclear while its repeat is put off: taken
// for one that never went out, it could give way to a newer version, which an
// operation that only creates would make a second time.
func TestRepeatPutOff(t *testing.T) {
	for _, again := range []bool{false, true} {
		p := &putOff{}
		s := sink(p)
		s.Find, s.Idempotent = false, true
		d := deliveries("a")
		if again {
			p.calls, d[0].Again = 1, true
		}
		got := s.Deliver(t.Context(), d)[0]
		if got.State != step.Unknown || p.calls != 2 || got.Err == nil || got.Err.Error() != "429" {
			t.Errorf("again %v: got %+v after %d calls", again, got, p.calls)
		}
	}
}

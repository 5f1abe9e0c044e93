package orderdesk

import (
	"math"
	"sync"
	"time"
)

// Bucket limits the rate of requests: each takes a token, and tokens come back
// as time passes. It is safe for concurrent use.
type Bucket struct {
	now    func() time.Time
	size   float64
	perSec float64

	mu     sync.Mutex
	tokens float64
	at     time.Time
}

// The vendor's limits.
const (
	bucketSize   = 20
	bucketPerSec = 3
)

// NewBucket returns a full bucket of the vendor's size and rate, both times
// scale.
func NewBucket(now func() time.Time, scale float64) *Bucket {
	b := &Bucket{now: now, size: max(1, math.Floor(bucketSize*scale)), perSec: bucketPerSec * scale, at: now()}
	b.tokens = b.size
	return b
}

// take takes a token. Without one it returns the seconds to wait for it.
func (b *Bucket) take() (left, wait int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.tokens = min(b.size, b.tokens+b.perSec*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	if b.tokens < 1 {
		return 0, max(1, int(math.Ceil((1-b.tokens)/b.perSec)))
	}
	b.tokens--
	return int(b.tokens), 0
}

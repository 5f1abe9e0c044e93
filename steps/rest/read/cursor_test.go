package read

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWindows holds that windows cut from others cover them, ends included.
func TestWindows(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		c := &cursor{step: time.Second, slice: time.Duration(rapid.IntRange(0, 5000).Draw(rt, "slice")) * time.Second}
		w := window{start, start.Add(time.Duration(rapid.IntRange(1, 20000).Draw(rt, "length")) * time.Second)}
		covers(rt, c, w, c.slices(w))
		if a, b, ok := c.halves(w); ok {
			covers(rt, c, w, []window{a, b})
			if longest := max(a.to.Sub(a.from), b.to.Sub(b.from)); longest >= w.to.Sub(w.from) {
				rt.Fatalf("a half is as long as the whole: %s", longest)
			}
		}
	})
	c := &cursor{step: time.Second}
	if a, _, ok := c.halves(window{to: start}); !ok || !a.from.IsZero() {
		t.Error("a window from the beginning of time cannot be halved")
	}
}

// covers sees that windows cover w and overlap by a step, so that nothing falls
// between them even if their ends are not included.
func covers(rt *rapid.T, c *cursor, w window, parts []window) {
	if !parts[0].from.Equal(w.from) || !parts[len(parts)-1].to.Equal(w.to) {
		rt.Fatalf("%v does not cover %v", parts, w)
	}
	for i := 1; i < len(parts); i++ {
		if parts[i-1].to.Sub(parts[i].from) < c.step {
			rt.Fatalf("%v and %v do not overlap", parts[i-1], parts[i])
		}
	}
}

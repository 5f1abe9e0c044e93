package read

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
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

// TestSeen holds that reading remembers only so many records, and that a listing
// of more of them is not taken for one that lacks some.
func TestSeen(t *testing.T) {
	c := &census{keyed: true, total: maxSeen + 5, keys: newSeen()}
	second := &call.Listing{At: call.Spot{Index: 1}}
	add := func(n int) bool { return c.keys.add(step.Listed{Key: strconv.Itoa(n)}) }
	for n := range maxSeen - 1 {
		add(n)
	}
	if c.complete(second) || !c.complete(&call.Listing{}) {
		t.Error("of two pages all must have been seen, of one need not")
	}
	if !add(maxSeen) || add(maxSeen) || add(0) {
		t.Error("the last that is remembered is not")
	}
	for range 2 {
		if !add(maxSeen+1) || add(0) || len(c.keys.keys) != maxSeen {
			t.Errorf("%d are remembered, want %d", len(c.keys.keys), maxSeen)
		}
	}
	if !c.complete(second) {
		t.Error("a listing of more than are remembered lacks some")
	}
}

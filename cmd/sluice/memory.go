package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// leastMemory is the memory that a run may use before the collector works
	// harder: enough for the chunks under way, so that jobs of any length stay
	// small.
	leastMemory = 36 << 20
	// spareMemory is what a run may use beyond half as much again as is alive.
	spareMemory = 14 << 20
	// rarely is the collector's percentage while memory is below the limit.
	rarely = 400
)

// tuneMemory lets the garbage collector run rarely while a run is small, and
// raises the limit with what the run really keeps, such as a large lookup, so
// that it never fights for memory that is in use. Whoever sets GOGC or
// GOMEMLIMIT decides alone.
func tuneMemory(ctx context.Context, getenv func(string) (string, bool)) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		if _, set := getenv(name); set {
			return
		}
	}
	debug.SetGCPercent(rarely)
	debug.SetMemoryLimit(leastMemory)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			metrics.Read(live)
			if live[0].Value.Kind() == metrics.KindUint64 {
				debug.SetMemoryLimit(max(leastMemory, int64(live[0].Value.Uint64())*3/2+spareMemory))
			}
		}
	}
}

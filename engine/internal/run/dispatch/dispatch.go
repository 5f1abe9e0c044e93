// Package dispatch makes writes, and finds out what became of those whose
// answers were lost. What it promises:
//
//  1. A write that may have reached the vendor is never sent again before the
//     vendor was asked and did not have it, unless the vendor takes a repeated
//     write for the same one.
//  2. Writes with the same key go one after the other, in order.
//  3. Nothing is written once it is not allowed any more.
package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"github.com/sluicehq/sluice/engine/internal/run/guard"
	"github.com/sluicehq/sluice/engine/step"
)

const (
	// maxResends is how often a write is sent anew that was looked up and not
	// found; maxRepeats, one that may be repeated, which the sink does by itself.
	maxResends = 2
	maxRepeats = 1
	// atOnce is how many writes are looked up at a time. Most of that time is
	// waiting for the vendor to be done with what was lost; the sink itself sees
	// to the vendor's limits.
	atOnce = 64
)

// Sink is a write that is open.
type Sink struct {
	step.Sink
	// Find and Idempotent are what the operation offers: to look up a write, and
	// to take a repeated write for the same one.
	Find, Idempotent bool
	// Batch is the largest number of records to a call that the pipeline wants,
	// where that is less than the operation takes; 0 leaves it to the operation.
	Batch int
	// Allowed, if not nil, says why nothing may be written any more.
	Allowed func() error
	Log     *slog.Logger
}

// InDoubtError says that nobody can tell whether a write happened.
type InDoubtError struct{ lost error }

// Error says so, with what is known.
func (e *InDoubtError) Error() string {
	const said = "it may or may not have been written, and the vendor cannot be asked"
	if e.lost == nil {
		return said
	}
	return said + ": " + e.lost.Error()
}

// Unwrap returns how the answer was lost.
func (e *InDoubtError) Unwrap() error { return e.lost }

// Deliver makes writes and looks up those that are unclear: those that are
// marked Again, and those whose answers are lost now. The results are in the
// order of the deliveries. Unknown ones are still unclear: the error is an
// *InDoubtError where that will not change.
func (s *Sink) Deliver(ctx context.Context, ds []*step.Delivery) []step.Result {
	results := make([]step.Result, len(ds))
	var fresh []*step.Delivery
	var at []int
	for i, d := range ds {
		if !d.Again {
			fresh, at = append(fresh, d), append(at, i)
		}
	}
	for k, r := range s.Send(ctx, fresh) {
		results[at[k]] = r
	}
	s.resolveAll(ctx, ds, results)
	return results
}

// Send makes writes once, and leaves it at that.
func (s *Sink) Send(ctx context.Context, ds []*step.Delivery) []step.Result {
	most := len(ds)
	if s.Batch > 0 {
		most = s.Batch
	}
	results := make([]step.Result, 0, len(ds))
	for from := 0; from < len(ds); from += most {
		results = append(results, s.call(ctx, ds[from:min(from+most, len(ds))])...)
	}
	return results
}

// call hands deliveries to the sink. Whatever it does, each has a result.
func (s *Sink) call(ctx context.Context, ds []*step.Delivery) []step.Result {
	if err := s.allowed(); err != nil {
		return slices.Repeat([]step.Result{{State: step.Retry, Err: err}}, len(ds))
	}
	var results []step.Result
	err := guard.Do(s.Log, func() error {
		results = s.Write(ctx, ds)
		return nil
	})
	if err == nil && len(results) != len(ds) {
		err = errors.New("the write told of other records than it was given")
	}
	if err != nil {
		return slices.Repeat([]step.Result{{State: step.Unknown, Err: err}}, len(ds))
	}
	for i := range results {
		if r := &results[i]; r.State < step.Sent || r.State > step.Unknown {
			*r = step.Result{State: step.Unknown, Err: errors.New("the write did not tell what became of the record")}
		}
	}
	return results
}

func (s *Sink) allowed() error {
	if s.Allowed == nil {
		return nil
	}
	return s.Allowed()
}

// resolveAll looks up what is unclear, several at a time, but those of a key
// one after the other.
func (s *Sink) resolveAll(ctx context.Context, ds []*step.Delivery, results []step.Result) {
	var keys []string
	lanes := map[string][]int{}
	for i, d := range ds {
		if d.Again && results[i].State == 0 || results[i].State == step.Unknown {
			if lanes[d.Key] == nil {
				keys = append(keys, d.Key)
			}
			lanes[d.Key] = append(lanes[d.Key], i)
		}
	}
	turns := make(chan struct{}, atOnce)
	var stop fatal
	var wg sync.WaitGroup
	for _, key := range keys {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			for _, i := range lanes[key] {
				results[i] = s.resolve(ctx, ds[i], results[i], &stop)
			}
		})
	}
	wg.Wait()
}

// fatal is an error after which every other write would fail too.
type fatal struct {
	mu  sync.Mutex
	err error
}

// note keeps the error of a result if it is fatal.
func (f *fatal) note(err error) {
	if _, ok := errors.AsType[*step.FatalError](err); ok {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.err = err
	}
}

func (f *fatal) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// resolve finds out what became of a write, and sends it again if the vendor
// does not have it.
func (s *Sink) resolve(ctx context.Context, d *step.Delivery, lost step.Result, stop *fatal) step.Result {
	most := maxResends
	if !s.canFind() {
		most = maxRepeats
	}
	for resends := 0; ; resends++ {
		if err := stop.get(); err != nil {
			return step.Result{State: step.Unknown, Err: err}
		}
		found := s.find(ctx, d, lost.Err)
		stop.note(found.Err)
		if found.State != step.Absent {
			return found
		}
		if resends == most {
			return s.givenUp(lost)
		}
		d.Again = true
		again := s.call(ctx, []*step.Delivery{d})[0]
		stop.note(again.Err)
		if again.State == step.Retry && !s.canFind() {
			// The repeat was put off; what became of the write before it is as
			// unclear as it was.
			again.State = step.Unknown
			return again
		}
		if again.State != step.Unknown {
			return again
		}
		lost = again
	}
}

// givenUp is what is left of a write that was sent several times in vain: the
// vendor does not have it, or at least it would do no harm to send it again.
func (s *Sink) givenUp(lost step.Result) step.Result {
	if s.canFind() {
		lost.State = step.Retry
	}
	return lost
}

func (s *Sink) canFind() bool {
	_, ok := s.Sink.(step.Finder)
	return ok && s.Find
}

// find asks for a write. One that may be repeated counts as absent.
func (s *Sink) find(ctx context.Context, d *step.Delivery, lost error) step.Result {
	if !s.canFind() {
		if s.Idempotent {
			return step.Result{State: step.Absent}
		}
		return step.Result{State: step.Unknown, Err: &InDoubtError{lost}}
	}
	var found step.Result
	err := guard.Do(s.Log, func() error {
		found = s.Sink.(step.Finder).Find(ctx, d)
		return nil
	})
	switch {
	case err != nil:
		return step.Result{State: step.Unknown, Err: err}
	case found.State == step.Sent || found.State == step.Absent:
		return found
	}
	if found.Err == nil {
		found.Err = lost
	}
	found.State = step.Unknown
	return found
}

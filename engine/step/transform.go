package step

import (
	"context"
	"time"
)

// Transform is a step that is ready to run. It may be called by several
// goroutines at once, each with records of its own.
type Transform interface {
	// Apply works on records in order and returns those that go on, in order:
	// the same, fewer, or more when a record is split. A record that stops is
	// given a Drop and left out. The error means that the run cannot go on; it is
	// not for one record's trouble.
	Apply(ctx context.Context, in []*Record) ([]*Record, error)
}

// TransformFunc makes a Transform of a function that works on one record at a
// time. A record for which it sets Drop stops there.
type TransformFunc func(r *Record)

// Apply calls f for each record.
func (f TransformFunc) Apply(_ context.Context, in []*Record) ([]*Record, error) {
	out := in[:0]
	for _, r := range in {
		if f(r); r.Drop == nil {
			out = append(out, r)
		}
	}
	return out, nil
}

// Starter is a Transform that keeps state during a run, such as a cache or a
// count: Start returns the transform that works for that run alone.
type Starter interface {
	Start(r *Run) (Transform, error)
}

// Run is what a Starter may use of the run that it works for.
type Run struct {
	// Now is the run's fixed time.
	Now time.Time
	// Open opens a stream that Builder.House.Stream resolved.
	Open func(s *Stream) (Source, error)
}

// Start returns the transforms of steps for one run.
func Start(steps []Transform, r *Run) ([]Transform, error) {
	out := make([]Transform, len(steps))
	for i, t := range steps {
		s, ok := t.(Starter)
		if !ok {
			out[i] = t
			continue
		}
		started, err := s.Start(r)
		if err != nil {
			return nil, err
		}
		out[i] = started
	}
	return out, nil
}

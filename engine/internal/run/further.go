package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/flow"
	"github.com/sluicehq/sluice/engine/internal/run/guard"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// further prepares the writes that follow one that was taken: their rows, and
// the jobs for those of them that are to be made. The error ends the run.
func (r *runner) further(ctx context.Context, j *job, res step.Result) ([]ledger.Delivery, []*job, error) {
	if len(j.sink.then) == 0 {
		return nil, nil, nil
	}
	rows := make([]ledger.Delivery, 0, len(j.sink.then)) // never grows: jobs point into it
	var jobs []*job
	frame, gone, err := r.frameOf(ctx, j)
	if err != nil {
		return nil, nil, err
	}
	for i := range j.sink.then {
		s := &j.sink.then[i]
		d := ledger.Delivery{Write: s.Name + j.part()}
		var out item.Value
		wanted, failed := true, gone
		if gone == nil {
			failed = guard.Do(r.o.Log, func() (err error) {
				wanted, out, err = evaluate(s, &d, frame, res)
				return err
			})
		}
		switch {
		case failed != nil:
			f := step.FaultOf(failed, s.Place)
			d.State, d.Cause = ledger.Dead, ledger.Cause{Reason: f.Message, Error: f.Message, Place: f.Place.String()}
			r.fail(j.Key, f.Message, f.Place)
		case !wanted:
			continue
		default:
			d.State, d.Idempotency = ledger.Pending, r.idempotency(j.Key, j.Idempotency, d.Write, 0)
			jobs = append(jobs, &job{write: d.Write, sink: s, frame: frame, origin: j.origin,
				Delivery: step.Delivery{Key: j.Key, Out: out, Body: d.Result, Idempotency: d.Idempotency}})
		}
		if rows = append(rows, d); d.State == ledger.Pending {
			jobs[len(jobs)-1].entry = &rows[len(rows)-1]
		}
	}
	return rows, jobs, nil
}

// evaluate makes what a further write sends, if it is wanted at all.
func evaluate(s *sink, d *ledger.Delivery, frame item.Frame, res step.Result) (bool, item.Value, error) {
	if s.Written != nil {
		answer := item.Null
		if data := answered(res); data != nil {
			var err error
			if answer, err = item.NewDecoder(s.Written.Layout).Decode(data); err != nil {
				return true, answer, fmt.Errorf("the answer of the write before: %w", err)
			}
		}
		frame[s.Written.Slot] = answer
	}
	if s.When != nil {
		ok, err := s.When.Holds(frame)
		if err != nil || !ok {
			return false, item.Null, err
		}
	}
	body, out, err := flow.Render(nil, s.Sink, frame)
	d.Result = body
	return true, out, err
}

// part is what the write's name says of the part of a split record.
func (j *job) part() string { return strings.TrimPrefix(j.write, j.sink.Name) }

// frameOf gives the frame of a job's record. After a restart the record is
// taken through the steps anew; gone says why it does not come out of them as
// it did, and err why that could not be tried.
func (r *runner) frameOf(ctx context.Context, j *job) (frame item.Frame, gone, err error) {
	if j.frame != nil || j.origin == nil {
		return j.frame, nil, nil
	}
	if len(j.origin.Record) == 0 {
		return nil, errors.New("the record is not kept any more, or has a secret in it that has changed"), nil
	}
	b := r.flow.NewBatch()
	b.Page.Records = []step.Raw{{Key: j.origin.Key, Version: j.origin.Source, Data: j.origin.Record}}
	err = guard.Do(r.o.Log, func() error { return r.flow.Through(ctx, b) })
	if err != nil && !guard.IsFault(err) {
		return nil, nil, err
	}
	i := slices.IndexFunc(b.Leaves, func(l flow.Leaf) bool { return writeName("", &l) == j.part() })
	switch {
	case err != nil:
		return nil, err, nil
	case i < 0:
		return nil, errors.New("the record no longer has this part"), nil
	case b.Leaves[i].Rec.Drop != nil:
		return nil, fmt.Errorf("the record no longer passes the steps: %s", b.Leaves[i].Rec.Drop.Reason), nil
	}
	j.frame = b.Leaves[i].Rec.Frame
	return j.frame, nil, nil
}

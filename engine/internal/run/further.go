package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// further prepares the writes that follow one that was taken: their rows, and
// the jobs for those of them that are to be made.
func (r *runner) further(ctx context.Context, j *job, res step.Result) ([]ledger.Delivery, []*job) {
	if len(j.sink.then) == 0 {
		return nil, nil
	}
	var rows []ledger.Delivery
	var jobs []*job
	frame, err := r.frameOf(ctx, j)
	for i := range j.sink.then {
		s := &j.sink.then[i]
		d := ledger.Delivery{Write: s.Name + partOf(j.write)}
		var out item.Value
		wanted := true
		if err == nil {
			wanted, out, err = evaluate(s, &d, frame, res)
		}
		switch {
		case err != nil:
			d.State = ledger.Dead
			d.Cause = ledger.Cause{Reason: reasonOf(err), Error: reasonOf(err), Place: placeOf(err, s.Place).String()}
			r.fail(j.Key, d.Reason, placeOf(err, s.Place))
			err = nil
		case !wanted:
			continue
		default:
			d.State, d.Idempotency = ledger.Sending, r.idempotency(j.Key, j.Idempotency, d.Write)
			jobs = append(jobs, &job{write: d.Write, sink: s, frame: frame, origin: j.origin,
				Delivery: step.Delivery{Key: j.Key, Out: out, Body: d.Result, Idempotency: d.Idempotency}})
		}
		rows = append(rows, d)
	}
	return rows, jobs
}

// evaluate makes what a further write sends, if it is wanted at all.
func evaluate(s *sink, d *ledger.Delivery, frame item.Frame, res step.Result) (bool, item.Value, error) {
	if s.Written != nil {
		answer := item.Null
		if data := reference(res); data != nil {
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
			return err != nil, item.Null, err
		}
	}
	body, out, err := render(nil, s, frame)
	d.Result = body
	return true, out, err
}

// partOf gives what a write's name says of the part of a split record.
func partOf(write string) string {
	if i := strings.IndexByte(write, '#'); i >= 0 {
		return write[i:]
	}
	return ""
}

// frameOf gives the frame of a job's record. After a restart the record is
// taken through the steps anew.
func (r *runner) frameOf(ctx context.Context, j *job) (item.Frame, error) {
	if j.frame != nil || j.origin == nil {
		return j.frame, nil
	}
	base, err := r.p.Frame(r.info)
	if err != nil {
		return nil, err
	}
	b := &batch{decoder: item.NewDecoder(r.p.Source.Record.Layout), page: step.Page{
		Records: []step.Raw{{Key: j.origin.Key, Version: j.origin.Source, Data: j.origin.Record}},
	}}
	if err := r.transform(ctx, b, base); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(b.leaves, func(l leaf) bool { return partOf(writeName("", &l)) == partOf(j.write) })
	switch {
	case i < 0:
		return nil, fmt.Errorf("the record no longer has this part")
	case b.leaves[i].rec.Drop != nil:
		return nil, fmt.Errorf("the record no longer passes the steps: %s", b.leaves[i].rec.Drop.Reason)
	}
	j.frame = b.leaves[i].rec.Frame
	return j.frame, nil
}

package run

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/flow"
	"github.com/sluicehq/sluice/engine/step"
)

// passing is a batch of a pipeline that keeps no rows, on its way out.
type passing struct {
	*runner
	made []step.Delivery // by the places of their leaves
	dead deadRecords
}

// passBatch writes a batch of a pipeline that keeps no rows: first the writes,
// then, for several batches together, the cursor. Only records that cannot go
// on get a row.
func (r *runner) passBatch(ctx context.Context, b *flow.Batch) error {
	p := passing{runner: r, made: make([]step.Delivery, len(b.Leaves))}
	to := make([][]int, len(r.sinks))
	for i := range b.Leaves {
		l := &b.Leaves[i]
		r.warn(l.Rec)
		if d := l.Rec.Drop; d == nil {
			p.made[i] = step.Delivery{Key: l.Rec.Key, Out: l.Out, Body: l.Body}
			to[l.Rec.Sink] = append(to[l.Rec.Sink], i)
		} else if state, cause := r.drop(l.Rec.Key, d); d.Dead {
			p.dead.add(l, r.sinks[l.Rec.Sink].Name, ledger.Delivery{State: state, Cause: cause})
		}
	}
	writing, stop := lasting(ctx)
	defer stop()
	for i, at := range to {
		if err := p.write(writing, &r.sinks[i], b.Leaves, at); err != nil {
			return err
		}
	}
	if r.book.Pass(&b.Page, len(b.Records)-len(p.dead.records), p.dead.records) {
		if err := r.commitPassed(writing); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// commitPassed commits the books of passed records, once what was written is
// safe.
func (r *runner) commitPassed(ctx context.Context) error {
	if err := syncSinks(ctx, r.sinks); err != nil {
		return err
	}
	return r.book.CommitPassed(ctx)
}

// write makes the writes of one sink, those of the leaves at some places. One
// that is refused is a dead record; any other trouble ends the run, so that the
// batch is read again.
func (p *passing) write(ctx context.Context, s *sink, leaves []flow.Leaf, at []int) error {
	if p.o.DryRun {
		p.sum.Sent += len(at)
		return nil
	}
	ds := make([]*step.Delivery, len(at))
	for k, i := range at {
		ds[k] = &p.made[i]
	}
	for k, res := range s.to.Send(ctx, ds) {
		taken, err := p.took(s, &leaves[at[k]], ds[k], res)
		if err != nil {
			return err
		}
		if taken {
			p.sum.Sent++
			if err := p.then(ctx, s, &leaves[at[k]], res); err != nil {
				return err
			}
		}
	}
	return nil
}

// took reports whether a write was taken. A record whose write was refused is
// dead.
func (p *passing) took(s *sink, l *flow.Leaf, d *step.Delivery, res step.Result) (bool, error) {
	switch res.State {
	case step.Sent:
		return true, nil
	case step.Refused:
		reason := fmt.Sprintf("%s refused it: %v", s.Target, res.Err)
		p.fail(d.Key, reason, s.Place)
		p.dead.add(l, s.Name, ledger.Delivery{State: ledger.Dead, Result: bytes.Clone(d.Body),
			Cause: ledger.Cause{Reason: reason, Error: reason, Place: s.Place.String(), Answer: p.answer(res)}})
		return false, nil
	}
	return false, fmt.Errorf("%s: record %q: %w", s.Target, d.Key, res.Err)
}

// then makes the further writes of a record that was taken.
func (p *passing) then(ctx context.Context, s *sink, l *flow.Leaf, res step.Result) error {
	if len(s.then) == 0 {
		return nil
	}
	rows, jobs, err := p.further(ctx, &job{write: writeName(s.Name, l), sink: s, frame: l.Rec.Frame,
		Delivery: step.Delivery{Key: l.Rec.Key}}, res)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.State == ledger.Dead {
			p.dead.add(l, row.Write, row)
		}
	}
	for _, j := range jobs {
		taken, err := p.took(j.sink, l, &j.Delivery, j.sink.to.Send(ctx, []*step.Delivery{&j.Delivery})[0])
		if err != nil {
			return err
		}
		if taken {
			p.sum.Further++
		}
	}
	return nil
}

// deadRecords collects the records of a batch that have a dead leaf.
type deadRecords struct {
	records []ledger.Record
	roots   []*step.Record
}

// add adds a dead leaf, or a dead write of one. What it keeps is its own: the
// batch is used again.
func (d *deadRecords) add(l *flow.Leaf, sink string, row ledger.Delivery) {
	if row.Write == "" {
		row.Write = writeName(sink, l)
	}
	i := slices.Index(d.roots, l.Root)
	if i < 0 {
		version := ledger.VersionOf(l.Root.Raw)
		i = len(d.roots)
		d.roots = append(d.roots, l.Root)
		d.records = append(d.records, ledger.Record{
			Key: keyOf(l.Root, version), Version: version, Source: l.Root.Version, Payload: bytes.Clone(l.Root.Raw),
		})
	}
	d.records[i].Deliveries = append(d.records[i].Deliveries, row)
}

package run

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

const (
	// passTime and passDead are how long, and with how many dead records, the
	// books of passed records may wait for their commit. A run that ends in
	// between reads that much again, which is what "at least once" allows.
	passTime = time.Second
	passDead = 256
)

// passBatch writes a batch of a pipeline that keeps no rows: first the writes,
// then, for several batches together, the cursor. Only records that cannot go
// on get a row.
func (r *runner) passBatch(ctx context.Context, b *batch) error {
	groups := make([][]*step.Delivery, len(r.sinks))
	made := make([]step.Delivery, len(b.leaves))
	of := map[*step.Delivery]*leaf{}
	dead := deadRecords{}
	for i := range b.leaves {
		l := &b.leaves[i]
		for _, w := range l.rec.Warnings {
			r.sum.Warnings[w]++
		}
		if d := l.rec.Drop; d == nil {
			made[i] = step.Delivery{Key: l.rec.Key, Out: l.out, Body: l.body}
			groups[l.rec.Sink] = append(groups[l.rec.Sink], &made[i])
		} else if state, cause := r.drop(l.rec.Key, d); d.Dead {
			dead.add(l, r.sinks[l.rec.Sink].Name, ledger.Delivery{State: state, Cause: cause})
		}
	}
	for i, ds := range groups {
		if err := r.pass(ctx, &r.sinks[i], ds, func(k int, d ledger.Delivery) {
			if len(of) == 0 {
				for j := range made {
					of[&made[j]] = &b.leaves[j]
				}
			}
			dead.add(of[ds[k]], r.sinks[i].Name, d)
		}); err != nil {
			return err
		}
	}
	r.book.pass(&b.page, len(b.records)-len(dead.records), dead.records)
	if time.Since(r.book.passed) > passTime || len(r.book.waiting.Records) > passDead {
		return r.commitPassed(ctx)
	}
	return nil
}

// commitPassed commits the books of passed records, once what was written is
// safe.
func (r *runner) commitPassed(ctx context.Context) error {
	if err := syncSinks(ctx, r.sinks); err != nil {
		return err
	}
	return r.book.commitPassed(ctx)
}

// pass makes the writes of one sink. One that is refused is a dead record; any
// other trouble ends the run, so that the batch is read again.
func (r *runner) pass(ctx context.Context, s *sink, ds []*step.Delivery, refused func(int, ledger.Delivery)) error {
	if r.o.DryRun {
		r.sum.Sent += len(ds)
		return nil
	}
	for i, res := range s.send(ctx, ds) {
		switch res.State {
		case step.Sent:
			r.sum.Sent++
		case step.Refused:
			reason := fmt.Sprintf("%s refused it: %v", s.Target, res.Err)
			r.fail(ds[i].Key, reason, s.Place)
			refused(i, ledger.Delivery{State: ledger.Dead, Result: bytes.Clone(ds[i].Body),
				Cause: ledger.Cause{Reason: reason, Error: reason, Place: s.Place.String(), Answer: cut(res.Answer)}})
		default:
			return fmt.Errorf("%s: record %q: %w", s.Target, ds[i].Key, res.Err)
		}
	}
	return nil
}

// deadRecords collects the records of a batch that have a dead leaf.
type deadRecords struct {
	records []ledger.Record
	roots   []*step.Record
}

// add adds a dead leaf. What it keeps is its own: the batch is used again.
func (d *deadRecords) add(l *leaf, sink string, row ledger.Delivery) {
	row.Write = writeName(sink, l)
	i := slices.Index(d.roots, l.root)
	if i < 0 {
		version := ledger.VersionOf(l.root.Raw)
		i = len(d.roots)
		d.roots = append(d.roots, l.root)
		d.records = append(d.records, ledger.Record{
			Key: keyOf(l.root, version), Version: version, Source: l.root.Version, Payload: bytes.Clone(l.root.Raw),
		})
	}
	d.records[i].Deliveries = append(d.records[i].Deliveries, row)
}

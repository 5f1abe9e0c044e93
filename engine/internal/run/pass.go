package run

import (
	"context"
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

// passBatch writes a batch of a pipeline that keeps no rows: first the writes,
// then the cursor. After a crash the batch is read and written again, which is
// what "at least once" says. Only records that cannot go on get a row.
func (r *runner) passBatch(ctx context.Context, b *batch) error {
	books := ledger.Batch{Unchanged: b.page.Known}
	groups := make([][]*step.Delivery, len(r.sinks))
	made := make([]step.Delivery, len(b.leaves))
	for i := range b.leaves {
		l := &b.leaves[i]
		for _, w := range l.rec.Warnings {
			r.sum.Warnings[w]++
		}
		if d := l.rec.Drop; d == nil {
			made[i] = step.Delivery{Key: l.rec.Key, Out: l.out, Body: l.body}
			groups[l.rec.Sink] = append(groups[l.rec.Sink], &made[i])
		} else if state, cause := r.drop(l.rec.Key, d); d.Dead {
			books.Records = append(books.Records, deadRecord(l, &r.sinks[l.rec.Sink], state, cause))
		}
	}
	books.Passed = len(b.records) - len(books.Records)
	for i, ds := range groups {
		dead, err := r.pass(ctx, &r.sinks[i], ds)
		if err != nil {
			return err
		}
		books.Passed -= len(dead)
		for _, d := range dead {
			books.Records = append(books.Records, *d)
		}
	}
	return r.book.admit(ctx, &books, &b.page)
}

// pass makes the writes of one sink. One that is refused is a dead record; any
// other trouble ends the run, so that the batch is read again.
func (r *runner) pass(ctx context.Context, s *sink, ds []*step.Delivery) ([]*ledger.Record, error) {
	if r.o.DryRun {
		r.sum.Sent += len(ds)
		return nil, nil
	}
	var dead []*ledger.Record
	for i, res := range s.send(ctx, ds) {
		switch res.State {
		case step.Sent:
			r.sum.Sent++
		case step.Refused:
			reason := fmt.Sprintf("%s refused it: %v", s.Target, res.Err)
			r.fail(ds[i].Key, reason, s.Place)
			dead = append(dead, &ledger.Record{
				Key: ds[i].Key, Version: ledger.VersionOf(ds[i].Body), Payload: ds[i].Body,
				Deliveries: []ledger.Delivery{{Write: s.Name, State: ledger.Dead, Result: ds[i].Body,
					Cause: ledger.Cause{Reason: reason, Error: reason, Place: s.Place.String(), Answer: cut(res.Answer)}}},
			})
		default:
			return dead, fmt.Errorf("%s: record %q: %w", s.Target, ds[i].Key, res.Err)
		}
	}
	return dead, nil
}

func deadRecord(l *leaf, s *sink, state ledger.State, cause ledger.Cause) ledger.Record {
	version := ledger.VersionOf(l.root.Raw)
	return ledger.Record{
		Key: keyOf(l.root, version), Version: version, Source: l.root.Version, Payload: l.root.Raw,
		Deliveries: []ledger.Delivery{{Write: writeName(s.Name, l), State: state, Cause: cause}},
	}
}

package run

import (
	"context"
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// resumeAtOnce is how many open writes of earlier runs are taken up together.
const resumeAtOnce = 200

// resume finishes the writes that earlier runs left open, before anything new
// is read.
func (r *runner) resume(ctx context.Context) error {
	if !r.book.writes() {
		return nil
	}
	for after := int64(0); ; {
		rows, err := r.book.led.Unfinished(ctx, r.p.Instance, after, resumeAtOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].Row
		jobs, intents := r.reopen(rows)
		if len(intents) > 0 {
			if err := r.book.led.Settle(ctx, r.book.lease, r.book.run, intents); err != nil {
				return err
			}
		}
		if err := r.deliver(ctx, jobs); err != nil {
			return err
		}
	}
}

// reopen makes jobs of open rows. The writes that were waiting to be tried
// again get their intent recorded anew; those in flight when the run ended may
// have happened and are looked up first.
func (r *runner) reopen(rows []ledger.Row) (jobs []*job, changes []ledger.Outcome) {
	for i := range rows {
		row := &rows[i]
		o := ledger.Outcome{Row: row.Row, State: ledger.Sending, Attempts: row.Attempts}
		s := r.sinkOf(row.Write)
		out, err := item.FromJSON(row.Result)
		switch {
		case s == nil:
			r.sum.Warnings[fmt.Sprintf("a record waits for the write %q, which the pipeline no longer has", row.Write)]++
			continue
		case err != nil:
			o.State = ledger.InDoubt
			o.Cause = ledger.Cause{Reason: "what is to be sent is no longer kept", Place: s.Place.String()}
			r.sum.InDoubt++
			changes = append(changes, o)
			continue
		case row.State == ledger.Pending:
			changes = append(changes, o)
		}
		jobs = append(jobs, &job{row: row.Row, write: row.Write, sink: s, origin: row, attempts: row.Attempts,
			Delivery: step.Delivery{Key: row.Key, Out: out, Body: row.Result, Idempotency: row.Idempotency,
				Again: row.State == ledger.Sending}})
	}
	return jobs, changes
}

// sinkOf finds the write that a row's name means.
func (r *runner) sinkOf(write string) *sink {
	name, _, _ := strings.Cut(write, "#")
	for i := range r.sinks {
		s := &r.sinks[i]
		if s.Name == name {
			return s
		}
		for k := range s.then {
			if s.then[k].Name == name {
				return &s.then[k]
			}
		}
	}
	return nil
}

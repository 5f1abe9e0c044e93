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
	if !r.book.Writes() {
		return nil
	}
	went := wentTo{}
	for after := int64(0); ; {
		rows, err := r.o.Ledger.Unfinished(ctx, r.p.Instance, after, resumeAtOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].Row
		if err := went.learn(ctx, r, rows); err != nil {
			return err
		}
		o := reopened{runner: r, went: went}
		for i := range rows {
			if r.due(&rows[i]) {
				r.book.Reveal(&rows[i])
				o.row(&rows[i])
			}
		}
		if err := o.leavePassed(ctx); err != nil {
			return err
		}
		first, rest := portion(o.jobs)
		if err := r.book.Settle(ctx, intents(o.changes, first)); err != nil {
			return err
		}
		if err := r.deliver(ctx, first, rest); err != nil {
			return err
		}
	}
}

// due reports whether an open write is to be taken up: it is not one of this
// run's own, and its time has come, or a person asks for it.
func (r *runner) due(row *ledger.Row) bool {
	switch {
	case row.DecidedRun == r.book.Run(), r.o.Key != "" && row.Key != r.o.Key:
		return false
	case r.o.Patient && row.State == ledger.Pending:
		return !row.Next.After(r.o.Now)
	}
	return true
}

// reopened is what open rows of earlier runs come to.
type reopened struct {
	*runner
	went    wentTo
	jobs    []*job
	changes []ledger.Outcome
}

// row makes a job of an open row. A write that was in flight when its run ended
// may have happened, and is looked up first.
func (o *reopened) row(row *ledger.Row) {
	s := o.sinkOf(row.Write)
	if s != nil {
		if state, reason := o.went.moved(o.runner, row, s); state != "" {
			o.close(row, state, reason, s)
			return
		}
	}
	out, err := item.FromJSON(row.Result)
	switch {
	case row.Write == readName:
		o.unread = append(o.unread, *row)
	case s == nil:
		o.sum.Pending++
		o.sum.Warnings[fmt.Sprintf("waits for the write %q, which the pipeline no longer has", row.Write)]++
	case err != nil && row.State == ledger.Sending:
		o.close(row, ledger.InDoubt, "its answer was lost, and what was sent is not kept any more, or had a secret in it that has changed", s)
	case err != nil:
		o.close(row, ledger.Dead, "what is to be sent is not kept any more, or has a secret in it that has changed", s)
	default:
		o.jobs = append(o.jobs, &job{row: row.Row, write: row.Write, sink: s, origin: row, attempts: row.Attempts,
			Delivery: step.Delivery{Key: row.Key, Out: out, Body: row.Result, Idempotency: row.Idempotency,
				Again: row.State == ledger.Sending}})
	}
}

// close gives an open row that cannot go on its outcome: dead, or in doubt.
func (o *reopened) close(row *ledger.Row, state ledger.State, reason string, s *sink) {
	o.changes = append(o.changes, ledger.Outcome{Row: row.Row, State: state, Attempts: row.Attempts,
		Cause: ledger.Cause{Reason: reason, Place: s.Place.String()}})
	if state == ledger.InDoubt {
		o.sum.InDoubt++
		return
	}
	o.fail(row.Key, reason, s.Place)
}

// leavePassed leaves out the writes that a newer version of their record has
// made since: sent now, they would undo it. An operation that only creates has
// no newer ones.
func (o *reopened) leavePassed(ctx context.Context) error {
	by := map[string][]*job{}
	for _, j := range o.jobs {
		if j.sink.Mode != step.Create {
			by[j.write] = append(by[j.write], j)
		}
	}
	passed := map[*job]bool{}
	for write, jobs := range by {
		keys := make([]string, len(jobs))
		for i, j := range jobs {
			keys[i] = j.Key
		}
		taken, err := o.o.Ledger.Taken(ctx, o.p.Instance, write, keys)
		if err != nil {
			return err
		}
		for i, j := range jobs {
			passed[j] = taken[i] != nil && taken[i].Row > j.row
		}
	}
	kept := o.jobs[:0]
	for _, j := range o.jobs {
		if !passed[j] {
			kept = append(kept, j)
			continue
		}
		o.sum.Superseded++
		o.changes = append(o.changes, ledger.Outcome{Row: j.row, State: ledger.Superseded, Attempts: j.attempts,
			Cause: ledger.Cause{Reason: "a newer version was written since"}})
	}
	o.jobs = kept
	return nil
}

// named reports whether a row's name means the write, of a record or of a part.
func (s *sink) named(write string) bool {
	return write == s.Name || strings.HasPrefix(write, s.Name+"#")
}

// sinkOf finds the write that a row's name means.
func (r *runner) sinkOf(write string) *sink {
	for i := range r.sinks {
		s := &r.sinks[i]
		if s.named(write) {
			return s
		}
		for k := range s.then {
			if s.then[k].named(write) {
				return &s.then[k]
			}
		}
	}
	return nil
}

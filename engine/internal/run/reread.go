package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/guard"
	"github.com/sluicehq/sluice/engine/step"
)

// readName stands in place of a write's name for a record that the source
// listed and could not give. No branch can be called so.
const readName = "(read)"

// rereads reports whether a record that the source could not give for now can be
// read again by a later run.
func (r *runner) rereads(rec *step.Record, unread error) bool {
	return unread != nil && r.p.Source.Read.ByKey && rec.Key != "" && r.book.Writes()
}

// toRead is the entry of a record that is to be read again.
func (r *runner) toRead(rec *step.Record, unread error) ledger.Delivery {
	r.wait(rec.Key, unread.Error(), diag.Span{})
	return ledger.Delivery{
		Write: readName, State: ledger.Pending, Attempts: 1, Next: time.Now().Add(backoff(1)),
		Cause: ledger.Cause{Reason: "the source lists it, but could not give it", Error: unread.Error()},
	}
}

// reread reads the records that the source could not give to earlier runs, each
// by its key. It comes last: a listing may have shown a newer version, and a
// source that gives nothing at all has ended the run by now.
func (r *runner) reread(ctx context.Context) error {
	if len(r.unread) == 0 {
		return nil
	}
	keys := make([]string, len(r.unread))
	for i := range r.unread {
		keys[i] = r.unread[i].Key
	}
	known, err := r.o.Ledger.Known(ctx, r.p.Instance, keys)
	if err != nil {
		return err
	}
	source, err := r.openSource()
	if err != nil {
		return err
	}
	r.rereading = true
	for i := range r.unread {
		if row := &r.unread[i]; known[i].Row == row.Row {
			if err := r.rereadOne(ctx, source, row); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *runner) rereadOne(ctx context.Context, source step.Source, row *ledger.Row) error {
	var settled error // by the commit, not by the source
	found := false
	b := r.flow.NewBatch()
	err := guard.Do(r.o.Log, func() error {
		return source.Read(ctx, step.Query{Key: row.Key, Now: r.o.Now}, func(p step.Page) error {
			if len(p.Records) == 0 {
				return nil
			}
			found = true
			b.Page = step.Page{Records: p.Records}
			if settled = r.flow.Through(ctx, b); settled == nil {
				settled = r.settleBatch(ctx, b)
			}
			return settled
		})
	})
	o := ledger.Outcome{Row: row.Row, Attempts: row.Attempts + 1, State: ledger.Pending, Cause: ledger.Cause{Reason: row.Reason}}
	switch {
	case settled != nil || ctx.Err() != nil:
		return errors.Join(settled, ctx.Err())
	case err == nil && found:
		return nil // the new version took the row's place
	case err == nil:
		o.State, o.Reason = ledger.Filtered, "the source has it no more"
		r.sum.Filtered[o.Reason]++
		r.observe(row.Key, ledger.Filtered, o.Reason)
	case o.Attempts >= maxAttempts:
		o.State, o.Error = ledger.Dead, err.Error()
		o.Reason = fmt.Sprintf("the source could not give it in %d runs: %v", o.Attempts, err)
		r.fail(row.Key, o.Reason, diag.Span{})
	default:
		o.Error, o.Next = err.Error(), time.Now().Add(backoff(o.Attempts))
		r.wait(row.Key, o.Error, diag.Span{})
	}
	return r.book.Settle(ctx, []ledger.Outcome{o})
}

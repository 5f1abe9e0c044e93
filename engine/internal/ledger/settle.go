package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/ledger/pack"
)

// Settle records outcomes, and the further writes that they start, whose rows
// it sets: all of them or nothing. Only open rows have outcomes to come: a row
// that is sent, filtered or superseded is refused. So is one that becomes sent
// without having been sending: a write's intent comes before the write.
func (l *Ledger) Settle(ctx context.Context, x *Lease, run int64, outcomes []Outcome) error {
	for i := range outcomes {
		if err := outcomes[i].check(); err != nil {
			return err
		}
	}
	kept, started := l.packOutcomes(outcomes)
	var first int64
	// What has happened is recorded even when the program is told to stop.
	err := l.commit(context.WithoutCancel(ctx), x, func(c *commit) error {
		if err := c.goesOn(run); err != nil {
			return err
		}
		if err := c.update(run, outcomes); err != nil {
			return err
		}
		if err := c.keep(kept, 0); err != nil {
			return err
		}
		first = c.row + 1
		if err := c.keep(started, first); err != nil {
			return err
		}
		return c.start(run, outcomes)
	})
	if errors.Is(err, errNotOpen) {
		err = l.notOpen(ctx, x.id, outcomes)
	}
	if err != nil {
		return fmt.Errorf("record outcomes of %q: %w", x.Instance, err)
	}
	for i := range outcomes {
		for j := range outcomes[i].Then {
			outcomes[i].Then[j].Row = first
			first++
		}
	}
	return nil
}

func (o *Outcome) check() error {
	if !o.State.valid() {
		return fmt.Errorf("row %d is to be in no known state (%q)", o.Row, o.State)
	}
	for j := range o.Then {
		if err := o.Then[j].check(); err != nil {
			return fmt.Errorf("row %d: %w", o.Row, err)
		}
	}
	return nil
}

// packOutcomes packs the payloads of the outcomes by their rows, and those of
// the further writes as if the first of them were row 0.
func (l *Ledger) packOutcomes(outcomes []Outcome) (kept, started []pack.Chunk) {
	var with []*Outcome
	then := l.pack.Chunker()
	row := int64(0)
	for i := range outcomes {
		o := &outcomes[i]
		if len(o.Result)+len(o.Values)+len(o.Answer) > 0 {
			with = append(with, o)
		}
		for j := range o.Then {
			addPayloads(then, row, &o.Then[j])
			row++
		}
	}
	slices.SortFunc(with, func(a, b *Outcome) int { return cmp.Compare(a.Row, b.Row) })
	own := l.pack.Chunker()
	for _, o := range with {
		addPayloads(own, o.Row, &Delivery{Result: o.Result, Cause: o.Cause})
	}
	return own.Chunks(), then.Chunks()
}

// errNotOpen means that some row could not have its outcome.
var errNotOpen = errors.New("a row is not open")

// update gives open rows their outcomes.
func (c *commit) update(run int64, outcomes []Outcome) error {
	return inParts(len(outcomes), func(from, to int) error {
		args := make([]any, 3, 3+9*(to-from))
		args[0], args[1], args[2] = c.lease.id, run, c.now
		for i := from; i < to; i++ {
			o := &outcomes[i]
			args = append(args, o.Row, string(o.State), nullText(string(o.Reference)), nullText(o.Reason),
				nullText(o.Place), nullText(o.Error), nullText(o.Idempotency), o.Attempts, nullMicros(o.Next))
		}
		r, err := c.exec(updateRows(to-from), args...)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		if err == nil && n != int64(to-from) {
			err = errNotOpen
		}
		return err
	})
}

// updateRows returns the statement that gives n rows their outcomes. Its table c
// only makes the shared values the first three. It tells open states by what
// they are not, so that the rows are found by their numbers and not by the
// index of open rows.
func updateRows(n int) string {
	values := strings.TrimSuffix(strings.Repeat("("+places(9)+"), ", n), ", ")
	return `WITH c (instance, run, now) AS (SELECT ?1, ?2, ?3),
		v (row, state, reference, reason, place, error, idempotency, attempts, next_at) AS (VALUES ` + values + `)
		UPDATE entries SET state = v.state, reference = coalesce(v.reference, entries.reference),
		  reason = v.reason, place = v.place, error = v.error,
		  idempotency = coalesce(v.idempotency, entries.idempotency),
		  attempts = v.attempts, next_at = v.next_at, decided_run = ?2, decided_at = ?3
		FROM v WHERE entries.instance = ?1 AND entries.row = v.row
		  AND entries.state NOT IN ('sent', 'filtered', 'superseded')
		  AND (v.state <> 'sent' OR entries.state IN ('sending', 'in doubt'))`
}

// notOpen says which outcome could not be recorded, as the rows are now.
func (l *Ledger) notOpen(ctx context.Context, instance int64, outcomes []Outcome) error {
	seen := map[int64]bool{}
	for i := range outcomes {
		row, to := outcomes[i].Row, outcomes[i].State
		if seen[row] {
			return fmt.Errorf("row %d has two outcomes", row)
		}
		seen[row] = true
		r := Row{}
		err := l.db.Readers.QueryRowContext(ctx, "SELECT state FROM entries WHERE instance = ? AND row = ?", instance, row).Scan(&r.State)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("there is no row %d", row)
		case err != nil:
			return l.db.Explain(err)
		case !r.Open():
			return fmt.Errorf("row %d is %s already and cannot become %s", row, r.State, to)
		case to == Sent && r.State != Sending && r.State != InDoubt:
			return fmt.Errorf("row %d is %s: it must be sending before it is sent", row, r.State)
		}
	}
	return errNotOpen
}

// start inserts the further writes that outcomes start.
func (c *commit) start(run int64, outcomes []Outcome) error {
	for i := range outcomes {
		for j := range outcomes[i].Then {
			d := &outcomes[i].Then[j]
			c.row++
			r, err := c.exec(`
				INSERT INTO entries (instance, run, decided_run, seen_at, decided_at, row, main,
				  key, version, source, target, state, idempotency, reason, place, error, attempts, next_at)
				SELECT instance, ?2, ?2, ?3, ?3, ?5, CASE WHEN main = 0 THEN row ELSE main END,
				  key, version, source, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
				FROM entries WHERE instance = ?1 AND row = ?4`,
				c.lease.id, run, c.now, outcomes[i].Row, c.row, d.Write, string(d.State), d.Idempotency,
				nullText(d.Reason), nullText(d.Place), nullText(d.Error), d.Attempts, nullMicros(d.Next))
			if err := changed(r, err, 1); err != nil {
				return fmt.Errorf("further write of row %d: %w", outcomes[i].Row, err)
			}
		}
	}
	return nil
}

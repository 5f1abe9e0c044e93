package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger/store"
)

// Lease is the right to write to a pipeline instance. One holder has it at a
// time; its fencing number tells the ledger which. It is safe for concurrent
// use.
type Lease struct {
	// Instance is the pipeline instance's name.
	Instance string
	// Fence grows with each change of holder.
	Fence int64

	id    int64
	ttl   time.Duration
	until atomic.Int64
}

// Until returns when the lease runs out unless it is renewed, as each commit
// does. Past that time the holder must not call a vendor any more: another may
// hold the lease. The ledger itself refuses the holder only once another does.
func (x *Lease) Until() time.Time { return timeOf(x.until.Load()) }

// HeldError says who holds a lease that was asked for.
type HeldError struct {
	Instance, Owner, Host string
	PID                   int
	Until                 time.Time
}

// Error says who holds the lease and until when.
func (e *HeldError) Error() string {
	return fmt.Sprintf("%q is being run by %s (process %d on %s), which holds it until %s; wait for it to end, or stop it",
		e.Instance, e.Owner, e.PID, e.Host, e.Until.Format(time.RFC3339))
}

// ErrFenced means that a lease was lost: it was released, or it ran out and
// another took it. Nothing was written.
var ErrFenced = errors.New("the lease was lost to another run; nothing was written")

// Acquire takes the lease of an instance for ttl. Owner says, for people, who
// asks, such as "sluice run". When another holds the lease the error is a
// *HeldError. A holder whose process has ended on this machine holds nothing;
// one elsewhere, until its time is over.
func (l *Ledger) Acquire(ctx context.Context, instance, owner string, ttl time.Duration) (*Lease, error) {
	if instance == "" || ttl <= 0 {
		return nil, fmt.Errorf("acquire a lease of %q for %s: a name and a time are needed", instance, ttl)
	}
	x := &Lease{Instance: instance, ttl: ttl}
	err := l.transact(ctx, func(tx *sql.Tx) error {
		now := l.now()
		if err := l.seat(ctx, tx, x, now); err != nil {
			return err
		}
		until := micros(now.Add(ttl))
		r, err := tx.ExecContext(ctx, `
			UPDATE instances SET fence = fence + 1, owner = ?, host = ?, process = ?, pid = ?, held_until = ?
			WHERE id = ? AND fence = ?`,
			owner, l.process.host, l.process.id(), l.process.pid, until, x.id, x.Fence)
		if err := changed(r, err, 1); err != nil {
			return err
		}
		x.Fence++
		x.until.Store(until)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// seat finds the instance, or makes it, and refuses if somebody holds it.
func (l *Ledger) seat(ctx context.Context, tx *sql.Tx, x *Lease, now time.Time) error {
	held := HeldError{Instance: x.Instance}
	var id string
	var until int64
	err := tx.QueryRowContext(ctx,
		"SELECT id, fence, owner, host, process, pid, held_until FROM instances WHERE name = ?", x.Instance).
		Scan(&x.id, &x.Fence, &held.Owner, &held.Host, &id, &held.PID, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return tx.QueryRowContext(ctx, `
			INSERT INTO instances (id, name, fence, owner, host, process, pid, held_until, last_row, last_run, last_chunk)
			VALUES ((SELECT coalesce(max(id), 0) + 1 FROM instances), ?, 0, '', '', '', 0, 0, 0, 0, 0)
			RETURNING id`, x.Instance).Scan(&x.id)
	}
	if err != nil {
		return err
	}
	if until <= micros(now) || l.process.ended(id, held.PID) {
		return nil
	}
	held.Until = timeOf(until)
	return &held
}

// Renew makes a lease last for its whole time from now.
func (l *Ledger) Renew(ctx context.Context, x *Lease) error {
	return l.commit(ctx, x, func(*commit) error { return nil })
}

// Release gives a lease back. One that was lost already is no error.
func (l *Ledger) Release(ctx context.Context, x *Lease) error {
	ctx = context.WithoutCancel(ctx)
	return l.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			"UPDATE instances SET fence = fence + 1, held_until = 0 WHERE id = ? AND fence = ?", x.id, x.Fence)
		return err
	})
}

// commit is a transaction of the holder of a lease.
type commit struct {
	*sql.Tx
	ctx   context.Context
	lease *Lease
	now   int64
	// The numbers that the instance gave out last.
	row, run, chunk int64
	db              *store.Store
}

// exec runs a statement that is prepared once and kept.
func (c *commit) exec(text string, args ...any) (sql.Result, error) {
	stmt, err := c.db.In(c.ctx, c.Tx, text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(c.ctx, args...)
}

// commit runs fn in a transaction that only the holder of the lease gets, and
// that renews the lease. What was begun is ended even when ctx is: an outcome
// that is known must not be lost because the program is told to stop.
func (l *Ledger) commit(ctx context.Context, x *Lease, fn func(*commit) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	now := l.now()
	until := max(micros(now.Add(x.ttl)), x.until.Load())
	err := l.transact(ctx, func(tx *sql.Tx) error {
		c := &commit{Tx: tx, ctx: ctx, lease: x, now: micros(now), db: l.db}
		if err := c.enter(until); err != nil {
			return err
		}
		row, run, chunk := c.row, c.run, c.chunk
		if err := fn(c); err != nil {
			return err
		}
		if row == c.row && run == c.run && chunk == c.chunk {
			return nil
		}
		r, err := c.exec("UPDATE instances SET last_row = ?1, last_run = ?2, last_chunk = ?3 WHERE id = ?4",
			c.row, c.run, c.chunk, x.id)
		return changed(r, err, 1)
	})
	if err == nil {
		x.until.Store(until)
	}
	return err
}

// enter checks the fence, renews the lease, and learns the instance's numbers.
func (c *commit) enter(until int64) error {
	stmt, err := c.db.In(c.ctx, c.Tx, `
		UPDATE instances SET held_until = ?1 WHERE id = ?2 AND fence = ?3
		RETURNING last_row, last_run, last_chunk`)
	if err != nil {
		return err
	}
	err = stmt.QueryRowContext(c.ctx, until, c.lease.id, c.lease.Fence).Scan(&c.row, &c.run, &c.chunk)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrFenced
	}
	return err
}

// transact runs fn in a transaction. It is whole or absent.
func (l *Ledger) transact(ctx context.Context, fn func(*sql.Tx) error) error {
	if err := l.transactOnce(ctx, fn); err != nil {
		return l.db.Explain(err)
	}
	// What is committed stays so, whatever becomes of this: a statement that
	// could not be prepared ahead is prepared when it is used.
	l.db.Learn(ctx)
	return nil
}

// errReading refuses to change a ledger that was opened only to be read.
var errReading = errors.New("the ledger was opened only to be read")

func (l *Ledger) transactOnce(ctx context.Context, fn func(*sql.Tx) error) error {
	if l.db.Writer == nil {
		return errReading
	}
	tx, err := l.db.Writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	if err := l.faultAt("commit"); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return l.faultAt("committed")
}

func (l *Ledger) faultAt(point string) error {
	if l.fault == nil {
		return nil
	}
	return l.fault(point)
}

// changed checks that a statement changed as many rows as it must.
func changed(r sql.Result, err error, want int64) error {
	if err != nil {
		return err
	}
	got, err := r.RowsAffected()
	if err == nil && got != want {
		err = fmt.Errorf("%d rows were changed where %d should be", got, want)
	}
	return err
}

package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// Run is one run of a pipeline instance.
type Run struct {
	// Number is the run's own within its instance, from 1; Begin gives it.
	Number int64
	// Trigger says what started it: "cron", "by hand", "webhook" …
	Trigger string
	// LogicalTime is the time that the run is for.
	LogicalTime time.Time
	// Config is the hash of everything that decides what becomes of a record.
	Config string
	// Targets tell where the run's writes go, by their names.
	Targets map[string]Target

	Began time.Time
	// Ended is zero while the run goes on.
	Ended time.Time
	// Listed counts the records that the source showed; Unchanged those of
	// them that were known; Passed those that went on without rows of their own.
	Listed, Unchanged, Passed int64
	// Counts are what the run reported about itself when it ended.
	Counts map[string]int64
	// Requests counts the calls made, by connection.
	Requests map[string]int64
	// Error says why the run failed; empty if it did not.
	Error string
	// Windows are what the run asked its sources for.
	Windows []Window
}

// Target is where a write goes.
type Target struct {
	// Operation is the connector's own, such as "orderdesk.orders".
	Operation string `json:"operation"`
	// Account is what the workspace calls the connection, and Mark changes when
	// it becomes another vendor's account.
	Account string `json:"account"`
	Mark    string `json:"mark"`
}

// Interrupted is the Error of a run that never ended: its process was killed.
const Interrupted = "it was interrupted: the process ended in the middle of the run"

// Window is one listing of a source's records by a run: what was asked for and
// how far it came. It explains why a record was never seen.
type Window struct {
	// Number tells the windows of a run apart.
	Number int
	// Stream is what was read, such as "shop.orders".
	Stream string
	// From and To are the bounds asked for, as text that people can read; an
	// empty one is open.
	From, To string
	// Filters are what the vendor was asked to filter by, as JSON.
	Filters json.RawMessage
	Pages   int
	Records int
	// Complete is set once the listing came to its end.
	Complete bool
	// Cut says why it did not, such as a page limit.
	Cut string
}

// RunEnd is what is known when a run ends.
type RunEnd struct {
	Counts, Requests map[string]int64
	Error            string
}

// Begin records that a run begins, and returns its number. A run before it that
// never ended is marked as interrupted: the lease says that it is over.
func (l *Ledger) Begin(ctx context.Context, x *Lease, r Run) (int64, error) {
	targets := r.Targets
	if targets == nil {
		targets = map[string]Target{}
	}
	told, err := json.Marshal(targets)
	if err != nil {
		return 0, err
	}
	var number int64
	err = l.commit(ctx, x, func(c *commit) error {
		_, err := c.exec("UPDATE runs SET ended_at = ?1, error = ?2 WHERE instance = ?3 AND run = ?4 AND ended_at IS NULL",
			c.now, Interrupted, x.id, c.run)
		if err != nil {
			return err
		}
		c.run++
		number = c.run
		_, err = c.exec(`
			INSERT INTO runs (instance, run, trigger_name, logical_time, config, began_at,
			  listed, unchanged, passed, counts, requests, error, targets)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, '{}', '{}', '', ?7)`,
			x.id, number, r.Trigger, micros(r.LogicalTime), r.Config, c.now, string(told))
		return err
	})
	return number, err
}

// End records that a run ended.
func (l *Ledger) End(ctx context.Context, x *Lease, run int64, e RunEnd) error {
	counts, err := jsonOf(e.Counts)
	if err != nil {
		return err
	}
	requests, err := jsonOf(e.Requests)
	if err != nil {
		return err
	}
	return l.commit(context.WithoutCancel(ctx), x, func(c *commit) error {
		if err := c.goesOn(run); err != nil {
			return err
		}
		_, err := c.exec(`
			UPDATE runs SET ended_at = ?1, counts = ?2, requests = ?3, error = ?4
			WHERE instance = ?5 AND run = ?6`,
			c.now, counts, requests, e.Error, x.id, run)
		return err
	})
}

// goesOn refuses a run that is over: what is recorded would be nobody's.
func (c *commit) goesOn(run int64) error {
	stmt, err := c.db.In(c.ctx, c.Tx, "SELECT count(*) FROM runs WHERE instance = ?1 AND run = ?2 AND ended_at IS NULL")
	if err != nil {
		return err
	}
	var n int
	err = stmt.QueryRowContext(c.ctx, c.lease.id, run).Scan(&n)
	if err == nil && n == 0 {
		err = fmt.Errorf("run %d has ended or never began", run)
	}
	return err
}

func jsonOf(counts map[string]int64) (string, error) {
	if counts == nil {
		return "{}", nil
	}
	b, err := json.Marshal(counts)
	return string(b), err
}

// setWindow records how far a listing has come.
func (c *commit) setWindow(run int64, w *Window) error {
	filters := string(w.Filters)
	if filters == "" {
		filters = "{}"
	}
	_, err := c.exec(`
		INSERT INTO windows (instance, run, number, stream, from_text, to_text, filters, pages, records, complete, cut)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
		ON CONFLICT (instance, run, number) DO UPDATE SET from_text = excluded.from_text, to_text = excluded.to_text,
		  pages = excluded.pages, records = excluded.records, complete = excluded.complete, cut = excluded.cut`,
		c.lease.id, run, w.Number, w.Stream, w.From, w.To, filters, w.Pages, w.Records, w.Complete, w.Cut)
	return err
}

// Cursor returns the position of a stream, as Admit last set it; nil if it
// never did.
func (l *Ledger) Cursor(ctx context.Context, instance, stream string) ([]byte, error) {
	var position []byte
	err := l.db.Readers.QueryRowContext(ctx, `
		SELECT c.position FROM cursors c JOIN instances i ON i.id = c.instance
		WHERE i.name = ? AND c.stream = ?`, instance, stream).Scan(&position)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err == nil && position == nil:
		position = []byte{}
	}
	return position, l.db.Explain(err)
}

// Targets returns where the writes of a run went; none for a run of a time when
// that was not recorded.
func (l *Ledger) Targets(ctx context.Context, instance string, run int64) (map[string]Target, error) {
	var told []byte
	err := l.db.Readers.QueryRowContext(ctx, `
		SELECT r.targets FROM runs r JOIN instances i ON i.id = r.instance
		WHERE i.name = ? AND r.run = ?`, instance, run).Scan(&told)
	var targets map[string]Target
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err == nil:
		err = json.Unmarshal(told, &targets)
	}
	return targets, l.db.Explain(err)
}

// Instances lists the names of the pipeline instances that have run, sorted.
func (l *Ledger) Instances(ctx context.Context) ([]string, error) {
	rows, err := l.db.Readers.QueryContext(ctx, "SELECT name FROM instances ORDER BY name")
	var names []string
	err = each(rows, err, func() error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	return names, l.db.Explain(err)
}

// Runs returns the newest runs of an instance, newest first, with their
// windows; limit 0 means all.
func (l *Ledger) Runs(ctx context.Context, instance string, limit int) ([]Run, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	runs, err := l.runs(ctx, instance, math.MaxInt64, limit)
	return runs, l.db.Explain(err)
}

// runs returns runs from number newest down, at most limit of them.
func (l *Ledger) runs(ctx context.Context, instance string, newest int64, limit int) ([]Run, error) {
	rows, err := l.db.Readers.QueryContext(ctx, `
		SELECT r.run, r.trigger_name, r.logical_time, r.config, r.began_at, r.ended_at,
		  r.listed, r.unchanged, r.passed, r.counts, r.requests, r.error
		FROM runs r JOIN instances i ON i.id = r.instance
		WHERE i.name = ? AND r.run <= ? ORDER BY r.run DESC LIMIT ?`, instance, newest, limit)
	var runs []Run
	err = each(rows, err, func() error {
		r, err := scanRun(rows)
		runs = append(runs, r)
		return err
	})
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	return runs, l.addWindows(ctx, instance, runs)
}

func scanRun(rows *sql.Rows) (Run, error) {
	var r Run
	var logical, began int64
	var ended sql.NullInt64
	var counts, requests []byte
	err := rows.Scan(&r.Number, &r.Trigger, &logical, &r.Config, &began, &ended,
		&r.Listed, &r.Unchanged, &r.Passed, &counts, &requests, &r.Error)
	if err != nil {
		return r, err
	}
	r.LogicalTime, r.Began, r.Ended = timeOf(logical), timeOf(began), timeOrZero(ended)
	return r, errors.Join(json.Unmarshal(counts, &r.Counts), json.Unmarshal(requests, &r.Requests))
}

// addWindows gives each run its windows; runs are newest first.
func (l *Ledger) addWindows(ctx context.Context, instance string, runs []Run) error {
	rows, err := l.db.Readers.QueryContext(ctx, `
		SELECT w.run, w.number, w.stream, w.from_text, w.to_text, w.filters, w.pages, w.records, w.complete, w.cut
		FROM windows w JOIN instances i ON i.id = w.instance
		WHERE i.name = ? AND w.run >= ? AND w.run <= ? ORDER BY w.run DESC, w.number`,
		instance, runs[len(runs)-1].Number, runs[0].Number)
	at := 0
	return each(rows, err, func() error {
		var w Window
		var run int64
		var filters []byte
		err := rows.Scan(&run, &w.Number, &w.Stream, &w.From, &w.To, &filters, &w.Pages, &w.Records, &w.Complete, &w.Cut)
		if err != nil {
			return err
		}
		w.Filters = filters
		for at < len(runs) && runs[at].Number > run {
			at++
		}
		if at < len(runs) && runs[at].Number == run {
			runs[at].Windows = append(runs[at].Windows, w)
		}
		return nil
	})
}

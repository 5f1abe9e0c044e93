package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Known is what the ledger knows of a record when the source lists it again:
// its newest version.
type Known struct {
	Key string
	// Row is 0 when the record was never seen.
	Row             int64
	Version, Source string
	State           State
	// Config is the hash of the configuration under which it was looked at.
	Config string
}

// Unchanged reports whether a record that is listed with a source version, or
// read with a version, needs no second look. Either may be empty. A record
// that was filtered or is dead is looked at again when the configuration has
// changed since; one that was sent is never sent again for that.
func (k *Known) Unchanged(source, version, config string) bool {
	same := source != "" && source == k.Source || version != "" && version == k.Version
	if k.State == Filtered || k.State == Dead {
		return same && k.Config == config
	}
	return same
}

// Known returns what is known of the records with these keys, in their order.
func (l *Ledger) Known(ctx context.Context, instance string, keys []string) ([]Known, error) {
	known := make([]Known, len(keys))
	id, err := l.instance(ctx, instance)
	if err != nil {
		return nil, l.db.Explain(err)
	}
	at := make(map[string]int, len(keys))
	for i, key := range keys {
		known[i].Key = key
		at[key] = i
	}
	const query = `
		SELECT e.key, e.row, e.version, e.source, e.state, r.config
		FROM k JOIN entries e ON e.instance = k.instance AND e.row = (
		  SELECT row FROM entries WHERE instance = k.instance AND key = k.key AND main = 0 ORDER BY row DESC LIMIT 1)
		JOIN runs r ON r.instance = e.instance AND r.run = e.run`
	err = l.byKeys(ctx, keyQuery{query, id, ""}, keys, func(rows *sql.Rows) error {
		var k Known
		err := rows.Scan(&k.Key, &k.Row, &k.Version, &k.Source, &k.State, &k.Config)
		known[at[k.Key]] = k
		return err
	})
	for i := range known {
		known[i] = known[at[known[i].Key]] // a key that was given twice
	}
	return known, l.db.Explain(err)
}

// Taken is a write that the vendor took, or may have taken: its state is Sent,
// Sending or InDoubt.
type Taken struct {
	Row       int64
	Version   string
	State     State
	Reference []byte
}

// Taken returns, for each key, the newest version of the record whose write of
// that name was taken; nil if none was. An operation that only creates must not
// write such a record again, and one that updates needs its reference.
func (l *Ledger) Taken(ctx context.Context, instance, write string, keys []string) ([]*Taken, error) {
	taken := make([]*Taken, len(keys))
	id, err := l.instance(ctx, instance)
	if err != nil {
		return nil, l.db.Explain(err)
	}
	by := make(map[string]*Taken, len(keys))
	const query = `
		SELECT e.key, e.row, e.version, e.state, e.reference
		FROM k JOIN entries e ON e.instance = k.instance AND e.row = (
		  SELECT row FROM entries WHERE instance = k.instance AND key = k.key AND target = k.target
		    AND state IN ('sent', 'sending', 'in doubt') ORDER BY row DESC LIMIT 1)`
	err = l.byKeys(ctx, keyQuery{query, id, write}, keys, func(rows *sql.Rows) error {
		var key string
		var t Taken
		err := rows.Scan(&key, &t.Row, &t.Version, &t.State, &t.Reference)
		by[key] = &t
		return err
	})
	for i, key := range keys {
		taken[i] = by[key]
	}
	return taken, l.db.Explain(err)
}

// instance returns the number of a pipeline instance, or 0, which is no
// instance's, if it never ran.
func (l *Ledger) instance(ctx context.Context, name string) (int64, error) {
	stmt, err := l.db.Query(ctx, "SELECT id FROM instances WHERE name = ?")
	if err != nil {
		return 0, err
	}
	var id int64
	err = stmt.QueryRowContext(ctx, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// keyQuery is a query over a table k of keys, whose columns instance and target
// are the same in every row.
type keyQuery struct {
	text     string
	instance int64
	target   string
}

// byKeys runs a query for keys, in parts, and scans each row that it gives; it
// may give one twice.
func (l *Ledger) byKeys(ctx context.Context, q keyQuery, keys []string, scan func(*sql.Rows) error) error {
	return keyParts(keys, func(part []any) error {
		text := "WITH k (instance, target, key) AS (VALUES (?1, ?2, ?)" +
			strings.Repeat(", (?1, ?2, ?)", len(part)-1) + ")" + q.text
		stmt, err := l.db.Query(ctx, text)
		if err != nil {
			return err
		}
		rows, err := stmt.QueryContext(ctx, append([]any{q.instance, q.target}, part...)...)
		return each(rows, err, func() error { return scan(rows) })
	})
}

// each calls do for each row of a query that gave rows or err.
func each(rows *sql.Rows, err error, do func() error) error {
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := do(); err != nil {
			return err
		}
	}
	return rows.Err()
}

const rowColumns = `e.row, e.main, e.key, e.version, e.source, e.target, e.state, e.idempotency, e.reference,
	e.reason, e.place, e.error, e.attempts, e.next_at, e.run, e.decided_run, e.seen_at, e.decided_at`

func scanRow(rows *sql.Rows) (Row, error) {
	var r Row
	var reason, place, fault sql.NullString
	var next sql.NullInt64
	var seen, decided int64
	err := rows.Scan(&r.Row, &r.Main, &r.Key, &r.Version, &r.Source, &r.Write, &r.State, &r.Idempotency, &r.Reference,
		&reason, &place, &fault, &r.Attempts, &next, &r.Run, &r.DecidedRun, &seen, &decided)
	r.Reason, r.Place, r.Error = reason.String, place.String, fault.String
	r.Next, r.Seen, r.Decided = timeOrZero(next), timeOf(seen), timeOf(decided)
	return r, err
}

// Unfinished returns the rows of an instance that are pending or sending, with
// their payloads, in the order in which they were seen: those after row number
// after, at most limit. A run begins with them.
func (l *Ledger) Unfinished(ctx context.Context, instance string, after int64, limit int) ([]Row, error) {
	return l.List(ctx, instance, []State{Pending, Sending}, after, limit)
}

// List returns the rows of an instance that are in one of the states, with
// their payloads, from the first row number after after, at most limit.
func (l *Ledger) List(ctx context.Context, instance string, states []State, after int64, limit int) ([]Row, error) {
	id, err := l.instance(ctx, instance)
	if err != nil || len(states) == 0 {
		return nil, l.db.Explain(err)
	}
	args := []any{id, after}
	open := true
	for _, s := range states {
		args = append(args, string(s))
		open = open && (&Row{State: s}).Open()
	}
	query := "SELECT " + rowColumns + " FROM entries e WHERE e.instance = ? AND e.row > ? AND e.state IN (" +
		places(len(states)) + ")"
	if open { // as the index says it
		query += " AND e.state IN ('pending', 'sending', 'dead', 'in doubt')"
	}
	rows, err := l.rows(ctx, id, query+" ORDER BY e.row LIMIT ?", append(args, limit)...)
	return rows, l.db.Explain(err)
}

// rows reads rows and then their payloads.
func (l *Ledger) rows(ctx context.Context, id int64, query string, args ...any) ([]Row, error) {
	found, err := l.bareRows(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	wanted := make([]int64, 0, len(found))
	for i := range found {
		wanted = append(wanted, found[i].Row)
		if found[i].Main != 0 {
			wanted = append(wanted, found[i].Main)
		}
	}
	kept, err := l.payloads(ctx, id, wanted)
	if err != nil {
		return nil, err
	}
	for i := range found {
		r := &found[i]
		own := r.Main
		if own == 0 {
			own = r.Row
		}
		r.Record = kept[payloadKey{own, payloadRecord}]
		r.Result = kept[payloadKey{r.Row, payloadResult}]
		r.Values = kept[payloadKey{r.Row, payloadValues}]
		r.Answer = kept[payloadKey{r.Row, payloadAnswer}]
	}
	return found, nil
}

func (l *Ledger) bareRows(ctx context.Context, query string, args ...any) ([]Row, error) {
	var found []Row
	rows, err := l.db.Readers.QueryContext(ctx, query, args...)
	err = each(rows, err, func() error {
		r, err := scanRow(rows)
		found = append(found, r)
		return err
	})
	return found, err
}

// History is all that is known of a record.
type History struct {
	// Rows are its versions and their further writes, oldest first.
	Rows []Row
	// Runs are the runs that saw or decided them, by number.
	Runs map[int64]Run
}

// Why returns the history of a record. One that was never seen has no rows;
// the windows of Runs then tell what the source was asked for.
func (l *Ledger) Why(ctx context.Context, instance, key string) (*History, error) {
	id, err := l.instance(ctx, instance)
	if err != nil {
		return nil, l.db.Explain(err)
	}
	h := &History{Runs: map[int64]Run{}}
	h.Rows, err = l.rows(ctx, id, "SELECT "+rowColumns+" FROM entries e WHERE e.instance = ? AND e.key = ? ORDER BY e.row", id, key)
	if err != nil {
		return nil, l.db.Explain(err)
	}
	for i := range h.Rows {
		for _, number := range [...]int64{h.Rows[i].Run, h.Rows[i].DecidedRun} {
			if _, ok := h.Runs[number]; ok {
				continue
			}
			runs, err := l.runs(ctx, instance, number, 1)
			if err != nil {
				return nil, l.db.Explain(err)
			}
			for _, r := range runs {
				h.Runs[r.Number] = r
			}
		}
	}
	return h, nil
}

// Counts are the rows of an instance by state.
type Counts struct {
	// Records counts the versions of records, Further their further writes.
	Records, Further map[State]int64
}

// Counts counts the rows of an instance.
func (l *Ledger) Counts(ctx context.Context, instance string) (Counts, error) {
	n := Counts{Records: map[State]int64{}, Further: map[State]int64{}}
	rows, err := l.db.Readers.QueryContext(ctx, `
		SELECT e.state, e.main > 0, count(*) FROM entries e JOIN instances i ON i.id = e.instance
		WHERE i.name = ? GROUP BY e.state, e.main > 0`, instance)
	err = each(rows, err, func() error {
		var s State
		var further bool
		var count int64
		if err := rows.Scan(&s, &further, &count); err != nil {
			return err
		}
		if further {
			n.Further[s] = count
		} else {
			n.Records[s] = count
		}
		return nil
	})
	return n, l.db.Explain(err)
}

// Balance checks the books of an instance: every record that its sources
// showed is known unchanged, was passed on, or has a row, which is in one of
// the states. The error says what does not add up.
func (l *Ledger) Balance(ctx context.Context, instance string) error {
	var listed, unchanged, passed, records, stray int64
	err := l.db.Readers.QueryRowContext(ctx, `
		WITH i AS (SELECT id FROM instances WHERE name = ?1)
		SELECT coalesce(sum(listed), 0), coalesce(sum(unchanged), 0), coalesce(sum(passed), 0),
		  (SELECT count(*) FROM entries WHERE instance = (SELECT id FROM i) AND main = 0),
		  (SELECT count(*) FROM entries f WHERE f.instance = (SELECT id FROM i) AND f.main > 0 AND NOT EXISTS (
		     SELECT 1 FROM entries m WHERE m.instance = f.instance AND m.row = f.main AND m.main = 0 AND m.key = f.key))
		FROM runs WHERE instance = (SELECT id FROM i)`, instance).
		Scan(&listed, &unchanged, &passed, &records, &stray)
	switch {
	case err != nil:
		return l.db.Explain(err)
	case listed != unchanged+passed+records:
		return fmt.Errorf("%q does not balance: %d records were listed, but %d were unchanged, %d passed on and %d have rows",
			instance, listed, unchanged, passed, records)
	case stray > 0:
		return fmt.Errorf("%q does not balance: %d further writes belong to no record", instance, stray)
	}
	return nil
}

// Package ledger keeps what was seen and what became of it: one row for each
// version of a record, with its outcome, beside the cursors of the sources and
// the runs that moved them. What it promises, and tests hold it to:
//
//  1. A batch is whole or absent: its rows, its cursor and its counts are one
//     transaction.
//  2. Only the holder of an instance's lease can write to the instance, and a
//     holder that was replaced cannot write any more.
//  3. A row that was sent never becomes anything else.
//  4. A file that is damaged, newer or another program's is refused and left
//     as it is.
//
// It is the only package that talks to a database.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Ledger is an open ledger. It is safe for concurrent use: readers do not wait
// for the writer, and writers wait for each other.
type Ledger struct {
	path    string
	now     func() time.Time
	process process
	writer  *sql.DB // one connection: SQLite has one writer
	readers *sql.DB
	stmts   *statements // of the writer
	queries *statements // of the readers
	pack    packer
	// fault, set by tests only, is called at named points of a transaction;
	// its error is as if the database had failed there.
	fault func(point string) error
}

// Options of Open. The zero Options is what programs want.
type Options struct {
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// Open opens the ledger at a URL such as "sqlite:sluice.db", and creates it if
// there is none. A ledger of an older version is brought up to date.
func Open(ctx context.Context, url string, opts Options) (*Ledger, error) {
	return open(ctx, url, opts, schemaSteps())
}

func open(ctx context.Context, url string, opts Options, steps []string) (*Ledger, error) {
	path, err := pathOf(url)
	if err != nil {
		return nil, err
	}
	l := &Ledger{path: path, now: opts.Now, process: thisProcess()}
	if l.now == nil {
		l.now = time.Now
	}
	if l.pack, err = newPacker(); err != nil {
		return nil, err
	}
	if err := prepareFile(ctx, path, steps); err != nil {
		return nil, l.explain(err)
	}
	if l.writer, l.readers, err = connect(path); err != nil {
		return nil, l.explain(err)
	}
	l.stmts, l.queries = newStatements(l.writer), newStatements(l.readers)
	if err := migrate(ctx, l.writer, steps); err != nil {
		err = l.explain(err)
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// pathOf returns the file that a state URL names.
func pathOf(url string) (string, error) {
	scheme, rest, ok := strings.Cut(url, ":")
	if ok && (scheme == "postgres" || scheme == "postgresql") {
		return "", fmt.Errorf("state %q: this version keeps its ledger in SQLite only; write sqlite:FILE", scheme+"://…")
	}
	if !ok || scheme != "sqlite" {
		return "", fmt.Errorf("state %q: write sqlite:FILE, such as sqlite:sluice.db", url)
	}
	path := strings.TrimPrefix(rest, "//")
	if path == "" || path == ":memory:" || strings.ContainsRune(path, 0) {
		return "", fmt.Errorf("state %q: name the file of the ledger, such as sqlite:sluice.db", url)
	}
	return path, nil
}

// Close closes the ledger. Leases that are held stay held until they are
// released, run out, or their process ends.
func (l *Ledger) Close() error {
	l.stmts.close()
	l.queries.close()
	return l.explain(errors.Join(l.readers.Close(), l.writer.Close(), l.pack.close()))
}

// Path returns the file that the ledger is in.
func (l *Ledger) Path() string { return l.path }

// Check reads the whole ledger and reports damage.
func (l *Ledger) Check(ctx context.Context) error {
	var found string
	err := l.readers.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found)
	if err == nil && found != "ok" {
		err = &damage{found}
	}
	return l.explain(err)
}

// statements keeps prepared statements by their text. database/sql keeps one
// for each connection, and the writer has one connection only, so a statement
// cannot be prepared for later while a transaction has it: that waits until
// learn.
type statements struct {
	db     *sql.DB
	mu     sync.Mutex
	by     map[string]*sql.Stmt
	wanted []string
}

func newStatements(db *sql.DB) *statements {
	return &statements{db: db, by: map[string]*sql.Stmt{}}
}

// in returns the statement with a text, for use in tx. The text must come from
// a small set: it is kept until the ledger is closed.
func (s *statements) in(ctx context.Context, tx *sql.Tx, text string) (*sql.Stmt, error) {
	s.mu.Lock()
	stmt := s.by[text]
	if stmt == nil {
		s.wanted = append(s.wanted, text)
	}
	s.mu.Unlock()
	if stmt == nil {
		return tx.PrepareContext(ctx, text)
	}
	return tx.StmtContext(ctx, stmt), nil
}

// learn prepares the statements that were asked for and not known. It must not
// be called in a transaction.
func (s *statements) learn(ctx context.Context) error {
	s.mu.Lock()
	wanted := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	for _, text := range wanted {
		if _, err := s.get(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// get returns the statement with a text, for use outside transactions.
func (s *statements) get(ctx context.Context, text string) (*sql.Stmt, error) {
	s.mu.Lock()
	known := s.by[text]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	stmt, err := s.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.by[text]; known != nil { // prepared by another in the meantime
		return known, stmt.Close()
	}
	s.by[text] = stmt
	return stmt, nil
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.by {
		_ = stmt.Close()
	}
	clear(s.by)
}

// micros is how times are stored: microseconds since 1970, so that they sort
// and mean the same in every database.
func micros(t time.Time) int64 { return t.UnixMicro() }

// nullMicros stores the zero time as null.
func nullMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func timeOf(m int64) time.Time { return time.UnixMicro(m).UTC() }

func timeOrZero(m sql.NullInt64) time.Time {
	if !m.Valid {
		return time.Time{}
	}
	return timeOf(m.Int64)
}

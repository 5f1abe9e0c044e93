// Package store keeps the database that a ledger is in: a file of SQLite, made,
// checked, brought up to date and opened, with its faults put into words. What
// the tables mean is the ledger's affair.
package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"sync"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	// Writer has one connection, because SQLite has one writer; Readers do not
	// wait for it. Of a store that is open only to be read, Writer is nil.
	Writer, Readers *sql.DB

	path             string
	reading          bool
	written, queried *statements
}

// Open opens the database at path, and makes it if there is none. The steps are
// the SQL that brings it from each version to the next, the first one making
// version 1 out of nothing.
func Open(ctx context.Context, path string, steps []string) (*Store, error) {
	s := &Store{path: path}
	if err := prepareFile(ctx, path, steps); err != nil {
		return nil, s.Explain(err)
	}
	var err error
	if s.Writer, s.Readers, err = connect(path); err != nil {
		return nil, s.Explain(err)
	}
	s.written, s.queried = newStatements(s.Writer), newStatements(s.Readers)
	if err := migrate(ctx, s.Writer, steps); err != nil {
		return nil, errors.Join(s.Explain(err), s.Close())
	}
	return s, nil
}

// OpenToRead opens the database at path without changing anything in it or
// beside it, also where this user may not write. The number of steps is the
// version that it must have.
func OpenToRead(ctx context.Context, path string, steps []string) (*Store, error) {
	s := &Store{path: path, reading: true}
	var err error
	if s.Readers, err = connectToRead(ctx, path, len(steps)); err != nil {
		return nil, s.Explain(err)
	}
	s.queried = newStatements(s.Readers)
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error {
	s.queried.close()
	if s.Writer == nil {
		return s.Explain(s.Readers.Close())
	}
	s.written.close()
	return s.Explain(errors.Join(s.Readers.Close(), s.Writer.Close()))
}

// Path returns the file that the database is in.
func (s *Store) Path() string { return s.path }

// Check reads the whole database and reports damage.
func (s *Store) Check(ctx context.Context) error {
	var found string
	err := s.Readers.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found)
	if err == nil && found != "ok" {
		err = Damaged(found)
	}
	return s.Explain(err)
}

// Query returns a statement of the readers that is prepared once. Its text must
// come from a small set: it is kept until the store is closed.
func (s *Store) Query(ctx context.Context, text string) (*sql.Stmt, error) {
	return s.queried.get(ctx, text)
}

// In returns a statement for a transaction of the writer. Its text must come
// from a small set.
func (s *Store) In(ctx context.Context, tx *sql.Tx, text string) (*sql.Stmt, error) {
	return s.written.in(ctx, tx, text)
}

// Learn prepares, for the next time, the statements that In was asked for the
// first time. It must not be called in a transaction. A fault now would show
// again when the statement is used.
func (s *Store) Learn(ctx context.Context) { s.written.learn(ctx) }

// Texts lists the statements that are prepared.
func (s *Store) Texts() []string {
	return append(s.written.texts(), s.queried.texts()...)
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
func (s *statements) learn(ctx context.Context) {
	s.mu.Lock()
	wanted := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	for _, text := range wanted {
		if _, err := s.get(ctx, text); err != nil {
			return
		}
	}
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

func (s *statements) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.by))
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.by {
		_ = stmt.Close()
	}
	clear(s.by)
}

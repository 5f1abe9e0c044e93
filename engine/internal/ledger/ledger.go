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
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger/pack"
	"github.com/sluicehq/sluice/engine/internal/ledger/store"
)

// Ledger is an open ledger. It is safe for concurrent use: readers do not wait
// for the writer, and writers wait for each other.
type Ledger struct {
	db      *store.Store
	now     func() time.Time
	process process
	pack    *pack.Packer
	// fault, set by tests only, is called at named points of a transaction;
	// its error is as if the database had failed there.
	fault func(point string) error
}

// What can be the matter with the ledger's file, for errors.Is.
var (
	ErrDamaged    = store.ErrDamaged
	ErrForeign    = store.ErrForeign
	ErrNewer      = store.ErrNewer
	ErrOlder      = store.ErrOlder
	ErrFull       = store.ErrFull
	ErrReadOnly   = store.ErrReadOnly
	ErrUnreadable = store.ErrUnreadable
	ErrLocked     = store.ErrLocked
)

// Error is an error of the ledger's file: which file, what is the matter, and
// what to do.
type Error = store.Error

// Options of Open. The zero Options is what programs want.
type Options struct {
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// ReadOnly opens a ledger that is there, and changes nothing in it or beside
	// it, so that it need not be writable. One of an older version is refused.
	ReadOnly bool
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
	l := &Ledger{now: opts.Now, process: thisProcess()}
	if l.now == nil {
		l.now = time.Now
	}
	if l.pack, err = pack.New(); err != nil {
		return nil, err
	}
	from := store.Open
	if opts.ReadOnly {
		from = store.OpenToRead
	}
	if l.db, err = from(ctx, path, steps); err != nil {
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
		if _, _, address := strings.Cut(url, "://"); address { // there may be a password in it
			url = scheme + "://…"
		}
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
func (l *Ledger) Close() error { return errors.Join(l.db.Close(), l.pack.Close()) }

// Path returns the file that the ledger is in.
func (l *Ledger) Path() string { return l.db.Path() }

// Check reads the whole ledger and reports damage.
func (l *Ledger) Check(ctx context.Context) error { return l.db.Check(ctx) }

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

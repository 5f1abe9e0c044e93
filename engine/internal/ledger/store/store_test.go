package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestExplain has the faults that a test cannot make happen everywhere.
func TestExplain(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind error
	}{
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.ENOSPC}, ErrFull},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS}, ErrReadOnly},
		{&os.LinkError{Op: "link", Old: "x", New: "y", Err: syscall.EACCES}, ErrReadOnly},
	} {
		s := &Store{path: "sluice.db"}
		if err := s.Explain(c.err); !errors.Is(err, c.kind) || !errors.Is(err, c.err) {
			t.Errorf("%v: got %v", c.err, err)
		}
	}
	if _, kind := classifySQLite(778); kind != ErrReadOnly { // a write that failed
		t.Errorf("got %v", kind)
	}
	for _, err := range []error{nil, context.Canceled, context.DeadlineExceeded, errors.New("something else")} {
		if got := (&Store{}).Explain(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

func openStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "sluice.db"), []string{"CREATE TABLE numbers (n INTEGER NOT NULL)"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestStatements has statements asked for in and outside transactions: from the
// second time on they are kept ones.
func TestStatements(t *testing.T) {
	s := openStore(t)
	const insert, count = "INSERT INTO numbers VALUES (?)", "SELECT count(*) FROM numbers"
	for range 3 {
		tx, err := s.Writer.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		stmt, err := s.In(t.Context(), tx, insert)
		if err == nil {
			_, err = stmt.ExecContext(t.Context(), 1)
		}
		if err = errors.Join(err, tx.Commit()); err != nil {
			t.Fatal(err)
		}
		s.Learn(t.Context())
		if texts := s.written.texts(); len(texts) != 1 || texts[0] != insert || len(s.written.wanted) > 0 {
			t.Errorf("kept are %q", texts)
		}
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			stmt, err := s.Query(t.Context(), count)
			n := 0
			if err == nil {
				err = stmt.QueryRowContext(t.Context()).Scan(&n)
			}
			if err != nil || n != 3 {
				t.Errorf("got %d, %v", n, err)
			}
		})
	}
	group.Wait()
	if got := strings.Join(s.Texts(), "; "); got != insert+"; "+count {
		t.Errorf("kept are %s", got)
	}
	if _, err := s.Query(t.Context(), "SELECT nothing FROM nowhere"); err == nil {
		t.Error("a statement with a fault was prepared")
	}
}

// TestDamaged has a fault that the database does not see.
func TestDamaged(t *testing.T) {
	s := openStore(t)
	err := s.Explain(Damaged("a page is missing"))
	if want := s.Path() + ": the ledger is damaged (a page is missing); it was left as it is"; !errors.Is(err, ErrDamaged) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

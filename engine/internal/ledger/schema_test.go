package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOlder opens a file as the first version left it, written out by hand so
// that no change to the code changes it, and works on with it.
func TestOlder(t *testing.T) {
	text, err := os.ReadFile("testdata/version-1.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sluice.db")
	plain(t, path, string(text))
	l, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	d := &desk{T: t, Ledger: l, name: instance}
	d.want("1001", "5f2d sink sent")
	d.want("1002", "77aa sink filtered")
	d.balanced()
	d.take()
	if d.run != 2 {
		t.Errorf("the next run is %d", d.run)
	}
	rows := d.admit(rec("1003", "a", Sending))
	if rows[0] != 3 {
		t.Errorf("the next row is %d", rows[0])
	}
	d.settle(Outcome{Row: rows[0], State: Sent})
	d.balanced()
}

// TestMigrate takes a ledger to a version that this one does not have yet.
func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	used(t, path)
	now := schemaSteps()
	next := append(now, "ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT 'none'")

	// A step that fails half-way leaves the ledger as it was.
	broken := append(now, "CREATE TABLE extra (x); INSERT INTO nowhere VALUES (1)")
	if _, err := open(t.Context(), "sqlite:"+path, Options{}, broken); err == nil || !strings.Contains(err.Error(), "bring the ledger from version 2 to 3") {
		t.Errorf("got %v", err)
	}
	if _, err := open(t.Context(), "sqlite:"+path, Options{ReadOnly: true}, next); !errors.Is(err, ErrOlder) || !strings.Contains(err.Error(), "the next run brings it up to date") {
		t.Errorf("to be read: got %v", err)
	}
	for range 2 {
		l, err := open(t.Context(), "sqlite:"+path, Options{}, next)
		if err != nil {
			t.Fatal(err)
		}
		var note string
		var extra, version int
		err = errors.Join(
			l.db.Readers.QueryRow("SELECT note FROM runs").Scan(&note),
			l.db.Readers.QueryRow("SELECT version FROM sluice_ledger").Scan(&version),
			l.db.Readers.QueryRow("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").Scan(&extra),
			l.Balance(t.Context(), instance), l.Close())
		if err != nil || note != "none" || extra != 0 || version != len(next) {
			t.Errorf("got %q, %d, %d, %v", note, extra, version, err)
		}
	}
	if _, err := Open(t.Context(), "sqlite:"+path, Options{}); !errors.Is(err, ErrNewer) {
		t.Errorf("an older program: got %v", err)
	}
	// A new ledger takes all the steps as well.
	fresh, err := open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "new.db"), Options{}, next)
	if err != nil {
		t.Fatal(err)
	}
	if err := fresh.Close(); err != nil {
		t.Error(err)
	}
}

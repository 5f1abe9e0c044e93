package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// read opens the ledger of used only to read it, and asks it for what it has.
func read(t *testing.T, path string) {
	t.Helper()
	l, err := Open(t.Context(), "sqlite:"+path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	known, err := l.Known(t.Context(), instance, []string{"1", "nobody"})
	if err != nil || known[0].State != Sending || known[1].Row != 0 {
		t.Errorf("got %v, %v", known, err)
	}
	h, err := l.Why(t.Context(), instance, "1")
	if err != nil || len(h.Rows) != 1 {
		t.Errorf("got %v, %v", h, err)
	}
	if _, err := l.Acquire(t.Context(), instance, "a test", time.Minute); !errors.Is(err, errReading) {
		t.Errorf("a lease of a ledger that is only read: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestRead looks into ledgers that are left as they are to the byte: one that
// was closed, one that is being written, and one whose writer was killed.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sluice.db")
	used(t, path)
	before := folder(t, dir)
	read(t, path)
	if after := folder(t, dir); after != before {
		t.Errorf("reading changed a closed ledger:\n%s\n%s", before, after)
	}

	l, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{T: t, Ledger: l, name: instance}
	d.take()
	d.admit(rec("new", "a", Sending))
	read(t, path)
	killed := filepath.Join(t.TempDir(), "sluice.db")
	for _, tail := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(path + tail)
		if err == nil {
			err = os.WriteFile(killed+tail, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d.must(l.Close())

	contents := func() string {
		var kept []string
		for line := range strings.Lines(folder(t, filepath.Dir(killed))) {
			if !strings.Contains(line, "-shm ") { // who reads what is there alone
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "")
	}
	before = contents()
	read(t, killed)
	l, err = Open(t.Context(), "sqlite:"+killed, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	known, err := l.Known(t.Context(), instance, []string{"new"})
	d.must(errors.Join(err, l.Close()))
	if known[0].State != Sending {
		t.Errorf("what is in the log is not read: %v", known)
	}
	if after := contents(); after != before {
		t.Errorf("reading changed a killed run's ledger:\n%s\n%s", before, after)
	}
}

// TestReadWhileWritten has a run begin, and write its log back into the file,
// while another program reads.
func TestReadWhileWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	used(t, path)
	reader, err := Open(t.Context(), "sqlite:"+path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	for round := range 3 {
		l, err := Open(t.Context(), "sqlite:"+path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{T: t, Ledger: l, name: instance}
		d.take()
		key := string(rune('a' + round))
		d.admit(rec(key, "a", Sending))
		_, err = l.db.Writer.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
		d.must(errors.Join(err, d.Release(d.ctx(), d.x), l.Close()))
		known, err := reader.Known(t.Context(), instance, []string{key})
		d.must(err)
		if known[0].State != Sending {
			t.Errorf("round %d: got %v", round, known)
		}
	}
}

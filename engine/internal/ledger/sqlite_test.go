package ledger

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// plain makes a SQLite file of some other program, or of whatever the SQL says.
func plain(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err == nil {
		_, err = db.Exec(text)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// used makes a ledger with some rows, and closes it.
func used(t *testing.T, path string) {
	t.Helper()
	l, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{T: t, Ledger: l, name: instance}
	d.take()
	var records []Record
	for i := range 400 {
		records = append(records, rec(fmt.Sprint(i), "a", Sending))
	}
	d.admit(records...)
	d.must(d.Release(d.ctx(), d.x))
	d.must(l.Close())
}

func TestRefused(t *testing.T) {
	change := func(edit func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			used(t, path)
			b, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, edit(b), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		prepare func(*testing.T, string)
		kind    error
		want    string
	}{
		"a text": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("dear diary "), 999), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged, "put back a copy of it, or move it away"},
		"an empty file": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged, "the file is empty"},
		"a broken beginning": {change(func(b []byte) []byte { copy(b[8:], "XXXXXXXX"); return b }), ErrDamaged, "put back a copy"},
		"a torn schema":      {change(func(b []byte) []byte { copy(b[100:], bytes.Repeat([]byte{0xff}, 3996)); return b }), ErrDamaged, "put back a copy"},
		"a cut file":         {change(func(b []byte) []byte { return b[:len(b)/2] }), ErrDamaged, "put back a copy"},
		"no version": {func(t *testing.T, path string) {
			used(t, path)
			plain(t, path, "DELETE FROM sluice_ledger")
		}, ErrDamaged, "it does not say which version it is"},
		"another program's": {func(t *testing.T, path string) {
			plain(t, path, "CREATE TABLE notes (text); INSERT INTO notes VALUES ('hello')")
		}, ErrForeign, "name another file in state:"},
		"a newer version": {func(t *testing.T, path string) {
			used(t, path)
			plain(t, path, "UPDATE sluice_ledger SET version = 99")
		}, ErrNewer, "its version is 99, and this sluice knows versions up to 2); use the newer sluice"},
		"a part that is left": {func(t *testing.T, path string) {
			if err := os.WriteFile(path+"-wal", []byte("the log of a ledger that is gone"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged, "the file is gone, but sluice.db-wal, which is part of it, is there"},
		"a folder": {func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, ErrReadOnly, "is a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "sluice.db")
			c.prepare(t, path)
			before := folder(t, dir)
			l, err := Open(t.Context(), "sqlite:"+path, Options{})
			if err == nil {
				_ = l.Close()
				t.Fatal("it was opened")
			}
			var e *Error
			if !errors.As(err, &e) || !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
				t.Errorf("got %v", err)
			}
			if name != "a part that is left" { // it is not there at all
				l, err := Open(t.Context(), "sqlite:"+path, Options{ReadOnly: true})
				if err == nil {
					_ = l.Close()
				}
				if kind := map[bool]error{true: ErrUnreadable, false: c.kind}[c.kind == ErrReadOnly]; !errors.Is(err, kind) {
					t.Errorf("to be read: got %v", err)
				}
			}
			if after := folder(t, dir); after != before {
				t.Errorf("the files changed:\n%s\n%s", before, after)
			}
		})
	}
}

// folder describes the files of a folder, bytes and all.
func folder(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		fmt.Fprintln(&b, path, len(data), VersionOf(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDamageInside has a page in the middle of the file go bad: it is not
// noticed when the ledger is opened, and named as soon as it is read.
func TestDamageInside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	used(t, path)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	for at := int64(8 * 4096); err == nil && at < info.Size(); at += 4096 {
		_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 4096), at)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	l, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if err := l.Check(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("Check: got %v", err)
	}
	if _, err := l.Counts(t.Context(), instance); !errors.Is(err, ErrDamaged) {
		t.Errorf("Counts: got %v", err)
	}
}

// TestBooksThatDoNotBalance has rows go, and counts, as no run makes them.
func TestBooksThatDoNotBalance(t *testing.T) {
	for change, want := range map[string]string{
		"DELETE FROM entries WHERE key = '2'":         "4 records were listed, but 1 were unchanged, 1 passed on and 1 have rows",
		"UPDATE runs SET listed = listed + 1":         "5 records were listed, but 1 were unchanged, 1 passed on and 2 have rows",
		"UPDATE runs SET unchanged = 0":               "4 records were listed, but 0 were unchanged, 1 passed on and 2 have rows",
		"UPDATE runs SET passed = 0":                  "4 records were listed, but 1 were unchanged, 0 passed on and 2 have rows",
		"UPDATE entries SET main = 99 WHERE main > 0": "1 further writes belong to no record",
		"UPDATE entries SET main = 2 WHERE main > 0":  "1 further writes belong to no record",
	} {
		d := newDesk(t, openSQLite)
		first := rec("1", "a", Sending)
		first.Deliveries = append(first.Deliveries, Delivery{Write: "sink#2", State: Dead})
		d.must(d.Ledger.Admit(d.ctx(), d.x, &Batch{Run: d.run, Records: []Record{first, rec("2", "a", Filtered)}, Unchanged: 1, Passed: 1}))
		d.balanced()
		if _, err := d.db.Writer.Exec(change); err != nil {
			t.Fatal(err)
		}
		if err := d.Balance(d.ctx(), instance); err == nil || err.Error() != `"acme/orders" does not balance: `+want {
			t.Errorf("%s: got %v", change, err)
		}
	}
}

func TestOpenURL(t *testing.T) {
	for url, want := range map[string]string{
		"sluice.db":                  `state "sluice.db": write sqlite:FILE, such as sqlite:sluice.db`,
		"mysql:sluice":               `state "mysql:sluice": write sqlite:FILE`,
		"sqlite:":                    `state "sqlite:": name the file of the ledger`,
		"sqlite::memory:":            `state "sqlite::memory:": name the file of the ledger`,
		"sqlite://":                  `state "sqlite://": name the file of the ledger`,
		"sqlite:a\x00b":              `state "sqlite:a\x00b": name the file of the ledger`,
		"mysql://ann:secret@db/s":    `state "mysql://…": write sqlite:FILE`,
		"postgres://ann:secret@db/s": `state "postgres://…": this version keeps its ledger in SQLite only`,
		"postgresql:ann:secret@db":   `state "postgresql://…": this version keeps its ledger in SQLite only`,
	} {
		_, err := Open(t.Context(), url, Options{})
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", url, err)
		}
	}
	// A name with every sign that means something in a URL.
	path := filepath.Join(t.TempDir(), "a?mode=memory&b #1 100%25 é.db")
	used(t, path)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	_, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "none", "sluice.db"), Options{})
	if !errors.Is(err, ErrReadOnly) || !strings.Contains(err.Error(), "make the folder") {
		t.Errorf("a folder that is not there: got %v", err)
	}
}

// TestReadOnlyFolder needs a user who may not write everywhere.
func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("the superuser may write everywhere")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "sluice.db")
	used(t, path)
	for mode, file := range map[fs.FileMode]string{0o500: dir, 0o400: path} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		l, err := Open(t.Context(), "sqlite:"+path, Options{})
		if err == nil {
			_, err = l.Acquire(t.Context(), instance, "a test", time.Minute)
			_ = l.Close()
		}
		if !errors.Is(err, ErrReadOnly) || !strings.Contains(err.Error(), "allow this user to write") {
			t.Errorf("%s: got %v", file, err)
		}
		read(t, path)
		if err := os.Chmod(file, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiskFull has the file reach its largest size in the middle of a batch,
// and grow again later.
func TestDiskFull(t *testing.T) {
	d := newDesk(t, openSQLite)
	d.admit(rec("1", "a", Sending))
	var pages int
	d.must(d.db.Writer.QueryRow("PRAGMA page_count").Scan(&pages))
	_, err := d.db.Writer.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+3))
	d.must(err)
	big := Batch{Run: d.run, Cursors: []Cursor{{"shop.orders", []byte("9")}}}
	for i := range 500 {
		big.Records = append(big.Records, rec(fmt.Sprint("big", i), "a", Sending))
	}
	err = d.Ledger.Admit(d.ctx(), d.x, &big)
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "make room and start again") {
		t.Errorf("got %v", err)
	}
	d.want("big0", "")
	d.balanced()
	_, err = d.db.Writer.Exec("PRAGMA max_page_count = 1000000")
	d.must(err)
	d.must(d.Ledger.Admit(d.ctx(), d.x, &big))
	d.want("big499", "a sink sending")
	d.balanced()
}

// TestLocked has another program keep the file locked for longer than the
// writer waits; readers do not wait.
func TestLocked(t *testing.T) {
	d := newDesk(t, openSQLite)
	d.admit(rec("1", "a", Sending))
	other, err := sql.Open("sqlite", "file:"+d.Path()+"?_txlock=exclusive")
	d.must(err)
	defer func() { _ = other.Close() }()
	tx, err := other.Begin()
	d.must(err)
	_, err = d.db.Writer.Exec("PRAGMA busy_timeout = 20")
	d.must(err)
	err = d.Ledger.Admit(d.ctx(), d.x, &Batch{Run: d.run, Records: []Record{rec("2", "a", Sending)}})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "another program keeps it locked") {
		t.Errorf("got %v", err)
	}
	d.want("1", "a sink sending")
	d.must(tx.Rollback())
	d.admit(rec("2", "a", Sending))
}

// TestCreatedOnce has many open a ledger that is not there, all at once.
func TestCreatedOnce(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			l, err := Open(t.Context(), "sqlite:"+filepath.Join(dir, "sluice.db"), Options{})
			if err == nil {
				_, err = l.Acquire(t.Context(), fmt.Sprint("instance ", n), "a test", time.Minute)
				err = errors.Join(err, l.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	l := openSQLite(t, dir, Options{})
	names, err := l.Instances(t.Context())
	if err != nil || len(names) != 8 {
		t.Errorf("got %q, %v", names, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.new-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestSynchronous holds the settings that durability rests on.
func TestSynchronous(t *testing.T) {
	l := openSQLite(t, t.TempDir(), Options{})
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := l.db.Writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v", pragma, got, err)
		}
	}
	if _, err := l.db.Readers.Exec("DELETE FROM runs"); err == nil {
		t.Error("a reader can write")
	}
}

// TestPlans holds the statements that every batch runs to their indexes: read
// without them, a ledger gets slower with each record that it knows.
func TestPlans(t *testing.T) {
	d := newDesk(t, openSQLite)
	rows := d.admit(rec("1", "a", Sending))
	d.settle(Outcome{Row: rows[0], State: Sent})
	for range 2 { // statements are kept from their second use on
		_, err := d.Known(d.ctx(), instance, []string{"1"})
		d.must(err)
		_, err = d.Taken(d.ctx(), instance, "sink", []string{"1"})
		d.must(err)
	}
	texts := d.db.Texts()
	if len(texts) < 8 {
		t.Fatalf("only %d statements are known", len(texts))
	}
	texts = append(texts, "SELECT e.row FROM entries e WHERE e.instance = ? AND e.key = ? ORDER BY e.row",
		"SELECT e.row FROM entries e WHERE e.instance = ? AND e.row > ? AND e.state IN (?, ?) AND e.state IN ('pending', 'sending', 'dead', 'in doubt') ORDER BY e.row LIMIT ?")
	for _, text := range texts {
		for _, step := range plan(t, d, text) {
			if strings.HasPrefix(step, "SCAN entries") || strings.HasPrefix(step, "SCAN e") || strings.HasSuffix(step, "USING PRIMARY KEY (instance=?)") {
				t.Errorf("%s\n%s", step, text)
			}
		}
	}
}

func plan(t *testing.T, d *desk, text string) []string {
	t.Helper()
	args := make([]any, strings.Count(text, "?"))
	for i := range args {
		args[i] = 1
	}
	rows, err := d.db.Writer.Query("EXPLAIN QUERY PLAN "+text, args...)
	var steps []string
	err = each(rows, err, func() error {
		var id, parent, unused int
		var step string
		err := rows.Scan(&id, &parent, &unused, &step)
		steps = append(steps, step)
		return err
	})
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return steps
}

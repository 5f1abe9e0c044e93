package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
)

// What is the matter with a ledger, for errors.Is. The errors that wrap these
// name the file and say what to do.
var (
	// ErrDamaged means that the file is not what was written.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrForeign means that the file belongs to another program.
	ErrForeign = errors.New("not a ledger")
	// ErrNewer means that a newer sluice wrote the file.
	ErrNewer = errors.New("the ledger is newer than this program")
	// ErrFull means that there is no room on the disk.
	ErrFull = errors.New("the disk is full")
	// ErrReadOnly means that the file or its folder cannot be written.
	ErrReadOnly = errors.New("the ledger cannot be written")
	// ErrLocked means that another program kept the file locked for too long.
	ErrLocked = errors.New("the ledger is locked")
)

var errForeign = errors.New("the file is a database of another program")

// busyTimeout is how long a writer waits for other processes' transactions,
// each of which takes milliseconds.
const busyTimeout = 15 * time.Second

// damage is a fault in the file that SQLite has no code for.
type damage struct{ detail string }

func (d *damage) Error() string { return d.detail }

type newerError struct{ version, known int }

func (e *newerError) Error() string {
	return fmt.Sprintf("its version is %d, and this sluice knows versions up to %d", e.version, e.known)
}

// dataSource is how the driver is told of a file. The file must be there:
// prepareFile makes it.
func dataSource(path string, settings ...string) string {
	q := url.Values{"mode": {"rw"}, "_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())}}
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		q.Add(name, value)
	}
	file := url.URL{Path: filepath.ToSlash(path)}
	return "file:" + file.EscapedPath() + "?" + q.Encode()
}

// connect returns the pools of a file: one connection that writes, a few that
// read.
func connect(path string) (writer, readers *sql.DB, err error) {
	writer, err = sql.Open("sqlite", dataSource(path,
		"_txlock=immediate", "_foreign_keys=1", "_journal_mode=WAL", "_synchronous=FULL",
		// A longer log between checkpoints: a page that many batches change is
		// copied back once.
		"_pragma=wal_autocheckpoint(4000)", "_pragma=journal_size_limit(67108864)"))
	if err != nil {
		return nil, nil, err
	}
	writer.SetMaxOpenConns(1)
	readers, err = sql.Open("sqlite", dataSource(path, "_query_only=1"))
	if err != nil {
		return nil, nil, errors.Join(err, writer.Close())
	}
	readers.SetMaxOpenConns(4)
	readers.SetMaxIdleConns(2)
	return writer, readers, nil
}

// prepareFile sees to it that a ledger that this program can use is at path,
// and makes one if nothing is there. It looks at what it finds through a
// connection that cannot write, because even opening a file for writing can
// change it, and then a damaged one could not be repaired any more.
func prepareFile(ctx context.Context, path string, steps []string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createFile(ctx, path, steps)
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		return &fs.PathError{Op: "open", Path: path, Err: errors.New("is a folder")}
	}
	if info.Size() == 0 {
		return &damage{"the file is empty"}
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", inspection(path))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	version, err := versionOf(ctx, db)
	if err == nil && version > len(steps) {
		err = &newerError{version, len(steps)}
	}
	return err
}

// inspection is a connection that can only look. Where no log lies beside the
// file, nobody is writing to it, and looking needs no files beside it either.
func inspection(path string) string {
	source := strings.Replace(dataSource(path, "_query_only=1"), "mode=rw", "mode=ro", 1)
	if !holds(path + "-wal") {
		source += "&immutable=1"
	}
	return source
}

// holds reports whether there is something in a file.
func holds(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// createFile makes a new ledger beside path and then moves it there, so that a
// ledger is whole from the moment it exists, and of two processes that create
// it at once one does.
func createFile(ctx context.Context, path string, steps []string) error {
	for _, tail := range []string{"-wal", "-journal"} {
		if holds(path + tail) {
			return &damage{"the file is gone, but " + filepath.Base(path) + tail + ", which is part of it, is there"}
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	fresh := f.Name()
	defer func() { _ = os.Remove(fresh) }()
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dataSource(fresh, "_txlock=immediate", "_synchronous=FULL"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `
		CREATE TABLE sluice_ledger (version INTEGER NOT NULL);
		INSERT INTO sluice_ledger VALUES (1)`)
	if err == nil {
		_, err = db.ExecContext(ctx, steps[0])
	}
	if err == nil {
		err = migrate(ctx, db, steps)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	// Link, unlike Rename, does not replace what another process put there.
	if err := os.Link(fresh, path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(fresh, path); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a new file's name survive a power failure. A ledger that
// vanished would send everything again.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	// Some systems cannot sync a folder and do not need to.
	_ = f.Sync()
	return f.Close()
}

// explain turns an error of the database into one that says, in the user's
// words, which file it is about and what to do. Other errors pass unchanged.
func (l *Ledger) explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	advice, kind := classify(err)
	if kind == nil {
		return err
	}
	return &Error{Path: l.path, Kind: kind, Advice: advice, Err: err}
}

// Error is an error of the ledger's file.
type Error struct {
	Path string
	// Kind is one of ErrDamaged, ErrForeign, ErrNewer, ErrFull, ErrReadOnly
	// and ErrLocked.
	Kind error
	// Advice says what to do.
	Advice string
	// Err is what the database said.
	Err error
}

// Error names the file, what is the matter, and what to do.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %v (%v); %s", e.Path, e.Kind, e.Err, e.Advice)
}

// Unwrap gives Kind and Err to errors.Is and errors.As.
func (e *Error) Unwrap() []error { return []error{e.Kind, e.Err} }

func classify(err error) (advice string, kind error) {
	var dam *damage
	var newer *newerError
	var path *fs.PathError
	var link *os.LinkError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &dam):
		return adviceDamaged, ErrDamaged
	case errors.Is(err, errForeign):
		return "name another file in state:", ErrForeign
	case errors.As(err, &newer):
		return "use the newer sluice; nothing was changed", ErrNewer
	case errors.As(err, &lite):
		return classifySQLite(lite.Code())
	case errors.Is(err, syscall.ENOSPC):
		return adviceFull, ErrFull
	case errors.Is(err, fs.ErrNotExist):
		return "make the folder, or name another file in state:", ErrReadOnly
	case errors.As(err, &path), errors.As(err, &link):
		return adviceReadOnly, ErrReadOnly
	}
	return "", nil
}

const (
	adviceDamaged = "it was left as it is: put back a copy of it, " +
		"or move it away to start a new one, which knows nothing of what was sent before"
	adviceFull     = "make room and start again; nothing of this was kept, and nothing before it is lost"
	adviceReadOnly = "allow this user to write the file and its folder, or name another file in state:"
)

// The primary result codes of SQLite that users can do something about.
const (
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteReadOnly = 8
	sqliteIOErr    = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26
)

func classifySQLite(code int) (advice string, kind error) {
	switch code & 0xff {
	case sqliteCorrupt, sqliteNotADB:
		return adviceDamaged, ErrDamaged
	case sqliteFull:
		return adviceFull, ErrFull
	case sqliteReadOnly, sqliteCantOpen:
		return adviceReadOnly, ErrReadOnly
	case sqliteBusy, sqliteLocked:
		return "another program keeps it locked: stop that one, or try again when it is done", ErrLocked
	case sqliteIOErr:
		return "the disk reports a fault: see the system's log, then start again", ErrReadOnly
	}
	return "", nil
}

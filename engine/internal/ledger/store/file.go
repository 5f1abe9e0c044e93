package store

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
	"time"
)

// busyTimeout is how long a writer waits for other processes' transactions,
// each of which takes milliseconds.
const busyTimeout = 15 * time.Second

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
	if err == nil {
		err = regular(path, info)
	}
	if err == nil {
		err = writable(path)
	}
	if err != nil {
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

// regular refuses what cannot be a ledger.
func regular(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return &fs.PathError{Op: "open", Path: path, Err: errors.New("is a folder")}
	case info.Size() == 0:
		return &damage{"the file is empty"}
	}
	return nil
}

// writable reports why this user may not write a file.
func writable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return f.Close()
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

// connectToRead returns the pool of a file that is only read, and checks its
// version. Where there is no log yet and this user may write, it takes part in
// the locking: a run that begins meanwhile does not disturb it. SQLite makes
// files for that, and takes them away again.
func connectToRead(ctx context.Context, path string, version int) (*sql.DB, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = regular(path, info)
	}
	if err != nil {
		return nil, err
	}
	if !holds(path+"-wal") && writable(path) == nil {
		db, err := lookInto(ctx, dataSource(path, "_query_only=1"), version)
		if _, kind := classify(err); kind != ErrReadOnly {
			return db, err
		} // its folder cannot be written
	}
	return lookInto(ctx, inspection(path), version)
}

// lookInto opens a ledger that must be of a version.
func lookInto(ctx context.Context, source string, version int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(2)
	found, err := versionOf(ctx, db)
	switch {
	case err != nil:
	case found > version:
		err = &newerError{found, version}
	case found < version:
		err = &olderError{found, version}
	default:
		return db, nil
	}
	return nil, errors.Join(err, db.Close())
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

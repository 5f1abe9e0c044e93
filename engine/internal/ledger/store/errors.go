package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

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
	// ErrOlder means that an older sluice wrote the file, and that it was opened
	// only to be read.
	ErrOlder = errors.New("the ledger is older than this program")
	// ErrReadOnly means that the file or its folder cannot be written.
	ErrReadOnly = errors.New("the ledger cannot be written")
	// ErrUnreadable means that the file cannot even be read.
	ErrUnreadable = errors.New("the ledger cannot be read")
	// ErrLocked means that another program kept the file locked for too long.
	ErrLocked = errors.New("the ledger is locked")
)

var errForeign = errors.New("the file is a database of another program")

// damage is a fault in the file that SQLite has no code for.
type damage struct{ detail string }

func (d *damage) Error() string { return d.detail }

// Damaged returns an error of the kind ErrDamaged, for a fault that the database
// itself does not see. Explain adds the rest.
func Damaged(detail string) error { return &damage{detail} }

type newerError struct{ version, known int }

func (e *newerError) Error() string {
	return fmt.Sprintf("its version is %d, and this sluice knows versions up to %d", e.version, e.known)
}

type olderError struct{ version, known int }

func (e *olderError) Error() string {
	return fmt.Sprintf("its version is %d, and this sluice reads version %d", e.version, e.known)
}

// Explain turns an error of the database into one that says, in the user's
// words, which file it is about and what to do. Other errors pass unchanged.
func (s *Store) Explain(err error) error {
	advice, kind := classify(err)
	switch {
	case kind == nil:
		return err
	case kind == ErrReadOnly && s.reading:
		advice, kind = adviceUnreadable, ErrUnreadable
	}
	return &Error{Path: s.path, Kind: kind, Advice: advice, Err: err}
}

// Error is an error of the ledger's file.
type Error struct {
	Path string
	// Kind is one of ErrDamaged, ErrForeign, ErrNewer, ErrOlder, ErrFull,
	// ErrReadOnly, ErrUnreadable and ErrLocked.
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
	var older *olderError
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
	case errors.As(err, &older):
		return "nothing was changed: the next run brings it up to date", ErrOlder
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

	adviceUnreadable = "allow this user to read the file and those beside it whose names begin with its name, " +
		"or copy them all to a folder where this user may write, and name the copy in state:"
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

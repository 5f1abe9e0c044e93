// Package guard keeps a fault in the program from ending the process: what
// panics is told as an error, so that one record's bad luck stays its own.
package guard

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Fault is a panic as an error.
type Fault struct{ cause any }

// Error says that the program is to blame, not the user or the record.
func (f *Fault) Error() string {
	return fmt.Sprintf("a fault in sluice itself, which should be reported: %v", f.cause)
}

// IsFault reports whether err comes from a panic.
func IsFault(err error) bool {
	_, ok := errors.AsType[*Fault](err)
	return ok
}

// Do calls f. If it panics, the stack goes to the log and the error is a *Fault.
func Do(log *slog.Logger, f func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			log.Error("a fault in sluice", "cause", cause, "stack", string(debug.Stack()))
			err = &Fault{cause}
		}
	}()
	return f()
}

package field

import (
	"errors"
	"fmt"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/template"
)

// Fault is what went wrong while a record was worked on, and which place of
// the YAML it happened at. It is the error of everything that a Builder makes.
type Fault struct {
	Place   diag.Span
	Message string
}

// Error gives the place and the message on one line.
func (f *Fault) Error() string { return f.Place.String() + ": " + f.Message }

// FaultOf makes a Fault of an error of a rule or template; at is its place if
// the error has none.
func FaultOf(err error, at diag.Span) *Fault {
	var (
		f *Fault
		r *rule.Error
		t *template.Error
	)
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &r):
		return &Fault{Place: r.Span, Message: r.Message}
	case errors.As(err, &t):
		return &Fault{Place: t.Span, Message: t.Message}
	}
	return &Fault{Place: at, Message: err.Error()}
}

// within says in which element of a list the fault happened.
func (f *Fault) within(list string, element int) *Fault {
	return &Fault{Place: f.Place, Message: fmt.Sprintf("%s (in element %d of %s)", f.Message, element+1, list)}
}

// Package source holds the text of an expression and points at parts of it:
// in findings while it is compiled, in errors while it is evaluated.
package source

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/diag"
)

// Source is the text of an expression with its place.
type Source struct{ Text diag.Text }

// Spot is a part of a source, in bytes.
type Spot struct{ From, To int }

// Place returns where a part of the source stands in its file.
func (s *Source) Place(at Spot) diag.Span { return s.Text.At(at.From, at.To) }

// Part returns a part of the source, shortened for messages.
func (s *Source) Part(at Spot) string {
	const longest = 60
	t := s.Text.Value[at.From:at.To]
	if len(t) <= longest {
		return t
	}
	for i := range t {
		if i > longest {
			return t[:i] + "…"
		}
	}
	return t
}

// Errorf returns an error of evaluation at a part of the source.
func (s *Source) Errorf(at Spot, format string, args ...any) error {
	return &Error{Span: s.Place(at), Message: fmt.Sprintf(format, args...)}
}

// Error is what went wrong when an expression was evaluated, and where.
type Error struct {
	Span    diag.Span
	Message string
}

// Error gives the place and the message on one line.
func (e *Error) Error() string { return e.Span.String() + ": " + e.Message }

package tree

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/diag"
)

// Problem is something wrong at a place of a template.
type Problem struct {
	Code     diag.Code
	From, To int
	Message  string
	Hint     string
	// Warning problems do not keep the template from being used.
	Warning bool
}

// Error makes a Problem an error.
func (p *Problem) Error() string { return p.Message }

// Because sets the hint, which says what to do about the problem.
func (p *Problem) Because(format string, args ...any) *Problem {
	p.Hint = fmt.Sprintf(format, args...)
	return p
}

// NewProblem returns a problem of the kind that code names.
func NewProblem(code diag.Code, from, to int, format string, args ...any) *Problem {
	return &Problem{Code: code, From: from, To: to, Message: fmt.Sprintf(format, args...)}
}

// SyntaxError returns a problem with the template's syntax.
func SyntaxError(from, to int, format string, args ...any) *Problem {
	return NewProblem(diag.CodeTemplateSyntax, from, to, format, args...)
}

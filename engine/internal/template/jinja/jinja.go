// Package jinja renders Jinja templates. gonja parses them; what they mean is
// settled here, with the values of package python and the functions of package
// builtin: no files, no macros, numbers exact, and every step counted.
package jinja

import (
	"context"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"

	"github.com/nikolalohinski/gonja/v2/nodes"
)

// Options say how a template is compiled and rendered.
type Options struct {
	// Scope is what names mean; without one, they are looked up in the data
	// that a template is rendered with.
	Scope *item.Scope
	// Strict makes a name or member that is not there an error.
	Strict bool
	// Escape escapes everything printed for HTML.
	Escape bool
	// Budget is what a template may spend.
	Budget php.Budget
}

// Template is a compiled template. It may be rendered from many goroutines at
// once.
type Template struct {
	opts  Options
	src   *source
	nodes []nodes.Node
}

// Error is what went wrong while a template was rendered.
type Error struct {
	Place   tree.Range
	Message string
	cause   error
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the error behind this one.
func (e *Error) Unwrap() error { return e.cause }

// Compile compiles a template. It is nil when a problem keeps it from being
// used.
func Compile(text string, o Options) (*Template, []*tree.Problem) {
	src, problem := read(text)
	if problem != nil {
		return nil, []*tree.Problem{problem}
	}
	root, problem := src.parse()
	if problem != nil {
		return nil, []*tree.Problem{problem}
	}
	c := newChecker(src, o.Scope)
	c.nodes(root)
	if c.failed() {
		return nil, c.problems
	}
	return &Template{opts: o, src: src, nodes: root}, c.problems
}

// Input is what a template is rendered with.
type Input struct {
	// Frame holds the variables of the scope.
	Frame item.Frame
	// Data is the object that names are looked up in without a scope, and
	// Globals the one behind it.
	Data, Globals item.Value
}

// Render appends what the template prints to dst. A failure is an *Error; dst
// is then returned as it was.
func (t *Template) Render(ctx context.Context, dst []byte, in Input) ([]byte, error) {
	r := &run{
		t: t, in: in, out: dst, base: len(dst), budget: t.opts.Budget,
		env:  builtin.Env{Filters: builtin.Filters(), Tests: builtin.Tests()},
		vars: &names{},
	}
	r.env.Budget = &r.budget
	r.budget.Done = ctx.Done()
	if err := r.nodes(t.nodes); err != nil {
		return dst, r.failure(err)
	}
	return r.out, nil
}

// Package jinja renders Jinja templates with gonja in an environment that holds
// them to the limits of all templates: own filters, tests, methods, functions
// and tags, no files, no macros, every loop and every text counted.
//
// gonja's lexer, parser and evaluator are used as they are; its trees are
// rewritten so that every operation that can grow a value goes through a
// function here.
package jinja

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
	"github.com/nikolalohinski/gonja/v2/parser"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
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
	inner *exec.Template
	env   *exec.Environment
	cfg   *config.Config
	// uses are the variables of the scope that the template reads.
	uses []*item.Var
	// reads are the paths that it reads.
	reads []string
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

// maxSource is how long a template may be: gonja's parser calls itself for
// every level of nesting, and this bounds how many there can be.
const maxSource = 1 << 16

// name is what gonja knows a template as.
const name = "template"

// source is the loader of one template; it has no other.
type source string

// Read returns the template.
func (s source) Read(path string) (io.Reader, error) {
	if path != name {
		return nil, errors.New("a template cannot read others")
	}
	return strings.NewReader(string(s)), nil
}

// Resolve refuses: there are no other templates.
func (s source) Resolve(string) (string, error) {
	return "", errors.New("a template cannot read others")
}

// Inherit returns the same loader.
func (s source) Inherit(string) (loaders.Loader, error) { return s, nil }

// Compile compiles a template. It is nil when a problem keeps it from being
// used.
func Compile(src string, o Options) (*Template, []*tree.Problem) {
	if len(src) > maxSource {
		return nil, []*tree.Problem{tree.SyntaxError(0, 0, "a Jinja template can have %d bytes at most", maxSource)}
	}
	cfg := config.New()
	cfg.StrictUndefined = o.Strict
	cfg.AutoEscape = o.Escape
	cfg.KeepTrailingNewline = true
	env := environment()
	inner, err := parse(src, cfg, env)
	if err != nil {
		return nil, []*tree.Problem{syntaxProblem(src, err)}
	}
	t := &Template{opts: o, inner: inner, env: env, cfg: cfg}
	c := newChecker(src, o.Scope)
	c.template(inner.Root())
	if c.failed() {
		return nil, c.problems
	}
	t.uses, t.reads = c.uses(), c.paths()
	return t, c.problems
}

// parse has gonja parse a template. A panic of its parser is an error.
func parse(src string, cfg *config.Config, env *exec.Environment) (t *exec.Template, err error) {
	defer func() {
		if p := recover(); p != nil {
			t, err = nil, fmt.Errorf("the template cannot be parsed: %v", p)
		}
	}()
	return exec.NewTemplate(name, cfg, source(src), env)
}

// syntaxProblem makes gonja's error a problem with a place.
func syntaxProblem(src string, err error) *tree.Problem {
	var at *parser.SyntaxError
	if errors.As(err, &at) {
		from := offset(src, at.Line, at.Column)
		return tree.SyntaxError(from, min(from+max(1, len(at.Raw)), len(src)), "%s", tidy(at.Message))
	}
	return tree.SyntaxError(0, 0, "%s", tidy(rootCause(err).Error()))
}

// tidy puts a message of gonja into the form of ours.
func tidy(message string) string {
	message = strings.TrimSuffix(strings.TrimSpace(message), ".")
	message = strings.ReplaceAll(message, "ControlStructure", "tag")
	if message == "" {
		return "the tag is malformed"
	}
	return strings.ToLower(message[:1]) + message[1:]
}

func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if c, ok := err.(interface{ Cause() error }); ok && next == nil {
			next = c.Cause()
		}
		if next == nil {
			return err
		}
		err = next
	}
}

// offset returns where a line and column, counted from 1, are in src.
func offset(src string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(src[at:], '\n')
		if i < 0 {
			return len(src)
		}
		at += i + 1
	}
	for i := range src[at:] {
		if column <= 1 {
			return at + i
		}
		column--
	}
	return len(src)
}

// Reads lists the paths of the scope that the template reads, sorted.
func (t *Template) Reads() []string { return t.reads }

// Input is what a template is rendered with.
type Input struct {
	// Frame holds the variables of the scope.
	Frame item.Frame
	// Data is the mapping that names are looked up in without a scope, and
	// Globals the one behind it.
	Data, Globals php.Value
}

// Render appends what the template prints to dst. A failure is an *Error; dst
// is then returned as it was.
func (t *Template) Render(ctx context.Context, dst []byte, in Input) (out []byte, err error) {
	r := &run{out: dst, base: len(dst), budget: t.opts.Budget, scope: t.opts.Scope}
	r.budget.Done = ctx.Done()
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, &Error{Place: r.at, Message: fmt.Sprintf("the template cannot be rendered: %v", p)}
		}
	}()
	vars := exec.EmptyContext()
	vars.Set(runKey, r)
	for _, v := range t.uses {
		vars.Set(v.Name, fromItem(in.Frame[v.Slot]))
	}
	for _, data := range []php.Value{in.Globals, in.Data} {
		if a := data.Array(); a != nil {
			for i, v := range a.Vals() {
				vars.Set(a.KeyAt(i).String(), fromValue(v))
			}
		}
	}
	renderer := exec.NewRenderer(&exec.Environment{
		Context: t.env.Context.Inherit().Update(vars), Filters: t.env.Filters, Tests: t.env.Tests,
		ControlStructures: t.env.ControlStructures, Methods: t.env.Methods,
	}, r, t.cfg, source(""), t.inner)
	if err := r.nodes(renderer, t.inner.Root().Nodes); err != nil {
		return dst, r.failure(err)
	}
	return r.out, nil
}

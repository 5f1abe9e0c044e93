// Package template compiles the templates of pipelines: the Twig dialect, which
// means what PHP's Twig means, and Jinja for those who ask for it. A template
// is checked against the shapes of the records that it reads, and runs within
// limits: it reads no file and no clock but the run's, and always ends.
package template

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/jinja"
	"github.com/sluicehq/sluice/engine/internal/template/twig"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// Options say how a template is compiled and rendered.
type Options struct {
	Dialect Dialect
	// Strict makes a variable or member that is not there an error; without it
	// that prints nothing.
	Strict bool
	// Escape is the strategy by which everything printed is escaped: "html",
	// "js", "css", "url" or "html_attr"; "" is none.
	Escape string
	// Zone is the zone of times that name none; nil is UTC.
	Zone *time.Location
	// Now gives the time that a template takes for now; without it, a template
	// that asks fails.
	Now func(item.Frame) time.Time
	// Named are the templates that the template may include, extend and import.
	Named []Named
	// Limits bound what a template may do; zero fields have the usual limits.
	Limits Limits
}

// Named is a template that others know by its name.
type Named struct {
	Name string
	Text diag.Text
}

// Limits bound what a template may do. A context bounds its time, too.
type Limits struct {
	// Steps is the number of turns of loops, calls and the like.
	Steps int
	// Bytes is the length of the output and of every text that is made.
	Bytes int
	// Elements is the number of elements of every list that is made.
	Elements int
	// Time is how long a template may take, if its context does not end before.
	Time time.Duration
}

// The usual limits.
const (
	maxSteps    = 1_000_000
	maxBytes    = 1 << 20
	maxElements = 100_000
	maxTime     = 5 * time.Second
)

func (l Limits) orUsual() Limits {
	if l.Steps <= 0 {
		l.Steps = maxSteps
	}
	if l.Bytes <= 0 {
		l.Bytes = maxBytes
	}
	if l.Elements <= 0 {
		l.Elements = maxElements
	}
	if l.Time <= 0 {
		l.Time = maxTime
	}
	return l
}

// Template is a compiled template. It may be rendered from many goroutines at
// once.
type Template struct {
	text  diag.Text
	named []Named
	opts  Options
	set   *twig.Set       // nil for the Jinja dialect
	jinja *jinja.Template // nil for Twig
}

// Error is what went wrong while a template was rendered.
type Error struct {
	// Span is where in the file of the template.
	Span    diag.Span
	Message string
	// Code and Hint are those of a template that cannot be rendered at all,
	// which Request finds out when it renders; else they are empty.
	Code diag.Code
	Hint string

	cause error
}

// Error gives place and message.
func (e *Error) Error() string { return e.Span.String() + ": " + e.Message }

// Unwrap returns the error behind this one.
func (e *Error) Unwrap() error { return e.cause }

// single is the name of a template that was compiled alone.
const single = ""

// Compile compiles a template for records as scope describes them. It adds
// what is wrong with it to fs, and returns nil after an error.
func Compile(src diag.Text, scope *item.Scope, opts Options, fs *diag.List) (t *Template) {
	defer func() {
		if p := recover(); p != nil {
			t = nil
			fs.Errorf(src.Span, diag.CodeTemplateSyntax, "%s", panicked(p))
		}
	}()
	return compile(src, scope, opts, fs)
}

// panicked is what is said about a panic. There should be none; a template of a
// user must not end the process all the same.
func panicked(p any) error {
	return fmt.Errorf("the template cannot be used, which is a fault of sluice: %v", p)
}

func compile(src diag.Text, scope *item.Scope, opts Options, fs *diag.List) *Template {
	if opts.Dialect == Jinja {
		return compileJinja(src, scope, opts, fs)
	}
	t := &Template{text: src, opts: opts}
	sources := []twig.Source{{Name: single, Text: src.Value}}
	if namesOthers(src.Value) {
		t.named = opts.Named
		for _, n := range opts.Named {
			sources = append(sources, twig.Source{Name: n.Name, Text: n.Text.Value})
		}
	}
	t.set = twig.Compile(sources, twigOptions(scope, opts))
	failed := false
	for _, name := range t.set.Used(single) {
		failed = report(t.source(name), t.set.Problems(name), fs) || failed
	}
	if failed {
		return nil
	}
	return t
}

// CheckNamed adds what is wrong with the named templates of opts by themselves
// to fs. Their variables are those of the templates that use them, and are
// checked where they are used; scope has the functions that they can call.
func CheckNamed(scope *item.Scope, opts Options, fs *diag.List) {
	if opts.Dialect == Jinja {
		for _, n := range opts.Named {
			fs.Errorf(n.Text.Span, diag.CodeTemplateSyntax, "templates of the Jinja dialect stand alone and cannot use others").
				Hint = "leave out dialect: jinja, or write this template where it is used"
		}
		return
	}
	sources := make([]twig.Source, len(opts.Named))
	for i, n := range opts.Named {
		sources[i] = twig.Source{Name: n.Name, Text: n.Text.Value}
	}
	set := twig.Compile(sources, twigOptions(scope, opts))
	for _, n := range opts.Named {
		own := slices.DeleteFunc(slices.Clone(set.Problems(n.Name)), func(p *tree.Problem) bool {
			return p.Code == diag.CodeUnknownVariable || p.Code == diag.CodeUnknownMember
		})
		report(n.Text, own, fs)
	}
}

// source returns the text of the template called name.
func (t *Template) source(name string) diag.Text {
	if i := slices.IndexFunc(t.named, func(n Named) bool { return n.Name == name }); i >= 0 {
		return t.named[i].Text
	}
	return t.text
}

// twigOptions returns the options that the Twig dialect is compiled with.
func twigOptions(scope *item.Scope, opts Options) twig.Options {
	l := opts.Limits.orUsual()
	zone := opts.Zone
	if zone == nil {
		zone = time.UTC
	}
	o := twig.Options{
		Scope: scope, Strict: opts.Strict, Zone: zone,
		Steps: l.Steps, Bytes: l.Bytes, Elements: l.Elements, Time: l.Time,
		DateFormat: "F j, Y H:i", IntervalFormat: "%d days",
		Number: builtin.NumberFormat{Point: ".", Thousands: ","},
	}
	if opts.Escape != "" {
		o.Escape = func(string) string { return opts.Escape }
	}
	return o
}

// report adds problems as findings and reports whether one is an error.
func report(src diag.Text, problems []*tree.Problem, fs *diag.List) bool {
	failed := false
	for _, p := range problems {
		at := src.At(p.From, p.To)
		var f *diag.Finding
		if p.Warning {
			f = fs.Warnf(at, p.Code, "%s", p.Message)
		} else {
			f = fs.Errorf(at, p.Code, "%s", p.Message)
			failed = true
		}
		f.Hint = p.Hint
	}
	return failed
}

// Append appends what the template prints for the variables in f to dst. After
// an error, which is an *Error, it returns dst as it was.
func (t *Template) Append(dst []byte, f item.Frame) ([]byte, error) {
	return t.Render(context.Background(), dst, f)
}

// Render is Append with a deadline: the template fails when ctx is done.
func (t *Template) Render(ctx context.Context, dst []byte, f item.Frame) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, located(t.text, t.text.Span, panicked(p))
		}
	}()
	if t.jinja != nil {
		return t.renderJinja(ctx, dst, f)
	}
	in := twig.Input{Frame: f}
	if now := t.opts.Now; now != nil {
		in.Now = func() time.Time { return now(f) }
	}
	if out, err = t.set.Render(ctx, dst, single, in); err != nil {
		return dst, t.failure(err)
	}
	return out, nil
}

// failure gives an error its place in the file.
func (t *Template) failure(err error) error {
	var e *twig.Error
	if !errors.As(err, &e) {
		return located(t.text, t.text.Span, err)
	}
	src := t.source(e.Template)
	return located(src, src.At(e.Place.From, e.Place.To), err)
}

// located returns err as an *Error.
func located(src diag.Text, at diag.Span, err error) *Error {
	out := &Error{Span: at, Message: err.Error(), cause: err}
	var p *tree.Problem
	if errors.As(err, &p) {
		out.Span, out.Code, out.Hint = src.At(p.From, p.To), p.Code, p.Hint
	}
	return out
}

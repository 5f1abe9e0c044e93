package template

import (
	"context"
	"errors"
	"fmt"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/jinja"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// jinjaOptions returns the options that the Jinja dialect is compiled with.
func jinjaOptions(scope *item.Scope, opts Options) (jinja.Options, error) {
	l := opts.Limits.orUsual()
	if opts.Escape != "" && opts.Escape != "html" {
		return jinja.Options{}, errors.New("templates of the Jinja dialect can be escaped for HTML only")
	}
	return jinja.Options{
		Scope: scope, Strict: opts.Strict, Escape: opts.Escape != "",
		Budget: php.Budget{Steps: l.Steps, Bytes: l.Bytes, Elements: l.Elements, Time: l.Time},
	}, nil
}

// compileJinja is Compile for the Jinja dialect.
func compileJinja(src diag.Text, scope *item.Scope, opts Options, fs *diag.List) *Template {
	o, err := jinjaOptions(scope, opts)
	if err != nil {
		fs.Errorf(src.Span, diag.CodeTemplateSyntax, "%s", err)
		return nil
	}
	inner, problems := jinja.Compile(src.Value, o)
	if report(src, problems, fs) || inner == nil {
		return nil
	}
	return &Template{text: src, opts: opts, jinja: inner}
}

func (t *Template) renderJinja(ctx context.Context, dst []byte, f item.Frame) ([]byte, error) {
	out, err := t.jinja.Render(ctx, dst, jinja.Input{Frame: f})
	if err != nil {
		return dst, jinjaFailure(t.text, err)
	}
	return out, nil
}

// jinjaFailure gives an error its place in the file.
func jinjaFailure(src diag.Text, err error) error {
	at := src.Span
	var e *jinja.Error
	if errors.As(err, &e) {
		at = src.At(e.Place.From, e.Place.To)
	}
	return located(src, at, err)
}

// renderJinja renders a request whose templates are in the Jinja dialect.
func (q *Request) renderJinja(ctx context.Context) (string, error) {
	src := PlainText(q.Main, q.Templates[q.Main])
	o, err := jinjaOptions(nil, Options{Strict: q.Config.Strict, Escape: q.Config.Autoescape.of(q.Main), Limits: q.Limits})
	if err != nil {
		return "", err
	}
	inner, problems := jinja.Compile(src.Value, o)
	for _, p := range problems {
		if !p.Warning {
			return "", located(src, src.Span, p)
		}
	}
	in := jinja.Input{}
	if in.Data, err = object("data", q.Data); err != nil {
		return "", err
	}
	if in.Globals, err = object("list of globals", q.Config.Globals); err != nil {
		return "", err
	}
	out, err := inner.Render(ctx, nil, in)
	if err != nil {
		return "", jinjaFailure(src, err)
	}
	return string(out), nil
}

// object reads a JSON object. Nothing is an empty one.
func object(what string, raw []byte) (item.Value, error) {
	if len(raw) == 0 {
		return item.Map(nil, nil), nil
	}
	v, err := item.FromJSON(raw)
	switch {
	case err != nil:
		return v, fmt.Errorf("the %s is no JSON: %w", what, err)
	case v.Kind() != item.KindObject:
		return v, fmt.Errorf("the %s is no JSON object", what)
	}
	return v, nil
}

package connector

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/step"
)

// tests checks the tests of a connector, as far as that can be done without
// running them.
func (l *loader) tests(c *step.Connector) {
	for i := range l.file.Tests {
		t := &l.file.Tests[i]
		l.fields.Decode(t.Connection, t.Span, l.fs)
		l.testOfRead(t, c)
		l.testOfWrite(t)
		for _, text := range []diag.Text{t.Now, t.Since} {
			if _, err := moment(text.Value); err != nil {
				l.fs.Errorf(text.Span, diag.CodeBadValue, "%q is not a time such as 2026-03-04T16:12:44Z", text.Value)
			}
		}
		for _, e := range t.Exchanges {
			if !isRequest(e.Request.Value) {
				l.fs.Errorf(e.Request.Span, diag.CodeBadValue, "%q is not a request", e.Request.Value).
					Hint = "write a method and a path, such as GET /orders?page=1"
			}
		}
	}
}

// isRequest reports whether a text is a method and an address.
func isRequest(text string) bool {
	method, address, ok := strings.Cut(text, " ")
	_, err := url.Parse(address)
	return ok && err == nil && method != "" && (strings.HasPrefix(address, "/") || strings.HasPrefix(address, "http"))
}

func (l *loader) testOfRead(t *Test, c *step.Connector) {
	name := t.Read.Value
	if t.Records != nil && t.Records.Kind != syntax.Sequence {
		l.fs.Errorf(t.Records.Span, diag.CodeWrongType, "expected a list of records, not %s", t.Records.Describe())
	}
	if _, ok := l.file.Reads.Get(name); name != "" && !ok {
		f := l.fs.Errorf(t.Read.Span, diag.CodeUnknownStream, "there is no stream %q", name)
		f.Hint = diag.DidYouMean(name, l.file.Reads.Keys())
	}
	i := slices.IndexFunc(c.Reads, func(r *step.Read) bool { return r.Name == name })
	if i < 0 {
		return
	}
	for name := range t.Where.All() {
		if !slices.ContainsFunc(c.Reads[i].Filters, func(f step.Filter) bool { return f.Name == name.Value }) {
			l.fs.Errorf(name.Span, diag.CodeUnknownKey, "%s cannot be filtered by %q", t.Read.Value, name.Value)
		}
	}
}

func (l *loader) testOfWrite(t *Test) {
	name := t.Write.Value
	if name == "" {
		return
	}
	if _, ok := l.file.Writes.Get(name); !ok {
		f := l.fs.Errorf(t.Write.Span, diag.CodeUnknownOperation, "there is no operation %q", name)
		f.Hint = diag.DidYouMean(name, l.file.Writes.Keys())
	}
	if t.Out != nil && t.Out.Kind == syntax.Sequence && len(t.Out.Items) == 0 {
		l.fs.Errorf(t.Out.Span, diag.CodeMissingField, "a test of a write needs a record to write").
			Hint = "put one into out"
	}
}

// moment reads a time that may be left out.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, s)
}

package connector

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/step"
)

// tests checks the tests of a connector, as far as that can be done without
// running them.
func (l *loader) tests(c *step.Connector) {
	for i := range l.file.Tests {
		t := &l.file.Tests[i]
		l.fields.Decode(t.Connection, t.Span, l.fs)
		if t.Read.Value != "" {
			l.testOfRead(t, c)
		}
		if _, ok := l.file.Writes.Get(t.Write.Value); t.Write.Value != "" && !ok {
			f := l.fs.Errorf(t.Write.Span, diag.CodeUnknownOperation, "there is no operation %q", t.Write.Value)
			f.Hint = diag.DidYouMean(t.Write.Value, l.file.Writes.Keys())
		}
		for _, text := range []diag.Text{t.Now, t.Since} {
			if _, err := moment(text.Value); err != nil {
				l.fs.Errorf(text.Span, diag.CodeBadValue, "%q is not a time such as 2026-03-04T16:12:44Z", text.Value)
			}
		}
		for _, e := range t.Exchanges {
			method, path, ok := strings.Cut(e.Request.Value, " ")
			if _, err := url.Parse(path); !ok || err != nil || method == "" || !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "http") {
				l.fs.Errorf(e.Request.Span, diag.CodeBadValue, "%q is not a request", e.Request.Value).
					Hint = "write a method and a path, such as GET /orders?page=1"
			}
		}
	}
}

func (l *loader) testOfRead(t *Test, c *step.Connector) {
	i := slices.IndexFunc(c.Reads, func(r *step.Read) bool { return r.Name == t.Read.Value })
	if _, ok := l.file.Reads.Get(t.Read.Value); ok && i < 0 {
		return // its own errors were reported
	}
	if i < 0 {
		f := l.fs.Errorf(t.Read.Span, diag.CodeUnknownStream, "there is no stream %q", t.Read.Value)
		f.Hint = diag.DidYouMean(t.Read.Value, l.file.Reads.Keys())
		return
	}
	for name := range t.Where.All() {
		if !slices.ContainsFunc(c.Reads[i].Filters, func(f step.Filter) bool { return f.Name == name.Value }) {
			l.fs.Errorf(name.Span, diag.CodeUnknownKey, "%s cannot be filtered by %q", t.Read.Value, name.Value)
		}
	}
}

// moment reads a time that may be left out.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, s)
}

package rule

import (
	"os"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
)

// FuzzCompile holds for any source: nothing panics, there is a rule or an
// error, every place lies within the source, and to explain a rule changes
// nothing.
func FuzzCompile(f *testing.F) {
	for _, c := range valueCases(f) {
		f.Add(c.expr)
	}
	findings, err := os.ReadFile("testdata/findings.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, block := range strings.Split(string(findings), "\n\n") {
		expr, _, _ := strings.Cut(block, "\n")
		f.Add(expr)
	}
	f.Fuzz(func(t *testing.T, src string) {
		s := newShop()
		r, fs := s.compile(src, nil)
		for _, found := range fs.Sorted() {
			checkPlace(t, src, found.Span)
			if found.Message == "" || strings.Contains(found.Message, "%!") {
				t.Errorf("finding %q", found.Message)
			}
		}
		if r == nil {
			if fs.Errors() == 0 {
				t.Error("neither a rule nor an error")
			}
			return
		}
		frame := s.frame(t)
		if _, err := r.Eval(frame); err != nil {
			located, ok := err.(*Error)
			if !ok {
				t.Fatalf("%T is not an *Error", err)
			}
			checkPlace(t, src, located.Span)
		}
		if _, err := r.Holds(frame); err != nil {
			checkPlace(t, src, err.(*Error).Span)
		}
		for _, p := range r.Explain(frame) {
			checkPlace(t, src, p.Span)
		}
		if len(s.scope.NewFrame()) != len(frame) {
			t.Error("to explain the rule took slots")
		}
	})
}

func checkPlace(t *testing.T, src string, s diag.Span) {
	t.Helper()
	end := text(src).Span.End
	if s.Start.Line < 1 || s.Start.Column < 1 || end.Before(s.End) || s.End.Before(s.Start) {
		t.Errorf("the place %v to %v is not within the source, which ends at %v", s.Start, s.End, end)
	}
}

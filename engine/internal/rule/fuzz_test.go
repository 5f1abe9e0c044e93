package rule

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
)

// FuzzCompile holds for any source, whatever is wanted of it: nothing panics,
// there is a rule or an error, every place lies within the source, and to
// explain a rule changes nothing.
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
		for _, want := range []*item.Type{nil, item.TypeBool, item.TypeText.Optional()} {
			checkCompile(t, src, want)
		}
	})
}

func checkCompile(t *testing.T, src string, want *item.Type) {
	t.Helper()
	s := newShop()
	r, fs := s.compile(src, want)
	for _, found := range fs.Sorted() {
		checkPlace(t, src, found.Span)
		if found.Message == "" || strings.Contains(found.Message, "%!") && !strings.Contains(src, "%!") {
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
	_, evalErr := r.Eval(frame)
	_, holdsErr := r.Holds(frame)
	for _, err := range []error{evalErr, holdsErr} {
		var located *Error
		switch {
		case err == nil:
		case errors.As(err, &located):
			checkPlace(t, src, located.Span)
		default:
			t.Errorf("%T is not an *Error", err)
		}
	}
	for _, p := range r.Explain(frame) {
		checkPlace(t, src, p.Span)
	}
	if len(s.scope.NewFrame()) != len(frame) {
		t.Error("to explain the rule took slots")
	}
}

func checkPlace(t *testing.T, src string, s diag.Span) {
	t.Helper()
	end := text(src).Span.End
	if s.Start.Line < 1 || s.Start.Column < 1 || end.Before(s.End) || s.End.Before(s.Start) {
		t.Errorf("the place %v to %v is not within the source, which ends at %v", s.Start, s.End, end)
	}
}

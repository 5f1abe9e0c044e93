package rule

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/item"
)

// valueCase is a line of testdata/values.txt.
type valueCase struct{ expr, gives, fails string }

func valueCases(t testing.TB) []valueCase {
	t.Helper()
	f, err := os.Open("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []valueCase
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		if expr, fails, ok := strings.Cut(line, " !! "); ok {
			cases = append(cases, valueCase{expr: expr, fails: fails})
			continue
		}
		i := strings.LastIndex(line, " => ")
		if i < 0 {
			t.Fatalf("neither => nor !! in %s", line)
		}
		cases = append(cases, valueCase{expr: line[:i], gives: line[i+4:]})
	}
	return cases
}

func TestValues(t *testing.T) {
	for _, c := range valueCases(t) {
		t.Run(c.expr, func(t *testing.T) {
			s := newShop()
			r := s.must(t, c.expr, nil)
			v, err := r.Eval(s.frame(t))
			checkValue(t, c, v, err)
			if v.Kind() == item.KindBool && err == nil {
				if b, err := r.Holds(s.frame(t)); err != nil || b != v.AsBool() {
					t.Errorf("Holds gives %v, %v; Eval gives %v", b, err, v)
				}
			}
		})
	}
}

func checkValue(t *testing.T, c valueCase, v item.Value, err error) {
	t.Helper()
	if err == nil {
		if got := string(item.AppendJSON(nil, v)); got != c.gives {
			t.Errorf("got %s, want %s%s", got, c.gives, c.fails)
		}
		return
	}
	var located *Error
	if !errors.As(err, &located) {
		t.Fatalf("%v is not an *Error", err)
	}
	from, to := located.Span.Start.Column-1, located.Span.End.Column-1
	got := string([]rune(c.expr)[from:to]) + ": " + located.Message
	if got != c.fails {
		t.Errorf("failed with\n%s, want\n%s%s", got, c.fails, c.gives)
	}
}

// A value that is laid out when a rule is compiled and one that is decoded
// before give the same.
func TestLayoutDoesNotMatter(t *testing.T) {
	for _, c := range valueCases(t) {
		s := newShop()
		f := s.frame(t) // before anything asked for a slot
		r := s.must(t, c.expr, nil)
		v, err := r.Eval(f)
		checkValue(t, c, v, err)
	}
}

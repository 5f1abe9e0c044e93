package twig_test

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/internal/template/twig"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
)

// TestOddArguments gives every filter, function, test and operator values that
// it is not meant for. It may fail, but not panic.
func TestOddArguments(t *testing.T) {
	subjects := []string{"null", "''", "'a b-é'", "9223372036854775807", "-1.5e300", "[]", "[1, null, 'a']", "{a: {b: 1}}", "nothing"}
	args := []string{
		"null", "true", "''", "'a'", "0", "-1", "9223372036854775807", "-9223372036854775807 - 1", "1e300", "[]", "['a', 2]", "{a: null}", "nothing", "x => x", "(a, b) => b <=> a",
	}
	lists := []string{"", "...[1, 2]", "a = 1", "...{a: 1}"}
	for _, a := range args {
		lists = append(lists, a, a+", "+a, a+", 1", a+", 'a'", "1, "+a, "'a', "+a, "'a', 2, "+a, a+", true, "+a, a+", "+a+", 'a', "+a)
	}
	operators := []string{
		"+", "-", "~", "*", "/", "//", "%", "**", "??", "?:", "..", "==", "!=", "<", ">", "<=", ">=", "<=>", "in", "not in", "and", "or", "xor",
		"b-and", "b-or", "b-xor", "matches", "starts with", "ends with", "has some", "has every", "is same as",
	}
	for _, subject := range subjects {
		for _, arg := range args {
			for _, op := range operators {
				survives(t, fmt.Sprintf("{{ (%s) %s (%s) }}", subject, op, arg))
			}
			survives(t, fmt.Sprintf("{{ (%s)[%s] }}{{ (%[1]s)[%[2]s:] }}{{ (%[1]s)[:%[2]s] }}", subject, arg))
		}
	}
	for _, list := range lists {
		for name := range builtin.Functions() {
			survives(t, fmt.Sprintf("{{ %s(%s) }}", name, list))
		}
		for _, subject := range subjects {
			for name := range builtin.Filters() {
				survives(t, fmt.Sprintf("{{ (%s)|%s(%s) }}", subject, name, list))
			}
			for name := range builtin.Tests() {
				survives(t, fmt.Sprintf("{{ (%s) is %s(%s) }}", subject, name, list))
			}
		}
	}
}

// survives renders a template, which may fail.
func survives(t *testing.T, src string) {
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: %v\n%s", src, r, strings.Join(strings.SplitAfter(string(debug.Stack()), "\n")[7:13], ""))
		}
	}()
	set := twig.Compile([]twig.Source{{Name: "main", Text: src}}, small())
	out, err := set.Render(context.Background(), nil, "main", twig.Input{Now: noon})
	if err == nil && len(out) > small().Bytes {
		t.Errorf("%s gives %d bytes", src, len(out))
	}
}

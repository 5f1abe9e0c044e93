package jinja_test

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/internal/template/jinja"
	"github.com/sluicehq/sluice/engine/internal/template/jinja/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// TestOddArguments gives every filter, test, function, method and operator
// values that it
// is not meant for. It may fail, but not panic.
func TestOddArguments(t *testing.T) {
	subjects := []string{"none", "''", "'a b-é'", "9223372036854775807", "-1.5e300", "[]", "[1, none, 'a']", "{'a': {'b': 1}}", "nothing"}
	args := []string{
		"none", "true", "''", "'a'", "0", "-1", "9223372036854775807", "-9223372036854775807 - 1", "1e300", "[]", "['a', 2]", "{'a': none}", "nothing",
	}
	lists := []string{"", "*[1, 2]", "**{'a': 1}", "a=1"}
	for _, a := range args {
		lists = append(lists, a, a+", "+a, a+", 1", a+", 'a'", "1, "+a, "'a', "+a, "'a', 2, "+a, a+", true, "+a, a+", "+a+", 'a', "+a)
	}
	operators := []string{"+", "-", "~", "*", "/", "//", "%", "**", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "and", "or"}
	for _, subject := range subjects {
		for _, arg := range args {
			for _, op := range operators {
				survives(t, fmt.Sprintf("{{ (%s) %s (%s) }}", subject, op, arg))
			}
			survives(t, fmt.Sprintf("{{ (%s)[%s] }}{{ (%[1]s)[%[2]s:] }}{{ (%[1]s)[:%[2]s] }}{{ (%[1]s)[::%[2]s] }}", subject, arg))
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
			for _, methods := range []builtin.Table{builtin.TextMethods(), builtin.ListMethods(), builtin.DictMethods()} {
				for name := range methods {
					survives(t, fmt.Sprintf("{{ (%s).%s(%s) }}", subject, name, list))
				}
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
	o := jinja.Options{Budget: php.Budget{Steps: 2000, Bytes: 5000, Elements: 500}}
	tmpl, _ := jinja.Compile(src, o)
	if tmpl == nil {
		return
	}
	out, err := tmpl.Render(context.Background(), nil, jinja.Input{Data: item.Null})
	if err == nil && len(out) > o.Budget.Bytes {
		t.Errorf("%s gives %d bytes", src, len(out))
	}
}

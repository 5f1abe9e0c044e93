package parse_test

import (
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/parse"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// all is a library that has everything but what begins with "no".
type all struct{}

func (all) Filter(name string) bool   { return !strings.HasPrefix(name, "no") }
func (all) Function(name string) bool { return !strings.HasPrefix(name, "no") }
func (all) Test(name string) (known, one bool) {
	return !strings.HasPrefix(name, "no"), name == "divisible by"
}
func (all) Hint(_ diag.Code, name string) string { return "not " + name }

// Problems stand where the cause is, in bytes between the marks.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ src, message, hint string }{
		{"{{ a|«nope» }}", `unknown filter "nope"`, "not nope"},
		{"ü\r\n{{ «nope»(1) }}", `unknown function "nope"`, "not nope"},
		{"{{ a is «none of» }}", `unknown test "none of"`, "not none of"},
		{"{{ a is not «nosuch» }}", `unknown test "nosuch"`, "not nosuch"},
		{"{{ a + «}}»", "unexpected end of output, expected a value", ""},
		{"{{ a «b» }}", `unexpected "b", expected "}}"`, ""},
		{"{{ «(»a }}", "this ( is not closed", ""},
		{"{{ a «===» b }}", "", ""},
		{"{% if a %}{% «endfor» %}", `unexpected tag "endfor"`, `"if" stands open; its end is {% endif %}`},
		{"{% «fro» x in y %}", `unknown tag "fro"`, "not fro"},
		{"{# «a", "", ""},
		{"{{ «'a }}", "", ""},
		{"{% set «true» = 1 %}", `"true" cannot be assigned to`, ""},
		{"{% «if» a %}", "", ""},
		{"{{ [1, 2 }}", "", ""},
	} {
		from, to := strings.Index(c.src, "«"), strings.Index(c.src, "»")-len("«")
		src := strings.NewReplacer("«", "", "»", "").Replace(c.src)
		_, problems := parse.Template(src, all{})
		if len(problems) == 0 {
			t.Errorf("%q has no problem", src)
			continue
		}
		p := problems[0]
		if c.message != "" && (p.Message != c.message || p.Hint != c.hint || p.From != from || p.To != to) {
			t.Errorf("%q: %q, %q at %d-%d; want %q, %q at %d-%d", src, p.Message, p.Hint, p.From, p.To, c.message, c.hint, from, to)
		}
	}
}

// Nothing that a template nests makes the parser nest without end.
func TestDepth(t *testing.T) {
	const n = 20_000
	for _, part := range [][2]string{
		{"(", ")"}, {"[", "]"}, {"{a: ", "}"}, {"not ", ""}, {"-", ""}, {"a(", ")"}, {"a|b(", ")"}, {"a[", "]"}, {"a.b", ""}, {"a ? ", " : b"}, {"a ?: ", ""},
		{"a ?? ", ""}, {"a ** ", ""}, {"a ~ ", ""}, {"a and ", ""}, {"v => ", ""}, {"a is same as ", ""}, {"a|b", ""}, {"a is b ? c : ", ""}, {"\"#{", "}\""},
	} {
		src := "{{ " + strings.Repeat(part[0], n) + "1" + strings.Repeat(part[1], n) + " }}"
		if _, problems := parse.Template(src, all{}); len(problems) == 0 {
			t.Errorf("%q may be repeated without end", part[0])
		}
	}
	for _, tag := range []string{"if a", "for a in b", "with", "apply upper", "autoescape", "set a", "block b", "embed 'x'", "macro m()", "sandbox", "guard filter x"} {
		word, _, _ := strings.Cut(tag, " ")
		src := strings.Repeat("{% "+tag+" %}", n) + strings.Repeat("{% end"+word+" %}", n)
		if _, problems := parse.Template(src, all{}); len(problems) == 0 {
			t.Errorf("%q may nest without end", tag)
		}
	}
}

// seeds are templates to begin with.
var seeds = []string{
	"a{{ b.c[1]|d(e=1)|f }}", "{% if a is not b %}{% elseif c %}{% else %}{% endif %}", "{% for k, v in a if v %}{{ loop.index }}{% else %}{% endfor %}",
	"{% macro m(a, b = 1) %}{% endmacro %}{{ _self.m(1, ...c) }}", "{% extends a ?: 'b' %}{% block c %}{{ parent() }}{% endblock %}",
	"{% import 'a' as b %}{% from _self import c as d %}{{ d() }}", "{% embed 'a' with {b} only %}{% block c %}{% endblock %}{% endembed %}",
	"{% set a, b = 1, [2, ...c] %}{% set d %}{% endset %}", "{{ a ? b : c ?? d ?: e <=> f ** -g }}", "{{ {a: 1, 'b': 2, (c): 3, d, ...e} }}",
	"{{ [1, 2]|map((v, k) => v ~ k)|sort }}", "{% apply a|b('c') %}{% endapply %}{% guard filter a %}{% else %}{% endguard %}", "{{ \"a#{b ? 'c'}d\" }}",
	"{% use 'a' with b as c %}{% with {a: 1} only %}{% endwith %}{% do a %}{% types {a: 'b'} %}", "{{ a if b else c }}{% elif %}", "{% autoescape 'js' %}{% verbatim %}{{{% endverbatim %}{% endautoescape %}",
}

// Whatever the text is, there is a tree whose nodes stand in the text, or a
// problem that does.
func FuzzTemplate(f *testing.F) {
	for _, src := range seeds {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		m, problems := parse.Template(src, all{})
		if m == nil && len(problems) == 0 {
			t.Fatalf("%q gives neither a tree nor a problem", src)
		}
		for _, p := range problems {
			if p.From < 0 || p.To < p.From || p.To > len(src) || p.Message == "" || p.Code == "" {
				t.Errorf("%q: problem %+v", src, p)
			}
		}
		if m == nil {
			return
		}
		tree.Walk(m, func(n tree.Node) bool {
			if at := n.Place(); at.From < 0 || at.To < at.From || at.To > len(src) {
				t.Errorf("%q: %T at %d-%d", src, n, at.From, at.To)
			}
			return true
		})
	})
}

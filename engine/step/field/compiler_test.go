package field_test

import (
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step/field"
)

func (x *bench) rule(yaml string) field.Rule {
	x.t.Helper()
	var r field.Rule
	r.DecodeNode(x.node(yaml).Get("v"), x.fs)
	return r
}

func TestRule(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"plain", `v: order.id + 1`, "9007199254740994"},
		{"quoted", `v: 'order.address.name == "Dana"'`, "true"},
		{"folded", "v: >-\n  order.id\n  + 1", "9007199254740994"},
		{"with a comment", "v: order.id + 1 # one more", "9007199254740994"},
		{"a number", "v: 7", "7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newBench(t)
			r := x.b.Rule(x.rule(c.yaml), nil)
			if r == nil || x.fs.Len() > 0 {
				t.Fatal(x.said())
			}
			v, err := r.Eval(x.frame(anOrder))
			if got := string(item.AppendJSON(nil, v)); err != nil || got != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestRuleFindings(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"a list", "v: [a]", "x.yaml:1:4: expected an expression, not a list [wrong-type]"},
		{"the place in a plain scalar", "v:   order.idd + 1", `x.yaml:1:12: unknown member "idd" of order [unknown-member]`},
		{"the place in a quoted scalar", `v: "order.idd + 1"`, `x.yaml:1:11: unknown member "idd" of order [unknown-member]`},
		{"the place in an escaped scalar", `v: "\u006frder.idd + 1"`, `x.yaml:1:16: unknown member "idd" of order [unknown-member]`},
		{"the place behind wide characters", `v: "\"日本\" + order.idd"`, `x.yaml:1:20: unknown member "idd" of order [unknown-member]`},
		{"the place in a literal block", "v: |\n    order.id\n    + order.idd", `x.yaml:3:13: unknown member "idd" of order [unknown-member]`},
		{"cut by a comment", "v: order.id + #1", "x.yaml:1:15: YAML takes what follows \" #\" for a comment, so the expression ends before it [cut-comment]"},
		{"cut by a comment in a bracket", "v: len(order.lines #)", "x.yaml:1:20: the text is cut off here: after a space, \"#\" begins a comment [cut-comment]"},
		{"a comment and another mistake", "v: order.idd # number", `x.yaml:1:10: unknown member "idd" of order [unknown-member]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newBench(t)
			if r := x.b.Rule(x.rule(c.yaml), nil); r != nil {
				t.Error("it compiled")
			}
			if got := x.said(); got != c.want+"\n" {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

// ${ … } around a rule is forgiven, with an edit that takes it away.
func TestRuleInBraces(t *testing.T) {
	x := newBench(t)
	if x.b.Rule(x.rule("v:  ${ order.id + 1 }  "), nil) == nil {
		t.Fatal(x.said())
	}
	f := x.fs.Sorted()[0]
	if x.fs.Errors() > 0 || f.Severity != diag.Warning || f.Fix == nil || f.Fix.Text != "order.id + 1" ||
		f.Fix.Span.Start != (diag.Pos{Line: 1, Column: 5}) || f.Fix.Span.End != (diag.Pos{Line: 1, Column: 22}) {
		t.Errorf("%+v, fix %+v", f, f.Fix)
	}
}

func TestCondition(t *testing.T) {
	x := newBench(t)
	c := x.b.Condition(x.rule(`v: order.address.name == "dana" and order.id > 0`))
	if c == nil {
		t.Fatal(x.said())
	}
	if _, constant := c.Constant(); constant {
		t.Error("it is constant")
	}
	f := x.frame(anOrder)
	if holds, err := c.Holds(f); err != nil || holds {
		t.Errorf("holds %v, %v", holds, err)
	}
	looked := c.Explain(f)()
	if len(looked) != 1 || looked[0].Text != "order.address.name" || looked[0].Value != `"Dana"` || looked[0].Note != `only the letter case differs from "dana"` {
		t.Errorf("looked at %+v", looked)
	}
	for yaml, want := range map[string]bool{"v: 1 < 2": true, "v: not true": false, `v: len("x") == 2`: false} {
		c := x.b.Condition(x.rule(yaml))
		if got, ok := c.Constant(); !ok || got != want {
			t.Errorf("%s: constant %v, %v", yaml, got, ok)
		}
	}
	if c := x.b.Condition(x.rule("v: now() == now()")); c != nil {
		if _, ok := c.Constant(); ok {
			t.Error("the time is constant")
		}
	}
}

// What a rule looked at is cut short, and a part that failed says why.
func TestExplain(t *testing.T) {
	x := newBench(t)
	c := x.b.Condition(x.rule(`v: order.address.name == "x" or decimal(order.address.name) > 1`))
	if c == nil {
		t.Fatal(x.said())
	}
	looked := c.Explain(x.frame(strings.Replace(anOrder, "Dana", strings.Repeat("ä", 300), 1)))()
	if len(looked) == 0 || len(looked[0].Value) > 210 || !strings.HasSuffix(looked[0].Value, "…") {
		t.Errorf("%+v", looked)
	}
	last := looked[len(looked)-1]
	if !strings.Contains(last.Note, "is not a number") {
		t.Errorf("the part that fails says %+v", last)
	}
}

func TestDeclare(t *testing.T) {
	x := newBench(t)
	x.b.Declared = map[*item.Var]diag.Text{}
	at := func(name string) diag.Text { return diag.NewText(name, diag.Span{File: "x.yaml"}, nil) }
	v := x.b.Declare(at("stock"), item.NewLayout(item.TypeText))
	if v == nil || x.b.Declared[v].Value != "stock" {
		t.Fatal(x.said())
	}
	x.b.DeclareBroken(at("broken"))
	x.b.DeclareBroken(at("stock"))
	if v, _ := x.b.Scope.Var("stock"); v.Type != item.TypeText {
		t.Error("a name was declared over another")
	}
	for _, name := range []string{"stock", "order", "a-b", "1a", "", "in", "nil"} {
		if x.b.Declare(at(name), item.NewLayout(item.TypeText)) != nil {
			t.Errorf("%q was declared", name)
		}
	}
	if x.fs.Errors() != 6 { // the empty one is reported by whoever read it
		t.Error(x.said())
	}
}

// A rule about the elements of a list finds the first that meets it, and its
// findings keep their places.
func TestMatch(t *testing.T) {
	x := newBench(t)
	x.b.Scope.DeclareLayout("found", item.NewLayout(typeOf(t, "[{id: int, name: text}]")))
	m := x.b.Match(x.rule("v: .id == order.id"), "found")
	if m == nil {
		t.Fatal(x.said())
	}
	f := x.frame(anOrder)
	list, err := item.FromJSON([]byte(`[{"id":1,"name":"a"},{"id":9007199254740993,"name":"b"}]`))
	if err != nil {
		t.Fatal(err)
	}
	v, _ := x.b.Scope.Var("found")
	f = append(f, make(item.Frame, 4)...)
	f[v.Slot] = list
	got, err := m.Eval(f)
	if err != nil || got.Member("name").AsText() != "b" {
		t.Errorf("found %v, %v", got, err)
	}
	if x.b.Match(x.rule("v: .idd == order.id"), "found") != nil || !strings.HasPrefix(x.said(), "x.yaml:1:5: unknown member \"idd\"") {
		t.Errorf("said %s", x.said())
	}
}

func TestUntyped(t *testing.T) {
	x := newBench(t)
	n := x.node("{a: 1, b: 1.50, c: 0012, d: 12E4, e: \"1\", f: [true, no, null, ~], g: {h: 2026-01-01}, i: 9007199254740993, j: , k: -0.5, l: 99999999999999999999}")
	const want = `{"a":1,"b":1.50,"c":"0012","d":"12E4","e":"1","f":[true,"no",null,null],"g":{"h":"2026-01-01"},"i":9007199254740993,"j":null,"k":-0.5,"l":"99999999999999999999"}`
	if got := string(item.AppendJSON(nil, field.Untyped(n))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

package field_test

import (
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/shape"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step/field"
)

const orderShape = `{id: int, note: text or null, total: decimal, lines: [{sku: text, price: decimal, quantity: int}],
 tags: {type: [text], nullable: true}, address: {name: text, city: text or null}, extra: unknown}`

// bench compiles things in a scope that has an order.
type bench struct {
	t     *testing.T
	b     *field.Compiler
	order *item.Var
	fs    *diag.List
}

func newBench(t *testing.T) *bench {
	t.Helper()
	fs := &diag.List{}
	b := &field.Compiler{Scope: item.NewScope(), Findings: fs}
	typ := shape.Parse(syntax.Parse("shape.yaml", []byte(orderShape), fs), nil, fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	typ.Name = "order"
	return &bench{t: t, b: b, fs: fs, order: b.Scope.Declare("order", typ)}
}

func (x *bench) node(yaml string) *syntax.Node {
	x.t.Helper()
	n := syntax.Parse("x.yaml", []byte(yaml), x.fs)
	if n == nil {
		x.t.Fatal(x.fs.Sorted())
	}
	return n
}

func (x *bench) frame(json string) item.Frame {
	x.t.Helper()
	v, err := item.NewDecoder(x.order.Layout).Decode([]byte(json))
	if err != nil {
		x.t.Fatal(err)
	}
	f := x.b.Scope.NewFrame()
	f[x.order.Slot] = v
	return f
}

// said gives the findings, a line each.
func (x *bench) said() string {
	var b strings.Builder
	for _, f := range x.fs.Sorted() {
		b.WriteString(f.Error() + "\n")
	}
	return b.String()
}

func (x *bench) mapping(yaml string, target *item.Type) *field.Projection {
	x.t.Helper()
	var m field.Mapping
	m.DecodeNode(x.node(yaml), x.fs)
	return x.b.Mapping(m, target)
}

const anOrder = `{"id":9007199254740993,"note":null,"total":"20.00","extra":{"b":[],"a":1.50},"tags":null,
"address":{"name":"Dana","city":null},
"lines":[{"sku":"12E4","price":"20.00","quantity":0},{"sku":"0012","price":"1.5","quantity":3}]}`

func TestMapping(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"values", `{a: "${ order.id }", b: "#{{ order.id }}", c: "${ order.total }", d: "${ order.note }"}`, `{"a":9007199254740993,"b":"#9007199254740993","c":"20.00","d":null}`},
		{"literals", `{a: x, b: 0012, c: 12, d: 1.10, e: "12", f: true, g: null, h: ~, i: "", j: yes, k: 12E4, l: .5, m: "-", n: '.', o: +1}`,
			`{"a":"x","b":"0012","c":12,"d":1.10,"e":"12","f":true,"g":null,"h":null,"i":"","j":"yes","k":"12E4","l":0.5,"m":"-","n":".","o":"+1"}`},
		{"nothing", `{a: , b: {}, c: []}`, `{"a":null,"b":{},"c":[]}`},
		{"objects", `{a: {b: {c: "${ order.id }"}, d: 1}}`, `{"a":{"b":{"c":9007199254740993},"d":1}}`},
		{"a part of the record as it is", `{a: "${ order.extra }", b: "${ order.address }"}`, `{"a":{"b":[],"a":1.50},"b":{"name":"Dana","city":null}}`},
		{"list of values", `{a: [1, "${ order.id }", "n {{ order.id }}"]}`, `{"a":[1,9007199254740993,"n 9007199254740993"]}`},
		{"each", `{a: {each: order.lines as l, map: {s: "${ l.sku }", q: "${ l.quantity }", p: "${ l.price }"}}}`, `{"a":[{"s":"12E4","q":0,"p":"20.00"},{"s":"0012","q":3,"p":"1.5"}]}`},
		{"each of values", `{a: {each: order.lines as l, map: "${ l.sku }"}}`, `{"a":["12E4","0012"]}`},
		{"each with where", `{a: {each: order.lines as l, where: l.quantity > 0, map: "${ l.sku }"}}`, `{"a":["0012"]}`},
		{"each within each", `{a: {each: order.lines as l, map: {b: {each: order.lines as k, where: k.sku != l.sku, map: "${ k.sku + l.sku }"}}}}`, `{"a":[{"b":["001212E4"]},{"b":["12E40012"]}]}`},
		{"each over the same name twice", `{a: {each: order.lines as l, map: "${ l.sku }"}, b: {each: order.lines as l, map: "${ l.quantity }"}}`, `{"a":["12E4","0012"],"b":[0,3]}`},
		{"each among other elements", `{a: [{s: first, x: 1}, {each: order.lines as l, map: {s: "${ l.sku }"}}, {x: 2}]}`, `{"a":[{"s":"first","x":1},{"s":"12E4"},{"s":"0012"},{"x":2}]}`},
		{"each of what may be null", `{a: {each: "order.tags ?? []", map: x}, b: {each: "(order.tags ?? []) as t", map: "${ t }"}}`, ``},
		{"when", `{a: {when: order.id > 5, map: {x: 1}}, b: {when: order.id < 5, map: 1}, c: 2}`, `{"a":{"x":1},"c":2}`},
		{"when in a list", `{a: [{when: order.id < 5, map: {x: 1}}, {when: order.id > 5, map: {x: 2}}]}`, `{"a":[{"x":2}]}`},
		{"members called when and map and more", `{a: {when: now, map: b, x: 1}}`, `{"a":{"when":"now","map":"b","x":1}}`},
		{"order of members", `{z: 1, a: 2, m: 3}`, `{"z":1,"a":2,"m":3}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newBench(t)
			p := x.mapping(c.yaml, nil)
			if c.want == "" {
				if x.fs.Errors() == 0 {
					t.Fatal("it compiled")
				}
				return
			}
			if p == nil || x.fs.Len() > 0 {
				t.Fatal(x.said())
			}
			v, err := p.Eval(x.frame(anOrder))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(item.AppendJSON(nil, v)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// A layout finds each member where the projection put it.
func TestMappingLayout(t *testing.T) {
	x := newBench(t)
	p := x.mapping(`{a: [{s: x}, {t: y}, {each: order.lines as l, map: {t: "${ l.sku }", u: 1}}], b: {c: 7}}`, nil)
	if p == nil {
		t.Fatal(x.said())
	}
	v, err := p.Eval(x.frame(anOrder))
	if err != nil {
		t.Fatal(err)
	}
	l := p.Layout()
	slot := func(l *item.Layout, name string) int {
		i, ok := l.Lookup(name)
		if !ok {
			t.Fatalf("no slot for %s in %v", name, l.Names())
		}
		return i
	}
	if got := v.Slot(l, slot(l, "b")).Slot(l.Member(slot(l, "b")), 0); got.AsInt() != 7 {
		t.Errorf("b.c is %v", got)
	}
	elem := l.Member(slot(l, "a")).Elem()
	a := v.Slot(l, slot(l, "a"))
	if got := a.Index(2).Slot(elem, slot(elem, "t")); got.AsText() != "12E4" {
		t.Errorf("a[2].t is %v", got)
	}
	if got := a.Index(2).Slot(elem, slot(elem, "s")); got.Kind() != item.KindMissing {
		t.Errorf("a[2].s is %v", got)
	}
}

// What the write takes decides what a literal is, and which nulls are left out.
func TestMappingForATarget(t *testing.T) {
	x := newBench(t)
	target := shape.Parse(x.node(`{sku: text, count: int, price: decimal, flag: bool, day: date, kind: {enum: [a, b]},
 note: text, keep: text or null, any: unknown, m: {map: text}, list: [text], o: {x: text}}`), nil, x.fs)
	p := x.mapping(`{sku: 12E4, count: 7, price: 1.10, flag: true, day: 2026-01-02, kind: b,
 note: "${ order.note }", keep: "${ order.note }", any: 0.50, m: {a: 012}, list: [1, no], o: {x: "${ order.note }"}}`, target)
	if p == nil {
		t.Fatal(x.said())
	}
	field.Check(p.Part, target, x.fs)
	if x.fs.Len() > 0 {
		t.Fatal(x.said())
	}
	v, err := p.Eval(x.frame(anOrder))
	if err != nil {
		t.Fatal(err)
	}
	b, err := item.AppendJSONAs(nil, v, target)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"sku":"12E4","count":7,"price":1.10,"flag":true,"day":"2026-01-02","kind":"b","keep":null,"any":0.50,"m":{"a":"012"},"list":["1","no"],"o":{}}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}

// A mistake at run time tells the place in the YAML and the element.
func TestMappingFaults(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"an expression", `{a: "${ decimal(order.address.name) }"}`, `x.yaml:1:9: decimal: "Dana" is not a number`},
		{"in an element", "a:\n  each: order.lines as l\n  map: ${ 10 / l.quantity }", `x.yaml:3:11: division by zero`},
		{"a list that is none", "a:\n  each: order.extra as l\n  map: x", `x.yaml:2:9: order.extra is an object, not a list`},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newBench(t)
			p := x.mapping(c.yaml, nil)
			if p == nil {
				t.Fatal(x.said())
			}
			_, err := p.Eval(x.frame(anOrder))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if c.name == "in an element" && !strings.HasSuffix(err.Error(), "(in element 1 of order.lines)") {
				t.Errorf("it does not say which element: %v", err)
			}
		})
	}
}

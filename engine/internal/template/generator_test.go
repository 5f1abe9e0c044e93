package template

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes random templates over commerce data. What it makes mostly
// means something, so that differences of meaning show.
type generator struct {
	r     *rand.Rand
	vars  []string // names that are set, besides the data's
	loops int
	// inMacro parts see no data, and a date that is not there is now.
	inMacro bool
}

func (g *generator) pick(list ...string) string { return list[g.r.IntN(len(list))] }
func (g *generator) chance(percent int) bool    { return g.r.IntN(100) < percent }

// template makes a whole template.
func (g *generator) template() string {
	switch {
	case g.chance(50):
		return g.print(g.any(4))
	case g.chance(10):
		return g.tag("extends '"+g.pick("base", "middle")+"'") + g.tag("block "+g.pick("b", "c")) + g.nodes(2) + g.tag("endblock")
	}
	var b strings.Builder
	for range 1 + g.r.IntN(3) {
		b.WriteString(g.node(3))
	}
	return b.String()
}

func (g *generator) space() string {
	return g.pick("", "", "", " ", "\n", "  \n ", "\t", " x ", "-", ";\n\n")
}

// trim makes a delimiter's white space control.
func (g *generator) trim() string { return g.pick("", "", "", "", "", "-", "~") }

func (g *generator) print(e string) string {
	return "{{" + g.trim() + " " + e + " " + g.trim() + "}}"
}

func (g *generator) tag(s string) string {
	return "{%" + g.trim() + " " + s + " " + g.trim() + "%}"
}

func (g *generator) nodes(depth int) string {
	var b strings.Builder
	for range 1 + g.r.IntN(2) {
		b.WriteString(g.space() + g.node(depth))
	}
	return b.String() + g.space()
}

func (g *generator) node(depth int) string {
	if depth <= 0 || g.chance(45) {
		return g.space() + g.print(g.any(3))
	}
	switch g.r.IntN(18) {
	case 14, 15, 16, 17:
		return g.other(depth)
	case 0, 1:
		s := g.tag("if "+g.truth(2)) + g.nodes(depth-1)
		if g.chance(40) {
			s += g.tag("elseif "+g.truth(2)) + g.nodes(depth-1)
		}
		if g.chance(50) {
			s += g.tag("else") + g.nodes(depth-1)
		}
		return s + g.tag("endif")
	case 2, 3, 4:
		return g.loop(depth)
	case 5, 6:
		name := g.pick("x", "y", "item", "total")
		s := g.tag("set " + name + " = " + g.any(3))
		g.vars = append(g.vars, name)
		return s + g.nodes(depth-1)
	case 7:
		name := g.pick("x", "y")
		s := g.tag("set "+name) + g.nodes(depth-1) + g.tag("endset")
		g.vars = append(g.vars, name)
		return s + g.print(g.any(2))
	case 8:
		return g.tag("apply "+g.pick("upper", "trim", "title", "replace({'a': 'b'})", "length", "nl2br", "e", "lower|capitalize")) + g.nodes(depth-1) + g.tag("endapply")
	case 9:
		return g.tag("with {x: "+g.any(2)+", y: "+g.any(1)+"}") + g.nodes(depth-1) + g.tag("endwith")
	case 10:
		return g.tag("autoescape "+g.pick("'html'", "'js'", "false", "'url'", "'css'", "'html_attr'")) + g.nodes(depth-1) + g.tag("endautoescape")
	case 11:
		return "{#" + g.trim() + " note " + g.trim() + "#}" + g.space() + g.print(g.any(2))
	case 12:
		name := fmt.Sprintf("m%d", g.r.IntN(1000))
		outer, was := g.vars, g.inMacro
		g.vars, g.inMacro = []string{"a", "b"}, true
		body := g.nodes(depth - 1)
		g.vars, g.inMacro = outer, was
		return g.tag("macro "+name+"(a, b = "+g.pick("1", "'q'", "null")+")") + body + g.tag("endmacro") + g.print("_self."+name+"("+g.any(2)+g.pick("", ", "+g.any(1))+")")
	}
	return g.tag("verbatim") + g.pick("{{ a }}", " x ", "{% if %}") + g.tag("endverbatim")
}

// others are the templates that those of the generator use.
func others() map[string]string {
	return map[string]string{
		"part":   "{{ x ?? 'no x' }}/{{ item.code ?? 'no item' }}{% set x = 'mine' %}{{ loop.index ?? '' }}",
		"base":   "<{% block b %}{{ item.name ?? '' }}{% endblock %}|{% block c %}c{% endblock %}{{ block('b')|length }}>",
		"middle": "{% extends 'base' %}{% block b %}[{{ parent() }}]{% endblock %}",
		"macros": "{% macro f(x, y = 2) %}{{ x }}-{{ y }}{{ varargs|join }}{% endmacro %}{% macro g(x) %}{{ _self.f(x, x) }}<b>{% endmacro %}",
	}
}

// other makes a node that uses another template.
func (g *generator) other(depth int) string {
	with := g.pick("", "", " with {x: "+g.any(1)+"}", " with {x: "+g.any(1)+", item: "+g.path()+"} only", " only")
	switch g.r.IntN(5) {
	case 0:
		return g.tag("include " + g.pick("'part'", "['nope', 'part']", "'pa' ~ 'rt'", "'base'", "'nope' ignore missing") + with)
	case 1:
		return g.print("include('" + g.pick("part", "middle") + "'" + g.pick("", ", {x: "+g.any(1)+"}", ", {x: 1}, false", ", with_context = false") + ")" + g.pick("", "|upper", "|length", " ~ '<'"))
	case 2:
		body := g.nodes(depth - 1)
		if !g.inMacro && g.chance(30) {
			body += g.print("parent()")
		}
		return g.tag("embed '"+g.pick("base", "middle")+"'"+with) + g.tag("block b") + body + g.tag("endblock") + g.tag("endembed")
	case 3:
		return g.tag("import 'macros' as mm") + g.print("mm."+g.pick("f", "g")+"("+g.any(1)+")"+g.pick("", "|length", " ~ '<'"))
	}
	return g.tag("from 'macros' import f as ff, g") + g.print("ff("+g.any(1)+", "+g.any(1)+g.pick("", ", 3, 4")+")") + g.print("g(1)")
}

func (g *generator) loop(depth int) string {
	outer := g.vars
	names := g.pick("v", "item", "k, v", "x", "key, line")
	g.vars = append(g.vars, strings.Split(names, ", ")...)
	g.loops++
	seq := g.list(2)
	s := g.tag("for "+names+" in "+seq) + g.nodes(depth-1)
	if g.chance(30) {
		s += g.print(g.pick("loop.index", "loop.last ? 'L' : ','", "loop.revindex0", "loop.length", "loop.first", "loop.index0"))
	}
	g.loops--
	g.vars = outer
	if g.chance(25) {
		s += g.tag("else") + g.nodes(depth-1)
	}
	return s + g.tag("endfor")
}

// any makes an expression of any kind.
func (g *generator) any(depth int) string {
	if depth <= 0 {
		return g.atom()
	}
	switch g.r.IntN(12) {
	case 0, 1, 2:
		return g.text(depth)
	case 3, 4:
		return g.number(depth)
	case 5:
		return g.list(depth) + "|join('" + g.pick(",", "", ", ", "-") + "')"
	case 6:
		return g.list(depth) + "|json_encode"
	case 7:
		return g.truth(depth) + " ? " + g.any(depth-1) + g.pick(" : "+g.any(depth-1), "", " : ''")
	case 8:
		return "(" + g.any(depth-1) + " " + g.pick("??", "?:") + " " + g.any(depth-1) + ")"
	case 9:
		return g.date(depth)
	case 10:
		return "(" + g.truth(depth) + ")"
	}
	return g.atom()
}

func (g *generator) atom() string {
	switch g.r.IntN(7) {
	case 0:
		return g.textAtom()
	case 1:
		return g.numberAtom()
	case 2:
		if len(g.vars) > 0 {
			return g.vars[g.r.IntN(len(g.vars))]
		}
	case 3:
		return g.pick("true", "false", "null", "nope", "item.nope", "order.shipping.nope.deep")
	case 4:
		if g.loops > 0 {
			return g.pick("loop.index", "loop.first", "loop.last", "loop.length")
		}
	}
	return g.path()
}

func (g *generator) path() string {
	if g.inMacro {
		return g.pick("a", "b", "varargs", "a.x", "b[0]")
	}
	return g.pick("item.code", "item.name", "item.price", "item.quantity", "item.weight", "item.metadata.style", "item.metadata.note",
		"item.variation_list.Size", "item.variation_list['Color']", "item['code']", "order.order_items[0].code", "order.shipping.city",
		"order.shipping.company", "order.date_added", "order.tax_total", "order.quantity_total", "order.order_items|length",
		"order.checkout_data['Gift Message']", "item.metadata.html", "item.metadata.num", "item.metadata.zero", "item.metadata.flag", "order.order_items.1.price",
		"item.metadata.tags", "order.order_items", "item.variation_list", "item.metadata.empty", "order.source_id", "item.metadata.ws", "item.metadata.uni", "item.metadata.big")
}

func (g *generator) textAtom() string {
	return g.pick(`'abc'`, `"x-y-z"`, `''`, `'0'`, `'0.0'`, `' '`, `'10'`, `'1e2'`, `'12abc'`, `'Größe'`, `'O\'Neil & <b>'`, `"a#{item.quantity}b"`,
		`'A-1,B-2,,C'`, `'2024-03-09'`, `'1.50'`, `"line\ntwo"`, `'ß'`, `'-5'`, `' 7 '`, `'abc def'`, `"tab\there"`, `'ab' ~ 'cd'`, `'%s'`)
}

func (g *generator) text(depth int) string {
	if depth <= 0 {
		return g.textAtom()
	}
	s := g.pick(g.textAtom(), g.path(), "("+g.any(depth-1)+")")
	switch g.r.IntN(25) {
	case 0:
		return s + "|upper"
	case 1:
		return s + "|lower"
	case 2:
		return s + "|title"
	case 3:
		return s + "|capitalize"
	case 4:
		return s + "|trim" + g.pick("", "", "('a..c')", "('x', 'left')", "(side='right')", "(' -')")
	case 5:
		return s + "|slice(" + g.pick("0, 2", "1", "-2", "-3, 2", "1, -1", "0, 100", "5, 1", "-100, 2") + ")"
	case 6:
		return s + "[" + g.pick("1:", ":2", "0:3", "-2:", "1:-1") + "]"
	case 7:
		return s + "|replace({" + g.pick("'a': 'b'", "'-': '', 'x': 'yy'", "'ab': '1', 'a': '2', 'b': '3'", "'e': item.code", "'': 'x'", "1: 'one'") + "})"
	case 8:
		return s + "|e" + g.pick("", "('html')", "('js')", "('url')", "('css')", "('html_attr')")
	case 9:
		return s + "|url_encode"
	case 10:
		return s + "|striptags" + g.pick("", "('<b>')")
	case 11:
		return s + "|nl2br"
	case 12:
		return s + "|" + g.pick("first", "last", "reverse", "raw", "length")
	case 13:
		return s + "|default(" + g.any(depth-1) + ")"
	case 14, 15, 16:
		return s + " ~ " + g.any(depth-1)
	case 17:
		return "'" + g.pick("%05d", "%.2f", "%s|%s", "%5s", "%-6s|", "%x", "%'*8s", "%+d", "%e", "%b", "%1$s-%1$s", "%5.1f") + "'|format(" + g.any(depth-1) + ", " + g.any(0) + ")"
	case 18:
		return g.number(depth-1) + "|number_format" + g.pick("", "(2)", "(2, ',', '.')", "(0, '', ' ')", "(decimal=1, thousand_sep='')")
	case 19:
		return s + "|json_encode" + g.pick("", "(constant('JSON_PRETTY_PRINT'))", "(256)", "(64)")
	case 20:
		return s + "|split(" + g.pick("'-'", "','", "''", "'', 2", "',', 2", "'-', -1", "' '") + ")|" + g.pick("first", "last", "join('+')", "length", "reverse|join")
	case 21:
		return s + "|" + g.pick("escape|upper", "raw|lower")
	}
	return s
}

func (g *generator) numberAtom() string {
	return g.pick("0", "1", "2", "3", "7", "10", "100", "-1", "2.5", "0.1", "1.005", "12345.678", "1e+3", "0.0", "9007199254740993", "item.quantity", "item.price", "item.weight", "order.tax_total", "item.metadata.num")
}

func (g *generator) number(depth int) string {
	if depth <= 0 {
		return g.numberAtom()
	}
	a, b := g.pick(g.numberAtom(), g.number(depth-1)), g.pick(g.numberAtom(), g.number(depth-1))
	switch g.r.IntN(17) {
	case 0, 1, 2:
		return "(" + a + " " + g.pick("+", "-", "*") + " " + b + ")"
	case 3:
		return "(" + a + " " + g.pick("/", "//", "%") + " " + b + ")"
	case 4:
		return a + " " + g.pick("+", "-", "*", "**", "b-and", "b-or", "b-xor") + " " + b
	case 5:
		return "(" + a + ")|round" + g.pick("", "(1)", "(2)", "(0, 'floor')", "(1, 'ceil')", "(-1)", "(3)")
	case 6:
		return "(" + a + ")|abs"
	case 7:
		return g.pick("max", "min") + "(" + a + ", " + b + ")"
	case 8:
		return g.pick("max", "min") + "(" + g.list(depth-1) + ")"
	case 9:
		return "-" + a
	case 10:
		return "(" + a + " <=> " + b + ")"
	case 11:
		return g.list(depth-1) + "|reduce((c, v) => c + v, 0)"
	case 12:
		return "(" + g.any(depth-1) + ")|length"
	case 13:
		return "(" + a + ") ** " + g.pick("2", "0", "3", "-1", "0.5")
	}
	return a
}

func (g *generator) list(depth int) string {
	if g.inMacro {
		return g.pick("[a, b]", "varargs", "1..3", "{x: a}", "(b ~ '')|split('')")
	}
	base := g.pick("[1, 2, 3]", "['a', 'b', 'c']", "[]", "{a: 1, b: 2}", "['10', 9, 'x', 1.5]", "item.variation_list", "order.order_items|column('code')",
		"item.metadata.tags", "1..5", "'a'..'e'", "range(0, 10, 3)", "(item.code|split('-'))", "[item.code, item.price, null]", "{1: 'x', 0: 'y', k: 'z'}",
		"order.order_items|map(i => i.quantity)", "['b', 'A', 'a', 'B']", "[3, '3', 1, '10', 2]", "item.metadata", "order.order_items|map(i => i.code)", "{'2': 'b', '1': 'a'}")
	if depth <= 0 {
		return base
	}
	if g.chance(15) {
		base = "[" + g.any(depth-1) + ", " + g.any(depth-1) + "]"
	}
	switch g.r.IntN(20) {
	case 0:
		return "(" + base + ")|sort"
	case 1:
		return "(" + base + ")|reverse" + g.pick("", "(true)")
	case 2:
		return "(" + base + ")|slice(" + g.pick("1", "0, 2", "-1", "1, 1", "0, 2, true") + ")"
	case 3:
		return "(" + base + ")|merge(" + g.pick("[9]", "{z: 1}", "{a: 5}", "[]") + ")"
	case 4:
		return "(" + base + ")|filter(" + g.arrow(depth) + ")"
	case 5:
		return "(" + base + ")|map(" + g.arrow(depth) + ")"
	case 6:
		return "(" + base + ")|keys"
	case 7:
		return "(" + base + ")|batch(" + g.pick("2", "2, 'x'", "3, null, false") + ")|map(r => r|join('+'))"
	case 8:
		return "(" + base + ")|sort((a, b) => " + g.pick("a <=> b", "b <=> a", "a > b", "a|length <=> b|length") + ")"
	case 9:
		return "[" + g.any(depth-1) + ", " + g.any(depth-1) + "]"
	case 10:
		return "{a: " + g.any(depth-1) + ", (" + g.textAtom() + "): " + g.any(depth-1) + "}"
	}
	return base
}

func (g *generator) arrow(depth int) string {
	outer := g.vars
	g.vars = append(g.vars, "v")
	params := g.pick("v", "v", "(v, k)")
	if params != "v" {
		g.vars = append(g.vars, "k")
	}
	body := g.pick("v", "v is not empty", "v ~ '!'", "v|upper", "v > 1", g.any(depth-1))
	g.vars = outer
	return params + " => " + body
}

func (g *generator) truth(depth int) string {
	if depth <= 0 {
		return g.pick("true", "false", g.path(), g.path()+" is empty")
	}
	a, b := g.any(depth-1), g.any(depth-1)
	switch g.r.IntN(14) {
	case 0, 1:
		return "(" + a + ") " + g.pick("==", "!=", "<", ">", "<=", ">=") + " (" + b + ")"
	case 2:
		return g.truth(depth-1) + " " + g.pick("and", "or") + " " + g.truth(depth-1)
	case 3:
		return "not (" + a + ")"
	case 4:
		return "(" + a + ") " + g.pick("in", "not in") + " (" + g.pick(g.list(depth-1), g.text(depth-1)) + ")"
	case 5:
		return "(" + g.text(depth-1) + ") " + g.pick("starts with", "ends with") + " (" + g.textAtom() + ")"
	case 6:
		return "(" + g.text(depth-1) + ") matches '" + g.pick(`/^[A-Z]+-\\d+/`, `/a.c/i`, `{x|y}`, `/\\s/`, `/^\\w+$/`, `#ö#u`, `/.{3}$/`) + "'"
	case 7, 8:
		return "(" + a + ") is " + g.pick("", "", "not ") + g.pick("empty", "null", "iterable", "even", "odd", "same as(1)", "divisible by(3)", "same as('')")
	case 9:
		return g.path() + " is " + g.pick("", "not ") + "defined"
	case 10:
		return g.path()
	}
	return "(" + a + ")"
}

func (g *generator) date(depth int) string {
	d := g.pick("order.date_added", "'2024-03-09'", "'2024-02-29 23:59:59'", "'20240315'", "1710045910", "'2024-03-10T05:15:00+02:00'", "'Mar 5, 2024 10pm'", "'2024-12-30'", "'2023-01-01 00:00'", "'@86400'", "'1 January 2025'",
		"'2024-03-09 10:00 EST'", "'2024-07-01 00:30 Europe/Paris'", "'Sat, 09 Mar 2024 23:45:10 GMT'", "'2024-03-09T10:00:00.5Z'", "'2024-W10-6'", "'10:00 9 March 2024 PDT'", "'20240309T101112'")
	if g.inMacro {
		d = "'2024-03-09'"
	}
	if g.chance(40) {
		d += "|date_modify('" + g.pick("+1 day", "-1 week", "+1 month", "next monday", "last day of this month", "first day of next month", "+3 weekdays", "-2 weekdays", "+36 hours", "midnight", "noon", "tomorrow",
			"last friday", "sunday this week", "monday next week", "-1 year", "+2 weeks 3 days", "first monday of january 2025", "last friday of next month", "-90 minutes", "2 days ago", "saturday", "third tuesday of march 2024", "10:30", "yesterday noon", "+1 fortnight",
			"10:00 tomorrow", "first day of january this year", "+1 month -1 day", "last day of february", "eighth day", "-1 week sat", "@0", "noon +3 weekdays", "2025-01-01 EST") + "')"
	}
	return d + "|date" + g.pick("('Y-m-d')", "('d.m.Y H:i:s')", "('D, d M Y')", "('c', 'America/New_York')", "('H:i T', 'Europe/Paris')", "('jS F Y')", "('N W o t z L B')", "('U')", "('g:i a')", "('Ymd', 'Asia/Tokyo')", "('r', false)", "")
}

// data makes the data of a template.
func (g *generator) data() string {
	items := []string{
		`{"id":"10294471","name":"Linen Camp Shirt","price":"148.00","quantity":3,"weight":0.45,"code":"SS24-CAMP-NVY-M","variation_list":{"Size":"Medium","Color":"Navy"},"metadata":{"style":"CAMP-104","note":"","num":12,"zero":"0","flag":true,"tags":["sale","new"],"empty":[],"html":"<b>Tom & \"Jerry\"'s</b>","ws":"  a b\t\n"}}`,
		`{"id":"5501","name":"Café Crème – Größe","price":61.2,"quantity":1,"weight":1.005,"code":"ÉTÉ-ß-XL","variation_list":{"Größe":"XL","Size":"10.5"},"metadata":{"style":null,"note":"line one\nline two\r\nline three","num":"7.50","zero":0,"flag":false,"tags":["b","a","10","9"],"uni":"東京 スタイル 🎁","html":"a<br/>b<i>c</i>","big":9007199254740993}}`,
		`{"id":"77","name":"GIFT card","price":50,"quantity":0,"weight":0,"code":"GC-50","variation_list":[],"metadata":{"style":"","note":"0","num":-3,"zero":"0.0","tags":{"x":"1","y":null},"html":"","ws":"\u00a0x "}}`,
		`{"id":"8","name":"o'neil mc-donald","price":"1e2","quantity":-2,"weight":1234567.891,"code":"x","variation_list":{"Size":"S"},"metadata":[]}`,
	}
	order := `{"source_id":"#R-100245","date_added":"2024-03-09 23:45:10","tax_total":"48.20","quantity_total":6,"shipping":{"city":"São Paulo","company":"Souza & Filhos Ltda."},"checkout_data":{"Gift Message":"Happy birthday!\nLove <3"},"order_items":[` + items[0] + `,` + items[1] + `]}`
	return `{"item":` + items[g.r.IntN(len(items))] + `,"order":` + order + `}`
}

// request makes a request.
func (g *generator) request() Request {
	g.vars, g.loops, g.inMacro = nil, 0, false
	q := Request{Templates: others(), Main: "index.twig", Data: []byte(g.data())}
	q.Templates[q.Main] = g.template()
	q.Config.Autoescape = Strategy(g.pick("", "", "html"))
	q.Config.Timezone = g.pick("UTC", "UTC", "America/New_York", "Europe/Paris")
	return q
}

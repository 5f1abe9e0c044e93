package template

import (
	"slices"
	"strings"

	jinja "github.com/sluicehq/sluice/engine/internal/template/jinja/builtin"
	twig "github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
)

// The kinds of entries of the reference.
const (
	KindFilter   = "filter"
	KindFunction = "function"
	KindTest     = "test"
	KindTag      = "tag"
)

// Entry describes a filter, function, test or tag of a dialect.
type Entry struct {
	Dialect    Dialect
	Kind, Name string
	// Signature is the name with the parameters; one with a question mark may be
	// left out.
	Signature string
	// Doc says what it does; Example is a template that gives Gives, where
	// others are those of Examples.
	Doc, Example, Gives string
}

// Examples are the templates that examples of the reference use, by name.
func Examples() map[string]string {
	return map[string]string{
		"line":   "sku {{ sku }}",
		"base":   "{% block b %}base{% endblock %}",
		"macros": "{% macro price(p) %}{{ p|number_format(2) }} USD{% endmacro %}",
		"blocks": "{% block b %}used{% endblock %}",
	}
}

// Reference describes everything that templates can use, sorted by dialect,
// kind and name.
func Reference() []Entry {
	var list []Entry
	for kind, table := range map[string]twig.Table{KindFilter: twig.Filters(), KindFunction: twig.Functions(), KindTest: twig.Tests()} {
		for name, d := range table {
			list = append(list, Entry{Twig, kind, name, twigSignature(kind, d), d.Doc, d.Example, d.Gives})
		}
	}
	for kind, table := range map[string]jinja.Table{KindFilter: jinja.Filters(), KindFunction: jinja.Functions(), KindTest: jinja.Tests()} {
		for name, d := range table {
			list = append(list, Entry{Jinja, kind, name, signature(kind, name, d.Params()), d.Doc, d.Example, d.Gives})
		}
	}
	list = append(append(list, twigTags()...), jinjaTags()...)
	slices.SortFunc(list, func(a, b Entry) int {
		if a.Dialect != b.Dialect {
			return int(a.Dialect) - int(b.Dialect)
		}
		return strings.Compare(a.Kind+" "+a.Name, b.Kind+" "+b.Name)
	})
	return list
}

// twigSignature writes a call of Twig. The first parameter of what is applied to
// something is that.
func twigSignature(kind string, d *twig.Def) string {
	params := d.Params
	if kind != KindFunction {
		params = params[1:]
	}
	var words []string
	for _, p := range params {
		if p.Required {
			words = append(words, p.Name)
		} else {
			words = append(words, p.Name+"?")
		}
	}
	if d.Variadic {
		words = append(words, "…")
	}
	return signature(kind, d.Name, words)
}

func signature(kind, name string, params []string) string {
	if len(params) == 0 && kind != KindFunction {
		return name
	}
	return name + "(" + strings.Join(params, ", ") + ")"
}

func twigTags() []Entry {
	tag := func(name, doc, example, gives string) Entry {
		return Entry{Twig, KindTag, name, name, doc, example, gives}
	}
	return []Entry{
		tag("apply", "Prints what is inside through filters.", "{% apply upper|trim %} sku {% endapply %}", "SKU"),
		tag("autoescape", "Escapes what is printed inside: html, js, css, url, html_attr or false.", "{% autoescape 'html' %}{{ '<B>'|lower }}{% endautoescape %}", "&lt;b&gt;"),
		tag("block", "A part with a name, which a template that extends this one can replace.", "{% block b %}text{% endblock %}", "text"),
		tag("deprecated", "Says that a template should not be used any more; prints nothing.", "{% deprecated 'use \"line\"' %}x", "x"),
		tag("do", "Evaluates an expression and prints nothing.", "{% do 1 + 1 %}x", "x"),
		tag("embed", "Includes a template, with blocks replaced.", "{% embed 'base' %}{% block b %}mine{% endblock %}{% endembed %}", "mine"),
		tag("extends", "Takes another template and replaces its blocks.", "{% extends 'base' %}{% block b %}mine{% endblock %}", "mine"),
		tag("filter", "The name of apply in Twig 1.", "{% filter upper %}sku{% endfilter %}", "SKU"),
		tag("flush", "Does nothing here.", "{% flush %}x", "x"),
		tag("for", "Prints a part for each element; with else for none.", "{% for x in [1, 2] %}{{ loop.index }}={{ x }} {% else %}none{% endfor %}", "1=1 2=2 "),
		tag("from", "Takes macros out of a template.", "{% from 'macros' import price as p %}{{ p(5) }}", "5.00 USD"),
		tag("guard", "Compiles a part only if a filter, function or test exists.", "{% guard filter upper %}{{ 'a'|upper }}{% else %}a{% endguard %}", "A"),
		tag("if", "Prints one of several parts.", "{% if 1 > 2 %}a{% elseif 2 > 1 %}b{% else %}c{% endif %}", "b"),
		tag("import", "Gives the macros of a template a name.", "{% import 'macros' as m %}{{ m.price(5) }}", "5.00 USD"),
		tag("include", "Prints another template.", "{% include 'line' with {sku: 'B-2'} only %}", "sku B-2"),
		tag("macro", "A part with parameters, called by name.", "{% macro p(n) %}{{ n }} pcs{% endmacro %}{{ _self.p(3) }}", "3 pcs"),
		tag("raw", "The name of verbatim in Twig 1 and in Jinja.", "{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
		tag("sandbox", "Prints what is inside; templates are always confined here.", "{% sandbox %}{% include 'line' %}{% endsandbox %}", "sku "),
		tag("set", "Gives a value or a part a name.", "{% set a, b = 1, 2 %}{% set c %}{{ a }}-{{ b }}{% endset %}{{ c }}", "1-2"),
		tag("spaceless", "Removes white space between tags of HTML.", "{% spaceless %}<b> <i>x</i> </b>{% endspaceless %}", "<b><i>x</i></b>"),
		tag("types", "Declares the types of variables; means nothing here.", "{% types {sku: 'string'} %}x", "x"),
		tag("use", "Takes the blocks of a template.", "{% use 'blocks' %}{{ block('b') }}", "used"),
		tag("verbatim", "Prints braces as they are.", "{% verbatim %}{{ x }}{% endverbatim %}", "{{ x }}"),
		tag("with", "Names that are known inside alone.", "{% with {a: 1} %}{{ a }}{% endwith %}{{ a }}", "1"),
	}
}

func jinjaTags() []Entry {
	tag := func(name, doc, example, gives string) Entry {
		return Entry{Jinja, KindTag, name, name, doc, example, gives}
	}
	return []Entry{
		tag("do", "Evaluates an expression and prints nothing.", "{% do 1 + 1 %}x", "x"),
		tag("filter", "Prints what is inside through filters.", "{% filter upper %}sku{% endfilter %}", "SKU"),
		tag("for", "Prints a part for each element; with else for none.", "{% for x in [1, 2] %}{{ loop.index }}={{ x }} {% else %}none{% endfor %}", "1=1 2=2 "),
		tag("if", "Prints one of several parts.", "{% if 1 > 2 %}a{% elif 2 > 1 %}b{% else %}c{% endif %}", "b"),
		tag("raw", "Prints braces as they are.", "{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
		tag("set", "Gives a value or a part a name, or a namespace a member.", "{% set n = namespace(a=1) %}{% set n.a = n.a + 1 %}{{ n.a }}", "2"),
		tag("with", "Names that are known inside alone.", "{% with a = 1 %}{{ a }}{% endwith %}{{ a }}", "1"),
	}
}

// Fails stands for what a template with an error gives.
const Fails = "an error"

// Difference is something that means one thing in Twig and another in Jinja.
type Difference struct {
	// About says what differs.
	About string
	// Template gives Twig in the Twig dialect and Jinja in the other.
	Template, Twig, Jinja string
}

// Differences lists what differs between the dialects.
func Differences() []Difference {
	return []Difference{
		{"a text that counts as false", "{{ 'yes' if '0' else 'no' }}", "no", "yes"},
		{"a choice with ? and :", "{{ 1 ? 'yes' : 'no' }}", "yes", Fails},
		{"how true prints", "{{ true }}", "1", "True"},
		{"how false prints", "-{{ false }}-", "--", "-False-"},
		{"how a list prints", "{{ [1, 'a'] }}", "Array", "[1, 'a']"},
		{"dividing ints", "{{ 6 / 2 }}", "3", "3.0"},
		{"digits of floats", "{{ 0.1 + 0.2 }}", "0.3", "0.30000000000000004"},
		{"the remainder of a negative number", "{{ -7 % 3 }}", "-1", "2"},
		{"adding texts", "{{ '1' + '2' }}", "3", "12"},
		{"repeating a text", "{{ 'ab' * 2 }}", Fails, "abab"},
		{"comparing a text and a number", "{{ '5' == 5 ? 'yes' : 'no' }}", "yes", Fails},
		{"the same, as both dialects write it", "{{ 'yes' if '5' == 5 else 'no' }}", "yes", "no"},
		{"a filter behind a minus sign", "{{ -5|abs }}", "-5", "5"},
		{"looping over a mapping", "{% for x in {'a': 1} %}{{ x }}{% endfor %}", "1", "a"},
		{"keys and values of a mapping", "{% for k, v in {'a': 1} %}{{ k }}{{ v }}{% endfor %}", "a1", Fails},
		{"the methods of values", "{{ 'sku'.upper() }}", "", "SKU"},
		{"counting from the end", "{{ [1, 2, 3][-1] }}", "", "3"},
		{"a part of a list: start and length, or start and end", "{{ [1, 2, 3][1:2]|join }}", "23", "2"},
		{"a variable set in a loop", "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "2", "1"},
		{"rounding halves of floats", "{{ 2.5|round }}", "3", "2.0"},
		{"replacing texts", "{{ 'a-b'|replace({'-': '+'}) }}", "a+b", Fails},
		{"the same in Jinja", "{{ 'a-b'|replace('-', '+') }}", Fails, "a+b"},
		{"JSON", "{{ {'a': 1}|json_encode }}", `{"a":1}`, Fails},
		{"JSON that is safe within HTML", "{{ {'a': 1}|tojson }}", `{"a":1}`, `{"a": 1}`},
		{"dates", "{{ '2024-03-05'|date('d.m.Y') }}", "05.03.2024", Fails},
		{"using other templates", "{% include 'line' with {sku: 'B-2'} %}", "sku B-2", Fails},
		{"a default for null", "{{ (none ?? 'd') }}", "d", Fails},
		{"a default for what is empty", "{{ ''|default('d') }}", "d", ""},
	}
}

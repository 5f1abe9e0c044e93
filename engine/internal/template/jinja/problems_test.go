package jinja_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/jinja"
	"github.com/sluicehq/sluice/engine/item"
)

func object(fields ...item.Field) *item.Type {
	return &item.Type{Kind: item.KindObject, Fields: fields}
}

// recordScope declares an order and a function.
func recordScope() (*item.Scope, *item.Var) {
	line := object(
		item.Field{Name: "sku", Type: item.TypeText}, item.Field{Name: "qty", Type: item.TypeInt},
		item.Field{Name: "price", Type: item.TypeDecimal},
	)
	order := object(
		item.Field{Name: "id", Type: item.TypeInt}, item.Field{Name: "total", Type: item.TypeDecimal},
		item.Field{Name: "note", Type: item.TypeText}, item.Field{Name: "lines", Type: item.ListOf(line)},
		item.Field{Name: "extra", Type: item.MapOf(item.TypeText)},
	)
	s := item.NewScope()
	v := s.Declare("order", order)
	s.DeclareFunc(&item.Func{
		Name: "double", Params: []item.Param{{Name: "n", Type: item.TypeDecimal}}, Result: item.TypeDecimal,
		Call: func(args []item.Value) (item.Value, error) {
			d, err := args[0].Decimal()
			if err != nil {
				return item.Value{}, err
			}
			d, err = d.Add(d)
			return item.Dec(d), err
		},
	})
	return s, v
}

// marked cuts the marks « and » out of a template and returns where they were.
func marked(src string) (clean string, from, to int) {
	from = strings.Index(src, "«")
	to = strings.Index(src, "»") - len("«")
	return strings.NewReplacer("«", "", "»", "").Replace(src), from, to
}

func TestProblems(t *testing.T) {
	scope, _ := recordScope()
	for _, c := range []struct {
		src, message, hint string
		code               diag.Code
	}{
		{"ü {{ «oder».id }}", `unknown variable "oder"`, `did you mean "order"?`, diag.CodeUnknownVariable},
		{"{{ order.«idd» }}", `"order" has no member "idd"`, `did you mean "id"?`, diag.CodeUnknownMember},
		{"{{ order[«'idd'»] }}", `"order" has no member "idd"`, `did you mean "id"?`, diag.CodeUnknownMember},
		{"{{ order.lines.«sku» }}", `"order.lines" is a list and has no member "sku"`, "take one of its elements first, such as order.lines[0]", diag.CodeUnknownMember},
		{"{% for l in order.lines %}{{ l.«prize» }}{% endfor %}", `"order.lines[]" has no member "prize"`, `did you mean "price"?`, diag.CodeUnknownMember},
		{"{{ order.total.«cents» }}", `"order.total" is of the type decimal and has no member "cents"`, "", diag.CodeUnknownMember},
		{"{{ order.id|«uper» }}", `unknown filter "uper"`, `did you mean "upper"?`, diag.CodeUnknownFilter},
		{"{{ order.lines|map(«'uper'») }}", `unknown filter "uper"`, `did you mean "upper"?`, diag.CodeUnknownFilter},
		{"{{ order.lines|select(«'od'») }}", `unknown test "od"`, "", diag.CodeUnknownTest},
		{"{{ order.id is «evn» }}", `unknown test "evn"`, `did you mean "even"?`, diag.CodeUnknownTest},
		{"{{ «dubble»(1) }}", `unknown function "dubble"`, `did you mean "double"?`, diag.CodeUnknownFunction},
		{"{{ order.note.«uper»() }}", `unknown method "uper"`, `did you mean "upper"?`, diag.CodeUnknownFunction},
		{"{{ order.lines.«append»(1) }}", `unknown method "append"`, "lists and mappings cannot be changed; set a new one, such as list + [x]", diag.CodeUnknownFunction},
		{"a\n{% «includ» 'x' %}", `unknown tag "includ"`, "", diag.CodeUnknownTag},
		{"a\n{% «fro» x in y %}", `unknown tag "fro"`, `did you mean "for"?`, diag.CodeUnknownTag},
		{"{% «include» 'x' %}", `unknown tag "include"`, "templates of the Jinja dialect stand alone; the Twig dialect can use others", diag.CodeUnknownTag},
		{"{% «macro» f() %}{% endmacro %}", `unknown tag "macro"`, "templates of the Jinja dialect stand alone; the Twig dialect can use others", diag.CodeUnknownTag},
		{"{{ order.id «$» 2 }}", `unexpected "$"`, "", diag.CodeTemplateSyntax},
		{"{{ 1 < 2 «<» 3 }}", "comparisons cannot follow each other", `compare two values at a time, and join the comparisons with "and"`, diag.CodeTemplateSyntax},
		{"{{ 1 in order.lines|«list» }}", `the filter "list" needs parentheses here`, "write a in (b|list)", diag.CodeTemplateSyntax},
		{"{{ 1 + 2 is «odd» }}", `the test "odd" needs parentheses in front`, "write (a + b) is odd, or a + (b is odd)", diag.CodeTemplateSyntax},
		{"{{ 1 is «odd» 2 }}", `the test "odd" takes no operand`, "", diag.CodeTemplateSyntax},
		{"{% set «x».y = 1 %}", `"x" is no namespace`, "make one first: {% set x = namespace() %}", diag.CodeUnknownVariable},
		{"{% if order.id «%}»{% endif %", "", "", diag.CodeTemplateSyntax},
		{"{{ order.id[] «}»}", "", "", diag.CodeTemplateSyntax},
	} {
		src, from, to := marked(c.src)
		_, problems := jinja.Compile(src, jinja.Options{Scope: scope, Budget: usual().Budget})
		if len(problems) == 0 {
			t.Errorf("%s has no problem", src)
			continue
		}
		p := problems[0]
		if p.Code != c.code {
			t.Errorf("%s: %s %s", src, p.Code, p.Message)
		}
		if c.message != "" && (p.Message != c.message || p.Hint != c.hint || p.From != from || p.To != to) {
			t.Errorf("%s: at %d-%d %q, hint %q; want at %d-%d %q, hint %q", src, p.From, p.To, p.Message, p.Hint, from, to, c.message, c.hint)
		}
	}
}

// Correct templates whose parentheses make them so have no problems.
func TestNoProblem(t *testing.T) {
	scope, _ := recordScope()
	for _, src := range []string{
		"{{ (1 < 2) == true }}", "{{ 1 in (order.lines|list) }}", "{{ (1 + 2) is odd }}", "{{ 1 + (2 is odd) }}", "{{ not (1 in [1]) }}",
		"{{ order.extra.anything }}", "{{ order.lines[0].sku }}", "{{ none }}{{ None }}{{ true }}", "{% set a = 1 %}{{ a }}",
		"{% for k, v in order.extra.items() %}{{ v }}{% endfor %}", "{{ order.note is not none }}", "{{ (order.id is odd)|string }}",
		"{{ order.id is divisibleby 3 and order.id is divisibleby(5) }}", "{{ loop_ if false }}",
	} {
		_, problems := jinja.Compile(src, jinja.Options{Scope: scope, Budget: usual().Budget})
		if src == "{{ loop_ if false }}" {
			if len(problems) != 1 {
				t.Errorf("%s has %d problems", src, len(problems))
			}
			continue
		}
		for _, p := range problems {
			t.Errorf("%s: %s", src, p.Message)
		}
	}
}

// What gonja's lexer passes over in silence is a problem.
func TestSilentErrors(t *testing.T) {
	for _, src := range []string{
		"a {# remark", "{{ a", "{{ a }", "{% if a %}b", "{% raw %}b", "{{ 'a }}", "{{ a ? b : c }}", "{{ a; b }}", "{{ (a }}", "{{ a) }}",
		"{{ 99999999999999999999 }}", "{{ }}", "{% %}", "{% if %}{% endif %}", "{% for x %}{% endfor %}", "{% for x in %}{% endfor %}",
		"{% set %}", "{% set x = %}", "{% else %}", "{% endif %}", "{% if a %}{% else %}{% elif b %}{% endif %}", "{{ a.b. }}", "{{ f(a }}",
		"{{ [1, }}", "{{ {a: } }}", "{{ a if b else }}", "{{ 1 + }}", "{{ in }}", "{{ a in }}", "{{ a is }}", "{{ a| }}", "{{ \x00 }}",
		"{% with a %}{% endwith %}", "{% filter %}{% endfilter %}", "{% do %}", "{% for a in b recursive %}{% endfor %}", "{{ a[1:2:3:4] }}",
	} {
		tmpl, problems := jinja.Compile(src, usual())
		if len(problems) == 0 {
			out, err := tmpl.Render(t.Context(), nil, jinja.Input{})
			t.Errorf("%q has no problem; it renders %q, %v", src, out, err)
			continue
		}
		if p := problems[0]; p.From < 0 || p.To < p.From || p.To > len(src) {
			t.Errorf("%q: place %d-%d", src, p.From, p.To)
		}
	}
}

func TestPlacesBehindCarriageReturns(t *testing.T) {
	src := "a\r\nb\r\n{{ x|uper }}"
	_, problems := jinja.Compile(src, usual())
	if len(problems) != 1 || src[problems[0].From:problems[0].To] != "uper" {
		t.Errorf("%+v", problems)
	}
}

func TestRecords(t *testing.T) {
	scope, v := recordScope()
	value, err := item.NewDecoder(v.Layout).Decode([]byte(`{"id": 9007199254740993, "total": 148.00,
		"lines": [{"sku": "a", "qty": 2, "price": 19.90}, {"sku": "b", "qty": 1, "price": 0.10}], "extra": {"b": "1", "a": "2"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string]string{
		"{{ order.id }} {{ order.total }}":                               "9007199254740993 148.00",
		"{{ order.total * 3 }}":                                          "444",
		"{{ order.total + order.lines[1].price }}":                       "148.1",
		"{{ double(order.total) }}":                                      "296.00",
		"{{ double('1.5') }}":                                            "3.0",
		"{% for l in order.lines %}{{ l.sku }}{{ l.price }}{% endfor %}": "a19.90b0.10",
		"{{ order.extra|join(',') }}":                                    "b,a",
		"{{ order.note is defined }}{{ order.note }}":                    "False",
		"{{ order }}": "{'id': 9007199254740993, 'total': 148.00, 'lines': [{'sku': 'a', 'qty': 2, 'price': 19.90}, {'sku': 'b', 'qty': 1, 'price': 0.10}], 'extra': {'b': '1', 'a': '2'}}",
		"{{ order.lines|sum(attribute='price') }}": "20",
	} {
		tmpl, problems := jinja.Compile(src, jinja.Options{Scope: scope, Budget: usual().Budget})
		if len(problems) > 0 {
			t.Errorf("%s: %s", src, problems[0].Message)
			continue
		}
		frame := scope.NewFrame()
		frame[v.Slot] = value
		out, err := tmpl.Render(t.Context(), []byte(">"), jinja.Input{Frame: frame})
		if err != nil || string(out) != ">"+want {
			t.Errorf("%s gives %q, %v; want %q", src, out, err, want)
		}
	}
}

func TestStrict(t *testing.T) {
	o := usual()
	o.Strict = true
	for src, want := range map[string]string{
		"{{ missing }}":                      `"missing" is not there`,
		"{{ order.missing }}":                `"missing" is not there`,
		"{{ order.missing|upper }}":          `"missing" is not there`,
		"{% if missing %}{% endif %}":        `"missing" is not there`,
		"{% for x in missing %}{% endfor %}": `"missing" is not there`,
		"{{ missing|default('d') }}":         "",
		"{{ order.missing is defined }}":     "",
		"{{ order.note }}":                   "",
	} {
		_, err := render(t, src, order, o)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", src, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%s: %v; want %s", src, err, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for src, want := range map[string]string{
		"ab {{ 1 «//» 0 }}":                               "division by zero",
		"{{ 1 «%» 0 }}":                                   "division by zero",
		"{{ 1.5 «%» 0 }}":                                 "division by zero",
		"{{ 'a' «<» 1 }}":                                 "a text and an int have no order",
		"{{ [] «+» 1 }}":                                  `"+" cannot be applied to a list and an int`,
		"{{ 9223372036854775807 «+» 1 }}":                 "the whole number is too large",
		"{{ 5|«join» }}":                                  "an int has no elements",
		"{% for x in «5» %}{% endfor %}":                  "an int has no elements",
		"{{ order.name.«»upper.x }}":                      "",
		"{{ nothing«.»x }}":                               `"nothing" is not there`,
		"{{ nothing «+» 1 }}":                             `"nothing" is not there`,
		"{{ ['a', 1]|«sort» }}":                           "an int and a text have no order",
		"{{ 'x'|«round» }}":                               "a text is no number",
		"{{ 1|«round»(precison=2) }}":                     `"round" has no argument "precison"`,
		"{{ 1|«round»(1, 'up', 3) }}":                     `"round" takes 2 arguments at most`,
		"{% for a, b in «[»1] %}{% endfor %}":             "an element does not have 2 parts, one for each variable of the loop",
		"{{ '%d'|«format»('x') }}":                        "%d needs a number, not a text",
		"{{ '%d'|«format» }}":                             "the format has more placeholders than there are values",
		"{{ '%q'|«format»(1) }}":                          "the format has a placeholder that is not known",
		"{{ order.lines«.»upper() }}":                     `a list has no method "upper"`,
		"{% set x = 1 %}{% set «x».y = 2 %}":              "only the members of a namespace can be set; make one with namespace()",
		"{{ «range»(1, 2, 0) }}":                          "range needs one to three whole numbers, the last not 0",
		"{{ {«[»1]: 2} }}":                                "a list cannot name a member",
		"{{ order.lines|«map»('upper', attribute='x') }}": `"upper" has no argument "attribute"`,
	} {
		src, from, to := marked(src)
		_, err := render(t, src, order, usual())
		if want == "" {
			if err == nil {
				t.Errorf("%s does not fail", src)
			}
			continue
		}
		var e *jinja.Error
		if !errors.As(err, &e) || e.Message != want || e.Place.From != from || e.Place.To != to {
			t.Errorf("%s: %s; want %q at %d-%d", src, describe(err), want, from, to)
		}
	}
}

func describe(err error) string {
	var e *jinja.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("%q at %d-%d", e.Message, e.Place.From, e.Place.To)
	}
	return fmt.Sprint(err)
}

// A whole number beyond 64 bits is told, and none is put in its place.
func TestIntTooLarge(t *testing.T) {
	for src, want := range map[string]string{
		"{{ '9223372036854775807'|int(-1) }}": "9223372036854775807",
		"{{ 'x'|int(-1) }}":                   "-1",
	} {
		if got, err := render(t, src, "{}", usual()); err != nil || got != want {
			t.Errorf("%s: got %q, %v", src, got, err)
		}
	}
	_, err := render(t, "{{ '21159007199254740993'|int(-1) }}", "{}", usual())
	if err == nil || !strings.Contains(err.Error(), "21159007199254740993 is too large for a whole number") {
		t.Errorf("got %v", err)
	}
}

package lex

import (
	"strings"
	"testing"
)

// brief writes tokens down.
func brief(tokens []Token) string {
	var b strings.Builder
	for _, t := range tokens {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(map[Kind]string{
			EOF: "EOF", Text: "text", TagStart: "{%", TagEnd: "%}", PrintStart: "{{", PrintEnd: "}}", Name: "name", Number: "number", String: "string",
			Operator: "op", Punct: "punct", InterpolationStart: "#{", InterpolationEnd: "}", Arrow: "=>", Spread: "...",
		}[t.Kind])
		if t.Text != "" {
			b.WriteString("(" + t.Text + ")")
		}
	}
	return b.String()
}

func TestTokens(t *testing.T) {
	for src, want := range map[string]string{
		"a{{ b }}c":                               "text(a) {{ name(b) }} text(c) EOF",
		"a {{- b -}} c":                           "text(a) {{ name(b) }} text(c) EOF",
		"a \n {{~ b ~}} \n c":                     "text(a \n) {{ name(b) }} text(\n c) EOF",
		"{% if a %}\nb":                           "{% name(if) name(a) %} text(b) EOF",
		"{% if a %}\n\nb":                         "{% name(if) name(a) %} text(\nb) EOF",
		"{{ a }}\nb":                              "{{ name(a) }} text(\nb) EOF",
		"{# a #}\nb{# c":                          "",
		"{# a #}\nb":                              "text(b) EOF",
		"{{ 1.5 + 2..3 }}":                        "{{ number(1.5) op(+) number(2) op(..) number(3) }} EOF",
		"{{ a.b is not c }}":                      "{{ name(a) punct(.) name(b) op(is not) name(c) }} EOF",
		"{{ a not  in b }}":                       "{{ name(a) op(not in) name(b) }} EOF",
		"{{ a starts with b }}":                   "{{ name(a) op(starts with) name(b) }} EOF",
		"{{ inner }}{{ a.in }}":                   "{{ name(inner) }} {{ name(a) punct(.) name(in) }} EOF",
		`{{ "a#{b}c" }}`:                          "{{ string(a) #{ name(b) } string(c) }} EOF",
		`{{ 'a#{b}' ~ "\x41\n" }}`:                "{{ string(a#{b}) op(~) string(A\n) }} EOF",
		"{{ v => v }}{{ [...a] }}":                "{{ name(v) =>(=>) name(v) }} {{ punct([) ...(...) name(a) punct(]) }} EOF",
		"{% verbatim %}{{ a }}{% endverbatim %}b": "text({{ a }}) text(b) EOF",
		"{{ 1e5 }}{{ 1e+5 }}":                     "{{ number(1) name(e5) }} {{ number(1e+5) }} EOF",
		"{{ a # note\n }}":                        "{{ name(a) }} EOF",
		"{{{ a: 1 }.a }}":                         "{{ punct({) name(a) punct(:) number(1) punct(}) punct(.) name(a) }} EOF",
		"{ {":                                     "text({ {) EOF",
	} {
		got, problem := Tokens(src)
		if want == "" {
			if problem == nil {
				t.Errorf("%q gives %s, want a problem", src, brief(got))
			}
			continue
		}
		if problem != nil || brief(got) != want {
			t.Errorf("%q gives\n%s, %v; want\n%s", src, brief(got), problem, want)
		}
	}
}

// Each token stands where it says, behind the one before.
func FuzzTokens(f *testing.F) {
	for _, src := range []string{
		"a{{ b }}c", "{%- if a ~%}\nx{#- note -#}", `{{ "a#{b ~ "c#{d}"}e" }}`, "{% verbatim %}{{{% endverbatim %}", "{{ {a: [1, 2..3]}|b(c=1)[1:] }}",
		"{{ a is not same as(b) and not c }}", "{{ 'it\\'s' }}{{ \"\\x4\" }}", "{% line 5 %}", "{{ 1.e+ }}", "{{ (v, k) => ...v }}",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		src = strings.ReplaceAll(src, "\r", "\n")
		tokens, problem := Tokens(src)
		if problem != nil {
			if problem.From < 0 || problem.To < problem.From || problem.To > len(src) || problem.Message == "" {
				t.Errorf("%q: problem %+v", src, problem)
			}
			return
		}
		at := 0
		for i, tok := range tokens {
			if tok.From < at || tok.To < tok.From || tok.To > len(src) {
				t.Fatalf("%q: token %d %+v, the one before ends at %d", src, i, tok, at)
			}
			at = tok.From
			if (tok.Kind == Name || tok.Kind == Number || tok.Kind == Punct) && src[tok.From:tok.To] != tok.Text {
				t.Errorf("%q: %+v stands where %q is", src, tok, src[tok.From:tok.To])
			}
		}
		if tokens[len(tokens)-1].Kind != EOF {
			t.Errorf("%q does not end", src)
		}
	})
}

package jinja_test

import (
	"os"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/internal/template/jinja"
)

// lexed are templates about delimiters, white space, texts and numbers, with
// what Python's Jinja2 prints for them.
var lexed = map[string]string{
	"a \n {{- 1 -}} \n b":                       "a1b",
	"a {%- if 1 -%} b {%- endif +%} c":          "ab c",
	"a {#- note -#} b":                          "ab",
	"a {# note #} b":                            "a  b",
	"a {#-#} b":                                 "a b",
	"\u00a0{{- 1 -}}\u00a0":                     "1",
	"{{+ 1 }}":                                  "1",
	"a {%+ if 1 %} b{% endif %}":                "a  b",
	"{ { }} %} #} {":                            "{ { }} %} #} {",
	"{{ {'a': {'b': 1}}.a.b }}":                 "1",
	"{{ {'a': 1}['a']}}}":                       "1}",
	"{% raw %}{{ x }}{% if %}{% endraw %}":      "{{ x }}{% if %}",
	"a {%- raw -%} b {%- endraw -%} c":          "abc",
	"{% raw %} {% raw %} {% endraw %}":          " {% raw %} ",
	"{{ 1\n+\n2\t}}":                            "3",
	"{% if\n1\nand\n2 %}y{% endif %}":           "y",
	"{{ 1 if(1)else(2) }}":                      "1",
	"{{ (1)in[1] }}":                            "True",
	"{{ not(1)}}":                               "False",
	"{{ {'in': 1, 'is': 2}.in }}":               "1",
	"{{ inn }}{{ android }}{{ nothing }}":       "",
	`{{ 'it\'s' ~ "\"" }}`:                      `it's"`,
	`{{ 'a\\' ~ 'b' }}`:                         `a\b`,
	`{{ '\\n' ~ '\n' ~ '\t' ~ '\q' ~ '\x41' }}`: "\\n\n\t\\qA",
	`{{ '\u00fc\U0001F381\101' }}`:              "ü🎁A",
	"{{ 'a\nb' }}":                              "a\nb",
	`{{ '{{ }} %}' }}`:                          "{{ }} %}",
	"{{ 1_000 + 0x1F + 0b11 + 0o17 }}":          "1049",
	"{{ 1e3 }} {{ 1.5e-1 }} {{ 1_0.0_1 }}":      "1000.0 0.15 10.01",
	"{{ [[7, 8], 9].0.1 }}":                     "8",
	"{{ 1.ü }}":                                 "",
	"{{ größe }}{% set größe = 1 %}{{ größe }}": "1",
	"a\r\nb\rc{{ 1 }}\r\n":                      "a\nb\nc1\n",
}

// wrongly are templates that neither Jinja2 nor we can read.
var wrongly = []string{
	"{{ 1.", "{{1._", "{{ 007 }}", "{{ 1__0 }}", "{{ 1_ }}", "{{ 0x }}", "{{ 1a }}", "{{ 'a }}", "{{ 'a\\", "{{ (1] }}", "{{ 1) }}",
	"{{ [1 }}", "{{ 1", "{% if 1", "{% raw x %}{% endraw %}", "{{ ! }}", "{{ \xff }}", "{{ a ; b }}", "{{ `a` }}", "{{", "{%", "{{ '",
	"{%`\xca\xa1\xd5ni\x7f1.\uf341\xdfd \x86= {'b'; \xba", "{{ 1 ! = 2 }}", "{{ a = 1 }}", "{{ ٣ }}",
}

func TestLexer(t *testing.T) {
	var ask func(src, data string) (string, error)
	if os.Getenv("SLUICE_ORACLE_SECONDS") != "" {
		ask = oracle(t)
	}
	for src, want := range lexed {
		got, err := render(t, src, "{}", usual())
		if err != nil || got != want {
			t.Errorf("%q gives %q, %v; want %q", src, got, err, want)
		}
		if ask == nil {
			continue
		}
		if got, err = ask(src, "{}"); err != nil || got != want {
			t.Errorf("Jinja2 gives %q, %v for %q; the test wants %q", got, err, src, want)
		}
	}
	for _, src := range wrongly {
		_, problems := jinja.Compile(src, usual())
		if len(problems) == 0 {
			t.Errorf("%q has no problem", src)
			continue
		}
		if p := problems[0]; p.From < 0 || p.To < p.From || p.To > len(src) || p.From == p.To && p.From == 0 {
			t.Errorf("%q: place %d-%d of %s", src, p.From, p.To, p.Message)
		}
		if ask == nil || strings.Contains(src, "\xff") || strings.Contains(src, "\xca") {
			continue
		}
		if got, err := ask(src, "{}"); err == nil {
			t.Errorf("Jinja2 gives %q for %q", got, src)
		}
	}
}

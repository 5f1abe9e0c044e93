package twig_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// What is deep is gone through to its end, and nothing overflows.
func TestDepth(t *testing.T) {
	deep := func(name string) string {
		return "{% set " + name + " = [] %}{% for i in 1..300 %}{% for j in 1..200 %}{% set " + name + " = [" + name + "] %}{% endfor %}{% endfor %}"
	}
	o := usual()
	o.Steps *= 10
	for src, want := range map[string]string{
		"{{ a == b }}": "1", "{{ a <=> b }}": "0", "{{ a is same as(b) }}": "1", "{{ [a, b]|sort|length }}": "2", "{{ max(a, b)|length }}": "1",
		"{{ a in [b] }}": "1", "{{ [a]|column(0)|length }}": "1", "{{ a|json_encode }}": "", "{{ a|merge(b)|length }}": "2",
	} {
		out, err := renderAll(t.Context(), o, deep("a")+deep("b")+src)
		if err != nil || out != want {
			t.Errorf("%s gives %.80q, %v; want %q", src, out, err, want)
		}
	}
}

// usual are the limits that templates usually have.
func usual() twig.Options {
	return twig.Options{
		Steps: 1_000_000, Bytes: 1 << 20, Elements: 100_000, Zone: time.UTC, DateFormat: "Y-m-d", IntervalFormat: "%d days",
		Number: builtin.NumberFormat{Point: ".", Thousands: ","},
	}
}

// renderAll renders the first of the templates, which are called main, a, b and
// so on.
func renderAll(ctx context.Context, o twig.Options, templates ...string) (string, error) {
	var sources []twig.Source
	for i, text := range templates {
		name := "main"
		if i > 0 {
			name = string(rune('a' + i - 1))
		}
		sources = append(sources, twig.Source{Name: name, Text: text})
	}
	out, err := twig.Compile(sources, o).Render(ctx, nil, "main", twig.Input{Now: noon})
	return string(out), err
}

// Each of these would run for hours, take all memory or end the process without
// its limit. A want of nil stands for any error.
func TestLimits(t *testing.T) {
	loops := func(n int, body string) string {
		return strings.Repeat("{% for i in 1..1000 %}", n) + body + strings.Repeat("{% endfor %}", n)
	}
	double := func(expr string) string {
		return "{% set a = 'x' %}" + strings.Repeat("{% set a = "+expr+" %}", 40)
	}
	const (
		megabyte = "{% set a = 'aaaaaaaaaaaaaaaa' %}{% for i in 1..15 %}{% set a = a ~ a %}{% endfor %}" // half of one
		nested   = "{% set a = [] %}{% for i in 1..100000 %}{% set a = [a] %}{% endfor %}"
		nested2  = "{% set b = [] %}{% for i in 1..100000 %}{% set b = [b] %}{% endfor %}"
	)
	for name, c := range map[string]struct {
		src  string
		want error
	}{
		"loops":                 {loops(5, ""), php.ErrSteps},
		"loops with conditions": {loops(2, "{% for i in 1..1000 if false %}{% endfor %}"), php.ErrSteps},
		"output":                {loops(2, "{{ 'some text' }}"), php.ErrLarge},
		"text in loops":         {loops(2, strings.Repeat("x", 100)), php.ErrLarge},
		"escaped output":        {megabyte + "{% autoescape 'html' %}{{ a|replace({a: '<'}) }}{% endautoescape %}", php.ErrLarge},
		"range":                 {"{{ range(1, 1000000)|length }}", php.ErrElements},
		"range operator":        {"{{ (1..9000000000000000000)|length }}", php.ErrElements},
		"range of floats":       {"{{ range(0, 1, 0.0000001)|length }}", php.ErrElements},
		"range backwards":       {"{{ range(0, -9000000000000000000)|length }}", php.ErrElements},
		"doubled text":          {double("a ~ a"), php.ErrLarge},
		"doubled interpolation": {double(`"#{a}#{a}"`), php.ErrLarge},
		"doubled list":          {double("[a, a]") + "{{ a|json_encode }}", nil},
		"doubled and compared":  {double("[a, a]") + "{% set b = 'x' %}" + strings.Repeat("{% set b = [b, b] %}", 40) + "{{ a == b }}{{ a < b }}", nil},
		"doubled and sorted":    {double("[a, a]") + "{% set b = 'x' %}" + strings.Repeat("{% set b = [b, b] %}", 40) + "{{ [a, b]|sort|length }}", php.ErrSteps},
		"doubled and encoded":   {double("[a, a]") + "{{ a|url_encode }}", nil},
		"doubled merge":         {"{% set a = [1, 2] %}" + strings.Repeat("{% set a = a|merge(a) %}", 40), php.ErrElements},
		"doubled spread":        {"{% set a = [1, 2] %}" + strings.Repeat("{% set a = [...a, ...a] %}", 40), php.ErrElements},
		"doubled in a macro":    {"{% macro m(a) %}{{ a }}{{ a }}{% endmacro %}" + double("_self.m(a)"), php.ErrLarge},
		"spread arguments":      {"{% set a = 1..90000 %}" + loops(3, "{% set m = max(...a) %}"), php.ErrSteps},
		"replace":               {megabyte + "{{ a|replace({a: a}) }}", php.ErrLarge},
		"replace slowly":        {megabyte + "{{ a|replace({(a ~ 'b'): 'x', b: 'y'}) }}{{ a|replace({(a[:200000] ~ 'b'): 'x', ab: 'y'}) }}", php.ErrSteps},
		"join":                  {megabyte + "{{ 1..1000|join(a) }}{{ (1..1000)|join(a) }}", nil},
		"nl2br":                 {megabyte + `{{ a|replace({a: "\n"})|nl2br }}`, php.ErrLarge},
		"number format":         {"{{ 1|number_format(1000000000) }}", nil},
		"number format's text":  {megabyte + "{{ 1e+300|number_format(0, '', a) }}", php.ErrLarge},
		"format":                {"{{ '%1000000000d'|format(1) }}", php.ErrLarge},
		"format's arguments":    {megabyte + "{{ '%1$s%1$s%1$s%1$s'|format(a) }}", php.ErrLarge},
		"split":                 {megabyte + "{{ a|split('')|length }}", php.ErrElements},
		"batch":                 {"{{ [1]|batch(1000000000, 0)|length }}", php.ErrElements},
		"date's format":         {megabyte + "{{ '2024-01-01'|date(a|replace({a: 'r'})) }}", nil},
		"date's change":         {megabyte + "{{ '2024-01-01'|date_modify(a|replace({a: '+1 day '})) }}", nil},
		"date's text":           {megabyte + "{{ a|date }}", nil},
		"filters in loops":      {"{% set a = 1..10000 %}" + loops(2, "{% do a|reverse %}"), php.ErrSteps},
		"sorting in loops":      {"{% set a = 1..10000 %}" + loops(2, "{% do a|sort %}"), php.ErrSteps},
		"sorting by function":   {"{% set a = 1..90000 %}{% for i in 1..20 %}{% do a|sort((x, y) => y <=> x) %}{% endfor %}", php.ErrSteps},
		"functions in loops":    {"{% set a = 1..10000 %}" + loops(2, "{% do a|map(v => v) %}"), php.ErrSteps},
		"contains in loops":     {"{% set a = 1..10000 %}" + loops(2, "{% set x = 0 in a %}"), php.ErrSteps},
		"upper in loops":        {megabyte + loops(2, "{% do a|upper %}"), php.ErrSteps},
		"captures in loops":     {loops(3, "{% set a %}x{% endset %}"), php.ErrSteps},
		"applied":               {"{% apply upper %}" + loops(2, "text text text") + "{% endapply %}", php.ErrLarge},
		"pattern":               {megabyte + "{{ a matches '/(a?b?){500}c/' }}", php.ErrSteps},
		"pattern that repeats":  {"{{ 'a' matches '/((a{30}){30}){30}/' }}", nil},
		"recursive macro":       {"{% macro m() %}{{ _self.m() }}{% endmacro %}{{ _self.m() }}", nil},
		"branching macro":       {"{% macro m(n) %}{% if n > 0 %}{{ _self.m(n - 1) }}{{ _self.m(n - 1) }}{% endif %}{% endmacro %}{{ _self.m(60) }}", php.ErrSteps},
		"include of itself":     {"{% include 'main' %}", nil},
		"include twice":         {"{% if n is not defined %}{% set n = 0 %}{% endif %}{% set n = n + 1 %}{% if n < 60 %}{% include 'main' %}{% include 'main' %}{% endif %}", php.ErrSteps},
		"block of itself":       {"{% block b %}{{ block('b') }}{% endblock %}", nil},
		"extends itself":        {"{% extends 'main' %}", nil},
		"text that includes":    {"{% set t = '{{ include(template_from_string(t)) }}' %}{{ include(template_from_string(t)) }}", nil},
		"texts in loops":        {megabyte + loops(2, "{% do template_from_string(a) %}"), php.ErrSteps},
		"context in loops":      {loops(2, "{% set x = _context %}"), php.ErrSteps},
		"nested and encoded":    {nested + "{{ a|json_encode|length > 600 ? 1 // 0 : 1 // 0 }}", nil},
		"nested in a query":     {nested + "{{ a|url_encode }}", nil},
		"nested functions":      {"{% set f = v => v %}{% for i in 1..100000 %}{% set g = f %}{% set f = v => [v]|map(g)|first %}{% endfor %}{{ [1]|map(f)|first }}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			out, err := renderAll(t.Context(), usual(), c.src)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%.50q, %v; want %v", out, err, c.want)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

// Templates that use each other in a circle are an error wherever one starts,
// and nobody waits for another.
func TestCircleOfUses(t *testing.T) {
	block := "{% block x %}x{% endblock %}"
	for _, templates := range [][]string{
		{"{% use 'main' %}" + block},
		{"{% use 'a' %}" + block, "{% use 'main' %}" + block},
		{"{% use 'a' %}", "{% use 'b' %}" + block, "{% use 'a' %}" + block},
	} {
		_, err := renderAll(t.Context(), usual(), templates...)
		if err == nil || !strings.Contains(err.Error(), "uses itself") {
			t.Errorf("%q gives %v", templates, err)
		}
	}
	out, err := renderAll(t.Context(), usual(), "{% use 'a' %}{% use 'b' %}{{ block('x') }}", "{% use 'b' %}", block)
	if err != nil || out != "x" {
		t.Errorf("two ways to one template give %q, %v", out, err)
	}
}

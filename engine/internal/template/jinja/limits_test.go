package jinja_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/jinja"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// Each of these would run for hours or take all memory without its limit.
func TestLimits(t *testing.T) {
	loops := func(n int, body string) string {
		return strings.Repeat("{% for i in range(1000) %}", n) + body + strings.Repeat("{% endfor %}", n)
	}
	double := func(expr string) string {
		return "{% set a = 'x' %}" + strings.Repeat("{% set a = "+expr+" %}", 40)
	}
	for name, c := range map[string]struct {
		src  string
		want error
	}{
		"loops":               {loops(5, ""), php.ErrSteps},
		"loops in conditions": {loops(1, "{% for j in range(1000) if false %}{% endfor %}") + loops(3, ""), php.ErrSteps},
		"output":              {loops(2, "{{ 'some text' }}"), php.ErrLarge},
		"text in loops":       {loops(2, strings.Repeat("x", 100)), php.ErrLarge},
		"range":               {"{{ range(1000000)|length }}", php.ErrElements},
		"range backwards":     {"{{ range(0, -9000000000000000000, -1)|length }}", php.ErrElements},
		"repeated text":       {"{{ 'abc' * 1000000000 }}", php.ErrLarge},
		"repeated text, back": {"{{ 9000000000000000000 * 'abc' }}", php.ErrLarge},
		"repeated list":       {"{{ ([1] * 1000000000)|length }}", php.ErrElements},
		"doubled text":        {double("a ~ a"), php.ErrLarge},
		"doubled sum":         {double("a + a"), php.ErrLarge},
		"doubled list":        {double("[a, a]"), php.ErrElements},
		"doubled mapping":     {double("{'a': a, 'b': a}"), php.ErrElements},
		"doubled in one":      {"{% set a = range(1000)|list %}{{ [a] * 1000 }}", php.ErrElements},
		"replace":             {"{% set a = 'x' * 10000 %}{{ a|replace('x', a) }}", php.ErrLarge},
		"replace nothing":     {"{% set a = 'x' * 10000 %}{{ a|replace('', a) }}", php.ErrLarge},
		"method replace":      {"{% set a = 'x' * 10000 %}{{ a.replace('x', a) }}", php.ErrLarge},
		"join":                {"{% set a = 'x' * 10000 %}{{ range(1000)|join(a) }}", php.ErrLarge},
		"method join":         {"{% set a = 'x' * 10000 %}{{ a.join(a) }}", php.ErrLarge},
		"center":              {"{{ 'x'|center(1000000000) }}", php.ErrLarge},
		"zfill":               {"{{ 'x'.zfill(1000000000) }}", php.ErrLarge},
		"ljust":               {"{{ 'x'.ljust(1000000000) }}", php.ErrLarge},
		"indent":              {"{{ 'x'|indent(1000000000, true) }}", php.ErrLarge},
		"indent many":         {"{{ ('x\\n' * 100000)|indent(1000) }}", php.ErrLarge},
		"wordwrap":            {"{% set a = 'x' * 10000 %}{{ a|wordwrap(1, wrapstring=a) }}", php.ErrLarge},
		"batch":               {"{{ [1]|batch(1000000000, 0) }}", php.ErrElements},
		"slice":               {"{{ [1]|slice(1000000000) }}", php.ErrElements},
		"split":               {"{{ ('a ' * 200000).split() }}", php.ErrElements},
		"filters in loops":    {"{% set a = range(10000)|list %}" + loops(2, "{{ a|sum }}"), php.ErrSteps},
		"contains in loops":   {"{% set a = range(10000)|list %}" + loops(2, "{{ -1 in a }}"), php.ErrSteps},
		"capture":             {"{% set a %}" + loops(2, "text text text") + "{% endset %}", php.ErrLarge},
		"captures in loops":   {loops(3, "{% set a %}x{% endset %}"), php.ErrSteps},
		"namespace":           {"{% set n = namespace(a='x') %}" + loops(1, "{% set n.a = [n.a, n.a] %}"), php.ErrElements},
		"escaping":            {"{% set a = '<' * 1000000 %}{{ a|e }}", php.ErrLarge},
		"urlencode":           {"{% set a = '<' * 1000000 %}{{ a|urlencode }}", php.ErrLarge},
		"title in loops":      {"{% set a = 'x' * 1000000 %}" + loops(2, "{% do a|title %}"), php.ErrSteps},
	} {
		start := time.Now()
		_, err := render(t, c.src, "{}", usual())
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v; want %v", name, err, c.want)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

func TestNesting(t *testing.T) {
	deep := strings.Repeat("{% set a = [a] %}", 300)
	if _, err := render(t, "{% set a = 1 %}"+deep, "{}", usual()); err == nil {
		t.Error("a list may nest without end")
	}
	ns := "{% set n = namespace() %}{% set n.n = n %}{{ n.n.n.n }}"
	if _, err := render(t, ns, "{}", usual()); err == nil {
		t.Error("a namespace may hold itself")
	}
	for _, part := range [][2]string{{"(", ")"}, {"[", "]"}, {"-", ""}, {"not ", ""}, {"a.b(", ")"}, {"1 + ", ""}, {"{'a': ", "}"}} {
		n := 20000 / len(part[0]+part[1])
		src := "{{ " + strings.Repeat(part[0], n) + "1" + strings.Repeat(part[1], n) + " }}"
		if _, err := render(t, src, "{}", usual()); err == nil && part[0] != "(" {
			t.Errorf("%d times %s has no problem", n, part[0])
		}
	}
	tags := strings.Repeat("{% if 1 %}", 3000) + strings.Repeat("{% endif %}", 3000)
	if _, err := render(t, tags, "{}", usual()); err == nil {
		t.Error("tags may nest without end")
	}
	if _, problems := jinja.Compile(strings.Repeat("x", 1<<17), usual()); len(problems) == 0 {
		t.Error("a template may have any length")
	}
}

func TestDeadline(t *testing.T) {
	o := usual()
	o.Budget = php.Budget{Steps: 1 << 60, Bytes: 1 << 40, Elements: 1 << 40}
	tmpl, _ := jinja.Compile("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", o)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := tmpl.Render(ctx, nil, jinja.Input{})
	if !errors.Is(err, php.ErrDeadline) || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

// What ends the process in gonja, or is passed over there, is an error with a
// place here.
func TestHoles(t *testing.T) {
	for src, want := range map[string]string{
		"a {{ «1 % 0» }}":                          "division by zero",
		"a {{ «1 / 0» }}":                          "division by zero",
		"a {{ «1 // 0» }}":                         "division by zero",
		"a {{ «1.5 % 0» }}":                        "division by zero",
		"a {{ 5|«nope» }}":                         "unknown filter",
		"a {{ 5 is «nope» }}":                      "unknown test",
		"a {{ «nope»() }}":                         "unknown function",
		"{% «include» 'x' %}":                      "unknown tag",
		"{% «macro» m() %}{{ m() }}{% endmacro %}": "unknown tag",
		"{% «extends» '/etc/passwd' %}":            "unknown tag",
		"a {{ «x.y.z» }}":                          `"x" is not there`,
		"a {{ 'a' «+» 1 }}":                        "text",
	} {
		at := strings.Index(src, "«")
		src = strings.NewReplacer("«", "", "»", "").Replace(src)
		_, err := render(t, src, "{}", usual())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", src, err, want)
			continue
		}
		from := -1
		var problem *tree.Problem
		var failed *jinja.Error
		if errors.As(err, &problem) {
			from = problem.From
		} else if errors.As(err, &failed) {
			from = failed.Place.From
		}
		if from < at || from > at+5 {
			t.Errorf("%s: %v at %d, want it near %d", src, err, from, at)
		}
	}
}

// After an error, nothing is appended.
func TestFailureAppendsNothing(t *testing.T) {
	tmpl, _ := jinja.Compile("text {{ 1 // 0 }}", usual())
	out, err := tmpl.Render(t.Context(), []byte("before"), jinja.Input{})
	if err == nil || string(out) != "before" {
		t.Errorf("%q, %v", out, err)
	}
}

// No name leads to anything but the data.
func TestNothingElseIsReached(t *testing.T) {
	for _, src := range []string{
		"{{ ''.__class__ }}", "{{ order.__class__ }}", "{{ order.Pairs }}", "{{ order.lines.Len }}", "{{ loop.list }}", "{{ order.record }}",
		"{{ self }}", "{{ request }}", "{{ config }}", "{{ cycler }}", "{{ order['Keys'] }}", "{{ order|attr('Keys') }}",
		"{{ order.lines|map(attribute='Keys')|list }}", "{{ range.String }}",
	} {
		out, err := render(t, src, order, usual())
		if err == nil && out != "" && out != "[Undefined, Undefined]" {
			t.Errorf("%s gives %q", src, out)
		}
	}
}

func TestManyGoroutines(t *testing.T) {
	tmpl, problems := jinja.Compile("{% set x = order.name %}{% for l in order.lines %}{{ x }}{{ l.sku }}{{ loop.index }}{% endfor %}", usual())
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	data, err := item.FromJSON([]byte(order))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				out, err := tmpl.Render(t.Context(), nil, jinja.Input{Data: data})
				if err != nil || string(out) != "AdaB-21AdaA-12" {
					t.Errorf("%q, %v", out, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func FuzzRender(f *testing.F) {
	for _, src := range []string{
		"{{ a.b|upper }}", "{% for x in l if x is odd %}{{ loop.index }}{% else %}-{% endfor %}", "{{ 'a' if b else 'c' }}", "{{ '%5.2f'|format(1) }}",
		"{% set ns = namespace(a=1) %}{% set ns.a = 2 %}{{ ns.a }}", "{{ [1, 2][::-1]|sort|tojson(2) }}", "{{ l|groupby('a')|map(attribute='list')|list }}",
		"{% filter wordwrap(3) %}a b{% endfilter %}", "{{ 'a-b c'.split('-', 1)|join(' ')|truncate(3) }}", "{% with a = {'b': 1} %}{{ a.b ** 3 % 2 // 1 }}{% endwith %}",
	} {
		f.Add(src)
	}
	o := usual()
	o.Budget = php.Budget{Steps: 10000, Bytes: 10000, Elements: 1000}
	data, err := item.FromJSON([]byte(`{"a": {"b": "text"}, "l": [{"a": 1}, {"a": 2.50}], "n": 5}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tmpl, problems := jinja.Compile(src, o)
		for _, p := range problems {
			if p.From < 0 || p.To < p.From || p.To > len(src) || p.Message == "" {
				t.Errorf("%q: problem %+v", src, p)
			}
		}
		if tmpl == nil {
			return
		}
		out, err := tmpl.Render(context.Background(), nil, jinja.Input{Data: data})
		if err == nil && len(out) > o.Budget.Bytes {
			t.Errorf("%q gives %d bytes", src, len(out))
		}
		again, err2 := tmpl.Render(context.Background(), nil, jinja.Input{Data: data})
		if string(again) != string(out) || (err == nil) != (err2 == nil) {
			t.Errorf("%q gives %q, %v, then %q, %v", src, out, err, again, err2)
		}
	})
}

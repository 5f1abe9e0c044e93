package twig_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// small are limits that are reached soon.
func small() twig.Options {
	return twig.Options{
		Steps: 20_000, Bytes: 20_000, Elements: 1_000, Zone: time.UTC, DateFormat: "Y-m-d", IntervalFormat: "%d days",
		Number: builtin.NumberFormat{Point: ".", Thousands: ","},
	}
}

func noon() time.Time { return time.Date(2024, 3, 15, 12, 0, 0, 0, time.UTC) }

const fuzzData = `{"a": {"b": "text", "c": [3, "1", 2.5]}, "l": [{"a": 1}, {"a": 2.50}], "n": 5, "s": "Größe <b>", "z": null, "d": "2024-03-10 14:30:15"}`

// renderSeeds are templates to begin with; those of the parser's fuzzing and of
// all cases are others.
var renderSeeds = []string{
	"{{ a.b|upper }}", "{% for x in l if x.a > 1 %}{{ loop.index }}{% else %}-{% endfor %}", "{{ '%05.2f|%-5s'|format(n, s) }}",
	"{% set x = a.c|map(v => v * 2)|sort((a, b) => b <=> a) %}{{ x|join(', ', ' and ') }}", "{{ d|date_modify('+1 month')|date('c', 'Asia/Tokyo') }}",
	"{% macro m(a, b = 1) %}{{ a }}{{ b }}{{ varargs|json_encode }}{% endmacro %}{{ _self.m(1, 2, 3, ...a.c) }}", "{{ s|e('js') }}{{ s|e('html_attr') }}{{ s|url_encode }}",
	"{% block b %}{{ n }}{% endblock %}{{ block('b') }}", "{% apply lower|title %}{{ s }}{% endapply %}", "{{ include(template_from_string('{{ n }}')) }}",
	"{% embed 'x' %}{% block b %}{{ parent() }}{% endblock %}{% endembed %}", "{{ 1..9|batch(2, 'x')|json_encode }}", "{{ s matches '/^\\\\w+/u' ? 1 : 0 }}",
	"{{ 9007199254740993 ** 2 // 3 % 7 }}{{ -7.5|round|abs }}", "{{ s|split('', 2)|reverse|json_encode }}{{ s|slice(-3, 2) }}", "{{ _context|keys|join }}",
	"{% with {n: 1} %}{% set q = n %}{{ q }}{% endwith %}{{ q ?? 'gone' }}", "{{ a.c[1:]|reduce((c, v) => c + v, 0)|number_format(2, ',', '.') }}",
	"{{ date('next monday')|date('D') }}{{ cycle(['a', 'b'], n) }}{{ random(5) }}{{ max(a.c) }}", "{% for i in 1..3 %}{% for j in l %}{{ loop.parent.loop.index }}{% endfor %}{% endfor %}",
}

// A template gives the same twice, no more than it may, and when it fails, it
// tells where. It never panics, whether names are data or those of a record.
func FuzzRender(f *testing.F) {
	for _, src := range renderSeeds {
		f.Add(src)
	}
	data, err := php.FromJSON([]byte(fuzzData))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, strict := range []bool{false, true} {
			o := small()
			o.Strict = strict
			if strict {
				o.Escape = func(string) string { return "html" }
			}
			set := twig.Compile([]twig.Source{{Name: "main", Text: src}, {Name: "x", Text: "{% block b %}x{% endblock %}"}}, o)
			check(t, set, src, twig.Input{Data: data, Now: noon})
		}
		scope := item.NewScope()
		v := scope.Declare("a", item.TypeUnknown)
		o := small()
		o.Scope = scope
		set := twig.Compile([]twig.Source{{Name: "main", Text: src}}, o)
		frame := scope.NewFrame()
		if frame[v.Slot], err = item.NewDecoder(v.Layout).Decode([]byte(`{"b": "text", "c": [3, "1", 2.50]}`)); err != nil {
			t.Fatal(err)
		}
		check(t, set, src, twig.Input{Frame: frame, Now: noon})
	})
}

// check renders the template main of a set twice.
func check(t *testing.T, set *twig.Set, src string, in twig.Input) {
	t.Helper()
	for _, p := range set.Problems("main") {
		if p.From < 0 || p.To < p.From || p.To > len(src) || p.Message == "" || p.Code == "" {
			t.Errorf("%q: problem %+v", src, p)
		}
	}
	out, err := set.Render(context.Background(), []byte("before"), "main", in)
	if err != nil {
		var e *twig.Error
		if string(out) != "before" || e == nil && !errors.As(err, &e) || e.Message == "" {
			t.Errorf("%q gives %q, %v", src, out, err)
		} else if e.Template == "main" && (e.Place.From < 0 || e.Place.To < e.Place.From || e.Place.To > len(src)) {
			t.Errorf("%q fails at %+v: %v", src, e.Place, err)
		}
	} else if len(out) > small().Bytes+len("before") {
		t.Errorf("%q gives %d bytes", src, len(out))
	}
	again, err2 := set.Render(context.Background(), []byte("before"), "main", in)
	if string(again) != string(out) || (err == nil) != (err2 == nil) {
		t.Errorf("%q gives %q, %v, then %q, %v", src, out, err, again, err2)
	}
}

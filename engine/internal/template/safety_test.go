package template

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// endless are loops that take hours.
var endless = map[Dialect]string{
	Twig:  "{% for i in 1..100000 %}{% for j in 1..100000 %}{% for k in 1..100000 %}{% endfor %}{% endfor %}{% endfor %}",
	Jinja: "{% for i in range(100000) %}{% for j in range(100000) %}{% for k in range(100000) %}{% endfor %}{% endfor %}{% endfor %}",
}

// A template ends when its context does, when its time is up, and when its
// steps are, whatever the other limits are.
func TestEnds(t *testing.T) {
	boundless := Limits{Steps: 1 << 60, Bytes: 1 << 40, Elements: 1 << 40, Time: time.Hour}
	for dialect, src := range endless {
		for name, c := range map[string]struct {
			time   time.Duration // of the context
			limits func(l *Limits)
			want   error
		}{
			"context": {20 * time.Millisecond, func(*Limits) {}, php.ErrDeadline},
			"time":    {time.Hour, func(l *Limits) { l.Time = 20 * time.Millisecond }, php.ErrDeadline},
			"steps":   {time.Hour, func(l *Limits) { l.Steps = 10_000 }, php.ErrSteps},
			"usual":   {time.Hour, func(l *Limits) { *l = Limits{} }, php.ErrSteps},
		} {
			l := boundless
			c.limits(&l)
			tmpl := mustCompile(t, src, item.NewScope(), Options{Dialect: dialect, Limits: l})
			ctx, cancel := context.WithTimeout(t.Context(), c.time)
			start := time.Now()
			out, err := tmpl.Render(ctx, []byte("before"), nil)
			cancel()
			var located *Error
			if !errors.Is(err, c.want) || !errors.As(err, &located) || string(out) != "before" {
				t.Errorf("%s, %s: %q, %v; want %v", dialect, name, out, err, c.want)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("%s, %s: took %v", dialect, name, d)
			}
		}
	}
}

// A limit that is reached is reported where it was.
func TestPlaceOfLimit(t *testing.T) {
	for dialect, c := range map[Dialect][2]string{
		Twig:  {"line\n{% for i in 1..100000 %}{{ 'some text' }}{% endfor %}", "template:2:"},
		Jinja: {"line\n{% for i in range(100000) %}{{ 'some text' }}{% endfor %}", "template:2:"},
	} {
		tmpl := mustCompile(t, c[0], item.NewScope(), Options{Dialect: dialect, Limits: Limits{Bytes: 1000}})
		if _, err := tmpl.Append(nil, nil); err == nil || !strings.HasPrefix(err.Error(), c[1]) || !errors.Is(err, php.ErrLarge) {
			t.Errorf("%s: %v; want it at %s", dialect, err, c[1])
		}
	}
}

// Nothing but the data, the templates of the request and the run's time can be
// seen by a template.
func TestSeesNothingElse(t *testing.T) {
	t.Setenv("SLUICE_SECRET", "visible")
	for _, src := range []string{
		"{{ source('/etc/hostname') }}", "{{ include('/etc/hostname') }}", "{% include 'safety_test.go' %}", "{{ source('../template.go') }}", "{% extends '/etc/passwd' %}",
		"{% import '/etc/passwd' as m %}", "{% use '/etc/passwd' %}", "{% embed '/etc/passwd' %}{% endembed %}", "{{ constant('PHP_OS') }}", "{{ constant('SLUICE_SECRET') }}",
		"{{ dump(_context) }}", "{{ app }}{{ _SERVER.SLUICE_SECRET }}{{ env.SLUICE_SECRET }}{{ getenv('SLUICE_SECRET') }}", "{{ 'now'|date }}", "{{ date()|date }}", "{{ ''|date }}",
		"{{ [0]|map('system')|join }}", "{{ ['id']|filter('exec') }}", "{{ ['id', '']|sort('system') }}", "{{ ['a']|reduce('print') }}", "{{ _self.getEnvironment() }}",
		"{{ attribute(_self, 'env') }}", "{{ {}.getClass() }}", "{{ ''.class }}", "{{ template_from_string(source('/etc/passwd')) }}",
	} {
		q := Request{Templates: map[string]string{"main": src}, Main: "main", Data: json.RawMessage("{}")}
		if out, err := q.Render(t.Context()); err == nil && out != "" {
			t.Errorf("%s gives %q", src, out)
		}
	}
	for _, src := range []string{
		"{{ source('/etc/hostname') }}", "{% include '/etc/hostname' %}", "{% import 'os' as os %}", "{{ lipsum() }}", "{{ cycler.__init__.__globals__.os.environ }}",
		"{{ ''.__class__.__mro__ }}", "{{ request.environ }}", "{{ config.items() }}", "{{ self._TemplateReference__context }}", "{{ now() }}", "{{ env('SLUICE_SECRET') }}",
		"{{ env_var('SLUICE_SECRET') }}", "{{ range.__globals__ }}", "{{ [].append.__self__ }}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{{ joiner() }}", "{{ [1]|random }}",
	} {
		q := Request{Templates: map[string]string{"main": src}, Main: "main", Data: json.RawMessage("{}"), Dialect: Jinja}
		if out, err := q.Render(t.Context()); err == nil && out != "" {
			t.Errorf("Jinja: %s gives %q", src, out)
		}
	}
}

// What is random is the same in every repetition.
func TestRepeatable(t *testing.T) {
	q := Request{Templates: map[string]string{"main": "{{ random(1000000) }} {{ (1..50)|shuffle|join }} {{ random('abcdefgh') }}"}, Main: "main"}
	first, err := q.Render(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if again, err := q.Render(t.Context()); err != nil || again != first {
			t.Errorf("%s, then %s, %v", first, again, err)
		}
	}
}

// One compiled template is rendered from many goroutines at once, each with a
// record of its own; the race detector watches.
func TestManyGoroutines(t *testing.T) {
	named := []Named{
		{"line", PlainText("line", "{{ l.code }}x{{ l.quantity }}")},
		{"base", PlainText("base", "<{% block b %}{% endblock %}>")},
		{"macros", PlainText("macros", "{% macro money(v) %}{{ v|number_format(2) }}{% endmacro %}")},
	}
	for _, c := range []struct {
		dialect   Dialect
		src, want string // %d is the quantity
	}{
		{Twig, "{% for l in order.lines %}{{ loop.index }}{{ l.code|lower }}{{ l.quantity }}{% set last = l.code %}{% endfor %}{{ order.placed_at|date('Y', 'Asia/Tokyo') }}", "1a%[1]d2b1" + "2024"},
		{Twig, "{% extends 'base' %}{% import 'macros' as m %}{% block b %}{% for l in order.lines %}{{ include('line') }} {{ m.money(l.price) }} {% endfor %}{% endblock %}", "<Ax%[1]d 1.50 Bx1 2.00 >"},
		{Twig, "{{ order.lines|map(l => l.quantity)|join(',') }}{{ include(template_from_string('{{ order.id }}')) }}{{ order.lines[0].code matches '/^a/i' ? 'y' : 'n' }}", "%[1]d,17y"},
		{Jinja, "{% for l in order.lines %}{{ loop.index }}{{ l.code|lower }}{{ l.quantity }}{% set last = l.code %}{% endfor %}{{ order.lines|map(attribute='price')|sum }}", "1a%[1]d2b13.5"},
	} {
		scope := item.NewScope()
		v := scope.Declare("order", orderType())
		tmpl := mustCompile(t, c.src, scope, Options{Dialect: c.dialect, Named: named})
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				raw := fmt.Sprintf(`{"id":7,"placed_at":"2024-03-15T12:00:00Z","lines":[{"code":"A","quantity":%d,"price":"1.50"},{"code":"B","quantity":1,"price":"2.00"}]}`, g)
				value, err := item.NewDecoder(v.Layout).Decode([]byte(raw))
				if err != nil {
					t.Error(err)
					return
				}
				frame := scope.NewFrame()
				frame[v.Slot] = value
				want := strings.ReplaceAll(c.want, "%[1]d", fmt.Sprint(g))
				for range 100 {
					out, err := tmpl.Append(nil, frame)
					if err != nil || string(out) != want {
						t.Errorf("%s gives %q, %v; want %q", c.src, out, err, want)
						return
					}
				}
			})
		}
		wg.Wait()
	}
}

// A named template is checked by itself, and where it is used against what is
// there.
func TestNamed(t *testing.T) {
	scope := item.NewScope()
	scope.Declare("order", orderType())
	opts := Options{Named: []Named{
		{"good", PlainText("good", "{{ order.id }}")},
		{"bad", PlainText("bad", "{{ order.idd }}")},
		{"worse", PlainText("worse", "{{ order.id|uper }}{% include 'bad' %}")},
	}}
	for src, want := range map[string][]string{
		"{% for l in order.lines %}{% include 'good' %}{% endfor %}": nil,
		"{{ include('bad') }}":                        {`bad:1:10: "order" has no member "idd"`},
		"{{ include(['bad', 'good']) }}":              {`bad:1:10: "order" has no member "idd"`},
		"{% include 'worse' %}":                       {`bad:1:10: "order" has no member "idd"`, `worse:1:13: unknown filter "uper"`},
		"{% include 'gut' %}":                         {`main:1:12: there is no template "gut"`},
		"{% include 'gut' ignore missing %}":          nil,
		"{{ include('gut', ignore_missing = true) }}": nil,
		"{% extends 'gut' %}":                         {`main:1:12: there is no template "gut"`},
		"{% import 'gut' as g %}":                     {`main:1:11: there is no template "gut"`},
		"{{ 'bad' }}":                                 nil, // it includes nothing
	} {
		var fs diag.List
		tmpl := Compile(PlainText("main", src), scope, opts, &fs)
		var got []string
		for _, f := range fs.Sorted() {
			got = append(got, f.Span.String()+": "+f.Message)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", src, diff)
		}
		if (tmpl == nil) != (want != nil) {
			t.Errorf("%s: %v", src, tmpl)
		}
	}
	var fs diag.List
	CheckNamed(scope, opts, &fs)
	if all := fs.Sorted(); len(all) != 1 || all[0].Span.String() != "worse:1:13" {
		t.Errorf("%v", all)
	}
	fs = diag.List{}
	opts.Dialect = Jinja
	if CheckNamed(scope, opts, &fs); fs.Errors() != 3 {
		t.Errorf("%v", fs.Sorted())
	}
}

// An error within a named template points into it.
func TestPlaceInNamed(t *testing.T) {
	scope := item.NewScope()
	opts := Options{Named: []Named{{"part", PlainText("part", "a\n  {{ 1 % zero }}")}}}
	tmpl := mustCompile(t, "{% set zero = 0 %}{% include 'part' %}", scope, opts)
	if _, err := tmpl.Append(nil, scope.NewFrame()); err == nil || !strings.HasPrefix(err.Error(), "part:2:") {
		t.Errorf("%v", err)
	}
}

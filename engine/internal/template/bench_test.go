package template

import (
	"strings"
	"testing"
	texttemplate "text/template"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
)

// lineType and orderType are shapes to compile against.
func lineType() *item.Type {
	return &item.Type{Kind: item.KindObject, Name: "line_item", Fields: []item.Field{
		{Name: "code", Type: item.TypeText}, {Name: "name", Type: item.TypeText}, {Name: "price", Type: item.TypeDecimal},
		{Name: "quantity", Type: item.TypeInt}, {Name: "variation_list", Type: item.MapOf(item.TypeText)}, {Name: "metadata", Type: item.MapOf(item.TypeUnknown)},
	}}
}

func orderType() *item.Type {
	address := &item.Type{Kind: item.KindObject, Name: "address", Fields: []item.Field{{Name: "city", Type: item.TypeText}, {Name: "zip", Type: item.TypeText}}}
	return &item.Type{Kind: item.KindObject, Name: "order", Fields: []item.Field{
		{Name: "id", Type: item.TypeInt}, {Name: "total", Type: item.TypeDecimal}, {Name: "placed_at", Type: item.TypeTime},
		{Name: "shipping", Type: address}, {Name: "lines", Type: item.ListOf(lineType())},
	}}
}

const benchLine = `{"code":"SS24-CAMP-NVY-M","name":"linen camp shirt","price":"148.00","quantity":3,"variation_list":{"Size":"Medium","Color":"Navy"},"metadata":{"style":null,"upc":"00840123456789"}}`

// sizes are the templates that are measured, in each language.
var sizes = []struct{ name, twig, jinja, text string }{
	{
		"small", `{{ item.code }}-{{ item.variation_list.Size }}`, `{{ item.code }}-{{ item.variation_list.Size }}`, `{{ .item.code }}-{{ .item.variation_list.Size }}`,
	},
	{
		"medium",
		`{{ item.metadata.style|default(item.code|split('-')|first) }} {{ item.name|title }}{% if item.quantity > 1 %} x{{ item.quantity }}{% endif %} {{ item.variation_list.Color|default('n/a') }}/{{ item.variation_list.Size|upper|slice(0, 3) }}`,
		`{{ item.metadata.style or item.code.split('-')[0] }} {{ item.name|title }}{% if item.quantity > 1 %} x{{ item.quantity }}{% endif %} {{ item.variation_list.Color or 'n/a' }}/{{ (item.variation_list.Size|upper)[0:3] }}`,
		`{{ if .item.metadata.style }}{{ .item.metadata.style }}{{ else }}{{ index (split .item.code "-") 0 }}{{ end }} {{ title .item.name }}{{ if gt .item.quantity 1 }} x{{ .item.quantity }}{{ end }} {{ if .item.variation_list.Color }}{{ .item.variation_list.Color }}{{ else }}n/a{{ end }}/{{ slice (upper .item.variation_list.Size) 0 3 }}`,
	},
	{
		"loop200",
		`{% for l in order.lines %}{{ loop.index }}. {{ l.code }} x {{ l.quantity }} {{ l.price }}{% if not loop.last %}, {% endif %}{% endfor %}`,
		`{% for l in order.lines %}{{ loop.index }}. {{ l.code }} x {{ l.quantity }} {{ l.price }}{% if not loop.last %}, {% endif %}{% endfor %}`,
		`{{ $n := len .order.lines }}{{ range $i, $l := .order.lines }}{{ $i }}. {{ $l.code }} x {{ $l.quantity }} {{ $l.price }}{{ if ne $i $n }}, {{ end }}{{ end }}`,
	},
}

func benchFrame(tb testing.TB, scope *item.Scope) item.Frame {
	frame := scope.NewFrame()
	for name, raw := range map[string]string{"item": benchLine, "order": `{"id":1,"lines":[` + strings.Repeat(benchLine+",", 199) + benchLine + `]}`} {
		v, _ := scope.Var(name)
		value, err := item.NewDecoder(v.Layout).Decode([]byte(raw))
		if err != nil {
			tb.Fatal(err)
		}
		frame[v.Slot] = value
	}
	return frame
}

func benchScope() *item.Scope {
	scope := item.NewScope()
	scope.Declare("item", lineType())
	scope.Declare("order", orderType())
	return scope
}

func mustCompile(tb testing.TB, src string, scope *item.Scope, opts Options) *Template {
	tb.Helper()
	var fs diag.List
	t := Compile(PlainText("template", src), scope, opts, &fs)
	if t == nil {
		tb.Fatalf("%s: %v", src, fs.Sorted()[0])
	}
	return t
}

func BenchmarkTwig(b *testing.B) {
	for _, s := range sizes {
		scope := benchScope()
		t := mustCompile(b, s.twig, scope, Options{})
		frame := benchFrame(b, scope)
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			var out []byte
			for b.Loop() {
				var err error
				if out, err = t.Append(out[:0], frame); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTwigParallel(b *testing.B) {
	scope := benchScope()
	t := mustCompile(b, sizes[1].twig, scope, Options{})
	frame := benchFrame(b, scope)
	b.RunParallel(func(pb *testing.PB) {
		var out []byte
		for pb.Next() {
			out, _ = t.Append(out[:0], frame)
		}
	})
}

// goLine is benchLine as what other engines work on.
func goLine() map[string]any {
	return map[string]any{
		"code": "SS24-CAMP-NVY-M", "name": "linen camp shirt", "price": "148.00", "quantity": 3,
		"variation_list": map[string]any{"Size": "Medium", "Color": "Navy"}, "metadata": map[string]any{"style": nil, "upc": "00840123456789"},
	}
}

func goData() map[string]any {
	lines := make([]any, 200)
	for i := range lines {
		lines[i] = goLine()
	}
	return map[string]any{"item": goLine(), "order": map[string]any{"lines": lines}}
}

func newGonja(tb testing.TB, src string) *exec.Template {
	loader := loaders.MustNewMemoryLoader(map[string]string{"/t": src})
	t, err := exec.NewTemplate("/t", config.New(), loader, &exec.Environment{
		Context: exec.EmptyContext(), Filters: builtins.Filters, Tests: builtins.Tests,
		ControlStructures: builtins.ControlStructures, Methods: builtins.Methods,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func BenchmarkGonja(b *testing.B) {
	for _, s := range sizes {
		t, data := newGonja(b, s.jinja), exec.NewContext(goData())
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := t.ExecuteToBytes(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTextTemplate(b *testing.B) {
	funcs := texttemplate.FuncMap{"upper": strings.ToUpper, "title": strings.ToUpper, "split": strings.Split}
	for _, s := range sizes {
		t, data := texttemplate.Must(texttemplate.New("t").Funcs(funcs).Parse(s.text)), goData()
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			var out strings.Builder
			for b.Loop() {
				out.Reset()
				if err := t.Execute(&out, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	src := sizes[1].twig
	b.Run("twig", func(b *testing.B) {
		b.ReportAllocs()
		scope := benchScope()
		text := diag.NewText(src, diag.Span{}, nil)
		for b.Loop() {
			var fs diag.List
			if Compile(text, scope, Options{}, &fs) == nil {
				b.Fatal(fs.Sorted()[0])
			}
		}
	})
	b.Run("gonja", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			newGonja(b, sizes[1].jinja)
		}
	})
}

func TestBenchmarksPrintTheSame(t *testing.T) {
	for _, s := range sizes {
		scope := benchScope()
		tmpl := mustCompile(t, s.twig, scope, Options{})
		got, err := tmpl.Append(nil, benchFrame(t, scope))
		if err != nil {
			t.Fatal(err)
		}
		want, err := newGonja(t, s.jinja).ExecuteToString(exec.NewContext(goData()))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s:\n got %.200s\nwant %.200s", s.name, got, want)
		}
	}
}

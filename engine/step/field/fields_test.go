package field_test

import (
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step/field"
	"pgregory.net/rapid"
)

// duration reads a duration as a config does.
func duration(text string) (field.Duration, bool) {
	var d field.Duration
	var fs diag.List
	d.DecodeNode(syntax.NewScalar(text, diag.Span{}), &fs)
	return d, fs.Len() == 0
}

func TestDuration(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		text, written string
		want          time.Duration
	}{
		{"90s", "1m30s", 90 * time.Second}, {"10m", "10m", 10 * time.Minute}, {"1h30m", "90m", 90 * time.Minute},
		{"24h", "1d", day}, {"7d", "7d", 7 * day}, {"2w", "14d", 14 * day}, {"1w2d3h", "219h", 9*day + 3*time.Hour},
		{"0s", "0s", 0}, {"1.5s", "1.5s", 1500 * time.Millisecond},
	} {
		got, ok := duration(c.text)
		if !ok || got.Std() != c.want {
			t.Errorf("%s is %v, %t", c.text, got, ok)
		}
		if s := got.String(); s != c.written {
			t.Errorf("%v is written %s, want %s", got, s, c.written)
		}
	}
	for _, bad := range []string{"", "10", "ten", "-5m", "1 d", "99999999999999d"} {
		if got, ok := duration(bad); ok {
			t.Errorf("%q is %v", bad, got)
		}
	}
}

// What a Duration writes, it reads.
func TestDurationIsItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := field.Duration(rapid.Int64Range(0, 1<<33).Draw(t, "ms")) * field.Duration(time.Millisecond)
		if got, ok := duration(d.String()); !ok || got != d {
			t.Fatalf("%v is written %s and read %v, %t", d.Std(), d, got, ok)
		}
	})
}

type config struct {
	Where  field.Rule     `yaml:"where" validate:"required"`
	Text   field.Template `yaml:"text"`
	Since  field.Value    `yaml:"since"`
	Map    field.Mapping  `yaml:"map"`
	Each   field.Each     `yaml:"each"`
	Age    field.Duration `yaml:"age" default:"1h"`
	Others []syntax.Pair  `yaml:",rest"`
}

func TestFields(t *testing.T) {
	var fs diag.List
	var c config
	n := syntax.Parse("c.yaml", []byte(`{where: a > 1, text: "{{ x }}", since: [1, 2], map: {a: b}, each: a.b as c, other: 1}`), &fs)
	spec.For[config]().Decode(n, &c, &fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	if c.Where.Text().Value != "a > 1" || c.Text.IsZero() || c.Since.IsZero() || c.Map.IsZero() || c.Each.IsZero() || time.Duration(c.Age) != time.Hour || len(c.Others) != 1 {
		t.Errorf("%+v", c)
	}
	var none config
	spec.For[config]().Decode(syntax.Parse("c.yaml", []byte(`{where: x}`), &fs), &none, &fs)
	if !none.Text.IsZero() || !none.Since.IsZero() || !none.Map.IsZero() || !none.Each.IsZero() {
		t.Errorf("%+v", none)
	}
}

func (x *bench) value(yaml string, want *item.Type) *field.Evaluator {
	x.t.Helper()
	var v field.Value
	v.DecodeNode(x.node(yaml).Get("v"), x.fs)
	return x.b.Value(v, want)
}

func TestValue(t *testing.T) {
	for _, c := range []struct{ name, yaml, typ, want string }{
		{"expression", "v: ${ order.total * 2 }", "decimal", "40.00"},
		{"expression with braces and quotes", "v: '${ {\"a}\": \"}\"}[\"a}\"] }'", "", `"}"`},
		{"folded expression", "v: >\n  ${ order.id\n  + 1 }\n", "int", "9007199254740994"},
		{"template", "v: a {{ order.id }}", "text", `"a 9007199254740993"`},
		{"literal text", "v: 12E4", "text", `"12E4"`},
		{"literal text that looks like a bool", "v: no", "text", `"no"`},
		{"literal int", "v: 12", "int", "12"},
		{"literal decimal", "v: 1.10", "decimal", "1.10"},
		{"quoted decimal", "v: '1.10'", "decimal", "1.10"},
		{"list", "v: [1.10, '${ order.total }', null]", "[decimal or null]", `[1.10,20.00,null]`},
		{"list of nothing", "v: []", "[int]", "[]"},
		{"text from a number", "v: ${ order.id }", "text", "9007199254740993"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newBench(t)
			var want *item.Type
			if c.typ != "" {
				want = typeOf(t, c.typ)
			}
			e := x.value(c.yaml, want)
			if e == nil || x.fs.Len() > 0 {
				t.Fatal(x.said())
			}
			v, err := e.Eval(x.frame(anOrder))
			if err != nil {
				t.Fatal(err)
			}
			if want != nil && want.Kind != item.KindText {
				b, err := item.AppendJSONAs(nil, v, want)
				if err != nil || string(b) != c.want {
					t.Errorf("got %s, %v, want %s", b, err, c.want)
				}
			} else if b := item.AppendJSON(nil, v); string(b) != c.want {
				t.Errorf("got %s, want %s", b, c.want)
			}
		})
	}
}

func TestValueFindings(t *testing.T) {
	for _, c := range []struct{ name, yaml, typ, want string }{
		{"two expressions", "v: ${ order.id }-${ order.id }", "text", `x.yaml:1:4: an expression in ${ … } stands alone in its value [bad-value]`},
		{"an expression that does not end", "v: ${ order.id", "text", `x.yaml:1:4: ${ is not closed [bad-value]`},
		{"a wrong literal", "v: 1,5", "decimal", `x.yaml:1:4: "1,5" is not a decimal [wrong-type]`},
		{"an element of a list", "v: [1, x]", "[int]", `x.yaml:1:8: "x" is not an int [wrong-type]`},
		{"a mapping in a list", "v: [{a: b}]", "[int]", `x.yaml:1:5: expected a single value, not a mapping [wrong-type]`},
		{"a text for a list", "v: x", "[text]", `x.yaml:1:4: a text stands where a list of text is taken [target-type]`},
		{"the place in an expression", "v: ${ order.id + order.nte }", "", `x.yaml:1:24: unknown member "nte" of order [unknown-member]`},
		{"the place in a literal block", "v: |\n  ${ order.id\n  + order.nte }\n", "", `x.yaml:3:11: unknown member "nte" of order [unknown-member]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newBench(t)
			var want *item.Type
			if c.typ != "" {
				want = typeOf(t, c.typ)
			}
			if e := x.value(c.yaml, want); e != nil {
				t.Error("it compiled")
			}
			if got := x.said(); got != c.want+"\n" {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

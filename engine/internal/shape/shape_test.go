package shape_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/shape"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

func parseAll(t *testing.T, text string) (map[string]*item.Type, *diag.List) {
	t.Helper()
	var fs diag.List
	n := syntax.Parse("shapes.yaml", []byte(text), &fs)
	if fs.Len() > 0 {
		t.Fatalf("the test's YAML is wrong: %v", fs.Sorted())
	}
	return shape.ParseAll(n, &fs), &fs
}

// describe writes a type out, members, attributes and all.
func describe(t *item.Type) string {
	var b strings.Builder
	b.WriteString(t.Name)
	switch {
	case t.Kind == item.KindList:
		b.WriteString("[" + describe(t.Elem) + "]")
	case t.IsMap():
		b.WriteString("map(" + describe(t.Elem) + ")")
	case t.Kind == item.KindObject:
		b.WriteString("{")
		for i, f := range t.Fields {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(f.Name + ":" + describe(f.Type))
			if f.Required {
				b.WriteString("!")
			}
			if f.Max > 0 {
				b.WriteString("≤" + string(rune('0'+f.Max)))
			}
			if f.Doc != "" {
				b.WriteString("(" + f.Doc + ")")
			}
		}
		if t.Open {
			b.WriteString(" …")
		}
		b.WriteString("}")
	case len(t.Enum) > 0:
		b.WriteString("<" + strings.Join(t.Enum, "|") + ">")
	default:
		b.WriteString(t.Kind.String())
	}
	if t.AsText {
		b.WriteString("'")
	}
	if t.Format != "" {
		b.WriteString("@" + t.Format)
	}
	if t.Nullable && t.Kind != item.KindUnknown {
		b.WriteString("?")
	}
	return b.String()
}

func TestParseAll(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"scalars", "x: {a: text, b: int, c: decimal, d: bool, e: time, f: date, g: unknown}", "x{a:text b:int c:decimal d:bool e:time f:date g:unknown}"},
		{"null", "x:\n  a: text?\n  b: [\"int?\"]\n  c: [int]\n  d: [int or null]", "x{a:text? b:[int?] c:[int] d:[int?]}"},
		{"list of objects", "x: {a: [{b: int}]}", "x{a:[{b:int}]}"},
		{"enum", "x: {a: {enum: [new, paid, 12]}}", "x{a:<new|paid|12>}"},
		{"map", "x: {a: {map: text}, b: {map: [int]}}", "x{a:map(text) b:map([int])}"},
		{"attributes", "x: {a: {type: decimal, as: text, required: true, doc: Owed.}, b: {type: text, max: 9, nullable: true}}", "x{a:decimal'!(Owed.) b:text?≤9}"},
		{"attributes of an enum", "x: {a: {enum: [p], required: true}}", "x{a:<p>!}"},
		{"format", `x: {a: {type: time, format: "2006-01-02 15:04:05"}, b: {type: date, format: 01/02/2006}}`, "x{a:time@2006-01-02 15:04:05 b:date@01/02/2006}"},
		{"open", "x: {a: int, open: true}", "x{a:int …}"},
		{"a member called open", "x: {a: int, open: bool}", "x{a:int open:bool}"},
		{"object", "x: {a: object}", "x{a:{ …}}"},
		{"an object with a member called type", "x: {a: {type: text, name: text}}", "x{a:{type:text name:text}}"},
		{"an object of one member called type", "x: {a: {fields: {type: text}}}", "x{a:{type:text}}"},
		{"an open object written out", "x: {a: {fields: {b: int}, open: true, required: true}}", "x{a:{b:int …}!}"},
		{"another shape", "x: {a: y, b: y or null, c: [y]}\ny: {d: int}", "x{a:y{d:int} b:y{d:int}? c:[y{d:int}]}"},
		{"a name for an enum", "x: {a: status}\nstatus: {enum: [new]}", "x{a:status<new>}"},
		{"a name for a scalar", "x: {a: sku}\nsku: text", "x{a:text}"},
		{"empty", "x: {}", "x{}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			types, fs := parseAll(t, c.yaml)
			if fs.Len() > 0 {
				t.Fatalf("findings: %v", fs.Sorted())
			}
			if got := describe(types["x"]); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestFindings(t *testing.T) {
	for _, c := range []struct{ name, yaml, want, hint string }{
		{"unknown type", "x: {a: txt}", `shapes.yaml:1:8: unknown type "txt" [bad-value]`, `did you mean "text"?`},
		{"unknown type, nothing near", "x: {a: qqqqqqq}", `shapes.yaml:1:8: unknown type "qqqqqqq" [bad-value]`, "the types are text, int, decimal, bool, time, date, unknown, object, x"},
		{"unknown shape with a question mark", "x: {a: \"oder?\"}\norder: {b: int}", `shapes.yaml:1:9: unknown type "oder" [bad-value]`, `did you mean "order"?`},
		{"nothing", "x: {a: }", `shapes.yaml:1:8: expected a type [wrong-type]`, "write one of text, int, decimal, bool, time, date, unknown, object, x"},
		{"itself", "x: {a: y}\ny: {b: [x]}", `shapes.yaml:2:9: shape "x" contains itself: x → y → x [cycle]`, "declare the inner member as unknown"},
		{"two types in a list", "x: {a: [text, int]}", `shapes.yaml:1:8: a list has one type in its brackets, such as [text], not 2 [wrong-type]`, ""},
		{"misspelt attribute", "x: {a: {type: decimal, requird: true}}", `shapes.yaml:1:24: unknown key "requird" [unknown-key]`, `did you mean "required"?`},
		{"a flag that is none", "x: {a: {type: decimal, required: yes}}", `shapes.yaml:1:34: required must be true or false, not "yes" [wrong-type]`, ""},
		{"max", "x: {a: {type: text, max: none}}", `shapes.yaml:1:26: max must be a number of characters from 1 on, not "none" [bad-value]`, ""},
		{"max of an int", "x: {a: {type: int, max: 3}}", `shapes.yaml:1:20: only a text has a max [conflict]`, ""},
		{"as", "x: {a: {type: text, as: text}}", `shapes.yaml:1:25: only a decimal or an int can be written as text, not text [conflict]`, ""},
		{"as what", "x: {a: {type: int, as: json}}", `shapes.yaml:1:24: as must be text, not "json" [bad-value]`, ""},
		{"format of a text", "x: {a: {type: text, format: abc}}", `shapes.yaml:1:29: only a time or a date has a format, not text [conflict]`, ""},
		{"format", "x: {a: {type: date, format: YYYY-MM-DD}}", `shapes.yaml:1:29: "YYYY-MM-DD" does not tell a whole date [bad-value]`, `write how 2 January 2006, 15:04:05 looks, such as "2006-01-02 15:04:05"`},
		{"format without a day", "x: {a: {type: time, format: 2006-01}}", `shapes.yaml:1:29: "2006-01" does not tell a whole time [bad-value]`, `write how 2 January 2006, 15:04:05 looks, such as "2006-01-02 15:04:05"`},
		{"enum", "x: {a: {enum: []}}", `shapes.yaml:1:15: enum must be a list of texts, such as [new, paid] [wrong-type]`, ""},
		{"enum twice", "x: {a: {enum: [b, b]}}", `shapes.yaml:1:19: "b" is listed twice [duplicate-key]`, ""},
		{"a shape called text", "text: {a: int}", `shapes.yaml:1:1: "text" is a type already; give the shape another name [conflict]`, ""},
		{"not shapes", "[a]", `shapes.yaml:1:1: shapes must be a mapping from names to shapes [wrong-type]`, ""},
		{"open text", "x: {a: {type: text, open: true}}", `shapes.yaml:1:21: only an object can be open [conflict]`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, fs := parseAll(t, c.yaml)
			if fs.Len() != 1 {
				t.Fatalf("%d findings: %v", fs.Len(), fs.Sorted())
			}
			f := fs.Sorted()[0]
			if f.Error() != c.want || f.Hint != c.hint {
				t.Errorf("got  %s\n     %s\nwant %s\n     %s", f.Error(), f.Hint, c.want, c.hint)
			}
		})
	}
}

// Every mistake is reported, not the first alone, and the shapes without one
// are there all the same.
func TestGoesOn(t *testing.T) {
	types, fs := parseAll(t, "a: {x: txt, y: imt}\nb: {z: int, s: [dat]}\nc: {w: bool}")
	var got []string
	for _, f := range fs.Sorted() {
		got = append(got, f.Span.String())
	}
	want := []string{"shapes.yaml:1:8", "shapes.yaml:1:16", "shapes.yaml:2:17"}
	if !slices.Equal(got, want) {
		t.Errorf("findings at %v, want %v", got, want)
	}
	a, known := types["a"]
	if types["c"] == nil || !known || a != nil {
		t.Errorf("got the shapes %v, want c, and the others to be known as bad", types)
	}
	before := fs.Len()
	if shape.Parse(syntax.NewScalar("a", diag.Span{}), types, fs) != nil || fs.Len() > before {
		t.Errorf("a bad shape is reported again where it is named: %v", fs.Sorted())
	}
}

func TestParse(t *testing.T) {
	var fs diag.List
	n := syntax.Parse("p.yaml", []byte("{id: int, address: address or null, raw: [address]}"), &fs)
	address := &item.Type{Kind: item.KindObject, Name: "address", Fields: []item.Field{{Name: "city", Type: item.TypeText}}}
	typ := shape.Parse(n, map[string]*item.Type{"address": address}, &fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	if got, want := describe(typ), "{id:int address:address{city:text}? raw:[address{city:text}]}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if shape.Parse(syntax.Parse("p.yaml", []byte("adress"), &fs), map[string]*item.Type{"address": address}, &fs) != nil || fs.Len() != 1 {
		t.Errorf("an unknown name gave %v", fs.Sorted())
	}
}

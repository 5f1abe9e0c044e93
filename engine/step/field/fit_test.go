package field_test

import (
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/shape"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step/field"
	"pgregory.net/rapid"
)

func typeOf(t *testing.T, text string) *item.Type {
	t.Helper()
	var fs diag.List
	typ := shape.Parse(syntax.Parse("type.yaml", []byte(text), &fs), nil, &fs)
	if typ == nil {
		t.Fatalf("%s: %v", text, fs.Sorted())
	}
	return typ
}

func TestFit(t *testing.T) {
	for _, c := range []struct{ have, want, misfit, hint string }{
		{"text", "text", "", ""},
		{"int", "decimal", "", ""},
		{"int", "text", "", ""},
		{"decimal", "text", "", ""},
		{"date", "time", "", ""},
		{"unknown", "int", "", ""},
		{"int", "unknown", "", ""},
		{"text", "text or null", "", ""},
		{"{enum: [a]}", "{enum: [a, b]}", "", ""},
		{"text", "{enum: [a]}", "", ""},
		{"{enum: [a]}", "text", "", ""},
		{"[int]", "[decimal]", "", ""},
		{"{a: int}", "{a: decimal, b: text}", "", ""},
		{"{a: int}", "{map: decimal}", "", ""},
		{"{map: int}", "{map: text}", "", ""},
		{"{a: int, b: text}", "{a: int, open: true}", "", ""},
		{"{map: text}", "{a: text}", "", ""},

		{"decimal", "int", "a decimal stands where an int is taken", "convert it with int(…)"},
		{"text", "int", "a text stands where an int is taken", "convert it with int(…)"},
		{"text", "decimal", "a text stands where a decimal is taken", "convert it with decimal(…)"},
		{"text", "date", "a text stands where a date is taken", "convert it with parse_time(…)"},
		{"time", "text", "a time stands where a text is taken", "convert it with format_time(…)"},
		{"bool", "text", "a bool stands where a text is taken", "convert it with text(…)"},
		{"text", "[text]", "a text stands where a list of text is taken", "put it in a list, as [x]"},
		{"int", "{enum: [a]}", "an int stands where one of a is taken", ""},
		{"text or null", "text", "a text, which may be null, stands where a text is taken", "say what to take instead, with ?? in an expression"},
		{"{enum: [a, b, c]}", "{enum: [b]}", `the value may be "a" or "c", which is not taken here`, "the values taken are b; a table can translate"},
		{"[text]", "[int]", "an element: a text stands where an int is taken", "convert it with int(…)"},
		{"{a: text}", "{a: int}", `member "a": a text stands where an int is taken`, "convert it with int(…)"},
		{"{a: {b: text}}", "{a: {b: [int]}}", `member "a": member "b": a text stands where a list of int is taken`, "put it in a list, as [x]"},
		{"{aa: text, other: int}", "{aa: text, others: int}", `the object has a member "other", which the write does not take`, `did you mean "others"?`},
		{"{a: text}", "{a: text, b: {type: int, required: true}}", `the object has no member "b", which the write needs`, ""},
		{"{map: text}", "{map: int}", "a value of the map: a text stands where an int is taken", "convert it with int(…)"},
	} {
		m := field.Fit(typeOf(t, c.have), typeOf(t, c.want))
		switch {
		case m == nil && c.misfit != "":
			t.Errorf("%s fits %s", c.have, c.want)
		case m != nil && (m.Message != c.misfit || m.Hint != c.hint):
			t.Errorf("%s for %s: got %q (%s), want %q (%s)", c.have, c.want, m.Message, m.Hint, c.misfit, c.hint)
		}
	}
	if m := field.Fit(item.TypeNull, item.TypeText); m == nil || m.Message != "null stands where a text is taken" {
		t.Errorf("null for a text: %+v", m)
	}
	if m := field.Fit(item.TypeNull, item.TypeText.Optional()); m != nil {
		t.Errorf("null for a text or null: %+v", m)
	}
}

// types draws types of a small depth.
func types() *rapid.Generator[*item.Type] {
	scalar := rapid.SampledFrom([]*item.Type{
		item.TypeText, item.TypeInt, item.TypeDecimal, item.TypeBool, item.TypeTime, item.TypeDate, item.TypeUnknown,
		{Kind: item.KindText, Enum: []string{"a", "b"}}, {Kind: item.KindText, Enum: []string{"b", "c"}},
	})
	var typ func(depth int) *rapid.Generator[*item.Type]
	typ = func(depth int) *rapid.Generator[*item.Type] {
		return rapid.Custom(func(t *rapid.T) *item.Type {
			kinds := 4
			if depth == 0 {
				kinds = 1
			}
			var made *item.Type
			switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
			case 1:
				made = item.ListOf(typ(depth-1).Draw(t, "elem"))
			case 2:
				made = item.MapOf(typ(depth-1).Draw(t, "values"))
			case 3:
				made = &item.Type{Kind: item.KindObject}
				for _, name := range []string{"x", "y"}[:rapid.IntRange(0, 2).Draw(t, "fields")] {
					made.Fields = append(made.Fields, item.Field{Name: name, Type: typ(depth-1).Draw(t, name)})
				}
			default:
				made = scalar.Draw(t, "scalar")
			}
			if rapid.Bool().Draw(t, "null") {
				made = made.Optional()
			}
			return made
		})
	}
	return typ(2)
}

// A type fits itself, and whatever two types have in common takes both.
func TestFitAndUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := types().Draw(t, "a"), types().Draw(t, "b")
		if m := field.Fit(a, a); m != nil {
			t.Fatalf("%s does not fit itself: %s", a, m.Message)
		}
		u := field.Union([]*item.Type{a, b})
		for _, x := range []*item.Type{a, b} {
			if m := field.Fit(x, u); m != nil {
				t.Fatalf("%s does not fit the union %s of %s and %s: %s", x, u, a, b, m.Message)
			}
		}
	})
}

// A value that fits a type by its own type can be written as it, unless the
// value alone tells otherwise: texts that are no value of an enum.
func TestFitMeansWritable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		have, want := types().Draw(t, "have"), types().Draw(t, "want")
		if field.Fit(have, want) != nil {
			return
		}
		v, ok := valueOf(t, have)
		if !ok {
			return
		}
		if _, err := item.AppendJSONAs(nil, v, want); err != nil && !strings.Contains(err.Error(), "expected one of") && !mayDiffer(have, want) {
			t.Fatalf("%s fits %s, and %s cannot be written: %v", have, want, item.AppendJSON(nil, v), err)
		}
	})
}

// mayDiffer reports whether only values tell whether they can be written:
// where one of the types is not known, or the members are not.
func mayDiffer(have, want *item.Type) bool {
	switch {
	case have.Kind == item.KindUnknown, have.IsMap() && !want.IsMap():
		return true
	case have.Kind == item.KindList && want.Kind == item.KindList, have.IsMap() && want.IsMap():
		return mayDiffer(have.Elem, want.Elem)
	case have.Kind == item.KindObject && want.Kind == item.KindObject:
		for _, f := range have.Fields {
			w := want.Elem
			if g, ok := want.Field(f.Name); ok {
				w = g.Type
			}
			if w != nil && mayDiffer(f.Type, w) {
				return true
			}
		}
	}
	return false
}

// valueOf draws a value of a type.
func valueOf(t *rapid.T, typ *item.Type) (item.Value, bool) {
	if typ.Nullable && rapid.Bool().Draw(t, "is null") {
		return item.Null, true
	}
	switch typ.Kind {
	case item.KindList:
		v, ok := valueOf(t, typ.Elem)
		return item.List(v), ok
	case item.KindObject:
		if typ.IsMap() {
			v, ok := valueOf(t, typ.Elem)
			return item.Map([]string{"x"}, []item.Value{v}), ok
		}
		var names []string
		var values []item.Value
		for _, f := range typ.Fields {
			v, ok := valueOf(t, f.Type)
			if !ok {
				return v, false
			}
			names, values = append(names, f.Name), append(values, v)
		}
		return item.Map(names, values), true
	case item.KindUnknown:
		return item.Text("anything"), true
	}
	text := map[item.Kind]string{
		item.KindText: "b", item.KindInt: "7", item.KindDecimal: "1.50", item.KindBool: "true",
		item.KindTime: "2026-01-02T03:04:05Z", item.KindDate: "2026-01-02",
	}[typ.Kind]
	v, err := item.Convert(item.Text(text), typ)
	return v, err == nil
}

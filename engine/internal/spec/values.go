package spec

import (
	"errors"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Given is the value of a declared field.
type Given struct {
	Field *Field
	Value item.Value
	// Span is where the value stands; for a default, where it could.
	Span diag.Span
	// Default reports a value that was not given.
	Default bool
}

// Values are the values of declared fields, one for each in their order.
type Values []Given

// Get returns the value of the field called name.
func (v Values) Get(name string) (Given, bool) {
	i := slices.IndexFunc(v, func(g Given) bool { return g.Field.Name == name })
	if i < 0 {
		return Given{}, false
	}
	return v[i], true
}

// Object returns the values as an object laid out by l, which has a slot for
// each field in order, as item.FullLayout gives for the Type of the fields.
func (v Values) Object(l *item.Layout) item.Value {
	slots := make([]item.Value, len(v))
	for i, g := range v {
		slots[i] = g.Value
	}
	return item.Object(l, slots)
}

// Decode reads the values of the fields from a mapping, which may be nil or
// null. What is missing is reported at the span at. A value that could not be
// read is null.
func (f Fields) Decode(n *syntax.Node, at diag.Span, fs *diag.List) Values {
	p := leaf.Place{Findings: fs, Key: at}
	values := make(Values, len(f))
	for i := range f {
		values[i] = Given{Field: &f[i], Value: item.Null, Span: at, Default: true}
		if f[i].Default.Kind() != item.KindMissing {
			values[i].Value = f[i].Default
		}
	}
	if !n.IsNull() && n.Kind != syntax.Mapping {
		p.WrongType(n, "a mapping of settings")
		return values
	}
	meant := f.unknown(n, fs)
	for i := range f {
		f.decodeOne(&values[i], n, meant[f[i].Name], p)
	}
	return values
}

// decodeOne reads the value of a field. One that is meant by a misspelt name is
// not reported as missing on top.
func (f Fields) decodeOne(g *Given, n *syntax.Node, meant bool, p leaf.Place) {
	pair := n.Pair(g.Field.Name)
	if pair == nil || pair.Value.IsNull() && g.Field.Type.Kind != item.KindUnknown {
		if g.Field.Required && !meant {
			at := p.Key
			if pair != nil {
				at = pair.Key.Span
			}
			p.Findings.Errorf(at, diag.CodeMissingField, "the setting %q is missing", g.Field.Name).Hint = strings.TrimSuffix(g.Field.Help, ".")
		}
		return
	}
	inner := p.Member(pair.Key, g.Field.Secret)
	g.Value, g.Span, g.Default = readValue(pair.Value, g.Field.Type, inner), pair.Value.Span, false
	if g.Field.Required && g.Value.Kind() == item.KindText && g.Value.AsText() == "" {
		p.Findings.Errorf(pair.Value.Span, diag.CodeMissingField, "%q must not be empty", g.Field.Name).Hint = strings.TrimSuffix(g.Field.Help, ".")
	}
}

// unknown reports the settings that no field declares, and returns which fields
// they were probably meant for.
func (f Fields) unknown(n *syntax.Node, fs *diag.List) map[string]bool {
	if n.IsNull() {
		return nil
	}
	meant := map[string]bool{}
	var free []string
	for i := range f {
		if n.Pair(f[i].Name) == nil {
			free = append(free, f[i].Name)
		}
	}
	for _, pair := range n.Pairs {
		if _, ok := f.Get(pair.Key.Text.Value); !ok {
			names := leaf.Names{Code: diag.CodeUnknownSetting, Noun: "setting", Free: free, All: f.Names()}
			meant[names.Unknown(pair.Key, fs)] = true
		}
	}
	return meant
}

// readValue reads a value of type t.
func readValue(n *syntax.Node, t *item.Type, p leaf.Place) item.Value {
	switch t.Kind {
	case item.KindUnknown:
		return item.Null
	case item.KindList:
		return readList(n, t, p)
	case item.KindBool:
		if b, ok := p.Bool(n); ok {
			return item.Bool(b)
		}
		return item.Null
	case item.KindInt:
		if i, ok := p.Int(n); ok {
			return item.Int(i)
		}
		return item.Null
	}
	return readScalar(n, t, p)
}

func readList(n *syntax.Node, t *item.Type, p leaf.Place) item.Value {
	if n.Kind != syntax.Sequence {
		p.WrongType(n, "a list")
		return item.Null
	}
	list := make([]item.Value, len(n.Items))
	for i, it := range n.Items {
		if it.IsNull() {
			p.Item().WrongType(it, typeWord(t.Elem))
			continue
		}
		list[i] = readValue(it, t.Elem, p.Item())
	}
	return item.List(list...)
}

// readScalar reads a text, or what is written as one and has rules of its own.
func readScalar(n *syntax.Node, t *item.Type, p leaf.Place) item.Value {
	want := typeWord(t)
	if !p.Scalar(n, want) {
		return item.Null
	}
	if t.Enum != nil && !slices.Contains(t.Enum, n.Text.Value) {
		p.NoneOf(n, t.Enum)
		return item.Null
	}
	v, err := item.Convert(item.Text(n.Text.Value), t)
	if err != nil {
		f := p.WrongType(n, want)
		var why *item.PathError
		if t.Kind == item.KindDecimal && errors.As(err, &why) {
			f.Hint = "write it in digits, with a point before the decimals"
		}
		return item.Null
	}
	return v
}

// typeWord is a type in words, for messages.
func typeWord(t *item.Type) string {
	switch t.Kind {
	case item.KindInt:
		return "a whole number"
	case item.KindDecimal:
		return "a number"
	case item.KindBool:
		return "true or false"
	case item.KindDate:
		return "a date such as 2026-01-31"
	case item.KindTime:
		return "a time such as 2026-01-31T08:00:00Z"
	case item.KindList:
		return "a list"
	}
	return "a text"
}

// written returns a default as it would be written.
func written(v item.Value) string {
	if v.Kind() != item.KindList {
		return v.String()
	}
	var parts []string
	for _, e := range v.All() {
		parts = append(parts, e.String())
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

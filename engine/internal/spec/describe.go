package spec

import (
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
)

// FieldDoc describes a field for the reference page.
type FieldDoc struct {
	Name string
	// Type says in words how it is written: "text", "list of int".
	Type       string
	Doc        string
	Default    string
	HasDefault bool
	Required   bool
	Secret     bool
	// Enum lists the only values that it may have.
	Enum []string
	// Bounds are the further rules that its value must meet, in words: "be at
	// least 1".
	Bounds []string
	// Together says with which other fields it is given, in words: "only with x".
	Together []string
	// Owner is the struct that declares it, such as "step.HTTPCall".
	Owner string
	// Struct is the name of the struct that Fields are of.
	Struct string
	// Fields are those of the struct that it is, or that its elements are. A
	// struct that holds itself is not repeated.
	Fields []FieldDoc
}

// Describe describes the fields of s in order.
func (s *Struct) Describe(docs *Docs) []FieldDoc {
	return s.describe(docs, map[*Struct]bool{})
}

func (s *Struct) describe(docs *Docs, above map[*Struct]bool) []FieldDoc {
	if above[s] {
		return nil
	}
	above[s] = true
	defer delete(above, s)
	out := make([]FieldDoc, len(s.fields))
	for i, f := range s.fields {
		out[i] = FieldDoc{
			Name: f.name, Type: f.form.String(), Doc: f.doc(docs),
			Default: f.def, HasDefault: f.hasDefault, Required: f.required, Secret: f.secret,
			Enum:   append(append([]string(nil), f.rules.Value.Enum...), f.rules.Elements.Enum...),
			Bounds: f.bounds(), Together: s.words(f), Owner: f.owner,
		}
		for _, inner := range f.form.structs() {
			out[i].Struct = inner.name
			out[i].Fields = append(out[i].Fields, inner.describe(docs, above)...)
		}
	}
	return out
}

// words puts into words with which other fields f is given.
func (s *Struct) words(f *field) []string {
	var out []string
	for _, p := range f.rules.Presence {
		out = append(out, p.Words(func(goName string) string { return s.byGo[goName].name }))
	}
	return out
}

// bounds puts the rules of a field into words.
func (f *field) bounds() []string {
	var out []string
	for _, b := range f.rules.Value.Bounds {
		out = append(out, b.Requirement(f.form.ruled()))
	}
	for _, b := range f.rules.Elements.Bounds {
		out = append(out, "each: "+b.Requirement(f.form.elem.ruled()))
	}
	return out
}

// String says how values of the form are written, as the reference page does.
func (f *form) String() string {
	switch f.kind {
	case leaf.List:
		if f.single {
			return f.elem.String() + ", or a list of them"
		}
		return "list of " + f.elem.String()
	case leaf.Map:
		return "map of " + f.elem.String()
	case leaf.Custom:
		return f.custom.Name
	}
	return string(f.kind)
}

package spec

import (
	"embed"
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Sources has the comments of the structs in this package, for Comments.
//
//go:embed fields.go
var Sources embed.FS

// Field is a field that a file declares: a setting of a pipeline or of a
// connector's connections.
type Field struct {
	Name string
	// Type is the type of its values. It is nullable if the field need not be
	// given and has no default.
	Type *item.Type
	// Default is the value when the field is not given; Missing without one.
	Default item.Value
	// Required fields must be given.
	Required bool
	// Secret keeps the value out of findings.
	Secret bool
	// Help says what the field is.
	Help string
	// Span is where the field is declared.
	Span diag.Span
}

// Fields are the fields that a file declares, in its order.
type Fields []Field

// declaration is how a field is declared.
type declaration struct {
	// The type of the field's values.
	Type string `yaml:"type" validate:"required,oneof=text int decimal bool date time list"`
	// The type of a list's items.
	Of string `yaml:"of" validate:"oneof=text int decimal bool date time,required_if=Type list,excluded_unless=Type list"`
	// The only values that a text, or each item of a list of texts, may have.
	Enum []string `yaml:"enum" validate:"min=1,unique"`
	// The value when none is given. A field without one must be given, unless
	// required is false.
	Default *syntax.Node `yaml:"default"`
	// Whether the field must be given.
	Required Placed[bool] `yaml:"required" default:"true"`
	// Keeps the value out of logs, findings and the ledger.
	Secret bool `yaml:"secret"`
	// What the field is, for those who fill it in.
	Help string `yaml:"help"`
}

// Declaration describes how a field is declared.
func Declaration() *Struct { return For[declaration]() }

// ReadFields reads the declarations of fields in a mapping.
func ReadFields(n *syntax.Node, fs *diag.List) Fields {
	if n.IsNull() {
		return nil
	}
	p := leaf.Place{Findings: fs, Docs: Comments(Sources)}
	if n.Kind != syntax.Mapping {
		p.WrongType(n, "a mapping of names to fields")
		return nil
	}
	s := Declaration()
	fields := make(Fields, 0, len(n.Pairs))
	for _, pair := range n.Pairs {
		var d declaration
		before := fs.Errors()
		at := p.Member(pair.Key, false)
		s.decodeInto(&d, pair.Value, at)
		at.Secret = d.Secret
		fields = append(fields, d.field(pair.Key, at, fs.Errors() == before))
	}
	return fields
}

// field makes the field that d declares. One with a wrong declaration is of
// unknown type, so that no finding follows from it.
func (d *declaration) field(key *syntax.Node, p leaf.Place, ok bool) Field {
	f := Field{Name: key.Text.Value, Type: item.TypeUnknown, Secret: d.Secret, Help: d.Help, Span: key.Span}
	if !ok {
		return f
	}
	t := scalarTypes[d.Type]
	if d.Type == "list" {
		t = item.ListOf(d.enumerated(scalarTypes[d.Of], p))
	} else {
		t = d.enumerated(t, p)
	}
	f.Type = t
	switch {
	case !d.Default.IsNull() && d.Required.Given && d.Required.Value:
		p.Findings.Errorf(d.Required.Span, diag.CodeConflict, "a field with a default is never required").Hint = "remove one of the two"
	case !d.Default.IsNull():
		f.Default = readValue(d.Default, t, p.Member(&syntax.Node{Text: diag.NewText("default", p.Key, nil), Span: p.Key}, d.Secret))
	case d.Required.Value:
		f.Required = true
	default:
		f.Type = t.Optional()
	}
	return f
}

// scalarTypes are the types that users write as a word.
var scalarTypes = map[string]*item.Type{
	"text": item.TypeText, "int": item.TypeInt, "decimal": item.TypeDecimal,
	"bool": item.TypeBool, "date": item.TypeDate, "time": item.TypeTime,
}

// enumerated returns t with the values that d lists.
func (d *declaration) enumerated(t *item.Type, p leaf.Place) *item.Type {
	if d.Enum == nil {
		return t
	}
	if t.Kind != item.KindText {
		p.Findings.Errorf(p.Key, diag.CodeConflict, "only a text can have an enum, and %q is %s", p.Name, t)
		return t
	}
	return &item.Type{Kind: item.KindText, Enum: d.Enum}
}

// Names lists the names of the fields.
func (f Fields) Names() []string {
	names := make([]string, len(f))
	for i := range f {
		names[i] = f[i].Name
	}
	return names
}

// Get returns the field called name.
func (f Fields) Get(name string) (*Field, bool) {
	i := slices.IndexFunc(f, func(x Field) bool { return x.Name == name })
	if i < 0 {
		return nil, false
	}
	return &f[i], true
}

// Type returns the type of the object that holds a value of each field.
func (f Fields) Type() *item.Type {
	t := &item.Type{Kind: item.KindObject}
	for i := range f {
		t.Fields = append(t.Fields, item.Field{Name: f[i].Name, Type: f[i].Type, Required: f[i].Required, Doc: f[i].Help})
	}
	return t
}

// Describe describes the fields for the reference page.
func (f Fields) Describe() []FieldDoc {
	out := make([]FieldDoc, len(f))
	for i, x := range f {
		base := x.Type
		if base.Kind == item.KindList {
			base = base.Elem
		}
		typ := base.Kind.String()
		if x.Type.Kind == item.KindList {
			typ = "list of " + typ
		}
		out[i] = FieldDoc{Name: x.Name, Type: typ, Doc: x.Help, Required: x.Required, Secret: x.Secret, Enum: base.Enum}
		if x.Default.Kind() != item.KindMissing {
			out[i].Default, out[i].HasDefault = written(x.Default), true
		}
	}
	return out
}

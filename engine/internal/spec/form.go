package spec

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// Kind is how a field is written.
type Kind string

// The kinds of fields.
const (
	KindText     Kind = "text"
	KindBool     Kind = "bool"
	KindInt      Kind = "int"
	KindDecimal  Kind = "decimal"
	KindDuration Kind = "duration"
	KindList     Kind = "list"
	KindMap      Kind = "map"
	KindStruct   Kind = "object"
	KindAny      Kind = "any"    // a tree that is taken as it is
	KindCustom   Kind = "custom" // a type that decodes itself
)

// structs returns the structs that values of the form hold.
func (f *form) structs() []*Struct {
	switch {
	case f.fields != nil:
		return []*Struct{f.fields}
	case f.elem != nil:
		return f.elem.structs()
	}
	return f.custom.Structs
}

// isDuration reports a type that decodes itself and calls itself a duration.
func (f *form) isDuration() bool { return f.kind == KindDuration || f.custom.Name == "duration" }

// want is the form in words, for messages.
func (f *form) want() string {
	switch f.kind {
	case KindText:
		return "a text"
	case KindBool:
		return "true or false"
	case KindInt:
		return "a whole number"
	case KindDecimal:
		return "a number"
	case KindDuration:
		return "a duration such as 30s, 10m, 24h or 7d"
	case KindList:
		return "a list"
	case KindMap, KindStruct:
		return "a mapping"
	}
	return "another value"
}

// Decoder is a field type that reads itself from the tree. It is not asked
// about a field that is not given or has no value.
type Decoder interface {
	DecodeNode(n *syntax.Node, fs *diag.List)
}

// Describer is a Decoder that says how it is written.
type Describer interface {
	DescribeForm() Form
}

// Form describes how a Decoder is written, for the schema and the reference
// page.
type Form struct {
	// Name is what the page calls it, such as "rule".
	Name string
	// Schema is a JSON Schema for the forms that no struct describes; nil
	// allows none but the structs.
	Schema Object
	// Structs are the structs that it may also be written as.
	Structs []*Struct
}

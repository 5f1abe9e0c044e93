package spec

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/syntax"
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

// ruled returns the kind as rules see it: a type that decodes itself and calls
// itself a duration is one.
func (f *form) ruled() leaf.Kind {
	switch {
	case f == nil:
		return leaf.None
	case f.custom.Name == "duration":
		return leaf.Duration
	}
	return f.kind
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

// Package spec reads a tagged Go struct once and knows from then on how users
// write it: the names, types, defaults and bounds of its fields. From that one
// reading come decoding, findings with suggestions, JSON Schema and the
// reference page. It is the only package that imports reflect; validator is
// asked in the rules below it.
//
// A config struct is tagged like this:
//
//	type Config struct {
//		// Where is the rule that a record must meet.
//		Where Rule `yaml:"where" validate:"required"`
//		// Batch is how many records go into one call.
//		Batch int `yaml:"batch" default:"100" validate:"min=1,max=250"`
//		// Mode says what becomes of a record that is there already.
//		Mode string `yaml:"mode" default:"create" validate:"oneof=create update upsert"`
//	}
//
// The yaml tag gives the name. Its options: inline takes the fields of a struct
// as if they stood here (an embedded struct without a name is taken so too);
// rest collects, in a []syntax.Pair, the members that no field names; node and
// span take the whole mapping, as a *syntax.Node, or its place, as a diag.Span.
// "-" leaves a field to the code.
//
// The default tag is what is taken when the field is not given: the text of a
// scalar, or YAML for lists and maps. The secret tag, set to "true", keeps the
// value out of findings.
//
// The validate tag has the rules of go-playground/validator. Whether a field is
// given counts by what stands in the file, not by Go's zero values: required,
// required_with, required_without, required_with_all, required_without_all,
// excluded_with, excluded_without, required_if and excluded_if ask for that,
// and name other fields as Go does. The other rules are asked of values that
// are given; after dive, of each element. omitempty has no meaning here.
package spec

import (
	"github.com/sluicehq/sluice/engine/internal/spec/rules"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// field is what was read from a field of a config struct.
type field struct {
	name       string // what users write
	def        string // the default, as it would be written
	hasDefault bool
	required   bool
	secret     bool

	goName, owner string // where the doc comment is found
	index         []int
	form          *form
	rules         rules.Rules
	preset        *syntax.Node // the default, to be decoded
}

// Document returns s with the comments from which missing-field findings
// quote.
func (s *Struct) Document(docs *Docs) *Struct {
	c := *s
	c.docs = docs
	return &c
}

// Docs returns the comments that Document gave; nil without any.
func (s *Struct) Docs() *Docs { return s.docs }

// Name is the name of the struct type, with its package, if it has one.
func (s *Struct) Name() string { return s.name }

// Names lists the names of the fields, in the order of the struct.
func (s *Struct) Names() []string {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.name
	}
	return names
}

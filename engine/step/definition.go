package step

import (
	"io/fs"

	"github.com/sluicehq/sluice/engine/internal/spec"
)

// Definition describes a transform step: how users configure it and how it is
// built.
type Definition struct {
	// Name is the key that users write in `steps:`.
	Name string
	// Summary says in a sentence what the step does.
	Summary string
	// Head is the field of the config that takes what stands beside the step's
	// name: in "- limit: 10" the 10, in "- lookup: stock" the name. The other
	// fields then stand below the step's name, not within it. Empty for a step
	// that is always written as a mapping.
	Head string
	// Whole makes a mapping that stands beside the step's name the Head as well,
	// as in map and let; for other steps such a mapping is the whole config. The
	// Head of a Whole step has the step's name, so the element of the list is
	// its config.
	Whole bool
	// Config describes the step's config.
	Config *spec.Struct
	// Example shows steps with records that go in and what becomes of them, in
	// the form of package steptest. It is run as a test and printed on the step's
	// page.
	Example string
	// New returns an empty config to decode into; Build turns a decoded one into
	// a Transform. Build returns nil when it reported an error finding.
	New   func() any
	Build func(cfg any, b *Builder) Transform
}

// Define makes a Definition from a config struct C and the function that builds
// the step from it.
func Define[C any](name, summary, example string, build func(*C, *Builder) Transform) *Definition {
	return &Definition{
		Name:    name,
		Summary: summary,
		Config:  spec.For[C](),
		Example: example,
		New:     func() any { return new(C) },
		Build:   func(cfg any, b *Builder) Transform { return build(cfg.(*C), b) },
	}
}

// WithHead sets Head and Whole, and returns d.
func (d *Definition) WithHead(field string, whole bool) *Definition {
	d.Head, d.Whole = field, whole
	return d
}

// Document gives the definitions the comments of their configs, from the
// sources of the package that has them, and returns them.
func Document(sources fs.FS, defs ...*Definition) []*Definition {
	docs := spec.Comments(sources)
	for _, d := range defs {
		d.Config = d.Config.Document(docs)
	}
	return defs
}

package step

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/internal/template"
	"github.com/sluicehq/sluice/engine/item"
)

// Builder is what a step is built with: the names that its rules may use, the
// findings to add to, and ways to the rest of the pipeline.
type Builder struct {
	// Scope holds the names that the step sees. What the step declares here the
	// steps after it see.
	Scope *item.Scope
	// Findings takes what is wrong.
	Findings *diag.List
	// Path names the step for messages, such as "steps[2].filter".
	Path string
	// Place is where the step stands.
	Place diag.Span
	// Targets gives the shape that a mapped result will be written as, by the
	// result's name, for the types of literals; none when a write takes anything.
	Targets map[string]*item.Type
	// Results takes what is known of mapped results, for checks against what is
	// written. DeclareResult adds to it.
	Results map[*item.Var]*Part
	// Declared takes the names that steps declare, to tell which are not used.
	Declared map[*item.Var]diag.Text
	// Templates says how the pipeline's templates are read.
	Templates template.Options
	// House gives the step the parts of the pipeline that only some need.
	House House
}

// House is what a compiling pipeline offers to steps that reach beyond one
// record. It is declared here, where steps use it, and kept by the compiler.
type House interface {
	// Stream resolves "connection.stream" to what can be read there, with the
	// stream's own options. It reports a finding and returns nil when there is
	// no such stream. known are the names that the step's config has itself.
	Stream(b *Builder, name diag.Text, options []Pair, known []string) *Stream
	// Branch compiles steps and a sink of their own, as a route has them, in a
	// scope inside the builder's. It returns nil after an error finding.
	Branch(b *Builder, name diag.Text, steps, sink *syntax.Node) *Branch
}

// Stream is a stream of a pipeline's connection.
type Stream struct {
	Connection string
	Read       *Read
	Open       OpenSource
}

// Branch is a part of a pipeline with its own steps and, if it names one, its
// own sink.
type Branch struct {
	Steps []Transform
	// Sink is the index of the branch's write among the pipeline's sinks; -1 if
	// it has none of its own.
	Sink int
}

// Inner returns a builder for a part of the step whose names the steps after
// it do not see.
func (b *Builder) Inner() *Builder {
	c := *b
	c.Scope = b.Scope.Inner()
	return &c
}

package step

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step/field"
)

// The types of config fields that are more than a text or a number. The
// Builder's method of the same name compiles one.
type (
	// Rule is a bare expression, such as the `where` of a filter.
	Rule = field.Rule
	// Template is a text, with {{ … }} in it or without.
	Template = field.Template
	// Value is an expression in ${ … }, a template, a literal, or a list of
	// those.
	Value = field.Value
	// Mapping says how an object is made.
	Mapping = field.Mapping
	// Each is a list and a name for its elements: order.lines as line.
	Each = field.Each
	// Duration is a length of time, such as 10m or 7d. It needs no compiling.
	Duration = field.Duration
	// Map is a mapping whose names users choose.
	Map[V any] = spec.Map[V]
	// Tree is a part of the file as it is, such as the steps of a branch.
	Tree = syntax.Node
	// Pair is a member of a mapping: a config's field of type []Pair with the
	// tag `yaml:",rest"` takes the members that no other field does, for a step
	// whose config is not all its own.
	Pair = syntax.Pair
)

// What fields are compiled to. All of them may be used by several goroutines at
// once, and their errors are Faults.
type (
	// Condition is a rule that holds or does not.
	Condition = field.Condition
	// Evaluator computes a value.
	Evaluator = field.Evaluator
	// Projection makes an object.
	Projection = field.Projection
	// Part describes a part of what a Projection makes.
	Part = field.Part
	// Over goes over the elements of a list.
	Over = field.Over
	// Looked is a part of a rule and the value that it had.
	Looked = field.Looked
	// Fault is what went wrong while a record was worked on, and at which place
	// of the YAML.
	Fault = field.Fault
	// Misfit says why a value of one type cannot stand where another is wanted.
	Misfit = field.Misfit
)

// NewValue returns a Value that reads n.
func NewValue(n *Tree) Value { return field.NewValue(n) }

// Untyped reads a tree as YAML would.
func Untyped(n *Tree) item.Value { return field.Untyped(n) }

// FaultOf makes a Fault of an error of a rule or template; at is its place if
// the error has none.
func FaultOf(err error, at diag.Span) *Fault { return field.FaultOf(err, at) }

// Fit compares the type of a value with what a place takes; nil means that it
// can be written there.
func Fit(have, want *item.Type) *Misfit { return field.Fit(have, want) }

// Union returns the type of which all ts are.
func Union(ts []*item.Type) *item.Type { return field.Union(ts) }

// Check compares a mapped result with what a write takes and reports each
// member that does not fit, at its place.
func Check(p *Part, takes *item.Type, fs *diag.List) { field.Check(p, takes, fs) }

// fields returns the compiler of the step's fields.
func (b *Builder) fields() *field.Compiler {
	return &field.Compiler{
		Scope: b.Scope, Findings: b.Findings, Results: b.Results, Declared: b.Declared, Templates: b.Templates,
	}
}

// Rule compiles a bare expression. A want that is not nil is the type that it
// must have. It returns nil after an error finding, as all of these do, and for
// a field that was not given.
func (b *Builder) Rule(r Rule, want *item.Type) *rule.Rule { return b.fields().Rule(r, want) }

// Condition compiles a rule whose result is a bool.
func (b *Builder) Condition(r Rule) *Condition { return b.fields().Condition(r) }

// Template compiles a text with {{ … }} in it or without.
func (b *Builder) Template(t Template) *Evaluator { return b.fields().Template(t) }

// Value compiles a value for a place that takes want; a nil want takes
// anything.
func (b *Builder) Value(v Value, want *item.Type) *Evaluator { return b.fields().Value(v, want) }

// ValueOrList compiles a value for a place that takes one or several of elem.
func (b *Builder) ValueOrList(v Value, elem *item.Type) *Evaluator {
	return b.fields().ValueOrList(v, elem)
}

// Mapping compiles a mapping whose result will be written as target; nil if
// that is not known.
func (b *Builder) Mapping(m Mapping, target *item.Type) *Projection {
	return b.fields().Mapping(m, target)
}

// Each compiles an each, and declares the name for the steps after it.
func (b *Builder) Each(e Each) *Over { return b.fields().Each(e) }

// Declare adds a name that the steps after this one see. A name that is taken
// already is reported, and nil returned.
func (b *Builder) Declare(name diag.Text, l *item.Layout) *item.Var {
	return b.fields().Declare(name, l)
}

// DeclareResult adds a name for what a projection makes.
func (b *Builder) DeclareResult(name diag.Text, p *Projection) *item.Var {
	return b.fields().DeclareResult(name, p)
}

// DeclareBroken adds a name whose value could not be compiled, so that nothing
// that uses it is reported on top.
func (b *Builder) DeclareBroken(name diag.Text) { b.fields().DeclareBroken(name) }

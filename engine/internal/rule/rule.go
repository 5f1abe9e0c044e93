// Package rule compiles expressions. It takes their syntax from expr, checks
// them against the types in scope in a single walk, and lowers them in the
// same walk to closures over the slots of a frame.
//
// Nothing runs on expr's virtual machine: the whole language that is offered
// is lowered, so there is one meaning of numbers (64-bit ints that do not wrap,
// exact decimals, no floats), of null and of errors. What is not offered is
// refused when the expression is compiled. Tests hold the results to those of
// expr's machine where the two languages agree.
//
// The packages below do one thing each, in the order of the data: parse reads
// the source and words what is wrong with it, check walks the tree and lowers
// it, typing compares types, closure makes the functions that run, function
// holds what expressions can call, source points at parts of the text.
package rule

import (
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/check"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/function"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/item"
)

// Rule is a compiled expression. It may be used by several goroutines at once,
// each with a frame of its own.
type Rule struct {
	src    *source.Source
	typ    *item.Type
	layout *item.Layout
	eval   closure.Eval
	test   closure.Test
	room   closure.Room
	// What Compile was given and the slots that it took, so that Explain can
	// build the same code again, with its inner values in reach.
	scope *item.Scope
	want  *item.Type
	slots []int
}

// Error is what went wrong when a rule was evaluated, and where.
type Error = source.Error

// Compile checks an expression against the variables and functions in scope
// and compiles it. A want that is not nil is the type that the result must
// have. What is wrong is added to fs; after an error Compile returns nil.
func Compile(src diag.Text, scope *item.Scope, want *item.Type, fs *diag.List) *Rule {
	source := &source.Source{Text: src}
	slots := closure.NewSlots(scope, nil)
	code := check.Expression(source, scope, want, slots, fs)
	if code == nil {
		return nil
	}
	return &Rule{
		src: source, typ: code.Type, layout: code.Layout(), eval: code.Value(), test: code.Truth(),
		room: slots.Room(), scope: scope, want: want, slots: slices.Clip(slots.Taken()),
	}
}

// Eval evaluates the rule over the values in f. Its error is an *Error.
func (r *Rule) Eval(f item.Frame) (item.Value, error) {
	return r.eval(r.room.Ready(f))
}

// Holds evaluates a rule whose result is a bool.
func (r *Rule) Holds(f item.Frame) (bool, error) {
	return r.test(r.room.Ready(f))
}

// Type returns the type of the result.
func (r *Rule) Type() *item.Type { return r.typ }

// Layout returns how the result is laid out.
func (r *Rule) Layout() *item.Layout { return r.layout }

// Text returns the source of the rule with its place.
func (r *Rule) Text() diag.Text { return r.src.Text }

// Constant returns the value of a rule that reads no variable: one that can be
// compiled without any.
func (r *Rule) Constant() (item.Value, bool) {
	alone := Compile(r.Text(), item.NewScope(), r.want, &diag.List{})
	if alone == nil {
		return item.Value{}, false
	}
	v, err := alone.Eval(nil)
	return v, err == nil
}

// Functions returns the functions that every expression can call, in the order
// of their names.
func Functions() []*item.Func { return function.All() }

// Loops describes the functions that take an expression about each element of
// a list, such as all and map, in the order of their names. They are part of the
// language of expressions: there is nothing to call.
func Loops() []*item.Func { return function.Loops() }

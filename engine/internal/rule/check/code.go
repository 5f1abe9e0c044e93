package check

import (
	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/item"
)

// Code is a checked sub-expression and the function that it was lowered to. It
// has an eval, a test or both; Value and Truth give either form.
type Code struct {
	source.Spot
	Node ast.Node
	Type *item.Type
	Kids []*Code
	// Path names a variable or a member of one, such as "order.total". That of
	// a loop's element begins with the loop's own path.
	Path string
	// Loop is set on a call that loops.
	Loop *Loop
	// Slot is where a let keeps its value.
	Slot int

	src    *source.Source
	layout *item.Layout // how its objects and lists are laid out; may be nil
	eval   closure.Eval
	test   closure.Test
	route  *closure.Route // leads to a member of a variable
	// value is that of a constant.
	value    item.Value
	constant bool
	bad      bool // a finding was reported; parents do not report more
	// results are the sub-expressions that the result may come from: the
	// branches of a conditional, the sides of ??.
	results []*Code
	weight  int
}

// Constant returns the value of code whose value is known before it runs.
func (k *Code) Constant() (item.Value, bool) { return k.value, k.constant }

// Text returns the source of k, shortened for messages.
func (k *Code) Text() string { return k.src.Part(k.Spot) }

// Layout returns the layout of k, an empty one if it has none.
func (k *Code) Layout() *item.Layout {
	if k.layout == nil {
		k.layout = item.NewLayout(k.Type)
	}
	return k.layout
}

// Value returns k as a function to a value.
func (k *Code) Value() closure.Eval {
	switch {
	case k.constant:
		return closure.Constant(k.value)
	case k.eval == nil:
		k.eval = k.test.Value()
	}
	return k.eval
}

// operand returns k as an operand of something larger.
func (k *Code) operand() closure.Operand {
	return closure.Operand{Eval: k.Value(), Src: k.src, At: k.Spot}
}

// Truth returns k as a test; a value that is not a bool is then an error of
// evaluation.
func (k *Code) Truth() closure.Test {
	if k.test == nil {
		k.test = closure.Truth(k.operand())
	}
	return k.test
}

// whole returns the place of k as an operand, for errors about all of it.
func (k *Code) whole() closure.Operand { return closure.Operand{Src: k.src, At: k.Spot} }

// values returns the functions of some code.
func values(kids []*Code) []closure.Eval {
	vs := make([]closure.Eval, len(kids))
	for i, k := range kids {
		vs[i] = k.Value()
	}
	return vs
}

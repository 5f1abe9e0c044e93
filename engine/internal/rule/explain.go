package rule

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/check"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/item"
)

// Part is a part of a rule with the value that it had, to tell why the rule
// gave what it gave.
type Part struct {
	// Text is the part as it is written; inside all(…) and the like the
	// element is named: order.line_items[2].location.
	Text string
	Span diag.Span
	// Value is what the part gave, unless Err says why it gave nothing.
	Value item.Value
	Err   error
}

// Explain evaluates the parts of the rule that decide its result, in the order
// in which they are written. Of what and, or, a condition or ?? passes over,
// and of the elements that all, any and none do not get to, it says nothing; of
// those the one that decided is shown.
func (r *Rule) Explain(f item.Frame) []Part {
	top := check.Expression(r.src, r.scope, r.want, closure.NewSlots(r.scope, r.slots), &diag.List{})
	if top == nil {
		return nil
	}
	e := &explainer{rule: r, frame: r.room.Ready(slices.Clone(f)), elements: map[string]string{}}
	e.explain(top)
	return e.parts
}

// explainer walks over the code of a rule.
type explainer struct {
	rule     *Rule
	frame    item.Frame
	parts    []Part
	elements map[string]string // what the element of a loop is called
}

// eval evaluates a part on its own.
func (e *explainer) eval(k *check.Code) (item.Value, error) {
	v, err := k.Value()(e.rule.room.Ready(e.frame))
	if closure.Skipped(err) {
		return item.Null, nil
	}
	return v, err
}

// holds evaluates a condition; one that fails is explained by its parts.
func (e *explainer) holds(k *check.Code) bool {
	v, err := e.eval(k)
	return err == nil && v.AsBool()
}

// show adds a part once.
func (e *explainer) show(k *check.Code) {
	p := Part{Text: e.text(k), Span: e.rule.src.Place(k.Spot)}
	if slices.ContainsFunc(e.parts, func(q Part) bool { return q.Text == p.Text }) {
		return
	}
	p.Value, p.Err = e.eval(k)
	e.parts = append(e.parts, p)
}

// text writes a part as it stands in the source, with the element of a loop
// called by its place in the list.
func (e *explainer) text(k *check.Code) string {
	root, rest, _ := strings.Cut(k.Path, ".")
	if name, ok := e.elements[root]; ok {
		if rest == "" {
			return name
		}
		return name + "." + rest
	}
	return e.rule.src.Text.Value[k.From:k.To]
}

func (e *explainer) explain(k *check.Code) {
	for len(k.Kids) == 1 && k.Kids[0].Node == k.Node { // a guard
		k = k.Kids[0]
	}
	if _, ok := k.Constant(); ok {
		return
	}
	if k.Loop != nil {
		e.explainLoop(k)
		return
	}
	switch n := k.Node.(type) {
	case *ast.IdentifierNode, *ast.PointerNode:
		e.show(k)
	case *ast.MemberNode, *ast.ChainNode:
		e.show(k)
		e.explainKeys(k)
	case *ast.BuiltinNode, *ast.CallNode, *ast.SliceNode:
		e.show(k)
		e.explainAll(k.Kids)
	case *ast.BinaryNode:
		e.explainBinary(k, n.Operator)
	case *ast.ConditionalNode:
		e.explainConditional(k)
	case *ast.VariableDeclaratorNode:
		e.explain(k.Kids[0])
		if v, err := e.eval(k.Kids[0]); err == nil {
			e.frame[k.Slot] = v
			e.explain(k.Kids[1])
		}
	default:
		e.explainAll(k.Kids)
	}
}

func (e *explainer) explainAll(kids []*check.Code) {
	for _, k := range kids {
		e.explain(k)
	}
}

// explainKeys explains the computed keys of a member: the sku of stock[.sku].
func (e *explainer) explainKeys(k *check.Code) {
	for len(k.Kids) > 0 {
		if len(k.Kids) > 1 {
			e.explain(k.Kids[1])
		}
		k = k.Kids[0]
	}
}

func (e *explainer) explainBinary(k *check.Code, operator string) {
	left, right := k.Kids[0], k.Kids[1]
	e.explain(left)
	switch operator {
	case "and", "&&":
		if !e.holds(left) {
			return
		}
	case "or", "||":
		if e.holds(left) {
			return
		}
	case "??":
		if v, err := e.eval(left); err != nil || !v.IsNull() {
			return
		}
	}
	e.explain(right)
}

func (e *explainer) explainConditional(k *check.Code) {
	cond, branches := k.Kids[0], k.Kids[1:]
	e.explain(cond)
	if e.holds(cond) {
		if len(branches) > 1 {
			e.explain(branches[0])
		}
		return
	}
	e.explain(branches[len(branches)-1])
}

// explainLoop shows the element that decided all, any or none, and the result
// of other loops.
func (e *explainer) explainLoop(k *check.Code) {
	l := k.Loop
	list, err := e.eval(l.Items)
	quantifier := slices.Contains([]string{"all", "any", "none"}, l.Name)
	if err != nil || !quantifier || list.Kind() != item.KindList {
		e.show(k)
		e.explainAll(k.Kids[:1])
		return
	}
	for i := range list.Len() {
		v, err := e.element(l, list, i)
		if err == nil && v.AsBool() == (l.Name == "all") {
			continue
		}
		e.explain(l.Body)
		return
	}
	// No element decided: all of them did, of which the first are shown.
	e.show(k)
	if list.Len() == 0 {
		e.explain(l.Items)
	} else {
		e.explainKeys(l.Items)
	}
	for i := range min(list.Len(), maxElements) {
		if _, err := e.element(l, list, i); err == nil {
			e.explain(l.Body)
		}
	}
}

// maxElements is how many elements of a list are shown when all of them
// together decided.
const maxElements = 5

// element goes to an element of a loop's list: it is called by its place, and
// the body is evaluated for it.
func (e *explainer) element(l *check.Loop, list item.Value, i int) (item.Value, error) {
	name := e.text(l.Items)
	if strings.ContainsAny(name, " ?") {
		name = "(" + name + ")"
	}
	e.elements[l.Path] = name + "[" + strconv.Itoa(i) + "]"
	e.frame[l.Slot], e.frame[l.Slot+1] = list.Index(i), item.Int(int64(i))
	return e.eval(l.Body)
}

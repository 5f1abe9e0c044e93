package field

import (
	"regexp"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Each is a config field that holds a list and a name for its elements, such as
// order.line_items as line. Compiler.Each compiles it.
type Each struct {
	node       *syntax.Node
	list, name diag.Text
}

// eachForm is "order.line_items as line".
var eachForm = regexp.MustCompile(`(?s)^\s*(.*\S)\s+as\s+(\S+)\s*$`)

// DecodeNode takes the list and the name from the tree.
func (e *Each) DecodeNode(n *syntax.Node, fs *diag.List) {
	if !Scalar(n, "a list and a name, such as order.lines as line", fs) {
		return
	}
	m := eachForm.FindStringSubmatchIndex(n.Text.Value)
	if m == nil {
		fs.Errorf(n.Span, diag.CodeExpressionSyntax, "each needs a list and a name for its elements").
			Hint = "write it as order.lines as line"
		return
	}
	e.node, e.list, e.name = n, n.Text.Slice(m[2], m[3]), n.Text.Slice(m[4], m[5])
}

// DescribeForm says how an each is written.
func (*Each) DescribeForm() spec.Form {
	return spec.Form{Name: "LIST as NAME", Schema: spec.Object{"type": "string", "pattern": " as "}}
}

// IsZero reports whether the field was not given.
func (e Each) IsZero() bool { return e.node == nil }

// Over is a list that is gone over, and the variable for its elements.
type Over struct {
	rule *rule.Rule
	slot int
}

// Each compiles an each, and declares the name for the steps after it. It
// returns nil after an error finding.
func (b *Compiler) Each(e Each) *Over {
	if e.node == nil {
		return nil
	}
	return b.over(e, b.Declare)
}

func (b *Compiler) over(e Each, declare func(diag.Text, *item.Layout) *item.Var) *Over {
	list := e.list
	if inner, ok := unwrap(list); ok {
		b.notNeeded(list, inner)
		list = inner
	}
	r := b.expression(e.node, list, nil)
	if r == nil || !b.iterable(r.Type(), list) {
		return nil
	}
	v := declare(e.name, r.Layout().Elem())
	if v == nil {
		return nil
	}
	return &Over{rule: r, slot: v.Slot}
}

// iterable reports whether a list is what the expression gives.
func (b *Compiler) iterable(t *item.Type, text diag.Text) bool {
	switch {
	case t.Kind != item.KindList && t.Kind != item.KindUnknown:
		b.Findings.Errorf(text.Span, diag.CodeExpressionType, "each needs a list, and this is %s", withArticle(t))
		return false
	case t.Nullable && t.Kind == item.KindList:
		b.Findings.Errorf(text.Span, diag.CodeNullMember, "the list may be null").
			Hint = "write " + text.Value + " ?? []"
		return false
	}
	return true
}

// Text returns the list as it is written, with its place.
func (o *Over) Text() diag.Text { return o.rule.Text() }

// Elements returns the elements of the list. Its error is a *Fault.
func (o *Over) Elements(f item.Frame) ([]item.Value, error) {
	v, err := o.list(f)
	if err != nil {
		return nil, err
	}
	out := make([]item.Value, v.Len())
	for i, e := range v.All() {
		out[i] = e
	}
	return out, nil
}

func (o *Over) list(f item.Frame) (item.Value, error) {
	v, err := o.rule.Eval(f)
	if err != nil {
		return v, FaultOf(err, o.Text().Span)
	}
	if v.Kind() != item.KindList {
		return v, &Fault{Place: o.Text().Span, Message: o.Text().Value + " is " + kindOf(v) + ", not a list"}
	}
	return v, nil
}

// Set makes the variable stand for an element.
func (o *Over) Set(f item.Frame, element item.Value) { f[o.slot] = element }

// Match compiles a rule over the elements of a list, which it names with a
// point in front, as in .id == out.id, into an expression for the first of
// those for which it holds; null without one. list is the name of a variable.
func (b *Compiler) Match(r Rule, list string) *Evaluator {
	if r.node == nil {
		return nil
	}
	in := trim(r.node.Text)
	before, after := "find("+list+", ", ")"
	at := func(offset int) diag.Pos { return in.At(offset-len(before), offset-len(before)).Start }
	if !in.Exact() {
		at = nil
	}
	text := diag.NewText(before+in.Value+after, in.Span, at)
	e := b.expression(r.node, text, nil)
	if e == nil {
		return nil
	}
	return &Evaluator{typ: e.Type(), text: in, rule: e}
}

package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/function"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// variable makes the code of the value in a slot of the frame.
func (c *compiler) variable(n ast.Node, slot int, l *item.Layout, path string) *Code {
	k := c.node(n, c.narrowed(l.Type(), path))
	k.layout, k.Path = l, path
	k.route = closure.Variable(c.src, slot)
	k.eval = k.route.Eval()
	return k
}

func (c *compiler) identifier(n *ast.IdentifierNode) *Code {
	if l := c.local(n.Value); l != nil {
		if l.val.constant {
			return c.constantNode(n, l.val.Type, l.val.value)
		}
		k := c.variable(n, l.slot, l.val.Layout(), l.name)
		k.Type, k.bad = c.narrowed(l.val.Type, l.name), l.val.bad
		return k
	}
	if v, ok := c.scope.Var(n.Value); ok {
		c.slots.Uses(v.Slot)
		return c.variable(n, v.Slot, v.Layout, n.Value)
	}
	k := c.poison(n)
	c.unknownVariable(k.Spot, n.Value)
	return k
}

// chain ends what a ?. inside it may skip.
func (c *compiler) chain(n *ast.ChainNode) *Code {
	inner := c.check(n.Node)
	k := c.node(n, inner.Type, inner)
	k.layout, k.Path = inner.layout, inner.Path
	if skips(n.Node) {
		k.Type = c.narrowed(inner.Type.Optional(), inner.Path)
	}
	k.eval = closure.Chain(inner.Value())
	return k
}

// skips reports whether a chain has a ?. of its own.
func skips(n ast.Node) bool {
	m, ok := n.(*ast.MemberNode)
	return ok && (m.Optional || skips(m.Node))
}

func (c *compiler) member(n *ast.MemberNode) *Code {
	object := c.check(n.Node)
	if name, ok := n.Property.(*ast.StringNode); ok && !(c.tree.IsText(name) && typing.Of(object.Type) == typing.List) {
		return c.named(n, object, name.Value)
	}
	return c.index(n, object)
}

// named lowers the member of an object that is known by name.
func (c *compiler) named(n *ast.MemberNode, object *Code, name string) *Code {
	t, ok := c.memberType(n, object, name)
	if !ok || object.bad {
		return c.poison(n, object)
	}
	l := object.Layout()
	slot := l.Slot(name)
	k := c.node(n, t, object)
	k.layout = l.Member(slot)
	if object.Path != "" {
		k.Path = object.Path + "." + name
		k.Type = c.narrowed(t, k.Path)
	}
	next := closure.Step{Layout: l, Slot: slot, Name: name, Object: object.Spot, Optional: n.Optional}
	if object.route != nil {
		k.route = object.route.Then(next)
		k.eval = k.route.Eval()
	} else {
		k.eval = closure.Member(object.operand(), next)
	}
	return c.fold(k)
}

// memberType finds the type of an object's member, and reports what is wrong
// with asking for it.
func (c *compiler) memberType(n *ast.MemberNode, object *Code, name string) (*item.Type, bool) {
	t := object.Type
	at := c.tree.At(n.Property.Location())
	class := typing.Of(t)
	if object.bad || class == typing.Unknown {
		return item.TypeUnknown, true
	}
	if class != typing.Object {
		c.errorf(at, diag.CodeUnknownMember, "%s is %s, which has no members", object.Text(), typing.Noun(t)).
			Hint = memberHint(object.Text(), t, name)
		return nil, false
	}
	if !n.Optional {
		c.warnMember(object, at, name)
	}
	if f, ok := t.Field(name); ok {
		return f.Type, true
	}
	switch {
	case t.IsMap():
		return t.Elem.Optional(), true
	case t.Open:
		return item.TypeUnknown, true
	case object.Path == "settings":
		hint := known(name, "the settings are ", t)
		c.errorf(at, diag.CodeUnknownSetting, "unknown setting %q", name).Hint = cmp.Or(hint, "declare it under settings")
	default:
		c.errorf(at, diag.CodeUnknownMember, "unknown member %q of %s", name, owner(object)).Hint = known(name, "it has ", t)
	}
	return nil, false
}

// known suggests a member of t for one that it does not have, or lists what it
// has.
func known(name, intro string, t *item.Type) string {
	names := t.FieldNames()
	if hint := diag.DidYouMean(name, names); hint != "" || len(names) == 0 {
		return hint
	}
	return intro + typing.ListValues(names)
}

// owner names the object that lacks a member.
func owner(object *Code) string {
	if text := object.Text(); text != "." && text != "#" {
		return text
	}
	return typing.Required(object.Type).String()
}

// memberHint says how to reach what was probably meant by a member of t.
func memberHint(text string, t *item.Type, name string) string {
	switch {
	case (t.Kind == item.KindList || t.Kind == item.KindText) && slices.Contains([]string{"length", "size", "len", "count"}, name):
		return "write len(" + text + ")"
	case t.Kind == item.KindTime || t.Kind == item.KindDate:
		return "write format_time(" + text + ", …)"
	case t.Kind == item.KindList && t.Elem != nil && t.Elem.Kind == item.KindObject:
		if _, ok := t.Elem.Field(name); ok {
			return "each element has it: write map(" + text + ", ." + name + ")"
		}
	}
	return ""
}

// warnMember warns of a member of something that may be null.
func (c *compiler) warnMember(object *Code, at source.Spot, name string) {
	if mayBeNull(object) {
		c.warnf(at, diag.CodeNullMember, "%s may be null, and then it has no member %q", object.Text(), name).
			Hint = "write " + object.Text() + "?." + name
	}
}

// index lowers list[i] and map[key].
func (c *compiler) index(n *ast.MemberNode, object *Code) *Code {
	key := c.check(n.Property)
	if object.bad || key.bad {
		return c.poison(n, object, key)
	}
	if key.constant && key.value.Kind() == item.KindText && typing.Of(object.Type) != typing.List {
		return c.named(n, object, key.value.AsText())
	}
	t := item.TypeUnknown
	switch typing.Of(object.Type) {
	case typing.List:
		if !c.need(key, "the place in a list", typing.Int) {
			return c.poison(n)
		}
		t = object.Type.Elem
	case typing.Object:
		if !c.need(key, "the name of a member", typing.Text) {
			return c.poison(n)
		}
		t = keyedType(object.Type)
	case typing.Unknown:
	default:
		return c.fail(n, diag.CodeExpressionType, "%s is %s, which has no elements", object.Text(), typing.Noun(object.Type))
	}
	if !n.Optional && mayBeNull(object) {
		c.warnf(object.Spot, diag.CodeNullMember, "%s may be null, and then it has no elements", object.Text()).
			Hint = "write " + object.Text() + "?.[…]"
	}
	k := c.node(n, t, object, key)
	k.layout = elemLayout(object)
	k.eval = closure.Index(object.operand(), key.operand(), n.Optional)
	return c.fold(k)
}

// keyedType is the type of a member whose name is computed.
func keyedType(t *item.Type) *item.Type {
	if t.IsMap() {
		return t.Elem.Optional()
	}
	return item.TypeUnknown
}

// elemLayout returns the layout of the elements of a list or map.
func elemLayout(k *Code) *item.Layout {
	if k.Type.Kind == item.KindList || k.Type.IsMap() {
		return k.Layout().Elem()
	}
	return nil
}

// slice lowers list[from:to] and text[from:to].
func (c *compiler) slice(n *ast.SliceNode) *Code {
	object := c.check(n.Node)
	c.need(object, "a slice", typing.List, typing.Text)
	kids := []*Code{object}
	var bounds [2]*closure.Operand
	for i, b := range []ast.Node{n.From, n.To} {
		if b == nil {
			continue
		}
		k := c.check(b)
		c.need(k, "the end of a slice", typing.Int)
		kids = append(kids, k)
		o := k.operand()
		bounds[i] = &o
	}
	k := c.node(n, typing.Required(object.Type), kids...)
	k.layout = object.layout
	k.eval = closure.Slice(object.operand(), bounds[0], bounds[1])
	return c.fold(c.charge(k))
}

// method refuses a call such as x.upper().
func (c *compiler) method(n *ast.CallNode) *Code {
	m, ok := n.Callee.(*ast.MemberNode)
	if !ok {
		return c.fail(n, diag.CodeExpressionSyntax, "only a function can be called")
	}
	name, ok := m.Property.(*ast.StringNode)
	if !ok {
		return c.fail(n, diag.CodeExpressionSyntax, "only a function can be called")
	}
	f := c.errorf(c.tree.At(name.Location()), diag.CodeUnknownFunction, "values have no methods such as %q", name.Value)
	if _, ok := function.Lookup(name.Value); ok || function.IsLoop(name.Value) {
		f.Hint = "functions stand in front: " + name.Value + "(" + c.src.Part(c.tree.Span(m.Node)) + ")"
	} else {
		f.Hint = function.InsteadOfMethod(name.Value)
	}
	return c.poison(n)
}

// literal lowers a value that is written out, and refuses what is not offered.
func (c *compiler) literal(n ast.Node) *Code {
	switch n := n.(type) {
	case *ast.NilNode:
		return c.constantNode(n, item.TypeNull, item.Null)
	case *ast.BoolNode:
		return c.constantNode(n, item.TypeBool, item.Bool(n.Value))
	case *ast.StringNode:
		c.warnTemplate(n)
		return c.constantNode(n, item.TypeText, item.Text(n.Value))
	case *ast.IntegerNode:
		return c.constantNode(n, item.TypeInt, item.Int(int64(n.Value)))
	case *ast.FloatNode:
		at := c.tree.Span(n)
		d, err := item.ParseDecimal(strings.ReplaceAll(c.src.Text.Value[at.From:at.To], "_", ""))
		if err != nil {
			return c.fail(n, diag.CodeExpressionSyntax, "%s cannot be kept exactly: %s", c.src.Part(at), err)
		}
		return c.constantNode(n, item.TypeDecimal, item.Dec(d))
	case *ast.SequenceNode:
		return c.fail(n, diag.CodeExpressionSyntax, "a semicolon may only follow let")
	case *ast.BytesNode:
		return c.fail(n, diag.CodeExpressionSyntax, `bytes are not offered here; write the text without the "b"`)
	}
	return c.fail(n, diag.CodeExpressionSyntax, "this kind of expression is not offered here")
}

// warnTemplate warns of a text that was written as if it were a template.
func (c *compiler) warnTemplate(n *ast.StringNode) {
	if open := strings.Index(n.Value, "{{"); open >= 0 && strings.Contains(n.Value[open:], "}}") {
		c.warnf(c.tree.Span(n), diag.CodeExpressionSyntax, "an expression does not fill in the {{ }} of a text").
			Hint = `join texts with "+", or write the whole value as a template, without ${ }`
	}
}

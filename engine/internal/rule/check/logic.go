package check

import (
	"regexp"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

func (c *compiler) unary(n *ast.UnaryNode) *Code {
	k := c.check(n.Node)
	if n.Operator == "not" || n.Operator == "!" {
		c.negatable(k)
		r := c.node(n, item.TypeBool, k)
		r.test = closure.Not(k.Truth())
		return c.fold(r)
	}
	c.need(k, `"`+n.Operator+`"`, typing.Decimal, typing.Duration)
	r := c.node(n, k.Type, k)
	if n.Operator == "-" {
		r.eval = closure.Negate(k.operand())
	} else {
		r.eval = closure.Number(k.operand())
	}
	return c.fold(r)
}

// negatable checks that k is a bool. Where k is compared, the comparison was most
// likely meant.
func (c *compiler) negatable(k *Code) {
	if got := typing.Of(k.Type); k.bad || got == typing.Unknown || got == typing.Bool || !c.comparedAt(k.To) {
		c.need(k, `"not"`, typing.Bool)
		return
	}
	c.errorf(k.Spot, diag.CodeExpressionType, `%s is %s, and "not" takes a bool`, k.Text(), typing.Noun(k.Type)).
		Hint = `"not" comes before a comparison: write not (…) around all of it`
	k.bad = true
}

// comparison is an operator that makes a bool of two values.
var comparison = regexp.MustCompile(`^\s*(==|!=|<|>|(in|not|contains|startsWith|endsWith|matches)\b)`)

// comparedAt reports whether the value that ends at a place is compared there.
func (c *compiler) comparedAt(end int) bool { return comparison.MatchString(c.src.Text.Value[end:]) }

func (c *compiler) binary(n *ast.BinaryNode) *Code {
	switch n.Operator {
	case "and", "&&", "or", "||":
		return c.junction(n)
	case "??":
		return c.coalesce(n)
	}
	left, right := c.check(n.Left), c.check(n.Right)
	switch n.Operator {
	case "==", "!=":
		return c.equality(n, left, right)
	case "<", "<=", ">", ">=":
		return c.order(n, left, right)
	case "in":
		return c.membership(n, left, right)
	case "matches":
		return c.matches(n, left, right)
	case "contains", "startsWith", "endsWith":
		return c.affix(n, left, right)
	case "..":
		return c.rangeOf(n, left, right)
	}
	return c.arithmetic(n, left, right)
}

// junction lowers and, or. The right side is checked knowing what the left one
// has made sure of.
func (c *compiler) junction(n *ast.BinaryNode) *Code {
	both := isAnd(n.Operator)
	left := c.check(n.Left)
	undo := c.assume(left, both)
	right := c.check(n.Right)
	undo()
	name := `"` + n.Operator + `"`
	c.need(left, name, typing.Bool)
	c.need(right, name, typing.Bool)
	k := c.node(n, item.TypeBool, left, right)
	if both {
		k.test = closure.And(left.Truth(), right.Truth())
	} else {
		k.test = closure.Or(left.Truth(), right.Truth())
	}
	return c.fold(k)
}

// coalesce lowers left ?? right.
func (c *compiler) coalesce(n *ast.BinaryNode) *Code {
	left, right := c.check(n.Left), c.check(n.Right)
	t := item.TypeUnknown
	if !left.bad && !right.bad {
		t = typing.Unify(typing.Required(left.Type), right.Type)
		if typing.Of(left.Type) == typing.Null {
			t = right.Type
		}
		c.sameKind(n, left, right)
	}
	k := c.node(n, t, left, right)
	k.layout, k.results = either(left, right), []*Code{left, right}
	k.eval = closure.Coalesce(left.Value(), right.Value())
	return c.fold(k)
}

// either returns the layout of a value that comes from one of two places. One
// that comes from the other is read by its members' names.
func either(a, b *Code) *item.Layout {
	if a.layout != nil {
		return a.layout
	}
	return b.layout
}

// sameKind reports a replacement for null that is of another kind, as in
// order.total ?? "none".
func (c *compiler) sameKind(n ast.Node, left, right *Code) {
	a, b := typing.Of(left.Type), typing.Of(right.Type)
	if a == typing.Null || b == typing.Null || typing.Fits(a, b) || typing.Fits(b, a) {
		return
	}
	c.errorf(c.tree.Span(n), diag.CodeExpressionType, "%s is %s, but the value to take instead of null is %s",
		left.Text(), typing.Noun(typing.Required(left.Type)), typing.Noun(right.Type))
	left.bad = true
}

// conditional lowers cond ? a : b and if cond { a } else { b }.
func (c *compiler) conditional(n *ast.ConditionalNode) *Code {
	cond := c.check(n.Cond)
	c.need(cond, "a condition", typing.Bool)
	undo := c.assume(cond, true)
	yes := c.check(n.Exp1)
	undo()
	undo = c.assume(cond, false)
	no := c.check(n.Exp2)
	undo()
	if n.Exp1 == n.Cond { // a ?: b is a when that is true
		k := c.node(n, typing.Unify(item.TypeBool, no.Type), cond, no)
		k.results = []*Code{cond, no}
		k.eval = closure.Else(cond.Truth(), no.Value())
		return c.fold(k)
	}
	k := c.node(n, typing.Unify(yes.Type, no.Type), cond, yes, no)
	k.layout, k.results = either(yes, no), []*Code{yes, no}
	k.eval = closure.If(cond.Truth(), yes.Value(), no.Value())
	return c.fold(k)
}

// local is a name that let declared.
type local struct {
	name string
	slot int
	val  *Code
}

// let lowers `let name = value; rest`.
func (c *compiler) let(n *ast.VariableDeclaratorNode) *Code {
	val := c.check(n.Value)
	if _, ok := c.scope.Var(n.Name); ok || c.local(n.Name) != nil {
		c.errorf(c.tree.At(n.Location()), diag.CodeExpressionSyntax, "%q is a variable already", n.Name).
			Hint = "give the new one another name"
		val.bad = true
	}
	slot := c.slots.Take(1)
	c.locals = append(c.locals, &local{n.Name, slot, val})
	body := c.check(n.Expr)
	c.locals = c.locals[:len(c.locals)-1]
	c.slots.Release(slot, 1)

	k := c.node(n, body.Type, val, body)
	k.layout, k.results, k.Slot = body.layout, []*Code{body}, slot
	k.eval = closure.Let(slot, val.Value(), body.Value())
	return c.fold(k)
}

// local returns the innermost let of a name.
func (c *compiler) local(name string) *local {
	for i := len(c.locals) - 1; i >= 0; i-- {
		if c.locals[i].name == name {
			return c.locals[i]
		}
	}
	return nil
}

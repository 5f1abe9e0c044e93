package check

import (
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// arithmetic lowers + - * / % and **.
func (c *compiler) arithmetic(n *ast.BinaryNode, left, right *Code) *Code {
	if !slices.Contains(closure.Operators(), n.Operator) {
		return c.fail(n, diag.CodeExpressionSyntax, "%q is not offered here", n.Operator)
	}
	if left.bad || right.bad {
		return c.poison(n, left, right)
	}
	t, ok := c.resultType(n, left, right)
	if !ok {
		return c.poison(n, left, right)
	}
	k := c.node(n, t, left, right)
	switch a, b := typing.Of(left.Type), typing.Of(right.Type); {
	case shifts(n.Operator, a, b):
		k.eval = closure.Shift(n.Operator, left.operand(), right.operand(), k.Spot)
	case shifts(n.Operator, b, a) && n.Operator == "+":
		k.eval = closure.Shift(n.Operator, right.operand(), left.operand(), k.Spot)
	default:
		k.eval = closure.Arithmetic(n.Operator, left.operand(), right.operand(), k.Spot)
	}
	if class := typing.Of(t); class == typing.Text || class == typing.Unknown {
		c.charge(k)
	}
	return c.fold(k)
}

// shifts reports whether an operator moves an a by a duration b.
func shifts(operator string, a, b typing.Class) bool {
	return b == typing.Duration && a != typing.Duration && (operator == "+" || operator == "-")
}

// resultType returns the type of an operation, and reports operands that it
// does not take.
func (c *compiler) resultType(n *ast.BinaryNode, left, right *Code) (*item.Type, bool) {
	a, b, name := typing.Of(left.Type), typing.Of(right.Type), `"`+n.Operator+`"`
	if t, ok := timeResults[timeOperation{n.Operator, a, b}]; ok {
		c.warnNull(left, name)
		c.warnNull(right, name)
		return t, true
	}
	unknown := a == typing.Unknown || b == typing.Unknown
	switch {
	case (a.IsTime() || b.IsTime()) && unknown:
		return item.TypeUnknown, true
	case a.IsTime() || b.IsTime():
		c.refuseTimes(n, left, right)
		return nil, false
	case n.Operator == "+" && (a == typing.Text || b == typing.Text):
		return item.TypeText, c.joinable(left, right)
	}
	return c.numberType(n.Operator, left, right)
}

// numberType is resultType for numbers.
func (c *compiler) numberType(op string, left, right *Code) (*item.Type, bool) {
	name := `"` + op + `"`
	switch op {
	case "%":
		return item.TypeInt, c.needBoth(left, right, name, typing.Int)
	case "**", "^":
		ok := c.need(left, name, typing.Decimal)
		return left.Type, c.need(right, "the exponent", typing.Int) && ok
	}
	ok := c.needBoth(left, right, name, typing.Decimal)
	switch a, b := typing.Of(left.Type), typing.Of(right.Type); {
	case op == "/" || a == typing.Decimal || b == typing.Decimal:
		return item.TypeDecimal, ok
	case a == typing.Unknown || b == typing.Unknown:
		return item.TypeUnknown, ok
	}
	return item.TypeInt, ok
}

// needBoth is need for two operands.
func (c *compiler) needBoth(left, right *Code, taker string, class typing.Class) bool {
	ok := c.need(left, taker, class)
	return c.need(right, taker, class) && ok
}

// refuseTimes reports an operation on times that makes no sense.
func (c *compiler) refuseTimes(n *ast.BinaryNode, left, right *Code) {
	f := c.errorf(c.tree.Span(n), diag.CodeExpressionType, "%s is %s and %s is %s, which %q does not take together",
		left.Text(), typing.Noun(left.Type), right.Text(), typing.Noun(right.Type), n.Operator)
	switch a, b := typing.Of(left.Type), typing.Of(right.Type); {
	case a == typing.Time && b == typing.Date:
		f.Hint = "write date(" + left.Text() + ")"
	case a == typing.Date && b == typing.Time:
		f.Hint = "write date(" + right.Text() + ")"
	case b.IsNumber():
		f.Hint = `a time moves by a duration, such as duration("24h")`
	}
}

// joinable checks the operands of a + that joins texts.
func (c *compiler) joinable(left, right *Code) bool {
	ok := true
	for _, k := range []*Code{left, right} {
		got := typing.Of(k.Type)
		if got == typing.Text || got == typing.Unknown {
			c.warnNull(k, `"+"`)
			continue
		}
		c.errorf(k.Spot, diag.CodeExpressionType, `%s is %s, and "+" joins texts here`, k.Text(), typing.Noun(k.Type)).
			Hint = typing.ConversionHint(k.Text(), got, typing.Text)
		ok = false
	}
	return ok
}

// timeOperation is an operator between two classes.
type timeOperation struct {
	op   string
	a, b typing.Class
}

// timeResults are the operations with times that make sense.
var timeResults = map[timeOperation]*item.Type{
	{"-", typing.Time, typing.Time}:         typing.TypeDuration,
	{"-", typing.Date, typing.Date}:         typing.TypeDuration,
	{"+", typing.Time, typing.Duration}:     item.TypeTime,
	{"-", typing.Time, typing.Duration}:     item.TypeTime,
	{"+", typing.Duration, typing.Time}:     item.TypeTime,
	{"+", typing.Date, typing.Duration}:     item.TypeDate,
	{"-", typing.Date, typing.Duration}:     item.TypeDate,
	{"+", typing.Duration, typing.Date}:     item.TypeDate,
	{"+", typing.Duration, typing.Duration}: typing.TypeDuration,
	{"-", typing.Duration, typing.Duration}: typing.TypeDuration,
	{"*", typing.Duration, typing.Int}:      typing.TypeDuration,
	{"*", typing.Int, typing.Duration}:      typing.TypeDuration,
	{"/", typing.Duration, typing.Duration}: item.TypeDecimal,
}

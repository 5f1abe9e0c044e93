package check

import (
	"regexp"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// checkComparable reports values of two types that can neither be equal nor in
// order.
func (c *compiler) checkComparable(n *ast.BinaryNode, left, right *Code) bool {
	if left.bad || right.bad || haveValuesInCommon(left.Type, right.Type) {
		return true
	}
	f := c.errorf(c.tree.Span(n), diag.CodeExpressionType, "%s is %s and %s is %s: they cannot be compared",
		left.Text(), typing.Noun(typing.Required(left.Type)), right.Text(), typing.Noun(typing.Required(right.Type)))
	f.Hint = compareHint(left, right)
	if f.Hint == "" {
		f.Hint = compareHint(right, left)
	}
	left.bad = true
	return false
}

// haveValuesInCommon reports whether a value of one type can equal one of the
// other; null is left to the run.
func haveValuesInCommon(a, b *item.Type) bool {
	x, y := typing.Of(a), typing.Of(b)
	return x == typing.Null || y == typing.Null || typing.Fits(x, y) || typing.Fits(y, x)
}

// compareHint says how a could be compared with b after all.
func compareHint(a, b *Code) string {
	x, y := typing.Of(a.Type), typing.Of(b.Type)
	switch {
	case x == typing.Text && y.IsNumber():
		return textNumberHint(a, b)
	case x == typing.Time && (y == typing.Text || y == typing.Int):
		return timeHint(a, b)
	case x == typing.Date && y == typing.Text:
		return "write date(" + b.Text() + ")"
	case x == typing.Date && isDay(b.Text()):
		return `a date is written date("` + b.Text() + `")`
	case x == typing.Time && y == typing.Date:
		return "write date(" + a.Text() + ")"
	case x == typing.List && y == typing.Text:
		return "write " + b.Text() + " in " + a.Text()
	}
	return ""
}

// timeHint says how a time could be compared with a text, or with what stands
// there as if it were a date.
func timeHint(t, b *Code) string {
	switch {
	case isDay(b.Text()):
		return `a date is written date("` + b.Text() + `")`
	case b.constant && isDay(b.value.AsText()):
		return "write date(" + t.Text() + ") and date(" + b.Text() + ")"
	case typing.Of(b.Type) == typing.Text:
		return "write parse_time(" + b.Text() + ")"
	}
	return ""
}

// isDay reports whether text is a date in digits.
func isDay(text string) bool {
	_, err := item.Convert(item.Text(text), item.TypeDate)
	return err == nil
}

// textNumberHint says how a text could be compared with a number.
func textNumberHint(text, number *Code) string {
	if _, err := item.ParseDecimal(text.value.AsText()); text.constant && err == nil {
		return "write the number without quotes: " + text.value.AsText()
	}
	if number.constant {
		return `write the text in quotes: "` + number.Text() + `"`
	}
	return "write decimal(" + text.Text() + ") or text(" + number.Text() + ")"
}

// equality lowers == and !=.
func (c *compiler) equality(n *ast.BinaryNode, left, right *Code) *Code {
	if c.checkComparable(n, left, right) {
		c.checkEnums(left, right)
	}
	k := c.node(n, item.TypeBool, left, right)
	if left.constant {
		left, right = right, left
	}
	switch {
	case right.constant && right.value.IsNull():
		k.test = closure.IsNull(left.Value())
	case right.constant && right.value.Kind() == item.KindText:
		k.test = closure.EqualText(left.operand(), right.value.AsText(), k.Spot)
	default:
		k.test = closure.Equal(left.operand(), right.operand(), k.Spot)
	}
	if n.Operator == "!=" {
		k.test = closure.Not(k.test)
	}
	return c.fold(k)
}

// checkEnums reports values that can never be equal.
func (c *compiler) checkEnums(left, right *Code) {
	if left.bad || right.bad {
		return
	}
	if len(left.Type.Enum) > 0 {
		c.checkEnum(right, left.Type)
	} else if len(right.Type.Enum) > 0 {
		c.checkEnum(left, right.Type)
	}
}

// order lowers <, <=, > and >=.
func (c *compiler) order(n *ast.BinaryNode, left, right *Code) *Code {
	name := `"` + n.Operator + `"`
	ordered := []typing.Class{typing.Decimal, typing.Text, typing.Time, typing.Date, typing.Duration}
	if c.need(left, name, ordered...) && c.need(right, name, ordered...) {
		c.checkComparable(n, left, right)
	}
	k := c.node(n, item.TypeBool, left, right)
	k.test = closure.Order(n.Operator, left.operand(), right.operand())
	return c.fold(k)
}

// membership lowers in: a value in a list, or a name in an object.
func (c *compiler) membership(n *ast.BinaryNode, left, right *Code) *Code {
	if typing.Of(right.Type) == typing.Text && !right.bad {
		c.errorf(right.Spot, diag.CodeExpressionType, `%s is a text, and "in" takes a list`, right.Text()).
			Hint = "write " + right.Text() + " contains " + left.Text()
		right.bad = true
	}
	if c.need(right, `"in"`, typing.List, typing.Object) && !left.bad && !right.bad {
		c.checkMember(n, left, right)
	}
	k := c.node(n, item.TypeBool, left, right)
	if right.constant && right.value.Kind() == item.KindList {
		k.test = closure.InConstants(left.operand(), right.value)
	} else {
		k.test = closure.In(left.operand(), right.operand())
	}
	return c.fold(k)
}

// checkMember reports a left side that can never be in the right one.
func (c *compiler) checkMember(n *ast.BinaryNode, left, right *Code) {
	switch typing.Of(right.Type) {
	case typing.Object:
		c.need(left, "the name of a member", typing.Text)
		return
	case typing.Unknown:
		return
	}
	elem := right.Type.Elem
	if !haveValuesInCommon(left.Type, elem) {
		c.errorf(c.tree.Span(n), diag.CodeExpressionType, "%s is %s and %s is %s: it is never in there",
			left.Text(), typing.Noun(typing.Required(left.Type)), right.Text(), typing.Noun(right.Type))
		left.bad = true
		return
	}
	if _, listed := right.Node.(*ast.ArrayNode); listed && len(left.Type.Enum) > 0 {
		for _, e := range right.Kids {
			c.checkEnum(e, left.Type)
			right.bad = right.bad || e.bad
		}
	} else if len(elem.Enum) > 0 {
		c.checkEnum(left, elem)
	}
}

// affix lowers contains, startsWith and endsWith.
func (c *compiler) affix(n *ast.BinaryNode, left, right *Code) *Code {
	name := `"` + n.Operator + `"`
	if typing.Of(left.Type) == typing.List && !left.bad {
		f := c.errorf(left.Spot, diag.CodeExpressionType, "%s is %s, and %s takes a text", left.Text(), typing.Noun(left.Type), name)
		if haveValuesInCommon(right.Type, left.Type.Elem) {
			f.Hint = "write " + right.Text() + " in " + left.Text()
		} else {
			f.Hint = "write any(" + left.Text() + ", .member " + n.Operator + " " + right.Text() + ")"
		}
		left.bad = true
	}
	c.need(left, name, typing.Text)
	c.need(right, name, typing.Text)
	k := c.node(n, item.TypeBool, left, right)
	k.test = closure.Affix(n.Operator, left.operand(), right.operand())
	return c.fold(k)
}

// matches lowers matches. A pattern that is written out is compiled now.
func (c *compiler) matches(n *ast.BinaryNode, left, right *Code) *Code {
	c.need(left, `"matches"`, typing.Text)
	c.need(right, `"matches"`, typing.Text)
	k := c.node(n, item.TypeBool, left, right)
	var known *regexp.Regexp
	if right.constant && !right.bad && right.value.Kind() == item.KindText {
		p, err := closure.Pattern(right.value.AsText())
		if err != nil {
			c.errorf(right.Spot, diag.CodeExpressionSyntax, "%s", err)
			k.bad = true
			return k
		}
		known = p
	}
	k.test = closure.Matches(left.operand(), right.operand(), known)
	return c.fold(k)
}

// rangeOf lowers from..to.
func (c *compiler) rangeOf(n *ast.BinaryNode, left, right *Code) *Code {
	c.need(left, `".."`, typing.Int)
	c.need(right, `".."`, typing.Int)
	k := c.node(n, item.ListOf(item.TypeInt), left, right)
	k.eval = closure.Range(left.operand(), right.operand(), k.whole())
	return c.fold(c.charge(k))
}

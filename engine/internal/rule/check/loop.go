package check

import (
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// Loop is a call that evaluates an expression for each element of a list.
type Loop struct {
	*closure.Loop
	// Items is the list.
	Items *Code
	// Body is the expression; nil where the elements themselves are meant.
	Body *Code
	// Path is what the paths that lead from the element begin with.
	Path string

	elem *item.Layout // how the elements are laid out
	acc  *Code        // what reduce accumulates
}

// looping lowers a call of one of function.Loops.
func (c *compiler) looping(n *ast.BuiltinNode) *Code {
	l := &Loop{Items: c.check(n.Arguments[0])}
	c.need(l.Items, n.Name, typing.List)
	if typing.Of(l.Items.Type) == typing.List {
		l.elem = l.Items.Layout().Elem()
	} else {
		l.elem = item.NewLayout(item.TypeUnknown)
	}
	l.Loop = &closure.Loop{Name: n.Name, List: l.Items.operand(), Steps: c.slots.Steps(), Slot: c.slots.Take(closure.LoopSlots)}
	l.Path = "#" + strconv.Itoa(l.Slot) // another one for each loop around
	k := c.lowerLoop(n, l)
	c.slots.Release(l.Slot, closure.LoopSlots)
	k.Loop = l
	return k
}

func (c *compiler) lowerLoop(n *ast.BuiltinNode, l *Loop) *Code {
	switch n.Name {
	case "find", "findLast", "findIndex", "findLastIndex":
		return c.find(n, l)
	case "filter":
		holds := c.condition(n, l)
		k := c.loopNode(n, typing.Required(l.Items.Type), l)
		k.layout, k.eval = l.Items.layout, l.Filter(holds)
		return k
	case "map":
		body := c.inside(l, n.Arguments[1])
		k := c.loopNode(n, item.ListOf(body.Type), l)
		k.eval = l.Map(body.Value())
		return k
	case "sum":
		return c.sum(n, l)
	case "groupBy":
		return c.groupBy(n, l)
	case "sortBy":
		return c.sortBy(n, l)
	case "reduce":
		return c.reduce(n, l)
	}
	return c.quantifier(n, l)
}

// inside checks the expression about each element.
func (c *compiler) inside(l *Loop, n ast.Node) *Code {
	p, ok := n.(*ast.PredicateNode)
	if !ok {
		return c.fail(n, diag.CodeExpressionSyntax, "%s takes an expression about each element", l.Name)
	}
	c.loops = append(c.loops, l)
	l.Body = c.check(p.Node)
	c.loops = c.loops[:len(c.loops)-1]
	return l.Body
}

// elemType is the type of the elements that l visits.
func (l *Loop) elemType() *item.Type { return l.elem.Type() }

// pointer lowers #, #index, #acc and the element that .member starts from.
func (c *compiler) pointer(n *ast.PointerNode) *Code {
	if len(c.loops) == 0 {
		return c.fail(n, diag.CodeExpressionSyntax, `"#" stands for an element only inside all(…), map(…) and the like`)
	}
	l := c.loops[len(c.loops)-1]
	switch n.Name {
	case "":
		k := c.variable(n, l.Slot, l.elem, l.Path)
		k.bad = l.Items.bad
		return k
	case "index":
		return c.variable(n, l.Slot+1, item.NewLayout(item.TypeInt), "")
	case "acc":
		if l.acc == nil {
			return c.fail(n, diag.CodeUnknownVariable, `"#acc" is what reduce has accumulated; %s has none`, l.Name)
		}
		k := c.variable(n, l.Slot+2, l.acc.Layout(), "")
		k.Type = l.acc.Type
		return k
	}
	return c.fail(n, diag.CodeUnknownVariable, "unknown variable %q", "#"+n.Name)
}

// loopNode makes the code of a call that loops.
func (c *compiler) loopNode(n *ast.BuiltinNode, t *item.Type, l *Loop, more ...*Code) *Code {
	kids := []*Code{l.Items}
	if l.Body != nil {
		kids = append(kids, l.Body)
	}
	return c.node(n, t, append(kids, more...)...)
}

// condition checks a body that must be a bool.
func (c *compiler) condition(n *ast.BuiltinNode, l *Loop) closure.Test {
	body := c.inside(l, n.Arguments[1])
	c.need(body, "the condition of "+l.Name, typing.Bool)
	return body.Truth()
}

// quantifier lowers all, any, none, one and count.
func (c *compiler) quantifier(n *ast.BuiltinNode, l *Loop) *Code {
	var holds closure.Test
	if len(n.Arguments) > 1 {
		holds = c.condition(n, l)
	} else { // count of the elements that are true
		c.needElems(l, typing.Bool)
		holds = closure.Truth(l.Element())
	}
	k := c.loopNode(n, item.TypeBool, l)
	switch l.Name {
	case "count":
		k.Type, k.eval = item.TypeInt, l.Count(holds)
	case "one":
		k.test = l.One(holds)
	default:
		k.test = l.Quantify(holds)
	}
	return k
}

// needElems checks the type of the elements themselves.
func (c *compiler) needElems(l *Loop, class typing.Class) {
	t := l.elemType()
	if l.Items.bad || typing.Fits(typing.Of(t), class) {
		return
	}
	f := c.errorf(l.Items.Spot, diag.CodeExpressionType, "%s is %s, and %s takes a list of %ss", l.Items.Text(), typing.Noun(l.Items.Type), l.Name, class)
	if typing.Of(t) == typing.Object {
		f.Hint = "name the member: " + l.Name + "(" + l.Items.Text() + ", .member)"
	}
	l.Items.bad = true
}

// find lowers find, findLast, findIndex and findLastIndex. Without such an
// element they give null.
func (c *compiler) find(n *ast.BuiltinNode, l *Loop) *Code {
	holds := c.condition(n, l)
	backwards := l.Name == "findLast" || l.Name == "findLastIndex"
	if l.Name == "findIndex" || l.Name == "findLastIndex" {
		k := c.loopNode(n, item.TypeInt.Optional(), l)
		k.eval = l.Find(holds, backwards, true)
		return k
	}
	k := c.loopNode(n, l.elemType().Optional(), l)
	k.layout, k.eval = l.elem, l.Find(holds, backwards, false)
	return k
}

// sum lowers sum of a list of numbers, or of an expression about each element.
func (c *compiler) sum(n *ast.BuiltinNode, l *Loop) *Code {
	elem, body := l.elemType(), l.Element()
	if len(n.Arguments) > 1 {
		b := c.inside(l, n.Arguments[1])
		c.need(b, "sum", typing.Decimal, typing.Duration)
		elem, body = b.Type, b.operand()
	} else {
		c.needElems(l, typing.Decimal)
	}
	zero := item.Int(0)
	if typing.Of(elem) == typing.Decimal {
		zero = item.Dec(item.Decimal{})
	}
	k := c.loopNode(n, typing.Required(elem), l)
	k.eval = l.Sum(body, zero)
	return k
}

func (c *compiler) groupBy(n *ast.BuiltinNode, l *Loop) *Code {
	body := c.inside(l, n.Arguments[1])
	c.need(body, "the key of groupBy", typing.Text, typing.Int, typing.Decimal, typing.Bool, typing.Date)
	k := c.loopNode(n, item.MapOf(item.ListOf(l.elemType())), l)
	k.eval = l.GroupBy(body.operand())
	return k
}

// sortBy lowers sortBy(list, key) and sortBy(list, key, "desc").
func (c *compiler) sortBy(n *ast.BuiltinNode, l *Loop) *Code {
	body := c.inside(l, n.Arguments[1])
	c.need(body, "the key of sortBy", typing.Decimal, typing.Text, typing.Time, typing.Date, typing.Duration)
	descending := closure.Test(closure.Ascending)
	more := c.checkAll(n.Arguments[2:])
	for _, order := range more {
		c.need(order, "the order", typing.Text)
		if order.constant && !order.bad && order.value.AsText() != "asc" && order.value.AsText() != "desc" {
			c.errorf(order.Spot, diag.CodeExpressionType, `the order is "asc" or "desc", not %q`, order.value.AsText())
			order.bad = true
		}
		descending = closure.Descending(order.operand())
	}
	k := c.loopNode(n, typing.Required(l.Items.Type), l, more...)
	k.layout, k.eval = l.Items.layout, l.SortBy(body.operand(), descending)
	return k
}

// reduce lowers reduce(list, expression, initial). Without an initial value
// the first element is it.
func (c *compiler) reduce(n *ast.BuiltinNode, l *Loop) *Code {
	l.acc = &Code{Type: l.elemType(), layout: l.elem}
	var initial closure.Eval
	more := c.checkAll(n.Arguments[2:])
	for _, start := range more {
		l.acc = &Code{Type: start.Type, layout: start.layout, bad: start.bad}
		if typing.Of(start.Type) == typing.Null {
			l.acc.Type = item.TypeUnknown
		}
		initial = start.Value()
	}
	body := c.inside(l, n.Arguments[1])
	t := l.acc.Type
	if a, b := typing.Of(t), typing.Of(body.Type); !body.bad && !l.acc.bad {
		if !typing.Fits(a, b) && !typing.Fits(b, a) {
			c.errorf(body.Spot, diag.CodeExpressionType, "reduce starts with %s, but its expression gives %s", typing.Noun(t), typing.Noun(body.Type))
			body.bad = true
		}
		t = typing.Unify(t, body.Type)
	}
	k := c.loopNode(n, t, l, more...)
	k.layout, k.eval = body.layout, l.Reduce(body.Value(), initial)
	return k
}

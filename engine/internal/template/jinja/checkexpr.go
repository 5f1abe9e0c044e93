package jinja

import (
	"slices"

	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/jinja/builtin"
)

// maxDepth is how deeply expressions and tags may nest.
const maxDepth = 500

// expr checks an expression. It is one case for each kind of expression, and so
// longer than other functions may be.
func (c *checker) expr(x nodes.Node) {
	if c.depth++; c.depth > maxDepth {
		c.problem(diag.CodeTemplateSyntax, leftmost(x), "nested more than %d levels deep", maxDepth)
		return
	}
	defer func() { c.depth-- }()
	switch x := x.(type) {
	case *nodes.Name:
		c.variable(x)
	case *nodes.List:
		c.optional(x.Val...)
	case *nodes.Tuple:
		c.optional(x.Val...)
	case *nodes.Dict:
		for _, p := range x.Pairs {
			c.optional(p.Key, p.Value)
		}
	case *nodes.GetAttribute:
		c.expr(x.Node)
		if x.Attribute != "" {
			c.member(x.Node, x.Attribute, c.after(x.Location))
		}
	case *nodes.GetItem:
		c.getItem(x)
	case *nodes.GetSlice:
		c.expr(x.Node)
		c.optional(x.Start, x.End, x.Step)
	case *nodes.Negation:
		c.expr(x.Term)
	case *nodes.UnaryExpression:
		c.expr(x.Term)
	case *nodes.BinaryExpression:
		c.binary(x)
	case *nodes.FilteredExpression:
		c.filtered(x)
	case *nodes.TestExpression:
		c.test(x)
	case *nodes.Call:
		c.call(x)
	case nil:
		c.problem(diag.CodeTemplateSyntax, nil, "an expression is missing")
	}
}

// after returns the token behind another.
func (c *checker) after(t *tokens.Token) *tokens.Token {
	if i, ok := c.src.place[t]; ok && i+1 < len(c.src.tokens) {
		return c.src.tokens[i+1]
	}
	return t
}

func (c *checker) getItem(x *nodes.GetItem) {
	c.expr(x.Node)
	if x.Arg == nil {
		c.problem(diag.CodeTemplateSyntax, x.Location, "there is nothing between the brackets")
		return
	}
	c.expr(x.Arg)
	if s, ok := x.Arg.(*nodes.String); ok {
		c.member(x.Node, s.Val, s.Location)
	}
}

func isComparison(t *tokens.Token) bool {
	switch t.Type {
	case tokens.Equals, tokens.Ne, tokens.GreaterThan, tokens.GreaterThanOrEqual, tokens.LowerThan, tokens.LowerThanOrEqual:
		return true
	}
	return false
}

// binary refuses chains of comparisons, which gonja's parser reads from left to
// right, but which mean something else.
func (c *checker) binary(x *nodes.BinaryExpression) {
	op := x.Operator.Token
	left, ok := x.Left.(*nodes.BinaryExpression)
	if ok && isComparison(op) && isComparison(left.Operator.Token) && !c.src.enclosed(left, op) {
		bad := c.problem(diag.CodeTemplateSyntax, op, "comparisons cannot follow each other")
		bad.Hint = `compare two values at a time, and join the comparisons with "and"`
	}
	c.expr(x.Left)
	c.expr(x.Right)
}

// filtered checks filters. gonja's parser applies one behind "a in b" to the
// whole test, though it belongs to b.
func (c *checker) filtered(x *nodes.FilteredExpression) {
	t := testOf(x.Expression)
	if t != nil && t.Test.Token.Type == tokens.In && len(x.Filters) > 0 {
		pipe := c.before(x.Filters[0].Token)
		if !c.src.enclosed(x.Expression, pipe) {
			bad := c.problem(diag.CodeTemplateSyntax, x.Filters[0].Token, `the filter "%s" needs parentheses here`, x.Filters[0].Name)
			bad.Hint = "write a in (b|" + x.Filters[0].Name + ")"
		}
	}
	c.expr(x.Expression)
	for _, f := range x.Filters {
		c.filterCall(f)
	}
}

func testOf(x nodes.Node) *nodes.TestExpression {
	if n, ok := x.(*nodes.Negation); ok {
		x = n.Term
	}
	t, _ := x.(*nodes.TestExpression)
	return t
}

// before returns the token in front of another.
func (c *checker) before(t *tokens.Token) *tokens.Token {
	if i := c.src.place[t]; i > 0 {
		return c.src.tokens[i-1]
	}
	return t
}

func (c *checker) named(args map[string]nodes.Expression) {
	for _, x := range args {
		c.expr(x)
	}
}

func (c *checker) filterCall(f *nodes.FilterCall) {
	filters, tests := builtin.Filters(), builtin.Tests()
	if filters[f.Name] == nil {
		c.unknown(diag.CodeUnknownFilter, "filter", f.Token, f.Name, filters.Names())
	}
	c.optional(f.Args...)
	c.named(f.Kwargs)
	i := 0
	switch f.Name {
	case "map":
		if s := textArg(f.Args, 0); s != nil && filters[s.Val] == nil {
			c.unknown(diag.CodeUnknownFilter, "filter", s.Location, s.Val, filters.Names())
		}
	case "selectattr", "rejectattr":
		i = 1
		fallthrough
	case "select", "reject":
		if s := textArg(f.Args, i); s != nil && tests[s.Val] == nil {
			c.unknown(diag.CodeUnknownTest, "test", s.Location, s.Val, tests.Names())
		}
	}
}

// textArg returns an argument that is a text as it stands.
func textArg(args []nodes.Expression, i int) *nodes.String {
	if i >= len(args) {
		return nil
	}
	s, _ := args[i].(*nodes.String)
	return s
}

// test checks a test. gonja's parser applies one to all of a computation in
// front of it, though it belongs to the last operand.
func (c *checker) test(x *nodes.TestExpression) {
	t := x.Test
	if b, ok := x.Expression.(*nodes.BinaryExpression); ok && t.Token.Type != tokens.In {
		is := c.before(t.Token)
		if is.Type == tokens.Not {
			is = c.before(is)
		}
		if !c.src.enclosed(b, is) {
			bad := c.problem(diag.CodeTemplateSyntax, t.Token, `the test "%s" needs parentheses in front`, t.Name)
			bad.Hint = "write (a + b) is " + t.Name + ", or a + (b is " + t.Name + ")"
		}
	}
	c.expr(x.Expression)
	tests := builtin.Tests()
	if d := tests[t.Name]; d == nil {
		c.unknown(diag.CodeUnknownTest, "test", t.Token, t.Name, tests.Names())
	} else if d.Operand() != (len(t.Args) == 1) {
		c.problem(diag.CodeTemplateSyntax, t.Token, `the test "%s" takes %s`, t.Name, map[bool]string{true: "one operand", false: "no operand"}[d.Operand()])
	}
	c.optional(t.Args...)
	c.named(t.Kwargs)
}

// call checks the call of a function or method.
func (c *checker) call(x *nodes.Call) {
	c.optional(x.Args...)
	c.named(x.Kwargs)
	switch f := x.Func.(type) {
	case *nodes.Name:
		c.function(f)
		return
	case *nodes.GetAttribute:
		c.expr(f.Node)
		if n, ok := f.Node.(*nodes.Name); ok && n.Name.Val == "loop" && slices.Contains(loopCalls(), f.Attribute) {
			return
		}
		if names := builtin.MethodNames(); f.Attribute != "" && !slices.Contains(names, f.Attribute) {
			c.unknown(diag.CodeUnknownFunction, "method", c.after(f.Location), f.Attribute, names)
		}
		return
	}
	c.problem(diag.CodeTemplateSyntax, x.Location, "this cannot be called")
}

func (c *checker) function(f *nodes.Name) {
	names := append(builtin.Functions().Names(), "dict", "namespace")
	if c.scope != nil {
		names = append(names, c.scope.FuncNames()...)
	}
	if !slices.Contains(names, f.Name.Val) {
		c.unknown(diag.CodeUnknownFunction, "function", f.Name, f.Name.Val, names)
	}
}

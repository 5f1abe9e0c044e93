package jinja

import (
	"slices"

	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/diag"
)

// expr checks an expression and returns it rewritten. It is one case for each
// kind of expression, and so longer than other functions may be.
func (c *checker) expr(x nodes.Expression) nodes.Expression {
	if x == nil {
		return nil
	}
	if c.depth++; c.depth > maxDepth {
		c.problem(diag.CodeTemplateSyntax, x.Position(), "nested more than %d levels deep", maxDepth)
		c.depth--
		return x
	}
	defer func() { c.depth-- }()
	switch x := x.(type) {
	case *nodes.Name:
		c.name(x)
	case *nodes.List:
		c.each(x.Val)
	case *nodes.Tuple:
		c.each(x.Val)
	case *nodes.Dict:
		for _, p := range x.Pairs {
			p.Key, p.Value = c.expr(p.Key), c.expr(p.Value)
		}
	case *nodes.GetAttribute:
		c.member(x.Node, x.Attribute, x.Location)
		x.Node = c.expr(x.Node)
	case *nodes.GetItem:
		if s, ok := x.Arg.(*nodes.String); ok {
			c.member(x.Node, s.Val, x.Location)
		}
		x.Node, x.Arg = c.expr(x.Node), c.expr(x.Arg)
	case *nodes.GetSlice:
		x.Node, x.Start, x.End, x.Step = c.expr(x.Node), c.expr(x.Start), c.expr(x.End), c.expr(x.Step)
	case *nodes.Negation:
		x.Term = filtered(c.expr(x.Term), operandFilter, x.Operator)
	case *nodes.UnaryExpression:
		return c.unary(x)
	case *nodes.BinaryExpression:
		return c.binary(x)
	case *nodes.FilteredExpression:
		x.Expression = c.expr(x.Expression)
		for _, f := range x.Filters {
			c.filterCall(f)
		}
	case *nodes.TestExpression:
		c.test(x)
	case *nodes.Call:
		return c.call(x)
	}
	return x
}

func (c *checker) each(list []nodes.Expression) {
	for i := range list {
		list[i] = c.expr(list[i])
	}
}

func (c *checker) named(args map[string]nodes.Expression) {
	for name := range args {
		args[name] = c.expr(args[name])
	}
}

// filtered returns an expression put through a filter.
func filtered(x nodes.Expression, filter string, at *tokens.Token, args ...nodes.Expression) nodes.Expression {
	return &nodes.FilteredExpression{Expression: x, Filters: []*nodes.FilterCall{{Token: at, Name: filter, Args: args}}}
}

// binary rewrites an operator. "and" and "or" stay, because they look at their
// second operand only when they must.
func (c *checker) binary(x *nodes.BinaryExpression) nodes.Expression {
	op := x.Operator.Token
	left, right := c.expr(x.Left), c.expr(x.Right)
	if op.Type == tokens.And || op.Type == tokens.Or {
		x.Left, x.Right = filtered(left, operandFilter, op), right
		return x
	}
	if !slices.Contains(operators(), op.Val) {
		c.problem(diag.CodeTemplateSyntax, op, `unknown operator "%s"`, op.Val)
		return x
	}
	return filtered(exactly(left), operatorFilter+op.Val, op, exactly(right))
}

// exactly returns a number that is written out as an exact one.
func exactly(x nodes.Expression) nodes.Expression {
	f, ok := x.(*nodes.Float)
	if !ok {
		return x
	}
	return filtered(f, literalFilter, f.Location, &nodes.String{Location: f.Location, Val: f.Location.Val})
}

// unary rewrites a sign as a multiplication.
func (c *checker) unary(x *nodes.UnaryExpression) nodes.Expression {
	term := c.expr(x.Term)
	by := 1
	if x.Negative {
		by = -1
	}
	return filtered(exactly(term), operatorFilter+"*", x.Operator, &nodes.Integer{Location: x.Operator, Val: by})
}

func (c *checker) filterCall(f *nodes.FilterCall) {
	if !slices.Contains(filterNames(), f.Name) {
		bad := c.problem(diag.CodeUnknownFilter, f.Token, `unknown filter "%s"`, f.Name)
		bad.Hint = diag.DidYouMean(f.Name, filterNames())
	}
	c.each(f.Args)
	c.named(f.Kwargs)
}

func (c *checker) test(x *nodes.TestExpression) {
	x.Expression = c.expr(x.Expression)
	if !slices.Contains(testNames(), x.Test.Name) {
		bad := c.problem(diag.CodeUnknownTest, x.Test.Token, `unknown test "%s"`, x.Test.Name)
		bad.Hint = diag.DidYouMean(x.Test.Name, testNames())
	}
	c.each(x.Test.Args)
	c.named(x.Test.Kwargs)
}

// call rewrites the call of a function or method.
func (c *checker) call(x *nodes.Call) nodes.Expression {
	c.each(x.Args)
	c.named(x.Kwargs)
	switch f := x.Func.(type) {
	case *nodes.Name:
		return c.function(x, f)
	case *nodes.GetAttribute:
		if n, ok := f.Node.(*nodes.Name); ok && n.Name.Val == "loop" {
			return x
		}
		return c.method(x, f)
	}
	c.problem(diag.CodeTemplateSyntax, x.Location, "this cannot be called")
	return x
}

func (c *checker) function(x *nodes.Call, f *nodes.Name) nodes.Expression {
	name := f.Name.Val
	if name == "range" || name == "dict" {
		return x
	}
	known := []string{"range", "dict"}
	if c.scope != nil {
		if fn, ok := c.scope.Func(name); ok {
			args := append([]nodes.Expression{&nodes.String{Location: f.Name, Val: fn.Name}}, x.Args...)
			return filtered(&nodes.None{Location: f.Name}, functionFilter, f.Name, args...)
		}
		known = append(known, c.scope.FuncNames()...)
	}
	bad := c.problem(diag.CodeUnknownFunction, f.Name, `unknown function "%s"`, name)
	bad.Hint = diag.DidYouMean(name, known)
	return x
}

func (c *checker) method(x *nodes.Call, f *nodes.GetAttribute) nodes.Expression {
	known := append(methodNames(), "get", "items", "keys", "values")
	if !slices.Contains(known, f.Attribute) {
		bad := c.problem(diag.CodeUnknownFunction, f.Location, `unknown method "%s"`, f.Attribute)
		bad.Hint = diag.DidYouMean(f.Attribute, known)
		return x
	}
	args := append([]nodes.Expression{&nodes.String{Location: f.Location, Val: f.Attribute}}, x.Args...)
	call := &nodes.FilterCall{Token: f.Location, Name: methodFilter, Args: args, Kwargs: x.Kwargs}
	return &nodes.FilteredExpression{Expression: c.expr(f.Node), Filters: []*nodes.FilterCall{call}}
}

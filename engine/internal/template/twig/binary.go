package twig

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// binary compiles an operator with two operands.
func (c *compiler) binary(x *tree.Binary) expr {
	switch x.Op {
	case "and", "or", "xor", "<", "<=", ">", ">=", "==", "!=":
		test := c.truth(x)
		return func(r *run) php.Value { return php.Bool(test(r)) }
	case "??":
		return c.coalesce(x)
	case "~":
		return c.concat(x)
	case "matches":
		return c.matches(x)
	case "has some", "has every":
		return c.hasElements(x)
	case "**":
		if u, ok := x.X.(*tree.Unary); ok && !u.Parens && u.Op != "not" {
			return c.power(x, u)
		}
		if q, ok := x.X.(*tree.Binary); ok && q.Op == "//" {
			return c.powerOfQuotient(x, q)
		}
	}
	op := machine.Operations()[x.Op]
	if op == nil {
		c.syntax(x.At, `unknown operator "%s"`, x.Op)
		return constant(php.Null)
	}
	a, b, t, at := c.expr(x.X), c.expr(x.Y), c.t, x.Range
	return func(r *run) php.Value {
		left := a(r)
		right := b(r)
		if r.Err != nil {
			return php.Null
		}
		v, err := op(r, left, right)
		if err != nil {
			r.Fail(t, at, err)
		}
		return v
	}
}

// power compiles "-a ** b". Twig reads it as "(-a) ** b" and hands it on to PHP,
// which reads "-(a ** b)".
func (c *compiler) power(x *tree.Binary, sign *tree.Unary) expr {
	inner := &tree.Binary{Range: x.Range, Op: "**", X: sign.X, Y: x.Y, At: x.At}
	return c.unary(&tree.Unary{Range: x.Range, Op: sign.Op, X: inner})
}

// powerOfQuotient compiles "a // b ** c", with or without brackets: PHP makes an
// int of the power, not of the quotient.
func (c *compiler) powerOfQuotient(x, quotient *tree.Binary) expr {
	a, b, y, t, at := c.expr(quotient.X), c.expr(quotient.Y), c.expr(x.Y), c.t, x.Range
	return func(r *run) php.Value {
		left, right, exponent := a(r), b(r), y(r)
		if r.Err != nil {
			return php.Null
		}
		v, err := php.FloorDiv(left, right)
		if err == nil {
			v, err = php.Pow(php.Float(php.ToFloat(v)), exponent)
		}
		if err != nil {
			r.Fail(t, at, err)
		}
		return php.Int(php.ToInt(v))
	}
}

// concat compiles a chain of "~" as one.
func (c *compiler) concat(x *tree.Binary) expr {
	parts := c.concatParts(x)
	t, at := c.t, x.Range
	return func(r *run) php.Value {
		start := len(r.Scratch)
		for _, part := range parts {
			v := part(r)
			if r.Err != nil {
				return php.Null
			}
			var err error
			r.Scratch, err = php.Append(r.Scratch, v)
			if err == nil {
				err = r.Env.Budget.Text(len(r.Scratch) - start)
			}
			if err != nil {
				r.Fail(t, at, err)
				return php.Null
			}
		}
		s := string(r.Scratch[start:])
		r.Scratch = r.Scratch[:start]
		return php.String(s)
	}
}

// concatParts compiles the operands of a chain of "~".
func (c *compiler) concatParts(x tree.Expr) []expr {
	var parts []expr
	for {
		b, ok := x.(*tree.Binary)
		if !ok || b.Op != "~" {
			break
		}
		parts = append(parts, c.expr(b.Y))
		x = b.X
	}
	parts = append(parts, c.expr(x))
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return parts
}

// matches compiles "X matches pattern". A pattern that is written out is
// checked and compiled once.
func (c *compiler) matches(x *tree.Binary) expr {
	subject, t, at := c.expr(x.X), c.t, place(x.Y)
	if lit, ok := x.Y.(*tree.Lit); ok {
		text, err := php.ToString(scan.Literal(lit, c.t.Source))
		var re *builtin.Pattern
		if err == nil {
			re, err = builtin.Regexp(text)
		}
		if err != nil {
			c.syntax(at, "%s", err)
			return constant(php.Null)
		}
		return func(r *run) php.Value {
			v, err := builtin.Match(&r.Env, re, subject(r))
			if err != nil {
				r.Fail(t, at, err)
			}
			return v
		}
	}
	pattern := c.expr(x.Y)
	return func(r *run) php.Value {
		s := subject(r)
		text, err := php.ToString(pattern(r))
		if err == nil {
			err = r.Env.Budget.Spend(100 + len(text))
		}
		var re *builtin.Pattern
		if err == nil {
			re, err = builtin.Regexp(text)
		}
		v := php.Null
		if err == nil {
			v, err = builtin.Match(&r.Env, re, s)
		}
		if err != nil {
			r.Fail(t, at, err)
		}
		return v
	}
}

// hasElements compiles "X has some f" and "X has every f".
func (c *compiler) hasElements(x *tree.Binary) expr {
	seq, f, t, at := c.expr(x.X), c.argument(x.Y), c.t, x.Range
	some, op := x.Op == "has some", x.Op
	return func(r *run) php.Value {
		v := seq(r)
		fn, ok := f(r).Object().(builtin.Callable)
		a := v.Array()
		switch {
		case r.Err != nil:
			return php.Null
		case a == nil:
			r.Fail(t, at, fmt.Errorf(`"%s" needs a list or map, not a %s`, op, v.TypeName()))
			return php.Null
		case !ok:
			r.Fail(t, at, fmt.Errorf(`"%s" needs an arrow function`, op))
			return php.Null
		}
		args := make([]php.Value, 2)
		for i, e := range a.Vals() {
			args[0], args[1] = e, a.KeyAt(i).Value()
			yes, err := fn.Invoke(args)
			if err != nil {
				r.Fail(t, at, err)
				return php.Null
			}
			if php.Truth(yes) == some {
				return php.Bool(some)
			}
		}
		return php.Bool(!some)
	}
}

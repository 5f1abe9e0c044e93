package twig

import (
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// constant compiles a value that is always the same.
func constant(v php.Value) expr { return func(*run) php.Value { return v } }

// expr compiles an expression.
func (c *compiler) expr(x tree.Expr) expr {
	switch x := x.(type) {
	case *tree.Lit:
		return constant(scan.Literal(x, c.t.Source))
	case *tree.Name:
		return c.name(x, false)
	case *tree.Array:
		return c.array(x)
	case *tree.Unary:
		return c.unary(x)
	case *tree.Binary:
		return c.binary(x)
	case *tree.Cond:
		return c.cond(x)
	case *tree.Attr:
		return c.attr(x, false)
	case *tree.Filter:
		return c.filter(x)
	case *tree.Call:
		return c.call(x)
	case *tree.Test:
		return c.test(x)
	case *tree.MacroCall:
		return c.macroCall(x)
	case *tree.Arrow:
		return c.arrow(x, true)
	}
	c.syntax(place(x), "this cannot be compiled")
	return constant(php.Null)
}

// quiet compiles an expression of which it does not matter whether it is
// there: what is missing gives Missing, in strict templates too.
func (c *compiler) quiet(x tree.Expr) expr {
	switch x := x.(type) {
	case *tree.Name:
		return c.name(x, true)
	case *tree.Attr:
		return c.attr(x, true)
	case *tree.Call:
		if as, ok := c.shortFor(x); ok {
			return c.attr(as, true)
		}
	}
	return c.expr(x)
}

// name compiles a variable.
func (c *compiler) name(x *tree.Name, quiet bool) expr {
	switch x.Name {
	case "_self":
		return constant(php.String(c.t.Name))
	case "_charset":
		return constant(php.String("UTF-8"))
	case "_context":
		set := c.set.Set
		return func(r *run) php.Value { return r.ContextOf(set) }
	}
	t, at, name := c.t, x.Range, x.Name
	strict := c.set.opts.Strict && !quiet
	if p, ok := c.path(x); ok {
		if !strict {
			return p.Value()
		}
		get := p.Get()
		return func(r *run) php.Value {
			v := php.FromItem(get(r))
			if v.Kind() == php.KindMissing {
				r.Fail(t, at, fmt.Errorf(`the variable "%s" is not there`, name))
			}
			return v
		}
	}
	slot, _ := c.variable(x)
	if !strict {
		return func(r *run) php.Value { return r.Vars[slot] }
	}
	return func(r *run) php.Value {
		v := r.Vars[slot]
		if v.Kind() == php.KindMissing {
			r.Fail(t, at, fmt.Errorf(`the variable "%s" is not there`, name))
		}
		return v
	}
}

// mappingKey returns v as a key of a mapping that is written out. The value of
// a variable is taken for a text there, so that 1.5 is not cut to 1.
func mappingKey(v php.Value, named bool) (php.Key, bool) {
	if k := v.Kind(); named && (k == php.KindBool || k == php.KindFloat || k == php.KindDecimal) {
		s, err := php.ToString(v)
		return php.TextKey(s), err == nil
	}
	return php.KeyOf(v)
}

// array compiles a sequence or mapping.
func (c *compiler) array(x *tree.Array) expr {
	if v, ok := scan.Constant(x, c.t.Source); ok {
		return constant(v)
	}
	type elem struct {
		key, value expr
		at         tree.Range
		spread     bool
		named      bool // the key is a variable, and so made a text
	}
	elems := make([]elem, len(x.Elems))
	for i, e := range x.Elems {
		elems[i] = elem{value: c.expr(e.Value), at: place(e.Value), spread: e.Spread}
		if e.Key != nil {
			elems[i].key = c.expr(e.Key)
			_, elems[i].named = e.Key.(*tree.Name)
		}
	}
	t := c.t
	return func(r *run) php.Value {
		a := php.NewArray(len(elems))
		for i := range elems {
			e := &elems[i]
			if e.key != nil {
				k, ok := mappingKey(e.key(r), e.named)
				if !ok {
					r.Fail(t, e.at, fmt.Errorf("a list, map or object cannot be a key"))
				}
				a.Set(k, machine.Defined(e.value(r)))
				continue
			}
			v := e.value(r)
			if !e.spread {
				a.Append(machine.Defined(v))
			} else {
				r.SpreadInto(t, e.at, a, v)
			}
			if r.Err != nil {
				return php.Null
			}
		}
		return php.Arr(a)
	}
}

// truth compiles an expression of which only the truth matters.
func (c *compiler) truth(x tree.Expr) func(r *run) bool {
	switch n := x.(type) {
	case *tree.Unary:
		if n.Op == "not" {
			inner := c.truth(n.X)
			return func(r *run) bool { return !inner(r) }
		}
	case *tree.Binary:
		if n.Op == "and" || n.Op == "or" || n.Op == "xor" {
			return c.logic(n)
		}
		if holds := ordered[n.Op]; holds != nil {
			return c.comparison(n, holds)
		}
	}
	e := c.expr(x)
	return func(r *run) bool { return php.Truth(e(r)) }
}

// ordered are the comparisons, of ints.
var ordered = map[string]func(a, b int64) bool{
	"<":  func(a, b int64) bool { return a < b },
	"<=": func(a, b int64) bool { return a <= b },
	">":  func(a, b int64) bool { return a > b },
	">=": func(a, b int64) bool { return a >= b },
	"==": func(a, b int64) bool { return a == b },
	"!=": func(a, b int64) bool { return a != b },
}

// comparison compiles a comparison. Most are of ints.
func (c *compiler) comparison(x *tree.Binary, holds func(a, b int64) bool) func(r *run) bool {
	a, b, op, t, at := c.expr(x.X), c.expr(x.Y), machine.Operations()[x.Op], c.t, x.Range
	return func(r *run) bool {
		left := a(r)
		right := b(r)
		if r.Err != nil {
			return false
		}
		if left.Kind() == php.KindInt && right.Kind() == php.KindInt {
			return holds(left.AsInt(), right.AsInt())
		}
		v, err := op(r, left, right)
		if err != nil {
			r.Fail(t, at, err)
		}
		return php.Truth(v)
	}
}

func (c *compiler) logic(x *tree.Binary) func(r *run) bool {
	a, b := c.truth(x.X), c.truth(x.Y)
	switch x.Op {
	case "and":
		return func(r *run) bool { return a(r) && b(r) }
	case "or":
		return func(r *run) bool { return a(r) || b(r) }
	}
	return func(r *run) bool { return a(r) != b(r) }
}

func (c *compiler) unary(x *tree.Unary) expr {
	if x.Op == "not" {
		inner := c.truth(x.X)
		return func(r *run) php.Value { return php.Bool(!inner(r)) }
	}
	op := php.Neg
	if x.Op == "+" {
		op = php.Pos
	}
	e, t, at := c.expr(x.X), c.t, x.Range
	if lit, ok := x.X.(*tree.Lit); ok && (lit.Kind == tree.LitInt || lit.Kind == tree.LitFloat) {
		if v, err := op(scan.Literal(lit, c.t.Source)); err == nil {
			if v.Kind() == php.KindFloat && x.Op == "-" {
				v = php.Literal(v.AsFloat(), "-"+strings.TrimLeft(c.t.Source[lit.From:lit.To], "+"))
			}
			return constant(v)
		}
	}
	return func(r *run) php.Value {
		v, err := op(e(r))
		if err != nil {
			r.Fail(t, at, err)
		}
		return v
	}
}

func (c *compiler) cond(x *tree.Cond) expr {
	other := c.expr(x.Else)
	if x.Then == nil {
		e := c.expr(x.If)
		return func(r *run) php.Value {
			if v := e(r); php.Truth(v) {
				return v
			}
			return other(r)
		}
	}
	cond, then := c.truth(x.If), c.expr(x.Then)
	return func(r *run) php.Value {
		if cond(r) {
			return then(r)
		}
		return other(r)
	}
}

// coalesce compiles "X ?? Y".
func (c *compiler) coalesce(x *tree.Binary) expr {
	if c.definable(x.X) {
		left, right := c.quiet(x.X), c.expr(x.Y)
		return func(r *run) php.Value {
			if v := left(r); !v.IsNull() || r.Err != nil {
				return v
			}
			return right(r)
		}
	}
	has := c.isDefined(x.X, place(x.X))
	left, right := c.expr(x.X), c.expr(x.Y)
	return func(r *run) php.Value {
		if has(r) {
			if v := left(r); !v.IsNull() || r.Err != nil {
				return v
			}
		}
		return right(r)
	}
}

// definable reports whether reading x tells whether it is defined.
func (c *compiler) definable(x tree.Expr) bool {
	switch x := x.(type) {
	case *tree.Name, *tree.Attr, *tree.Lit, *tree.Array:
		return true
	case *tree.Call:
		return x.Name == "attribute"
	}
	return false
}

// constantDefined compiles "constant(name) is defined".
func (c *compiler) constantDefined(x *tree.Call) func(r *run) bool {
	placed, ok := c.arrange(scan.OfFunction(builtin.Functions()["constant"], x.At), x.Args)
	if !ok {
		return func(*run) bool { return false }
	}
	if placed[1] != nil {
		c.syntax(place(placed[1]), "there are no objects here that could have constants")
	}
	name := c.expr(placed[0])
	return func(r *run) bool {
		_, ok := builtin.Constant(name(r))
		return ok
	}
}

// isDefined compiles the test "is defined".
func (c *compiler) isDefined(x tree.Expr, at tree.Range) func(r *run) bool {
	switch x := x.(type) {
	case *tree.Lit, *tree.Array:
		return func(*run) bool { return true }
	case *tree.Name, *tree.Attr:
		e := c.quiet(x)
		return func(r *run) bool { return e(r).Kind() != php.KindMissing }
	case *tree.MacroCall:
		return c.macroDefined(x)
	case *tree.Binary:
		if x.Op == "??" {
			break
		}
	case *tree.Call:
		switch x.Name {
		case "block":
			return c.blockDefined(x)
		case "attribute":
			e := c.quiet(x)
			return func(r *run) bool { return e(r).Kind() != php.KindMissing }
		case "constant":
			return c.constantDefined(x)
		}
	}
	c.syntax(at, `only a variable, a member, a block or a macro can be tested with "defined"`)
	return func(*run) bool { return false }
}

package twig

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// print compiles the printing of an expression, escaped as is the rule here.
func (c *compiler) print(x tree.Expr, at tree.Range) code {
	c.checkPrinted(x)
	if c.escape == "" {
		return c.plain(x, at)
	}
	if !builtin.IsStrategy(c.escape) {
		c.syntax(at, `unknown escaping strategy "%s"`, c.escape).Because(`there are "html", "js", "css", "url" and "html_attr"`)
		return c.plain(x, at)
	}
	if cond, ok := x.(*tree.Cond); ok && scan.Safe(scan.ThenOf(cond), c.escape) != scan.Safe(cond.Else, c.escape) {
		return c.printBranches(c.truth(cond.If), scan.ThenOf(cond), cond.Else, at)
	}
	if co, ok := x.(*tree.Binary); ok && co.Op == "??" && c.definable(co.X) && scan.Safe(co.X, c.escape) != scan.Safe(co.Y, c.escape) {
		left := c.quiet(co.X)
		return c.printBranches(func(r *run) bool { return !left(r).IsNull() }, co.X, co.Y, at)
	}
	if scan.Safe(x, c.escape) {
		return c.plain(x, at)
	}
	return c.escaped(x, at)
}

// printBranches compiles the printing of one of two expressions, each escaped
// by itself.
func (c *compiler) printBranches(cond func(r *run) bool, then, other tree.Expr, at tree.Range) code {
	a, b := c.print(then, at), c.print(other, at)
	return func(r *run) {
		if yes := cond(r); r.Err != nil {
			return
		} else if yes {
			a(r)
		} else {
			b(r)
		}
	}
}

// plain compiles printing without escaping.
func (c *compiler) plain(x tree.Expr, at tree.Range) code {
	t := c.t
	switch n := x.(type) {
	case *tree.Lit:
		return c.text(&tree.Text{Range: at, Text: literalText(scan.Literal(n, c.t.Source))})
	case *tree.Binary:
		if n.Op == "~" {
			return c.printAll(c.concatParts(n), at)
		}
	case *tree.Filter:
		if def := builtin.Filters()[n.Name]; def != nil && def.Append != nil && len(n.Args) == 0 {
			return c.printAppended(n, def, at)
		}
	case *tree.Name, *tree.Attr:
		if p, ok := c.quietPath(x); ok {
			get := p.Get()
			return func(r *run) {
				r.Out = machine.AppendItem(r.Out, get(r))
				r.Grown(t, at)
			}
		}
	}
	return c.printAll([]expr{c.expr(x)}, at)
}

// printAppended compiles the printing of a filter that can append to the
// output.
func (c *compiler) printAppended(x *tree.Filter, def *builtin.Def, at tree.Range) code {
	t, subject := c.t, c.expr(x.X)
	c.costs++
	return func(r *run) {
		v := subject(r)
		if r.Err != nil {
			return
		}
		if v.Kind() != php.KindString {
			v, err := def.Call(&r.Env, []php.Value{v})
			if err != nil {
				r.Fail(t, x.Range, err)
				return
			}
			r.Out = append(r.Out, v.AsText()...)
		} else if r.Spend(t, at, len(v.AsText())>>5+1) {
			r.Out = def.Append(r.Out, v.AsText())
		}
		r.Grown(t, at)
	}
}

func literalText(v php.Value) string {
	s, _ := php.ToString(v)
	return s
}

// quietPath compiles x as a path, if reading it cannot fail.
func (c *compiler) quietPath(x tree.Expr) (*machine.Path, bool) {
	if c.set.opts.Strict {
		return nil, false
	}
	return c.path(x)
}

// printAll compiles the printing of values one after the other.
func (c *compiler) printAll(parts []expr, at tree.Range) code {
	t := c.t
	if len(parts) == 1 {
		part := parts[0]
		return func(r *run) { r.Emit(t, at, part) }
	}
	return func(r *run) {
		for _, part := range parts {
			if r.Emit(t, at, part); r.Err != nil {
				return
			}
		}
	}
}

// escaped compiles printing with the escaping strategy in force.
func (c *compiler) escaped(x tree.Expr, at tree.Range) code {
	t, strategy := c.t, c.escape
	e := c.expr(x)
	return func(r *run) {
		v := e(r)
		if r.Err != nil {
			return
		}
		var err error
		if v.Kind() == php.KindString {
			r.Out, err = builtin.AppendEscaped(r.Out, v.AsText(), strategy)
		} else {
			r.Out, err = php.Append(r.Out, v)
		}
		if err != nil {
			r.Fail(t, at, err)
			return
		}
		r.Grown(t, at)
	}
}

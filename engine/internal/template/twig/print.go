package twig

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// print compiles the printing of an expression, escaped as is the rule here.
func (c *compiler) print(x tree.Expr, at tree.Range) code {
	if c.escape == "" {
		return c.plain(x, at)
	}
	if !builtin.IsStrategy(c.escape) {
		c.syntax(at, `unknown escaping strategy "%s"`, c.escape).Because(`there are "html", "js", "css", "url" and "html_attr"`)
		return c.plain(x, at)
	}
	if cond, ok := x.(*tree.Cond); ok && c.safe(thenOf(cond)) != c.safe(cond.Else) {
		return c.printBranches(c.truth(cond.If), thenOf(cond), cond.Else, at)
	}
	if co, ok := x.(*tree.Binary); ok && co.Op == "??" && c.definable(co.X) && c.safe(co.X) != c.safe(co.Y) {
		left := c.quiet(co.X)
		return c.printBranches(func(r *run) bool { return !left(r).IsNull() }, co.X, co.Y, at)
	}
	if c.safe(x) {
		return c.plain(x, at)
	}
	return c.escaped(x, at)
}

// thenOf returns what a conditional gives when its condition is true.
func thenOf(x *tree.Cond) tree.Expr {
	if x.Then == nil {
		return x.If
	}
	return x.Then
}

// printBranches compiles the printing of one of two expressions, each escaped
// by itself.
func (c *compiler) printBranches(cond func(r *run) bool, then, other tree.Expr, at tree.Range) code {
	a, b := c.print(then, at), c.print(other, at)
	return func(r *run) {
		if yes := cond(r); r.err != nil {
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
		return c.text(&tree.Text{Range: at, Text: literalText(c.literal(n))})
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
			get := p.get()
			return func(r *run) {
				r.out = appendItem(r.out, get(r))
				r.grown(t, at)
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
		if r.err != nil {
			return
		}
		if v.Kind() != php.KindString {
			v, err := def.Call(&r.env, []php.Value{v})
			if err != nil {
				r.fail(t, x.Range, err)
				return
			}
			r.out = append(r.out, v.AsText()...)
		} else if r.spend(t, at, len(v.AsText())>>5+1) {
			r.out = def.Append(r.out, v.AsText())
		}
		r.grown(t, at)
	}
}

func literalText(v php.Value) string {
	s, _ := php.ToString(v)
	return s
}

// quietPath compiles x as a path, if reading it cannot fail.
func (c *compiler) quietPath(x tree.Expr) (*path, bool) {
	if c.set.opts.Strict {
		return nil, false
	}
	return c.path(x)
}

// appendItem appends a part of a record as it is printed.
func appendItem(dst []byte, v item.Value) []byte {
	switch v.Kind() {
	case item.KindText, item.KindDecimal, item.KindTime, item.KindDate:
		return append(dst, v.AsText()...)
	case item.KindMissing, item.KindNull:
		return dst
	}
	dst, _ = php.Append(dst, php.FromItem(v)) // fails for objects of templates only
	return dst
}

// printAll compiles the printing of values one after the other.
func (c *compiler) printAll(parts []expr, at tree.Range) code {
	t := c.t
	if len(parts) == 1 {
		part := parts[0]
		return func(r *run) { r.emit(t, at, part) }
	}
	return func(r *run) {
		for _, part := range parts {
			if r.emit(t, at, part); r.err != nil {
				return
			}
		}
	}
}

// emit prints a value.
func (r *run) emit(t *template, at tree.Range, part expr) {
	v := part(r)
	if r.err != nil {
		return
	}
	if v.IsText() {
		r.out = append(r.out, v.AsText()...)
	} else {
		var err error
		if r.out, err = php.Append(r.out, v); err != nil {
			r.fail(t, at, err)
			return
		}
	}
	r.grown(t, at)
}

// escaped compiles printing with the escaping strategy in force.
func (c *compiler) escaped(x tree.Expr, at tree.Range) code {
	t, strategy := c.t, c.escape
	e := c.expr(x)
	return func(r *run) {
		v := e(r)
		if r.err != nil {
			return
		}
		var err error
		if v.Kind() == php.KindString {
			r.out, err = builtin.AppendEscaped(r.out, v.AsText(), strategy)
		} else {
			r.out, err = php.Append(r.out, v)
		}
		if err != nil {
			r.fail(t, at, err)
			return
		}
		r.grown(t, at)
	}
}

// safe reports whether what x gives needs no escaping any more.
func (c *compiler) safe(x tree.Expr) bool { return c.safeFor(x, c.escape) }

func (c *compiler) safeFor(x tree.Expr, strategy string) bool {
	switch x := x.(type) {
	case *tree.Lit, *tree.MacroCall:
		return true
	case *tree.Cond:
		return c.safeFor(thenOf(x), strategy) && c.safeFor(x.Else, strategy)
	case *tree.Binary:
		return x.Op == "??" && c.safeFor(x.X, strategy) && c.safeFor(x.Y, strategy)
	case *tree.Call:
		switch x.Name {
		case "block", "parent", "include", "source":
			return true
		}
		return false
	case *tree.Filter:
		return c.safeFilter(x, strategy)
	}
	return false
}

func (c *compiler) safeFilter(x *tree.Filter, strategy string) bool {
	switch x.Name {
	case "raw":
		return true
	case "escape", "e":
		if len(x.Args) == 0 {
			return strategy == "html"
		}
		lit, ok := x.Args[0].Value.(*tree.Lit)
		return ok && (lit.Text == strategy || lit.Text == "html_attr" && strategy == "html")
	}
	def := builtin.Filters()[x.Name]
	return def != nil && (def.Safe == "all" || def.Safe == strategy)
}

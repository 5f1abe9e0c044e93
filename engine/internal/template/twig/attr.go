package twig

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// attr compiles the member of a value. Quiet gives Missing for what is not
// there, in strict templates too.
func (c *compiler) attr(x *tree.Attr, quiet bool) expr {
	if e, ok := c.loopAttr(x); ok {
		return e
	}
	strict := c.set.opts.Strict && !quiet
	if p, ok := c.path(x); ok {
		return c.pathValue(x, p, strict)
	}
	c.checkElement(x)
	c.checkMethod(x)
	var base expr
	if quiet {
		base = c.quiet(x.X)
	} else {
		base = c.expr(x.X)
	}
	if lit, ok := x.Key.(*tree.Lit); ok && x.How != tree.AttrCall {
		return c.constantMember(base, x, lit, strict)
	}
	key, t, at, how := c.expr(x.Key), c.t, place(x.Key), x.How
	args := make([]expr, len(x.Args))
	for i, a := range x.Args {
		args[i] = c.expr(a.Value)
	}
	return func(r *run) php.Value {
		v, k := base(r), key(r)
		given := make([]php.Value, len(args))
		for i, a := range args {
			given[i] = a(r)
		}
		if r.Err != nil {
			return php.Null
		}
		m, err := machine.GetMember(v, k, how, given)
		if err == nil && strict && m.Kind() == php.KindMissing {
			err = machine.Absent(v, k)
		}
		if err != nil {
			r.Fail(t, at, err)
		}
		return m
	}
}

// pathValue compiles a part of a record as a value.
func (c *compiler) pathValue(x *tree.Attr, p *machine.Path, strict bool) expr {
	if !strict || p.Declared && p.Layout != nil && p.Layout.Type().Nullable {
		return p.Value()
	}
	get, t, at, name := p.Get(), c.t, place(x.Key), p.Text
	return func(r *run) php.Value {
		v := get(r)
		if v.Kind() == item.KindMissing {
			r.Fail(t, at, fmt.Errorf(`"%s" is not there`, name))
		}
		return php.FromItem(v)
	}
}

// constantMember compiles the member of a value by a key that is written out.
func (c *compiler) constantMember(base expr, x *tree.Attr, lit *tree.Lit, strict bool) expr {
	t, at, how := c.t, place(x.Key), x.How
	k := scan.Literal(lit, c.t.Source)
	key, _ := php.KeyOf(k)
	return func(r *run) php.Value {
		v := base(r)
		if v.Kind() == php.KindArray {
			m := v.Get(key)
			if strict && m.Kind() == php.KindMissing && r.Err == nil {
				r.Fail(t, at, machine.Absent(v, k))
			}
			return m
		}
		if r.Err != nil || !strict && v.Kind() != php.KindObject {
			return php.Value{}
		}
		m, err := machine.GetMember(v, k, how, nil)
		if err == nil && strict && m.Kind() == php.KindMissing {
			err = machine.Absent(v, k)
		}
		if err != nil {
			r.Fail(t, at, err)
		}
		return m
	}
}

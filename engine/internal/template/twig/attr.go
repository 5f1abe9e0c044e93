package twig

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// member is an object that has members a template can ask for.
type member interface {
	php.Object
	// Member returns the member called name; Missing when there is none.
	Member(name string, args []php.Value) (php.Value, error)
}

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
		if r.err != nil {
			return php.Null
		}
		m, err := getMember(v, k, how, given)
		if err == nil && strict && m.Kind() == php.KindMissing {
			err = absent(v, k)
		}
		if err != nil {
			r.fail(t, at, err)
		}
		return m
	}
}

// pathValue compiles a part of a record as a value.
func (c *compiler) pathValue(x *tree.Attr, p *path, strict bool) expr {
	if !strict || p.declared && p.layout != nil && p.layout.Type().Nullable {
		return p.value()
	}
	get, t, at, name := p.get(), c.t, place(x.Key), p.text
	return func(r *run) php.Value {
		v := get(r)
		if v.Kind() == item.KindMissing {
			r.fail(t, at, fmt.Errorf(`"%s" is not there`, name))
		}
		return php.FromItem(v)
	}
}

// constantMember compiles the member of a value by a key that is written out.
func (c *compiler) constantMember(base expr, x *tree.Attr, lit *tree.Lit, strict bool) expr {
	t, at, how := c.t, place(x.Key), x.How
	k := c.literal(lit)
	key, _ := php.KeyOf(k)
	return func(r *run) php.Value {
		v := base(r)
		if v.Kind() == php.KindArray {
			m := v.Get(key)
			if strict && m.Kind() == php.KindMissing && r.err == nil {
				r.fail(t, at, absent(v, k))
			}
			return m
		}
		if r.err != nil || !strict && v.Kind() != php.KindObject {
			return php.Value{}
		}
		m, err := getMember(v, k, how, nil)
		if err == nil && strict && m.Kind() == php.KindMissing {
			err = absent(v, k)
		}
		if err != nil {
			r.fail(t, at, err)
		}
		return m
	}
}

// getMember returns the member of v with the key k; Missing when it has none.
func getMember(v, k php.Value, how tree.AttrHow, args []php.Value) (php.Value, error) {
	if how != tree.AttrCall && v.Kind() == php.KindArray {
		key, ok := php.KeyOf(k)
		if !ok {
			return php.Value{}, fmt.Errorf("a %s cannot be a key", k.TypeName())
		}
		return v.Get(key), nil
	}
	if o, ok := v.Object().(member); ok && how != tree.AttrIndex {
		name, err := php.ToString(k)
		if err != nil {
			return php.Value{}, err
		}
		return o.Member(name, args)
	}
	return php.Value{}, nil
}

// absent says that v has no member k.
func absent(v, k php.Value) error {
	name, err := php.ToString(k)
	switch {
	case err != nil:
		return err
	case v.Kind() == php.KindArray:
		return fmt.Errorf(`there is no member "%s"`, name)
	case v.IsNull():
		return fmt.Errorf(`there is no member "%s" of null`, name)
	}
	return fmt.Errorf(`there is no member "%s" of a %s`, name, v.TypeName())
}

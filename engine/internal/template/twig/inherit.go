package twig

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// blockBody compiles a block.
func (c *compiler) blockBody(b *tree.Block) {
	bound, loops := c.bound, c.loops
	c.bound, c.loops, c.localModules = nil, 0, map[string]int{}
	bc := c.t.Blocks[b.Name]
	bc.Body = c.body(b.Body)
	bc.Sets = c.assignedSlots(b.Body)
	c.bound, c.loops, c.localModules = bound, loops, nil
}

// parentOf compiles the template that another extends.
func (c *compiler) parentOf(x tree.Expr) func(r *run) (*template, bool) {
	c.mustExist(x)
	e, t, at := c.expr(x), c.t, place(x)
	return func(r *run) (*template, bool) {
		v := e(r)
		if r.Err != nil {
			return nil, false
		}
		p, err := t.Set.Resolve(r, v)
		if err != nil {
			r.Fail(t, at, err)
			return nil, false
		}
		return p, true
	}
}

// blockRef compiles a block where it is defined.
func (c *compiler) blockRef(n *tree.BlockRef) code {
	t, name, at := c.t, n.Name, n.Range
	return func(r *run) { t.ShowBlock(r, name, true, at) }
}

// parentCall compiles "parent()".
func (c *compiler) parentCall(x *tree.Call) expr {
	t, name, at := c.t, x.Block, x.Range
	return func(r *run) php.Value {
		return php.String(r.Capture(func(r *run) { t.ShowParent(r, name, at) }))
	}
}

// blockArgs compiles the arguments of "block(name, template)".
func (c *compiler) blockArgs(x *tree.Call) (name expr, other expr, ok bool) {
	def := builtin.Functions()["block"]
	placed, ok := c.arrange(scan.OfFunction(def, x.At), x.Args)
	if !ok {
		return nil, nil, false
	}
	name = c.expr(placed[0])
	if placed[1] != nil {
		other = c.expr(placed[1])
	}
	return name, other, true
}

// blockCall compiles "block(name)".
func (c *compiler) blockCall(x *tree.Call) expr {
	name, other, ok := c.blockArgs(x)
	if !ok {
		return constant(php.Null)
	}
	t, at := c.t, x.Range
	return func(r *run) php.Value {
		s, err := php.ToString(name(r))
		from, use := t, true
		if other != nil && err == nil && r.Err == nil {
			from, err = t.Set.Resolve(r, other(r))
			use = false
		}
		if err != nil {
			r.Fail(t, at, err)
		}
		if r.Err != nil {
			return php.Null
		}
		return php.String(from.BlockText(r, s, use, at))
	}
}

// blockDefined compiles "block(name) is defined".
func (c *compiler) blockDefined(x *tree.Call) func(r *run) bool {
	name, other, ok := c.blockArgs(x)
	if !ok {
		return func(*run) bool { return false }
	}
	t, at := c.t, x.Range
	return func(r *run) bool {
		s, err := php.ToString(name(r))
		from, use := t, true
		if other != nil && err == nil && r.Err == nil {
			from, err = t.Set.Resolve(r, other(r))
			use = false
		}
		if err != nil || r.Err != nil {
			r.Fail(t, at, err)
			return false
		}
		b, err := from.FindBlock(r, s, use, at)
		return err == nil && b != nil
	}
}

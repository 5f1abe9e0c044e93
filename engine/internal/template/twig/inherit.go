package twig

import (
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// blockCode is a compiled block.
type blockCode struct {
	t    *template
	name string
	body code
	// sets are the variables that the block sets: they are gone behind it.
	sets []int
}

// blockTable says which block a name stands for. A template that extends
// another puts its blocks in front of those of the other.
type blockTable map[string]*blockCode

// trait is a block that a template uses of another, under the name that it has
// there.
type trait struct {
	from *template
	name string
}

// blockBody compiles a block.
func (c *compiler) blockBody(b *tree.Block) {
	bound, loops := c.bound, c.loops
	c.bound, c.loops, c.localModules = nil, 0, map[string]int{}
	bc := c.t.blocks[b.Name]
	bc.body = c.body(b.Body)
	bc.sets = c.assignedSlots(b.Body)
	c.bound, c.loops, c.localModules = bound, loops, nil
}

// run prints the block. What it sets does not outlive it.
func (b *blockCode) run(r *run, at tree.Range) {
	if !r.enter(b.t, at) {
		return
	}
	loops := r.loops
	old := r.save(b.sets)
	b.body(r)
	r.restore(b.sets, old)
	r.loops = loops
	r.leave()
}

// ready links the template to those that it uses; blocks are all it has then,
// its own first.
func (t *template) ready() error {
	t.link.Do(func() {
		t.all = blockTable{}
		t.traits = map[string]trait{}
		for _, u := range t.uses {
			if err := t.use(u); err != nil {
				t.linkErr = err
				return
			}
		}
		for name, b := range t.blocks {
			t.all[name] = b
		}
	})
	return t.linkErr
}

// use takes the blocks of another template.
func (t *template) use(u *tree.Use) error {
	from, err := t.set.load(u.Template)
	if err == nil {
		err = from.ready()
	}
	if err != nil {
		return t.at(u.Range, err)
	}
	if !from.onlyBlocks {
		return t.at(u.Range, fmt.Errorf(`the template "%s" cannot be used: it must have blocks only`, u.Template))
	}
	blocks := map[string]trait{}
	for name := range from.all {
		blocks[name] = trait{from.all[name].t, name}
	}
	for _, alias := range u.Aliases {
		b, ok := blocks[alias.From]
		if !ok {
			return t.at(u.Range, fmt.Errorf(`the template "%s" has no block "%s"`, u.Template, alias.From))
		}
		blocks[alias.To] = b
		delete(blocks, alias.From) // also when it is given the name that it has
	}
	for name, b := range blocks {
		t.traits[name] = b
		t.all[name] = from.all[b.name]
	}
	return nil
}

// hasOnlyBlocks reports whether the template does nothing outside its blocks.
func hasOnlyBlocks(m *tree.Module) bool {
	if m.Parent != nil || len(m.Macros) > 0 {
		return false
	}
	for _, n := range m.Body {
		switch n := n.(type) {
		case *tree.BlockRef:
		case *tree.Text:
			if strings.TrimSpace(n.Text) != "" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// at makes err an error at a place of t.
func (t *template) at(at tree.Range, err error) error {
	if e, ok := err.(*Error); ok {
		return e
	}
	return &Error{Template: t.name, Place: at, Message: err.Error(), cause: err}
}

// parentOf compiles the template that another extends.
func (c *compiler) parentOf(x tree.Expr) func(r *run) (*template, bool) {
	e, t, at := c.expr(x), c.t, place(x)
	return func(r *run) (*template, bool) {
		v := e(r)
		if r.err != nil {
			return nil, false
		}
		p, err := t.set.resolve(r, v)
		if err != nil {
			r.fail(t, at, err)
			return nil, false
		}
		return p, true
	}
}

// base returns the template that t extends; nil when it extends none.
func (t *template) base(r *run) (*template, bool) {
	if t.parent == nil {
		return nil, true
	}
	return t.parent(r)
}

// show prints the template with the blocks that stand in front of its own.
func (t *template) show(r *run, front blockTable, at tree.Range) {
	if t.body == nil {
		r.fail(t, at, t.unusable())
		return
	}
	if err := t.ready(); err != nil {
		r.fail(t, at, err)
		return
	}
	if !r.enter(t, at) {
		return
	}
	defer r.leave()
	blocks := t.all
	if len(front) > 0 {
		blocks = make(blockTable, len(t.all)+len(front))
		for name, b := range t.all {
			blocks[name] = b
		}
		for name, b := range front {
			blocks[name] = b
		}
	}
	outer := r.blocks
	r.blocks = blocks
	defer func() { r.blocks = outer }()
	if t.body(r); r.err != nil || t.parent == nil {
		return
	}
	if p, ok := t.parent(r); ok {
		p.show(r, blocks, at)
	}
}

// unusable returns the first reason why the template cannot be used.
func (t *template) unusable() error {
	p := t.firstError()
	if p == nil {
		return fmt.Errorf(`the template "%s" cannot be used`, t.name)
	}
	return &Error{Template: t.name, Place: tree.Between(p.From, p.To), Message: p.Message, cause: p}
}

// firstError returns the first problem that keeps the template from being
// used, or nil.
func (t *template) firstError() *tree.Problem {
	for _, p := range t.problems {
		if !p.Warning {
			return p
		}
	}
	return nil
}

// blockRef compiles a block where it is defined.
func (c *compiler) blockRef(n *tree.BlockRef) code {
	t, name, at := c.t, n.Name, n.Range
	return func(r *run) { t.showBlock(r, name, true, at) }
}

// showBlock prints the block called name: the one in front, or, when use is
// false, the first one from t on.
func (t *template) showBlock(r *run, name string, use bool, at tree.Range) {
	b, err := t.findBlock(r, name, use, at)
	if err != nil {
		r.fail(t, at, err)
		return
	}
	if b != nil {
		b.run(r, at)
	}
}

func (t *template) findBlock(r *run, name string, use bool, at tree.Range) (*blockCode, error) {
	if use {
		if b, ok := r.blocks[name]; ok {
			return b, nil
		}
	}
	for depth := 0; depth < maxDepth; depth++ {
		if err := t.ready(); err != nil {
			return nil, err
		}
		if b, ok := t.all[name]; ok {
			return b, nil
		}
		base, ok := t.base(r)
		if !ok {
			return nil, nil
		}
		if base == nil {
			if _, ok := r.blocks[name]; ok && !use {
				return nil, fmt.Errorf(`the block "%s" cannot print its parent: no template behind it has one`, name)
			}
			return nil, fmt.Errorf(`there is no block "%s"`, name)
		}
		if base.body == nil {
			return nil, base.unusable()
		}
		t = base
	}
	return nil, errDepth
}

// parentCall compiles "parent()".
func (c *compiler) parentCall(x *tree.Call) expr {
	t, name, at := c.t, x.Block, x.Range
	return func(r *run) php.Value {
		return php.Markup(r.capture(func(r *run) { t.showParent(r, name, at) }))
	}
}

// showParent prints the block of the same name that t's own replaces.
func (t *template) showParent(r *run, name string, at tree.Range) {
	if err := t.ready(); err != nil {
		r.fail(t, at, err)
		return
	}
	if tr, ok := t.traits[name]; ok {
		tr.from.showBlock(r, tr.name, false, at)
		return
	}
	base, ok := t.base(r)
	switch {
	case !ok:
	case base == nil:
		r.fail(t, at, fmt.Errorf(`the block "%s" has no parent`, name))
	default:
		base.showBlock(r, name, false, at)
	}
}

// blockArgs compiles the arguments of "block(name, template)".
func (c *compiler) blockArgs(x *tree.Call) (name expr, other expr, ok bool) {
	def := builtin.Functions()["block"]
	placed, ok := c.arrange(signature{"function", "block", def.Params, false, x.At}, x.Args)
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
		if other != nil && err == nil && r.err == nil {
			from, err = t.set.resolve(r, other(r))
			use = false
		}
		if err != nil {
			r.fail(t, at, err)
		}
		if r.err != nil {
			return php.Null
		}
		return php.Markup(r.capture(func(r *run) {
			outer := r.blocks
			if !use {
				r.blocks = nil
			}
			from.showBlock(r, s, use, at)
			r.blocks = outer
		}))
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
		if other != nil && err == nil && r.err == nil {
			from, err = t.set.resolve(r, other(r))
			use = false
		}
		if err != nil || r.err != nil {
			r.fail(t, at, err)
			return false
		}
		b, err := from.findBlock(r, s, use, at)
		return err == nil && b != nil
	}
}

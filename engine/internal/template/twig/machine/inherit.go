package machine

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Block is a compiled block.
type Block struct {
	From *Template
	Body Code
	// Sets are the variables that the block sets: they are gone behind it.
	Sets []int
}

// blockTable says which block a name stands for. A template that extends
// another puts its blocks in front of those of the other.
type blockTable map[string]*Block

// trait is a block that a template uses of another, under the name that it has
// there.
type trait struct {
	from *Template
	name string
}

// run prints the block. What it sets does not outlive it.
func (b *Block) run(r *Run, at tree.Range) {
	if !r.Enter(b.From, at) {
		return
	}
	loops := r.Loops
	old := r.Save(b.Sets)
	b.Body(r)
	r.Restore(b.Sets, old)
	r.Loops = loops
	r.Leave()
}

// ready links the template to those that it uses; blocks are all it has then,
// its own first.
func (t *Template) ready() error {
	t.link.Do(func() {
		t.all = blockTable{}
		t.traits = map[string]trait{}
		if t.linkErr = t.circle(map[*Template]bool{}); t.linkErr != nil {
			return
		}
		for _, u := range t.Uses {
			if err := t.use(u); err != nil {
				t.linkErr = err
				return
			}
		}
		for name, b := range t.Blocks {
			t.all[name] = b
		}
	})
	return t.linkErr
}

// circle returns an error where templates use each other in a circle: to link
// one would be to wait for itself. It maps what it has seen to whether that is
// still being looked through.
func (t *Template) circle(seen map[*Template]bool) error {
	seen[t] = true
	for _, u := range t.Uses {
		from, ok := t.Set.Lookup(u.Template)
		if !ok {
			continue
		}
		if open, known := seen[from]; open {
			return t.at(u.Range, fmt.Errorf(`the template "%s" uses itself, directly or through others`, u.Template))
		} else if known {
			continue
		}
		if err := from.circle(seen); err != nil {
			return err
		}
	}
	seen[t] = false
	return nil
}

// use takes the blocks of another template.
func (t *Template) use(u *tree.Use) error {
	from, err := t.Set.Load(u.Template)
	if err == nil {
		err = from.ready()
	}
	if err != nil {
		return t.at(u.Range, err)
	}
	if !from.OnlyBlocks {
		return t.at(u.Range, fmt.Errorf(`the template "%s" cannot be used: it must have blocks only`, u.Template))
	}
	blocks := map[string]trait{}
	for name := range from.all {
		blocks[name] = trait{from.all[name].From, name}
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

// at makes err an error at a place of t.
func (t *Template) at(at tree.Range, err error) error {
	if e, ok := err.(*Error); ok {
		return e
	}
	return &Error{Template: t.Name, Place: at, Message: err.Error(), cause: err}
}

// base returns the template that t extends; nil when it extends none.
func (t *Template) base(r *Run) (*Template, bool) {
	if t.Parent == nil {
		return nil, true
	}
	return t.Parent(r)
}

// show prints the template with the blocks that stand in front of its own.
func (t *Template) show(r *Run, front blockTable, at tree.Range) {
	if t.Body == nil {
		r.Fail(t, at, t.unusable())
		return
	}
	if err := t.ready(); err != nil {
		r.Fail(t, at, err)
		return
	}
	if !r.Enter(t, at) {
		return
	}
	defer r.Leave()
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
	if t.Body(r); r.Err != nil || t.Parent == nil {
		return
	}
	if p, ok := t.Parent(r); ok {
		p.show(r, blocks, at)
	}
}

// unusable returns the first reason why the template cannot be used.
func (t *Template) unusable() error {
	p := t.firstError()
	if p == nil {
		return fmt.Errorf(`the template "%s" cannot be used`, t.Name)
	}
	return &Error{Template: t.Name, Place: tree.Between(p.From, p.To), Message: p.Message, cause: p}
}

// firstError returns the first problem that keeps the template from being
// used, or nil.
func (t *Template) firstError() *tree.Problem {
	for _, p := range t.Problems {
		if !p.Warning {
			return p
		}
	}
	return nil
}

// ShowBlock prints the block called name: the one in front, or, when use is
// false, the first one from t on.
func (t *Template) ShowBlock(r *Run, name string, use bool, at tree.Range) {
	b, err := t.FindBlock(r, name, use, at)
	if err != nil {
		r.Fail(t, at, err)
		return
	}
	if b != nil {
		b.run(r, at)
	}
}

// FindBlock returns the block that ShowBlock prints.
func (t *Template) FindBlock(r *Run, name string, use bool, at tree.Range) (*Block, error) {
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
		if base.Body == nil {
			return nil, base.unusable()
		}
		t = base
	}
	return nil, errDepth
}

// BlockText returns what a block of t prints. Unless in front, the blocks of
// templates that extend t do not matter.
func (t *Template) BlockText(r *Run, name string, inFront bool, at tree.Range) string {
	return r.Capture(func(r *Run) {
		outer := r.blocks
		if !inFront {
			r.blocks = nil
		}
		t.ShowBlock(r, name, inFront, at)
		r.blocks = outer
	})
}

// ShowParent prints the block of the same name that t's own replaces.
func (t *Template) ShowParent(r *Run, name string, at tree.Range) {
	if err := t.ready(); err != nil {
		r.Fail(t, at, err)
		return
	}
	if tr, ok := t.traits[name]; ok {
		tr.from.ShowBlock(r, tr.name, false, at)
		return
	}
	base, ok := t.base(r)
	switch {
	case !ok:
	case base == nil:
		r.Fail(t, at, fmt.Errorf(`the block "%s" has no parent`, name))
	default:
		base.ShowBlock(r, name, false, at)
	}
}

package twig

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// forNode compiles a for tag.
func (c *compiler) forNode(n *tree.For) code {
	from, isPath := c.path(n.Seq)
	var seq expr
	if !isPath {
		seq = c.expr(n.Seq)
	}
	sets := scan.NamesSet(n.Body)
	f := &machine.For{From: c.t, At: n.Seq.Place(), Record: -1, LoopSlot: -1, HasElse: n.HasElse}
	f.HasKey = n.Key != "_key" || c.set.Linked || scan.Mentions(n.Body, n.Key)
	before := len(c.bound)
	c.around(f)
	if isPath && !c.set.Linked && !sets[n.Value] && from.Layout != nil {
		f.Record = c.records
		c.records++
		c.set.Records = max(c.set.Records, c.records)
		c.bound = append(c.bound, binding{name: n.Value, record: true, slot: f.Record, layout: elementLayout(from.Layout), text: from.Text + "[]"})
	} else {
		f.Value = c.target(f, n.Value, sets)
		if isPath && from.Layout != nil && !sets[n.Value] {
			b := &c.bound[len(c.bound)-1]
			b.of, b.text = elementLayout(from.Layout), from.Text+"[]"
		}
	}
	if f.HasKey { // behind the value, so that it wins where both have one name
		f.Key = c.target(f, n.Key, sets)
	}
	names := len(c.bound)
	c.loops++
	if !c.loopUsed[n] {
		// no "loop"
	} else if sets["loop"] || c.set.Linked && (scan.LooksAtContext(n.Body) || scan.LooksAtContext(n.Else)) {
		f.LoopSlot = c.target(f, "loop", map[string]bool{"loop": true})
	} else {
		c.bound = append(c.bound, binding{name: "loop", loop: true, slot: c.loops})
	}
	if n.Cond != nil {
		f.Cond = c.truth(n.Cond)
	}
	costs := c.costs
	f.Body = c.body(n.Body)
	f.Cost = 1 + c.costs - costs
	if f.Record >= 0 {
		c.records--
	}
	// Where there is no element there is "loop" all the same.
	c.bound = append(c.bound[:before:before], c.bound[names:]...)
	f.Else = c.body(n.Else)
	c.bound = c.bound[:before]
	c.loops--
	f.Inner = c.assignedSlots(append(n.Body[:len(n.Body):len(n.Body)], n.Else...))
	return f.Over(from, seq, c.isContext(n.Seq))
}

// around gives the names that a loop keeps around it their slots, in the order
// in which the context has them.
func (c *compiler) around(f *machine.For) {
	f.ParentSlot, f.SeqSlot = -1, -1
	if !c.set.Around {
		return
	}
	f.ParentSlot, f.SeqSlot = c.set.Slot("_parent"), c.set.Slot("_seq")
	f.Bound = append(f.Bound, f.ParentSlot, f.SeqSlot)
	c.set.Slot("loop")
}

// elementLayout is the layout of what a loop over a value laid out by l gives.
func elementLayout(l *item.Layout) *item.Layout {
	if t := l.Type(); t.Kind == item.KindList || t.IsMap() || t.Kind == item.KindUnknown {
		return l.Elem()
	}
	return item.NewLayout(item.TypeUnknown)
}

// target gives a loop's name a slot: that of its name when others see it by
// name, else one of its own.
func (c *compiler) target(f *machine.For, name string, sets map[string]bool) int {
	slot := 0
	if c.set.Linked || sets[name] {
		slot = c.set.Slot(name)
		f.Bound = append(f.Bound, slot)
	} else {
		slot = c.set.Private()
	}
	c.bound = append(c.bound, binding{name: name, slot: slot})
	return slot
}

func (c *compiler) isContext(x tree.Expr) bool {
	n, ok := x.(*tree.Name)
	return ok && n.Name == "_context"
}

// loopAttr compiles "loop.index", "loop.parent.loop.index" and "loop.parent.x".
func (c *compiler) loopAttr(x *tree.Attr) (expr, bool) {
	key, ok := x.Key.(*tree.Lit)
	if !ok || key.Kind != tree.LitText || x.How == tree.AttrCall {
		return nil, false
	}
	at, ok := c.loopAt(x.X)
	if ok {
		member := machine.LoopMember(key.Text)
		if member == nil {
			return nil, false
		}
		up := c.loops - c.bound[at].slot
		return func(r *run) php.Value { return member(r.Loops[len(r.Loops)-1-up]) }, true
	}
	parent, ok := x.X.(*tree.Attr)
	if !ok || !isParent(parent) {
		return nil, false
	}
	if at, ok = c.loopAt(parent.X); !ok {
		return nil, false
	}
	return c.outside(at, &tree.Name{Range: key.Range, Name: key.Text}), true
}

func isParent(x *tree.Attr) bool {
	key, ok := x.Key.(*tree.Lit)
	return ok && key.Text == "parent" && x.How != tree.AttrCall
}

// loopAt returns the binding of the loop that x, "loop" or "loop.parent.loop"
// and so on, stands for.
func (c *compiler) loopAt(x tree.Expr) (int, bool) {
	switch x := x.(type) {
	case *tree.Name:
		if x.Name == "loop" {
			return c.loopBelow(len(c.bound))
		}
	case *tree.Attr:
		key, ok := x.Key.(*tree.Lit)
		parent, ok2 := x.X.(*tree.Attr)
		if !ok || !ok2 || key.Text != "loop" || !isParent(parent) {
			return 0, false
		}
		if at, ok := c.loopAt(parent.X); ok {
			return c.loopBelow(at)
		}
	}
	return 0, false
}

// loopBelow returns the innermost loop binding below a place in c.bound.
func (c *compiler) loopBelow(at int) (int, bool) {
	for i := at - 1; i >= 0; i-- {
		if c.bound[i].name == "loop" {
			return i, c.bound[i].loop
		}
	}
	return 0, false
}

// outside compiles a name as it is meant outside the loop bound at a place.
func (c *compiler) outside(at int, x *tree.Name) expr {
	bound := c.bound
	first := at
	for first > 0 && !bound[first-1].loop && bound[first-1].name != "loop" {
		first--
	}
	c.bound = bound[:first:first]
	e := c.expr(x)
	c.bound = bound
	return e
}

package twig

import (
	"errors"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

var errNoMapping = errors.New(`the variables of "with" must be a mapping`)

// forLoop is a compiled for tag.
type forLoop struct {
	t  *template
	at tree.Range
	// cost is how many steps a turn takes.
	cost int
	// key and value are slots of variables; record is the slot of a record's
	// element, -1 when value is used instead.
	key, value, record int
	hasKey             bool
	// loopSlot is the slot of "loop" as a value, -1 when nobody looks at it.
	loopSlot int
	cond     func(r *run) bool
	body     code
	other    code
	hasElse  bool
	// bound are the slots that are given back behind the loop, inner those that
	// the body sets: they keep what they hold only if they held something before.
	bound, inner []int
}

// forNode compiles a for tag.
func (c *compiler) forNode(n *tree.For) code {
	from, isPath := c.path(n.Seq)
	var seq expr
	if !isPath {
		seq = c.expr(n.Seq)
	}
	sets := namesSet(n.Body)
	f := &forLoop{t: c.t, at: n.Seq.Place(), record: -1, loopSlot: -1, hasElse: n.HasElse}
	f.hasKey = n.Key != "_key" || c.set.linked
	before := len(c.bound)
	if f.hasKey {
		f.key = c.target(f, n.Key, sets)
	}
	if isPath && !c.set.linked && !sets[n.Value] && from.layout != nil {
		f.record = c.records
		c.records++
		c.set.records = max(c.set.records, c.records)
		c.bound = append(c.bound, binding{name: n.Value, record: true, slot: f.record, layout: elementLayout(from.layout), text: from.text + "[]"})
	} else {
		f.value = c.target(f, n.Value, sets)
	}
	c.loops++
	if !c.loopUsed[n] {
		// no "loop"
	} else if sets["loop"] || c.set.linked && looksAtContext(n.Body) {
		f.loopSlot = c.target(f, "loop", map[string]bool{"loop": true})
	} else {
		c.bound = append(c.bound, binding{name: "loop", loop: true, slot: c.loops})
	}
	if n.Cond != nil {
		f.cond = c.truth(n.Cond)
	}
	costs := c.costs
	f.body = c.body(n.Body)
	f.cost = 1 + c.costs - costs
	c.bound = c.bound[:before]
	c.loops--
	if f.record >= 0 {
		c.records--
	}
	f.other = c.body(n.Else)
	f.inner = c.assignedSlots(append(n.Body[:len(n.Body):len(n.Body)], n.Else...))
	return f.compile(from, seq, c.isContext(n.Seq))
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
func (c *compiler) target(f *forLoop, name string, sets map[string]bool) int {
	slot := 0
	if c.set.linked || sets[name] {
		slot = c.set.slot(name)
		f.bound = append(f.bound, slot)
	} else {
		slot = c.set.private()
	}
	c.bound = append(c.bound, binding{name: name, slot: slot})
	return slot
}

func (c *compiler) isContext(x tree.Expr) bool {
	n, ok := x.(*tree.Name)
	return ok && n.Name == "_context"
}

// namesSet returns the names that a body sets.
func namesSet(body []tree.Node) map[string]bool {
	names := map[string]bool{}
	tree.WalkBody(body, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.Set:
			for _, name := range n.Names {
				names[name] = true
			}
		case *tree.Capture:
			names[n.Name] = true
		}
		return true
	})
	return names
}

// looksAtContext reports whether a body hands its variables on as a whole, or
// uses "loop" as one value.
func looksAtContext(body []tree.Node) bool {
	found := false
	tree.WalkBody(body, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.Include, *tree.BlockRef:
			found = true
		case *tree.Call:
			found = found || n.Name == "include" || n.Name == "block" || n.Name == "parent"
		case *tree.Name:
			found = found || n.Name == "_context" || n.Name == "loop"
		case *tree.Attr:
			if isLoopMember(n) {
				return false
			}
		}
		return !found
	})
	return found
}

// isLoopMember reports whether x is "loop.index" or the like.
func isLoopMember(x *tree.Attr) bool {
	n, ok := x.X.(*tree.Name)
	if !ok || n.Name != "loop" {
		return false
	}
	key, ok := x.Key.(*tree.Lit)
	return ok && loopMember(key.Text) != nil
}

func (f *forLoop) compile(from *path, seq expr, context bool) code {
	var get func(r *run) item.Value
	if from != nil {
		get = from.get()
	}
	return func(r *run) {
		old := r.save(f.bound)
		inner := r.save(f.inner)
		n := 0
		if from != nil {
			n = f.overItem(r, get(r))
		} else {
			v := seq(r)
			if r.err != nil {
				return
			}
			if context {
				v = php.Arr(v.Array().Merge(f.t.set.parentKey()))
			}
			n = f.overValue(r, v)
		}
		if n == 0 && f.hasElse && r.err == nil {
			f.other(r)
		}
		for i, slot := range f.inner {
			if inner[i].Kind() == php.KindMissing {
				r.vars[slot] = inner[i]
			}
		}
		r.restore(f.bound, old)
	}
}

// parentKey is what a loop adds to the variables it runs over.
func (s *Set) parentKey() *php.Array {
	a := php.NewArray(1)
	a.Set(php.TextKey("_parent"), php.Arr(php.NewArray(0)))
	return a
}

// turn runs the body once. It reports whether the loop goes on.
func (f *forLoop) turn(r *run, parent php.Value) bool {
	if !r.spend(f.t, f.at, f.cost) {
		return false
	}
	if f.loopSlot >= 0 {
		r.vars[f.loopSlot] = r.loops[len(r.loops)-1].value(parent)
	}
	f.body(r)
	r.loops[len(r.loops)-1].index++
	return r.err == nil
}

// begin starts a loop of n turns.
func (f *forLoop) begin(r *run, n int) (parent php.Value) {
	if f.loopSlot >= 0 {
		parent = r.contextOf(f.t.set)
	}
	r.loops = append(r.loops, loop{length: n})
	return parent
}

func (r *run) endLoop() { r.loops = r.loops[:len(r.loops)-1] }

// overItem loops over a part of a record and returns the number of elements.
func (f *forLoop) overItem(r *run, v item.Value) int {
	if f.record < 0 || f.cond != nil {
		return f.overValue(r, php.FromItem(v))
	}
	n := v.Len()
	if v.Kind() != item.KindList && v.Kind() != item.KindObject || n == 0 {
		return 0
	}
	parent := f.begin(r, n)
	if v.Kind() == item.KindList {
		for i, e := range v.All() {
			r.records[f.record] = e
			if f.hasKey {
				r.vars[f.key] = php.Int(int64(i))
			}
			if !f.turn(r, parent) {
				break
			}
		}
	} else {
		for name, e := range v.Members() {
			r.records[f.record] = e
			if f.hasKey {
				r.vars[f.key] = php.TextKey(name).Value()
			}
			if !f.turn(r, parent) {
				break
			}
		}
	}
	r.endLoop()
	return n
}

// overValue loops over a value; one that is no array has no elements.
func (f *forLoop) overValue(r *run, v php.Value) int {
	a := v.Array()
	if a == nil {
		return 0
	}
	if f.cond != nil {
		a = f.choose(r, a)
	}
	if a.Len() == 0 || r.err != nil {
		return 0
	}
	parent := f.begin(r, a.Len())
	for i := range a.Len() {
		f.bind(r, a, i)
		if !f.turn(r, parent) {
			break
		}
	}
	r.endLoop()
	return a.Len()
}

func (f *forLoop) bind(r *run, a *php.Array, i int) {
	if f.hasKey {
		r.vars[f.key] = a.KeyAt(i).Value()
	}
	if f.record < 0 {
		r.vars[f.value] = defined(a.At(i))
		return
	}
	r.records[f.record] = php.ToItem(a.At(i))
}

// choose returns the elements for which the loop's condition holds.
func (f *forLoop) choose(r *run, a *php.Array) *php.Array {
	kept := php.NewArray(a.Len())
	r.loops = append(r.loops, loop{length: a.Len()})
	defer r.endLoop()
	for i := range a.Len() {
		if !r.spend(f.t, f.at, 1) {
			return kept
		}
		f.bind(r, a, i)
		if f.cond(r) && r.err == nil {
			kept.Set(a.KeyAt(i), a.At(i))
		}
		r.loops[len(r.loops)-1].index++
	}
	return kept
}

// loopMember returns what "loop.name" is.
func loopMember(name string) func(l loop) php.Value {
	switch name {
	case "index":
		return func(l loop) php.Value { return php.Int(int64(l.index + 1)) }
	case "index0":
		return func(l loop) php.Value { return php.Int(int64(l.index)) }
	case "revindex":
		return func(l loop) php.Value { return php.Int(int64(l.length - l.index)) }
	case "revindex0":
		return func(l loop) php.Value { return php.Int(int64(l.length - l.index - 1)) }
	case "first":
		return func(l loop) php.Value { return php.Bool(l.index == 0) }
	case "last":
		return func(l loop) php.Value { return php.Bool(l.index == l.length-1) }
	case "length":
		return func(l loop) php.Value { return php.Int(int64(l.length)) }
	}
	return nil
}

var loopMembers = []string{"index0", "index", "first", "revindex0", "revindex", "length", "last"}

// value returns "loop" as a value.
func (l loop) value(parent php.Value) php.Value {
	a := php.NewArray(len(loopMembers) + 1)
	a.Set(php.TextKey("parent"), parent)
	for _, name := range loopMembers {
		a.Set(php.TextKey(name), loopMember(name)(l))
	}
	return php.Arr(a)
}

// loopAttr compiles "loop.index", "loop.parent.loop.index" and "loop.parent.x".
func (c *compiler) loopAttr(x *tree.Attr) (expr, bool) {
	key, ok := x.Key.(*tree.Lit)
	if !ok || key.Kind != tree.LitText || x.How == tree.AttrCall {
		return nil, false
	}
	at, ok := c.loopAt(x.X)
	if ok {
		member := loopMember(key.Text)
		if member == nil {
			return nil, false
		}
		up := c.loops - c.bound[at].slot
		return func(r *run) php.Value { return member(r.loops[len(r.loops)-1-up]) }, true
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

package twig

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// binding is what a name means in a part of a template: the target of a loop
// or the parameter of an arrow function.
type binding struct {
	name string
	// record is set for an element of a record's list: it is kept as it is, in
	// the run's records. Otherwise slot is a variable.
	record bool
	slot   int
	layout *item.Layout
	text   string // of the path that a record's element is
	// loop is set for the name "loop": slot counts the loops around this one.
	loop bool
}

// lookup returns the innermost binding of the name.
func (c *compiler) lookup(name string) (*binding, bool) {
	for i := len(c.bound) - 1; i >= 0; i-- {
		if c.bound[i].name == name {
			return &c.bound[i], true
		}
	}
	return nil, false
}

// path is an expression that names a part of a record.
type path struct {
	// The path begins with a variable of the frame, or with the element of a
	// loop over a record's list.
	inFrame bool
	root    int
	steps   []step
	layout  *item.Layout // nil when nothing is known of what is there
	text    string
	// declared is set when a shape names every step of the path.
	declared bool
}

// step leads from a value to a part of it.
type step struct {
	layout *item.Layout // with slot: a member that has a slot
	slot   int
	name   string // without a layout: the member or element so called
	none   bool   // the shape says that there is no such part
}

func (s *step) take(v item.Value) item.Value {
	switch {
	case s.layout != nil:
		return v.Slot(s.layout, s.slot)
	case s.none:
		return item.Value{}
	}
	return elementOf(v, s.name)
}

// get compiles the reading of a path. The forms that most paths have read in
// one go.
func (p *path) get() func(r *run) item.Value {
	root, steps := p.root, p.steps
	slotsOnly := true
	for _, s := range steps {
		slotsOnly = slotsOnly && s.layout != nil
	}
	switch {
	case len(steps) == 0 && p.inFrame:
		return func(r *run) item.Value { return r.frame[root] }
	case len(steps) == 0:
		return func(r *run) item.Value { return r.records[root] }
	case slotsOnly && len(steps) == 1 && p.inFrame:
		a := steps[0]
		return func(r *run) item.Value { return r.frame[root].Slot(a.layout, a.slot) }
	case slotsOnly && len(steps) == 1:
		a := steps[0]
		return func(r *run) item.Value { return r.records[root].Slot(a.layout, a.slot) }
	case slotsOnly && len(steps) == 2 && p.inFrame:
		a, b := steps[0], steps[1]
		return func(r *run) item.Value { return r.frame[root].Slot(a.layout, a.slot).Slot(b.layout, b.slot) }
	}
	inFrame := p.inFrame
	return func(r *run) item.Value {
		var v item.Value
		if inFrame {
			v = r.frame[root]
		} else {
			v = r.records[root]
		}
		for i := range steps {
			v = steps[i].take(v)
		}
		return v
	}
}

// value is get with the part as a value of the template.
func (p *path) value() expr {
	if len(p.steps) == 1 && p.steps[0].layout != nil {
		root, a := p.root, p.steps[0]
		if p.inFrame {
			return func(r *run) php.Value { return php.FromItem(r.frame[root].Slot(a.layout, a.slot)) }
		}
		return func(r *run) php.Value { return php.FromItem(r.records[root].Slot(a.layout, a.slot)) }
	}
	get := p.get()
	return func(r *run) php.Value { return php.FromItem(get(r)) }
}

// path compiles x as a path into a record, if it is one.
func (c *compiler) path(x tree.Expr) (*path, bool) {
	p, ok := c.pathOf(x)
	if ok {
		c.set.reads[p.text] = true
	}
	return p, ok
}

func (c *compiler) pathOf(x tree.Expr) (*path, bool) {
	switch x := x.(type) {
	case *tree.Name:
		return c.root(x)
	case *tree.Attr:
		key, ok := x.Key.(*tree.Lit)
		if !ok || x.How == tree.AttrCall || key.Kind != tree.LitText && key.Kind != tree.LitInt {
			return nil, false
		}
		base, ok := c.pathOf(x.X)
		if !ok {
			return nil, false
		}
		return c.member(base, x, key), true
	}
	return nil, false
}

// root compiles a name that stands for a record or a part of one.
func (c *compiler) root(x *tree.Name) (*path, bool) {
	if b, ok := c.lookup(x.Name); ok {
		if !b.record {
			return nil, false
		}
		return &path{root: b.slot, layout: b.layout, text: b.text, declared: true}, true
	}
	if c.inMacro || c.set.opaque || c.set.assigned[x.Name] {
		return nil, false
	}
	v, ok := c.scopeVar(x.Name)
	if !ok {
		return nil, false
	}
	return &path{inFrame: true, root: v.Slot, layout: v.Layout, text: x.Name, declared: true}, true
}

func (c *compiler) scopeVar(name string) (*item.Var, bool) {
	if c.set.scope == nil {
		return nil, false
	}
	return c.set.scope.Var(name)
}

// member compiles the member of base that x asks for by key.
func (c *compiler) member(base *path, x *tree.Attr, key *tree.Lit) *path {
	name := key.Text
	if key.Kind == tree.LitInt {
		name = php.IntKey(key.Int).String()
	}
	p := &path{inFrame: base.inFrame, root: base.root, text: base.text + "." + name}
	if base.layout == nil || c.set.frozen {
		p.steps = then(base.steps, step{name: name})
		return p
	}
	t := base.layout.Type()
	p.declared = base.declared && t.Kind != item.KindUnknown
	switch t.Kind {
	case item.KindList:
		return c.listElement(p, base, x, key)
	case item.KindUnknown:
		if !php.TextKey(name).IsText() { // it may be a list
			p.steps = then(base.steps, step{name: name})
			return p
		}
	case item.KindObject:
		if _, ok := t.Field(name); !ok && !t.IsMap() {
			p.declared = false
			if !t.Open {
				c.unknownMember(base, t, x, name)
			}
		}
	default:
		c.problem(diag.CodeUnknownMember, place(x.Key), `"%s" is %s and has no member "%s"`, base.text, a(t.String()), name)
		p.steps = then(base.steps, step{none: true})
		return p
	}
	slot := base.layout.Slot(name)
	p.layout = base.layout.Member(slot)
	p.steps = then(base.steps, step{layout: base.layout, slot: slot})
	return p
}

// then returns the steps and one more.
func then(steps []step, more step) []step { return append(steps[:len(steps):len(steps)], more) }

func (c *compiler) unknownMember(base *path, t *item.Type, x *tree.Attr, name string) {
	bad := c.problem(diag.CodeUnknownMember, place(x.Key), `"%s" has no member "%s"`, base.text, name)
	bad.Hint = diag.DidYouMean(name, t.FieldNames())
}

// listElement compiles an element of a list.
func (c *compiler) listElement(p, base *path, x *tree.Attr, key *tree.Lit) *path {
	if key.Kind == tree.LitText && php.TextKey(key.Text).IsText() {
		bad := c.problem(diag.CodeUnknownMember, place(x.Key), `"%s" is a list and has no member "%s"`, base.text, key.Text)
		bad.Hint = `take one of its elements first, such as ` + base.text + `[0]`
		p.steps = then(base.steps, step{none: true})
		return p
	}
	name := p.text[len(base.text)+1:]
	p.text = base.text + "[" + name + "]"
	p.steps = then(base.steps, step{name: name})
	p.layout = base.layout.Elem()
	return p
}

// elementOf returns the member called name, or the element so numbered.
func elementOf(v item.Value, name string) item.Value {
	if v.Kind() == item.KindList {
		if k := php.TextKey(name); !k.IsText() && k.Int() >= 0 {
			return v.Index(int(k.Int()))
		}
		return item.Value{}
	}
	return v.Member(name)
}

// a puts the article in front of a description.
func a(what string) string {
	if what != "" && (what[0] == 'a' || what[0] == 'e' || what[0] == 'i' || what[0] == 'o' || what[0] == 'u') {
		return "an " + what
	}
	return "a " + what
}

// variable compiles a name that is no part of a record: one that the template
// sets, a loop's or arrow function's, or one of the data.
func (c *compiler) variable(x *tree.Name) (slot int, known bool) {
	if b, ok := c.lookup(x.Name); ok && !b.record && !b.loop {
		return b.slot, true
	}
	_, inScope := c.scopeVar(x.Name)
	known = c.set.assigned[x.Name] || inScope && !c.inMacro || c.isLocal(x.Name)
	if !known && c.set.scope != nil {
		c.unknownVariable(x)
	}
	return c.set.slot(x.Name), known
}

// isLocal reports whether the name is a parameter of the macro being compiled.
func (c *compiler) isLocal(name string) bool { return c.inMacro && c.params[name] }

func (c *compiler) unknownVariable(x *tree.Name) {
	if c.set.mentioned[x.Name] {
		return
	}
	bad := c.problem(diag.CodeUnknownVariable, x.Range, `unknown variable "%s"`, x.Name)
	if _, ok := c.scopeVar(x.Name); ok && c.inMacro {
		bad.Hint = "a macro sees only its arguments; pass it as one"
		return
	}
	if x.Name == "loop" {
		bad.Hint = `"loop" is there inside a loop; in the list of an inner loop only if the outer loop's body uses it, too`
		return
	}
	known := c.set.scope.VarNames()
	for name := range c.set.assigned {
		known = append(known, name)
	}
	for _, b := range c.bound {
		known = append(known, b.name)
	}
	bad.Hint = diag.DidYouMean(x.Name, known)
}

package twig

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
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
	// of is the layout of a record's element that is kept as a variable: what is
	// asked of it is checked alone.
	of *item.Layout
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

// path compiles x as a path into a record, if it is one.
func (c *compiler) path(x tree.Expr) (*machine.Path, bool) {
	switch x := x.(type) {
	case *tree.Name:
		return c.root(x)
	case *tree.Attr:
		key, ok := x.Key.(*tree.Lit)
		if !ok || x.How == tree.AttrCall || key.Kind != tree.LitText && key.Kind != tree.LitInt {
			return nil, false
		}
		base, ok := c.path(x.X)
		if !ok {
			return nil, false
		}
		return c.member(base, x, key), true
	}
	return nil, false
}

// checkElement checks the member of a record's element that a variable holds.
func (c *compiler) checkElement(x *tree.Attr) {
	base := tree.Expr(x)
	for {
		a, ok := base.(*tree.Attr)
		if !ok {
			break
		}
		base = a.X
	}
	n, ok := base.(*tree.Name)
	if !ok {
		return
	}
	b, ok := c.lookup(n.Name)
	if !ok || b.of == nil {
		return
	}
	was := *b
	b.record, b.layout = true, b.of // as if the path were read
	c.path(x)
	*b = was
}

// root compiles a name that stands for a record or a part of one.
func (c *compiler) root(x *tree.Name) (*machine.Path, bool) {
	if b, ok := c.lookup(x.Name); ok {
		if !b.record {
			return nil, false
		}
		return &machine.Path{Root: b.slot, Layout: b.layout, Text: b.text, Declared: true}, true
	}
	if c.inMacro || c.set.Opaque || c.set.Assigned[x.Name] {
		return nil, false
	}
	v, ok := c.scopeVar(x.Name)
	if !ok {
		return nil, false
	}
	return &machine.Path{InFrame: true, Root: v.Slot, Layout: v.Layout, Text: x.Name, Declared: true}, true
}

func (c *compiler) scopeVar(name string) (*item.Var, bool) {
	if c.set.opts.Scope == nil {
		return nil, false
	}
	return c.set.opts.Scope.Var(name)
}

// member compiles the member of base that x asks for by key.
func (c *compiler) member(base *machine.Path, x *tree.Attr, key *tree.Lit) *machine.Path {
	name := key.Text
	if key.Kind == tree.LitInt {
		name = php.IntKey(key.Int).String()
	}
	p := &machine.Path{InFrame: base.InFrame, Root: base.Root, Text: base.Text + "." + name}
	if base.Layout == nil || c.set.frozen {
		p.Steps = then(base.Steps, machine.Step{Name: name})
		return p
	}
	t := base.Layout.Type()
	p.Declared = base.Declared && t.Kind != item.KindUnknown
	switch t.Kind {
	case item.KindList:
		return c.listElement(p, base, x, key)
	case item.KindUnknown:
		if !php.TextKey(name).IsText() { // it may be a list
			p.Steps = then(base.Steps, machine.Step{Name: name})
			return p
		}
	case item.KindObject:
		if _, ok := t.Field(name); !ok && !t.IsMap() {
			p.Declared = false
			if !t.Open {
				c.unknownMember(base, t, x, name)
			}
		}
	default:
		c.problem(diag.CodeUnknownMember, place(x.Key), `"%s" is %s and has no member "%s"`, base.Text, a(t.String()), name)
		p.Steps = then(base.Steps, machine.Step{None: true})
		return p
	}
	slot := base.Layout.Slot(name)
	p.Layout = base.Layout.Member(slot)
	p.Steps = then(base.Steps, machine.Step{Layout: base.Layout, Slot: slot})
	return p
}

// then returns the steps and one more.
func then(steps []machine.Step, more machine.Step) []machine.Step {
	return append(steps[:len(steps):len(steps)], more)
}

func (c *compiler) unknownMember(base *machine.Path, t *item.Type, x *tree.Attr, name string) {
	bad := c.problem(diag.CodeUnknownMember, place(x.Key), `"%s" has no member "%s"`, base.Text, name)
	bad.Hint = diag.DidYouMean(name, t.FieldNames())
}

// listElement compiles an element of a list.
func (c *compiler) listElement(p, base *machine.Path, x *tree.Attr, key *tree.Lit) *machine.Path {
	if key.Kind == tree.LitText && php.TextKey(key.Text).IsText() {
		bad := c.problem(diag.CodeUnknownMember, place(x.Key), `"%s" is a list and has no member "%s"`, base.Text, key.Text)
		bad.Hint = `take one of its elements first, such as ` + base.Text + `[0]`
		p.Steps = then(base.Steps, machine.Step{None: true})
		return p
	}
	name := p.Text[len(base.Text)+1:]
	p.Text = base.Text + "[" + name + "]"
	p.Steps = then(base.Steps, machine.Step{Name: name})
	p.Layout = base.Layout.Elem()
	return p
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
	known = c.set.Assigned[x.Name] || inScope && !c.inMacro || c.isLocal(x.Name)
	if !known && c.set.opts.Scope != nil {
		c.unknownVariable(x)
	}
	return c.set.Slot(x.Name), known
}

// isLocal reports whether the name is a parameter of the macro being compiled.
func (c *compiler) isLocal(name string) bool { return c.inMacro && c.params[name] }

func (c *compiler) unknownVariable(x *tree.Name) {
	bad := c.problem(diag.CodeUnknownVariable, x.Range, `unknown variable "%s"`, x.Name)
	if _, ok := c.scopeVar(x.Name); ok && c.inMacro {
		bad.Hint = "a macro sees only its arguments; pass it as one"
		return
	}
	if x.Name == "loop" {
		bad.Hint = `"loop" is there inside a loop; in the list of an inner loop only if the outer loop's body uses it, too`
		return
	}
	known := c.set.opts.Scope.VarNames()
	for name := range c.set.Assigned {
		known = append(known, name)
	}
	for _, b := range c.bound {
		known = append(known, b.name)
	}
	bad.Hint = diag.DidYouMean(x.Name, known)
}

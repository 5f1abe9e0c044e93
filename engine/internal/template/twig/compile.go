package twig

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// compiler compiles one template.
type compiler struct {
	set *Set
	t   *template
	// bound are the names of the loops and arrow functions that stand open,
	// innermost last.
	bound  []binding
	escape string // the escaping strategy in force, or ""
	// blockEscape is the strategy in force where a block is printed in place.
	blockEscape map[string]string
	inMacro     bool
	params      map[string]bool // of the macro
	records     int             // loops over records that stand open
	loops       int             // loops that stand open
	// modules are the slots of imported modules; localModules those of the
	// block or macro being compiled.
	modules, localModules map[string]int
	costs                 int // nodes compiled so far
	loopUsed              map[*tree.For]bool
}

func place(n tree.Node) tree.Range { return n.Place() }

func (c *compiler) problem(code diag.Code, at tree.Range, format string, args ...any) *tree.Problem {
	p := tree.NewProblem(code, at.From, at.To, format, args...)
	c.t.problems = append(c.t.problems, p)
	return p
}

func (c *compiler) syntax(at tree.Range, format string, args ...any) *tree.Problem {
	return c.problem(diag.CodeTemplateSyntax, at, format, args...)
}

// module compiles a whole template.
func (c *compiler) module(m *tree.Module) {
	if f := c.set.opts.Escape; f != nil {
		c.escape = f(c.t.name)
	}
	c.blockEscape = map[string]string{}
	c.modules = map[string]int{}
	c.loopUsed = loopsInUse(m)
	c.t.uses, c.t.onlyBlocks = m.Uses, hasOnlyBlocks(m)
	c.t.macros = map[string]*macroCode{}
	for _, mc := range m.Macros {
		c.t.macros[mc.Name] = &macroCode{t: c.t}
	}
	c.t.blocks = map[string]*blockCode{}
	for _, b := range m.Blocks {
		c.t.blocks[b.Name] = &blockCode{t: c.t, name: b.Name}
	}
	escape := c.escape
	if m.Parent != nil {
		c.t.parent = c.parentOf(m.Parent)
	}
	body := c.body(m.Body)
	for _, b := range m.Blocks {
		c.escape = escape
		if e, ok := c.blockEscape[b.Name]; ok {
			c.escape = e
		}
		c.blockBody(b)
	}
	c.escape = escape
	for _, mc := range m.Macros {
		c.macroBody(mc)
	}
	c.t.body = body
}

func (c *compiler) body(nodes []tree.Node) code {
	codes := make([]code, 0, len(nodes))
	for _, n := range nodes {
		c.costs++
		if s := c.node(n); s != nil {
			codes = append(codes, s)
		}
	}
	return block(codes)
}

// node compiles one node; nil does nothing. It is one line for each kind of
// node, and so longer than other functions may be.
func (c *compiler) node(n tree.Node) code {
	switch n := n.(type) {
	case *tree.Text:
		return c.text(n)
	case *tree.Print:
		return c.print(n.X, n.Range)
	case *tree.If:
		return c.ifNode(n)
	case *tree.For:
		return c.forNode(n)
	case *tree.Set:
		return c.setNode(n)
	case *tree.Capture:
		return c.captureNode(n)
	case *tree.Apply:
		return c.applyNode(n)
	case *tree.Do:
		x := c.expr(n.X)
		return func(r *run) { x(r) }
	case *tree.With:
		return c.withNode(n)
	case *tree.Autoescape:
		outer := c.escape
		c.escape = n.Strategy
		body := c.body(n.Body)
		c.escape = outer
		return body
	case *tree.BlockRef:
		c.blockEscape[n.Name] = c.escape
		return c.blockRef(n)
	case *tree.Include:
		return c.includeNode(n)
	case *tree.Import:
		return c.importNode(n)
	}
	c.syntax(place(n), "this cannot be compiled")
	return nil
}

func (c *compiler) text(n *tree.Text) code {
	text, t, at := n.Text, c.t, n.Range
	return func(r *run) {
		r.out = append(r.out, text...)
		r.grown(t, at)
	}
}

func (c *compiler) ifNode(n *tree.If) code {
	type branch struct {
		cond func(r *run) bool
		body code
	}
	branches := make([]branch, len(n.Branches))
	for i, b := range n.Branches {
		branches[i] = branch{c.truth(b.If), c.body(b.Body)}
	}
	other := c.body(n.Else)
	if len(branches) == 1 {
		cond, body := branches[0].cond, branches[0].body
		return func(r *run) {
			if yes := cond(r); r.err != nil {
				return
			} else if yes {
				body(r)
			} else {
				other(r)
			}
		}
	}
	return func(r *run) {
		for i := range branches {
			yes := branches[i].cond(r)
			if r.err != nil {
				return
			}
			if yes {
				branches[i].body(r)
				return
			}
		}
		other(r)
	}
}

// defined returns v as the value of a variable that is set.
func defined(v php.Value) php.Value {
	if v.Kind() == php.KindMissing {
		return php.Null
	}
	return v
}

func (c *compiler) setNode(n *tree.Set) code {
	slots, values := make([]int, len(n.Names)), make([]expr, len(n.Names))
	for i := range n.Names {
		slots[i], values[i] = c.set.slot(n.Names[i]), c.expr(n.Values[i])
	}
	if len(slots) == 1 {
		slot, value := slots[0], values[0]
		return func(r *run) {
			v := value(r)
			r.vars[slot] = defined(v)
		}
	}
	return func(r *run) {
		made := make([]php.Value, len(values))
		for i, value := range values {
			made[i] = defined(value(r))
		}
		for i, slot := range slots {
			r.vars[slot] = made[i]
		}
	}
}

func (c *compiler) captureNode(n *tree.Capture) code {
	slot, body := c.set.slot(n.Name), c.body(n.Body)
	return func(r *run) { r.vars[slot] = captured(r.capture(body)) }
}

// captured is the value of a captured text: escaped already, unless it is
// empty.
func captured(text string) php.Value {
	if text == "" {
		return php.String("")
	}
	return php.Markup(text)
}

func (c *compiler) applyNode(n *tree.Apply) code {
	slot := c.set.private()
	n.Ref.Name = " applied"
	body := c.body(n.Body)
	c.bound = append(c.bound, binding{name: n.Ref.Name, slot: slot})
	show := c.print(n.X, n.Range)
	c.bound = c.bound[:len(c.bound)-1]
	return func(r *run) {
		v := captured(r.capture(body))
		if r.err != nil {
			return
		}
		outer := r.vars[slot]
		r.vars[slot] = v
		show(r)
		r.vars[slot] = outer
	}
}

// withNode compiles a part with more variables. All that is set in it is gone
// behind it.
func (c *compiler) withNode(n *tree.With) code {
	var vars expr
	if n.Vars != nil {
		vars = c.expr(n.Vars)
	}
	keys, literal := literalKeys(n.Vars)
	bound := len(c.bound)
	if literal {
		for _, k := range keys {
			c.bound = append(c.bound, binding{name: k, slot: c.set.slot(k)})
		}
	}
	body := c.body(n.Body)
	c.bound = c.bound[:bound]
	t, at, set, only := c.t, place(n), c.set, n.Only
	if literal && !only {
		return c.withLiteral(vars, keys, n.Body, body)
	}
	return func(r *run) {
		outer := r.vars
		inner, rest := make([]php.Value, len(outer)), r.rest
		if only && vars != nil {
			rest = nil
		} else {
			copy(inner, outer)
		}
		if vars != nil {
			v := vars(r)
			if r.err != nil {
				return
			}
			a := v.Array()
			if a == nil {
				r.fail(t, at, errNoMapping)
				return
			}
			if only {
				set.spreadGlobals(r, inner)
			}
			set.spread(a, inner)
			if rest == nil {
				rest = php.NewArray(0)
			}
			rest = rest.Merge(a)
		}
		outerRest := r.rest
		r.vars, r.rest = inner, rest
		body(r)
		r.vars, r.rest = outer, outerRest
	}
}

// withLiteral compiles a with tag whose variables are written out: they take
// the place of those of the same names for as long as the body runs.
func (c *compiler) withLiteral(vars expr, keys []string, nodes []tree.Node, body code) code {
	saved := c.assignedSlots(nodes, keys...)
	set := c.set
	return func(r *run) {
		v := vars(r)
		if r.err != nil {
			return
		}
		old := r.save(saved)
		set.spread(v.Array(), r.vars)
		body(r)
		r.restore(saved, old)
	}
}

// spread sets the variables that a names.
func (s *Set) spread(a *php.Array, vars []php.Value) {
	for i, v := range a.Vals() {
		if slot, ok := s.names[a.KeyAt(i).String()]; ok && slot < len(vars) {
			vars[slot] = defined(v)
		}
	}
}

// spreadGlobals sets the variables that every template sees.
func (s *Set) spreadGlobals(r *run, vars []php.Value) {
	if r.globals != nil {
		s.spread(r.globals, vars)
	}
}

// assignedSlots returns the slots of the names and of those that a body sets.
func (c *compiler) assignedSlots(body []tree.Node, names ...string) []int {
	seen := map[int]bool{}
	var slots []int
	add := func(name string) {
		if slot := c.set.slot(name); !seen[slot] {
			seen[slot] = true
			slots = append(slots, slot)
		}
	}
	for _, n := range names {
		add(n)
	}
	tree.WalkBody(body, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.Set:
			for _, name := range n.Names {
				add(name)
			}
		case *tree.Capture:
			add(n.Name)
		case *tree.Include:
			return false
		}
		return true
	})
	return slots
}

// save returns the values of variables; restore gives them back.
func (r *run) save(slots []int) []php.Value {
	if len(slots) == 0 {
		return nil
	}
	old := make([]php.Value, len(slots))
	for i, s := range slots {
		old[i] = r.vars[s]
	}
	return old
}

func (r *run) restore(slots []int, old []php.Value) {
	for i, s := range slots {
		r.vars[s] = old[i]
	}
}

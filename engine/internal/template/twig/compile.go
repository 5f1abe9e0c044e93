package twig

import (
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
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
	c.t.Problems = append(c.t.Problems, p)
	return p
}

func (c *compiler) syntax(at tree.Range, format string, args ...any) *tree.Problem {
	return c.problem(diag.CodeTemplateSyntax, at, format, args...)
}

// module compiles a whole template.
func (c *compiler) module(m *tree.Module) {
	if f := c.set.opts.Escape; f != nil {
		c.escape = f(c.t.Name)
	}
	c.blockEscape = map[string]string{}
	c.modules = map[string]int{}
	c.loopUsed = scan.LoopsInUse(m)
	c.t.Uses, c.t.OnlyBlocks = m.Uses, scan.HasOnlyBlocks(m)
	c.t.Macros = map[string]*machine.Macro{}
	for _, mc := range m.Macros {
		c.t.Macros[mc.Name] = &machine.Macro{From: c.t}
	}
	c.t.Blocks = map[string]*machine.Block{}
	for _, b := range m.Blocks {
		c.t.Blocks[b.Name] = &machine.Block{From: c.t}
	}
	escape := c.escape
	if m.Parent != nil {
		c.t.Parent = c.parentOf(m.Parent)
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
	c.t.Body = body
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
		r.Out = append(r.Out, text...)
		r.Grown(t, at)
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
			if yes := cond(r); r.Err != nil {
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
			if r.Err != nil {
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

func (c *compiler) setNode(n *tree.Set) code {
	slots, values := make([]int, len(n.Names)), make([]expr, len(n.Names))
	for i := range n.Names {
		slots[i], values[i] = c.set.Slot(n.Names[i]), c.expr(n.Values[i])
	}
	if len(slots) == 1 {
		slot, value := slots[0], values[0]
		return func(r *run) {
			v := value(r)
			r.Vars[slot] = machine.Defined(v)
		}
	}
	return func(r *run) {
		made := make([]php.Value, len(values))
		for i, value := range values {
			made[i] = machine.Defined(value(r))
		}
		for i, slot := range slots {
			r.Vars[slot] = made[i]
		}
	}
}

func (c *compiler) captureNode(n *tree.Capture) code {
	slot, body := c.set.Slot(n.Name), c.body(n.Body)
	return func(r *run) { r.Vars[slot] = machine.Captured(r.Capture(body)) }
}

func (c *compiler) applyNode(n *tree.Apply) code {
	slot := c.set.Private()
	n.Ref.Name = " applied"
	body := c.body(n.Body)
	c.bound = append(c.bound, binding{name: n.Ref.Name, slot: slot})
	show := c.print(n.X, n.Range)
	c.bound = c.bound[:len(c.bound)-1]
	return func(r *run) {
		v := machine.Captured(r.Capture(body))
		if r.Err != nil {
			return
		}
		outer := r.Vars[slot]
		r.Vars[slot] = v
		show(r)
		r.Vars[slot] = outer
	}
}

// withNode compiles a part with more variables. All that is set in it is gone
// behind it.
func (c *compiler) withNode(n *tree.With) code {
	var vars expr
	if n.Vars != nil {
		vars = c.expr(n.Vars)
	}
	keys, literal := scan.LiteralKeys(n.Vars)
	bound := len(c.bound)
	if n.Only && n.Vars != nil {
		c.bound = append(c.bound, binding{name: "loop", slot: c.set.Slot("loop")}) // the loops outside are not seen
	}
	if literal {
		for _, k := range keys {
			c.bound = append(c.bound, binding{name: k, slot: c.set.Slot(k)})
		}
	}
	body := c.body(n.Body)
	c.bound = c.bound[:bound]
	if literal && !n.Only {
		return c.withLiteral(vars, keys, n.Body, body)
	}
	w := &machine.With{From: c.t, At: place(n), Vars: vars, Only: n.Only, Body: body}
	return w.Run
}

// withLiteral compiles a with tag whose variables are written out: they take
// the place of those of the same names for as long as the body runs.
func (c *compiler) withLiteral(vars expr, keys []string, nodes []tree.Node, body code) code {
	saved := c.assignedSlots(nodes, keys...)
	set := c.set
	return func(r *run) {
		v := vars(r)
		if r.Err != nil {
			return
		}
		old := r.Save(saved)
		set.Spread(v.Array(), r.Vars)
		body(r)
		r.Restore(saved, old)
	}
}

// assignedSlots returns the slots of the names and of those that a body sets.
func (c *compiler) assignedSlots(body []tree.Node, names ...string) []int {
	var slots []int
	for _, name := range append(names, scan.Assigned(body)...) {
		if slot := c.set.Slot(name); !slices.Contains(slots, slot) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// block runs codes up to the first error.
func block(codes []code) code {
	switch len(codes) {
	case 0:
		return func(*run) {}
	case 1:
		return codes[0]
	}
	return func(r *run) {
		for _, c := range codes {
			if c(r); r.Err != nil {
				return
			}
		}
	}
}

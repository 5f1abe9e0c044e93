package jinja

import (
	"maps"
	"slices"
	"strconv"

	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/jinja/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// checker looks for what is wrong in a template.
type checker struct {
	src      *source
	scope    *item.Scope
	problems []*tree.Problem
	// local are the names that the template sets, with what is known of them.
	local []map[string]known
	depth int
}

// known is what is known of a value: the type, and the path that it has in the
// record.
type known struct {
	typ  *item.Type
	path string
}

func newChecker(src *source, scope *item.Scope) *checker {
	return &checker{src: src, scope: scope, local: []map[string]known{{}}}
}

func (c *checker) failed() bool {
	return slices.ContainsFunc(c.problems, func(p *tree.Problem) bool { return !p.Warning })
}

func (c *checker) problem(code diag.Code, t *tokens.Token, format string, args ...any) *tree.Problem {
	from, to := c.src.span(t)
	p := tree.NewProblem(code, from, to, format, args...)
	c.problems = append(c.problems, p)
	return p
}

func (c *checker) nodes(list []nodes.Node) {
	if c.depth++; c.depth > maxDepth {
		c.problem(diag.CodeTemplateSyntax, nil, "nested more than %d levels deep", maxDepth)
		return
	}
	defer func() { c.depth-- }()
	for _, n := range list {
		switch n := n.(type) {
		case *nodes.Output:
			c.expr(n.Expression)
			c.optional(n.Condition, n.Alternative)
		case *nodes.ControlStructureBlock:
			c.tag(n.ControlStructure)
		}
	}
}

// optional checks expressions that may be left out.
func (c *checker) optional(list ...nodes.Expression) {
	for _, x := range list {
		if x != nil {
			c.expr(x)
		}
	}
}

func (c *checker) tag(n nodes.ControlStructure) {
	switch t := n.(type) {
	case *ifTag:
		c.optional(t.conditions...)
		for _, b := range t.bodies {
			c.nodes(b.Nodes)
		}
	case *forTag:
		c.forTag(t)
	case *setTag:
		c.setTag(t)
	case *withTag:
		c.inner(func() {
			for i, x := range t.values {
				c.expr(x)
				c.name(t.names[i], known{typ: item.TypeUnknown})
			}
			c.nodes(t.body.Nodes)
		})
	case *filterTag:
		for _, f := range t.filters {
			c.filterCall(f)
		}
		c.nodes(t.body.Nodes)
	case *doTag:
		c.expr(t.x)
	}
}

func (c *checker) setTag(t *setTag) {
	c.optional(t.value, t.condition, t.alternative)
	if t.body != nil {
		c.nodes(t.body.Nodes)
	}
	if t.member == "" {
		c.name(t.name.Val, known{typ: item.TypeUnknown})
		return
	}
	if _, ok := c.lookup(t.name.Val); !ok {
		bad := c.problem(diag.CodeUnknownVariable, t.name, `"%s" is no namespace`, t.name.Val)
		bad.Hint = "make one first: {% set " + t.name.Val + " = namespace() %}"
	}
}

// name gives a name a meaning from here on.
func (c *checker) name(name string, k known) { c.local[len(c.local)-1][name] = k }

// inner checks a part with names of its own.
func (c *checker) inner(check func()) {
	c.local = append(c.local, map[string]known{})
	check()
	c.local = c.local[:len(c.local)-1]
}

func (c *checker) forTag(t *forTag) {
	c.expr(t.over)
	over := c.knownOf(t.over)
	c.inner(func() {
		for _, name := range t.targets {
			c.name(name, known{typ: item.TypeUnknown})
		}
		switch {
		case over.typ.Kind == item.KindList && len(t.targets) == 1:
			c.name(t.targets[0], known{over.typ.Elem, over.path + "[]"})
		case over.typ.IsMap() && len(t.targets) == 2:
			c.name(t.targets[1], known{over.typ.Elem, over.path + "[]"})
		}
		c.optional(t.cond)
		c.name("loop", known{typ: item.TypeUnknown})
		c.nodes(t.body.Nodes)
	})
	if t.empty != nil {
		c.inner(func() { c.nodes(t.empty.Nodes) })
	}
}

// knownOf returns what is known of an expression's value.
func (c *checker) knownOf(x nodes.Node) known {
	switch x := x.(type) {
	case *nodes.Name:
		k, _ := c.lookup(x.Name.Val)
		return k
	case *nodes.GetAttribute:
		if x.Attribute == "" {
			return part(c.knownOf(x.Node), strconv.Itoa(x.Index), true)
		}
		return part(c.knownOf(x.Node), x.Attribute, false)
	case *nodes.GetItem:
		switch key := x.Arg.(type) {
		case *nodes.String:
			return part(c.knownOf(x.Node), key.Val, false)
		case *nodes.Integer:
			return part(c.knownOf(x.Node), strconv.Itoa(key.Val), true)
		}
		return part(c.knownOf(x.Node), "", true)
	case *nodes.Call:
		if f, ok := x.Func.(*nodes.GetAttribute); ok && f.Attribute == "items" && len(x.Args) == 0 {
			return c.knownOf(f.Node)
		}
	}
	return known{typ: item.TypeUnknown}
}

// part returns what is known of a member or element.
func part(of known, name string, element bool) known {
	t := item.TypeUnknown
	switch f, ok := of.typ.Field(name); {
	case ok:
		t = f.Type
	case of.typ.IsMap(), element && of.typ.Kind == item.KindList:
		t = of.typ.Elem
	}
	if of.path == "" {
		return known{typ: t}
	}
	if element {
		return known{t, of.path + "[" + name + "]"}
	}
	return known{t, of.path + "." + name}
}

// lookup returns what a name means.
func (c *checker) lookup(name string) (known, bool) {
	for i := len(c.local) - 1; i >= 0; i-- {
		if k, ok := c.local[i][name]; ok {
			return k, true
		}
	}
	if c.scope != nil {
		if v, ok := c.scope.Var(name); ok {
			return known{v.Type, name}, true
		}
	}
	return known{typ: item.TypeUnknown}, c.scope == nil || isNone(name)
}

func isNone(name string) bool { return name == "none" || name == "null" }

// variable checks a name.
func (c *checker) variable(x *nodes.Name) {
	if _, ok := c.lookup(x.Name.Val); ok {
		return
	}
	bad := c.problem(diag.CodeUnknownVariable, x.Name, `unknown variable "%s"`, x.Name.Val)
	names := c.scope.VarNames()
	for _, l := range c.local {
		names = slices.AppendSeq(names, maps.Keys(l))
	}
	bad.Hint = diag.DidYouMean(x.Name.Val, names)
}

// member checks a member of something whose type is known.
func (c *checker) member(base nodes.Node, name string, t *tokens.Token) {
	of := c.knownOf(base)
	what := of.path
	switch {
	case what == "", of.typ.Kind == item.KindUnknown, of.typ.IsMap(), of.typ.Open:
	case of.typ.Kind == item.KindList:
		bad := c.problem(diag.CodeUnknownMember, t, `"%s" is a list and has no member "%s"`, what, name)
		bad.Hint = "take one of its elements first, such as " + what + "[0]"
	case of.typ.Kind != item.KindObject:
		c.problem(diag.CodeUnknownMember, t, `"%s" is of the type %s and has no member "%s"`, what, of.typ.String(), name)
	default:
		if _, ok := of.typ.Field(name); !ok {
			bad := c.problem(diag.CodeUnknownMember, t, `"%s" has no member "%s"`, what, name)
			bad.Hint = diag.DidYouMean(name, of.typ.FieldNames())
		}
	}
}

// unknown reports a name that is not among those of a table.
func (c *checker) unknown(code diag.Code, what string, t *tokens.Token, name string, names []string) {
	bad := c.problem(code, t, `unknown %s "%s"`, what, name)
	if bad.Hint = builtin.Hint(name); bad.Hint == "" {
		bad.Hint = diag.DidYouMean(name, names)
	}
}

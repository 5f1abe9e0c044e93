package jinja

import (
	"maps"
	"slices"
	"strconv"

	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// checker looks for what is wrong in a template and rewrites its expressions to
// go through the functions of this package.
type checker struct {
	src      string
	scope    *item.Scope
	problems []*tree.Problem
	// local are the names that the template sets, with what is known of them.
	local []map[string]*item.Type
	used  map[string]*item.Var
	reads map[string]bool
	depth int
}

func newChecker(src string, scope *item.Scope) *checker {
	return &checker{src: src, scope: scope, local: []map[string]*item.Type{{}}, used: map[string]*item.Var{}, reads: map[string]bool{}}
}

func (c *checker) failed() bool {
	return slices.ContainsFunc(c.problems, func(p *tree.Problem) bool { return !p.Warning })
}

func (c *checker) uses() []*item.Var {
	var vars []*item.Var
	for _, name := range slices.Sorted(maps.Keys(c.used)) {
		vars = append(vars, c.used[name])
	}
	return vars
}

func (c *checker) paths() []string { return slices.Sorted(maps.Keys(c.reads)) }

func (c *checker) problem(code diag.Code, t *tokens.Token, format string, args ...any) *tree.Problem {
	from := 0
	length := 0
	if t != nil {
		from, length = t.Pos, len(t.Val)
	}
	p := tree.NewProblem(code, from, from+length, format, args...)
	c.problems = append(c.problems, p)
	return p
}

func (c *checker) template(root *nodes.Template) { c.nodes(root.Nodes) }

func (c *checker) nodes(list []nodes.Node) {
	for _, n := range list {
		c.node(n)
	}
}

// maxDepth is how deeply expressions may nest.
const maxDepth = 1000

func (c *checker) node(n nodes.Node) {
	switch n := n.(type) {
	case *nodes.Output:
		n.Expression = c.expr(n.Expression)
		n.Condition = c.expr(n.Condition)
		n.Alternative = c.expr(n.Alternative)
	case *nodes.ControlStructureBlock:
		c.tag(n.ControlStructure)
	}
}

func (c *checker) tag(n nodes.ControlStructure) {
	switch t := n.(type) {
	case *ifTag:
		for i := range t.conditions {
			t.conditions[i] = c.expr(t.conditions[i])
		}
		for _, b := range t.bodies {
			c.nodes(b.Nodes)
		}
	case *forTag:
		c.forTag(t)
	case *setTag:
		t.value, t.condition, t.alternative = c.expr(t.value), c.expr(t.condition), c.expr(t.alternative)
		if t.body != nil {
			c.nodes(t.body.Nodes)
		}
		c.local[len(c.local)-1][t.name] = item.TypeUnknown
	case *withTag:
		c.inner(func() {
			for i, x := range t.values {
				t.values[i] = c.expr(x)
				c.local[len(c.local)-1][t.names[i]] = item.TypeUnknown
			}
			c.nodes(t.body.Nodes)
		})
	case *filterTag:
		for _, f := range t.filters {
			c.filterCall(f)
		}
		c.nodes(t.body.Nodes)
	case *doTag:
		t.x = c.expr(t.x)
	}
}

// inner checks a part with names of its own.
func (c *checker) inner(check func()) {
	c.local = append(c.local, map[string]*item.Type{})
	check()
	c.local = c.local[:len(c.local)-1]
}

func (c *checker) forTag(t *forTag) {
	over := c.typeOf(t.over)
	t.over = c.expr(t.over)
	c.inner(func() {
		names := c.local[len(c.local)-1]
		for _, name := range t.targets {
			names[name] = item.TypeUnknown
		}
		names["loop"] = item.TypeUnknown
		if over.Kind == item.KindList && len(t.targets) == 1 {
			names[t.targets[0]] = over.Elem
		}
		if over.IsMap() && len(t.targets) == 2 {
			names[t.targets[1]] = over.Elem
		}
		t.cond = c.expr(t.cond)
		c.nodes(t.body.Nodes)
	})
	if t.empty != nil {
		c.nodes(t.empty.Nodes)
	}
}

// typeOf returns what is known of a path's type, without checking it.
func (c *checker) typeOf(x nodes.Node) *item.Type {
	switch x := x.(type) {
	case *nodes.Name:
		if t, ok := c.localType(x.Name.Val); ok {
			return t
		}
		if c.scope != nil {
			if v, ok := c.scope.Var(x.Name.Val); ok {
				return v.Type
			}
		}
	case *nodes.GetAttribute:
		return memberType(c.typeOf(x.Node), x.Attribute)
	case *nodes.GetItem:
		if s, ok := x.Arg.(*nodes.String); ok {
			return memberType(c.typeOf(x.Node), s.Val)
		}
		if t := c.typeOf(x.Node); t.Kind == item.KindList {
			return t.Elem
		}
	}
	return item.TypeUnknown
}

func memberType(t *item.Type, name string) *item.Type {
	if f, ok := t.Field(name); ok {
		return f.Type
	}
	switch {
	case t.IsMap(), t.Kind == item.KindList && name == "":
		return t.Elem
	}
	return item.TypeUnknown
}

func (c *checker) localType(name string) (*item.Type, bool) {
	for i := len(c.local) - 1; i >= 0; i-- {
		if t, ok := c.local[i][name]; ok {
			return t, true
		}
	}
	return nil, false
}

// name checks a variable.
func (c *checker) name(x *nodes.Name) {
	name := x.Name.Val
	if _, ok := c.localType(name); ok || c.scope == nil {
		return
	}
	if v, ok := c.scope.Var(name); ok {
		c.used[name] = v
		c.reads[name] = true
		return
	}
	bad := c.problem(diag.CodeUnknownVariable, x.Name, `unknown variable "%s"`, name)
	known := c.scope.VarNames()
	for _, names := range c.local {
		for n := range names {
			known = append(known, n)
		}
	}
	bad.Hint = diag.DidYouMean(name, known)
}

// member checks the member of something whose type is known.
func (c *checker) member(base nodes.Node, name string, t *tokens.Token) {
	of := c.typeOf(base)
	if of.Kind == item.KindUnknown || of.IsMap() || of.Open || name == "" {
		return
	}
	what := textOf(base)
	if of.Kind != item.KindObject {
		c.problem(diag.CodeUnknownMember, t, `"%s" has no member "%s": it is %s`, what, name, of.String())
		return
	}
	if _, ok := of.Field(name); !ok {
		bad := c.problem(diag.CodeUnknownMember, t, `"%s" has no member "%s"`, what, name)
		bad.Hint = diag.DidYouMean(name, of.FieldNames())
	}
	if p := textOf(base); p != "" {
		c.reads[p+"."+name] = true
	}
}

// textOf writes a path.
func textOf(x nodes.Node) string {
	switch x := x.(type) {
	case *nodes.Name:
		return x.Name.Val
	case *nodes.GetAttribute:
		if x.Attribute == "" {
			return textOf(x.Node) + "." + strconv.Itoa(x.Index)
		}
		return textOf(x.Node) + "." + x.Attribute
	case *nodes.GetItem:
		if s, ok := x.Arg.(*nodes.String); ok {
			return textOf(x.Node) + "." + s.Val
		}
		return textOf(x.Node) + "[]"
	}
	return "this"
}

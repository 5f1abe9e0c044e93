package twig

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// includeNode compiles an include or embed tag.
func (c *compiler) includeNode(n *tree.Include) code {
	in := &machine.Inclusion{From: c.t, At: n.Range, Alone: n.Only, Missing: n.IgnoreMissing}
	var which expr
	if n.Embed != nil {
		in.Embed = true
		which = constant(php.Obj(machine.Made{Template: c.embedded(n)}))
	} else {
		which = c.expr(n.Template)
	}
	if !n.IgnoreMissing {
		c.mustExist(n.Template)
	}
	if n.Vars != nil {
		in.Vars = c.expr(n.Vars)
	}
	return func(r *run) {
		v := which(r)
		if r.Err == nil {
			in.Print(r, v, true)
		}
	}
}

// mustExist reports a template that is named where it does not exist. Templates
// of a pipeline alone are all known.
func (c *compiler) mustExist(x tree.Expr) {
	lit, ok := x.(*tree.Lit)
	if !ok || lit.Kind != tree.LitText || c.set.opts.Scope == nil || c.set.frozen {
		return
	}
	if _, ok := c.set.Templates[lit.Text]; ok && lit.Text != "" {
		return
	}
	bad := c.problem(diag.CodeUnknownTemplate, lit.Range, `there is no template "%s"`, lit.Text)
	names := slices.Sorted(maps.Keys(c.set.Templates))
	if bad.Hint = diag.DidYouMean(lit.Text, names); bad.Hint == "" {
		bad.Hint = "templates that others use stand under templates: in the pipeline"
	}
}

// embedded compiles the template that an embed tag makes in place.
func (c *compiler) embedded(n *tree.Include) *template {
	t := &template{Name: c.t.Name, Set: c.set.Set, Source: c.t.Source}
	inner := &compiler{set: c.set, t: t}
	inner.module(n.Embed)
	c.t.Problems = append(c.t.Problems, t.Problems...)
	return t
}

// includeCall compiles "include(template, variables, ...)".
func (c *compiler) includeCall(x *tree.Call) expr {
	def := builtin.Functions()["include"]
	placed, ok := c.arrange(scan.OfFunction(def, x.At), x.Args)
	if !ok {
		return constant(php.Null)
	}
	in := &machine.Inclusion{From: c.t, At: x.Range}
	which := c.expr(placed[0])
	if placed[3] == nil {
		c.mustExist(placed[0])
	}
	if placed[1] != nil {
		in.Vars = c.expr(placed[1])
	}
	withContext, ignore := c.flag(placed[2], true), c.flag(placed[3], false)
	return func(r *run) php.Value {
		v := which(r)
		context, missing := withContext(r), ignore(r)
		if r.Err != nil {
			return php.Null
		}
		use := *in
		use.Missing = missing
		return php.String(r.Capture(func(r *run) { use.Print(r, v, context) }))
	}
}

// flag compiles an optional argument that is true or false.
func (c *compiler) flag(x tree.Expr, otherwise bool) func(r *run) bool {
	if x == nil {
		return func(*run) bool { return otherwise }
	}
	return c.truth(x)
}

// sourceCall compiles "source(name)".
func (c *compiler) sourceCall(x *tree.Call) expr {
	def := builtin.Functions()["source"]
	placed, ok := c.arrange(scan.OfFunction(def, x.At), x.Args)
	if !ok {
		return constant(php.Null)
	}
	name, ignore, t, at := c.expr(placed[0]), c.flag(placed[1], false), c.t, x.Range
	return func(r *run) php.Value {
		s, err := php.ToString(name(r))
		if err != nil {
			r.Fail(t, at, err)
			return php.Null
		}
		if found, ok := t.Set.Lookup(s); ok {
			return php.String(found.Source)
		}
		if !ignore(r) {
			r.Fail(t, at, fmt.Errorf(`%w: "%s"`, machine.ErrMissing, s))
		}
		return php.String("")
	}
}

// stringTemplate compiles "template_from_string(template, name)".
func (c *compiler) stringTemplate(x *tree.Call) expr {
	def := builtin.Functions()["template_from_string"]
	placed, ok := c.arrange(scan.OfFunction(def, x.At), x.Args)
	if !ok {
		return constant(php.Null)
	}
	text, outer, t, at := c.expr(placed[0]), c.set, c.t, x.Range
	return func(r *run) php.Value {
		v := text(r)
		s, err := php.ToString(v)
		if v.IsNull() {
			err = errors.New("a template is made of a text, not of null")
		}
		if err == nil {
			err = r.Env.Budget.Spend(100 + 10*len(s))
		}
		if err != nil {
			r.Fail(t, at, err)
			return php.Null
		}
		const name = "a template made of a text"
		set := outer.atRunTime()
		set.addTemplates([]Source{{name, s}})
		m, err := set.Load(name)
		if err != nil {
			r.Fail(t, at, fmt.Errorf("%s: %w", name, errors.Unwrap(err)))
			return php.Null
		}
		return php.Obj(machine.Made{Template: m})
	}
}

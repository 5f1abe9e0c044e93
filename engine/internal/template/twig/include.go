package twig

import (
	"errors"
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// errMissing is that of a template that does not exist.
var errMissing = errors.New("no such template")

// load returns the template called name, if it can be used.
func (s *Set) load(name string) (*template, error) {
	t, ok := s.lookup(name)
	if !ok {
		return nil, fmt.Errorf(`%w: "%s"`, errMissing, name)
	}
	if t.body == nil || t.firstError() != nil {
		return nil, t.unusable()
	}
	return t, nil
}

// made is a template as a value.
type made struct{ t *template }

// Class names the kind of object.
func (made) Class() string { return "template" }

// resolve returns the template that v stands for: its name, the first that
// exists of a list of names, or a template made of a text.
func (s *Set) resolve(r *run, v php.Value) (*template, error) {
	if m, ok := v.Object().(made); ok {
		return m.t, nil
	}
	a := v.Array()
	if a == nil {
		name, err := php.ToString(v)
		if err != nil {
			return nil, err
		}
		return s.load(name)
	}
	for _, e := range a.Vals() {
		if e.Kind() == php.KindString && e.AsText() == "" {
			continue
		}
		t, err := s.resolve(r, e)
		if !errors.Is(err, errMissing) {
			return t, err
		}
	}
	return nil, fmt.Errorf("%w: none of the list exists", errMissing)
}

// inclusion is what a template is printed with.
type inclusion struct {
	t       *template // that includes
	at      tree.Range
	vars    expr // nil when there are none
	alone   bool
	missing bool // a template that does not exist prints nothing
	embed   bool // the template is made in place
}

// includeNode compiles an include or embed tag.
func (c *compiler) includeNode(n *tree.Include) code {
	in := &inclusion{t: c.t, at: n.Range, alone: n.Only, missing: n.IgnoreMissing}
	var which expr
	if n.Embed != nil {
		in.embed = true
		which = constant(php.Obj(made{c.embedded(n)}))
	} else {
		which = c.expr(n.Template)
	}
	if n.Vars != nil {
		in.vars = c.expr(n.Vars)
	}
	return func(r *run) {
		v := which(r)
		if r.err == nil {
			in.print(r, v, true)
		}
	}
}

// embedded compiles the template that an embed tag makes in place.
func (c *compiler) embedded(n *tree.Include) *template {
	t := &template{name: c.t.name, set: c.set, source: c.t.source}
	inner := &compiler{set: c.set, t: t}
	inner.module(n.Embed)
	c.t.problems = append(c.t.problems, t.problems...)
	return t
}

// print prints the template that v stands for.
func (in *inclusion) print(r *run, v php.Value, context bool) {
	t, err := in.t.set.resolve(r, v)
	if err == nil && in.missing && in.embed {
		err = in.embeddable(r, t)
	}
	if err != nil {
		if !in.missing || !errors.Is(err, errMissing) {
			r.fail(in.t, in.at, err)
		}
		return
	}
	if r.err != nil {
		return
	}
	given := php.NewArray(0)
	if in.vars != nil && !in.given(r, &given) {
		return
	}
	vars := make([]php.Value, max(t.set.slots, len(r.vars)))
	rest := given
	if context && !in.alone {
		copy(vars, r.vars)
		t.set.loadNew(r, vars)
		if r.rest != nil {
			rest = r.rest.Merge(given)
		}
	} else {
		t.set.spreadGlobals(r, vars)
	}
	t.set.spread(given, vars)
	outer := r.part(vars, rest)
	t.show(r, nil, in.at)
	r.back(outer)
}

// embeddable reports whether the template that an embedded one extends exists.
func (in *inclusion) embeddable(r *run, t *template) error {
	if _, ok := t.base(r); ok {
		return nil
	}
	err := r.err
	if errors.Is(err, errMissing) {
		r.err = nil
	}
	return err
}

// given evaluates the variables given to the template.
func (in *inclusion) given(r *run, a **php.Array) bool {
	v := in.vars(r)
	if r.err != nil {
		return false
	}
	if given := v.Array(); given != nil {
		*a = given
	} else if !v.IsNull() {
		r.fail(in.t, in.at, errors.New("the variables of an included template must be a mapping"))
	}
	return r.err == nil
}

// includeCall compiles "include(template, variables, ...)".
func (c *compiler) includeCall(x *tree.Call) expr {
	def := builtin.Functions()["include"]
	placed, ok := c.arrange(signature{"function", "include", def.Params, false, x.At}, x.Args)
	if !ok {
		return constant(php.Null)
	}
	in := &inclusion{t: c.t, at: x.Range}
	which := c.expr(placed[0])
	if placed[1] != nil {
		in.vars = c.expr(placed[1])
	}
	withContext, ignore := c.flag(placed[2], true), c.flag(placed[3], false)
	return func(r *run) php.Value {
		v := which(r)
		context, missing := withContext(r), ignore(r)
		if r.err != nil {
			return php.Null
		}
		use := *in
		use.missing = missing
		return captured(r.capture(func(r *run) { use.print(r, v, context) }))
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
	placed, ok := c.arrange(signature{"function", "source", def.Params, false, x.At}, x.Args)
	if !ok {
		return constant(php.Null)
	}
	name, ignore, t, at := c.expr(placed[0]), c.flag(placed[1], false), c.t, x.Range
	return func(r *run) php.Value {
		s, err := php.ToString(name(r))
		if err != nil {
			r.fail(t, at, err)
			return php.Null
		}
		if found, ok := t.set.lookup(s); ok {
			return php.String(found.source)
		}
		if !ignore(r) {
			r.fail(t, at, fmt.Errorf(`%w: "%s"`, errMissing, s))
		}
		return php.String("")
	}
}

// stringTemplate compiles "template_from_string(template, name)".
func (c *compiler) stringTemplate(x *tree.Call) expr {
	def := builtin.Functions()["template_from_string"]
	placed, ok := c.arrange(signature{"function", "template_from_string", def.Params, false, x.At}, x.Args)
	if !ok {
		return constant(php.Null)
	}
	text, t, at := c.expr(placed[0]), c.t, x.Range
	return func(r *run) php.Value {
		s, err := php.ToString(text(r))
		if err == nil {
			err = r.env.Budget.Spend(100 + 10*len(s))
		}
		if err != nil {
			r.fail(t, at, err)
			return php.Null
		}
		const name = "a template made of a text"
		set := t.set.atRunTime()
		set.addTemplates([]Source{{name, s}})
		m, err := set.load(name)
		if err != nil {
			r.fail(t, at, fmt.Errorf("%s: %w", name, errors.Unwrap(err)))
			return php.Null
		}
		return php.Obj(made{m})
	}
}

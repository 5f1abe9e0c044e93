package twig

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// macroCode is a compiled macro.
type macroCode struct {
	t        *template
	params   []int // slots
	names    []string
	defaults []php.Value
	varargs  int
	body     code
}

// macroBody compiles a macro. It sees its arguments only.
func (c *compiler) macroBody(m *tree.Macro) {
	mc := c.t.macros[m.Name]
	inner := &compiler{
		set: c.set, t: c.t, escape: c.escape, blockEscape: map[string]string{},
		inMacro: true, params: map[string]bool{"varargs": true},
		loopUsed: c.loopUsed, modules: c.modules, localModules: map[string]int{},
	}
	for _, p := range m.Params {
		v := php.Null
		if p.Default != nil {
			e := inner.expr(p.Default)
			v = e(&run{})
		}
		inner.params[p.Name] = true
		mc.params = append(mc.params, c.set.slot(p.Name))
		mc.names = append(mc.names, p.Name)
		mc.defaults = append(mc.defaults, v)
	}
	mc.varargs = c.set.slot("varargs")
	mc.body = inner.body(m.Body)
}

// call runs the macro and returns what it prints.
func (m *macroCode) call(r *run, args []php.Value, named map[string]php.Value, at tree.Range) php.Value {
	if !r.enter(m.t, at) {
		return php.Null
	}
	vars := make([]php.Value, max(m.t.set.slots, len(r.vars)))
	m.t.set.spreadGlobals(r, vars)
	for i, slot := range m.params {
		vars[slot] = m.defaults[i]
		if i < len(args) {
			vars[slot] = defined(args[i])
		} else if v, ok := named[m.names[i]]; ok {
			vars[slot] = defined(v)
			delete(named, m.names[i])
		}
	}
	rest := php.NewArray(0)
	for i := len(m.params); i < len(args); i++ {
		rest.Append(defined(args[i]))
	}
	for name, v := range named {
		rest.Set(php.TextKey(name), defined(v))
	}
	vars[m.varargs] = php.Arr(rest)
	outer := r.part(vars, nil)
	text := r.capture(m.body)
	r.back(outer)
	r.leave()
	return captured(text)
}

// importNode compiles an import tag.
func (c *compiler) importNode(n *tree.Import) code {
	slot := c.set.modules
	c.set.modules++
	if n.Main || c.localModules == nil {
		c.modules[n.As] = slot
	} else {
		c.localModules[n.As] = slot
	}
	which := c.moduleOf(n.Template)
	t, at := c.t, n.Range
	return func(r *run) {
		m, err := which(r)
		if err != nil {
			r.fail(t, at, err)
			return
		}
		for len(r.modules) <= slot {
			r.modules = append(r.modules, nil)
		}
		r.modules[slot] = m
	}
}

// moduleOf compiles the template that is imported.
func (c *compiler) moduleOf(x tree.Expr) func(r *run) (*template, error) {
	t := c.t
	if n, ok := x.(*tree.Name); ok && n.Name == "_self" {
		return func(*run) (*template, error) { return t, nil }
	}
	which := c.expr(x)
	return func(r *run) (*template, error) {
		v := which(r)
		if r.err != nil {
			return nil, r.err
		}
		return t.set.resolve(r, v)
	}
}

// imported compiles the module that a name stands for.
func (c *compiler) imported(name string) func(r *run) *template {
	t := c.t
	if name == "_self" {
		return func(*run) *template { return t }
	}
	slot, ok := c.localModules[name]
	if !ok {
		if slot, ok = c.modules[name]; !ok {
			return func(*run) *template { return nil }
		}
	}
	return func(r *run) *template {
		if slot >= len(r.modules) {
			return nil
		}
		return r.modules[slot]
	}
}

// macro returns the macro called name of t, or of a template that it extends.
func (t *template) macro(r *run, name string) (*macroCode, bool) {
	for range maxDepth {
		if m, ok := t.macros[name]; ok {
			return m, true
		}
		base, ok := t.base(r)
		if !ok || base == nil {
			return nil, false
		}
		t = base
	}
	return nil, false
}

// macroCall compiles the call of a macro.
func (c *compiler) macroCall(x *tree.MacroCall) expr {
	c.costs++
	module, t, at, name := c.imported(x.Module), c.t, x.Range, x.Name
	var args []expr
	spread := []bool{}
	named := map[string]expr{}
	for _, a := range x.Args {
		e := c.expr(a.Value)
		if a.Name != "" {
			named[a.Name] = e
			continue
		}
		if len(named) > 0 {
			c.syntax(place(a.Value), `an argument without a name cannot follow one with a name in the macro "%s"`, name)
		}
		args, spread = append(args, e), append(spread, a.Spread)
	}
	return func(r *run) php.Value {
		m := module(r)
		if m == nil {
			r.fail(t, at, fmt.Errorf(`the macro "%s" is not imported here`, name))
			return php.Null
		}
		mc, ok := m.macro(r, name)
		if !ok {
			r.fail(t, at, fmt.Errorf(`the template "%s" has no macro "%s"`, m.name, name))
			return php.Null
		}
		given := php.NewArray(len(args))
		for i, a := range args {
			if v := a(r); spread[i] {
				r.spreadInto(t, place(x.Args[i].Value), given, v)
			} else {
				given.Append(v)
			}
		}
		byName := make(map[string]php.Value, len(named))
		for n, a := range named {
			byName[n] = a(r)
		}
		if r.err != nil {
			return php.Null
		}
		return mc.call(r, given.Vals(), byName, at)
	}
}

// macroDefined compiles "macro is defined".
func (c *compiler) macroDefined(x *tree.MacroCall) func(r *run) bool {
	module, name := c.imported(x.Module), x.Name
	return func(r *run) bool {
		m := module(r)
		if m == nil {
			return false
		}
		_, ok := m.macro(r, name)
		return ok
	}
}

package twig

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// macroBody compiles a macro. It sees its arguments only.
func (c *compiler) macroBody(m *tree.Macro) {
	mc := c.t.Macros[m.Name]
	inner := &compiler{
		set: c.set, t: c.t, escape: c.escape, blockEscape: map[string]string{},
		inMacro: true, params: map[string]bool{"varargs": true},
		loopUsed: c.loopUsed, modules: c.modules, localModules: map[string]int{},
	}
	mc.Params, mc.Names, mc.Defaults = nil, nil, nil // of one with the same name further up
	for _, p := range m.Params {
		v := php.Null
		if p.Default != nil {
			e := inner.expr(p.Default)
			v = e(&run{})
		}
		inner.params[p.Name] = true
		mc.Params = append(mc.Params, c.set.Slot(p.Name))
		mc.Names = append(mc.Names, p.Name)
		mc.Defaults = append(mc.Defaults, v)
	}
	mc.Varargs = c.set.Slot("varargs")
	mc.Body = inner.body(m.Body)
}

// importNode compiles an import tag.
func (c *compiler) importNode(n *tree.Import) code {
	slot := c.set.Modules
	c.set.Modules++
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
			r.Fail(t, at, err)
			return
		}
		r.Import(slot, m)
	}
}

// moduleOf compiles the template that is imported.
func (c *compiler) moduleOf(x tree.Expr) func(r *run) (*template, error) {
	t := c.t
	if n, ok := x.(*tree.Name); ok && n.Name == "_self" {
		return func(*run) (*template, error) { return t, nil }
	}
	c.mustExist(x)
	which := c.expr(x)
	return func(r *run) (*template, error) {
		v := which(r)
		if r.Err != nil {
			return nil, r.Err
		}
		return t.Set.Resolve(r, v)
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
	return func(r *run) *template { return r.Imported(slot) }
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
			r.Fail(t, at, fmt.Errorf(`the macro "%s" is not imported here`, name))
			return php.Null
		}
		mc, ok := m.Macro(r, name)
		if !ok {
			r.Fail(t, at, fmt.Errorf(`the template "%s" has no macro "%s"`, m.Name, name))
			return php.Null
		}
		given := php.NewArray(len(args))
		for i, a := range args {
			if v := a(r); spread[i] {
				r.SpreadInto(t, place(x.Args[i].Value), given, v)
			} else {
				given.Append(v)
			}
		}
		byName := make(map[string]php.Value, len(named))
		for n, a := range named {
			byName[n] = a(r)
		}
		if r.Err != nil {
			return php.Null
		}
		return mc.Call(r, given.Vals(), byName, at)
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
		_, ok := m.Macro(r, name)
		return ok
	}
}

package machine

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Macro is a compiled macro.
type Macro struct {
	From *Template
	// Params are the slots of the parameters, with their names and defaults,
	// and Varargs that of the arguments behind them.
	Params   []int
	Names    []string
	Defaults []php.Value
	Varargs  int
	Body     Code
}

// Call runs the macro and returns what it prints.
func (m *Macro) Call(r *Run, args []php.Value, named map[string]php.Value, at tree.Range) php.Value {
	if !r.Enter(m.From, at) {
		return php.Null
	}
	vars := make([]php.Value, max(m.From.Set.Slots, len(r.Vars)))
	m.From.Set.spreadGlobals(r, vars)
	for i, slot := range m.Params {
		vars[slot] = m.Defaults[i]
		if i < len(args) {
			vars[slot] = Defined(args[i])
		} else if v, ok := named[m.Names[i]]; ok {
			vars[slot] = Defined(v)
			delete(named, m.Names[i])
		}
	}
	rest := php.NewArray(0)
	for i := len(m.Params); i < len(args); i++ {
		rest.Append(Defined(args[i]))
	}
	for name, v := range named {
		rest.Set(php.TextKey(name), Defined(v))
	}
	vars[m.Varargs] = php.Arr(rest)
	outer := r.part(vars, nil)
	text := r.Capture(m.Body)
	r.back(outer)
	r.Leave()
	return Captured(text)
}

// Import makes m the module that a slot stands for.
func (r *Run) Import(slot int, m *Template) {
	for len(r.modules) <= slot {
		r.modules = append(r.modules, nil)
	}
	r.modules[slot] = m
}

// Imported returns the module that a slot stands for, or nil.
func (r *Run) Imported(slot int) *Template {
	if slot >= len(r.modules) {
		return nil
	}
	return r.modules[slot]
}

// Macro returns the macro called name of t, or of a template that it extends.
func (t *Template) Macro(r *Run, name string) (*Macro, bool) {
	for range maxDepth {
		if m, ok := t.Macros[name]; ok {
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

// Package scan finds out about templates what decides how they are compiled:
// what they set, use and hand on, what is a constant and what needs escaping.
package scan

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Facts are what templates do that decides how all templates of their set are
// compiled.
type Facts struct {
	// Assigned are the names that some template sets.
	Assigned map[string]bool
	// Linked templates use each other, so each sees all variables of the others
	// by their names.
	Linked bool
	// Opaque templates hand variables on under names that are not written out,
	// so that any name may be replaced by another value.
	Opaque bool
	// Around is set where templates look at what a loop keeps around it: the
	// variables outside it and the list that it runs over.
	Around bool
}

// Note adds what a template does.
func (f *Facts) Note(m *tree.Module) {
	if m.Parent != nil || len(m.Blocks) > 0 || len(m.Uses) > 0 {
		f.Linked = true
	}
	tree.Walk(m, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.Set:
			f.assign(n.Names...)
		case *tree.Capture:
			f.assign(n.Name)
		case *tree.Include:
			f.Linked = true
			f.handOn(n.Vars, n.Only)
		case *tree.With:
			f.handOn(n.Vars, n.Only)
		case *tree.Call:
			f.noteCall(n)
		case *tree.Name:
			f.noteName(n)
		case *tree.Attr:
			return !isPartOfLoop(n)
		}
		return true
	})
	if f.Linked {
		f.noteBound(m)
	}
}

// noteName notes the names that stand for more than one variable.
func (f *Facts) noteName(n *tree.Name) {
	switch n.Name {
	case "_context", "_parent", "_seq":
		f.Linked, f.Opaque, f.Around = true, true, true
	case "loop": // as a value, with "loop.parent" in it
		f.Linked, f.Opaque = true, true
	}
}

func (f *Facts) noteCall(n *tree.Call) {
	switch n.Name {
	case "include":
		f.Linked = true
		if len(n.Args) > 1 {
			f.handOn(n.Args[1].Value, len(n.Args) > 2 || n.Args[1].Name != "")
		}
	case "block", "parent":
		f.Linked = true
	case "template_from_string":
		f.Linked, f.Opaque = true, true
	}
}

// noteBound notes the names of loops and arrow functions, which other
// templates see too.
func (f *Facts) noteBound(m *tree.Module) {
	tree.Walk(m, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.For:
			f.assign(n.Key, n.Value, "loop")
		case *tree.Arrow:
			f.assign(n.Params...)
		}
		return true
	})
}

func (f *Facts) assign(names ...string) {
	for _, n := range names {
		f.Assigned[n] = true
	}
}

// handOn notes the variables that a template gives to a part or to another
// template; alone is set when that sees no others.
func (f *Facts) handOn(vars tree.Expr, alone bool) {
	keys, all := LiteralKeys(vars)
	f.assign(keys...)
	if alone || vars != nil && !all {
		f.Linked, f.Opaque = true, true
	}
}

// LiteralKeys returns the keys of a mapping, and whether all are written out.
func LiteralKeys(x tree.Expr) ([]string, bool) {
	a, ok := x.(*tree.Array)
	if !ok {
		return nil, false
	}
	keys := make([]string, 0, len(a.Elems))
	for _, e := range a.Elems {
		k, ok := e.Key.(*tree.Lit)
		if !ok || k.Kind != tree.LitText {
			return keys, false
		}
		keys = append(keys, k.Text)
	}
	return keys, true
}

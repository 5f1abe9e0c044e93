package twig

import "github.com/sluicehq/sluice/engine/internal/template/twig/tree"

// survey finds out what a template does that decides how all templates of the
// set are compiled: which names it sets, and whether it uses other templates
// or its variables as a whole.
func (s *Set) survey(m *tree.Module) {
	if m.Parent != nil || len(m.Blocks) > 0 || len(m.Uses) > 0 {
		s.linked = true
	}
	tree.Walk(m, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.Set:
			s.assign(n.Names...)
		case *tree.Capture:
			s.assign(n.Name)
		case *tree.Include:
			s.linked = true
			s.handOn(n.Vars, n.Only)
		case *tree.With:
			s.handOn(n.Vars, n.Only)
		case *tree.Call:
			s.surveyCall(n)
		case *tree.Name:
			if n.Name == "_context" {
				s.linked, s.opaque = true, true
			}
		}
		return true
	})
	if s.linked {
		s.surveyBound(m)
	}
}

func (s *Set) surveyCall(n *tree.Call) {
	switch n.Name {
	case "include":
		s.linked = true
		if len(n.Args) > 1 {
			s.handOn(n.Args[1].Value, len(n.Args) > 2 || n.Args[1].Name != "")
		}
	case "block", "parent":
		s.linked = true
	case "template_from_string":
		s.linked, s.opaque = true, true
	}
}

// surveyBound notes the names of loops and arrow functions, which other
// templates see too.
func (s *Set) surveyBound(m *tree.Module) {
	tree.Walk(m, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.For:
			s.assign(n.Key, n.Value, "loop")
		case *tree.Arrow:
			s.assign(n.Params...)
		}
		return true
	})
}

func (s *Set) assign(names ...string) {
	for _, n := range names {
		s.assigned[n] = true
	}
}

// handOn notes the variables that a template gives to a part or to another
// template; alone is set when that sees no others.
func (s *Set) handOn(vars tree.Expr, alone bool) {
	keys, all := literalKeys(vars)
	s.assign(keys...)
	if alone || vars != nil && !all {
		s.linked, s.opaque = true, true
	}
}

// literalKeys returns the keys of a mapping, and whether all are written out.
func literalKeys(x tree.Expr) ([]string, bool) {
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

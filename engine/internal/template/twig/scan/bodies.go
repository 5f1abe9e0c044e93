package scan

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// NamesSet returns the names that a body sets.
func NamesSet(body []tree.Node) map[string]bool {
	names := map[string]bool{}
	tree.WalkBody(body, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.Set:
			for _, name := range n.Names {
				names[name] = true
			}
		case *tree.Capture:
			names[n.Name] = true
		}
		return true
	})
	return names
}

// Assigned lists the names that a body sets, those of included templates aside.
func Assigned(body []tree.Node) []string {
	var names []string
	tree.WalkBody(body, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.Set:
			names = append(names, n.Names...)
		case *tree.Capture:
			names = append(names, n.Name)
		case *tree.Include:
			return false
		}
		return true
	})
	return names
}

// Mentions reports whether a body reads the variable called name.
func Mentions(body []tree.Node, name string) bool {
	found := false
	tree.WalkBody(body, func(n tree.Node) bool {
		if n, ok := n.(*tree.Name); ok && n.Name == name {
			found = true
		}
		return !found
	})
	return found
}

// LooksAtContext reports whether a body hands its variables on as a whole, or
// uses "loop" as one value.
func LooksAtContext(body []tree.Node) bool {
	found := false
	tree.WalkBody(body, func(n tree.Node) bool {
		switch n := n.(type) {
		case *tree.Include, *tree.BlockRef:
			found = true
		case *tree.Call:
			found = found || n.Name == "include" || n.Name == "block" || n.Name == "parent"
		case *tree.Name:
			found = found || n.Name == "_context" || n.Name == "loop"
		case *tree.Attr:
			if IsLoopMember(n) {
				return false
			}
		}
		return !found
	})
	return found
}

// HasOnlyBlocks reports whether the template does nothing outside its blocks;
// text there is passed over.
func HasOnlyBlocks(m *tree.Module) bool {
	if m.Parent != nil || len(m.Macros) > 0 {
		return false
	}
	for _, n := range m.Body {
		switch n.(type) {
		case *tree.BlockRef, *tree.Text:
		default:
			return false
		}
	}
	return true
}

package scan

import (
	"slices"

	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// loopUse finds out which loops have the variable "loop". Twig leaves it out
// where it thinks that nobody looks at it, and takes a "loop" in the list that
// an inner loop runs over for that of the inner loop, where it means the outer
// one. So a template can see "loop" there only if the outer loop's body looks
// at it elsewhere.
type loopUse struct {
	used map[*tree.For]bool
	open []*tree.For
}

// LoopsInUse returns the loops of a template that have "loop".
func LoopsInUse(m *tree.Module) map[*tree.For]bool {
	u := &loopUse{used: map[*tree.For]bool{}}
	tree.Walk(m, u.visit)
	return u.used
}

func (u *loopUse) visit(n tree.Node) bool {
	if f, ok := n.(*tree.For); ok {
		u.open = append(u.open, f)
		tree.WalkExpr(f.Seq, u.visit)
		tree.WalkExpr(f.Cond, u.visit)
		tree.WalkBody(f.Body, u.visit)
		tree.WalkBody(f.Else, u.visit)
		u.open = u.open[:len(u.open)-1]
		return false
	}
	if len(u.open) == 0 {
		return true
	}
	switch n := n.(type) {
	case *tree.Name:
		if n.Name == "loop" {
			u.useInner()
		}
	case *tree.BlockRef:
		u.useInner()
	case *tree.Include:
		if !n.Only {
			u.useAll()
		}
	case *tree.Call:
		switch n.Name {
		case "block":
			u.useInner()
		case "include":
			u.useAll()
		}
	case *tree.Attr:
		if u.mayBeParent(n) {
			u.useAll()
		}
	}
	return true
}

// mayBeParent reports whether a member may be "loop.parent".
func (u *loopUse) mayBeParent(n *tree.Attr) bool {
	if key, ok := n.Key.(*tree.Lit); ok && key.Text != "parent" {
		return false
	}
	name, ok := n.X.(*tree.Name)
	return u.used[u.open[len(u.open)-1]] || ok && name.Name == "loop"
}

func (u *loopUse) useInner() { u.used[u.open[len(u.open)-1]] = true }

func (u *loopUse) useAll() {
	for _, f := range u.open {
		u.used[f] = true
	}
}

// isPartOfLoop reports whether x is "loop.index", "loop.parent.name" or the
// like, which needs no value of "loop".
func isPartOfLoop(x *tree.Attr) bool {
	key, ok := x.Key.(*tree.Lit)
	if !ok || key.Kind != tree.LitText || x.How == tree.AttrCall {
		return false
	}
	if isLoop(x.X) {
		return key.Text != "parent"
	}
	parent, ok := x.X.(*tree.Attr)
	return ok && key.Text != "loop" && isLoopParent(parent)
}

// isLoop reports whether x is "loop" or "loop.parent.loop" and so on.
func isLoop(x tree.Expr) bool {
	switch x := x.(type) {
	case *tree.Name:
		return x.Name == "loop"
	case *tree.Attr:
		key, ok := x.Key.(*tree.Lit)
		parent, ok2 := x.X.(*tree.Attr)
		return ok && ok2 && key.Text == "loop" && isLoopParent(parent)
	}
	return false
}

func isLoopParent(x *tree.Attr) bool {
	key, ok := x.Key.(*tree.Lit)
	return ok && key.Text == "parent" && x.How != tree.AttrCall && isLoop(x.X)
}

// IsLoopMember reports whether x is "loop.index" or the like.
func IsLoopMember(x *tree.Attr) bool {
	n, ok := x.X.(*tree.Name)
	if !ok || n.Name != "loop" {
		return false
	}
	key, ok := x.Key.(*tree.Lit)
	return ok && slices.Contains(LoopMembers(), key.Text)
}

// LoopMembers are the members of "loop", aside from "parent".
func LoopMembers() []string {
	return []string{"index0", "index", "first", "revindex0", "revindex", "length", "last"}
}

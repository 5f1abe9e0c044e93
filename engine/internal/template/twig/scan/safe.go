package scan

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Safe reports whether what x gives needs no escaping by a strategy any more.
func Safe(x tree.Expr, strategy string) bool {
	switch x := x.(type) {
	case *tree.Lit, *tree.MacroCall:
		return true
	case *tree.Cond:
		return Safe(ThenOf(x), strategy) && Safe(x.Else, strategy)
	case *tree.Binary:
		return x.Op == "??" && Safe(x.X, strategy) && Safe(x.Y, strategy)
	case *tree.Call:
		switch x.Name {
		case "block", "parent", "include", "source":
			return true
		}
		return false
	case *tree.Filter:
		return safeFilter(x, strategy)
	}
	return false
}

func safeFilter(x *tree.Filter, strategy string) bool {
	switch x.Name {
	case "raw":
		return true
	case "escape", "e":
		if len(x.Args) == 0 {
			return strategy == "html"
		}
		lit, ok := x.Args[0].Value.(*tree.Lit)
		return ok && (lit.Text == strategy || lit.Text == "html_attr" && strategy == "html")
	}
	def := builtin.Filters()[x.Name]
	return def != nil && (def.Safe == "all" || def.Safe == strategy)
}

// ThenOf returns what a conditional gives when its condition is true.
func ThenOf(x *tree.Cond) tree.Expr {
	if x.Then == nil {
		return x.If
	}
	return x.Then
}

package scan

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Literal returns the value of a literal of a template whose text is source.
func Literal(x *tree.Lit, source string) php.Value {
	switch x.Kind {
	case tree.LitBool:
		return php.Bool(x.Bool)
	case tree.LitInt:
		return php.Int(x.Int)
	case tree.LitFloat:
		return php.Literal(x.Float, source[x.From:x.To])
	case tree.LitText:
		return php.String(x.Text)
	}
	return php.Null
}

// Constant returns the value of x if it is made of literals only.
func Constant(x tree.Expr, source string) (php.Value, bool) {
	switch x := x.(type) {
	case *tree.Lit:
		return Literal(x, source), true
	case *tree.Array:
		a := php.NewArray(len(x.Elems))
		for _, e := range x.Elems {
			v, ok := Constant(e.Value, source)
			if !ok || e.Spread {
				return php.Value{}, false
			}
			if e.Key == nil {
				a.Append(v)
				continue
			}
			k, ok := e.Key.(*tree.Lit)
			if !ok {
				return php.Value{}, false
			}
			key, _ := php.KeyOf(Literal(k, source))
			a.Set(key, v)
		}
		return php.Arr(a), true
	}
	return php.Value{}, false
}

// Texts lists the texts that are written out in a template. The names of the
// templates that it uses are among them, unless they are put together.
func Texts(m *tree.Module) []string {
	var list []string
	for _, u := range m.Uses {
		list = append(list, u.Template)
	}
	tree.Walk(m, func(n tree.Node) bool {
		if lit, ok := n.(*tree.Lit); ok && lit.Kind == tree.LitText {
			list = append(list, lit.Text)
		}
		return true
	})
	return list
}

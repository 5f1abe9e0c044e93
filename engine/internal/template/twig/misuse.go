package twig

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// typeOf returns the type of a part of a record, and its path; nil for what is
// none, and for what is of unknown type.
func (c *compiler) typeOf(x tree.Expr) (*item.Type, string) {
	before := len(c.t.Problems)
	p, ok := c.path(x)
	c.t.Problems = c.t.Problems[:before] // whoever compiles x reports them
	if !ok || !p.Declared || p.Layout == nil || p.Layout.Type().Kind == item.KindUnknown {
		return nil, ""
	}
	return p.Layout.Type(), p.Text
}

// checkMethod reports a method of a record's value, such as sku.upper(): it
// would give nothing.
func (c *compiler) checkMethod(x *tree.Attr) {
	name, ok := x.Key.(*tree.Lit)
	if x.How != tree.AttrCall || !ok {
		return
	}
	if t, path := c.typeOf(x.X); t != nil {
		c.problem(diag.CodeUnknownFunction, place(x.Key), `values have no methods such as "%s"`, name.Text).
			Hint = builtin.Method(path, name.Text)
	}
}

// checkPrinted warns of the printing of a list or an object: it gives the word
// Array.
func (c *compiler) checkPrinted(x tree.Expr) {
	switch x.(type) {
	case *tree.Name, *tree.Attr:
	default:
		return
	}
	t, path := c.typeOf(x)
	if t == nil || t.Kind != item.KindList && t.Kind != item.KindObject {
		return
	}
	what, hint := "an object", "print its members, or all of it with |json_encode"
	if t.Kind == item.KindList {
		what, hint = "a list", "print its elements, with {% for %} or |join"
	}
	bad := c.problem(diag.CodeTemplateType, place(x), `"%s" is %s, which is printed as the word Array`, path, what)
	bad.Hint, bad.Warning = hint, true // Twig does so, with a notice
}

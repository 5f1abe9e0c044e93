package check

import (
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// array lowers [a, b, c].
func (c *compiler) array(n *ast.ArrayNode) *Code {
	kids := c.checkAll(n.Nodes)
	k := c.node(n, item.ListOf(unifyAll(kids)), kids...)
	if len(kids) == 0 {
		k.constant, k.value = true, item.List()
		return k
	}
	k.eval = closure.List(values(kids))
	return c.fold(k)
}

// unifyAll returns the type of a value that is one of several.
func unifyAll(kids []*Code) *item.Type {
	if len(kids) == 0 {
		return item.TypeUnknown
	}
	t := kids[0].Type
	for _, k := range kids[1:] {
		t = typing.Unify(t, k.Type)
	}
	return t
}

// object lowers {name: value, …}.
func (c *compiler) object(n *ast.MapNode) *Code {
	var names, members []*Code
	fixed := true
	for _, p := range n.Pairs {
		pair, ok := p.(*ast.PairNode)
		if !ok {
			return c.fail(n, diag.CodeExpressionSyntax, "this object is not understood")
		}
		name := c.check(pair.Key)
		c.need(name, "the name of a member", typing.Text)
		fixed = fixed && name.constant
		names = append(names, name)
		members = append(members, c.check(pair.Value))
	}
	k := c.node(n, item.MapOf(unifyAll(members)), append(slices.Clone(names), members...)...)
	if fixed {
		c.fixedObject(k, names, members)
		return c.fold(k)
	}
	keys := make([]closure.Operand, len(names))
	for i, name := range names {
		keys[i] = name.operand()
	}
	k.eval = closure.Map(keys, values(members))
	return c.fold(k)
}

// fixedObject lowers an object whose members' names are known.
func (c *compiler) fixedObject(k *Code, names, members []*Code) {
	t := &item.Type{Kind: item.KindObject}
	for i, name := range names {
		word := name.value.AsText()
		if _, ok := t.Field(word); ok {
			c.errorf(name.Spot, diag.CodeDuplicateKey, "%q is in the object twice", word)
			k.bad = true
			continue
		}
		t.Fields = append(t.Fields, item.Field{Name: word, Type: members[i].Type})
	}
	k.Type, k.layout = t, item.FullLayout(t)
	k.eval = closure.Object(k.layout, values(members))
}

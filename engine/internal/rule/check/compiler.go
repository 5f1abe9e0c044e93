// Package check checks a parsed expression against the types in scope, and
// lowers it to closures, in one walk.
package check

import (
	"errors"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/parse"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/item"
)

// The limits of an expression.
const (
	maxDepth  = 400     // sub-expressions inside each other
	maxWeight = 1 << 20 // sub-expressions evaluated, those in loops counted once
)

// compiler checks and lowers one expression.
type compiler struct {
	src   *source.Source
	tree  *parse.Tree
	fs    *diag.List
	scope *item.Scope
	slots *closure.Slots

	depth  int
	memo   map[ast.Node]*Code // the parser shares nodes: a < b < c has b twice
	locals []*local           // let names, innermost last
	loops  []*Loop            // loops around the node, innermost last
	facts  map[string]int     // paths known not to be null here
}

// Expression parses, checks and lowers a source whose result must be a want;
// nil is any type. What the code needs of the frame it takes from slots. After
// an error finding there is no code.
func Expression(src *source.Source, scope *item.Scope, want *item.Type, slots *closure.Slots, fs *diag.List) *Code {
	c := &compiler{
		src: src, fs: fs, scope: scope, slots: slots,
		memo: map[ast.Node]*Code{},
	}
	before := fs.Errors()
	if c.tree = parse.Expression(c.src, c.fs); c.tree == nil {
		return nil
	}
	top := c.check(c.tree.Root)
	if !top.bad && want != nil {
		top = c.accept(top, want)
	}
	if top.weight >= maxWeight {
		c.errorf(top.Spot, diag.CodeExpressionSyntax, "the expression is too deeply nested")
	}
	if top.bad || fs.Errors() > before {
		return nil
	}
	return top
}

// check checks and lowers the sub-expression at n.
func (c *compiler) check(n ast.Node) *Code {
	branches := parse.Branches(n)
	if k, ok := c.memo[n]; branches && ok {
		return k
	}
	c.depth++
	defer func() { c.depth-- }()
	if c.depth > maxDepth {
		return c.fail(n, diag.CodeExpressionSyntax, "the expression is too deeply nested")
	}
	k := c.lower(n)
	if branches {
		c.memo[n] = k
	}
	return k
}

// checkAll checks a list of nodes.
func (c *compiler) checkAll(nodes []ast.Node) []*Code {
	kids := make([]*Code, len(nodes))
	for i, n := range nodes {
		kids[i] = c.check(n)
	}
	return kids
}

// lower sends each kind of node to the function that knows it.
func (c *compiler) lower(n ast.Node) *Code {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.ChainNode:
		return c.chain(n)
	case *ast.SliceNode:
		return c.slice(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.MapNode:
		return c.object(n)
	case *ast.BuiltinNode, *ast.CallNode:
		return c.anyCall(n)
	case *ast.VariableDeclaratorNode:
		return c.let(n)
	}
	return c.literal(n)
}

// node makes the code of n out of its parts.
func (c *compiler) node(n ast.Node, t *item.Type, kids ...*Code) *Code {
	k := &Code{Spot: c.tree.Span(n), Node: n, Type: t, Kids: kids, src: c.src, weight: 1}
	for _, kid := range kids {
		k.bad = k.bad || kid.bad
		k.weight = min(k.weight+kid.weight, maxWeight)
	}
	return k
}

// constantNode makes the code of a value that is known.
func (c *compiler) constantNode(n ast.Node, t *item.Type, v item.Value) *Code {
	k := c.node(n, t)
	k.constant, k.value = true, v
	return k
}

// fold evaluates k now when all its parts are constants. An error of
// evaluation is then a finding.
func (c *compiler) fold(k *Code) *Code {
	if k.bad || len(k.Kids) == 0 {
		return k
	}
	for _, kid := range k.Kids {
		if !kid.constant {
			return k
		}
	}
	v, err := k.Value()(c.slots.Room().Ready(nil))
	var located *source.Error
	if errors.As(err, &located) {
		c.fs.Errorf(located.Span, diag.CodeExpressionType, "%s", located.Message)
		k.bad = true
		return k
	}
	const largest = 1000 // a list worth keeping for good
	if v.Kind() == item.KindList && v.Len() > largest {
		return k
	}
	k.constant, k.value = true, v
	k.eval, k.test = nil, nil
	if v.Kind() == item.KindBool {
		k.test = func(item.Frame) (bool, error) { return v.AsBool(), nil }
	}
	return k
}

// charge counts what k makes as steps when it stands in a loop.
func (c *compiler) charge(k *Code) *Code {
	if len(c.loops) > 0 {
		k.eval = closure.Charge(k.operand(), c.slots.Steps())
	}
	return k
}

// errorf adds an error at a part of the source.
func (c *compiler) errorf(at source.Spot, kind diag.Code, format string, args ...any) *diag.Finding {
	return c.fs.Errorf(c.src.Place(at), kind, format, args...)
}

// warnf adds a warning at a part of the source.
func (c *compiler) warnf(at source.Spot, kind diag.Code, format string, args ...any) *diag.Finding {
	return c.fs.Warnf(c.src.Place(at), kind, format, args...)
}

// fail adds an error about n and returns code that stands for it.
func (c *compiler) fail(n ast.Node, kind diag.Code, format string, args ...any) *Code {
	k := c.poison(n)
	c.errorf(k.Spot, kind, format, args...)
	return k
}

// poison returns code for n that stands for something a finding was reported
// about; it fits everywhere, so that nothing more is said.
func (c *compiler) poison(n ast.Node, kids ...*Code) *Code {
	k := c.node(n, item.TypeUnknown, kids...)
	k.bad = true
	k.eval = closure.Constant(item.Null)
	return k
}

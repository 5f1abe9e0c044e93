package check

import (
	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// assume notes what is known not to be null once k has turned out to be truth,
// and returns what takes it back.
func (c *compiler) assume(k *Code, truth bool) (undo func()) {
	var paths []string
	collect(k, truth, &paths)
	if c.facts == nil && len(paths) > 0 {
		c.facts = map[string]int{}
	}
	for _, p := range paths {
		c.facts[p]++
	}
	return func() {
		for _, p := range paths {
			c.facts[p]--
		}
	}
}

// collect adds the paths that are not null when k is truth.
func collect(k *Code, truth bool, paths *[]string) {
	switch n := k.Node.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			collect(k.Kids[0], !truth, paths)
		}
	case *ast.BinaryNode:
		if len(k.Kids) == 2 {
			collectBinary(n.Operator, k, truth, paths)
		}
	}
}

func collectBinary(operator string, k *Code, truth bool, paths *[]string) {
	left, right := k.Kids[0], k.Kids[1]
	switch operator {
	case "and", "&&", "or", "||":
		// Both sides are known only of a true and, and of a false or.
		if truth == isAnd(operator) {
			collect(left, truth, paths)
			collect(right, truth, paths)
		}
	case "==", "!=":
		equal := truth == (operator == "==")
		collectEqual(left, right, equal, paths)
		collectEqual(right, left, equal, paths)
	case "in":
		if truth && right.constant && typing.Of(right.Type) == typing.List && !right.Type.Elem.Nullable {
			addPath(left, paths)
		}
	}
}

func isAnd(operator string) bool { return operator == "and" || operator == "&&" }

// collectEqual adds the path of k, which equals, or does not equal, a constant.
func collectEqual(k, other *Code, equal bool, paths *[]string) {
	if other.constant && other.value.IsNull() != equal {
		addPath(k, paths)
	}
}

func addPath(k *Code, paths *[]string) {
	for k.Path != "" {
		*paths = append(*paths, k.Path)
		// a?.b is not null only if a is not.
		if len(k.Kids) == 0 {
			return
		}
		k = k.Kids[0]
	}
}

// narrowed returns t without null where path is known not to be null.
func (c *compiler) narrowed(t *item.Type, path string) *item.Type {
	if path != "" && c.facts[path] > 0 {
		return typing.Required(t)
	}
	return t
}

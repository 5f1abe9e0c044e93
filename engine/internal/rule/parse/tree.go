// Package parse turns the text of an expression into expr's tree, and says in
// our own words what is wrong with one that cannot be read: where, and what
// was probably meant.
package parse

import (
	"errors"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
)

// Tree is a parsed expression. The parser gives each node the place of one
// token, counted in characters; Tree makes of it the bytes that the whole
// sub-expression takes.
type Tree struct {
	// Root is the whole expression.
	Root ast.Node

	text    string
	offsets []int // the byte offset of each character; nil when all are one byte
	list    []lexer.Token
	match   []int // for a bracket, the index of its other half; else -1
	extents map[ast.Node]extent
}

// extent is a run of tokens, by index, both ends included.
type extent struct{ from, to int }

func scan(text string) *Tree {
	t := &Tree{text: text, extents: map[ast.Node]extent{}}
	if len(text) != utf8.RuneCountInString(text) {
		for i := range text {
			t.offsets = append(t.offsets, i)
		}
		t.offsets = append(t.offsets, len(text))
	}
	t.list = lex(text)
	t.pairBrackets()
	return t
}

// lex returns the tokens of a text. Where the lexer fails the parser fails too,
// and says why; then there are none.
func lex(text string) []lexer.Token {
	l := lexer.New()
	l.Reset(file.NewSource(text))
	const charactersAToken = 4 // or so
	list := make([]lexer.Token, 0, len(text)/charactersAToken+4)
	for {
		token, err := l.Next()
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return nil
		case err != nil, token.Kind == lexer.EOF:
			return list
		}
		list = append(list, token)
	}
}

func (t *Tree) pairBrackets() {
	t.match = make([]int, len(t.list))
	var open []int
	for i, token := range t.list {
		t.match[i] = -1
		if token.Kind != lexer.Bracket {
			continue
		}
		if strings.Contains("([{", token.Value) {
			open = append(open, i)
		} else if len(open) > 0 {
			j := open[len(open)-1]
			open = open[:len(open)-1]
			t.match[i], t.match[j] = j, i
		}
	}
}

// offset turns a count of characters into one of bytes.
func (t *Tree) offset(char int) int {
	if t.offsets == nil {
		return max(0, min(char, len(t.text)))
	}
	return t.offsets[max(0, min(char, len(t.offsets)-1))]
}

// At returns the bytes of the one token that a location covers.
func (t *Tree) At(l file.Location) source.Spot {
	return source.Spot{From: t.offset(l.From), To: t.offset(l.To)}
}

// tokenAt returns the index of the token that begins at a character, or the
// one before it.
func (t *Tree) tokenAt(char int) int {
	i := sort.Search(len(t.list), func(i int) bool { return t.list[i].From > char })
	return max(0, i-1)
}

// IsText reports whether a node is written as a quoted text.
func (t *Tree) IsText(n ast.Node) bool {
	i := t.tokenAt(n.Location().From)
	return i < len(t.list) && t.list[i].Kind == lexer.String
}

// Span returns the bytes that the sub-expression at n takes, brackets and all.
func (t *Tree) Span(n ast.Node) source.Spot {
	e := t.extent(n)
	if e.from >= len(t.list) || e.to < 0 {
		return source.Spot{From: 0, To: len(t.text)}
	}
	return source.Spot{From: t.offset(t.list[e.from].From), To: t.offset(t.list[e.to].To)}
}

// extent returns the tokens of the sub-expression at n: its own, those of its
// parts, and the other halves of all brackets among them.
func (t *Tree) extent(n ast.Node) extent {
	branches := Branches(n)
	if e, ok := t.extents[n]; branches && ok {
		return e
	}
	e := t.own(n)
	for _, kid := range children(n) {
		if kid == nil {
			continue
		}
		k := t.extent(kid)
		e.from, e.to = min(e.from, k.from), max(e.to, k.to)
	}
	e = t.close(e)
	if branches {
		t.extents[n] = e
	}
	return e
}

// Branches reports whether a node has parts of its own that may be large. The
// parser uses the same node twice in a < b < c and in a ?: b, and those inside
// each other; work on such nodes must be done once.
func Branches(n ast.Node) bool {
	switch n.(type) {
	case *ast.IdentifierNode, *ast.PointerNode, *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NilNode:
		return false
	case *ast.MemberNode, *ast.ChainNode, *ast.PredicateNode:
		return false
	}
	return true
}

// own returns the tokens of n itself; none, as an empty extent, when the
// parser tells no useful place.
func (t *Tree) own(n ast.Node) extent {
	none := extent{len(t.list), -1}
	i := t.tokenAt(n.Location().From)
	switch n := n.(type) {
	case *ast.ConditionalNode, *ast.PairNode, *ast.SequenceNode:
		return none
	case *ast.VariableDeclaratorNode:
		return extent{max(0, i-1), i}
	case *ast.PointerNode:
		if n.Name != "" {
			return extent{i, i + 1}
		}
	case *ast.CallNode, *ast.BuiltinNode:
		if i+1 < len(t.list) && t.match[i+1] > i {
			return extent{i, t.match[i+1]}
		}
	}
	return extent{i, i}
}

// close grows e until no bracket in it lacks its other half.
func (t *Tree) close(e extent) extent {
	for i := e.from; i <= e.to && i < len(t.list); i++ {
		if j := t.match[i]; j >= 0 {
			e.from, e.to = min(e.from, j), max(e.to, j)
		}
	}
	return e
}

// children lists the parts of a node; some may be nil.
func children(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		return []ast.Node{n.Node, n.From, n.To}
	case *ast.CallNode:
		return append([]ast.Node{n.Callee}, n.Arguments...)
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.VariableDeclaratorNode:
		return []ast.Node{n.Value, n.Expr}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	}
	return nil
}

// Package syntax turns YAML into a tree that keeps the place of everything in
// it, down to the characters inside a scalar, so that a finding about one name
// in a rule points at that name. It is the only package that imports yaml.v3.
//
// The tree says what is written and not what it means: whether 0012 is a
// number is for the type of the field that it stands in.
package syntax

import (
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
)

// Kind is the form of a node.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	Mapping
	Sequence
)

// Style is how a node is written.
type Style uint8

// The styles. The first five are those of scalars.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal
	Folded
	Block
	Flow
)

// Node is a value in a file. A node that an alias or a merge key refers to
// stands in the tree more than once, each time with the place where it is
// written.
type Node struct {
	Kind  Kind
	Style Style
	// Span reaches from the first to the last character of the value, quotes
	// and brackets included.
	Span diag.Span
	// Text is a scalar's text: quotes removed, escapes replaced, lines folded,
	// and nothing else changed.
	Text diag.Text
	// Plain reports a scalar without quotes that is not a block.
	Plain bool
	// Secret reports a text that came from outside of the file and must not
	// stand in any message.
	Secret bool
	// Written is what the file has where that is not Text, such as a step's name
	// in place of its field's; messages call the node so. It is empty otherwise.
	Written string
	// Comment is the comment that follows the value on its last line, from the
	// number sign on; its Value is empty when there is none.
	Comment diag.Text
	// Pairs are the members of a mapping, each key once, in file order; those
	// that a merge key brought in come last.
	Pairs []Pair
	// Items are the members of a sequence.
	Items []*Node
}

// Pair is a member of a mapping. The key is always a scalar.
type Pair struct{ Key, Value *Node }

// IsNull reports whether n is empty or an unquoted null or ~.
func (n *Node) IsNull() bool {
	if n == nil {
		return true
	}
	if n.Kind != Scalar || !n.Plain {
		return false
	}
	switch n.Text.Value {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// Get returns the value of the member of a mapping called key, or nil.
func (n *Node) Get(key string) *Node {
	if p := n.Pair(key); p != nil {
		return p.Value
	}
	return nil
}

// Pair returns the member of a mapping called key, or nil.
func (n *Node) Pair(key string) *Pair {
	if n == nil {
		return nil
	}
	i := slices.IndexFunc(n.Pairs, func(p Pair) bool { return p.Key.Text.Value == key })
	if i < 0 {
		return nil
	}
	return &n.Pairs[i]
}

// Keys lists the keys of a mapping.
func (n *Node) Keys() []string {
	if n == nil {
		return nil
	}
	keys := make([]string, len(n.Pairs))
	for i, p := range n.Pairs {
		keys[i] = p.Key.Text.Value
	}
	return keys
}

// Describe says what n is, in words for messages: "a list", "a mapping",
// "nothing" or "a text".
func (n *Node) Describe() string {
	switch {
	case n.IsNull():
		return "nothing"
	case n.Kind == Mapping:
		return "a mapping"
	case n.Kind == Sequence:
		return "a list"
	}
	return "a text"
}

// Called returns what messages call a key.
func (n *Node) Called() string {
	if n.Written != "" {
		return n.Written
	}
	return n.Text.Value
}

// NewScalar returns a node with a text that does not stand in a file as it is,
// such as a default. Findings about it point at span.
func NewScalar(text string, span diag.Span) *Node {
	return &Node{Style: DoubleQuoted, Span: span, Text: diag.NewText(text, span, nil)}
}

// WithText returns a copy of the scalar n with another text, such as the value
// of a variable that n names. Findings about it point at all of n, and do not
// quote it when it is secret.
func (n *Node) WithText(text string, secret bool) *Node {
	c := *n
	c.Text = diag.NewText(text, n.Span, nil)
	c.Plain, c.Secret = false, secret
	return &c
}

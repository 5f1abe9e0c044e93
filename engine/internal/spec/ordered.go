package spec

import (
	"iter"
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// Map is a config field whose names users choose. It keeps their order and
// places.
type Map[V any] struct{ Entries []Entry[V] }

// Entry is a member of a Map.
type Entry[V any] struct {
	Key   diag.Text
	Value V
	// Node is the value as it is written.
	Node *syntax.Node
}

// Len returns the number of entries.
func (m Map[V]) Len() int { return len(m.Entries) }

// Get returns the value of key.
func (m Map[V]) Get(key string) (V, bool) {
	i := slices.IndexFunc(m.Entries, func(e Entry[V]) bool { return e.Key.Value == key })
	if i < 0 {
		var zero V
		return zero, false
	}
	return m.Entries[i].Value, true
}

// Keys lists the keys in file order.
func (m Map[V]) Keys() []string {
	keys := make([]string, len(m.Entries))
	for i, e := range m.Entries {
		keys[i] = e.Key.Value
	}
	return keys
}

// All goes over the entries in file order.
func (m Map[V]) All() iter.Seq2[diag.Text, V] {
	return func(yield func(diag.Text, V) bool) {
		for _, e := range m.Entries {
			if !yield(e.Key, e.Value) {
				return
			}
		}
	}
}

// mapping is what decoding knows of every Map.
type mapping interface {
	zero() any // a pointer to a zero element
	grow(key diag.Text, n *syntax.Node) any
}

func (m *Map[V]) zero() any { return new(V) }

func (m *Map[V]) grow(key diag.Text, n *syntax.Node) any {
	m.Entries = append(m.Entries, Entry[V]{Key: key, Node: n})
	return &m.Entries[len(m.Entries)-1].Value
}

// Placed is a config field that remembers where its value stands: that of the
// mapping for a default.
type Placed[V any] struct {
	Value V
	Span  diag.Span
	// Given is false when the value is a default.
	Given bool
}

type placed interface {
	inner() any
	set(span diag.Span, given bool)
}

func (p *Placed[V]) inner() any { return &p.Value }

func (p *Placed[V]) set(span diag.Span, given bool) { p.Span, p.Given = span, given }

// OneOrMore is a list that may be written without brackets when it has one
// element.
type OneOrMore[V any] []V

type oneOrMore interface{ isOneOrMore() }

func (OneOrMore[V]) isOneOrMore() {}

package syntax

import (
	"gopkg.in/yaml.v3"

	"github.com/sluicehq/sluice/engine/diag"
)

// members collects the pairs of a mapping, each key once.
type members struct {
	node  *Node
	index map[string]int
}

func (m *members) has(key string) (*Node, bool) {
	i, ok := m.index[key]
	if !ok {
		return nil, false
	}
	return m.node.Pairs[i].Key, true
}

func (m *members) add(key, value *Node) {
	m.index[key.Text.Value] = len(m.node.Pairs)
	m.node.Pairs = append(m.node.Pairs, Pair{key, value})
}

func (b *builder) mapping(y *yaml.Node, off, depth int) built {
	n := &Node{Kind: Mapping, Style: Block, Pairs: make([]Pair, 0, len(y.Content)/2)}
	m := &members{n, make(map[string]int, len(y.Content)/2)}
	if b.unquotedTemplate(y, off) {
		return b.templateText(off)
	}
	end := off + 1
	var merges []built
	var merge *Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := b.node(y.Content[i], depth+1), b.node(y.Content[i+1], depth+1)
		end = max(end, k.to, v.to)
		if y.Style&yaml.FlowStyle != 0 {
			b.joined(&k, &v)
		}
		if y.Content[i].Tag == "!!merge" {
			b.duplicate(merge, k.node)
			merge, merges = k.node, append(merges, v)
		} else if b.isKey(k) {
			b.member(m, k.node, v.node)
		}
	}
	for _, v := range merges {
		b.merge(m, v)
	}
	return b.collection(n, y, off, end)
}

// isKey reports whether a node can be a key.
func (b *builder) isKey(k built) bool {
	switch {
	case k.node.Kind != Scalar:
		f := b.fs.Errorf(k.node.Span, diag.CodeSyntax, "a key must be a text, not %s", k.node.Describe())
		f.Hint = "quote it if it is meant as a text"
	case k.node.Text.Value == "" && k.node.Plain && b.tooDeep:
		return false // the key was not read, and that is reported
	case k.node.Text.Value == "" && k.node.Plain:
		b.fs.Errorf(b.src.Span(k.from, k.from+1), diag.CodeSyntax, "a key is missing before %q", ":")
	default:
		return true
	}
	return false
}

// member adds a pair, unless there is one with the key.
func (b *builder) member(m *members, key, value *Node) {
	if first, ok := m.has(key.Text.Value); ok {
		b.duplicate(first, key)
		return
	}
	m.add(key, value)
}

// duplicate reports a key that was given before.
func (b *builder) duplicate(first, again *Node) {
	if first == nil {
		return
	}
	f := b.fs.Errorf(again.Span, diag.CodeDuplicateKey, "the key %q is given twice", again.Text.Value)
	f.Hint = "remove one of the two"
	f.Related = []diag.Related{{Message: "first given here", Span: first.Span}}
}

// merge adds the members of a merge key's value that m does not have.
func (b *builder) merge(m *members, from built) {
	if from.refused {
		return
	}
	switch n := from.node; n.Kind {
	case Mapping:
		for _, p := range n.Pairs {
			if _, ok := m.has(p.Key.Text.Value); !ok {
				m.add(p.Key, p.Value)
			}
		}
		return
	case Sequence:
		for _, item := range n.Items {
			if item.Kind != Mapping {
				b.fs.Errorf(item.Span, diag.CodeSyntax, "%q takes mappings, not %s", "<<", item.Describe())
				continue
			}
			b.merge(m, built{node: item})
		}
		return
	}
	b.fs.Errorf(b.src.Span(from.from, from.to), diag.CodeSyntax, "%q takes a mapping or a list of mappings, not %s", "<<", from.node.Describe())
}

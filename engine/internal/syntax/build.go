package syntax

import (
	"gopkg.in/yaml.v3"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax/place"
)

// builder makes the tree from the parser's.
type builder struct {
	src     *source
	at      place.Cursor
	fs      *diag.List
	anchors map[*yaml.Node]*anchor
	// count is the number of values so far, each as often as aliases repeat
	// it; aliased is the number of those that aliases repeated.
	count, aliased int
	tooDeep        bool
}

// anchor is what aliases need to know of a value with an anchor.
type anchor struct {
	node *Node // nil while its own members are read
	size int   // the number of values in it
}

// built is a node and the bytes that it was written in: those of the alias,
// not of the value, if it is one.
type built struct {
	node     *Node
	from, to int
	refused  bool // there is a finding, and node is only there to go on with
}

func (b *builder) node(y *yaml.Node, depth int) built {
	off := b.at.Offset(y.Line, y.Column)
	if depth > maxDepth {
		return b.refuseDepth(off)
	}
	if y.Kind == yaml.AliasNode {
		return b.alias(y, off)
	}
	b.count++
	before := b.count
	start := off
	var a *anchor
	if y.Anchor != "" {
		a = &anchor{}
		b.anchors[y] = a
	}
	if b.unquotedMark(y, off) {
		return b.markedText(off)
	}
	if y.Anchor != "" || y.Style&yaml.TaggedStyle != 0 || b.src.At(off) == '!' {
		start = b.properties(y, off)
	}
	var r built
	switch y.Kind {
	case yaml.MappingNode:
		r = b.mapping(y, start, depth)
	case yaml.SequenceNode:
		r = b.sequence(y, start, depth)
	default:
		r = b.scalar(y, start)
	}
	if a != nil {
		a.node, a.size = r.node, b.count-before+1
	}
	r.from = min(off, r.from)
	return r
}

func (b *builder) refuseDepth(off int) built {
	if !b.tooDeep {
		b.tooDeep = true
		b.fs.Errorf(b.src.Span(off, off+1), diag.CodeSyntax, "values nest more than %d deep", maxDepth)
	}
	return b.null(off)
}

func (b *builder) null(off int) built {
	span := b.src.Span(off, off)
	return built{&Node{Plain: true, Span: span, Text: diag.NewText("", span, nil)}, off, off, true}
}

// properties passes over the anchor and the tag before a value, and refuses
// the tag.
func (b *builder) properties(y *yaml.Node, off int) int {
	s := b.src
	for off = s.SkipSpace(off); s.At(off) == '&' || s.At(off) == '!'; off = s.SkipSpace(off) {
		from := off
		for !s.IsSpace(off) && (y.Style&yaml.FlowStyle != 0 || !isFlowMark(s.At(off))) {
			off++
		}
		if s.At(from) == '!' {
			f := b.fs.Errorf(s.Span(from, off), diag.CodeSyntax, "tags such as %q are not used", s.Data[from:off])
			f.Hint = "remove it: the place of a value decides its type; quote it if it is a text"
		}
	}
	if y.Kind == yaml.ScalarNode && y.Value == "" && y.Style&quoted == 0 {
		return min(b.at.Offset(y.Line, y.Column), off)
	}
	return off
}

func isFlowMark(c byte) bool { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}' }

func (b *builder) alias(y *yaml.Node, off int) built {
	s := b.src
	to := off + 1 + len(y.Value)
	a := b.anchors[y.Alias]
	if a == nil || a.node == nil {
		b.fs.Errorf(s.Span(off, to), diag.CodeAlias, "the alias %q stands inside the value that it names", y.Value)
		return b.null(off)
	}
	b.count += a.size
	if b.aliased > maxAliased {
		return b.null(off)
	}
	if b.aliased += a.size; b.aliased > maxAliased {
		f := b.fs.Errorf(s.Span(off, to), diag.CodeAlias, "the aliases of this file stand for more than %d values", maxAliased)
		f.Hint = "write out what is needed, or use fewer aliases of aliases"
		return b.null(off)
	}
	return built{node: a.node, from: off, to: to}
}

func (b *builder) sequence(y *yaml.Node, off, depth int) built {
	n := &Node{Kind: Sequence, Style: Block, Items: make([]*Node, 0, len(y.Content))}
	end := off + 1
	for _, c := range y.Content {
		r := b.node(c, depth+1)
		n.Items = append(n.Items, r.node)
		end = max(end, r.to)
	}
	return b.collection(n, y, off, end)
}

// collection sets the span of n, whose last member ends at end.
func (b *builder) collection(n *Node, y *yaml.Node, off, end int) built {
	s := b.src
	if y.Style&yaml.FlowStyle != 0 && (s.At(off) == '[' || s.At(off) == '{') {
		n.Style = Flow
		end = s.closing(end)
		n.Comment = s.comment(end)
	}
	n.Span = s.Span(off, end)
	return built{node: n, from: off, to: end}
}

// closing returns the offset after the bracket that ends a flow collection
// whose last member ends at off.
func (s *source) closing(off int) int {
	for off < len(s.Data) {
		off = s.SkipSpace(off)
		switch s.At(off) {
		case ']', '}':
			return off + 1
		case ',', ':', '?':
			off++
		default:
			return off
		}
	}
	return len(s.Data)
}

// comment returns the comment that follows off on its line.
func (s *source) comment(off int) diag.Text {
	from := s.SkipBlanks(off)
	if from == off || s.At(from) != '#' {
		return diag.Text{}
	}
	return s.Text(from, s.LineEnd(from))
}

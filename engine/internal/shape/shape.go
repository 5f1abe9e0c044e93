// Package shape reads shapes as users write them in YAML, in connector files
// and in a pipeline's own `shapes:`, into types.
//
//	order:                            an object and its members
//	  order_id: int                   text, int, decimal, bool, time, date
//	  note: text?                     may be null; inside { } write "text?" or
//	  memo: text or null              this, as YAML keeps the bare ? there for itself
//	  line_items: [line_item]         a list of another shape
//	  status: {enum: [new, paid]}     a text with known values
//	  answers: {map: text}            an object with any keys
//	  contact: {name: text, email: text?}   an object within
//	  metadata: unknown               anything
//	  total: {type: decimal, as: text, required: true, doc: What is owed.}
//	  open: true                      may have members besides these
package shape

import (
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// scalars are the types that have a name of their own.
var scalars = []struct {
	name string
	typ  *item.Type
}{
	{"text", item.TypeText},
	{"int", item.TypeInt},
	{"decimal", item.TypeDecimal},
	{"bool", item.TypeBool},
	{"time", item.TypeTime},
	{"date", item.TypeDate},
	{"unknown", item.TypeUnknown},
	{"object", &item.Type{Kind: item.KindObject, Open: true}},
}

// Parse reads one shape. named holds the shapes that it may name; it may be
// nil. The result is nil after an error finding.
func Parse(n *syntax.Node, named map[string]*item.Type, fs *diag.List) *item.Type {
	if n == nil {
		return nil
	}
	p := &parser{done: named, fs: fs}
	t, _ := p.field(n)
	return t
}

// ParseAll reads a mapping from names to shapes, which may name each other in
// any order. A shape with an error is nil, so that nothing is reported for
// what names it.
func ParseAll(n *syntax.Node, fs *diag.List) map[string]*item.Type {
	p := &parser{
		done:  map[string]*item.Type{},
		nodes: map[string]*syntax.Node{},
		fs:    fs,
	}
	if n == nil {
		return p.done
	}
	if n.Kind != syntax.Mapping {
		fs.Errorf(n.Span, diag.CodeWrongType, "shapes must be a mapping from names to shapes")
		return p.done
	}
	for _, pair := range n.Pairs {
		if name := pair.Key.Text.Value; builtin(name) != nil {
			fs.Errorf(pair.Key.Span, diag.CodeConflict, "%q is a type already; give the shape another name", name)
		} else {
			p.nodes[name] = pair.Value
		}
	}
	for _, pair := range n.Pairs {
		if p.nodes[pair.Key.Text.Value] != nil {
			p.shape(pair.Key.Text)
		}
	}
	return p.done
}

// parser holds the shapes being read. A name is in done once it has been read,
// with nil when that failed, and in open while it is.
type parser struct {
	done  map[string]*item.Type
	nodes map[string]*syntax.Node
	open  []string
	fs    *diag.List
}

// shape gives the shape called name, reading it first if need be. It is nil
// when the shape had an error, which has been reported.
func (p *parser) shape(name diag.Text) *item.Type {
	if t, ok := p.done[name.Value]; ok {
		return t
	}
	n, ok := p.nodes[name.Value]
	if !ok {
		f := p.fs.Errorf(name.Span, diag.CodeBadValue, "unknown type %q", name.Value)
		if f.Hint = diag.DidYouMean(name.Value, p.known()); f.Hint == "" {
			f.Hint = "the types are " + strings.Join(p.known(), ", ")
		}
		return nil
	}
	if i := slices.Index(p.open, name.Value); i >= 0 {
		f := p.fs.Errorf(name.Span, diag.CodeCycle, "shape %q contains itself: %s", name.Value,
			strings.Join(append(p.open[i:], name.Value), " → "))
		f.Hint = "declare the inner member as unknown"
		return nil
	}
	p.open = append(p.open, name.Value)
	t, _ := p.field(n)
	p.open = p.open[:len(p.open)-1]
	if t != nil {
		t = named(t, name.Value)
	}
	p.done[name.Value] = t
	return t
}

// named gives t a name for messages; a name that it has already stays.
func named(t *item.Type, name string) *item.Type {
	if t.Name != "" || t.Kind != item.KindObject && len(t.Enum) == 0 {
		return t
	}
	c := *t
	c.Name = name
	return &c
}

func (p *parser) known() []string {
	var names []string
	for _, s := range scalars {
		names = append(names, s.name)
	}
	rest := len(names)
	for name := range p.nodes {
		names = append(names, name)
	}
	for name := range p.done {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[rest:])
	return names
}

func builtin(name string) *item.Type {
	for _, s := range scalars {
		if s.name == name {
			return s.typ
		}
	}
	return nil
}

// field reads what stands for a member: its type, and the facts about the
// member itself.
func (p *parser) field(n *syntax.Node) (*item.Type, item.Field) {
	switch n.Kind {
	case syntax.Scalar:
		return p.name(n), item.Field{}
	case syntax.Sequence:
		return p.list(n), item.Field{}
	case syntax.Mapping:
		if p.isAttributes(n) {
			return p.attributes(n)
		}
		return p.object(n), item.Field{}
	}
	p.fs.Errorf(n.Span, diag.CodeWrongType, "expected a type")
	return nil, item.Field{}
}

// name reads "text", "line_item" and either of them with what says that it may
// be null.
func (p *parser) name(n *syntax.Node) *item.Type {
	text, optional := cutNull(n.Text)
	if text.Value == "" {
		p.fs.Errorf(n.Span, diag.CodeWrongType, "expected a type").
			Hint = "write one of " + strings.Join(p.known(), ", ")
		return nil
	}
	t := builtin(text.Value)
	if t == nil {
		t = p.shape(text)
	}
	if t != nil && optional {
		t = t.Optional()
	}
	return t
}

// cutNull takes "?" or " or null" off the end of a type's name.
func cutNull(t diag.Text) (diag.Text, bool) {
	for _, suffix := range []string{"?", " or null"} {
		if name, ok := strings.CutSuffix(t.Value, suffix); ok {
			return t.Slice(0, len(name)), true
		}
	}
	return t, false
}

func (p *parser) list(n *syntax.Node) *item.Type {
	if len(n.Items) != 1 {
		p.fs.Errorf(n.Span, diag.CodeWrongType, "a list has one type in its brackets, such as [text], not %d", len(n.Items))
		return nil
	}
	elem, _ := p.field(n.Items[0])
	if elem == nil {
		return nil
	}
	return item.ListOf(elem)
}

// object reads the members of an object. `open: true` stands for members that
// are not listed; a member called open has a type there instead.
func (p *parser) object(n *syntax.Node) *item.Type {
	t := &item.Type{Kind: item.KindObject}
	ok := true
	for _, pair := range n.Pairs {
		name := pair.Key.Text.Value
		if name == "open" && isBool(pair.Value) {
			t.Open = pair.Value.Text.Value == "true"
			continue
		}
		typ, f := p.field(pair.Value)
		if typ == nil {
			ok = false
			continue
		}
		f.Name, f.Type = name, typ
		t.Fields = append(t.Fields, f)
	}
	if !ok {
		return nil
	}
	return t
}

func isBool(n *syntax.Node) bool {
	return n.Kind == syntax.Scalar && (n.Text.Value == "true" || n.Text.Value == "false")
}

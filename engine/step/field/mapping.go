package field

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Mapping is a config field that says how an object is made: names with a
// value, an object or a list each. Compiler.Mapping compiles it.
//
//	code: ${ item.sku }                     a value
//	shipping: {name: …, city: …}            an object
//	tags: [web, "{{ order.channel }}"]      a list
//	lines:                                  one element for each of another list
//	  each: order.line_items as line
//	  where: line.quantity > 0              only those; may be left out
//	  map: {sku: "${ line.sku }"}           an object or a value
//	gift:                                   left out unless the rule holds
//	  when: order.gift_note != nil
//	  map: {note: "${ order.gift_note }"}
//
// The last two may stand in a list as well, among other elements: `each` adds
// all of its elements there. Members go out in the order in which they are
// written. A null goes out as null, but where the write says that a member may
// be left out and may not be null, it is left out.
type Mapping struct{ node *syntax.Node }

// NewMapping returns a Mapping that reads n, for configs that are not decoded
// field by field.
func NewMapping(n *syntax.Node) Mapping { return Mapping{node: n} }

// DecodeNode takes the mapping from the tree.
func (m *Mapping) DecodeNode(n *syntax.Node, fs *diag.List) {
	if n.Kind != syntax.Mapping {
		f := fs.Errorf(n.Span, diag.CodeWrongType, "expected a mapping from names to values, not %s", n.Describe())
		if n.Kind == syntax.Scalar && strings.Contains(n.Text.Value, " ") {
			f.Hint = "put a colon and a space behind each name"
		}
		return
	}
	m.node = n
}

// IsZero reports whether the field was not given.
func (m Mapping) IsZero() bool { return m.node == nil }

// Place returns where the mapping stands.
func (m Mapping) Place() diag.Span {
	if m.node == nil {
		return diag.Span{}
	}
	return m.node.Span
}

// Mapping compiles a mapping whose result will be written as target; nil if
// that is not known. What could not be compiled has been reported, and is of
// unknown type, so that the rest can be compared with the target.
func (b *Compiler) Mapping(m Mapping, target *item.Type) *Projection {
	if m.node == nil {
		return nil
	}
	root := b.object(m.node, target)
	p := &Projection{root: root, Part: root.part(), layout: item.NewLayout(root.part().Type)}
	root.lay(p.layout)
	root.lay(p.layout) // again: now that the layouts have all their slots
	return p
}

// part compiles whatever may stand for a member or an element.
func (b *Compiler) part(n *syntax.Node, want *item.Type) maker {
	switch {
	case n.Kind == syntax.Scalar:
		return b.leaf(n, want)
	case n.Kind == syntax.Sequence:
		return b.elements(n.Items, n, want)
	case n.Get("each") != nil:
		return b.elements([]*syntax.Node{n}, n, want)
	case b.misnamedEach(n):
		return broken(n)
	case isConditional(n):
		return b.conditional(n, want)
	}
	return b.object(n, want)
}

func (b *Compiler) leaf(n *syntax.Node, want *item.Type) maker {
	e := b.value(n, want)
	if e == nil {
		return broken(n)
	}
	return &leaf{eval: e, place: n.Span}
}

// broken stands for a part that could not be compiled.
func broken(n *syntax.Node) maker {
	return &leaf{eval: constant(item.Null, item.TypeUnknown, n.Text), place: n.Span}
}

func (b *Compiler) object(n *syntax.Node, want *item.Type) *object {
	o := &object{place: n.Span, typ: &item.Type{Kind: item.KindObject}}
	for _, pair := range n.Pairs {
		name := pair.Key.Text.Value
		b.memberName(pair)
		m := b.part(pair.Value, memberOf(want, name))
		o.names = append(o.names, pair.Key.Text)
		o.members = append(o.members, m)
		o.dropped = append(o.dropped, leftOut(want, name))
		part := m.part()
		if part.Optional {
			part.Type = part.Type.Optional()
		}
		o.typ.Fields = append(o.typ.Fields, item.Field{Name: name, Type: part.Type})
	}
	return o
}

// memberName reports a name that somebody takes for a value, or that is none.
func (b *Compiler) memberName(p syntax.Pair) {
	key := p.Key
	switch name := key.Text.Value; {
	case pathForm.MatchString(name) && p.Value.IsNull() && p.Value.Text.Value == "":
		b.Findings.Errorf(key.Span, diag.CodeMissingField, "%q has no value", name).
			Hint = "for the value of " + name + ", write ${ " + name + " }"
	case name == "":
		b.Findings.Errorf(key.Span, diag.CodeBadValue, "a name must not be empty")
	case strings.Contains(name, "${") || isTemplate(name):
		b.Findings.Errorf(key.Span, diag.CodeBadValue, "a name is taken as it is written: nothing is computed in it").
			Hint = "write the name, and the expression or template behind it"
	}
}

// memberOf returns the type of a member of t, or nil if that is not known.
func memberOf(t *item.Type, name string) *item.Type {
	if t == nil {
		return nil
	}
	if t.IsMap() {
		return t.Elem
	}
	if f, ok := t.Field(name); ok {
		return f.Type
	}
	return nil
}

// leftOut reports whether a null member is left out: where the write takes no
// null, and can do without the member.
func leftOut(t *item.Type, name string) bool {
	if t == nil {
		return false
	}
	f, ok := t.Field(name)
	return ok && !f.Required && !f.Type.Nullable
}

func (b *Compiler) elements(ns []*syntax.Node, at *syntax.Node, want *item.Type) maker {
	var elem *item.Type
	if want != nil && want.Kind == item.KindList {
		elem = want.Elem
	}
	l := &list{place: at.Span}
	var types []*item.Type
	for _, n := range ns {
		var m maker
		if n.Kind == syntax.Mapping && n.Get("each") != nil {
			m = b.each(n, elem)
		} else {
			m = b.part(n, elem)
		}
		l.elems = append(l.elems, m)
		types = append(types, m.part().Type)
	}
	l.typ = item.ListOf(Union(types))
	return l
}

var eachKeys = []string{"each", "where", "map"}

func (b *Compiler) each(n *syntax.Node, want *item.Type) maker {
	if !b.keys(n, "each", eachKeys) {
		return broken(n)
	}
	var head Each
	if head.DecodeNode(n.Get("each"), b.Findings); head.IsZero() {
		return broken(n)
	}
	in := b.inner()
	over := in.over(head, in.declare)
	if over == nil {
		return broken(n)
	}
	e := &each{over: over, place: n.Span}
	if where := n.Get("where"); where != nil && Scalar(where, "an expression", b.Findings) {
		e.where = in.Rule(Rule{node: where}, item.TypeBool)
	}
	e.elem = in.part(n.Get("map"), want)
	return e
}

// listForm is what stands behind each, and hardly ever in a text.
var listForm = regexp.MustCompile(`^\S.* as [A-Za-z_][A-Za-z0-9_]*$`)

// misnamedEach reports a list with a name for its elements beside map that does
// not stand behind each.
func (b *Compiler) misnamedEach(n *syntax.Node) bool {
	if n.Get("map") == nil {
		return false
	}
	i := slices.IndexFunc(n.Pairs, func(p syntax.Pair) bool { return p.Value.Plain && listForm.MatchString(p.Value.Text.Value) })
	if i < 0 {
		return false
	}
	key := n.Pairs[i].Key
	f := b.Findings.Errorf(key.Span, diag.CodeUnknownKey, "unknown key %q beside map", key.Text.Value)
	f.Hint, f.Fix = "write each", &diag.Fix{Span: key.Span, Text: "each"}
	return true
}

// isConditional tells {when: …, map: …} from an object that has a member
// called when.
func isConditional(n *syntax.Node) bool {
	return len(n.Pairs) == 2 && n.Get("when") != nil && n.Get("map") != nil
}

func (b *Compiler) conditional(n *syntax.Node, want *item.Type) maker {
	when := n.Get("when")
	c := &conditional{then: b.part(n.Get("map"), want), place: n.Span}
	if Scalar(when, "an expression", b.Findings) {
		c.when = b.Rule(Rule{node: when}, item.TypeBool)
	}
	return c
}

// keys reports keys of a special form that it does not have, and those that it
// needs and are not there.
func (b *Compiler) keys(n *syntax.Node, form string, known []string) bool {
	ok, meant := true, false
	for _, p := range n.Pairs {
		key := p.Key.Text.Value
		if !slices.Contains(known, key) {
			f := b.Findings.Errorf(p.Key.Span, diag.CodeUnknownKey, "unknown key %q beside %s", key, form)
			f.Hint = diag.DidYouMean(key, known)
			meant = meant || diag.DidYouMean(key, []string{"map"}) != ""
			ok = false
		}
	}
	if n.Get("map") == nil && !meant {
		b.Findings.Errorf(n.Span, diag.CodeMissingField, "missing %q beside %s", "map", form)
		ok = false
	}
	return ok
}

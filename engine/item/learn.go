package item

import (
	"strings"

	"github.com/sluicehq/sluice/engine/item/internal/scan"
)

// node is what a Decoder knows of one place of its records: what is wanted of
// the value there, and which members values there were seen to have. Records
// of one source are alike: the member that followed "sku" last time follows it
// next time, so one comparison tells name, colon and slot at once, where
// looking each name up would be most of the work.
type node struct {
	typ    *Type
	layout *Layout // nil when only the JSON is wanted
	slots  int     // of an object
	head   member  // its next is the first member
	index  map[string]*member
	elem   *node   // of a list's elements or a map's values
	passed *member // see passing
	width  int     // how many values a list or map had at most
	// strange nodes learn nothing: there are more names than can be learned.
	strange bool
}

// member is a name that was seen in objects at a node.
type member struct {
	name   string
	quoted string // the name as it was written, with its colon
	slot   int    // where the value goes; -1 for nowhere
	kid    *node  // of the value; may be nil when slot is -1
	next   *member
	seen   uint64 // the last object that had the member
}

// maxLearned bounds the names that a Decoder learns beside those that shapes
// and layouts know, for records whose members' names are data.
const maxLearned = 4096

func newNode(t *Type, l *Layout) *node {
	n := &node{typ: t, layout: l, index: map[string]*member{}}
	if l != nil {
		n.slots = len(l.names)
	}
	return n
}

// whole reports whether the elements of a list, or the values of a map, are
// wanted as values.
func (n *node) whole() bool { return n.layout != nil && n.layout.elem != nil }

// element returns the node of a list's elements or a map's values.
func (n *node) element() *node {
	if n.elem != nil {
		return n.elem
	}
	t := n.typ.Elem
	if t == nil {
		t = TypeUnknown
	}
	var l *Layout
	if n.layout != nil {
		l = n.layout.elem
	}
	n.elem = newNode(t, l)
	return n.elem
}

// passing returns the stand-in for the elements of a list that are only checked.
func (n *node) passing() *member {
	if n.passed == nil {
		n.passed = &member{slot: -1}
		if n.strange {
			n.passed.kid = n
		}
	}
	return n.passed
}

// learn adds the member called name to n; nil if there are too many.
func (d *Decoder) learn(n *node, name string) *member {
	slot, wanted := -1, false
	if n.layout != nil {
		if slot, wanted = n.layout.index[name]; !wanted || slot >= n.slots {
			slot, wanted = -1, false
		}
	}
	if !wanted && n.layout != nil {
		_, wanted = n.typ.Field(name)
	}
	if !wanted {
		if n.strange || d.learned >= maxLearned {
			return nil
		}
		d.learned++
	}
	m := &member{name: strings.Clone(name), quoted: string(append(scan.AppendText(nil, name), ':')), slot: slot}
	switch {
	case slot >= 0:
		m.kid = newNode(n.layout.kids[slot].typ, n.layout.kids[slot])
	case n.whole() && n.typ.IsMap():
		m.kid = n.element()
	}
	n.index[m.name] = m
	return m
}

// stranger is a name that was not learned, in the object of that number.
type stranger struct {
	object uint64
	name   string
}

// way returns what a time at n must know of its writing.
func (n *node) way() *aggregate {
	if n.layout != nil {
		return n.layout.way
	}
	return n.typ.way()
}

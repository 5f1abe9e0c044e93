package item

import (
	"iter"
	"slices"
	"sync/atomic"
	"unicode/utf8"
)

// aggregate is the inside of a list or an object, or the way in which a time
// is written.
//
// One that was read holds its JSON and, in slots, the members that its layout
// names; the others are read from the JSON when someone asks. One that was made
// here holds all its members in slots. Aggregates are shared by values and are
// not changed, but for rest, which every reader would fill alike.
type aggregate struct {
	typ    *Type   // what the members are when no layout says so; may be nil
	layout *Layout // names the slots of an object; nil when names does
	names  []string
	slots  []Value
	raw    string // the JSON as it was sent; "" for values made here
	count  int    // members or elements in raw
	spaced bool   // raw has white space between its tokens
	whole  bool   // slots hold every element, or every member with names

	rest atomic.Pointer[members]
}

// members are all members of an object, or all elements of a list, read from
// its JSON one level deep.
type members struct {
	names  []string
	values []Value
	index  map[string]int // of names, when they are many
}

// Slot returns the value in slot i of an object, i being a slot that l gave.
// An object that is not laid out by l, or was before l grew, is asked for the
// member by its name instead, so the answer never depends on the layout.
func (v Value) Slot(l *Layout, i int) Value {
	if v.agg != nil && v.agg.layout == l && i < len(v.agg.slots) {
		return v.agg.slots[i]
	}
	return v.Member(l.names[i])
}

// Peek returns where the value of Slot is kept, not to be changed; nil when Slot
// must look for the member by its name.
func (v *Value) Peek(l *Layout, i int) *Value {
	if a := v.agg; a != nil && a.layout == l && i < len(a.slots) {
		return &a.slots[i]
	}
	return nil
}

// Member returns the member of an object that is called name; Missing when
// there is none, or v is no object.
func (v Value) Member(name string) Value {
	a := v.agg
	if v.kind != KindObject || a == nil {
		return Value{}
	}
	if a.layout != nil {
		if i, ok := a.layout.index[name]; ok && i < len(a.slots) {
			return a.slots[i]
		}
	}
	if (a.raw == "" || a.whole) && len(a.names) <= manyNames {
		return memberOf(a.names, a.slots, name)
	}
	m := a.all()
	if m.index == nil {
		return memberOf(m.names, m.values, name)
	}
	if i, ok := m.index[name]; ok {
		return m.values[i]
	}
	return Value{}
}

func memberOf(names []string, values []Value, name string) Value {
	if i := slices.Index(names, name); i >= 0 {
		return values[i]
	}
	return Value{}
}

// Len returns the number of elements of a list, of members of an object, of
// characters of a text; 0 for any other kind.
func (v Value) Len() int {
	switch {
	case v.kind == KindText:
		return utf8.RuneCountInString(v.text)
	case v.agg == nil || v.kind != KindList && v.kind != KindObject:
		return 0
	case v.agg.raw != "":
		return v.agg.count
	case v.kind == KindList:
		return len(v.agg.slots)
	}
	n := 0
	for _, s := range v.agg.slots {
		if s.kind != KindMissing {
			n++
		}
	}
	return n
}

// Index returns element i of a list, counted from 0; Missing when there is
// none, or v is no list.
func (v Value) Index(i int) Value {
	if vs := v.elements(); i >= 0 && i < len(vs) {
		return vs[i]
	}
	return Value{}
}

// elements returns the elements of a list, not to be changed.
func (v Value) elements() []Value {
	a := v.agg
	switch {
	case v.kind != KindList || a == nil:
		return nil
	case a.raw == "" || a.whole:
		return a.slots
	}
	return a.all().values
}

// All returns the elements of a list with their indexes; none if v is no list.
func (v Value) All() iter.Seq2[int, Value] { return slices.All(v.elements()) }

// Members returns the members of an object with their names, in their order;
// none if v is no object.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		names, values := v.named()
		for i, m := range values {
			if m.kind != KindMissing && !yield(names[i], m) {
				return
			}
		}
	}
}

// named returns the names and values of an object's members, not to be
// changed. Missing ones may be among them.
func (v Value) named() ([]string, []Value) {
	a := v.agg
	switch {
	case v.kind != KindObject || a == nil:
		return nil, nil
	case a.raw != "" && !a.whole:
		m := a.all()
		return m.names, m.values
	case a.names != nil || a.layout == nil:
		return a.names, a.slots
	}
	return a.layout.names, a.slots
}

// Clone returns a copy of v that shares nothing with the Decoder that made it.
// It may hold on to the text that v was read from.
func (v Value) Clone() Value {
	a := v.agg
	if a == nil || v.kind != KindList && v.kind != KindObject {
		return v
	}
	c := &aggregate{
		typ: a.typ, layout: a.layout, names: a.names, slots: make([]Value, len(a.slots)),
		raw: a.raw, count: a.count, spaced: a.spaced, whole: a.whole,
	}
	for i, s := range a.slots {
		c.slots[i] = s.Clone()
	}
	v.agg = c
	return v
}

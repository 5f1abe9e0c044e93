package item

import (
	"slices"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/item/internal/scan"
)

// Layout decides which members of a record get a slot. It is made from a type
// and grows while rules, templates and mappings are compiled: each asks for
// the slots that it reads. Decoding then fills those and passes over the rest,
// which stays reachable, more slowly, in the record's own bytes. So a layout
// changes how fast a member is read, never whether it can be.
//
// A layout must not grow any more once a value has been laid out by it.
type Layout struct {
	typ   *Type
	names []string
	keys  []string // the names as JSON has them: "name":
	index map[string]int
	kids  []*Layout  // the layout of the value in each slot
	elem  *Layout    // the layout of a list's or map's elements
	way   *aggregate // how a time or date is written, when not as usual

	plan atomic.Pointer[plan] // how objects laid out here were written last
}

// NewLayout returns a layout for values of type t without any slots.
func NewLayout(t *Type) *Layout {
	return &Layout{typ: t, index: map[string]int{}, way: t.way()}
}

// FullLayout returns a layout with a slot for each field of t, in their order:
// what a value that is made here, not read, is laid out by.
func FullLayout(t *Type) *Layout {
	l := NewLayout(t)
	for _, f := range t.Fields {
		l.Slot(f.Name)
	}
	return l
}

// Type returns the type of the values that are laid out.
func (l *Layout) Type() *Type { return l.typ }

// Slot returns the slot of the member called name, and makes it one if it has
// none yet.
func (l *Layout) Slot(name string) int {
	if i, ok := l.index[name]; ok {
		return i
	}
	i := len(l.names)
	l.index[name] = i
	l.names = append(l.names, name)
	l.keys = append(l.keys, string(append(scan.AppendText(nil, name), ':')))
	l.kids = append(l.kids, NewLayout(l.memberType(name)))
	return i
}

func (l *Layout) memberType(name string) *Type {
	if f, ok := l.typ.Field(name); ok {
		return f.Type
	}
	if l.typ.IsMap() {
		return l.typ.Elem
	}
	return TypeUnknown
}

// Member returns the layout of the value in slot i.
func (l *Layout) Member(i int) *Layout { return l.kids[i] }

// Elem returns the layout of the elements of the list, or of the values of the
// map, that l lays out.
func (l *Layout) Elem() *Layout {
	if l.elem == nil {
		t := l.typ.Elem
		if t == nil {
			t = TypeUnknown
		}
		l.elem = NewLayout(t)
	}
	return l.elem
}

// Names lists the members that have slots, in slot order.
func (l *Layout) Names() []string { return slices.Clone(l.names) }

// Lookup returns the slot of the member called name, if it has one.
func (l *Layout) Lookup(name string) (int, bool) {
	i, ok := l.index[name]
	return i, ok
}

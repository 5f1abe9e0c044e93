package item

import (
	"slices"

	"github.com/sluicehq/sluice/engine/item/internal/scan"
)

// all returns every member or element, read one level deep from the JSON of a
// if need be, and keeps them for the next who asks.
func (a *aggregate) all() *members {
	if m := a.rest.Load(); m != nil {
		return m
	}
	m := &members{}
	switch {
	case a.raw == "" || a.whole:
		m.names, m.values = a.names, a.slots
	case a.raw[0] == '{':
		a.readMembers(m)
	default:
		a.readElements(m)
	}
	if len(m.names) > manyNames {
		m.index = make(map[string]int, len(m.names))
		for i, n := range slices.Backward(m.names) {
			m.index[n] = i
		}
	}
	a.rest.Store(m)
	return m
}

// manyNames is the number of members beyond which they are found by an index.
const manyNames = 16

func (a *aggregate) readMembers(m *members) {
	s := a.raw
	m.names, m.values = make([]string, 0, a.count), make([]Value, 0, a.count)
	for i := scan.SkipSpace(s, 1); s[i] != '}'; {
		name, at := scan.MemberName(s, i)
		var v Value
		v, i = a.lazy(a.memberType(name), at)
		if slot, ok := a.slotOf(name); ok {
			v = a.slots[slot]
		}
		m.names, m.values = append(m.names, name), append(m.values, v)
		i = scan.NextItem(s, i)
	}
}

func (a *aggregate) readElements(m *members) {
	s := a.raw
	t := TypeUnknown
	if a.typ != nil && a.typ.Elem != nil {
		t = a.typ.Elem
	}
	m.values = make([]Value, 0, a.count)
	for i := scan.SkipSpace(s, 1); s[i] != ']'; {
		var v Value
		v, i = a.lazy(t, i)
		m.values = append(m.values, v)
		i = scan.NextItem(s, i)
	}
}

func (a *aggregate) slotOf(name string) (int, bool) {
	if a.layout == nil {
		return 0, false
	}
	i, ok := a.layout.index[name]
	return i, ok && i < len(a.slots)
}

func (a *aggregate) memberType(name string) *Type {
	if a.typ != nil {
		if t, err := a.typ.member(name); err == nil {
			return t
		}
	}
	return TypeUnknown
}

// lazy reads the value at i: a scalar as t wants it, or as it is if it is no t;
// a list or an object as its JSON.
func (a *aggregate) lazy(t *Type, i int) (Value, int) {
	s := a.raw
	if c := s[i]; c == '{' || c == '[' {
		end, count := scan.SkipValue(s, i)
		v := Value{kind: KindObject, agg: &aggregate{typ: t, raw: s[i:end], count: count, spaced: a.spaced}}
		switch {
		case c == '[' && count == 0 && t.Kind == KindObject:
			return emptyMap(t), end
		case c == '[':
			v.kind = KindList
		}
		if v.kind != t.Kind {
			v.agg.typ = TypeUnknown
		}
		return v, end
	}
	d := Decoder{s: s}
	var v Value
	end := d.value(&node{typ: t}, i, &v)
	if end < 0 {
		end = d.value(&node{typ: TypeUnknown}, i, &v)
	}
	return v, end
}

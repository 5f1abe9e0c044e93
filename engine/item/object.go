package item

import "github.com/sluicehq/sluice/engine/item/internal/scan"

// objectValue reads an object into a value.
func (d *Decoder) objectValue(n *node, i int, dst *Value) int {
	if k := n.typ.Kind; k != KindObject && k != KindUnknown {
		return d.mismatch(Value{kind: KindObject}, n.typ)
	}
	a := &d.aggs.take(1)[0]
	start, spaces := i, d.spaces
	a.typ = n.typ
	if n.whole() && n.typ.IsMap() {
		i = d.mapMembers(n, i, a)
	} else {
		if n.slots > 0 {
			a.layout, a.slots = n.layout, d.values.take(n.slots)
		}
		i, a.count = d.members(n, i, a.slots)
	}
	if i < 0 {
		return -1
	}
	a.raw, a.spaced = d.s[start:i], d.spaces != spaces
	dst.kind, dst.agg = KindObject, a
	return i
}

// members reads an object's members: those that have slots into them.
func (d *Decoder) members(n *node, i int, slots []Value) (end, count int) {
	if i = d.open(i); d.at(i, '}') {
		return d.close(i, '}'), 0
	}
	d.object++
	object, m := d.object, &n.head
	for i >= 0 {
		if m, i = d.member(n, m, i, object); i < 0 {
			return -1, 0
		}
		if m.slot >= 0 {
			i = d.value(m.kid, i, &slots[m.slot])
		} else {
			i = d.pass(m, i)
		}
		if i < 0 {
			return d.inside(m.name), 0
		}
		count++
		if i = d.space(i); !d.at(i, ',') {
			return d.close(i, '}'), count
		}
		i = d.space(i + 1)
	}
	return -1, 0
}

// mapMembers reads all members of a map, and keeps their names.
func (d *Decoder) mapMembers(n *node, i int, a *aggregate) int {
	a.whole = true
	if i = d.open(i); d.at(i, '}') {
		return d.close(i, '}')
	}
	d.object++
	object, m := d.object, &n.head
	for i >= 0 {
		if m, i = d.member(n, m, i, object); i < 0 {
			return -1
		}
		a.slots = d.room(a.slots, n)
		if i = d.value(n.element(), i, &a.slots[a.count]); i < 0 {
			return d.inside(m.name)
		}
		a.names = append(a.names, m.name)
		a.count++
		if i = d.space(i); !d.at(i, ',') {
			return d.close(i, '}')
		}
		i = d.space(i + 1)
	}
	return i
}

// member reads the name of the member that follows before, and the colon. It
// returns what is known of the member, and the offset of its value.
func (d *Decoder) member(n *node, before *member, i int, object uint64) (*member, int) {
	m := before.next
	if m != nil {
		if end := i + len(m.quoted); end < len(d.s) && d.s[i:end] == m.quoted && m.seen != object {
			m.seen = object
			return m, d.space(end)
		}
	}
	m, i = d.findMember(n, i, object)
	switch {
	case i < 0:
		return nil, -1
	case m.seen == object:
		d.err = within(m.name, wrong("is given twice"))
		return nil, -1
	case m.slot != strangeSlot:
		m.seen, before.next = object, m
	}
	return m, d.space(i)
}

// strangeSlot is the slot of a member that was not learned.
const strangeSlot = -2

// findMember reads a name, and the colon.
func (d *Decoder) findMember(n *node, i int, object uint64) (*member, int) {
	if !d.at(i, '"') {
		return nil, d.unexpected(i, "the name of a member")
	}
	end, escaped := scan.String(d.s, i+1)
	if end < 0 {
		return nil, d.badString(^end)
	}
	name := d.s[i+1 : end]
	if escaped {
		name = scan.Unescape(name)
	}
	colon := d.space(end + 1)
	if !d.at(colon, ':') {
		return nil, d.unexpected(colon, `":"`)
	}
	if m := n.index[name]; m != nil {
		return m, colon + 1
	}
	if m := d.learn(n, name); m != nil {
		return m, colon + 1
	}
	key := stranger{object, name}
	if _, twice := d.strangers[key]; twice {
		return &member{name: name, seen: object}, colon + 1
	}
	d.strangers[key] = struct{}{}
	return &member{name: name, slot: strangeSlot, kid: d.strange}, colon + 1
}

// pass checks the value at i and keeps nothing of it.
func (d *Decoder) pass(m *member, i int) int {
	if i >= len(d.s) {
		return d.unexpected(i, "a value")
	}
	switch c := d.s[i]; {
	case c == '"':
		end, _ := scan.String(d.s, i+1)
		if end < 0 {
			return d.badString(^end)
		}
		return end + 1
	case c-'0' <= 9 || c == '-':
		end, _ := scan.Number(d.s, i)
		if end < 0 {
			return d.unexpected(^end, "a digit")
		}
		return end
	case c != '{' && c != '[':
		return d.literal(i)
	}
	if m.kid == nil {
		m.kid = newNode(TypeUnknown, nil)
	}
	if d.s[i] == '{' {
		i, _ = d.members(m.kid, i, nil)
	} else {
		i, _ = d.elements(m.kid, i, nil)
	}
	return i
}

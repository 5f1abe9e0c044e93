package item

// listValue reads a list into a value.
func (d *Decoder) listValue(n *node, i int, dst *Value) int {
	t := n.typ
	if t.Kind == KindObject {
		return d.emptyMap(n, i, dst)
	}
	if t.Kind != KindList && t.Kind != KindUnknown {
		return d.mismatch(Value{kind: KindList}, t)
	}
	a := &d.aggs.take(1)[0]
	start, spaces := i, d.spaces
	a.typ, a.whole = t, n.whole()
	if a.whole {
		i, a.count = d.elements(n, i, a)
	} else {
		i, a.count = d.elements(n, i, nil)
	}
	if i < 0 {
		return -1
	}
	a.raw, a.spaced = d.s[start:i], d.spaces != spaces
	dst.kind, dst.agg = KindList, a
	return i
}

// emptyMap reads the [] that PHP writes for an empty map.
func (d *Decoder) emptyMap(n *node, i int, dst *Value) int {
	end := d.space(i + 1)
	if !d.at(end, ']') {
		return d.mismatch(Value{kind: KindList}, n.typ)
	}
	a := &d.aggs.take(1)[0]
	a.typ = n.typ
	*dst = Value{kind: KindObject, form: formEmptyMap, agg: a}
	return end + 1
}

// emptyMap returns the empty object of type t that was written as [].
func emptyMap(t *Type) Value {
	return Value{kind: KindObject, form: formEmptyMap, agg: &aggregate{typ: t}}
}

// elements reads the elements of a list, into the slots of a unless it is nil.
func (d *Decoder) elements(n *node, i int, a *aggregate) (end, count int) {
	if i = d.open(i); d.at(i, ']') {
		return d.close(i, ']'), 0
	}
	for i >= 0 {
		if a != nil {
			a.slots = d.room(a.slots, n)
			i = d.value(n.element(), i, &a.slots[count])
		} else {
			i = d.pass(n.passing(), i)
		}
		if i < 0 {
			return d.inside(element(count)), 0
		}
		count++
		if i = d.space(i); !d.at(i, ',') {
			return d.close(i, ']'), count
		}
		i = d.space(i + 1)
	}
	return -1, 0
}

// room returns values with one more at its end. The lists of a node are as
// long as the longest so far, at first guess.
func (d *Decoder) room(values []Value, n *node) []Value {
	if len(values) < cap(values) {
		return values[:len(values)+1]
	}
	more := d.values.take(max(4, n.width, 2*len(values)))
	copy(more, values)
	n.width = max(n.width, min(len(more), chunkLen/8))
	return more[:len(values)+1]
}

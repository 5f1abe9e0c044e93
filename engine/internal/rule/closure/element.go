package closure

import "github.com/sluicehq/sluice/engine/item"

// Index returns the element of a list, or the member of an object, that key
// means.
func Index(object, key Operand, optional bool) Eval {
	return func(f item.Frame) (item.Value, error) {
		o, err := object.Eval(f)
		if err != nil {
			return item.Null, err
		}
		if o.IsNull() && optional {
			return item.Null, errSkip
		}
		k, err := key.Eval(f)
		if err != nil {
			return item.Null, err
		}
		return element(&object, &key, o, k)
	}
}

func element(object, key *Operand, o, k item.Value) (item.Value, error) {
	switch {
	case o.Kind() == item.KindObject && k.Kind() == item.KindText:
		return o.Member(k.AsText()), nil
	case o.Kind() == item.KindObject && k.IsNull():
		return item.Null, nil
	case o.Kind() == item.KindObject:
		return item.Null, key.mismatch(k, "a text")
	case o.IsNull():
		return item.Null, object.errorf("%s is null, so it has no elements", object.text())
	case o.Kind() != item.KindList:
		return item.Null, object.mismatch(o, "a list or a map")
	case k.Kind() != item.KindInt:
		return item.Null, key.mismatch(k, "an int")
	}
	i, n := k.AsInt(), int64(o.Len())
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return item.Null, key.errorf("there is no element %d: the list has %d", k.AsInt(), n)
	}
	return o.Index(int(i)), nil
}

// Slice returns the elements of a list, or the characters of a text, between
// two bounds; either may be nil.
func Slice(object Operand, from, to *Operand) Eval {
	return func(f item.Frame) (item.Value, error) {
		o, err := object.Eval(f)
		if err != nil {
			return item.Null, err
		}
		if o.Kind() != item.KindList && o.Kind() != item.KindText {
			return item.Null, object.mismatch(o, "a list or a text")
		}
		n := o.Len()
		i, err := from.bound(f, n, 0)
		if err != nil {
			return item.Null, err
		}
		j, err := to.bound(f, n, n)
		if err != nil {
			return item.Null, err
		}
		return cut(o, i, max(i, j)), nil
	}
}

// bound evaluates an end of a slice: counted from the end when it is negative,
// and kept within the n elements there are.
func (o *Operand) bound(f item.Frame, n, none int) (int, error) {
	if o == nil {
		return none, nil
	}
	b, err := o.Eval(f)
	if err != nil {
		return 0, err
	}
	if b.Kind() != item.KindInt {
		return 0, o.mismatch(b, "an int")
	}
	i := b.AsInt()
	if i < 0 {
		i += int64(n)
	}
	return int(max(0, min(i, int64(n)))), nil
}

// cut returns the elements, or characters, from..to of a list or a text.
func cut(o item.Value, from, to int) item.Value {
	if o.Kind() == item.KindText {
		return item.Text(string([]rune(o.AsText())[from:to]))
	}
	part := make([]item.Value, 0, to-from)
	for i := from; i < to; i++ {
		part = append(part, o.Index(i))
	}
	return item.List(part...)
}

// List makes a list of its elements.
func List(elements []Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		list := make([]item.Value, len(elements))
		for i, e := range elements {
			v, err := e(f)
			if err != nil {
				return item.Null, err
			}
			list[i] = present(v)
		}
		return item.List(list...), nil
	}
}

// Object makes an object laid out by l of the values of its members.
func Object(l *item.Layout, members []Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		slots := make([]item.Value, len(members))
		for i, m := range members {
			v, err := m(f)
			if err != nil {
				return item.Null, err
			}
			slots[i] = present(v)
		}
		return item.Object(l, slots), nil
	}
}

// Map makes an object whose members' names are computed as well. A name that
// comes again keeps its place and gets the new value.
func Map(keys []Operand, members []Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		names := make([]string, 0, len(keys))
		values := make([]item.Value, 0, len(keys))
		index := make(map[string]int, len(keys))
		for i := range keys {
			key := &keys[i]
			k, err := key.Eval(f)
			if err != nil {
				return item.Null, err
			}
			if k.Kind() != item.KindText {
				return item.Null, key.mismatch(k, "a text")
			}
			v, err := members[i](f)
			if err != nil {
				return item.Null, err
			}
			if at, ok := index[k.AsText()]; ok {
				values[at] = present(v)
				continue
			}
			index[k.AsText()] = len(names)
			names, values = append(names, k.AsText()), append(values, present(v))
		}
		return item.Map(names, values), nil
	}
}

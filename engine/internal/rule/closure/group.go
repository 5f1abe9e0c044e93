package closure

import (
	"slices"

	"github.com/sluicehq/sluice/engine/item"
)

// GroupBy gives a map from each key, as text, to the elements that have it, in
// the order in which the keys are first met.
func (l *Loop) GroupBy(key Operand) Eval {
	return func(f item.Frame) (item.Value, error) {
		list, n, err := l.begin(f)
		if err != nil {
			return item.Null, err
		}
		groups, order := map[string][]item.Value{}, []string(nil)
		for i := range n {
			l.visit(f, list, i)
			k, err := key.Eval(f)
			if err != nil {
				return item.Null, err
			}
			switch k.Kind() {
			case item.KindList, item.KindObject, item.KindNull, item.KindMissing:
				return item.Null, key.mismatch(k, "a key")
			}
			name := k.String()
			if _, ok := groups[name]; !ok {
				order = append(order, name)
			}
			groups[name] = append(groups[name], list.Index(i))
		}
		lists := make([]item.Value, len(order))
		for i, name := range order {
			lists[i] = item.List(groups[name]...)
		}
		return item.Map(order, lists), nil
	}
}

// keyed is an element with what it is sorted by.
type keyed struct{ key, element item.Value }

// SortBy gives the elements in the order of their keys. Elements with equal
// keys keep their order.
func (l *Loop) SortBy(key Operand, descending Test) Eval {
	return func(f item.Frame) (item.Value, error) {
		down, err := descending(f)
		if err != nil {
			return item.Null, err
		}
		list, n, err := l.begin(f)
		rows := make([]keyed, n)
		for i := 0; i < n && err == nil; i++ {
			l.visit(f, list, i)
			rows[i].element = list.Index(i)
			rows[i].key, err = key.Eval(f)
		}
		if err != nil {
			return item.Null, err
		}
		return sorted(rows, down, &key)
	}
}

func sorted(rows []keyed, descending bool, key *Operand) (item.Value, error) {
	var failed error
	slices.SortStableFunc(rows, func(a, b keyed) int {
		sign, err := compare(a.key, b.key, key, key)
		if err != nil && failed == nil {
			failed = err
		}
		if descending {
			return -sign
		}
		return sign
	})
	list := make([]item.Value, len(rows))
	for i, r := range rows {
		list[i] = r.element
	}
	return item.List(list...), failed
}

// Descending reads the order that a list is sorted in: "asc" or "desc".
func Descending(o Operand) Test {
	return func(f item.Frame) (bool, error) {
		v, err := o.Eval(f)
		if err == nil && v.AsText() != "asc" && v.AsText() != "desc" {
			err = o.errorf(`the order is "asc" or "desc", not %q`, v.String())
		}
		return v.AsText() == "desc", err
	}
}

// Ascending is the order when none is said.
func Ascending(item.Frame) (bool, error) { return false, nil }

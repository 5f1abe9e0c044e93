package closure

import "github.com/sluicehq/sluice/engine/item"

// In tests whether a list has a value, or an object a name.
func In(left, right Operand) Test {
	return func(f item.Frame) (bool, error) {
		v, err := left.Eval(f)
		if err != nil {
			return false, err
		}
		in, err := right.Eval(f)
		if err != nil {
			return false, err
		}
		switch {
		case in.Kind() == item.KindList:
			return listHas(in, v), nil
		case in.Kind() != item.KindObject:
			return false, right.mismatch(in, "a list")
		case v.Kind() != item.KindText:
			return false, left.mismatch(v, "the name of a member")
		}
		return in.Member(v.AsText()).Kind() != item.KindMissing, nil
	}
}

// listHas reports whether a list has an element equal to v.
func listHas(list, v item.Value) bool {
	n := list.Len()
	if v.Kind() == item.KindText {
		word := v.AsText()
		for i := range n {
			if e := list.Index(i); e.Kind() == item.KindText && e.AsText() == word {
				return true
			}
		}
		return false
	}
	for i := range n {
		if list.Index(i).Equal(v) {
			return true
		}
	}
	return false
}

// InConstants tests whether a list that is known has a value. Texts and ints
// are looked up; other numbers may equal an int and are compared.
func InConstants(left Operand, list item.Value) Test {
	words, ints := map[string]bool{}, map[int64]bool{}
	for _, v := range list.All() {
		switch v.Kind() {
		case item.KindText:
			words[v.AsText()] = true
		case item.KindInt:
			ints[v.AsInt()] = true
		}
	}
	onlyInts := len(ints) == list.Len()
	return func(f item.Frame) (bool, error) {
		v, err := left.Eval(f)
		if err != nil {
			return false, err
		}
		switch {
		case v.Kind() == item.KindText:
			return words[v.AsText()], nil
		case v.Kind() == item.KindInt && (onlyInts || ints[v.AsInt()]):
			return ints[v.AsInt()], nil
		}
		return listHas(list, v), nil
	}
}

// Range makes the list of the ints between two, both included.
func Range(left, right Operand, whole Operand) Eval {
	ends := [2]*Operand{&left, &right}
	return func(f item.Frame) (item.Value, error) {
		var bounds [2]int64
		for i, end := range ends {
			v, err := end.Eval(f)
			if err != nil {
				return item.Null, err
			}
			if v.Kind() != item.KindInt {
				return item.Null, end.mismatch(v, "an int")
			}
			bounds[i] = v.AsInt()
		}
		return numbers(&whole, bounds[0], bounds[1])
	}
}

func numbers(whole *Operand, from, to int64) (item.Value, error) {
	if from > to {
		return item.List(), nil
	}
	if uint64(to)-uint64(from) >= maxSteps {
		return item.Null, whole.errorf("the range has more than %d numbers", maxSteps)
	}
	list := make([]item.Value, 0, to-from+1)
	for i := from; ; i++ {
		list = append(list, item.Int(i))
		if i == to {
			return item.List(list...), nil
		}
	}
}

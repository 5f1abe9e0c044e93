package python

import (
	"errors"
	"fmt"
)

// Slice returns the part of a list or text that from, to and step name; nil is
// a bound that was left out.
func Slice(of, from, to, step Value) (Value, error) {
	var bounds [3]int
	var given [3]bool
	for i, b := range []Value{from, to, step} {
		if b == nil {
			continue
		}
		n, ok := AsInt(b)
		if !ok {
			return nil, fmt.Errorf("a part is named by whole numbers, not by %s", TypeName(b))
		}
		bounds[i], given[i] = n, true
	}
	if !given[2] {
		bounds[2] = 1
	}
	if bounds[2] == 0 {
		return nil, errors.New("the step of a part cannot be 0")
	}
	pick := func(n int, take func(int)) {
		start, end := span(n, bounds, given)
		for i := start; bounds[2] > 0 && i < end || bounds[2] < 0 && i > end; i += bounds[2] {
			take(i)
		}
	}
	if s, ok := AsText(of); ok {
		runes := []rune(s)
		var out []rune
		pick(len(runes), func(i int) { out = append(out, runes[i]) })
		return string(out), nil
	}
	list, ok := sequence(of)
	if !ok {
		return nil, errors.New(TypeName(of) + " has no parts")
	}
	out := List{}
	pick(len(list), func(i int) { out = append(out, list[i]) })
	if _, ok := of.(Tuple); ok {
		return Tuple(out), nil
	}
	return out, nil
}

// span returns where a part of n elements starts and ends.
func span(n int, bounds [3]int, given [3]bool) (start, end int) {
	lowest, highest := 0, n
	start, end = 0, n
	if bounds[2] < 0 {
		lowest, highest = -1, n-1
		start, end = n-1, -1
	}
	for i, place := range []*int{&start, &end} {
		if !given[i] {
			continue
		}
		at := bounds[i]
		if at < 0 {
			at += n
		}
		*place = max(lowest, min(at, highest))
	}
	return start, end
}

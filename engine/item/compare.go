package item

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/item/internal/exact"
)

// Equal reports whether v and w are the same: numbers by their value, however
// written, times by their instant, lists element by element, objects member by
// member in any order. Null and missing are equal; values of different kinds
// are not.
func (v Value) Equal(w Value) bool {
	if v.IsNull() || w.IsNull() {
		return v.IsNull() && w.IsNull()
	}
	if v.kind == w.kind {
		switch v.kind {
		case KindInt, KindBool:
			return v.num == w.num
		case KindText:
			return v.text == w.text
		case KindList:
			return slices.EqualFunc(v.elements(), w.elements(), Value.Equal)
		case KindObject:
			return v.equalMembers(w)
		}
	}
	c, err := v.Compare(w)
	return err == nil && c == 0
}

func (v Value) equalMembers(w Value) bool {
	if v.Len() != w.Len() {
		return false
	}
	for name, m := range v.Members() {
		other := w.Member(name)
		if other.kind == KindMissing || !m.Equal(other) {
			return false
		}
	}
	return true
}

// Compare returns -1, 0 or 1: v comes before, with or after w. Numbers compare
// by value, texts by their bytes, times and dates by instant, false before
// true. Anything else, or values of different kinds, is an error.
func (v Value) Compare(w Value) (int, error) {
	switch {
	case v.kind == KindInt && w.kind == KindInt:
		return cmp.Compare(int64(v.num), int64(w.num)), nil
	case v.isNumber() && w.isNumber():
		return compareNumbers(v, w), nil
	case v.kind == KindText && w.kind == KindText:
		return strings.Compare(v.text, w.text), nil
	case v.kind == KindBool && w.kind == KindBool:
		return cmp.Compare(v.num, w.num), nil
	case v.isTime() && w.isTime():
		return compareTimes(v, w)
	}
	return 0, fmt.Errorf("cannot compare %s with %s", v.describe(), w.describe())
}

func (v *Value) isNumber() bool { return v.kind == KindInt || v.kind == KindDecimal }

func (v *Value) isTime() bool { return v.kind == KindTime || v.kind == KindDate }

func compareNumbers(v, w Value) int {
	d, errD := v.Decimal()
	e, errE := w.Decimal()
	if errD != nil || errE != nil { // longer than can be computed with
		return exact.Compare(v.String(), w.String())
	}
	return d.Cmp(e)
}

func compareTimes(v, w Value) (int, error) {
	t, err := v.Time()
	if err != nil {
		return 0, err
	}
	u, err := w.Time()
	if err != nil {
		return 0, err
	}
	return t.Compare(u), nil
}

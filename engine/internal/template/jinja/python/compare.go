package python

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// Number returns v as a number to compute with. A bool is 0 or 1.
func Number(v Value) (php.Value, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return php.Int(1), true
		}
		return php.Int(0), true
	case php.Value:
		return v, true
	}
	return php.Value{}, false
}

// Elements lists what a loop over v runs over: the elements of a list, the keys
// of a mapping, the characters of a text.
func Elements(v Value) ([]Value, error) {
	switch v := v.(type) {
	case List:
		return v, nil
	case Tuple:
		return v, nil
	case *Dict:
		keys := make([]Value, 0, v.Len())
		for _, p := range v.Pairs() {
			keys = append(keys, p.Key)
		}
		return keys, nil
	case Undefined:
		return nil, nil
	}
	s, ok := AsText(v)
	if !ok {
		return nil, fmt.Errorf("%s has no elements", TypeName(v))
	}
	var list []Value
	for _, r := range s {
		list = append(list, string(r))
	}
	return list, nil
}

// sequence returns the elements of a list or tuple.
func sequence(v Value) ([]Value, bool) {
	switch v := v.(type) {
	case List:
		return v, true
	case Tuple:
		return v, true
	}
	return nil, false
}

// Equal reports whether two values are equal.
func Equal(a, b Value) bool {
	if x, ok := Number(a); ok {
		y, ok := Number(b)
		return ok && compareNumbers(x, y) == 0
	}
	if x, ok := AsText(a); ok {
		y, ok := AsText(b)
		return ok && x == y
	}
	if x, ok := sequence(a); ok {
		y, ok := sequence(b)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	switch x := a.(type) {
	case nil:
		return b == nil
	case Undefined:
		_, ok := b.(Undefined)
		return ok
	case *Dict:
		y, ok := b.(*Dict)
		return ok && equalDicts(x, y)
	}
	return a == b
}

func equalDicts(x, y *Dict) bool {
	if x.Len() != y.Len() {
		return false
	}
	for _, p := range x.Pairs() {
		v, ok := y.Get(p.Key)
		if !ok || !Equal(p.Value, v) {
			return false
		}
	}
	return true
}

func compareNumbers(x, y php.Value) int {
	c, _ := php.Compare(x, y, &php.Budget{Steps: math.MaxInt})
	return c
}

// Compare puts two values in order: numbers, texts or lists. Others have none.
func Compare(a, b Value) (int, error) {
	x, ok := Number(a)
	y, ok2 := Number(b)
	if ok && ok2 {
		return compareNumbers(x, y), nil
	}
	s, ok := AsText(a)
	t, ok2 := AsText(b)
	if ok && ok2 {
		return strings.Compare(s, t), nil
	}
	l, ok := sequence(a)
	m, ok2 := sequence(b)
	if !ok || !ok2 {
		return 0, fmt.Errorf("%s and %s have no order", TypeName(a), TypeName(b))
	}
	for i := range min(len(l), len(m)) {
		if !Equal(l[i], m[i]) {
			return Compare(l[i], m[i])
		}
	}
	return len(l) - len(m), nil
}

// Contains reports whether a text, list or mapping has v.
func Contains(in, v Value) (bool, error) {
	if s, ok := AsText(in); ok {
		t, ok := AsText(v)
		if !ok {
			return false, fmt.Errorf("%s cannot be in a text", TypeName(v))
		}
		return strings.Contains(s, t), nil
	}
	if d, ok := in.(*Dict); ok {
		_, ok := d.Get(v)
		return ok, nil
	}
	list, err := Elements(in)
	for _, e := range list {
		if Equal(e, v) {
			return true, nil
		}
	}
	return false, err
}

// keyOf returns a text that two values share if they are equal, for those that
// can name the member of a mapping.
func keyOf(v Value) (string, bool) {
	if n, ok := Number(v); ok {
		return "n" + canonical(n), true
	}
	if s, ok := AsText(v); ok {
		return textKey(s), true
	}
	switch v := v.(type) {
	case nil:
		return "none", true
	case Tuple:
		var b strings.Builder
		for _, e := range v {
			k, ok := keyOf(e)
			if !ok {
				return "", false
			}
			b.WriteString("(" + strconv.Itoa(len(k)) + " " + k)
		}
		return b.String() + ")", true
	}
	return "", false
}

func textKey(s string) string { return "t" + s }

// Hashed returns a text that two values share if they are equal.
func Hashed(v Value) string {
	if k, ok := keyOf(v); ok {
		return k
	}
	if list, ok := v.(List); ok {
		k, _ := keyOf(Tuple(list))
		return "[" + k + string(AppendRepr(nil, list))
	}
	return TypeName(v) + string(AppendRepr(nil, v))
}

// canonical writes a number as all that are equal to it are written.
func canonical(n php.Value) string {
	if d, ok := php.AsDecimal(n); ok {
		return d.Trim().String()
	}
	f := php.ToFloat(n)
	if f == math.Trunc(f) && math.Abs(f) < 1e18 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

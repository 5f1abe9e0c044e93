package php

import "strings"

// Compare orders a and b as PHP's <=> does: -1, 0 or 1. What cannot be
// compared, such as a number with NAN, gives 1 both ways.
func Compare(a, b Value, budget *Budget) (int, error) {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		return compareInts(int64(a.num), int64(b.num)), nil
	case a.kind == KindString && b.kind == KindString:
		return compareTexts(a.str, b.str), nil
	case a.kind == KindArray && b.kind == KindArray:
		return compareArrays(a, b, budget)
	case a.kind == KindObject || b.kind == KindObject || a.kind == KindMarkup || b.kind == KindMarkup:
		return compareObjects(a, b), nil
	}
	return compareScalars(a, b), nil
}

func compareScalars(a, b Value) int {
	if c, ok := compareTruths(a, b); ok {
		return c
	}
	switch {
	case a.kind == KindArray:
		return 1
	case b.kind == KindArray:
		return -1
	case isNaN(a) || isNaN(b):
		return 1
	case a.kind == KindString:
		return -compareNumberText(b, a)
	case b.kind == KindString:
		return compareNumberText(a, b)
	}
	return compareNumbers(a, b)
}

// compareTruths compares where one side is null or a bool.
func compareTruths(a, b Value) (int, bool) {
	switch {
	case a.IsNull() && b.kind == KindString:
		return -sign(len(b.str)), true
	case a.kind == KindString && b.IsNull():
		return sign(len(a.str)), true
	case a.kind <= KindBool || b.kind <= KindBool:
		return boolToInt(Truth(a)) - boolToInt(Truth(b)), true
	}
	return 0, false
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sign(i int) int {
	switch {
	case i < 0:
		return -1
	case i > 0:
		return 1
	}
	return 0
}

func compareInts(x, y int64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func compareFloats(x, y float64) int {
	switch {
	case x == y:
		return 0
	case x < y:
		return -1
	}
	return 1
}

func compareNumbers(x, y Value) int {
	switch {
	case x.kind == KindInt && y.kind == KindInt:
		return compareInts(int64(x.num), int64(y.num))
	case x.kind == KindDecimal || y.kind == KindDecimal:
		return compareExact(x, y)
	}
	return compareFloats(ToFloat(x), ToFloat(y))
}

func isNaN(v Value) bool { return v.kind == KindFloat && v.AsFloat() != v.AsFloat() }

// compareNumberText compares a number with a text: as numbers if the text is
// one, else as texts.
func compareNumberText(n, text Value) int {
	if v, how := parseNumber(text.str); how == wholeNumeric {
		return compareNumbers(n, v)
	}
	s, _ := ToString(n)
	return strings.Compare(s, text.str)
}

// compareTexts compares two texts: as numbers if both are, else byte by byte.
func compareTexts(a, b string) int {
	if !mayBeNumber(a) || !mayBeNumber(b) {
		return strings.Compare(a, b)
	}
	x, how := parseNumber(a)
	if how != wholeNumeric {
		return strings.Compare(a, b)
	}
	y, how := parseNumber(b)
	if how != wholeNumeric {
		return strings.Compare(a, b)
	}
	if x.kind == KindFloat && y.kind == KindFloat && x.num == y.num && isWhole(x.str) && isWhole(y.str) {
		return strings.Compare(a, b) // ints too large to tell apart as floats
	}
	return compareNumbers(x, y)
}

// isWhole reports whether a number has neither point nor exponent.
func isWhole(s string) bool { return !strings.ContainsAny(s, ".eE") }

// mayBeNumber reports by its first byte whether a text may be a number.
func mayBeNumber(s string) bool {
	return s != "" && (s[0] <= '9' && s[0] >= '+' || isSpace(s[0]))
}

// compareArrays compares by length, then by the values with the same keys.
func compareArrays(x, y Value, budget *Budget) (int, error) {
	if c := sign(x.Len() - y.Len()); c != 0 {
		return c, nil
	}
	a, b := x.Array(), y.Array()
	if a == b {
		return 0, nil
	}
	for i, v := range a.vals {
		if err := budget.Spend(1); err != nil {
			return 0, err
		}
		j := b.find(a.KeyAt(i))
		if j < 0 {
			return 1, nil
		}
		if c, err := Compare(v, b.vals[j], budget); c != 0 || err != nil {
			return c, err
		}
	}
	return 0, nil
}

// Comparer is an object that can be compared with its like.
type Comparer interface {
	// Compare orders the object and another; false when they do not compare.
	Compare(other Object) (int, bool)
}

// compareObjects compares where one side is an object or a Markup, which is
// one to PHP.
func compareObjects(a, b Value) int {
	if c, ok := compareTruths(a, b); ok && a.kind <= KindBool || ok && b.kind <= KindBool {
		return c
	}
	switch {
	case a.kind == KindArray:
		return -1
	case b.kind == KindArray:
		return 1
	case a.kind == KindObject && b.kind == KindObject:
		if c, ok := a.ref.(Comparer); ok {
			if r, ok := c.Compare(b.Object()); ok {
				return r
			}
		}
		return boolToInt(a.ref != b.ref)
	case isTextual(a) && isTextual(b):
		return compareTexts(text(a), text(b))
	case a.kind == KindObject && b.IsText():
		return 1
	case a.IsText() && b.kind == KindObject:
		return -1
	case a.kind == KindMarkup || a.kind == KindObject:
		return compareNumbers(Int(1), numberOf(b))
	}
	return compareNumbers(numberOf(a), Int(1))
}

func isTextual(v Value) bool {
	if v.kind == KindObject {
		_, ok := v.ref.(interface{ String() string })
		return ok
	}
	return v.IsText()
}

func text(v Value) string {
	s, _ := ToString(v)
	return s
}

func numberOf(v Value) Value {
	if n, ok := toNumber(v); ok {
		return n
	}
	return Int(1)
}

// Equal reports whether a == b in PHP's sense.
func Equal(a, b Value, budget *Budget) (bool, error) {
	if a.kind == KindString && b.kind == KindString && !mayBeNumber(a.str) {
		return a.str == b.str, nil
	}
	c, err := Compare(a, b, budget)
	return c == 0, err
}

// Same reports whether a and b are of one kind and equal, arrays in the same
// order too. Decimals and floats are one kind.
func Same(a, b Value, budget *Budget) (bool, error) {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() == b.IsNull(), nil
	}
	if isReal(a) && isReal(b) {
		return compareNumbers(a, b) == 0, nil
	}
	if a.kind != b.kind {
		return false, nil
	}
	switch a.kind {
	case KindString, KindMarkup:
		return a.str == b.str, nil
	case KindArray:
		return sameArrays(a, b, budget)
	case KindObject:
		return a.ref == b.ref, nil
	}
	return a.num == b.num, nil
}

func isReal(v Value) bool { return v.kind == KindFloat || v.kind == KindDecimal }

func sameArrays(x, y Value, budget *Budget) (bool, error) {
	if x.Len() != y.Len() {
		return false, nil
	}
	a, b := x.Array(), y.Array()
	for i, v := range a.vals {
		if err := budget.Spend(1); err != nil {
			return false, err
		}
		if a.KeyAt(i) != b.KeyAt(i) {
			return false, nil
		}
		if same, err := Same(v, b.vals[i], budget); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

package php

import (
	"fmt"
	"math"
	"strconv"
)

// Truth reports whether v counts as true: not null, false, 0, "", "0" or an
// empty array.
func Truth(v Value) bool {
	switch v.kind {
	case KindBool, KindInt:
		return v.num != 0
	case KindFloat:
		return math.Float64frombits(v.num) != 0
	case KindString:
		return v.str != "" && v.str != "0"
	case KindMarkup, KindObject:
		return true
	case KindDecimal:
		return decimalSign(v) != 0
	case KindArray:
		return v.Len() > 0
	}
	return false
}

// Len returns the number of elements of an array; 0 for any other kind.
func (v Value) Len() int {
	switch ref := v.ref.(type) {
	case *Array:
		return len(ref.vals)
	case *Record:
		return ref.val.Len()
	}
	return 0
}

// Append appends v as it is printed. Objects that have no text are an error.
func Append(dst []byte, v Value) ([]byte, error) {
	switch v.kind {
	case KindMissing, KindNull:
		return dst, nil
	case KindBool:
		if v.num != 0 {
			dst = append(dst, '1')
		}
		return dst, nil
	case KindInt:
		return strconv.AppendInt(dst, int64(v.num), 10), nil
	case KindFloat:
		return AppendFloat(dst, math.Float64frombits(v.num)), nil
	case KindArray:
		return append(dst, "Array"...), nil
	case KindObject:
		if s, ok := v.ref.(fmt.Stringer); ok {
			return append(dst, s.String()...), nil
		}
		return dst, fmt.Errorf("a %s cannot be printed", v.TypeName())
	}
	return append(dst, v.str...), nil
}

// ToString returns v as text, as it is printed.
func ToString(v Value) (string, error) {
	switch v.kind {
	case KindString, KindMarkup, KindDecimal:
		return v.str, nil
	case KindMissing, KindNull:
		return "", nil
	}
	var buf [32]byte
	b, err := Append(buf[:0], v)
	return string(b), err
}

// ToInt returns v as an int, cutting off what is behind the point.
func ToInt(v Value) int64 {
	switch v.kind {
	case KindBool, KindInt:
		return int64(v.num)
	case KindFloat:
		return floatToInt(math.Float64frombits(v.num))
	case KindString:
		return textToInt(v.str)
	case KindDecimal:
		return decimalToInt(v)
	case KindArray:
		return int64(min(v.Len(), 1))
	case KindObject, KindMarkup:
		return 1
	}
	return 0
}

// textToInt returns a text as an int. Unlike a float, one that is too large is
// the largest int.
func textToInt(s string) int64 {
	n, _ := parseNumber(s)
	if n.kind == KindFloat {
		switch f := n.AsFloat(); {
		case math.IsInf(f, 0):
			return 0
		case f >= math.MaxInt64:
			return math.MaxInt64
		case f <= math.MinInt64:
			return math.MinInt64
		}
	}
	return ToInt(n)
}

// floatToInt cuts f off as PHP does: beyond the ints it wraps around.
func floatToInt(f float64) int64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	if f >= math.MinInt64 && f < math.MaxInt64 {
		return int64(f)
	}
	const two64 = 1 << 64
	m := math.Mod(math.Trunc(f), two64)
	if m < 0 {
		m += two64
	}
	return int64(uint64(m))
}

// ToFloat returns v as a float.
func ToFloat(v Value) float64 {
	switch v.kind {
	case KindInt, KindBool:
		return float64(int64(v.num))
	case KindFloat:
		return math.Float64frombits(v.num)
	case KindString:
		n, _ := parseNumber(v.str)
		return ToFloat(n)
	case KindDecimal:
		f, _ := strconv.ParseFloat(v.str, 64)
		return f
	case KindArray:
		return float64(min(v.Len(), 1))
	case KindObject, KindMarkup:
		return 1
	}
	return 0
}

// IsEmpty reports whether v is empty in Twig's sense: null, false, "" or an
// empty array, but not 0.
func IsEmpty(v Value) bool {
	switch v.kind {
	case KindMissing, KindNull:
		return true
	case KindBool:
		return v.num == 0
	case KindString, KindMarkup:
		return v.str == ""
	case KindArray:
		return v.Len() == 0
	}
	return false
}

// IsNumeric reports whether v is a number, or a text that is one.
func IsNumeric(v Value) bool {
	switch v.kind {
	case KindInt, KindFloat, KindDecimal:
		return true
	case KindString:
		_, how := parseNumber(v.str)
		return how == wholeNumeric
	}
	return false
}

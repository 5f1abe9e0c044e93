package php

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"github.com/sluicehq/sluice/engine/item"
)

// The errors of dividing by zero.
var (
	errDivision = errors.New("division by zero")
	errModulo   = errors.New("modulo by zero")
)

// toNumber returns v as an int, float or decimal to compute with.
func toNumber(v Value) (Value, bool) {
	switch v.kind {
	case KindInt, KindFloat, KindDecimal:
		return v, true
	case KindMissing, KindNull:
		return Int(0), true
	case KindBool:
		return Int(int64(v.num)), true
	case KindString:
		n, how := parseNumber(v.str)
		return n, how != notNumeric
	}
	return Value{}, false
}

func unsupported(op string, a, b Value) error {
	return fmt.Errorf("%s %s %s cannot be computed: %s is not a number", describe(a), op, describe(b), describe(notNumber(a, b)))
}

// notNumber returns the operand that is the reason why a and b cannot be
// computed with.
func notNumber(a, b Value) Value {
	if _, ok := toNumber(a); !ok {
		return a
	}
	return b
}

// describe shows v in a message.
func describe(v Value) string {
	if v.IsText() {
		s := v.str
		if len(s) > 40 {
			s = s[:40] + "…"
		}
		return strconv.Quote(s)
	}
	if v.kind == KindArray || v.kind == KindObject {
		return "a " + v.TypeName()
	}
	s, _ := ToString(v)
	return s
}

// operands prepares a and b for arithmetic.
func operands(op string, a, b Value) (Value, Value, error) {
	x, ok := toNumber(a)
	y, ok2 := toNumber(b)
	if !ok || !ok2 {
		return x, y, unsupported(op, a, b)
	}
	return x, y, nil
}

// Add returns a + b; two arrays are joined, the keys of a first.
func Add(a, b Value) (Value, error) {
	if a.kind == KindInt && b.kind == KindInt {
		return addInts(a, b), nil
	}
	if a.kind == KindArray && b.kind == KindArray {
		return union(a.Array(), b.Array()), nil
	}
	x, y, err := operands("+", a, b)
	if err != nil {
		return Value{}, err
	}
	if x.kind == KindInt && y.kind == KindInt {
		return addInts(x, y), nil
	}
	if d, e, ok := decimals(x, y); ok {
		if r, err := d.Add(e); err == nil {
			return fromDecimal(r), nil
		}
	}
	return Float(ToFloat(x) + ToFloat(y)), nil
}

func addInts(a, b Value) Value {
	x, y := int64(a.num), int64(b.num)
	s := x + y
	if (x^s)&(y^s) < 0 {
		return Float(float64(x) + float64(y))
	}
	return Int(s)
}

func union(a, b *Array) Value {
	r := NewArray(a.Len() + b.Len())
	for i, v := range a.vals {
		r.Set(a.KeyAt(i), v)
	}
	for i, v := range b.vals {
		if k := b.KeyAt(i); r.find(k) < 0 {
			r.Set(k, v)
		}
	}
	return Arr(r)
}

// Sub returns a - b.
func Sub(a, b Value) (Value, error) {
	x, y, err := operands("-", a, b)
	if err != nil {
		return Value{}, err
	}
	if x.kind == KindInt && y.kind == KindInt {
		i, j := int64(x.num), int64(y.num)
		d := i - j
		if (i^j)&(i^d) < 0 {
			return Float(float64(i) - float64(j)), nil
		}
		return Int(d), nil
	}
	if d, e, ok := decimals(x, y); ok {
		if r, err := d.Sub(e); err == nil {
			return fromDecimal(r), nil
		}
	}
	return Float(ToFloat(x) - ToFloat(y)), nil
}

// Mul returns a × b.
func Mul(a, b Value) (Value, error) {
	x, y, err := operands("*", a, b)
	if err != nil {
		return Value{}, err
	}
	if x.kind == KindInt && y.kind == KindInt {
		return mulInts(int64(x.num), int64(y.num)), nil
	}
	if d, e, ok := decimals(x, y); ok {
		if r, err := d.Mul(e); err == nil {
			return fromDecimal(r), nil
		}
	}
	return Float(ToFloat(x) * ToFloat(y)), nil
}

func mulInts(x, y int64) Value {
	if p, ok := multiply(x, y); ok {
		return Int(p)
	}
	return Float(float64(x) * float64(y))
}

// multiply returns x × y unless it does not fit.
func multiply(x, y int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	switch {
	case hi != 0:
		return 0, false
	case negative && lo <= 1<<63:
		return -int64(lo), true
	case !negative && lo < 1<<63:
		return int64(lo), true
	}
	return 0, false
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

// Div returns a / b: an int when both are and it comes out even.
func Div(a, b Value) (Value, error) {
	x, y, err := operands("/", a, b)
	if err != nil {
		return Value{}, err
	}
	if ToFloat(y) == 0 {
		return Value{}, errDivision
	}
	if x.kind == KindInt && y.kind == KindInt {
		i, j := int64(x.num), int64(y.num)
		if i%j == 0 && (i != math.MinInt64 || j != -1) {
			return Int(i / j), nil
		}
		return Float(float64(i) / float64(j)), nil
	}
	if d, e, ok := decimals(x, y); ok {
		if q, exact := quotient(d, e); exact {
			return fromDecimal(q), nil
		}
	}
	return Float(ToFloat(x) / ToFloat(y)), nil
}

// quotient returns d / e if it has an exact form.
func quotient(d, e item.Decimal) (item.Decimal, bool) {
	q, err := d.Quo(e)
	if err != nil {
		return q, false
	}
	back, err := q.Mul(e)
	return q, err == nil && back.Cmp(d) == 0
}

// FloorDiv returns a / b rounded down to an int.
func FloorDiv(a, b Value) (Value, error) {
	q, err := Div(a, b)
	if err != nil {
		return Value{}, err
	}
	switch q.kind {
	case KindInt:
		return q, nil
	case KindDecimal:
		if d, ok := decimalOf(q); ok {
			if r, err := d.Round(0, item.Floor); err == nil {
				if i, ok := r.Int64(); ok {
					return Int(i), nil
				}
			}
		}
	}
	return Int(floatToInt(math.Floor(ToFloat(q)))), nil
}

// Mod returns the remainder of a / b as ints, with the sign of a.
func Mod(a, b Value) (Value, error) {
	if _, _, err := operands("%", a, b); err != nil {
		return Value{}, err
	}
	i, j := ToInt(a), ToInt(b)
	switch j {
	case 0:
		return Value{}, errModulo
	case -1:
		return Int(0), nil
	}
	return Int(i % j), nil
}

// Pow returns a to the power of b.
func Pow(a, b Value) (Value, error) {
	x, y, err := operands("**", a, b)
	if err != nil {
		return Value{}, err
	}
	if y.kind == KindInt && int64(y.num) >= 0 {
		switch {
		case x.kind == KindInt:
			return powInts(int64(x.num), int64(y.num)), nil
		case x.kind == KindDecimal && y.num <= 64:
			if r, ok := powDecimal(x, int(y.num)); ok {
				return r, nil
			}
		}
	}
	return Float(pow(ToFloat(x), ToFloat(y))), nil
}

// powInts multiplies in PHP's order, so that what overflows is the same float.
func powInts(base, exp int64) Value {
	if exp == 0 {
		return Int(1)
	}
	if base == 0 {
		return Int(0)
	}
	result := int64(1)
	for exp > 0 {
		if exp%2 == 1 {
			exp--
			p, ok := multiply(result, base)
			if !ok {
				return Float(float64(result) * float64(base) * pow(float64(base), float64(exp)))
			}
			result = p
		} else {
			exp /= 2
			p, ok := multiply(base, base)
			if !ok {
				return Float(float64(result) * pow(float64(base)*float64(base), float64(exp)))
			}
			base = p
		}
	}
	return Int(result)
}

func powDecimal(x Value, exp int) (Value, bool) {
	d, ok := decimalOf(x)
	if !ok {
		return Value{}, false
	}
	r := item.DecimalFromInt(1)
	for range exp {
		var err error
		if r, err = r.Mul(d); err != nil {
			return Value{}, false
		}
	}
	return fromDecimal(r), true
}

// Neg returns -v.
func Neg(v Value) (Value, error) { return Mul(v, Int(-1)) }

// Pos returns +v: v as a number.
func Pos(v Value) (Value, error) { return Mul(v, Int(1)) }

// Bits returns a op b on the bits of two ints, op being '&', '|' or '^'; two
// texts are combined byte by byte.
func Bits(op byte, a, b Value) (Value, error) {
	if a.kind == KindString && b.kind == KindString {
		return String(bitsOfTexts(op, a.str, b.str)), nil
	}
	if _, _, err := operands("b-"+map[byte]string{'&': "and", '|': "or", '^': "xor"}[op], a, b); err != nil {
		return Value{}, err
	}
	return Int(combine(op, ToInt(a), ToInt(b))), nil
}

func combine(op byte, x, y int64) int64 {
	switch op {
	case '&':
		return x & y
	case '|':
		return x | y
	}
	return x ^ y
}

func bitsOfTexts(op byte, a, b string) string {
	if len(a) > len(b) {
		a, b = b, a
	}
	out := []byte(a)
	for i := range out {
		out[i] = byte(combine(op, int64(a[i]), int64(b[i])))
	}
	if op == '|' {
		out = append(out, b[len(a):]...)
	}
	return string(out)
}

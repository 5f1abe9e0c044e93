package php

import (
	"math"
	"math/big"
	"strconv"

	"github.com/sluicehq/sluice/engine/item"
)

// decimals returns x and y as decimals, if one of them is a decimal and the
// other one was written exactly too: a decimal, an int or a literal. With a
// computed float there is nothing exact to keep.
func decimals(x, y Value) (d, e item.Decimal, ok bool) {
	if x.kind != KindDecimal && y.kind != KindDecimal {
		return d, e, false
	}
	if d, ok = decimalOf(x); !ok {
		return d, e, false
	}
	e, ok = decimalOf(y)
	return d, e, ok
}

// decimalOf returns v as a decimal, if it was written exactly and has no more
// digits than a decimal can have.
func decimalOf(v Value) (item.Decimal, bool) {
	switch {
	case v.kind == KindInt:
		return item.DecimalFromInt(int64(v.num)), true
	case v.kind == KindDecimal, v.kind == KindFloat && v.str != "":
		d, err := item.ParseDecimal(v.str)
		return d, err == nil
	}
	return item.Decimal{}, false
}

// AsDecimal returns v as a decimal if it is one, or an int.
func AsDecimal(v Value) (item.Decimal, bool) {
	if v.kind != KindDecimal && v.kind != KindInt {
		return item.Decimal{}, false
	}
	return decimalOf(v)
}

// fromDecimal returns a computed decimal, which prints without needless zeros
// as a computed number does in PHP.
func fromDecimal(d item.Decimal) Value { return Decimal(d.Trim().String()) }

// FromDecimal returns a decimal that prints as d does.
func FromDecimal(d item.Decimal) Value { return Decimal(d.String()) }

func decimalSign(v Value) int {
	if d, ok := decimalOf(v); ok {
		return d.Sign()
	}
	f, _ := strconv.ParseFloat(v.str, 64)
	return compareFloats(f, 0)
}

func decimalToInt(v Value) int64 {
	if d, ok := decimalOf(v); ok {
		if t, err := d.Round(0, item.Down); err == nil {
			if i, ok := t.Int64(); ok {
				return i
			}
		}
	}
	return floatToInt(ToFloat(v))
}

// compareExact compares two numbers of which one is a decimal.
func compareExact(x, y Value) int {
	if d, e, ok := decimals(x, y); ok {
		return d.Cmp(e)
	}
	r, ok := ratOf(x)
	s, ok2 := ratOf(y)
	if ok && ok2 {
		return r.Cmp(s)
	}
	return compareFloats(ToFloat(x), ToFloat(y))
}

// ratOf returns a number with more digits than a decimal can have.
func ratOf(v Value) (*big.Rat, bool) {
	switch v.kind {
	case KindInt:
		return new(big.Rat).SetInt64(int64(v.num)), true
	case KindDecimal:
		if len(v.str) > 400 {
			return nil, false
		}
		if f, err := strconv.ParseFloat(v.str, 64); err != nil || f != 0 && math.Abs(f) < 1e-300 {
			return nil, false
		}
		return new(big.Rat).SetString(v.str)
	}
	return nil, false
}

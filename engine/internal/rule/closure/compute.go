package closure

import (
	"errors"
	"math"
	"math/bits"
	"time"

	"github.com/sluicehq/sluice/engine/item"
)

var (
	errOverflow = errors.New("the result is too large for an int")
	errZero     = errors.New("division by zero")
	errLongText = errors.New("the text would be longer than 16 MiB")
	// errKinds says that an operation does not take its operands.
	errKinds = errors.New("not for these kinds")
)

// maxText is the longest text, in bytes, that an expression makes.
const maxText = 16 << 20

// operation computes with two values; its error does not name them.
type operation func(a, b item.Value) (item.Value, error)

func add(a, b item.Value) (item.Value, error) {
	switch {
	case a.Kind() == item.KindInt && b.Kind() == item.KindInt:
		x, y := a.AsInt(), b.AsInt()
		sum := x + y
		if (sum > x) != (y > 0) && y != 0 {
			return item.Null, errOverflow
		}
		return item.Int(sum), nil
	case a.Kind() == item.KindText && b.Kind() == item.KindText:
		if len(a.AsText())+len(b.AsText()) > maxText {
			return item.Null, errLongText
		}
		return item.Text(a.AsText() + b.AsText()), nil
	}
	return onDecimals(a, b, item.Decimal.Add)
}

func subtract(a, b item.Value) (item.Value, error) {
	switch {
	case a.Kind() == item.KindInt && b.Kind() == item.KindInt:
		x, y := a.AsInt(), b.AsInt()
		diff := x - y
		if (diff < x) != (y > 0) && y != 0 {
			return item.Null, errOverflow
		}
		return item.Int(diff), nil
	case a.Kind() == b.Kind() && (a.Kind() == item.KindTime || a.Kind() == item.KindDate):
		return between(a, b)
	}
	return onDecimals(a, b, item.Decimal.Sub)
}

func multiply(a, b item.Value) (item.Value, error) {
	if a.Kind() == item.KindInt && b.Kind() == item.KindInt {
		p, ok := product(a.AsInt(), b.AsInt())
		if !ok {
			return item.Null, errOverflow
		}
		return item.Int(p), nil
	}
	return onDecimals(a, b, item.Decimal.Mul)
}

// product multiplies without wrapping.
func product(x, y int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	switch {
	case hi != 0, lo > 1<<63, lo == 1<<63 && !negative:
		return 0, false
	case negative:
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

func divide(a, b item.Value) (item.Value, error) { return onDecimals(a, b, item.Decimal.Quo) }

func remainder(a, b item.Value) (item.Value, error) {
	switch {
	case a.Kind() != item.KindInt || b.Kind() != item.KindInt:
		return item.Null, errKinds
	case b.AsInt() == 0:
		return item.Null, errZero
	case b.AsInt() == -1:
		return item.Int(0), nil
	}
	return item.Int(a.AsInt() % b.AsInt()), nil
}

// power multiplies a number with itself; the exponent is an int from 0 up.
func power(a, b item.Value) (item.Value, error) {
	if !isNumber(a) || b.Kind() != item.KindInt {
		return item.Null, errKinds
	}
	n := b.AsInt()
	if n < 0 {
		return item.Null, errors.New("the exponent is below zero")
	}
	result, err := item.Int(1), error(nil)
	for ; n > 0 && err == nil; n >>= 1 {
		if n&1 == 1 {
			if result, err = multiply(result, a); err != nil {
				return item.Null, err
			}
		}
		if n > 1 {
			a, err = multiply(a, a)
		}
	}
	return result, err
}

// onDecimals computes with two numbers as decimals.
func onDecimals(a, b item.Value, op func(a, b item.Decimal) (item.Decimal, error)) (item.Value, error) {
	if !isNumber(a) || !isNumber(b) {
		return item.Null, errKinds
	}
	x, err := a.Decimal()
	if err != nil {
		return item.Null, err
	}
	y, err := b.Decimal()
	if err != nil {
		return item.Null, err
	}
	d, err := op(x, y)
	if err != nil {
		return item.Null, err
	}
	return item.Dec(d), nil
}

// between returns the duration from b to a.
func between(a, b item.Value) (item.Value, error) {
	x, err := a.Time()
	if err != nil {
		return item.Null, err
	}
	y, err := b.Time()
	if err != nil {
		return item.Null, err
	}
	d := x.Sub(y)
	if d == math.MaxInt64 || d == math.MinInt64 {
		return item.Null, errors.New("the times are more than 292 years apart")
	}
	return item.Int(int64(d)), nil
}

// shift moves a time or a date by a duration.
func shift(t, d item.Value, back bool) (item.Value, error) {
	if t.Kind() != item.KindTime && t.Kind() != item.KindDate || d.Kind() != item.KindInt {
		return item.Null, errKinds
	}
	at, err := t.Time()
	if err != nil {
		return item.Null, err
	}
	by := time.Duration(d.AsInt())
	if back {
		by = -by
	}
	to := at.Add(by)
	switch {
	case to.UTC().Year() < 1 || to.UTC().Year() > 9999 || by == math.MinInt64:
		return item.Null, errors.New("the result is not in the years 1 to 9999")
	case t.Kind() == item.KindTime:
		return item.Time(to), nil
	case by%(24*time.Hour) != 0:
		return item.Null, errors.New("a date moves by whole days: 24h, 48h …")
	}
	return item.Date(to), nil
}

// Package exact computes with decimal numbers without ever rounding in
// silence, and reads and compares numbers as they are written.
package exact

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"github.com/govalues/decimal"
)

// Decimal is an exact decimal number of up to 19 digits. Its operations give
// the exact result or an error; none rounds unless it is asked to. The zero
// Decimal is 0.
type Decimal struct{ d decimal.Decimal }

// Rounding says which of the two nearest numbers Round gives.
type Rounding uint8

// The ways to round. The half ways give the nearest number and differ where
// both are equally near.
const (
	HalfUp   Rounding = iota // away from zero: 0.005 gives 0.01, -0.005 gives -0.01
	HalfEven                 // to the even digit: 0.005 gives 0.00, 0.015 gives 0.02
	HalfDown                 // towards zero: 0.005 gives 0.00
	Up                       // never towards zero: 0.001 gives 0.01
	Down                     // always towards zero: 0.009 gives 0.00
	Ceiling                  // to the larger number: -0.009 gives 0.00
	Floor                    // to the smaller number: -0.001 gives -0.01
)

var roundings = [...]string{"half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"}

// String gives the word that users write for the rounding.
func (r Rounding) String() string { return roundings[r] }

// Roundings lists the words that ParseRounding takes.
func Roundings() []string { return append([]string(nil), roundings[:]...) }

// ParseRounding returns the rounding that users call by the word.
func ParseRounding(word string) (Rounding, error) {
	for i, w := range roundings {
		if w == word {
			return Rounding(i), nil
		}
	}
	return 0, fmt.Errorf("unknown rounding %q", word)
}

// MaxPlaces is the largest number of digits after the point.
const MaxPlaces = decimal.MaxScale

const maxDigits = decimal.MaxPrec

var pow10 = [maxDigits + 1]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

var (
	errPrecision = errors.New("the number needs more than 19 digits")
	errNotNumber = errors.New("not a number")
	errZero      = errors.New("division by zero")
)

// FromInt returns the decimal equal to i.
func FromInt(i int64) Decimal {
	d, err := decimal.New(i, 0)
	if err != nil { // not for any int64: they have 19 digits at most
		return Decimal{}
	}
	return Decimal{d}
}

// New returns coefficient / 10^places.
func New(coefficient int64, places int) (Decimal, error) {
	if places < 0 || places > MaxPlaces {
		return Decimal{}, fmt.Errorf("a decimal has 0 to %d places, not %d", MaxPlaces, places)
	}
	return Compose(coefficient < 0, magnitude(coefficient), places)
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

// Compose makes the decimal coef / 10^scale, with the sign.
func Compose(negative bool, coef uint64, scale int) (Decimal, error) {
	if coef > math.MaxInt64 {
		return composeLarge(negative, coef, scale)
	}
	i := int64(coef)
	if negative {
		i = -i
	}
	d, err := decimal.New(i, scale)
	if err != nil {
		return Decimal{}, errPrecision
	}
	return Decimal{d}, nil
}

// composeLarge is Compose for the coefficients beyond an int64, which the
// library takes as text only.
func composeLarge(negative bool, coef uint64, scale int) (Decimal, error) {
	if coef >= pow10[maxDigits] {
		return Decimal{}, errPrecision
	}
	text := make([]byte, 0, 24)
	if negative {
		text = append(text, '-')
	}
	text = AppendScaled(text, coef, scale)
	d, err := decimal.ParseExact(string(text), scale)
	if err != nil {
		return Decimal{}, errPrecision
	}
	return Decimal{d}, nil
}

// Parse reads a number such as 20.00, -3 or 1.5e3. The digits after the
// point are kept: 20.00 has two places.
func Parse(s string) (Decimal, error) {
	n, ok := splitNumber(s)
	if !ok {
		return Decimal{}, errNotNumber
	}
	digits, scale := n.digits, n.scale
	for scale > 0 && (len(digits) > maxDigits || scale > MaxPlaces) && digits != "" && digits[len(digits)-1] == '0' {
		digits, scale = digits[:len(digits)-1], scale-1
	}
	if digits == "" { // zero, to as many places as there may be
		return Compose(false, 0, min(max(scale, 0), MaxPlaces))
	}
	if len(digits) > maxDigits || scale > MaxPlaces || len(digits)-scale > maxDigits {
		return Decimal{}, errPrecision
	}
	coef, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return Decimal{}, errPrecision
	}
	if scale < 0 {
		coef, scale = coef*pow10[-scale], 0
	}
	return Compose(n.negative, coef, scale)
}

// Quo returns d / e, exact where 19 digits can hold it and rounded half to
// even at the 19th digit where they cannot: 1/3 has no exact form. Round the
// quotient to the places that are wanted.
func (d Decimal) Quo(e Decimal) (Decimal, error) {
	if e.d.IsZero() {
		return Decimal{}, errZero
	}
	return exact(d.d.Quo(e.d))
}

// Rem returns the remainder of the division of d by e to a whole number; it
// has the sign of d.
func (d Decimal) Rem(e Decimal) (Decimal, error) {
	if e.d.IsZero() {
		return Decimal{}, errZero
	}
	_, r, err := d.d.QuoRem(e.d)
	return exact(r, err)
}

func exact(d decimal.Decimal, err error) (Decimal, error) {
	if err != nil {
		return Decimal{}, errPrecision
	}
	return Decimal{d}, nil
}

// Round returns d with exactly so many places: rounded if it has more, filled
// up with zeros if it has fewer.
func (d Decimal) Round(places int, mode Rounding) (Decimal, error) {
	if places < 0 || places > MaxPlaces {
		return Decimal{}, fmt.Errorf("a number is rounded to 0 to %d places, not %d", MaxPlaces, places)
	}
	coef, scale, negative := d.d.Coef(), d.d.Scale(), d.d.IsNeg()
	if scale <= places {
		hi, lo := bits.Mul64(coef, pow10[places-scale])
		if hi != 0 {
			return Decimal{}, errPrecision
		}
		return Compose(negative, lo, places)
	}
	unit := pow10[scale-places]
	q, r := coef/unit, coef%unit
	if r != 0 && mode.away(negative, q, r, unit) {
		q++
	}
	return Compose(negative, q, places)
}

// away reports whether a number of q whole units and r parts of a unit is
// rounded to q+1 units.
func (r Rounding) away(negative bool, q, rest, unit uint64) bool {
	half := rest >= unit-rest // unit is even: rest > unit-rest is above half
	above := rest > unit-rest
	switch r {
	case HalfUp:
		return half
	case HalfEven:
		return above || half && q%2 == 1
	case HalfDown:
		return above
	case Up:
		return true
	case Ceiling:
		return !negative
	case Floor:
		return negative
	}
	return false
}

// Cmp returns -1, 0 or 1: d is less than, equal to or greater than e.
func (d Decimal) Cmp(e Decimal) int { return d.d.Cmp(e.d) }

// Sign returns -1, 0 or 1: d is below, equal to or above 0.
func (d Decimal) Sign() int { return d.d.Sign() }

// IsZero reports whether d is 0.
func (d Decimal) IsZero() bool { return d.d.IsZero() }

// Neg returns -d.
func (d Decimal) Neg() Decimal { return Decimal{d.d.Neg()} }

// Abs returns d without its sign.
func (d Decimal) Abs() Decimal { return Decimal{d.d.Abs()} }

// Places returns the number of digits after the point.
func (d Decimal) Places() int { return d.d.Scale() }

// Coefficient returns the number that d is without its point and its sign.
func (d Decimal) Coefficient() uint64 { return d.d.Coef() }

// Trim returns d without the zeros at the end of its places.
func (d Decimal) Trim() Decimal { return Decimal{d.d.Trim(0)} }

// Int64 returns d as an integer; false when it is not one, or too large.
func (d Decimal) Int64() (int64, bool) {
	coef, negative := d.d.Coef(), d.d.IsNeg()
	unit := pow10[d.d.Scale()]
	if coef%unit != 0 {
		return 0, false
	}
	coef /= unit
	switch {
	case coef <= math.MaxInt64 && negative:
		return -int64(coef), true
	case coef <= math.MaxInt64:
		return int64(coef), true
	case negative && coef == 1<<63:
		return math.MinInt64, true
	}
	return 0, false
}

// String writes d with all its places: 20.00.
func (d Decimal) String() string { return string(d.Append(nil)) }

// Append appends what String gives.
func (d Decimal) Append(dst []byte) []byte {
	if d.d.IsNeg() {
		dst = append(dst, '-')
	}
	return AppendScaled(dst, d.d.Coef(), d.d.Scale())
}

// AppendScaled appends coef / 10^scale.
func AppendScaled(dst []byte, coef uint64, scale int) []byte {
	if scale == 0 {
		return strconv.AppendUint(dst, coef, 10)
	}
	unit := pow10[scale]
	dst = strconv.AppendUint(dst, coef/unit, 10)
	dst = append(dst, '.')
	rest := coef % unit
	for s := scale - 1; s > 0 && rest < pow10[s]; s-- {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, rest, 10)
}

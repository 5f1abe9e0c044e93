package item

import "github.com/sluicehq/sluice/engine/item/internal/exact"

// Decimal is an exact decimal number of up to 19 digits. Its operations give
// the exact result or an error; none rounds unless it is asked to.
type Decimal = exact.Decimal

// Rounding says which of the two nearest numbers Decimal.Round gives.
type Rounding = exact.Rounding

// The ways to round. The half ways give the nearest number and differ where
// both are equally near.
const (
	HalfUp   = exact.HalfUp   // away from zero: 0.005 gives 0.01, -0.005 gives -0.01
	HalfEven = exact.HalfEven // to the even digit: 0.005 gives 0.00, 0.015 gives 0.02
	HalfDown = exact.HalfDown // towards zero: 0.005 gives 0.00
	Up       = exact.Up       // never towards zero: 0.001 gives 0.01
	Down     = exact.Down     // always towards zero: 0.009 gives 0.00
	Ceiling  = exact.Ceiling  // to the larger number: -0.009 gives 0.00
	Floor    = exact.Floor    // to the smaller number: -0.001 gives -0.01
)

// MaxPlaces is the largest number of digits after the point.
const MaxPlaces = exact.MaxPlaces

// Roundings lists the words that ParseRounding takes.
func Roundings() []string { return exact.Roundings() }

// ParseRounding returns the rounding that users call by the word.
func ParseRounding(word string) (Rounding, error) { return exact.ParseRounding(word) }

// ParseDecimal reads a number such as 20.00, -3 or 1.5e3. The digits after the
// point are kept: 20.00 has two places.
func ParseDecimal(s string) (Decimal, error) { return exact.Parse(s) }

// DecimalFromInt returns the decimal equal to i.
func DecimalFromInt(i int64) Decimal { return exact.FromInt(i) }

// NewDecimal returns coefficient / 10^places.
func NewDecimal(coefficient int64, places int) (Decimal, error) {
	return exact.New(coefficient, places)
}

// Spread divides amount into one share for each weight, in proportion, so that
// the shares sum to amount exactly. Shares have the places of amount, and two
// at least: money is divided to the cent. The units that are left over after
// rounding down go to the shares that lost the most by it, the first of equals
// first. When all weights are zero the shares are equal.
func Spread(amount Decimal, weights []Decimal) ([]Decimal, error) {
	return exact.Spread(amount, weights)
}

package exact

import "math/bits"

// Add returns d + e, with the places of the one that has more.
func (d Decimal) Add(e Decimal) (Decimal, error) {
	places := max(d.d.Scale(), e.d.Scale())
	x, y := d.scaled(places), e.scaled(places)
	if d.d.IsNeg() == e.d.IsNeg() {
		return x.plus(y).decimal(d.d.IsNeg(), places)
	}
	if x.less(y) {
		return y.minus(x).decimal(e.d.IsNeg(), places)
	}
	return x.minus(y).decimal(d.d.IsNeg(), places)
}

// Sub returns d - e, with the places of the one that has more.
func (d Decimal) Sub(e Decimal) (Decimal, error) { return d.Add(e.Neg()) }

// Mul returns d × e, with the places of both together.
func (d Decimal) Mul(e Decimal) (Decimal, error) {
	return times(d.d.Coef(), e.d.Coef()).decimal(d.d.IsNeg() != e.d.IsNeg(), d.d.Scale()+e.d.Scale())
}

// wide is a whole number of 128 bits: no sum, difference or product of two
// decimals of 19 digits, brought to the same places, is larger.
type wide struct{ hi, lo uint64 }

func times(x, y uint64) wide {
	hi, lo := bits.Mul64(x, y)
	return wide{hi, lo}
}

// scaled returns the size of d in units of its last digit when it has so many
// places.
func (d Decimal) scaled(places int) wide { return times(d.d.Coef(), pow10[places-d.d.Scale()]) }

func (x wide) plus(y wide) wide {
	lo, carry := bits.Add64(x.lo, y.lo, 0)
	hi, _ := bits.Add64(x.hi, y.hi, carry)
	return wide{hi, lo}
}

func (x wide) minus(y wide) wide {
	lo, borrow := bits.Sub64(x.lo, y.lo, 0)
	hi, _ := bits.Sub64(x.hi, y.hi, borrow)
	return wide{hi, lo}
}

func (x wide) less(y wide) bool { return x.hi < y.hi || x.hi == y.hi && x.lo < y.lo }

// decimal returns the decimal of so many places that x is. Zeros at its end
// are given up when there is no room for them; anything else is an error.
func (x wide) decimal(negative bool, places int) (Decimal, error) {
	for x.hi != 0 || x.lo >= pow10[maxDigits] || places > MaxPlaces {
		if places == 0 {
			return Decimal{}, errPrecision
		}
		var rest uint64
		x.hi, rest = x.hi/10, x.hi%10
		if x.lo, rest = bits.Div64(rest, x.lo, 10); rest != 0 {
			return Decimal{}, errPrecision
		}
		places--
	}
	return Compose(negative, x.lo, places)
}

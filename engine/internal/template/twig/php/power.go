package php

import (
	"math"
	"math/big"
)

// powerBits is the precision of powers: enough for a float's 53 bits to be
// right after all roundings.
const powerBits = 192

// pow returns x to the power of y, right to the last bit: math.Pow is not, and
// all digits of a float can be printed.
func pow(x, y float64) float64 {
	switch {
	case x == 0, math.IsInf(x, 0), math.IsNaN(x), math.IsInf(y, 0), math.IsNaN(y), y == 0, x == 1:
		return math.Pow(x, y)
	case y == 0.5:
		return math.Sqrt(x)
	case x < 0 && y != math.Trunc(y):
		return math.NaN()
	}
	if size := math.Abs(y * math.Log2(math.Abs(x))); size > 1100 {
		return math.Pow(x, y) // too large or too small for a float
	}
	r := exp(new(big.Float).SetPrec(powerBits).Mul(number(y), logarithm(math.Abs(x))))
	f, _ := r.Float64()
	if x < 0 && math.Mod(y, 2) != 0 {
		f = -f
	}
	return f
}

func number(f float64) *big.Float { return new(big.Float).SetPrec(powerBits).SetFloat64(f) }

func small(r *big.Float) bool { return r.Sign() == 0 || r.MantExp(nil) < -powerBits }

// logarithm returns the natural logarithm of x, which is above 0.
func logarithm(x float64) *big.Float {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = m*2, e-1
	}
	r := new(big.Float).SetPrec(powerBits).Mul(number(float64(e)), atanhSeries(number(1), number(3)))
	return r.Add(r, atanhSeries(
		new(big.Float).SetPrec(powerBits).Sub(number(m), number(1)),
		new(big.Float).SetPrec(powerBits).Add(number(m), number(1)),
	))
}

// atanhSeries returns 2 atanh(a/b), which is ln((b+a)/(b-a)): for 1/3, ln 2.
func atanhSeries(a, b *big.Float) *big.Float {
	t := new(big.Float).SetPrec(powerBits).Quo(a, b)
	square := new(big.Float).SetPrec(powerBits).Mul(t, t)
	sum := new(big.Float).SetPrec(powerBits)
	for k := 1; !small(t); k += 2 {
		sum.Add(sum, new(big.Float).SetPrec(powerBits).Quo(t, number(float64(k))))
		t.Mul(t, square)
	}
	return sum.Mul(sum, number(2))
}

// exp returns e to the power of r.
func exp(r *big.Float) *big.Float {
	ln2 := atanhSeries(number(1), number(3))
	q, _ := new(big.Float).SetPrec(powerBits).Quo(r, ln2).Float64()
	n := math.Round(q)
	rest := new(big.Float).SetPrec(powerBits).Sub(r, new(big.Float).SetPrec(powerBits).Mul(number(n), ln2))
	sum, term := number(1), number(1)
	for k := 1; !small(term); k++ {
		term.Mul(term, rest)
		term.Quo(term, number(float64(k)))
		sum.Add(sum, term)
	}
	return sum.SetMantExp(sum, int(n))
}

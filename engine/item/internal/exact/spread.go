package exact

import (
	"errors"
	"math/bits"
	"slices"
)

// Spread divides amount into one share for each weight, in proportion, so that
// the shares sum to amount exactly. Shares have the places of amount, and two
// at least: money is divided to the cent. The units that are left over after
// rounding down go to the shares that lost the most by it, the first of equals
// first. When all weights are zero the shares are equal.
func Spread(amount Decimal, weights []Decimal) ([]Decimal, error) {
	if len(weights) == 0 {
		if amount.IsZero() {
			return nil, nil
		}
		return nil, errors.New("there is nothing to spread the amount over")
	}
	whole, err := amount.Abs().Round(max(amount.Places(), 2), Down)
	if err != nil {
		return nil, err
	}
	parts, total, err := proportions(weights)
	if err != nil {
		return nil, err
	}
	shares := make([]Decimal, len(weights))
	for i, units := range apportion(whole.d.Coef(), parts, total) {
		if shares[i], err = Compose(amount.Sign() < 0, units, whole.Places()); err != nil {
			return nil, err
		}
	}
	return shares, nil
}

// proportions brings the weights to whole numbers, and sums them.
func proportions(weights []Decimal) (parts []uint64, total uint64, err error) {
	places := 0
	for _, w := range weights {
		if w.Sign() < 0 {
			return nil, 0, errors.New("a weight is below zero")
		}
		places = max(places, w.Trim().Places())
	}
	parts = make([]uint64, len(weights))
	for i, w := range weights {
		r, err := w.Trim().Round(places, Down)
		if err != nil {
			return nil, 0, errors.New("the weights differ too much in size")
		}
		parts[i] = r.d.Coef()
		sum, carry := bits.Add64(total, parts[i], 0)
		if carry != 0 {
			return nil, 0, errors.New("the weights are too large")
		}
		total = sum
	}
	if total == 0 {
		for i := range parts {
			parts[i] = 1
		}
		total = uint64(len(parts))
	}
	return parts, total, nil
}

// apportion divides units by the method of the largest remainder.
func apportion(units uint64, parts []uint64, total uint64) []uint64 {
	shares := make([]uint64, len(parts))
	rests := make([]uint64, len(parts))
	order := make([]int, len(parts))
	left := units
	for i, p := range parts {
		hi, lo := bits.Mul64(units, p) // p <= total, so the quotient fits
		if p == total {
			shares[i] = units
		} else {
			shares[i], rests[i] = bits.Div64(hi, lo, total)
		}
		left -= shares[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rests[a] > rests[b]:
			return -1
		case rests[a] < rests[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] {
		shares[i]++
	}
	return shares
}

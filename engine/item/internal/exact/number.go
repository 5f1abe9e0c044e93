package exact

import (
	"cmp"
	"math"
	"strings"

	"github.com/sluicehq/sluice/engine/item/internal/scan"
)

// number is a written number taken apart: digits × 10^-scale, the digits
// without zeros in front; none at all is zero.
type number struct {
	digits   string
	scale    int
	negative bool
}

// maxExponent bounds the exponents that are understood; whoever writes a
// larger one does not mean an amount.
const maxExponent = 1 << 20

// splitNumber reads a decimal number: a sign, digits with a point among or
// before or after them, an exponent. It is more lenient than JSON, for numbers
// in texts and in CSV.
func splitNumber(s string) (number, bool) {
	var n number
	s, exponent, ok := cutExponent(s)
	if !ok || s == "" {
		return n, false
	}
	if s[0] == '-' || s[0] == '+' {
		n.negative, s = s[0] == '-', s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" && fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return n, false
	}
	n.digits, n.scale = whole, len(fraction)-exponent
	if fraction != "" {
		n.digits = whole + fraction
	}
	n.digits = strings.TrimLeft(n.digits, "0")
	return n, true
}

func cutExponent(s string) (mantissa string, exponent int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, true
	}
	digits, negative := s[i+1:], false
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		negative, digits = digits[0] == '-', digits[1:]
	}
	if digits == "" || !allDigits(digits) {
		return "", 0, false
	}
	for _, c := range []byte(digits) {
		if exponent = exponent*10 + int(c-'0'); exponent > maxExponent {
			return "", 0, false
		}
	}
	if negative {
		exponent = -exponent
	}
	return s[:i], exponent, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Compare compares two written numbers of any length.
func Compare(a, b string) int {
	x, okX := splitNumber(a)
	y, okY := splitNumber(b)
	if !okX || !okY { // only for exponents that are out of all bounds
		return cmp.Compare(a, b)
	}
	return cmp.Or(cmp.Compare(x.sign(), y.sign()), x.sign()*x.compareSize(y))
}

func (n number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	}
	return 1
}

// compareSize compares two numbers other than zero without their signs.
func (n number) compareSize(m number) int {
	a, b := strings.TrimRight(n.digits, "0"), strings.TrimRight(m.digits, "0")
	return cmp.Or(
		cmp.Compare(len(n.digits)-n.scale, len(m.digits)-m.scale),
		strings.Compare(a, b),
	)
}

// Int reads an integer that is written as -?[0-9]+ and fits 64 bits.
func Int(s string) (int64, bool) {
	digits := s
	negative := s != "" && s[0] == '-'
	if negative {
		digits = s[1:]
	}
	if digits == "" {
		return 0, false
	}
	if len(digits) > 18 {
		return parseLongInt(digits, negative)
	}
	n := int64(0)
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if negative {
		n = -n
	}
	return n, true
}

// parseLongInt is Int for digits that may be too many.
func parseLongInt(digits string, negative bool) (int64, bool) {
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	n := uint64(0)
	for i := range len(digits) {
		c := uint64(digits[i] - '0')
		if c > 9 || n > (limit-c)/10 {
			return 0, false
		}
		n = n*10 + c
	}
	if negative {
		return int64(-n), true
	}
	return int64(n), true
}

// Whole reads a written number that is an integer in all but its form,
// such as 12.0 or 1e3.
func Whole(s string) (int64, bool) {
	if i, ok := Int(s); ok {
		return i, true
	}
	d, err := Parse(s)
	if err != nil {
		return 0, false
	}
	return d.Int64()
}

// JSON returns the number in s in the form that JSON takes, and reports
// whether it is one: +1.5 is 1.5 and .5 is 0.5.
func JSON(s string) (string, bool) {
	if end, _ := scan.Number(s, 0); end == len(s) {
		return s, true
	}
	if _, ok := splitNumber(s); !ok {
		return s, false
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i:]
	}
	sign := ""
	if mantissa[0] == '-' {
		sign = "-"
	}
	whole, fraction, _ := strings.Cut(strings.TrimLeft(mantissa, "+-"), ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction + exponent, true
}

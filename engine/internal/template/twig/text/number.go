package text

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// FormatNumber writes f with so many decimals, rounded, and groups of three.
func FormatNumber(f float64, decimals int, point, thousands string) string {
	if math.IsInf(f, 0) {
		return "inf" // without its sign
	}
	decimals = max(0, decimals)
	f = Round(f, decimals)
	return group(fixed(f, decimals), point, thousands)
}

// FormatDigits writes a number that is given as digits, such as "-1234.50".
func FormatDigits(digits, point, thousands string) string { return group(digits, point, thousands) }

func group(digits, point, thousands string) string {
	negative := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(digits, "-")
	whole, fraction, has := strings.Cut(digits, ".")
	if negative && strings.Trim(digits, "0.") == "" {
		negative = false
	}
	var out strings.Builder
	if negative {
		out.WriteByte('-')
	}
	for i, c := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 && c >= '0' && c <= '9' {
			out.WriteString(thousands)
		}
		out.WriteByte(c)
	}
	if has {
		out.WriteString(point)
		out.WriteString(fraction)
	}
	return out.String()
}

// fixed writes f with so many decimals, exactly.
func fixed(f float64, decimals int) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return strconv.FormatFloat(f, 'f', decimals, 64)
}

// Round rounds f to so many decimals, half away from zero, as PHP did before
// 8.4: a float that is printed as 1.005 rounds to 1.01.
func Round(f float64, places int) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) || f == 0 || places > 300 {
		return f
	}
	if places < -308 {
		return 0
	}
	precision := 14 - int(math.Floor(math.Log10(math.Abs(f))))
	scaled := scale(f, places)
	if precision > places && precision-15 < places {
		// Round to the digits that a float surely has first, so that what
		// would be a half in decimals is one.
		use := max(-4*15, min(4*15, precision))
		pre := roundHalf(scale(f, use))
		use = max(-4*15, places-use)
		scaled = pre / math.Pow(10, math.Abs(float64(use)))
	} else if math.Abs(scaled) >= 1e15 {
		return f
	}
	if math.IsInf(scaled, 0) {
		return f
	}
	scaled = roundHalf(scaled)
	if places > 0 {
		f = scaled / pow10(places)
	} else {
		f = scaled * pow10(-places)
	}
	return f
}

func pow10(n int) float64 {
	if n <= 22 {
		return math.Pow10(n)
	}
	f, _ := new(big.Float).SetPrec(64).SetString("1e" + strconv.Itoa(n))
	v, _ := f.Float64()
	return v
}

func scale(f float64, places int) float64 {
	if places >= 0 {
		return f * pow10(places)
	}
	return f / pow10(-places)
}

func roundHalf(f float64) float64 {
	if f >= 0 {
		return math.Floor(f + 0.5)
	}
	return math.Ceil(f - 0.5)
}

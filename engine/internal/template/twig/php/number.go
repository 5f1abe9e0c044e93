package php

import (
	"math"
	"strconv"
	"strings"
)

// numeric is what a text is as a number.
type numeric uint8

const (
	notNumeric     numeric = iota
	leadingNumeric         // it begins with a number: "5 apples"
	wholeNumeric           // it is a number, with white space around it at most
)

// parseNumber reads a text as PHP does when it computes with it.
func parseNumber(s string) (Value, numeric) {
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	n, isFloat := numberPrefix(s[i:])
	if n == 0 {
		return Int(0), notNumeric
	}
	text, rest := s[i:i+n], s[i+n:]
	how := wholeNumeric
	if strings.Trim(rest, " \t\n\r\v\f") != "" {
		how = leadingNumeric
	}
	if !isFloat {
		if v, err := strconv.ParseInt(strings.TrimPrefix(text, "+"), 10, 64); err == nil {
			return Int(v), how
		}
	}
	f, _ := strconv.ParseFloat(text, 64)
	return Literal(f, text), how
}

// numberPrefix returns the length of the number that s begins with, and
// whether it has a point or an exponent.
func numberPrefix(s string) (n int, isFloat bool) {
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	start := 0
	if s != "" && (s[0] == '-' || s[0] == '+') {
		start = 1
	}
	i := digits(start)
	whole := i - start
	if i < len(s) && s[i] == '.' {
		j := digits(i + 1)
		if whole == 0 && j == i+1 {
			return 0, false
		}
		i, isFloat = j, true
	} else if whole == 0 {
		return 0, false
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '-' || s[j] == '+') {
			j++
		}
		if end := digits(j); end > j {
			i, isFloat = end, true
		}
	}
	return i, isFloat
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// AppendFloat appends f as PHP prints it: with 14 significant digits.
func AppendFloat(dst []byte, f float64) []byte { return appendFloat(dst, f, 14, 14, "E") }

// AppendExactFloat appends f with as many digits as it takes to tell it from
// every other float, as json_encode does.
func AppendExactFloat(dst []byte, f float64) []byte { return appendFloat(dst, f, -1, 17, "e") }

// AppendExactFloatUpper is AppendExactFloat with a capital E, as in texts.
func AppendExactFloatUpper(dst []byte, f float64) []byte { return appendFloat(dst, f, -1, 17, "E") }

// appendFloat writes f with the digits, -1 being the least that are exact, in
// the scientific form beyond 10^widest.
func appendFloat(dst []byte, f float64, digits, widest int, exponent string) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(dst, "INF"...)
	case math.IsInf(f, -1):
		return append(dst, "-INF"...)
	case math.IsNaN(f):
		return append(dst, "NAN"...)
	case f == 0:
		if math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(dst, '0')
	}
	var buf [32]byte
	prec := digits
	if digits > 0 {
		prec = digits - 1
	}
	text := strconv.AppendFloat(buf[:0], f, 'e', prec, 64)
	if text[0] == '-' {
		dst = append(dst, '-')
		text = text[1:]
	}
	e := strings.IndexByte(string(text), 'e')
	exp, _ := strconv.Atoi(string(text[e+1:]))
	mantissa := make([]byte, 0, 20)
	for _, c := range text[:e] {
		if c != '.' {
			mantissa = append(mantissa, c)
		}
	}
	for len(mantissa) > 1 && mantissa[len(mantissa)-1] == '0' {
		mantissa = mantissa[:len(mantissa)-1]
	}
	if exp < -4 || exp >= widest {
		return appendScientific(dst, mantissa, exp, exponent)
	}
	return appendFixed(dst, mantissa, exp)
}

func appendScientific(dst, mantissa []byte, exp int, exponent string) []byte {
	dst = append(dst, mantissa[0], '.')
	if len(mantissa) == 1 {
		dst = append(dst, '0')
	} else {
		dst = append(dst, mantissa[1:]...)
	}
	dst = append(dst, exponent...)
	if exp >= 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(exp), 10)
}

func appendFixed(dst, mantissa []byte, exp int) []byte {
	if exp < 0 {
		dst = append(dst, '0', '.')
		for range -exp - 1 {
			dst = append(dst, '0')
		}
		return append(dst, mantissa...)
	}
	for i, c := range mantissa {
		if i == exp+1 {
			dst = append(dst, '.')
		}
		dst = append(dst, c)
	}
	for range exp + 1 - len(mantissa) {
		dst = append(dst, '0')
	}
	return dst
}

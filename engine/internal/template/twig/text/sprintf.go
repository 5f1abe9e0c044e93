package text

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Argument is an argument of Sprintf, as what a directive asks for.
type Argument struct {
	Text  func() (string, error)
	Int   func() int64
	Float func() float64
}

// directive is a placeholder such as "%'*-10.2f".
type directive struct {
	arg       int // -1 is the next
	left      bool
	plus      bool
	pad       byte
	width     int
	precision int // -1 when not given
	verb      byte
}

var errDirective = errors.New("the format ends inside a placeholder")

// Sprintf writes args as format says, with PHP's placeholders. The result must
// not be longer than limit.
func Sprintf(format string, args []Argument, limit int) (string, error) {
	var out []byte
	next := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			out = append(out, format[i])
			continue
		}
		if i+1 < len(format) && format[i+1] == '%' {
			out = append(out, '%')
			i++
			continue
		}
		d, after, err := parseDirective(format, i+1)
		if err != nil {
			return "", err
		}
		n := d.arg
		if n < 0 {
			n = next
			next++
		}
		if n >= len(args) {
			return "", fmt.Errorf("the format needs %d arguments, but gets %d", n+1, len(args))
		}
		if d.width > limit {
			return "", ErrTooLong
		}
		if out, err = d.append(out, args[n]); err != nil {
			return "", err
		}
		if len(out) > limit {
			return "", ErrTooLong
		}
		i = after
	}
	return string(out), nil
}

// parseDirective reads the placeholder behind the % in front of i. It returns
// where its last byte stands.
func parseDirective(format string, i int) (directive, int, error) {
	d := directive{arg: -1, pad: ' ', precision: -1}
	if n, after := digits(format, i); after > i && after < len(format) && format[after] == '$' {
		if n == 0 {
			return d, 0, errors.New("the numbers of a format's arguments begin with 1")
		}
		d.arg, i = n-1, after+1
	}
	for ; i < len(format); i++ {
		switch c := format[i]; {
		case c == '-':
			d.left = true
		case c == '+':
			d.plus = true
		case c == ' ' || c == '0':
			d.pad = c
		case c == '\'' && i+1 < len(format):
			i++
			d.pad = format[i]
		default:
			goto width
		}
	}
width:
	d.width, i = digits(format, i)
	if i < len(format) && format[i] == '.' {
		d.precision, i = digits(format, i+1)
	}
	if i < len(format) && format[i] == 'l' {
		i++
	}
	if i >= len(format) {
		return d, 0, errDirective
	}
	d.verb = format[i]
	return d, i, nil
}

func digits(s string, i int) (n, after int) {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		if n < 1<<30 {
			n = n*10 + int(s[i]-'0')
		}
		i++
	}
	return n, i
}

// append writes one argument. It is one line for each verb.
func (d directive) append(dst []byte, a Argument) ([]byte, error) {
	switch d.verb {
	case '%': // with something in between, which takes an argument all the same
		return append(dst, '%'), nil
	case 's':
		s, err := a.Text()
		if d.precision >= 0 && d.precision < len(s) {
			s = s[:d.precision]
		}
		return d.padded(dst, s, false), err
	case 'd':
		n := a.Int()
		s := strconv.FormatInt(n, 10)
		if d.plus && n >= 0 {
			s = "+" + s
		}
		return d.padded(dst, s, true), nil
	case 'u':
		return d.padded(dst, strconv.FormatUint(uint64(a.Int()), 10), true), nil
	case 'c':
		return append(dst, byte(a.Int())), nil
	case 'x', 'X', 'o', 'b':
		return d.padded(dst, d.bits(uint64(a.Int())), true), nil
	case 'e', 'E', 'f', 'F', 'g', 'G', 'h', 'H':
		f := a.Float()
		switch { // PHP pads neither, and writes no sign
		case math.IsInf(f, 0):
			return append(dst, "INF"...), nil
		case math.IsNaN(f):
			return append(dst, "NaN"...), nil
		}
		return d.padded(dst, d.float(f), true), nil
	}
	return dst, fmt.Errorf(`the format has an unknown placeholder "%%%c"`, d.verb)
}

// bits writes n in the base that the verb stands for. With a precision, PHP
// writes none of its digits.
func (d directive) bits(n uint64) string {
	if d.precision >= 0 {
		return ""
	}
	base := map[byte]int{'x': 16, 'X': 16, 'o': 8, 'b': 2}[d.verb]
	s := strconv.FormatUint(n, base)
	if d.verb == 'X' {
		s = strings.ToUpper(s)
	}
	return s
}

func (d directive) float(f float64) string {
	if f == 0 {
		f = math.Abs(f) // the sign of zero is not written
	}
	precision := min(d.precision, 53)
	if precision < 0 {
		precision = 6
	}
	s := ""
	switch d.verb {
	case 'f', 'F':
		s = fixed(f, precision)
	case 'e', 'E':
		s = exponent(f, precision)
	default:
		s = general(f, max(precision, 1))
	}
	if d.verb == 'E' || d.verb == 'G' || d.verb == 'H' {
		s = strings.ToUpper(s)
	}
	if d.plus && f >= 0 {
		s = "+" + s
	}
	return s
}

// exponent writes f as 1.5e+3, with as few digits of the exponent as it takes.
func exponent(f float64, precision int) string {
	s := strconv.FormatFloat(f, 'e', precision, 64)
	mantissa, exp, _ := strings.Cut(s, "e")
	digits := strings.TrimLeft(exp[1:], "0")
	if digits == "" {
		digits = "0"
	}
	return mantissa + "e" + exp[:1] + digits
}

// general writes f with so many significant digits in the shorter form.
func general(f float64, precision int) string {
	if f == 0 {
		return "0"
	}
	e := strconv.FormatFloat(f, 'e', precision-1, 64)
	_, exp, _ := strings.Cut(e, "e")
	n, _ := strconv.Atoi(exp)
	if n >= -4 && n < precision {
		return trimZeros(strconv.FormatFloat(f, 'f', max(0, precision-1-n), 64))
	}
	mantissa, _, _ := strings.Cut(e, "e")
	mantissa = trimZeros(mantissa)
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	sign := "+"
	if n < 0 {
		sign, n = "-", -n
	}
	return mantissa + "e" + sign + strconv.Itoa(n)
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// padded fills s up to the width. Zeros go behind the sign of a number.
func (d directive) padded(dst []byte, s string, number bool) []byte {
	n := d.width - len(s)
	if n <= 0 {
		return append(dst, s...)
	}
	fill := strings.Repeat(string(d.pad), n)
	if d.left {
		if d.pad == '0' && (d.verb == 'd' || d.verb == 'u') {
			fill = strings.Repeat(" ", n)
		}
		return append(append(dst, s...), fill...)
	}
	if d.pad == '0' && number && s != "" && (s[0] == '-' || s[0] == '+') {
		dst = append(dst, s[0])
		s = s[1:]
	}
	return append(append(dst, fill...), s...)
}

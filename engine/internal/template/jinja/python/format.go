package python

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// maxWidth is how wide a placeholder may be.
const maxWidth = 1000

// placeholder is a place of a format that a value fills.
type placeholder struct {
	flags        string
	width, digit int // digit is -1 without a precision
	verb         byte
}

// Format fills in the placeholders of a text, such as %s and %.2f.
func Format(b *php.Budget, s string, args []Value) (string, error) {
	var out []byte
	next := 0
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			out = append(out, s...)
			break
		}
		out = append(out, s[:i]...)
		p, rest, err := parsePlaceholder(s[i+1:])
		if err != nil {
			return "", err
		}
		s = rest
		if p.verb == '%' {
			out = append(out, '%')
			continue
		}
		if next >= len(args) {
			return "", errors.New("the format has more placeholders than there are values")
		}
		filled, err := p.fill(args[next])
		if err != nil {
			return "", err
		}
		next++
		out = append(out, filled...)
		if err := b.Text(len(out)); err != nil {
			return "", err
		}
	}
	if next < len(args) {
		return "", errors.New("the format has fewer placeholders than there are values")
	}
	return string(out), b.Text(len(out))
}

func parsePlaceholder(s string) (placeholder, string, error) {
	p := placeholder{digit: -1}
	n := 0
	for n < len(s) && strings.IndexByte("-+ #0", s[n]) >= 0 {
		n++
	}
	p.flags, s = s[:n], s[n:]
	p.width, s = leadingNumber(s)
	if strings.HasPrefix(s, ".") {
		p.digit, s = leadingNumber(s[1:])
	}
	s = strings.TrimLeft(s, "hlL")
	if s == "" || strings.IndexByte("sdifFeEgGxXocr%", s[0]) < 0 {
		return p, "", errors.New("the format has a placeholder that is not known")
	}
	if p.width > maxWidth || p.digit > maxWidth {
		return p, "", fmt.Errorf("a placeholder may be %d characters wide", maxWidth)
	}
	p.verb = s[0]
	return p, s[1:], nil
}

func leadingNumber(s string) (int, string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	i, err := strconv.Atoi(s[:n])
	if err != nil && n > 0 {
		i = maxWidth + 1
	}
	return i, s[n:]
}

// fill writes a value.
func (p placeholder) fill(v Value) (string, error) {
	switch p.verb {
	case 's', 'r':
		s := Text(v)
		if p.verb == 'r' || v == nil {
			s = string(AppendRepr(nil, v))
		}
		return fmt.Sprintf(p.verbs('s'), s), nil
	case 'c':
		if s, ok := AsText(v); ok && len([]rune(s)) == 1 {
			return fmt.Sprintf(p.verbs('s'), s), nil
		}
	}
	n, ok := Number(v)
	if !ok {
		return "", fmt.Errorf("%%%c needs a number, not %s", p.verb, TypeName(v))
	}
	switch p.verb {
	case 'd', 'i':
		i, err := Whole(n)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf(p.verbs('d'), i), nil
	case 'x', 'X', 'o', 'c':
		i, ok := AsInt(v)
		if !ok {
			return "", fmt.Errorf("%%%c needs a whole number", p.verb)
		}
		return fmt.Sprintf(p.verbs(p.verb), i), nil
	case 'f', 'F':
		return p.fixed(n)
	}
	if p.digit < 0 {
		p.digit = 6
	}
	return fmt.Sprintf(p.verbs(p.verb), php.ToFloat(n)), nil
}

// fixed writes a number with a fixed number of decimals. A decimal is rounded
// by its digits, half up.
func (p placeholder) fixed(n php.Value) (string, error) {
	if p.digit < 0 {
		p.digit = 6
	}
	d, ok := php.AsDecimal(n)
	if !ok || n.Kind() != php.KindDecimal {
		return fmt.Sprintf(p.verbs('f'), php.ToFloat(n)), nil
	}
	rounded, err := d.Round(min(p.digit, d.Places()), item.HalfUp)
	if err != nil {
		return "", err
	}
	s := rounded.String()
	if missing := p.digit - rounded.Places(); missing > 0 {
		if rounded.Places() == 0 {
			s += "."
		}
		s += strings.Repeat("0", missing)
	}
	if strings.Contains(p.flags, "+") && rounded.Sign() >= 0 {
		s = "+" + s
	}
	p.digit = -1
	if strings.Contains(p.flags, "0") && !strings.Contains(p.flags, "-") {
		digits := strings.TrimLeft(s, "+-")
		sign := s[:len(s)-len(digits)]
		return sign + strings.Repeat("0", max(0, p.width-len(s))) + digits, nil
	}
	p.flags = strings.ReplaceAll(p.flags, "0", "")
	return fmt.Sprintf(p.verbs('s'), s), nil
}

// verbs returns the placeholder for Go's own formatting.
func (p placeholder) verbs(verb byte) string {
	s := "%" + p.flags
	if p.width > 0 {
		s += strconv.Itoa(p.width)
	}
	if p.digit >= 0 {
		s += "." + strconv.Itoa(p.digit)
	}
	return s + string(verb)
}

// Whole returns a number without its decimals.
func Whole(n php.Value) (int64, error) {
	if f := php.ToFloat(n); n.Kind() != php.KindInt && !(math.Abs(f) < 1<<63) {
		return 0, fmt.Errorf("%s is too large for a whole number", Text(n))
	}
	return php.ToInt(n), nil
}

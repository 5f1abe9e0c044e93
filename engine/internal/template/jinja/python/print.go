package python

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// Text returns v as it is printed. None and what is undefined print nothing.
func Text(v Value) string {
	switch v := v.(type) {
	case nil, Undefined:
		return ""
	case string:
		return v
	case Markup:
		return string(v)
	}
	return string(AppendRepr(nil, v))
}

// AppendRepr appends v as it is printed inside of lists.
func AppendRepr(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "None"...)
	case Undefined:
		return append(dst, "Undefined"...)
	case bool:
		if v {
			return append(dst, "True"...)
		}
		return append(dst, "False"...)
	case php.Value:
		return appendNumber(dst, v)
	case string:
		return appendQuoted(dst, v)
	case Markup:
		dst = append(dst, "Markup("...)
		return append(appendQuoted(dst, string(v)), ')')
	case List:
		return append(appendAll(append(dst, '['), v), ']')
	case Tuple:
		dst = appendAll(append(dst, '('), v)
		if len(v) == 1 {
			dst = append(dst, ',')
		}
		return append(dst, ')')
	case *Dict:
		dst = append(dst, '{')
		for i, p := range v.Pairs() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(AppendRepr(dst, p.Key), ": "...)
			dst = AppendRepr(dst, p.Value)
		}
		return append(dst, '}')
	case Object:
		return append(append(append(dst, '<'), v.Class()...), '>')
	}
	return dst
}

func appendAll(dst []byte, list []Value) []byte {
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendRepr(dst, v)
	}
	return dst
}

func appendNumber(dst []byte, v php.Value) []byte {
	switch v.Kind() {
	case php.KindInt:
		return strconv.AppendInt(dst, v.AsInt(), 10)
	case php.KindDecimal:
		return append(dst, v.AsText()...)
	}
	return appendFloat(dst, v.AsFloat())
}

// appendFloat writes a float with the fewest digits that mean it.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if !slices.Contains(dst[start:], '.') {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendQuoted writes a text in quotes.
func appendQuoted(dst []byte, s string) []byte {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	dst = append(dst, quote)
	for i, r := range s {
		switch {
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r == utf8.RuneError && s[i] != 0xef:
			dst = append(dst, `\x`...)
			dst = append(dst, hex(uint32(s[i]), 2)...)
		case r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r):
			dst = utf8.AppendRune(dst, r)
		case r < 0x100:
			dst = append(append(dst, `\x`...), hex(uint32(r), 2)...)
		case r < 0x10000:
			dst = append(append(dst, `\u`...), hex(uint32(r), 4)...)
		default:
			dst = append(append(dst, `\U`...), hex(uint32(r), 8)...)
		}
	}
	return append(dst, quote)
}

func hex(n uint32, digits int) string {
	s := strconv.FormatUint(uint64(n), 16)
	return strings.Repeat("0", digits-len(s)) + s
}

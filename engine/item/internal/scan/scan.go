// Package scan reads and writes the tokens of JSON.
package scan

import (
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The functions of this file take a text and the offset of a token, and return
// the offset behind the token; for one that JSON does not allow, the complement
// (^) of the offset where it goes wrong.

const (
	low   = 0x0101010101010101 // the lowest bit of each of eight bytes
	high  = 0x8080808080808080 // the highest
	space = 0x20 * low
	quote = '"' * low
	slash = '\\' * low
)

// load returns the eight bytes at i, the first one lowest.
func load(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// special marks, with its highest bit, the first of the eight bytes of w that
// is not plain inside a JSON string: a quote, a backslash, a control character
// or a part of a character beyond ASCII. Bytes behind it may be marked wrongly.
func special(w uint64) uint64 {
	return ((w - space) | ((w ^ quote) - low) | ((w ^ slash) - low)) & high
}

// String reads a string whose text begins at i, behind the quote. It
// returns the offset of the closing quote, and whether there are escapes.
func String(s string, i int) (end int, escaped bool) {
	for i+8 <= len(s) { // nearly all end here, most of them at the first or second turn
		m := special(load(s, i))
		if m == 0 {
			i += 8
			continue
		}
		if i += bits.TrailingZeros64(m) >> 3; s[i] == '"' {
			return i, false
		}
		break
	}
	return anyString(s, i)
}

// anyString is String for what is not plain or stands near the end of s.
func anyString(s string, i int) (end int, escaped bool) {
	for {
		i = skipPlain(s, i)
		if i >= len(s) {
			return ^len(s), escaped
		}
		switch c := s[i]; {
		case c == '"':
			return i, escaped
		case c == '\\':
			escaped = true
			if i = scanEscape(s, i); i < 0 {
				return i, escaped
			}
		case c < ' ':
			return ^i, escaped
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size <= 1 {
				return ^i, escaped
			}
			i += size
		}
	}
}

// skipPlain returns the offset of the first byte from i on that is special, or
// the length of s.
func skipPlain(s string, i int) int {
	for i+8 <= len(s) {
		if m := special(load(s, i)); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for i < len(s) && s[i] >= ' ' && s[i] != '"' && s[i] != '\\' && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// scanEscape reads one escape, or two that make up one character.
func scanEscape(s string, i int) int {
	if i+1 >= len(s) {
		return ^len(s)
	}
	switch s[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		r, ok := hex4(s, i+2)
		if !ok {
			return ^i
		}
		if !utf16.IsSurrogate(r) {
			return i + 6
		}
		if i+7 < len(s) && s[i+6] == '\\' && s[i+7] == 'u' {
			if r2, ok := hex4(s, i+8); ok && utf16.DecodeRune(r, r2) != utf8.RuneError {
				return i + 12
			}
		}
	}
	return ^i
}

// hex4 reads the four hexadecimal digits at i.
func hex4(s string, i int) (rune, bool) {
	if i+4 > len(s) {
		return 0, false
	}
	r := rune(0)
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// Unescape returns the text of the inside of a JSON string that String has
// read.
func Unescape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		if s[i+1] != 'u' {
			b.WriteByte(unescapeByte(s[i+1]))
			s = s[i+2:]
			continue
		}
		r, _ := hex4(s, i+2)
		s = s[i+6:]
		if utf16.IsSurrogate(r) {
			r2, _ := hex4(s, 2)
			r, s = utf16.DecodeRune(r, r2), s[6:]
		}
		b.WriteRune(r)
	}
}

func unescapeByte(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// Number reads a number, and reports whether it is written as an integer.
func Number(s string, i int) (end int, integer bool) {
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i >= len(s) || s[i]-'0' > 9:
		return ^i, false
	case s[i] == '0':
		i++
	default:
		i = skipDigits(s, i)
	}
	integer = true
	if i < len(s) && s[i] == '.' {
		integer = false
		if i = scanDigits(s, i+1); i < 0 {
			return i, false
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		integer = false
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		i = scanDigits(s, i)
	}
	return i, integer
}

func skipDigits(s string, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// scanDigits reads one digit or more.
func scanDigits(s string, i int) int {
	if end := skipDigits(s, i); end > i {
		return end
	}
	return ^i
}

// IsSpace reports whether c is white space between tokens.
func IsSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// SkipSpace passes over white space.
func SkipSpace(s string, i int) int {
	for i < len(s) && IsSpace(s[i]) {
		i++
	}
	return i
}

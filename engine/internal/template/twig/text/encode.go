package text

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

var errNotUTF8 = errors.New("the text to escape is not valid UTF-8")

// IsStrategy reports whether there is an escaping strategy of the name.
func IsStrategy(name string) bool {
	switch name {
	case "html", "js", "css", "url", "html_attr":
		return true
	}
	return false
}

// AppendEscaped appends s escaped by the strategy.
func AppendEscaped(dst []byte, s, strategy string) ([]byte, error) {
	switch strategy {
	case "html":
		return AppendHTML(dst, s), nil
	case "url":
		return AppendURL(dst, s), nil
	case "js", "css", "html_attr":
		if !utf8.ValidString(s) {
			return dst, errNotUTF8
		}
	default:
		return dst, fmt.Errorf(`there is no escaping strategy "%s"; there are "html", "js", "css", "url" and "html_attr"`, strategy)
	}
	one := map[string]func([]byte, rune) []byte{"js": appendJS, "css": appendCSS, "html_attr": appendAttr}[strategy]
	for _, r := range s {
		if isAlphanumeric(r) || strategy != "css" && (r == ',' || r == '.' || r == '_') || strategy == "html_attr" && r == '-' {
			dst = append(dst, byte(r))
		} else {
			dst = one(dst, r)
		}
	}
	return dst, nil
}

func isAlphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// AppendHTML appends s with the characters that mean something in HTML
// replaced by entities. Bytes that are no UTF-8 become replacement characters.
func AppendHTML(dst []byte, s string) []byte {
	done := 0
	for i := 0; i < len(s); {
		c, n, to := s[i], 1, ""
		switch c {
		case '&':
			to = "&amp;"
		case '<':
			to = "&lt;"
		case '>':
			to = "&gt;"
		case '"':
			to = "&quot;"
		case '\'':
			to = "&#039;"
		default:
			if c < utf8.RuneSelf {
				i++
				continue
			}
			var r rune
			if r, n = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			n, to = badLength(s[i:]), "\uFFFD"
		}
		dst = append(append(dst, s[done:i]...), to...)
		i += n
		done = i
	}
	return append(dst, s[done:]...)
}

// badLength returns how many bytes at the start of s are one broken character
// to PHP.
func badLength(s string) int {
	want := 1
	switch c := s[0]; {
	case c >= 0xC2 && c < 0xE0:
		want = 2
	case c >= 0xE0 && c < 0xF0:
		want = 3
	case c >= 0xF0 && c < 0xF5:
		want = 4
	}
	if want == 1 {
		return 1
	}
	n := 1
	for n < want && n < len(s) && s[n]&0xC0 == 0x80 {
		n++
	}
	if n < want {
		return n
	}
	return 1
}

func appendJS(dst []byte, r rune) []byte {
	switch r {
	case '\\', '/':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if r < 0x10000 {
		return fmt.Appendf(dst, `\u%04X`, r)
	}
	r -= 0x10000
	return fmt.Appendf(dst, `\u%04X\u%04X`, 0xD800|r>>10, 0xDC00|r&0x3FF)
}

func appendCSS(dst []byte, r rune) []byte { return fmt.Appendf(dst, `\%X `, r) }

func appendAttr(dst []byte, r rune) []byte {
	switch {
	case r <= 0x1F && r != '\t' && r != '\n' && r != '\r' || r == 0x7F:
		return append(dst, "&#xFFFD;"...)
	case r == '"':
		return append(dst, "&quot;"...)
	case r == '&':
		return append(dst, "&amp;"...)
	case r == '<':
		return append(dst, "&lt;"...)
	case r == '>':
		return append(dst, "&gt;"...)
	case r < utf8.RuneSelf:
		return fmt.Appendf(dst, "&#x%02X;", r)
	}
	return fmt.Appendf(dst, "&#x%04X;", r)
}

// AppendURL appends s with every byte but letters, digits and -_.~ as %XX.
func AppendURL(dst []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if isAlphanumeric(rune(c)) || strings.IndexByte("-_.~", c) >= 0 {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		}
	}
	return dst
}

// JSONFlags are the flags of json_encode.
type JSONFlags int64

// The flags, with PHP's values.
const (
	HexTag           JSONFlags = 1
	HexAmp           JSONFlags = 2
	HexApos          JSONFlags = 4
	HexQuot          JSONFlags = 8
	ForceObject      JSONFlags = 16
	NumericCheck     JSONFlags = 32
	UnescapedSlashes JSONFlags = 64
	PrettyPrint      JSONFlags = 128
	UnescapedUnicode JSONFlags = 256
	PartialOutput    JSONFlags = 512
	PreserveZero     JSONFlags = 1024
	UnescapedLines   JSONFlags = 2048
	InvalidIgnore    JSONFlags = 1 << 20
	ThrowErrors      JSONFlags = 1 << 22
	InvalidReplace   JSONFlags = 1 << 21
)

// AppendJSON appends s as a JSON string as PHP writes it; false when it is not
// UTF-8.
func AppendJSON(dst []byte, s string, flags JSONFlags) ([]byte, bool) {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = appendJSONByte(dst, c, flags)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			switch {
			case flags&InvalidIgnore != 0:
				i++
				continue
			case flags&InvalidReplace == 0:
				return dst, false
			}
		}
		i += n
		lines := r == 0x2028 || r == 0x2029
		switch {
		case flags&UnescapedUnicode != 0 && (!lines || flags&UnescapedLines != 0):
			dst = utf8.AppendRune(dst, r)
		case r < 0x10000:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		default:
			r -= 0x10000
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, 0xD800|r>>10, 0xDC00|r&0x3FF)
		}
	}
	return append(dst, '"'), true
}

func appendJSONByte(dst []byte, c byte, flags JSONFlags) []byte {
	hex := func(flag JSONFlags, code, plain string) []byte {
		if flags&flag != 0 {
			return append(dst, code...)
		}
		return append(dst, plain...)
	}
	switch c {
	case '"':
		return hex(HexQuot, `\u0022`, `\"`)
	case '\\':
		return append(dst, `\\`...)
	case '/':
		return hex(UnescapedSlashes, `/`, `\/`)
	case '<':
		return hex(HexTag, `\u003C`, `<`)
	case '>':
		return hex(HexTag, `\u003E`, `>`)
	case '&':
		return hex(HexAmp, `\u0026`, `&`)
	case '\'':
		return hex(HexApos, `\u0027`, `'`)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if c < 0x20 {
		return fmt.Appendf(dst, `\u%04x`, c)
	}
	return append(dst, c)
}

package scan

import "unicode/utf8"

// AppendText appends s as a JSON string. Bytes that are not UTF-8 become the
// replacement character, as JSON cannot hold them.
func AppendText(dst []byte, s string) []byte {
	dst, _ = AppendString(dst, s)
	return dst
}

// AppendString is AppendText that reports whether s is UTF-8.
func AppendString(dst []byte, s string) ([]byte, bool) {
	dst = append(dst, '"')
	i := skipPlain(s, 0)
	if i >= len(s) {
		dst = append(dst, s...)
		return append(dst, '"'), true
	}
	from, valid := 0, true
	for i < len(s) {
		if c := s[i]; c < utf8.RuneSelf {
			dst = append(dst, s[from:i]...)
			dst = appendEscape(dst, c)
			i++
			from = i
		} else {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[from:i]...)
				dst = append(dst, "\ufffd"...)
				from, valid = i+1, false
			}
			i += size
		}
		i = skipPlain(s, i)
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"'), valid
}

func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// AppendCompact appends valid JSON without the white space between its tokens.
func AppendCompact(dst []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			i, _ = String(s, i+1)
			i++
		case IsSpace(c):
			dst = append(dst, s[from:i]...)
			i = SkipSpace(s, i)
			from = i
		default:
			i++
		}
	}
	return append(dst, s[from:]...)
}

package lex

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escapes are the backslash sequences of one letter.
var escapes = map[byte]byte{
	'\\': '\\', '\'': '\'', '"': '"', 'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// unescape resolves the backslash sequences of a quoted text as Python does: one
// that means nothing stays as it is.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		c := s[i]
		if to, ok := escapes[c]; ok {
			b = append(b, to)
			continue
		}
		switch {
		case c == '\n': // the line goes on
		case c >= '0' && c <= '7':
			n := 1
			for n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7' {
				n++
			}
			v, _ := strconv.ParseUint(s[i:i+n], 8, 32)
			b = utf8.AppendRune(b, rune(v))
			i += n - 1
		case c == 'x' || c == 'u' || c == 'U':
			n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			v, err := strconv.ParseUint(s[i+1:min(i+1+n, len(s))], 16, 32)
			if err != nil || i+1+n > len(s) {
				b = append(b, '\\', c)
				continue
			}
			b = utf8.AppendRune(b, rune(v))
			i += n
		default:
			b = append(b, '\\', c)
		}
	}
	return string(b)
}

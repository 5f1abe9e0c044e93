package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// visible writes texts in which records' keys and vendors' words may stand: what
// could steer a terminal is written as \u001b. Lines end as they do.
type visible struct{ io.Writer }

// Write writes a whole piece of text.
func (v visible) Write(p []byte) (int, error) {
	steers := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) }
	text := string(p)
	if !strings.ContainsFunc(text, steers) {
		return v.Writer.Write(p)
	}
	var b strings.Builder
	for _, r := range text {
		if steers(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	if _, err := io.WriteString(v.Writer, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

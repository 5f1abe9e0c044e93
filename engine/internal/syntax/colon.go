package syntax

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/diag"
)

// secondColon explains a colon in a text without quotes, and a member below a
// value.
func (t *trouble) secondColon() {
	s := t.src
	off := t.colon()
	key := min(s.indentEnd(off), off)
	before := s.Data[key:off]
	if bytes.Contains(before, []byte(": ")) || bytes.Contains(before, []byte(":\t")) {
		f := t.errorf(off, off+1, "%q in a text without quotes", ": ")
		f.Hint = "quote the whole text"
		if second := secondKey.FindSubmatch(s.Data[key:off]); second != nil {
			f.Hint = fmt.Sprintf("put %q on a line of its own, or quote the whole text", string(second[1])+":")
			return
		}
		f.Fix = s.quoteValue(key)
		return
	}
	if t.strayBracket(key) || t.foreignBlank(key) || t.foreignBlank(s.LineAbove(key)) {
		return
	}
	f := t.errorf(key, off+1, "this line is indented as if it belonged to the one above, which has a value already")
	f.Hint = "give the lines of one mapping the same indentation"
	if above := s.LineAbove(key); !keyed.Match(s.Data[above:s.LineEnd(above)]) {
		f.Hint = "a key is followed by \": \"; the line above has none"
	}
	t.templateOnLine(max(0, key-2))
}

// secondKey is a line up to its second colon where the last word before that
// looks like a key, and so what follows like a mapping: not a text to quote.
var secondKey = regexp.MustCompile(`:[ \t]+(?:[^"'$]*,[ \t]*)?([a-z][a-z0-9_]*)$`)

// keyed is a line with a key or a comment: more than words without their colon.
var keyed = regexp.MustCompile(`^#|:([ \t]|$)`)

// foreignBlank reports a blank at the beginning of the line of off that YAML
// does not take for one.
func (t *trouble) foreignBlank(off int) bool {
	s := t.src
	off = s.SkipBlanks(s.LineStart(off))
	r, n := utf8.DecodeRune(s.Data[off:])
	if n < 2 || !unicode.IsSpace(r) {
		return false
	}
	f := t.errorf(off, off+n, "the blank U+%04X cannot indent a line", r)
	f.Hint = "indent with spaces"
	return true
}

// quoteValue returns the edit that quotes what follows the key at off, up to
// the end of the line or a comment.
func (s *source) quoteValue(key int) *diag.Fix {
	end := s.LineEnd(key)
	colon := bytes.Index(s.Data[key:end], []byte(": "))
	if colon < 0 {
		return nil
	}
	from := s.SkipBlanks(key + colon + 1)
	if i := bytes.Index(s.Data[from:end], []byte(" #")); i >= 0 {
		end = from + i
	}
	end = max(from, s.back(end))
	if bytes.IndexByte([]byte("\"'[{|>&*!"), s.At(from)) >= 0 {
		return nil
	}
	if text := s.Data[from:end]; !bytes.Contains(text, []byte("${")) && bytes.ContainsAny(text, "[{") {
		return nil // it is no text, but a list or mapping with something before it
	}
	return &diag.Fix{Span: s.Span(from, end), Text: quote(string(s.Data[from:end]))}
}

// colon finds the colon that the parser stopped at. It reads at most four
// characters ahead.
func (t *trouble) colon() int {
	s := t.src
	off := min(t.seen, len(s.Data))
	for range 4 {
		off = t.startOf(max(0, off-1))
	}
	for p := off; p < len(s.Data); p++ {
		if s.At(p) == ':' && s.IsSpace(p+1) {
			return p
		}
	}
	return min(s.SkipSpace(off), len(s.Data))
}

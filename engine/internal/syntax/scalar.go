package syntax

import (
	"sort"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/sluicehq/sluice/engine/diag"
)

const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

func (b *builder) scalar(y *yaml.Node, off int) built {
	s := b.src
	n := &Node{Style: scalarStyle(y)}
	n.Plain = n.Style == Plain
	m := s.match(n.Style, off, y.Value)
	n.Span = s.span(off, m.end)
	if m.segments == nil {
		n.Text = diag.NewText(y.Value, n.Span, nil)
	} else {
		n.Text = diag.NewText(y.Value, s.span(m.from, m.to), func(i int) diag.Pos { return s.pos(m.offset(i)) })
	}
	if n.Style != Literal && n.Style != Folded {
		n.Comment = s.comment(m.end)
	}
	if n.Plain {
		b.cutComment(n, m)
	}
	return built{node: n, from: off, to: m.end}
}

func scalarStyle(y *yaml.Node) Style {
	switch {
	case y.Style&yaml.SingleQuotedStyle != 0:
		return SingleQuoted
	case y.Style&yaml.DoubleQuotedStyle != 0:
		return DoubleQuoted
	case y.Style&yaml.LiteralStyle != 0:
		return Literal
	case y.Style&yaml.FoldedStyle != 0:
		return Folded
	}
	return Plain
}

// match says where the bytes of a scalar's value stand in the file. It is made
// by reading the scalar again beside the value that the parser gave: each byte
// of the value must be met, or follow from a fold or an escape, or there is no
// match.
type match struct {
	segments []segment // nil when the bytes have no places
	from, to int       // the text, without quotes
	end      int       // after the closing quote
}

// segment is a stretch of a value that stands in the file as it is.
type segment struct{ value, source int }

// offset returns where the byte i of the value stands.
func (m *match) offset(i int) int {
	k := sort.Search(len(m.segments), func(k int) bool { return m.segments[k].value > i })
	seg := m.segments[k-1]
	off := seg.source + i - seg.value
	if k < len(m.segments) {
		off = min(off, m.segments[k].source)
	}
	return off
}

// match finds the places of the scalar's value that starts at off.
func (s *source) match(style Style, off int, value string) *match {
	r := &reader{s: s, value: value, p: off}
	var ok bool
	switch style {
	case Plain:
		ok = r.plain()
	case SingleQuoted:
		ok = r.single()
	case DoubleQuoted:
		ok = r.double()
	default:
		ok = r.block(style)
	}
	if !ok {
		return &match{end: max(off, s.lineEnd(min(off, len(s.data))))}
	}
	return &r.match
}

// reader reads a scalar a second time. p is its place in the file and i that
// in the value.
type reader struct {
	match
	s     *source
	value string
	p, i  int
}

// mark begins a segment here.
func (r *reader) mark() {
	if n := len(r.segments); n > 0 && r.segments[n-1].value == r.i {
		r.segments[n-1].source = r.p
		return
	}
	r.segments = append(r.segments, segment{r.i, r.p})
}

// begin says that the text begins here.
func (r *reader) begin() {
	r.from = r.p
	r.mark()
}

// finish says that the text ends here, and the scalar after more bytes.
func (r *reader) finish(more int) bool {
	if r.i != len(r.value) {
		return false
	}
	r.to, r.end = r.p, r.p+more
	r.mark()
	return true
}

// step passes over a byte that stands in file and value alike.
func (r *reader) step() bool {
	if r.i >= len(r.value) || r.p >= len(r.s.data) || r.s.data[r.p] != r.value[r.i] {
		return false
	}
	r.p++
	r.i++
	return true
}

func (r *reader) plain() bool {
	r.begin()
	for r.i < len(r.value) {
		if r.folds() {
			if !r.fold(false) {
				return false
			}
		} else if !r.step() {
			return false
		}
	}
	return r.finish(0)
}

func (r *reader) single() bool {
	if r.s.at(r.p) != '\'' {
		return false
	}
	r.p++
	r.begin()
	for r.p < len(r.s.data) {
		switch {
		case r.s.at(r.p) == '\'' && r.s.at(r.p+1) == '\'':
			if !r.escape("'", 2) {
				return false
			}
		case r.s.at(r.p) == '\'':
			return r.finish(1)
		case r.folds():
			if !r.fold(false) {
				return false
			}
		case !r.step():
			return false
		}
	}
	return false
}

func (r *reader) double() bool {
	if r.s.at(r.p) != '"' {
		return false
	}
	r.p++
	r.begin()
	for r.p < len(r.s.data) {
		switch {
		case r.s.at(r.p) == '"':
			return r.finish(1)
		case r.s.at(r.p) == '\\' && r.s.isBreak(r.p+1):
			r.p++
			if !r.fold(true) {
				return false
			}
		case r.s.at(r.p) == '\\':
			text, n := r.s.escape(r.p)
			if n == 0 || !r.escape(text, n) {
				return false
			}
		case r.folds():
			if !r.fold(false) {
				return false
			}
		case !r.step():
			return false
		}
	}
	return false
}

// escape passes over n bytes of the file that mean text.
func (r *reader) escape(text string, n int) bool {
	if !strings.HasPrefix(r.value[r.i:], text) {
		return false
	}
	r.mark()
	r.p += n
	r.i += len(text)
	r.mark()
	return true
}

// folds reports whether the line ends here, blanks aside.
func (r *reader) folds() bool { return r.s.isBreak(r.s.skipBlanks(r.p)) }

// fold passes over the end of a line and the blank lines and indentation that
// follow: one break is a space, or nothing where it was escaped, and each
// further one is a break.
func (r *reader) fold(escaped bool) bool {
	r.p = r.s.skipBlanks(r.p)
	first := r.p
	r.p = r.s.skipBlanks(r.s.afterBreak(r.p))
	if !escaped && !r.s.isBreak(r.p) {
		if r.i >= len(r.value) || r.value[r.i] != ' ' {
			return false
		}
		r.segments = append(r.segments, segment{r.i, first})
		r.i++
	}
	for r.s.isBreak(r.p) {
		if r.i >= len(r.value) || r.value[r.i] != '\n' {
			return false
		}
		r.mark()
		r.i++
		r.p = r.s.skipBlanks(r.s.afterBreak(r.p))
	}
	r.mark()
	return true
}

// escape returns what the escape at off in double quotes means, and its
// length, which is 0 for one that is none.
func (s *source) escape(off int) (string, int) {
	const simple = "0\x00a\ab\bt\t\t\tn\nv\vf\fr\re\x1b  \"\"//\\\\"
	c := s.at(off + 1)
	for i := 0; i < len(simple); i += 2 {
		if simple[i] == c {
			return simple[i+1 : i+2], 2
		}
	}
	switch c {
	case '\'':
		return "'", 2
	case 'N':
		return "\u0085", 2
	case '_':
		return "\u00a0", 2
	case 'L':
		return "\u2028", 2
	case 'P':
		return "\u2029", 2
	case 'x':
		return s.hex(off, 2)
	case 'u':
		return s.hex(off, 4)
	case 'U':
		return s.hex(off, 8)
	}
	return "", 0
}

// hex reads the character that an escape with digits at off means.
func (s *source) hex(off, digits int) (string, int) {
	var r rune
	for i := range digits {
		c := s.at(off + 2 + i)
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return "", 0
		}
	}
	if !utf8.ValidRune(r) {
		return "", 0
	}
	return string(r), 2 + digits
}

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
	n.Span = s.Span(off, m.end)
	if m.segments == nil {
		n.Text = diag.NewText(y.Value, n.Span, nil)
	} else {
		n.Text = diag.NewText(y.Value, s.Span(m.from, m.to), func(i int) diag.Pos { return s.Pos(m.offset(i)) })
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
		return &match{end: max(off, s.LineEnd(min(off, len(s.Data))))}
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
	// continued reports that a backslash at the end of a line joins the lines.
	continued bool
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
	if r.i >= len(r.value) || r.p >= len(r.s.Data) || r.s.Data[r.p] != r.value[r.i] {
		return false
	}
	r.p++
	r.i++
	return true
}

func (r *reader) plain() bool {
	r.begin()
	for r.i < len(r.value) {
		if !r.next() {
			return false
		}
	}
	return r.finish(0)
}

func (r *reader) single() bool {
	return r.quoted('\'', func() (string, int) {
		if r.s.At(r.p) == '\'' && r.s.At(r.p+1) == '\'' {
			return "'", 2
		}
		return "", 0
	})
}

func (r *reader) double() bool {
	r.continued = true
	return r.quoted('"', func() (string, int) {
		if r.s.At(r.p) == '\\' && !r.s.IsBreak(r.p+1) {
			return r.s.escape(r.p)
		}
		return "", 0
	})
}

// quoted reads a scalar between quotes. escape says what stands here in
// another form, and its length, which is 0 for what stands as it is.
func (r *reader) quoted(quote byte, escape func() (string, int)) bool {
	if r.s.At(r.p) != quote {
		return false
	}
	r.p++
	r.begin()
	for r.p < len(r.s.Data) {
		ok := true
		if text, n := escape(); n > 0 {
			ok = r.escape(text, n)
		} else if r.s.At(r.p) == quote {
			return r.finish(1)
		} else {
			ok = r.next()
		}
		if !ok {
			return false
		}
	}
	return false
}

// next passes over a character, or over the end of a line.
func (r *reader) next() bool {
	switch {
	case r.continued && r.s.At(r.p) == '\\' && r.s.IsBreak(r.p+1):
		r.p++
		return r.fold(true)
	case r.folds():
		return r.fold(false)
	}
	return r.step()
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
func (r *reader) folds() bool { return r.s.IsBreak(r.s.SkipBlanks(r.p)) }

// fold passes over the end of a line and the blank lines and indentation that
// follow: one break is a space, or nothing where it was escaped, and each
// further one is a break.
func (r *reader) fold(escaped bool) bool {
	r.p = r.s.SkipBlanks(r.p)
	first := r.p
	r.p = r.s.SkipBlanks(r.s.AfterBreak(r.p))
	if !escaped && !r.s.IsBreak(r.p) {
		if r.i >= len(r.value) || r.value[r.i] != ' ' {
			return false
		}
		r.segments = append(r.segments, segment{r.i, first})
		r.i++
	}
	for r.s.IsBreak(r.p) {
		if r.i >= len(r.value) || r.value[r.i] != '\n' {
			return false
		}
		r.mark()
		r.i++
		r.p = r.s.SkipBlanks(r.s.AfterBreak(r.p))
	}
	r.mark()
	return true
}

// escapes are what a character after a backslash means in double quotes, and
// digits how many digits follow one that gives a number.
var (
	escapes = map[byte]string{
		'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
		' ': " ", '"': `"`, '\'': "'", '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
	}
	digits = map[byte]int{'x': 2, 'u': 4, 'U': 8}
)

// escape returns what the escape at off in double quotes means, and its
// length, which is 0 for one that is none.
func (s *source) escape(off int) (string, int) {
	c := s.At(off + 1)
	if n := digits[c]; n > 0 {
		return s.hex(off, n)
	}
	if text, ok := escapes[c]; ok {
		return text, 2
	}
	return "", 0
}

// hex reads the character that an escape with digits at off means.
func (s *source) hex(off, digits int) (string, int) {
	var r rune
	for i := range digits {
		c := s.At(off + 2 + i)
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

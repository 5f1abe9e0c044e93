package syntax

import (
	"bytes"
	"slices"
	"sort"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/diag"
)

// source is the text of a file with an index of its lines. It counts lines in
// two ways: as editors do, for people, and as YAML does, which also ends a line
// at U+0085, U+2028 and U+2029, to understand the parser.
type source struct {
	file  string
	data  []byte
	lines []int // where each line starts, as editors count
	yaml  []int // where each line starts, as YAML counts
	ascii bool
	// chars has the number of characters before each stretch of the file, so
	// that columns in long lines need not be counted from their beginning. It
	// is nil when all are ASCII.
	chars []int
}

// stretch is how many bytes are counted at once.
const stretch = 256

func newSource(file string, data []byte) *source {
	s := &source{file: file, data: data, ascii: isASCII(data)}
	s.lines = append(make([]int, 0, len(data)/24+1), 0)
	for i := 0; i < len(data); i++ {
		if data[i] == '\n' || data[i] == '\r' {
			i = s.afterBreak(i) - 1
			s.lines = append(s.lines, i+1)
		}
	}
	s.yaml = s.lines
	if !s.ascii {
		s.addRareBreaks()
		s.countCharacters()
	}
	return s
}

func isASCII(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (s *source) countCharacters() {
	s.chars = make([]int, len(s.data)/stretch+1)
	for i := 1; i < len(s.chars); i++ {
		s.chars[i] = s.chars[i-1] + countStarts(s.data[(i-1)*stretch:i*stretch])
	}
}

// characters returns how many characters begin before off.
func (s *source) characters(off int) int {
	i := off / stretch
	return s.chars[i] + countStarts(s.data[i*stretch:off])
}

// countStarts counts the bytes that begin a character.
func countStarts(data []byte) int {
	n := 0
	for _, c := range data {
		if utf8.RuneStart(c) {
			n++
		}
	}
	return n
}

func (s *source) addRareBreaks() {
	var rare []int
	for _, sep := range []string{"\u0085", "\u2028", "\u2029"} {
		for i := 0; ; {
			j := bytes.Index(s.data[i:], []byte(sep))
			if j < 0 {
				break
			}
			i += j + len(sep)
			rare = append(rare, i)
		}
	}
	if rare != nil {
		s.yaml = append(rare, s.lines...)
		slices.Sort(s.yaml)
	}
}

// pos returns the place of the byte at offset off.
func (s *source) pos(off int) diag.Pos {
	off = max(0, min(off, len(s.data)))
	line := sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > off })
	start := s.lines[line-1]
	if s.chars == nil {
		return diag.Pos{Line: line, Column: off - start + 1}
	}
	return diag.Pos{Line: line, Column: s.characters(off) - s.characters(start) + 1}
}

func (s *source) span(from, to int) diag.Span {
	return diag.Span{File: s.file, Start: s.pos(from), End: s.pos(max(from, to))}
}

// text returns the bytes from..to as a text with places.
func (s *source) text(from, to int) diag.Text {
	return diag.NewText(string(s.data[from:to]), s.span(from, to), func(off int) diag.Pos { return s.pos(from + off) })
}

// lineEnd returns the offset of the break, or the end of the file, that ends
// the line of off.
func (s *source) lineEnd(off int) int {
	if i := bytes.IndexAny(s.data[off:], "\r\n"); i >= 0 {
		return off + i
	}
	return len(s.data)
}

// lineStart returns the offset at which the line of off starts.
func (s *source) lineStart(off int) int {
	return bytes.LastIndexAny(s.data[:off], "\r\n") + 1
}

// at returns the byte at off, or 0 past the end: YAML has no NUL in it.
func (s *source) at(off int) byte {
	if off < 0 || off >= len(s.data) {
		return 0
	}
	return s.data[off]
}

func (s *source) isBreak(off int) bool { return s.at(off) == '\n' || s.at(off) == '\r' }

func (s *source) isBlank(off int) bool { return s.at(off) == ' ' || s.at(off) == '\t' }

// isSpace reports a blank, a break or the end of the file.
func (s *source) isSpace(off int) bool {
	return off >= len(s.data) || s.isBlank(off) || s.isBreak(off)
}

// afterBreak returns the offset after the break at off.
func (s *source) afterBreak(off int) int {
	if s.at(off) == '\r' && s.at(off+1) == '\n' {
		return off + 2
	}
	return off + 1
}

// skipBlanks returns the first offset from off on that is no blank.
func (s *source) skipBlanks(off int) int {
	for s.isBlank(off) {
		off++
	}
	return off
}

// skipSpace passes over blanks, breaks and comments.
func (s *source) skipSpace(off int) int {
	for {
		switch {
		case s.isBlank(off):
			off++
		case s.isBreak(off):
			off = s.afterBreak(off)
		case s.at(off) == '#' && (off == 0 || s.isSpace(off-1)):
			off = s.lineEnd(off)
		default:
			return off
		}
	}
}

// cursor turns the parser's places into offsets. Asked in file order, it goes
// over each line once.
type cursor struct {
	src               *source
	line, column, off int
}

// offset returns the offset of a place that the parser gave.
func (c *cursor) offset(line, column int) int {
	s := c.src
	line = max(1, min(line, len(s.yaml)))
	if line != c.line || column < c.column {
		c.line, c.column, c.off = line, 1, s.yaml[line-1]
	}
	if s.ascii {
		c.off += column - c.column
		c.column = column
		c.off = min(c.off, len(s.data))
		return c.off
	}
	for c.column < column && c.off < len(s.data) {
		_, n := utf8.DecodeRune(s.data[c.off:])
		c.off += n
		c.column++
	}
	return c.off
}

// Package place knows the characters of a YAML file by their places: it turns
// what the parser says and offsets into lines and columns as editors count
// them.
package place

import (
	"bytes"
	"slices"
	"sort"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/diag"
)

// File is the text of a file with an index of its lines. It counts lines in two
// ways: as editors do, for people, and as YAML does, which also ends a line at
// U+0085, U+2028 and U+2029, to understand the parser.
type File struct {
	Name string
	// Data is the text, without a mark of its byte order.
	Data []byte

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

// New returns the file of that name with data, which Check has passed.
func New(file string, data []byte) *File {
	f := &File{Name: file, Data: data, ascii: isASCII(data)}
	f.lines = append(make([]int, 0, len(data)/24+1), 0)
	for i := 0; i < len(data); i++ {
		if data[i] == '\n' || data[i] == '\r' {
			i = f.AfterBreak(i) - 1
			f.lines = append(f.lines, i+1)
		}
	}
	f.yaml = f.lines
	if !f.ascii {
		f.addRareBreaks()
		f.countCharacters()
	}
	return f
}

func isASCII(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (f *File) countCharacters() {
	f.chars = make([]int, len(f.Data)/stretch+1)
	for i := 1; i < len(f.chars); i++ {
		f.chars[i] = f.chars[i-1] + countStarts(f.Data[(i-1)*stretch:i*stretch])
	}
}

// characters returns how many characters begin before off.
func (f *File) characters(off int) int {
	i := off / stretch
	return f.chars[i] + countStarts(f.Data[i*stretch:off])
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

func (f *File) addRareBreaks() {
	var rare []int
	for _, sep := range []string{"\u0085", "\u2028", "\u2029"} {
		for i := 0; ; {
			j := bytes.Index(f.Data[i:], []byte(sep))
			if j < 0 {
				break
			}
			i += j + len(sep)
			rare = append(rare, i)
		}
	}
	if rare != nil {
		f.yaml = append(rare, f.lines...)
		slices.Sort(f.yaml)
	}
}

// Pos returns the place of the byte at offset off. The two bytes of a break
// have one place: the end of their line.
func (f *File) Pos(off int) diag.Pos {
	off = max(0, min(off, len(f.Data)))
	if f.At(off) == '\n' && f.At(off-1) == '\r' {
		off--
	}
	line := sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > off })
	start := f.lines[line-1]
	if f.chars == nil {
		return diag.Pos{Line: line, Column: off - start + 1}
	}
	return diag.Pos{Line: line, Column: f.characters(off) - f.characters(start) + 1}
}

// Span returns the span of the bytes from..to.
func (f *File) Span(from, to int) diag.Span {
	return diag.Span{File: f.Name, Start: f.Pos(from), End: f.Pos(max(from, to))}
}

// Text returns the bytes from..to as a text with places.
func (f *File) Text(from, to int) diag.Text {
	return diag.NewText(string(f.Data[from:to]), f.Span(from, to), func(off int) diag.Pos { return f.Pos(from + off) })
}

// LineEnd returns the offset of the break, or the end of the file, that ends
// the line of off.
func (f *File) LineEnd(off int) int {
	if i := bytes.IndexAny(f.Data[off:], "\r\n"); i >= 0 {
		return off + i
	}
	return len(f.Data)
}

// LineAbove returns where the nearest line above that of off which is not empty
// begins, after its indentation.
func (f *File) LineAbove(off int) int {
	p := f.LineStart(off)
	for p > 0 && f.IsSpace(p-1) {
		p--
	}
	return f.SkipBlanks(f.LineStart(p))
}

// LineStart returns the offset at which the line of off starts.
func (f *File) LineStart(off int) int {
	return bytes.LastIndexAny(f.Data[:off], "\r\n") + 1
}

// At returns the byte at off, or 0 past the end: YAML has no NUL in it.
func (f *File) At(off int) byte {
	if off < 0 || off >= len(f.Data) {
		return 0
	}
	return f.Data[off]
}

// IsBreak reports a break at off.
func (f *File) IsBreak(off int) bool { return f.At(off) == '\n' || f.At(off) == '\r' }

// IsBlank reports a space or a tab at off.
func (f *File) IsBlank(off int) bool { return f.At(off) == ' ' || f.At(off) == '\t' }

// IsSpace reports a blank, a break or the end of the file.
func (f *File) IsSpace(off int) bool {
	return off >= len(f.Data) || f.IsBlank(off) || f.IsBreak(off)
}

// AfterBreak returns the offset after the break at off.
func (f *File) AfterBreak(off int) int {
	if f.At(off) == '\r' && f.At(off+1) == '\n' {
		return off + 2
	}
	return off + 1
}

// SkipBlanks returns the first offset from off on that is no blank.
func (f *File) SkipBlanks(off int) int {
	for f.IsBlank(off) {
		off++
	}
	return off
}

// SkipSpace passes over blanks, breaks and comments.
func (f *File) SkipSpace(off int) int {
	for {
		switch {
		case f.IsBlank(off):
			off++
		case f.IsBreak(off):
			off = f.AfterBreak(off)
		case f.At(off) == '#' && (off == 0 || f.IsSpace(off-1)):
			off = f.LineEnd(off)
		default:
			return off
		}
	}
}

// Cursor turns the parser's places into offsets. Asked in file order, it goes
// over each line once.
type Cursor struct {
	file              *File
	line, column, off int
}

// Cursor returns a Cursor at the start of the file.
func (f *File) Cursor() Cursor { return Cursor{file: f} }

// YAMLLine returns the offset at which a line starts, as YAML counts them, or
// that of the nearest line that there is.
func (f *File) YAMLLine(line int) int { return f.yaml[max(1, min(line, len(f.yaml)))-1] }

// Offset returns the offset of a place that the parser gave.
func (c *Cursor) Offset(line, column int) int {
	f := c.file
	line = max(1, min(line, len(f.yaml)))
	if line != c.line || column < c.column {
		c.line, c.column, c.off = line, 1, f.yaml[line-1]
	}
	if f.ascii {
		c.off += column - c.column
		c.column = column
		c.off = min(c.off, len(f.Data))
		return c.off
	}
	for c.column < column && c.off < len(f.Data) {
		_, n := utf8.DecodeRune(f.Data[c.off:])
		c.off += n
		c.column++
	}
	return c.off
}

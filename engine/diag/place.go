package diag

import "fmt"

// Pos is a place in a file. Lines and columns count from 1; a column counts
// characters (Unicode code points), as editors do. The zero Pos is unknown.
type Pos struct{ Line, Column int }

// Before reports whether p stands before q.
func (p Pos) Before(q Pos) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

// Span is a stretch of a file. End is the place just after the last character.
type Span struct {
	File       string
	Start, End Pos
}

// String gives file:line:column, the form that editors and terminals link.
func (s Span) String() string {
	if s.Start.Line == 0 {
		return s.File
	}
	return fmt.Sprintf("%s:%d:%d", s.File, s.Start.Line, s.Start.Column)
}

// Text is a text that was read from a file together with the place of each of
// its bytes, so that a finding about a part of it can point at that part. It
// is how rules and templates reach the rooms that compile them.
type Text struct {
	Value string
	// Span is where the whole text stands.
	Span Span

	at   func(offset int) Pos
	base int
}

// NewText returns value with its places: at gives the place of the byte at an
// offset in value, from 0 up to and including len(value). A nil at means that
// inner places cannot be told (a folded or escaped scalar): every part then
// has the place of the whole.
func NewText(value string, span Span, at func(offset int) Pos) Text {
	return Text{Value: value, Span: span, at: at}
}

// At returns the place of the bytes from..to of the text.
func (t Text) At(from, to int) Span {
	if t.at == nil {
		return t.Span
	}
	from, to = max(0, min(from, len(t.Value))), max(0, min(to, len(t.Value)))
	return Span{File: t.Span.File, Start: t.at(t.base + from), End: t.at(t.base + max(from, to))}
}

// Slice returns the part from..to of the text with its places.
func (t Text) Slice(from, to int) Text {
	return Text{Value: t.Value[from:to], Span: t.At(from, to), at: t.at, base: t.base + from}
}

// Exact reports whether parts of the text have places of their own.
func (t Text) Exact() bool { return t.at != nil }

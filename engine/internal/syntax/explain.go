package syntax

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/diag"
)

// explanation says in plain words what a problem of the parser means.
type explanation struct {
	problem string // a part of what the parser says
	report  func(*trouble)
}

var explanations = []explanation{
	{"cannot start any token", (*trouble).badStart},
	{"mapping values are not allowed", (*trouble).secondColon},
	{"did not find expected key", (*trouble).noKey},
	{"did not find expected '-' indicator", (*trouble).noItem},
	{"did not find expected ',' or", (*trouble).openBracket},
	{"did not find expected node content", (*trouble).noValue},
	{"could not find expected ':'", (*trouble).noColon},
	{"found unexpected end of stream", (*trouble).openQuote},
	{"found unexpected document indicator", (*trouble).openQuote},
	{"found unknown escape character", (*trouble).badEscape},
	{"hexdecimal number", (*trouble).badEscape},
	{"Unicode character escape code", (*trouble).badEscape},
	{"tab character", (*trouble).tab},
	{"block sequence entries are not allowed", (*trouble).misplacedItem},
	{"expected comment or line break", (*trouble).blockHeader},
	{"indentation indicator equal to 0", (*trouble).blockHeader},
	{"expected alphabetic or numeric character", (*trouble).badAnchor},
	{"exceeded max depth", (*trouble).depth},
	{"directive", (*trouble).directive},
	{"expected digit or '.'", (*trouble).directive},
	{"version number", (*trouble).directive},
	{"incompatible YAML document", (*trouble).directive},
	{"non-alphabetical character", (*trouble).directive},
	{"expected '!'", (*trouble).badTag},
	{"expected tag URI", (*trouble).badTag},
	{"URI escaped octet", (*trouble).badTag},
	{"UTF-8 octet", (*trouble).badTag},
	{"expected '>'", (*trouble).badTag},
	{"tag handle", (*trouble).badTag},
	{"whitespace or line break", (*trouble).badTag},
	{"<document start>", (*trouble).afterEnd},
}

// badStart explains a character that begins nothing in YAML.
func (t *trouble) badStart() {
	s, off := t.src, t.first()
	switch c := s.At(off); {
	case c == '\t':
		t.tabAt(off)
	case c == '%' && s.At(off-1) == '{':
		t.template(off-1, s.flowDepth(off-1) > 0)
	default:
		f := t.errorf(off, s.word(off), "a text cannot begin with %q unless it is quoted", string(rune(c)))
		f.Hint = "quote the whole text"
	}
}

// template reports a template without quotes that begins at off. It most
// likely takes the rest of the line, unless it stands in brackets.
func (t *trouble) template(off int, inFlow bool) {
	s := t.src
	end := s.LineEnd(off)
	if i := bytes.Index(s.Data[off:end], []byte(" #")); i >= 0 {
		end = off + i
	}
	if inFlow {
		end = s.templateEnd(off, end)
	}
	for end > off+2 && s.IsBlank(end-1) {
		end--
	}
	s.reportTemplate(off, end, t.fs)
}

// templateEnd returns where a template in a flow collection ends: after the
// bracket that closes it.
func (s *source) templateEnd(off, end int) int {
	depth := 0
	for p := off; p < end; p++ {
		switch s.At(p) {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return p + 1
			}
		}
	}
	return end
}

// flowDepth counts the brackets that are open on the line before off.
func (s *source) flowDepth(off int) int {
	depth := 0
	for _, c := range s.Data[s.LineStart(off):off] {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
	}
	return depth
}

// templateOnLine finds a template without quotes on the line of off, from the
// beginning of the line up to off.
func (t *trouble) templateOnLine(off int) bool { return t.templateNear(off, false) }

// templateNear is templateOnLine; in brackets, it knows an expression too.
func (t *trouble) templateNear(off int, brackets bool) bool {
	s := t.src
	from := s.LineStart(off)
	for _, open := range []string{"{{", "{%", "${"} {
		for p := from; p < s.LineEnd(off); p++ {
			i := bytes.Index(s.Data[p:s.LineEnd(off)], []byte(open))
			if i < 0 {
				break
			}
			p += i
			if p > off+1 {
				break
			}
			inFlow := brackets || s.flowDepth(p) > 0
			if (open != "${" || inFlow) && s.beginsValue(p) {
				t.template(p, inFlow)
				return true
			}
		}
	}
	return false
}

// beginsValue reports whether a value could begin at off: what stands before it
// is an indicator.
func (s *source) beginsValue(off int) bool {
	p := s.back(off)
	before := ",[{" // these need no blank after them
	if p < off {
		before += ":-?"
	}
	return p == s.LineStart(off) || strings.IndexByte(before, s.At(p-1)) >= 0
}

// noKey explains a value where a mapping should go on with a key or end.
func (t *trouble) noKey() {
	s, off := t.src, t.firstBreak()
	if t.templateOnLine(off) {
		return
	}
	if s.At(off) == ':' {
		t.errorf(off, off+1, "a key is missing before %q", ":")
		return
	}
	if off != s.indentEnd(off) {
		t.afterValue(off)
		return
	}
	if t.afterCut(off) {
		return
	}
	if t.strayBracket(off) {
		return
	}
	if s.At(off) == '-' && s.IsSpace(off+1) {
		f := t.errorf(off, s.LineEnd(off), "a list item is not expected here")
		f.Hint = "indent it like the items of its list, or remove the \"-\""
		return
	}
	f := t.errorf(off, s.word(off), "the indentation of this line fits none of those above")
	f.Hint = "give the lines of one mapping the same indentation"
}

// strayBracket finds a bracket at off that closes none.
func (t *trouble) strayBracket(off int) bool {
	c := t.src.At(off)
	if c != ']' && c != '}' {
		return false
	}
	t.errorf(off, off+1, "the bracket %q closes none", string(rune(c))).Hint = "remove it, or quote the text that begins with it"
	return true
}

// afterValue explains a text that follows a complete value on its line.
func (t *trouble) afterValue(off int) {
	s := t.src
	f := t.errorf(off, s.LineEnd(off), "nothing may follow the end of a value on its line")
	if c := s.At(s.back(off) - 1); c != '"' && c != '\'' {
		return
	}
	f.Message = "nothing may follow the closing quote of a text"
	f.Hint = "quote the whole text, with its own quotes doubled or of the other kind"
	if begin := t.quoteBefore(off); begin.Line != 0 && begin.Line < f.Span.Start.Line {
		f.Hint = "a closing quote may be missing further up"
		f.Related = []diag.Related{{Message: "the text begins here", Span: diag.Span{File: s.Name, Start: begin, End: begin}}}
	}
}

// back returns the offset after the last character before off that is no blank.
func (s *source) back(off int) int {
	for s.IsBlank(off - 1) {
		off--
	}
	return off
}

// quoteBefore returns where the last scalar before off begins.
func (t *trouble) quoteBefore(off int) diag.Pos {
	first, _, err := readDocuments(t.src.Data[:off])
	if err != nil || first == nil {
		return diag.Pos{}
	}
	n := first
	for len(n.Content) > 0 {
		n = n.Content[len(n.Content)-1]
	}
	c := t.src.Cursor()
	return t.src.Pos(c.Offset(n.Line, n.Column))
}

// afterCut reports a text of several lines without quotes of which the line
// above off ends in a comment, which ends the text.
func (t *trouble) afterCut(off int) bool {
	s := t.src
	end := s.LineStart(off)
	for end > 0 && s.IsBreak(end-1) {
		end--
	}
	start := s.LineStart(end)
	i := bytes.Index(s.Data[start:end], []byte(" #"))
	if i < 0 || s.SkipBlanks(start) > start+i {
		return false
	}
	line := s.Data[off:s.LineEnd(off)]
	if bytes.Contains(line, []byte(": ")) || bytes.HasPrefix(line, []byte("- ")) || bytes.HasSuffix(line, []byte(":")) {
		return false
	}
	f := t.fs.Errorf(s.Span(start+i+1, end), diag.CodeCutComment, "the text is cut off here: after a space, %q begins a comment", "#")
	f.Hint = "quote the whole text, or write it as a block below \"|\""
	f.Related = []diag.Related{{Message: "so this line does not belong to it", Span: s.Span(off, s.LineEnd(off))}}
	return true
}

// noItem explains a line in a list that is no item.
func (t *trouble) noItem() {
	s, off := t.src, t.firstBreak()
	if t.templateOnLine(off) {
		return
	}
	if off != s.indentEnd(off) {
		t.afterValue(off)
		return
	}
	f := t.errorf(off, s.word(off), "expected a list item that begins with %q", "- ")
	f.Hint = "indent the line further if it belongs to the item above"
}

// noColon explains a line that should have been a member of a mapping.
func (t *trouble) noColon() {
	s := t.src
	from, to := t.contextLine()
	if t.templateOnLine(to) || t.afterCut(from) {
		return
	}
	f := t.errorf(from, max(from, s.back(to)), "expected a key followed by %q", ": ")
	f.Hint = "indent the line further if it goes on with the text above"
}

// openQuote explains a quote that is not closed.
func (t *trouble) openQuote() {
	s := t.src
	from, to := t.contextLine()
	at := from
	for p := from; p < to; p++ {
		if c := s.At(p); (c == '"' || c == '\'') && !endsInQuote(s.Data[:p]) && endsInQuote(s.Data[:p+1]) {
			at = p
		}
	}
	f := t.errorf(at, to, "the quote is not closed")
	f.Hint = fmt.Sprintf("end the text with %s", string(s.Data[at:min(at+1, to)]))
}

// endsInQuote reports whether text ends in a quoted text.
func endsInQuote(text []byte) bool {
	_, _, err := readDocuments(text)
	return err != nil && strings.HasSuffix(err.Error(), "found unexpected end of stream")
}

// badEscape explains a wrong escape in double quotes.
func (t *trouble) badEscape() {
	s, off := t.src, t.first()
	from := off
	for from > 0 && s.At(from) != '\\' {
		from--
	}
	_, n := utf8.DecodeRune(s.Data[min(from+1, len(s.Data)):])
	end := from + 1 + n
	for end < len(s.Data) && end < from+10 && isHex(s.Data[end]) && strings.IndexByte("xuU", s.At(from+1)) >= 0 {
		end++
	}
	f := t.errorf(from, end, "%s is not an escape in double quotes", s.Data[from:end])
	f.Hint = `write \\ for a backslash, or use single quotes`
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// tab explains a tab in the indentation.
func (t *trouble) tab() { t.tabAt(t.first()) }

func (t *trouble) tabAt(off int) {
	s := t.src
	for p := s.LineStart(off); p < off; p++ {
		if s.At(p) == '\t' {
			off = p
			break
		}
	}
	end := off
	for s.At(end) == '\t' {
		end++
	}
	f := t.errorf(off, max(end, off+1), "a tab cannot indent a line")
	f.Hint = "indent with spaces"
}

// misplacedItem explains a list on the line of its key.
func (t *trouble) misplacedItem() {
	off := t.first()
	f := t.errorf(off, off+1, "a list cannot begin on the line of its key")
	f.Hint = fmt.Sprintf("begin it on the next line, write it as [a, b], or quote a text that begins with %q", "- ")
}

// blockHeader explains a text on the line of a block's indicator.
func (t *trouble) blockHeader() {
	s, off := t.src, t.first()
	for p := off; p > s.LineStart(off); p-- {
		if c := s.At(p); (c == '|' || c == '>') && s.beginsValue(p) {
			off = p
			break
		}
	}
	f := t.errorf(off, s.LineEnd(off), "text cannot follow %q on its line, which begins a block", string(rune(s.At(off))))
	f.Hint = "begin the text on the next line, or quote it"
}

// badAnchor explains a value that begins with the mark of an anchor or alias.
func (t *trouble) badAnchor() { t.mustQuote("*&") }

// badTag explains a value that begins with the mark of a tag.
func (t *trouble) badTag() { t.mustQuote("!") }

// mustQuote reports the mark nearest before the place of the problem.
func (t *trouble) mustQuote(marks string) {
	s, off := t.src, t.first()
	for p := off; p >= s.LineStart(off); p-- {
		if strings.IndexByte(marks, s.At(p)) >= 0 && s.beginsValue(p) {
			off = p
			break
		}
	}
	_, n := utf8.DecodeRune(s.Data[off:])
	f := t.errorf(off, s.word(off), "a text cannot begin with %q unless it is quoted", s.Data[off:off+n])
	f.Hint = "quote the whole text"
}

func (t *trouble) depth() {
	off := t.first()
	t.errorf(off, off+1, "values nest more than %d deep", maxDepth)
}

func (t *trouble) directive() {
	from, to := t.contextLine()
	f := t.errorf(from, to, "a line that begins with %q is a YAML directive, and this one is not known", "%")
	f.Hint = "remove it"
}

func (t *trouble) afterEnd() {
	s, off := t.src, t.firstBreak()
	f := t.errorf(off, s.word(off), "nothing may follow the end of the file's only value")
	f.Hint = "a file holds one mapping"
}

package syntax

import (
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
)

// openBracket explains a flow collection that is not closed where it should
// be.
func (t *trouble) openBracket() {
	s := t.src
	start, _ := t.contextLine()
	off, open := t.misfit(s.LineStart(start))
	if t.templateNear(off, true) {
		return
	}
	if len(open) == 0 { // the parser told a line behind the bracket
		off, open = t.misfit(0)
	}
	if before := s.backLines(off); s.At(off) == ',' && before > 0 && strings.IndexByte(",[{", s.At(before-1)) >= 0 {
		t.errorf(off, off+1, "a value is missing before %q", ",").Hint = "remove the comma, or quote the text that has it"
		return
	}
	if len(open) == 0 || off < len(s.Data) && s.LineStart(off) == s.LineStart(open[len(open)-1]) {
		f := t.errorf(off, s.word(off), "a comma or a closing bracket is missing before this")
		f.Hint = "quote a text that has brackets, commas or \": \" in it"
		if s.At(off) == '?' {
			f.Hint = "quote the text: inside brackets, YAML keeps \"?\" for itself"
		}
		return
	}
	at := open[len(open)-1]
	f := t.errorf(at, at+1, "the bracket %q is not closed", string(rune(s.At(at))))
	f.Hint = "close it, or put commas between its members"
	if off < len(s.Data) {
		f.Related = []diag.Related{{Message: "what follows does not fit into it from here", Span: s.Span(off, s.word(off))}}
	}
}

// backLines returns the offset after the last character before off that is
// neither a blank nor a line's end.
func (s *source) backLines(off int) int {
	for off > 0 && s.IsSpace(off-1) {
		off--
	}
	return off
}

// misfit returns the offset of the first text that does not fit into the
// brackets that are open from offset from on, and where those brackets stand.
// Up to there the text is well once its brackets are closed.
func (t *trouble) misfit(from int) (off int, open []int) {
	s := t.src
	high := min(t.seen, len(s.Data))
	least := max(from, high-t.tries())
	for n := high; n > least; n-- {
		open = s.brackets(from, n)
		if len(open) == 0 {
			continue
		}
		if !t.breaks(s.closed(n, open)) {
			return s.SkipSpace(n), open
		}
	}
	return t.firstBreak(), nil
}

// closed returns the first n bytes with the brackets at open closed.
func (s *source) closed(n int, open []int) []byte {
	text := slices.Clone(s.Data[:n])
	for _, at := range slices.Backward(open) {
		text = append(text, closerOf(s.At(at)))
	}
	return text
}

func closerOf(open byte) byte {
	if open == '[' {
		return ']'
	}
	return '}'
}

// brackets returns the offsets of the brackets from..to that are open at to.
func (s *source) brackets(from, to int) []int {
	var open []int
	for p := from; p < to; p++ {
		switch s.At(p) {
		case '[', '{':
			open = append(open, p)
		case ']', '}':
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case '"', '\'':
			if s.beginsValue(p) {
				p = s.quoteEnd(p, to)
			}
		case '#':
			if p > 0 && s.IsBlank(p-1) {
				p = s.LineEnd(p)
			}
		}
	}
	return open
}

// quoteEnd returns the offset of the quote that closes the one at off.
func (s *source) quoteEnd(off, to int) int {
	q := s.At(off)
	for p := off + 1; p < to; p++ {
		switch {
		case q == '"' && s.At(p) == '\\':
			p++
		case s.At(p) == q:
			return p
		}
	}
	return to
}

// noValue explains an indicator where a value should stand.
func (t *trouble) noValue() {
	s := t.src
	if t.unclosed() {
		t.openBracket()
		return
	}
	off := t.firstBreak()
	if t.templateOnLine(off) {
		return
	}
	if c := s.At(off); c == '[' || c == '{' {
		if off = s.SkipSpace(off + 1); s.At(off) != ',' {
			t.openBracket()
			return
		}
	}
	f := t.errorf(off, s.word(off), "a value is missing before %q", s.Data[off:s.word(off)])
	f.Hint = "quote the text if it is meant to begin with that"
}

// unclosed reports whether all that is wrong is that brackets are open at the
// end of the file.
func (t *trouble) unclosed() bool {
	s := t.src
	start, _ := t.contextLine()
	open := s.brackets(s.LineStart(start), len(s.Data))
	return len(open) > 0 && !t.breaks(s.closed(len(s.Data), open))
}

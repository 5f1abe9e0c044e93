package syntax

import (
	"sort"
	"strings"
)

// block reads a literal or folded scalar. The indentation is what the first
// line with text has in the file beyond what it has in the value, which holds
// for an indentation indicator too.
func (r *reader) block(style Style) bool {
	if c := r.s.At(r.p); c != '|' && c != '>' {
		return false
	}
	r.p = r.s.LineEnd(r.p)
	if r.p >= len(r.s.Data) {
		return false
	}
	r.p = r.s.AfterBreak(r.p)
	indent, ok := r.indent()
	if !ok {
		return false
	}
	r.unindent(indent)
	r.begin()
	for r.i < len(r.value) {
		ok := true
		switch {
		case !r.s.IsBreak(r.p):
			ok = r.step()
		case style == Folded && r.value[r.i] != ' ':
			ok = r.foldBlock(indent)
		default:
			ok = r.breakLine(indent, style)
		}
		if !ok {
			return false
		}
	}
	return r.finishBlock()
}

// indent finds how far the lines of a block are indented.
func (r *reader) indent() (int, bool) {
	p, i := r.p, 0
	for {
		start := p
		for r.s.At(p) == ' ' {
			p++
		}
		if p >= len(r.s.Data) {
			return 0, false
		}
		if !r.s.IsBreak(p) {
			p -= start
			break
		}
		p = r.s.AfterBreak(p)
	}
	for start := 0; ; i++ {
		if i >= len(r.value) {
			return 0, false
		}
		if r.value[i] == '\n' {
			start = i + 1
		} else if r.value[i] != ' ' {
			return p - (i - start), p >= i-start
		}
	}
}

// unindent passes over the indentation of a line.
func (r *reader) unindent(indent int) {
	for n := 0; n < indent && r.s.At(r.p) == ' '; n++ {
		r.p++
	}
}

// breakLine passes over a break that is kept or, in a folded block, became a
// space.
func (r *reader) breakLine(indent int, style Style) bool {
	if c := r.value[r.i]; c != '\n' && !(c == ' ' && style == Folded) {
		return false
	}
	r.mark()
	r.p = r.s.AfterBreak(r.p)
	r.i++
	r.unindent(indent)
	r.mark()
	return true
}

// foldBlock passes over the breaks between two lines of a folded block, of
// which the first may have been dropped, or over those at its end.
func (r *reader) foldBlock(indent int) bool {
	breaks, after := r.breaks(indent)
	rest := r.value[r.i:]
	kept := len(rest) - len(strings.TrimLeft(rest, "\n"))
	last := kept == len(rest)
	drop := len(breaks) - kept
	if kept == 0 || drop < 0 || drop > 1 && !last {
		return false
	}
	if last {
		drop = 0
	}
	for _, r.p = range breaks[drop : drop+kept] {
		r.mark()
		r.i++
	}
	if !last {
		r.p = after
		r.mark()
	}
	return true
}

// breaks returns where the breaks from here on stand, and where the line after
// them begins.
func (r *reader) breaks(indent int) (at []int, after int) {
	here := r.p
	for r.s.IsBreak(r.p) {
		at = append(at, r.p)
		r.p = r.s.AfterBreak(r.p)
		r.unindent(indent)
	}
	after, r.p = r.p, here
	return at, after
}

// finishBlock ends a block at the end of its last line with text: the breaks
// after it belong to the block, but nobody would underline them.
func (r *reader) finishBlock() bool {
	text := len(r.value)
	for text > 0 && r.value[text-1] == '\n' {
		text--
	}
	r.to = r.offset(text)
	r.end = r.to
	n := sort.Search(len(r.segments), func(k int) bool { return r.segments[k].value >= text })
	r.segments = append(r.segments[:n], segment{text, r.to}, segment{len(r.value), r.to})
	return true
}

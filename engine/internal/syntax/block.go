package syntax

import "sort"

// block reads a literal or folded scalar. The indentation is what the first
// line with text has in the file beyond what it has in the value, which holds
// for an indentation indicator too.
func (r *reader) block(style Style) bool {
	if c := r.s.at(r.p); c != '|' && c != '>' {
		return false
	}
	r.p = r.s.lineEnd(r.p)
	if r.p >= len(r.s.data) {
		return false
	}
	r.p = r.s.afterBreak(r.p)
	indent, ok := r.indent()
	if !ok {
		return false
	}
	r.unindent(indent)
	r.begin()
	for r.i < len(r.value) {
		switch {
		case r.s.isBreak(r.p) && style == Folded:
			if !r.foldBlock(indent) {
				return false
			}
		case r.s.isBreak(r.p):
			if !r.breakLine(indent) {
				return false
			}
		case !r.step():
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
		for r.s.at(p) == ' ' {
			p++
		}
		if p >= len(r.s.data) {
			return 0, false
		}
		if !r.s.isBreak(p) {
			p -= start
			break
		}
		p = r.s.afterBreak(p)
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
	for n := 0; n < indent && r.s.at(r.p) == ' '; n++ {
		r.p++
	}
}

// breakLine passes over a break that is kept.
func (r *reader) breakLine(indent int) bool {
	if r.value[r.i] != '\n' {
		return false
	}
	r.mark()
	r.p = r.s.afterBreak(r.p)
	r.i++
	r.unindent(indent)
	r.mark()
	return true
}

// foldBlock passes over the breaks between two lines of a folded block: one
// that became a space, or several of which the first may have been dropped.
func (r *reader) foldBlock(indent int) bool {
	if r.value[r.i] == ' ' {
		r.mark()
		r.p = r.s.afterBreak(r.p)
		r.i++
		r.unindent(indent)
		r.mark()
		return true
	}
	var breaks []int
	p := r.p
	for r.s.isBreak(p) {
		breaks = append(breaks, p)
		p = r.s.afterBreak(p)
		for n := 0; n < indent && r.s.at(p) == ' '; n++ {
			p++
		}
	}
	kept := 0
	for r.i+kept < len(r.value) && r.value[r.i+kept] == '\n' {
		kept++
	}
	drop := len(breaks) - kept
	last := r.i+kept == len(r.value)
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
		r.p = p
		r.mark()
	}
	return true
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

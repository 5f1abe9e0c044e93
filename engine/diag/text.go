package diag

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// The colours of a terminal.
const (
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	blue   = "\x1b[1;34m"
	faint  = "\x1b[2m"
	reset  = "\x1b[0m"
)

// textPrinter writes findings for people.
type textPrinter struct {
	b      strings.Builder
	opts   PrintOptions
	files  map[string][]string
	gutter int // columns of the line number
}

func printText(w io.Writer, findings []*Finding, opts PrintOptions) error {
	p := &textPrinter{opts: opts, files: map[string][]string{}}
	for _, f := range findings {
		p.finding(f)
		p.b.WriteByte('\n')
	}
	if len(findings) > 0 {
		p.b.WriteString(Summary(findings) + "\n")
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (p *textPrinter) finding(f *Finding) {
	p.gutter = len(fmt.Sprint(f.Span.Start.Line))
	for _, r := range f.Related {
		p.gutter = max(p.gutter, len(fmt.Sprint(r.Span.Start.Line)))
	}
	colour := [...]string{red, yellow, blue}[f.Severity]
	p.paint(bold, visible(f.Span.String())+": ")
	p.paint(colour, f.Severity.String()+": ")
	p.paint(bold, visible(f.Message))
	p.paint(faint, " ["+string(f.Code)+"]")
	p.b.WriteByte('\n')
	p.snippet(f.Span, colour)
	if f.Hint != "" {
		p.note("hint", f.Hint)
	}
	if fix := p.fix(f); fix != "" {
		p.note("fix", fix)
	}
	for _, r := range f.Related {
		p.b.WriteString("  ")
		p.paint(bold, visible(r.Span.String())+": ")
		p.b.WriteString(visible(r.Message) + "\n")
		p.snippet(r.Span, blue)
	}
}

func (p *textPrinter) paint(colour, text string) {
	if p.opts.Colour {
		text = colour + text + reset
	}
	p.b.WriteString(text)
}

func (p *textPrinter) note(label, text string) {
	p.b.WriteString("  ")
	p.paint(bold, label+": ")
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			p.b.WriteString("    ")
		}
		p.b.WriteString(visible(line) + "\n")
	}
}

// fix says what the fix of a finding does, unless its hint has said so.
func (p *textPrinter) fix(f *Finding) string {
	if f.Fix == nil || f.Hint != "" && f.Fix.Text != "" && strings.Contains(f.Hint, f.Fix.Text) {
		return ""
	}
	if strings.Contains(f.Fix.Text, "\n") {
		return "write\n" + strings.TrimRight(f.Fix.Text, "\n")
	}
	old, ok := p.textAt(f.Fix.Span)
	switch {
	case f.Fix.Text == "":
		return strings.TrimSpace("remove " + old)
	case ok && old == "":
		return "insert " + f.Fix.Text
	}
	return "write " + f.Fix.Text
}

// textAt returns the text at a span of one line.
func (p *textPrinter) textAt(s Span) (string, bool) {
	line, ok := p.line(s)
	if !ok || s.end().Line != s.Start.Line {
		return "", false
	}
	runes := []rune(line)
	from, to := s.Start.Column-1, s.end().Column-1
	if from > len(runes) || to > len(runes) {
		return "", false
	}
	return string(runes[from:to]), true
}

// line returns the line on which a span starts.
func (p *textPrinter) line(s Span) (string, bool) {
	if s.Start.Line < 1 || s.Start.Column < 1 || p.opts.Source == nil {
		return "", false
	}
	lines, ok := p.files[s.File]
	if !ok {
		if data, err := p.opts.Source(s.File); err == nil {
			lines = splitLines(string(data))
		}
		p.files[s.File] = lines
	}
	if s.Start.Line > len(lines) {
		return "", false
	}
	return lines[s.Start.Line-1], true
}

// splitLines splits a text as editors do: at LF, CR LF and CR.
func splitLines(text string) []string {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n")
}

// snippet writes the line on which a span starts, and a mark under the span.
func (p *textPrinter) snippet(s Span, colour string) {
	line, ok := p.line(s)
	if !ok {
		return
	}
	from, to := s.Start.Column-1, s.end().Column-1
	if s.end().Line > s.Start.Line {
		to = len(strings.TrimRightFunc(line, unicode.IsSpace)) // at least as many bytes as characters
	}
	v := newView(line, from, to)
	v.cut(max(20, cmp.Or(p.opts.Width, 100)-p.gutter-5))
	p.paint(faint, fmt.Sprintf("  %*d | ", p.gutter, s.Start.Line))
	p.b.WriteString(strings.TrimRight(v.text(), " ") + "\n")
	p.paint(faint, fmt.Sprintf("  %*s | ", p.gutter, ""))
	p.b.WriteString(strings.Repeat(" ", v.indent()))
	p.paint(colour, strings.Repeat("^", max(1, v.marked())))
	p.b.WriteByte('\n')
}

// visible returns text that a terminal shows and does not obey.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ':
			return '\u2400' + r
		case r == 0x7f:
			return '\u2421'
		case unicode.IsControl(r) || isBidi(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// visibleLines is visible for a text of several lines.
func visibleLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// isBidi reports a character that turns the direction of the text, which could
// make a line look like another.
func isBidi(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// view is a line as a terminal shows it, with a stretch of it marked.
type view struct {
	cells    []cell
	from, to int // the marked cells
}

// cell is a character of a line and the columns that it takes.
type cell struct {
	text  string
	width int
}

func newView(line string, from, to int) *view {
	const tab = 4
	v := &view{}
	column, n := 0, 0
	for _, r := range line {
		c := cell{visible(string(r)), width(r)}
		switch {
		case r == '\t':
			c.width = tab - column%tab
			c.text = strings.Repeat(" ", c.width)
		case c.text != string(r):
			c.width = 1
		}
		v.cells = append(v.cells, c)
		column += c.width
		n++
	}
	v.from = min(max(0, from), n)
	v.to = min(max(v.from, to), n)
	return v
}

// cut leaves at most most columns, around what is marked.
func (v *view) cut(most int) {
	total := v.columns(0, len(v.cells))
	if total <= most {
		return
	}
	// What comes before the mark gets a third of what the mark leaves over.
	room := max(0, most-min(v.columns(v.from, v.to), most*2/3)) / 3
	first, used := v.from, 0
	for first > 0 && used+v.cells[first-1].width <= room {
		first--
		used += v.cells[first].width
	}
	last := first
	for used = 0; last < len(v.cells) && used+v.cells[last].width <= most-2; last++ {
		used += v.cells[last].width
	}
	for first > 0 && used+v.cells[first-1].width <= most-2 {
		first--
		used += v.cells[first].width
	}
	cells := v.cells[first:last:last]
	v.from, v.to = v.from-first, min(v.to, last)-first
	if last < len(v.cells) {
		cells = append(cells, cell{"…", 1})
	}
	if first > 0 {
		cells = append([]cell{{"…", 1}}, cells...)
		v.from, v.to = v.from+1, v.to+1
	}
	v.cells = cells
}

func (v *view) columns(from, to int) int {
	n := 0
	for _, c := range v.cells[from:to] {
		n += c.width
	}
	return n
}

func (v *view) text() string {
	var b strings.Builder
	for _, c := range v.cells {
		b.WriteString(c.text)
	}
	return b.String()
}

// indent returns how many columns stand before the mark.
func (v *view) indent() int { return v.columns(0, v.from) }

// marked returns how many columns the mark takes.
func (v *view) marked() int { return v.columns(v.from, v.to) }

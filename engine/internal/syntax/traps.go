package syntax

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/sluicehq/sluice/engine/diag"
)

// unquotedTemplate reports a template without quotes, which YAML reads as a
// mapping with a mapping for its key.
func (b *builder) unquotedTemplate(y *yaml.Node, off int) bool {
	s := b.src
	return y.Style&yaml.FlowStyle != 0 && s.At(off) == '{' && s.At(off+1) == '{' &&
		len(y.Content) > 0 && y.Content[0].Kind == yaml.MappingNode
}

// templateText returns the template at off as the text that was meant.
func (b *builder) templateText(off int) built {
	s := b.src
	end := s.LineEnd(off)
	if i := bytes.Index(s.Data[off:end], []byte("}}")); i >= 0 {
		end = off + i + 2
	}
	s.reportTemplate(off, end, b.fs)
	text := s.Text(off, end)
	return built{node: &Node{Style: Plain, Plain: true, Span: text.Span, Text: text}, from: off, to: end}
}

// unquotedMark reports a text without quotes that begins with an exclamation
// mark, such as the rule !order.paid: to YAML it is a tag, of nothing.
func (b *builder) unquotedMark(y *yaml.Node, off int) bool {
	return y.Kind == yaml.ScalarNode && y.Anchor == "" && y.Value == "" && y.Style&quoted == 0 && b.src.At(off) == '!'
}

// markedText returns the text at off as the one that was meant.
func (b *builder) markedText(off int) built {
	end := b.src.word(off)
	text := b.src.Text(off, end)
	f := b.fs.Errorf(text.Span, diag.CodeSyntax, "a text cannot begin with %q unless it is quoted", "!")
	f.Hint = "quote the whole text"
	f.Fix = &diag.Fix{Span: text.Span, Text: quote(text.Value)}
	return built{node: &Node{Style: Plain, Plain: true, Span: text.Span, Text: text}, from: off, to: end}
}

// joinedForm is a key and a value in brackets with no space between them.
var joinedForm = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_-]*):\S`)

// joined reports a key without a value that was meant as both, such as in:file,
// and makes both of it.
func (b *builder) joined(k, v *built) {
	text := k.node.Text
	m := joinedForm.FindStringSubmatch(text.Value)
	if m == nil || !k.node.Plain || v.node.Kind != Scalar || !v.node.Plain || v.node.Text.Value != "" {
		return
	}
	colon := len(m[1])
	f := b.fs.Errorf(text.At(colon, colon+1), diag.CodeSyntax, "a space is missing behind %q", ":")
	f.Hint = "without it, YAML takes all of this for a key"
	f.Fix = &diag.Fix{Span: text.At(0, len(text.Value)), Text: m[1] + ": " + text.Value[colon+1:]}
	key, value := text.Slice(0, colon), text.Slice(colon+1, len(text.Value))
	k.node = &Node{Style: Plain, Plain: true, Span: key.Span, Text: key}
	v.node = &Node{Style: Plain, Plain: true, Span: value.Span, Text: value}
}

// reportTemplate reports that the text from..to must be quoted because of the
// braces that it begins with.
func (s *source) reportTemplate(from, to int, fs *diag.List) {
	text := string(s.Data[from:to])
	f := fs.Errorf(s.Span(from, to), diag.CodeUnquotedTemplate, "a text that begins with %q must be quoted", text[:2])
	f.Hint = "without quotes, YAML takes the braces for a mapping"
	f.Fix = &diag.Fix{Span: f.Span, Text: quote(text)}
}

// quote writes text as a quoted scalar.
func quote(text string) string {
	if strings.ContainsAny(text, `"\`) {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return `"` + text + `"`
}

// cutComment reports a text that a comment cut in two: a quote or a bracket
// opened in the text is closed in the comment.
func (b *builder) cutComment(n *Node, m *match) {
	if n.Comment.Value == "" || m.segments == nil {
		return
	}
	open := n.Text.Value + b.blanks(m.end)
	if !closes(open, n.Comment.Value) {
		return
	}
	whole := open + n.Comment.Value
	f := b.fs.Errorf(n.Comment.Span, diag.CodeCutComment, "the text is cut off here: after a space, %q begins a comment", "#")
	f.Hint = "quote the whole text"
	if n.Span.Start.Line == n.Span.End.Line {
		f.Fix = &diag.Fix{Span: b.src.Span(m.from, b.src.LineEnd(m.end)), Text: quote(whole)}
	}
}

func (b *builder) blanks(off int) string {
	return string(b.src.Data[off:b.src.SkipBlanks(off)])
}

// closes reports whether text leaves quotes or brackets open all of which rest
// closes again.
func closes(text, rest string) bool {
	var c closer
	c.read(text)
	if len(c.open) == 0 {
		return false
	}
	c.read(rest)
	return len(c.open) == 0 && !c.wrong
}

// closer keeps the quotes and brackets that are open in a text.
type closer struct {
	open  []rune // what closes each
	last  rune
	wrong bool
}

func (c *closer) read(text string) {
	for _, r := range text {
		if c.quoted() {
			if r == c.open[len(c.open)-1] && c.last != '\\' {
				c.pop()
			}
		} else {
			c.bare(r)
		}
		c.last = r
	}
}

// quoted reports whether a quote is open.
func (c *closer) quoted() bool {
	n := len(c.open)
	return n > 0 && strings.ContainsRune(`"'`, c.open[n-1])
}

func (c *closer) pop() { c.open = c.open[:len(c.open)-1] }

// bare sees a character outside of quotes.
func (c *closer) bare(r rune) {
	switch i := strings.IndexRune("([{", r); {
	case i >= 0:
		c.open = append(c.open, rune(")]}"[i]))
	case strings.ContainsRune(`"'`, r):
		// An apostrophe stands within or after a word, a quote does not.
		if !unicode.IsLetter(c.last) && !unicode.IsDigit(c.last) {
			c.open = append(c.open, r)
		}
	case strings.ContainsRune(")]}", r):
		if n := len(c.open); n > 0 && c.open[n-1] == r {
			c.pop()
		} else {
			c.wrong = true
		}
	}
}

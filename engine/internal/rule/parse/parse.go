package parse

import (
	"strings"

	exprparser "github.com/expr-lang/expr/parser"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
)

// maxLength is the longest source that is read, in bytes. The parser calls
// itself once for each bracket.
const maxLength = 16 << 10

// Expression parses a source. What is wrong is added to fs; then there is no
// tree.
func Expression(src *source.Source, fs *diag.List) *Tree {
	p := &parser{src: src, text: src.Text.Value, fs: fs}
	whole := source.Spot{To: len(p.text)}
	switch {
	case len(p.text) > maxLength:
		p.errorf(whole, "the expression is longer than %d bytes", maxLength)
		return nil
	case strings.TrimSpace(p.text) == "":
		p.errorf(whole, "the expression is empty")
		return nil
	}
	p.tree = scan(p.text)
	if p.foreign() {
		return nil
	}
	parsed, err := exprparser.Parse(p.text)
	if err != nil {
		p.syntaxError(err)
		return nil
	}
	p.tree.Root = parsed.Node
	return p.tree
}

// parser is at work on one source.
type parser struct {
	src  *source.Source
	text string
	fs   *diag.List
	tree *Tree
}

func (p *parser) errorf(at source.Spot, format string, args ...any) *diag.Finding {
	return p.fs.Errorf(p.src.Place(at), diag.CodeExpressionSyntax, format, args...)
}

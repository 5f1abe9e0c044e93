// Package parse reads Twig templates into syntax trees. It accepts what Twig 3
// accepts, with Twig's precedences and white space rules, the old forms of
// Twig 1 and 2, and, where Twig would report an error, a few forms of Jinja.
package parse

import (
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/lex"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Library says which filters, functions and tests there are.
type Library interface {
	Filter(name string) bool
	Function(name string) bool
	// Test reports whether there is a test, and whether it always takes one
	// argument, which may then stand without parentheses.
	Test(name string) (known, takesOne bool)
	// Hint says what to do about a name that is not known.
	Hint(code diag.Code, name string) string
}

const (
	// maxDepth is how deeply tags, brackets and operators may nest.
	maxDepth = 100
	// maxChain is how many operators, members or filters may follow each other
	// without brackets: each makes the tree one level deeper.
	maxChain = 1000
)

// parser makes a tree of tokens.
type parser struct {
	tokens []lex.Token
	at     int
	lib    Library
	depth  int
	// tolerant is above zero in the part of a guard that is not used.
	tolerant int
	problems []*tree.Problem

	module *tree.Module
	// blocks are the blocks that stand open, innermost last.
	blocks []string
	// imports are what names mean that were imported: in the template, and in
	// each block or macro that stands open.
	imports []scope
	anon    int // imports without a name so far
}

// scope holds imported names.
type scope struct {
	modules map[string]bool
	macros  map[string]imported
}

// imported is a macro that goes by a name of its own.
type imported struct{ module, name string }

// Template parses a template. The tree is nil when there is a problem that
// leaves nothing to go on with; other problems are those of single names.
// Places in the tree and in problems are offsets in src.
func Template(src string, lib Library) (*tree.Module, []*tree.Problem) {
	code, places := normalize(src)
	tokens, bad := lex.Tokens(code)
	if bad != nil {
		bad.From, bad.To = places.original(bad.From), places.original(bad.To)
		return nil, []*tree.Problem{bad}
	}
	for i := range tokens {
		tokens[i].From, tokens[i].To = places.original(tokens[i].From), places.original(tokens[i].To)
	}
	p := &parser{tokens: tokens, lib: lib}
	m, err := p.wholeModule(0)
	if err != nil {
		return nil, append(p.problems, asProblem(err))
	}
	m.Range = tree.Between(0, len(src))
	return m, p.problems
}

func asProblem(err error) *tree.Problem {
	p, ok := err.(*tree.Problem)
	if !ok {
		return tree.SyntaxError(0, 0, "%s", err)
	}
	return p
}

// removed holds where carriage returns were taken out of a source: the places
// in the shorter text before which one more of them is missing.
type removed []int

// normalize makes every line end a single line feed.
func normalize(src string) (string, removed) {
	if strings.IndexByte(src, '\r') < 0 {
		return src, nil
	}
	var out strings.Builder
	var gone removed
	for i := 0; i < len(src); i++ {
		switch {
		case src[i] != '\r':
			out.WriteByte(src[i])
		case i+1 < len(src) && src[i+1] == '\n':
			gone = append(gone, out.Len())
		default:
			out.WriteByte('\n')
		}
	}
	return out.String(), gone
}

func (r removed) original(at int) int {
	lo, hi := 0, len(r)
	for lo < hi {
		mid := (lo + hi) / 2
		if r[mid] < at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return at + lo
}

func (p *parser) cur() lex.Token { return p.tokens[p.at] }

// look returns the token n after the current one.
func (p *parser) look(n int) lex.Token {
	return p.tokens[min(p.at+n, len(p.tokens)-1)]
}

func (p *parser) next() lex.Token {
	t := p.tokens[p.at]
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	return t
}

// accept takes the current token if it is of kind k with one of the texts.
func (p *parser) accept(k lex.Kind, texts ...string) bool {
	if p.cur().Is(k, texts...) {
		p.next()
		return true
	}
	return false
}

// expect takes the current token, which must be of kind k with the text, if
// one is given.
func (p *parser) expect(k lex.Kind, text string) (lex.Token, error) {
	t := p.cur()
	if t.Kind != k || text != "" && t.Text != text {
		want := k.String()
		switch {
		case text != "":
			want = `"` + text + `"`
		case k == lex.TagEnd:
			want = `"%}"`
		case k == lex.PrintEnd:
			want = `"}}"`
		}
		bad := tree.SyntaxError(t.From, t.To, "unexpected %s, expected %s", t.Describe(), want)
		if t.Text == "=" {
			bad.Hint = "to compare, write =="
		}
		return t, bad
	}
	return p.next(), nil
}

// unknown notes a name that means nothing, and lets parsing go on.
func (p *parser) unknown(code diag.Code, what, name string, at tree.Range) {
	if p.tolerant > 0 {
		return
	}
	bad := tree.NewProblem(code, at.From, at.To, `unknown %s "%s"`, what, name)
	bad.Hint = p.lib.Hint(code, name)
	p.problems = append(p.problems, bad)
}

// deeper enters one more level of nesting, to be left by shallower.
func (p *parser) deeper() error {
	if p.depth++; p.depth > maxDepth {
		t := p.cur()
		return tree.SyntaxError(t.From, t.To, "nested more than %d levels deep", maxDepth)
	}
	return nil
}

func (p *parser) shallower() { p.depth-- }

// since returns the range from a place up to the token just taken.
func (p *parser) since(from int) tree.Range {
	to := from
	if p.at > 0 {
		to = p.tokens[p.at-1].To
	}
	return tree.Between(from, max(from, to))
}

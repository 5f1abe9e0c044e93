package jinja

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/loaders"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/jinja/lex"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// maxSource is how long a template may be: gonja's parser calls itself for
// every level of nesting, and this bounds how many there can be.
const maxSource = 1 << 16

// source is a template as tokens.
type source struct {
	text   string // with line feeds only
	full   string // as it was written
	tokens []*tokens.Token
	ends   []int                 // where each token ends in text
	place  map[*tokens.Token]int // in tokens
	cfg    *config.Config
}

func newSource(full string) *source {
	return &source{
		full: full, text: strings.ReplaceAll(strings.ReplaceAll(full, "\r\n", "\n"), "\r", "\n"),
		place: map[*tokens.Token]int{}, cfg: config.New(),
	}
}

// read splits a template into tokens.
func read(full string) (*source, *tree.Problem) {
	if len(full) > maxSource {
		return nil, tree.SyntaxError(0, 0, "a template of the Jinja dialect can have %d bytes at most", maxSource)
	}
	s := newSource(full)
	r, problem := lex.Tokens(s.text)
	if problem != nil {
		problem.From, problem.To = s.offset(problem.From), s.offset(problem.To)
		return nil, problem
	}
	s.tokens, s.ends = r.Tokens, r.Ends
	for i, t := range s.tokens {
		s.place[t] = i
	}
	return s, nil
}

// end returns where a token ends, in the text with line feeds only.
func (s *source) end(t *tokens.Token) int {
	if i, ok := s.place[t]; ok {
		return s.ends[i]
	}
	return t.Pos
}

// offset returns where a place of the text is in the template as it was
// written, where a line may end in two characters.
func (s *source) offset(at int) int {
	if len(s.full) == len(s.text) {
		return min(at, len(s.full))
	}
	i := 0
	for ; at > 0 && i < len(s.full); at-- {
		if strings.HasPrefix(s.full[i:], "\r\n") {
			i++
		}
		i++
	}
	return i
}

// span returns where a token is in the template as it was written.
func (s *source) span(t *tokens.Token) (from, to int) {
	if t == nil {
		return 0, 0
	}
	return s.offset(t.Pos), s.offset(max(s.end(t), t.Pos))
}

// parse has gonja parse the tokens. A panic of its parser is a problem.
func (s *source) parse() (list []nodes.Node, problem *tree.Problem) {
	defer func() {
		if p := recover(); p != nil {
			list, problem = nil, tree.SyntaxError(0, len(s.full), "the template cannot be parsed")
		}
	}()
	p := parser.NewParser("template", tokens.NewStream(s.tokens), s.cfg, noLoader{}, s.tagParsers())
	root, err := p.Parse()
	if err != nil {
		return nil, s.syntaxProblem(err)
	}
	return root.Nodes, nil
}

// noLoader refuses to load templates.
type noLoader struct{}

var errLoad = errors.New("a template cannot read others")

// Read refuses.
func (noLoader) Read(string) (io.Reader, error) { return nil, errLoad }

// Resolve refuses.
func (noLoader) Resolve(string) (string, error) { return "", errLoad }

// Inherit returns the same loader.
func (l noLoader) Inherit(string) (loaders.Loader, error) { return l, nil }

var unknownTag = regexp.MustCompile(`^ControlStructure '(.*)' not found`)

// syntaxProblem makes gonja's error a problem with a place.
func (s *source) syntaxProblem(err error) *tree.Problem {
	var at *parser.SyntaxError
	if !errors.As(err, &at) {
		return tree.SyntaxError(0, 0, "%s", tidy(err.Error()))
	}
	from := s.position(at.Line, at.Column)
	to := min(from+len(at.Raw), len(s.text))
	from, to = s.offset(from), s.offset(to)
	if m := unknownTag.FindStringSubmatch(at.Message); m != nil {
		p := tree.NewProblem(diag.CodeUnknownTag, from, to, `unknown tag "%s"`, m[1])
		p.Hint = tagHint(m[1])
		return p
	}
	return tree.SyntaxError(from, to, "%s", tidy(at.Message))
}

// position returns where a line and a column in bytes, from 1, are in the text.
func (s *source) position(line, column int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(s.text[at:], '\n')
		if i < 0 {
			return len(s.text)
		}
		at += i + 1
	}
	return min(at+max(0, column-1), len(s.text))
}

// tidy puts a message of gonja into the form of ours.
func tidy(message string) string {
	message = strings.TrimSuffix(strings.TrimSpace(message), ".")
	message = strings.ReplaceAll(message, "ControlStructure", "tag")
	message = strings.ReplaceAll(message, "controlStructure", "tag")
	message = strings.ReplaceAll(message, "'", `"`)
	if message == "" {
		return "the tag is malformed"
	}
	return strings.ToLower(message[:1]) + message[1:]
}

// leftmost returns the first token of an expression, without parentheses.
func leftmost(x nodes.Node) *tokens.Token {
	switch x := x.(type) {
	case *nodes.FilteredExpression:
		return leftmost(x.Expression)
	case *nodes.TestExpression:
		return leftmost(x.Expression)
	case *nodes.BinaryExpression:
		return leftmost(x.Left)
	case *nodes.GetAttribute:
		return leftmost(x.Node)
	case *nodes.GetItem:
		return leftmost(x.Node)
	case *nodes.GetSlice:
		return leftmost(x.Node)
	case *nodes.Call:
		return leftmost(x.Func)
	case *nodes.Negation:
		if x.Operator.Type == tokens.Not {
			if t, ok := x.Term.(*nodes.TestExpression); ok && x.Operator.Pos > leftmost(t).Pos {
				return leftmost(t) // "is not"
			}
		}
		return x.Operator
	case nil:
		return nil
	}
	return x.Position()
}

// enclosed reports whether the expression that ends in front of the token next
// stands in parentheses of its own.
func (s *source) enclosed(x nodes.Node, next *tokens.Token) bool {
	first, ok := s.place[leftmost(x)]
	after, ok2 := s.place[next]
	if !ok || !ok2 || first == 0 || after == 0 || s.tokens[first-1].Type != tokens.LeftParenthesis || s.tokens[after-1].Type != tokens.RightParenthesis {
		return false
	}
	depth := 0
	for i := first; i < after-1; i++ {
		switch s.tokens[i].Type {
		case tokens.LeftParenthesis:
			depth++
		case tokens.RightParenthesis:
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

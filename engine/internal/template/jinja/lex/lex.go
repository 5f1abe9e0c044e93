// Package lex cuts Jinja templates into tokens for gonja's parser.
package lex

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// lexer cuts a template into tokens for gonja's parser. gonja has a lexer of its
// own, but that one never ends for some templates, slices beyond the end of
// others, passes over characters that it does not know, and takes words for
// operators only when a space follows them.
//
// White space control is done here: the text around a delimiter loses its white
// space, and the delimiters that the parser sees are plain ones.
type lexer struct {
	Result
	text string
	at   int
	// open is where the output or tag being read begins.
	open int
	// brackets are the open brackets of it, innermost last.
	brackets []*tokens.Token
	// line and from are the number of the line being read and where it begins.
	line, from int
}

// Result is a template as tokens.
type Result struct {
	Tokens []*tokens.Token
	// Ends are the places at which the tokens end.
	Ends []int
}

// Tokens cuts a text, whose lines end in line feeds, into tokens.
func Tokens(text string) (Result, *tree.Problem) {
	l := &lexer{text: text, line: 1}
	for l.at < len(text) {
		if problem := l.data(); problem != nil {
			return Result{}, problem
		}
	}
	l.emit(tokens.EOF, "", l.at, l.at)
	return l.Result, nil
}

// emit adds a token that stands between two places of the text.
func (l *lexer) emit(typ tokens.Type, val string, from, to int) *tokens.Token {
	for {
		i := strings.IndexByte(l.text[l.from:from], '\n')
		if i < 0 {
			break
		}
		l.line, l.from = l.line+1, l.from+i+1
	}
	t := &tokens.Token{Type: typ, Val: val, Pos: from, Line: l.line, Col: from - l.from + 1}
	l.Tokens, l.Ends = append(l.Tokens, t), append(l.Ends, to)
	return t
}

// print adds a text, unless it is empty.
func (l *lexer) print(from, to int) {
	if from < to {
		l.emit(tokens.Data, l.text[from:to], from, to)
	}
}

// unclosed is the problem of what begins at l.open and does not end.
func (l *lexer) unclosed(what, hint string) *tree.Problem {
	p := tree.SyntaxError(l.open, l.open+2, "this %s is not closed", what)
	p.Hint = hint
	return p
}

// data reads text up to the next delimiter, and what that begins.
func (l *lexer) data() *tree.Problem {
	from := l.at
	for i := from; ; i++ {
		j := strings.IndexByte(l.text[i:], '{')
		if j < 0 || i+j+1 >= len(l.text) {
			l.print(from, len(l.text))
			l.at = len(l.text)
			return nil
		}
		if i += j; strings.IndexByte("{%#", l.text[i+1]) >= 0 {
			l.open = i
			break
		}
	}
	l.at = l.open + 2
	end := l.open
	if l.at < len(l.text) {
		switch l.text[l.at] {
		case '-':
			end = from + len(strings.TrimRightFunc(l.text[from:l.open], unicode.IsSpace))
			l.at++
		case '+':
			l.at++
		}
	}
	l.print(from, end)
	switch l.text[l.open+1] {
	case '#':
		return l.comment()
	case '{':
		return l.inside(tokens.VariableBegin, tokens.VariableEnd, "}}")
	}
	if at, ok := l.word(l.at, "raw"); ok {
		l.at = at
		return l.raw()
	}
	return l.inside(tokens.BlockBegin, tokens.BlockEnd, "%}")
}

// comment passes over a comment.
func (l *lexer) comment() *tree.Problem {
	i := strings.Index(l.text[l.at:], "#}")
	if i < 0 {
		return l.unclosed("comment", "add #}")
	}
	trim := i > 0 && l.text[l.at+i-1] == '-'
	l.at += i + 2
	if trim {
		l.space()
	}
	return nil
}

// raw reads a text that is printed as it is.
func (l *lexer) raw() *tree.Problem {
	for i := l.at; ; i += 2 {
		j := strings.Index(l.text[i:], "{%")
		if j < 0 {
			return l.unclosed(`"raw" section`, "add {% endraw %}")
		}
		i += j
		inner, end := i+2, i
		if inner < len(l.text) {
			switch l.text[inner] {
			case '-':
				end = l.at + len(strings.TrimRightFunc(l.text[l.at:i], unicode.IsSpace))
				inner++
			case '+':
				inner++
			}
		}
		if after, ok := l.word(inner, "endraw"); ok {
			l.print(l.at, end)
			l.at = after
			return nil
		}
	}
}

// word returns where a tag ends of which the word is all that stands in it.
func (l *lexer) word(at int, word string) (after int, ok bool) {
	t := l.text
	at = skipSpace(t, at)
	if !strings.HasPrefix(t[at:], word) {
		return 0, false
	}
	return closer(t, skipSpace(t, at+len(word)), "%}")
}

// closer returns where the closing delimiter that stands at a place ends, with
// the white space that it takes away.
func closer(t string, at int, mark string) (after int, ok bool) {
	switch {
	case strings.HasPrefix(t[at:], mark):
		return at + len(mark), true
	case strings.HasPrefix(t[at:], "-"+mark):
		return skipSpace(t, at+1+len(mark)), true
	case mark == "%}" && strings.HasPrefix(t[at:], "+"+mark):
		return at + 1 + len(mark), true
	}
	return 0, false
}

func skipSpace(t string, at int) int {
	return len(t) - len(strings.TrimLeftFunc(t[at:], unicode.IsSpace))
}

func (l *lexer) space() { l.at = skipSpace(l.text, l.at) }

// inside reads an output or a tag up to its end.
func (l *lexer) inside(begin, end tokens.Type, mark string) *tree.Problem {
	l.emit(begin, l.text[l.open:l.open+2], l.open, l.at)
	l.brackets = l.brackets[:0]
	for {
		l.space()
		if l.at >= len(l.text) {
			if n := len(l.brackets); n > 0 {
				return l.unbalanced(l.brackets[n-1])
			}
			return l.unclosed(map[string]string{"}}": "output", "%}": "tag"}[mark], "add "+mark)
		}
		if len(l.brackets) == 0 {
			if after, ok := closer(l.text, l.at, mark); ok {
				l.emit(end, mark, l.at, after)
				l.at = after
				return nil
			}
		}
		if problem := l.token(); problem != nil {
			return problem
		}
	}
}

// keywords are the words that gonja's parser knows by their types.
var keywords = map[string]tokens.Type{
	"in": tokens.In, "is": tokens.Is, "and": tokens.And, "or": tokens.Or, "not": tokens.Not,
}

// token reads a token of an output or tag.
func (l *lexer) token() *tree.Problem {
	rest := l.text[l.at:]
	c := rest[0]
	switch {
	case c >= '0' && c <= '9':
		last := l.Tokens[len(l.Tokens)-1]
		n, typ := numberLength(rest, last.Type == tokens.Dot && l.Ends[len(l.Ends)-1] == l.at)
		l.take(typ, n)
		return nil
	case c == '"' || c == '\'':
		return l.quoted(c)
	}
	r, size := utf8.DecodeRuneInString(rest)
	if r == '_' || unicode.IsLetter(r) {
		n := strings.IndexFunc(rest, func(r rune) bool {
			return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		})
		if n < 0 {
			n = len(rest)
		}
		typ, ok := keywords[rest[:n]]
		if !ok || l.Tokens[len(l.Tokens)-1].Type == tokens.Dot {
			typ = tokens.Name
		}
		l.take(typ, n)
		return nil
	}
	for n := min(2, len(rest)); n > 0; n-- {
		if typ, ok := operators[rest[:n]]; ok {
			return l.operator(typ, n)
		}
	}
	if r == utf8.RuneError && size == 1 {
		return tree.SyntaxError(l.at, l.at+1, "unexpected byte 0x%02x", c)
	}
	return tree.SyntaxError(l.at, l.at+size, "unexpected %q", string(r))
}

// take adds the token of the next n bytes.
func (l *lexer) take(typ tokens.Type, n int) *tokens.Token {
	t := l.emit(typ, l.text[l.at:l.at+n], l.at, l.at+n)
	l.at += n
	return t
}

// operators are those of the language, brackets among them.
var operators = map[string]tokens.Type{
	"+": tokens.Addition, "-": tokens.Subtraction, "*": tokens.Multiply, "**": tokens.Power, "/": tokens.Division,
	"//": tokens.FloorDivision, "%": tokens.Modulo, "~": tokens.Tilde, "=": tokens.Assign, "==": tokens.Equals,
	"!=": tokens.Ne, "<": tokens.LowerThan, "<=": tokens.LowerThanOrEqual, ">": tokens.GreaterThan,
	">=": tokens.GreaterThanOrEqual, ".": tokens.Dot, ",": tokens.Comma, ":": tokens.Colon, "|": tokens.Pipe,
	"(": tokens.LeftParenthesis, ")": tokens.RightParenthesis, "[": tokens.LeftBracket, "]": tokens.RightBracket,
	"{": tokens.LeftBrace, "}": tokens.RightBrace,
}

// pairs are the brackets that belong together.
var pairs = map[tokens.Type]tokens.Type{
	tokens.RightParenthesis: tokens.LeftParenthesis, tokens.RightBracket: tokens.LeftBracket, tokens.RightBrace: tokens.LeftBrace,
}

func (l *lexer) operator(typ tokens.Type, n int) *tree.Problem {
	switch typ {
	case tokens.LeftParenthesis, tokens.LeftBracket, tokens.LeftBrace:
		l.brackets = append(l.brackets, l.take(typ, n))
		return nil
	case tokens.RightParenthesis, tokens.RightBracket, tokens.RightBrace:
		last := len(l.brackets) - 1
		if last < 0 {
			return tree.SyntaxError(l.at, l.at+n, "unexpected %q", l.text[l.at:l.at+n])
		}
		if l.brackets[last].Type != pairs[typ] {
			return l.unbalanced(l.brackets[last])
		}
		l.brackets = l.brackets[:last]
	}
	l.take(typ, n)
	return nil
}

func (l *lexer) unbalanced(open *tokens.Token) *tree.Problem {
	return tree.SyntaxError(open.Pos, open.Pos+1, "this %s is not closed", open.Val)
}

// quoted reads a quoted text.
func (l *lexer) quoted(quote byte) *tree.Problem {
	rest := l.text[l.at:]
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case quote:
			// gonja's parser takes two backslashes for one, and nothing else for
			// an escape if there are only pairs of them
			val := strings.ReplaceAll(unescape(rest[1:i]), `\`, `\\`)
			l.emit(tokens.String, val, l.at, l.at+i+1)
			l.at += i + 1
			return nil
		}
	}
	return tree.SyntaxError(l.at, l.at+1, "this text is not closed")
}

// numberLength returns the length of the number that t begins with. One behind
// a dot, as in list.0.1, has no fraction.
func numberLength(t string, afterDot bool) (int, tokens.Type) {
	if t[0] == '0' && len(t) > 1 {
		if base := strings.IndexByte("box", t[1]|0x20); base >= 0 {
			digits := []string{"01", "01234567", "0123456789abcdefABCDEF"}[base]
			if n := digitsLength(t, 2, digits); n > 2 {
				return n, tokens.Integer
			}
		}
	}
	const decimal = "0123456789"
	n := digitsLength(t, 0, decimal)
	end := n
	if !afterDot {
		if end < len(t) && t[end] == '.' {
			if f := digitsLength(t, end+1, decimal); f > end+1 && t[end+1] != '_' {
				end = f
			}
		}
		if end < len(t) && t[end]|0x20 == 'e' {
			e := end + 1
			if e < len(t) && (t[e] == '+' || t[e] == '-') {
				e++
			}
			if f := digitsLength(t, e, decimal); f > e && t[e] != '_' {
				end = f
			}
		}
		if end > n {
			return end, tokens.Float
		}
	}
	if t[0] == '0' { // a number does not begin with a nought
		return digitsLength(t, 0, "0"), tokens.Integer
	}
	return n, tokens.Integer
}

// digitsLength returns where the digits at a place end, between which single
// underscores may stand.
func digitsLength(t string, at int, digits string) int {
	end := at
	for i := at; i < len(t); i++ {
		switch {
		case strings.IndexByte(digits, t[i]) >= 0:
			end = i + 1
		case t[i] != '_' || i+1 == len(t) || t[i+1] == '_':
			return end
		}
	}
	return end
}

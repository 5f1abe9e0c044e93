package lex

import (
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// state is what kind of text the lexer stands in.
type state uint8

const (
	inData state = iota
	inBlock
	inVar
	inString
	inInterpolation
)

// lexer cuts a template into tokens. It follows Twig's lexer to the byte where
// white space is concerned, because white space is output.
type lexer struct {
	code   string
	at     int // the cursor
	search int // where the search for the next delimiter goes on
	states []state
	// brackets are the open brackets of the tag being read, innermost last.
	brackets []bracket
	open     int // where the tag or output being read began
	tokens   []Token
}

// bracket is an open bracket, quote or interpolation.
type bracket struct {
	text string
	at   int
}

// Tokens cuts code, whose line ends must be single line feeds, into tokens.
func Tokens(code string) ([]Token, *tree.Problem) {
	l := &lexer{code: code, states: []state{inData}, tokens: make([]Token, 0, 8+len(code)/3)}
	for l.at < len(l.code) {
		if p := l.step(); p != nil {
			return nil, p
		}
	}
	l.push(EOF, "", l.at, l.at)
	if n := len(l.brackets); n > 0 {
		return nil, l.unclosed(l.brackets[n-1])
	}
	return l.tokens, nil
}

func (l *lexer) step() *tree.Problem {
	switch l.states[len(l.states)-1] {
	case inData:
		return l.data()
	case inBlock:
		return l.tag(TagEnd, "%}")
	case inVar:
		return l.tag(PrintEnd, "}}")
	case inString:
		return l.quoted()
	default:
		return l.interpolation()
	}
}

func (l *lexer) push(k Kind, text string, from, to int) {
	l.tokens = append(l.tokens, Token{Kind: k, Text: text, From: from, To: to})
}

func (l *lexer) enter(s state) { l.states = append(l.states, s) }
func (l *lexer) leave()        { l.states = l.states[:len(l.states)-1] }

// text adds a text token, unless it is empty.
func (l *lexer) text(s string, from int) {
	if s != "" {
		l.push(Text, s, from, from+len(s))
	}
}

// nextDelimiter finds the next "{{", "{%" or "{#" at or after the cursor.
// Delimiters are those that a single search from the start of the template
// finds, so "{{{%" holds one "{{" and one "{%".
func (l *lexer) nextDelimiter() int {
	for {
		i := strings.IndexByte(l.code[l.search:], '{')
		if i < 0 {
			l.search = len(l.code)
			return -1
		}
		i += l.search
		if i+1 >= len(l.code) || !strings.ContainsRune("{%#", rune(l.code[i+1])) {
			l.search = i + 1
			continue
		}
		l.search = i + 2
		if l.search < len(l.code) && (l.code[l.search] == '-' || l.code[l.search] == '~') {
			l.search++
		}
		if i >= l.at {
			return i
		}
	}
}

func (l *lexer) data() *tree.Problem {
	i := l.nextDelimiter()
	if i < 0 {
		l.text(l.code[l.at:], l.at)
		l.at = len(l.code)
		return nil
	}
	text, after, from := l.code[l.at:i], i+2, l.at
	if after < len(l.code) {
		switch l.code[after] {
		case '-':
			text = strings.TrimRight(text, " \t\n\r\x00\v")
			after++
		case '~':
			text = strings.TrimRight(text, " \t\x00\v")
			after++
		}
	}
	l.text(text, from)
	l.at, l.open = after, i
	switch l.code[i+1] {
	case '#':
		return l.comment()
	case '%':
		return l.blockStart(i)
	}
	l.push(PrintStart, "", i, after)
	l.enter(inVar)
	return nil
}

func (l *lexer) blockStart(from int) *tree.Problem {
	for _, word := range []string{"verbatim", "raw"} {
		if end := l.rawTag(l.at, word); end >= 0 {
			l.at = end
			return l.raw("end" + word)
		}
	}
	if end := l.lineTag(); end >= 0 {
		l.at = end
		return nil
	}
	l.push(TagStart, "", from, l.at)
	l.enter(inBlock)
	return nil
}

// rawTag returns where a tag of the one word ends whose inside begins at from,
// or -1 when something else stands there.
func (l *lexer) rawTag(from int, word string) int {
	i := skipSpace(l.code, from)
	if !strings.HasPrefix(l.code[i:], word) {
		return -1
	}
	i = skipSpace(l.code, i+len(word))
	return l.closer(i, "%}", false)
}

// lineTag returns where a {% line 7 %} tag ends, or -1.
func (l *lexer) lineTag() int {
	i := skipSpace(l.code, l.at)
	if !strings.HasPrefix(l.code[i:], "line") {
		return -1
	}
	j := skipSpace(l.code, i+4)
	digits := j
	for digits < len(l.code) && isDigit(l.code[digits]) {
		digits++
	}
	if j == i+4 || digits == j {
		return -1
	}
	if k := skipSpace(l.code, digits); strings.HasPrefix(l.code[k:], "%}") {
		return k + 2
	}
	return -1
}

// closer returns where a closing delimiter at i, with its white space control,
// ends, or -1 when none stands there. A plain closing delimiter of a tag or
// comment takes one line feed with it when eatLine is set.
func (l *lexer) closer(i int, mark string, eatLine bool) int {
	rest := l.code[i:]
	switch {
	case strings.HasPrefix(rest, "-"+mark):
		return skipSpace(l.code, i+1+len(mark))
	case strings.HasPrefix(rest, "~"+mark):
		i += 1 + len(mark)
		for i < len(l.code) && strings.IndexByte(" \t\x00\v", l.code[i]) >= 0 {
			i++
		}
		return i
	case strings.HasPrefix(rest, mark):
		i += len(mark)
		if eatLine && i < len(l.code) && l.code[i] == '\n' {
			i++
		}
		return i
	}
	return -1
}

// raw reads the text of a verbatim section up to its end tag.
func (l *lexer) raw(end string) *tree.Problem {
	for i := l.at; ; i += 2 {
		j := strings.Index(l.code[i:], "{%")
		if j < 0 {
			word := strings.TrimPrefix(end, "end")
			return tree.SyntaxError(l.open, l.at, `this "%s" section is not closed`, word).Because(`add {%% %s %%}`, end)
		}
		i += j
		inside, text := i+2, l.code[l.at:i]
		if inside < len(l.code) {
			switch l.code[inside] {
			case '-':
				text = strings.TrimRight(text, " \t\n\r\x00\v")
				inside++
			case '~':
				text = strings.TrimRight(text, " \t\x00\v")
				inside++
			}
		}
		if after := l.rawTag(inside, end); after >= 0 {
			l.text(text, l.at)
			l.at = after
			return nil
		}
	}
}

func (l *lexer) comment() *tree.Problem {
	i := strings.Index(l.code[l.at:], "#}")
	if i < 0 {
		return tree.SyntaxError(l.open, l.at, "this comment is not closed").Because("add #}")
	}
	i += l.at
	if i > l.at && (l.code[i-1] == '-' || l.code[i-1] == '~') {
		i--
	}
	l.at = l.closer(i, "#}", true)
	return nil
}

// tag reads one token of a tag or output, or its end.
func (l *lexer) tag(end Kind, mark string) *tree.Problem {
	if len(l.brackets) == 0 {
		i := skipSpace(l.code, l.at)
		if after := l.closer(i, mark, end == TagEnd); after >= 0 {
			l.push(end, "", i, after)
			l.at = after
			l.leave()
			return nil
		}
	}
	return l.expression()
}

func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// IsNameStart reports whether a name can begin with c.
func IsNameStart(c byte) bool { return isAlpha(c) || c == '_' || c >= 0x7f }

// IsNamePart reports whether c can stand in a name.
func IsNamePart(c byte) bool { return IsNameStart(c) || isDigit(c) }

package lex

import (
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// operators are the binary and unary operators, longest first.
var operators = []string{
	"starts with", "ends with", "has every", "has some",
	"matches", "not in", "is not",
	"b-and", "b-xor", "b-or",
	"xor", "and", "not", "<=>",
	"in", "is", "or", "==", "!=", "<=", ">=", "//", "**", "??", "..",
	"=", "<", ">", "+", "-", "~", "*", "/", "%",
}

// expression reads one token of an expression.
func (l *lexer) expression() *tree.Problem {
	l.at = skipSpace(l.code, l.at)
	if l.at >= len(l.code) {
		what := "output"
		if l.states[len(l.states)-1] == inBlock {
			what = "tag"
		}
		return tree.SyntaxError(l.open, l.open+2, "this %s is not closed", what)
	}
	from, c, rest := l.at, l.code[l.at], l.code[l.at:]
	switch {
	case strings.HasPrefix(rest, "...") && len(rest) > 3:
		l.take(Spread, 3)
	case strings.HasPrefix(rest, "=>"):
		l.take(Arrow, 2)
	case l.operator():
	case IsNameStart(c):
		i := from
		for i < len(l.code) && IsNamePart(l.code[i]) {
			i++
		}
		l.take(Name, i-from)
	case isDigit(c):
		l.take(Number, numberLength(rest))
	case strings.IndexByte("()[]{}?:.,|", c) >= 0:
		return l.punctuation(c)
	case c == '"' || c == '\'':
		l.quote(c, rest)
	case c == '#':
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			l.at += i
		} else {
			l.at = len(l.code)
		}
	default:
		bad := tree.SyntaxError(from, from+1, `unexpected character %q`, firstRune(rest))
		if c == '&' {
			bad.Hint = "write and"
		}
		return bad
	}
	return nil
}

func (l *lexer) take(k Kind, n int) {
	l.push(k, l.code[l.at:l.at+n], l.at, l.at+n)
	l.at += n
}

// operator reads an operator, if one stands at the cursor. One that ends in a
// letter must be followed by white space or a bracket, and one that begins
// with a letter must not follow a dot or pipe; otherwise it is a name.
func (l *lexer) operator() bool {
	rest := l.code[l.at:]
	afterDot := l.at > 0 && (l.code[l.at-1] == '.' || l.code[l.at-1] == '|')
	for _, op := range operators {
		if rest[0] != op[0] || afterDot && isAlpha(op[0]) {
			continue
		}
		n := operatorLength(rest, op)
		if n < 0 {
			continue
		}
		if isAlpha(op[len(op)-1]) && (n >= len(rest) || !isSpace(rest[n]) && strings.IndexByte("()[{", rest[n]) < 0) {
			continue
		}
		l.push(Operator, op, l.at, l.at+n)
		l.at += n
		return true
	}
	return false
}

// operatorLength returns how many bytes of s the operator takes, a space in it
// standing for any white space, or -1.
func operatorLength(s, op string) int {
	first, second, two := strings.Cut(op, " ")
	if !strings.HasPrefix(s, first) {
		return -1
	}
	if !two {
		return len(first)
	}
	i := skipSpace(s, len(first))
	if i == len(first) || !strings.HasPrefix(s[i:], second) {
		return -1
	}
	return i + len(second)
}

// numberLength returns the length of the number that s begins with. An
// exponent needs its sign, as in Twig.
func numberLength(s string) int {
	digits := func(i int) int {
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		return i
	}
	i := digits(0)
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		i = digits(i + 1)
	}
	if i+2 < len(s) && (s[i] == 'e' || s[i] == 'E') && (s[i+1] == '+' || s[i+1] == '-') && isDigit(s[i+2]) {
		i = digits(i + 2)
	}
	return i
}

func (l *lexer) punctuation(c byte) *tree.Problem {
	switch c {
	case '(', '[', '{':
		l.brackets = append(l.brackets, bracket{string(c), l.at})
	case ')', ']', '}':
		n := len(l.brackets)
		if n == 0 {
			return tree.SyntaxError(l.at, l.at+1, `unexpected "%c"`, c)
		}
		open := l.brackets[n-1]
		if open.text != map[byte]string{')': "(", ']': "[", '}': "{"}[c] {
			return l.unclosed(open)
		}
		l.brackets = l.brackets[:n-1]
	}
	l.take(Punct, 1)
	return nil
}

func (l *lexer) unclosed(b bracket) *tree.Problem {
	return tree.SyntaxError(b.at, b.at+len(b.text), `this %s is not closed`, b.text)
}

// quote reads a quoted text that has no interpolation as one token, or begins
// the reading of one that may have.
func (l *lexer) quote(quote byte, rest string) {
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == quote:
			l.push(String, unescape(rest[1:i]), l.at, l.at+i+1)
			l.at += i + 1
			return
		case c == '\\':
			i++
		case c == '#' && quote == '"':
			l.beginQuoted()
			return
		}
	}
	l.beginQuoted()
}

func (l *lexer) beginQuoted() {
	l.brackets = append(l.brackets, bracket{l.code[l.at : l.at+1], l.at})
	l.enter(inString)
	l.at++
}

// quoted reads a part of a quoted text with interpolations.
func (l *lexer) quoted() *tree.Problem {
	open := l.brackets[len(l.brackets)-1]
	if open.text == "'" {
		return l.unclosed(open)
	}
	rest := l.code[l.at:]
	if strings.HasPrefix(rest, "#{") {
		l.brackets = append(l.brackets, bracket{"#{", l.at})
		l.push(InterpolationStart, "", l.at, l.at+2)
		l.at = skipSpace(l.code, l.at+2)
		l.enter(inInterpolation)
		return nil
	}
	i := 0
	for i < len(rest) && rest[i] != '"' && !strings.HasPrefix(rest[i:], "#{") {
		if rest[i] == '\\' && i+1 < len(rest) {
			i++
		}
		i++
	}
	if i > 0 {
		l.push(String, unescape(rest[:i]), l.at, l.at+i)
		l.at += i
		return nil
	}
	l.brackets = l.brackets[:len(l.brackets)-1]
	l.leave()
	l.at++
	return nil
}

func (l *lexer) interpolation() *tree.Problem {
	if l.brackets[len(l.brackets)-1].text == "#{" {
		if i := skipSpace(l.code, l.at); i < len(l.code) && l.code[i] == '}' {
			l.brackets = l.brackets[:len(l.brackets)-1]
			l.push(InterpolationEnd, "", i, i+1)
			l.at = i + 1
			l.leave()
			return nil
		}
	}
	return l.expression()
}

// unescape resolves the backslash sequences of a quoted text.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case strings.IndexByte("fnrtv", c) >= 0:
			b = append(b, map[byte]byte{'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}[c])
		case c == '#' && i+1 < len(s) && s[i+1] == '{':
			b = append(b, '#', '{')
			i++
		case c == 'x' && i+1 < len(s) && isHex(s[i+1]):
			var v byte
			v, i = escapedNumber(s, i+1, 2, 16)
			b = append(b, v)
		case c >= '0' && c <= '7':
			var v byte
			v, i = escapedNumber(s, i, 3, 8)
			b = append(b, v)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// escapedNumber reads up to n digits at i and returns the byte that they name
// and where the last of them stands.
func escapedNumber(s string, i, n, base int) (byte, int) {
	v, end := 0, i
	for ; end < len(s) && end < i+n && isHex(s[end]); end++ {
		c := int(s[end])
		d := c - '0'
		if c > '9' {
			d = c | 0x20 - 'a' + 10
		}
		if d >= base {
			break
		}
		v = v*base + d
	}
	return byte(v), end - 1
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

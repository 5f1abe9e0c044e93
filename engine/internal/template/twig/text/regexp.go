package text

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// Pattern is a regular expression written as in PHP, with delimiters and
// modifiers.
type Pattern struct {
	re *regexp.Regexp
	// bytes is set without the modifier u: characters are single bytes then.
	bytes bool
	// asciiWords is set when the pattern asks for the edges of words, which
	// Go's regexp finds in ASCII alone.
	asciiWords bool
	// size is how many instructions the pattern takes.
	size int
}

// maxPattern is how many instructions a pattern may take: each may be tried at
// each character of a text, and nothing can stop that.
const maxPattern = 10_000

// Cost returns how many steps it takes to look for the pattern in a text of n
// bytes.
func (p *Pattern) Cost(n int) int { return 1 + n>>4*p.size }

var errEdges = errors.New("the edges of words (\\b) cannot be found in a text that has more than ASCII")

// Match reports whether the pattern matches somewhere in s.
func (p *Pattern) Match(s string) (bool, error) {
	if !isASCII(s) {
		if p.bytes {
			s = widen(s)
		} else if p.asciiWords {
			return false, errEdges
		}
	}
	return p.re.MatchString(s), nil
}

// widen returns s with each byte as a character of its own.
func widen(s string) string {
	out := make([]byte, 0, len(s)+len(s)/2)
	for i := range len(s) {
		out = utf8.AppendRune(out, rune(s[i]))
	}
	return string(out)
}

// NewPattern reads a regular expression such as "/^ab+$/i".
func NewPattern(s string) (*Pattern, error) {
	body, modifiers, err := cutDelimiters(s)
	if err != nil {
		return nil, err
	}
	t := translator{dollarEnd: false}
	flags := ""
	anchored := false
	p := &Pattern{bytes: true}
	for _, m := range modifiers {
		switch m {
		case 'i', 's':
			flags += string(m)
		case 'm':
			flags, t.multiline = flags+"m", true
		case 'x':
			t.extended = true
		case 'A':
			anchored = true
		case 'D':
			t.dollarEnd = true
		case 'U':
			flags += "U"
		case 'u':
			p.bytes, t.unicode = false, true
		case 'S', 'X', 'J', '\n', '\r', ' ':
		default:
			return nil, fmt.Errorf(`the regular expression has an unknown modifier "%c"`, m)
		}
	}
	if p.bytes && !isASCII(body) {
		body = widen(body)
	}
	t.in = body
	expr, err := t.translate()
	if err != nil {
		return nil, err
	}
	if flags != "" {
		expr = "(?" + flags + ":" + expr + ")"
	}
	if anchored {
		expr = `\A(?:` + expr + ")"
	}
	p.asciiWords = t.edges
	if p.size, err = sizeOf(expr); err == nil {
		p.re, err = regexp.Compile(expr)
	}
	if err != nil {
		return nil, fmt.Errorf("the regular expression is not valid: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return p, nil
}

// sizeOf returns how many instructions an expression of Go's regexp takes.
func sizeOf(expr string) (int, error) {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return 0, err
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err == nil && len(prog.Inst) > maxPattern {
		err = errors.New("it repeats too much")
	}
	return len(prog.Inst), err
}

// cutDelimiters takes a pattern apart at its delimiters.
func cutDelimiters(s string) (body, modifiers string, err error) {
	s = strings.TrimLeft(s, " \t\n\r\v\f")
	if s == "" {
		return "", "", errors.New("the regular expression is empty")
	}
	open := s[0]
	if open == '\\' || open == 0 || isAlphanumeric(rune(open)) || open >= utf8.RuneSelf {
		return "", "", fmt.Errorf(`the regular expression "%s" has no delimiters; write it like "/%s/"`, s, s)
	}
	end := open
	if i := strings.IndexByte("([{<", open); i >= 0 {
		end = ")]}>"[i]
	}
	depth := 1
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == end:
			if depth--; depth == 0 {
				return s[1:i], s[i+1:], nil
			}
		case s[i] == open:
			depth++
		}
	}
	return "", "", fmt.Errorf(`the regular expression has no closing delimiter "%c"`, end)
}

// translator writes a pattern of PCRE as one of Go's regexp.
type translator struct {
	in        string
	at        int
	out       strings.Builder
	extended  bool // white space and comments do not count
	multiline bool
	dollarEnd bool // $ is the very end only
	unicode   bool // classes have characters beyond ASCII
	edges     bool // it asks for the edges of words
}

// Why patterns that PCRE takes are refused: Go's regexp runs in linear time and
// so has neither.
var (
	errLook      = errors.New("look-around such as (?=...) is not possible here: it could take too long")
	errBackref   = errors.New("references back such as \\1 are not possible here: they could take too long")
	errAtomic    = errors.New("possessive quantifiers and atomic groups are not possible here")
	errCondition = errors.New("conditions, recursion and control verbs are not possible here")
)

func (t *translator) translate() (string, error) {
	for t.at < len(t.in) {
		if err := t.next(); err != nil {
			return "", err
		}
	}
	return t.out.String(), nil
}

func (t *translator) next() error {
	c := t.in[t.at]
	switch {
	case c == '\\':
		return t.escape(false)
	case c == '[':
		return t.class()
	case c == '(':
		return t.group()
	case c == '$' && !t.multiline:
		t.at++
		if t.dollarEnd {
			t.out.WriteString(`\z`)
		} else {
			t.out.WriteString(`(?:\n?\z)`)
		}
		return nil
	case c == '*' || c == '+' || c == '?' || c == '}':
		t.out.WriteByte(c)
		t.at++
		if t.at < len(t.in) && t.in[t.at] == '+' && (c != '}' || t.quantifierBefore()) {
			return errAtomic
		}
		return nil
	case c == '{' && !t.quantifierHere():
		t.out.WriteString(`\{`)
		t.at++
		return nil
	case t.extended && isSpace(c):
		t.at++
		return nil
	case t.extended && c == '#':
		i := strings.IndexByte(t.in[t.at:], '\n')
		if i < 0 {
			i = len(t.in) - t.at - 1
		}
		t.at += i + 1
		return nil
	}
	t.out.WriteByte(c)
	t.at++
	return nil
}

// quantifierHere reports whether "{2,3}" or the like stands at the cursor.
func (t *translator) quantifierHere() bool {
	end := strings.IndexByte(t.in[t.at:], '}')
	if end < 2 {
		return false
	}
	least, most, _ := strings.Cut(t.in[t.at+1:t.at+end], ",")
	return least != "" && strings.Trim(least, "0123456789") == "" && strings.Trim(most, "0123456789") == ""
}

// quantifierBefore reports whether the brace just taken ends a quantifier.
func (t *translator) quantifierBefore() bool {
	open := strings.LastIndexByte(t.in[:t.at], '{')
	if open < 0 {
		return false
	}
	probe := translator{in: t.in, at: open}
	return probe.quantifierHere()
}

// group copies the beginning of a group.
func (t *translator) group() error {
	rest := t.in[t.at:]
	for _, look := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.HasPrefix(rest, look) {
			return errLook
		}
	}
	switch {
	case strings.HasPrefix(rest, "(?#"):
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return errors.New("the comment in the regular expression is not closed")
		}
		t.at += end + 1
		return nil
	case strings.HasPrefix(rest, "(?>"):
		return errAtomic
	case strings.HasPrefix(rest, "(*"), strings.HasPrefix(rest, "(?("), strings.HasPrefix(rest, "(?R"),
		strings.HasPrefix(rest, "(?&"), strings.HasPrefix(rest, "(?|"), len(rest) > 2 && rest[1] == '?' && rest[2] >= '0' && rest[2] <= '9':
		return errCondition
	case strings.HasPrefix(rest, "(?'"):
		end := strings.IndexByte(rest[3:], '\'')
		if end < 0 {
			return errors.New("the name of a group is not closed")
		}
		t.out.WriteString("(?P<" + rest[3:3+end] + ">")
		t.at += end + 4
		return nil
	case strings.HasPrefix(rest, "(?P=") || strings.HasPrefix(rest, "(?P>"):
		return errBackref
	case strings.HasPrefix(rest, "(?x"):
		return errors.New("the modifier x must stand behind the closing delimiter")
	}
	t.out.WriteByte('(')
	t.at++
	if t.at < len(t.in) && t.in[t.at] == '?' {
		t.out.WriteByte('?')
		t.at++
	}
	return nil
}

// escape copies a sequence with a backslash.
func (t *translator) escape(inClass bool) error {
	if t.at+1 >= len(t.in) {
		return errors.New("the regular expression ends in a backslash")
	}
	c := t.in[t.at+1]
	t.at += 2
	t.edges = t.edges || !inClass && (c == 'b' || c == 'B')
	s, ok := unicodeEscapes[c]
	if !t.unicode || !ok {
		s, ok = escapes[c]
	}
	if ok && (!inClass || s[0] != '(') {
		if inClass {
			s = strings.Trim(s, "[]")
		}
		t.out.WriteString(s)
		return nil
	}
	switch {
	case c >= '1' && c <= '9' && !inClass, c == 'k', c == 'g':
		return errBackref
	case c == '0' || inClass && c >= '1' && c <= '7':
		t.octal()
		return nil
	case c == 'G' || c == 'K' || c == 'X' || c == 'C':
		return fmt.Errorf(`the sequence \%c is not possible here`, c)
	case c == 'p' || c == 'P':
		t.property(c)
		return nil
	case c == 'b' && inClass:
		t.out.WriteString(`\x08`)
		return nil
	case c == 'x' && (t.at >= len(t.in) || !isHexDigit(t.in[t.at]) && t.in[t.at] != '{'):
		t.out.WriteString(`\x00`)
		return nil
	case c == 'x' && t.in[t.at] != '{' && (t.at+1 >= len(t.in) || !isHexDigit(t.in[t.at+1])):
		t.out.WriteString(`\x0` + t.in[t.at:t.at+1])
		t.at++
		return nil
	case c >= utf8.RuneSelf:
		t.out.WriteByte(c)
		return nil
	}
	if isAlphanumeric(rune(c)) || c != '_' && c != ' ' && c > ' ' {
		t.out.WriteByte('\\')
	}
	t.out.WriteByte(c)
	return nil
}

// property copies a class of characters by its name, such as \p{L}.
func (t *translator) property(c byte) {
	n := min(1, len(t.in)-t.at)
	if end := strings.IndexByte(t.in[t.at:], '}'); n > 0 && t.in[t.at] == '{' && end > 0 {
		n = end + 1
	}
	t.out.WriteString(`\` + string(c) + t.in[t.at:t.at+n])
	t.at += n
}

func isHexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// octal copies a character given by its octal number.
func (t *translator) octal() {
	t.at--
	v, n := 0, 0
	for n < 3 && t.at < len(t.in) && t.in[t.at] >= '0' && t.in[t.at] <= '7' {
		v = v*8 + int(t.in[t.at]-'0')
		t.at, n = t.at+1, n+1
	}
	fmt.Fprintf(&t.out, `\x{%x}`, v)
}

// escapes are the sequences that Go's regexp lacks or takes otherwise.
var escapes = map[byte]string{
	'h': `[\t\x20\x{a0}]`, 's': `[\t\n\v\f\r\x20]`, 'v': `[\n\v\f\r\x{85}]`,
	'S': `[^\t\n\v\f\r\x20]`, 'H': `[^\t\x20\x{a0}]`, 'N': `[^\n]`,
	'R': `(?:\r\n|[\n\v\f\r\x{85}])`, 'Z': `(?:\n?\z)`, 'e': `\x1b`, 'd': `[0-9]`, 'w': `[0-9A-Za-z_]`,
}

// unicodeEscapes and unicodeClasses are those that mean more with the modifier u.
var unicodeEscapes = map[byte]string{
	'd': `[\p{Nd}]`, 'D': `[\P{Nd}]`, 'w': `[\p{L}\p{N}_]`, 's': `[\t\n\v\f\r\x{85}\p{Z}]`,
	'W': `[^\p{L}\p{N}_]`, 'S': `[^\t\n\v\f\r\x{85}\p{Z}]`, 'h': `[\t\p{Zs}\x{180e}]`,
	'v': `[\n\v\f\r\x{85}\x{2028}\x{2029}]`,
}

var unicodeClasses = map[string]string{
	"[:alpha:]": `\p{L}`, "[:lower:]": `\p{Ll}`, "[:upper:]": `\p{Lu}`, "[:alnum:]": `\p{L}\p{N}`,
	"[:digit:]": `\p{Nd}`, "[:space:]": `\t\n\v\f\r\x{85}\p{Z}`, "[:word:]": `\p{L}\p{N}_`,
}

// class copies a character class.
func (t *translator) class() error {
	t.out.WriteByte('[')
	t.at++
	if t.at < len(t.in) && t.in[t.at] == '^' {
		t.out.WriteByte('^')
		t.at++
	}
	for first := true; t.at < len(t.in); first = false {
		c := t.in[t.at]
		switch {
		case c == ']' && !first:
			t.out.WriteByte(']')
			t.at++
			return nil
		case c == ']' || c == '[' && !strings.HasPrefix(t.in[t.at:], "[:"):
			t.out.WriteString(`\` + string(c))
			t.at++
		case c == '\\':
			if t.at+1 < len(t.in) && t.isNegated(t.in[t.at+1]) {
				if err := t.negated(); err != nil {
					return err
				}
				continue
			}
			if err := t.escape(true); err != nil {
				return err
			}
		case c == '[':
			end := strings.Index(t.in[t.at:], ":]")
			if end < 0 {
				t.out.WriteString(`\[`)
				t.at++
				continue
			}
			name := t.in[t.at : t.at+end+2]
			if more, ok := unicodeClasses[name]; ok && t.unicode {
				name = more
			}
			t.out.WriteString(name)
			t.at += end + 2
		default:
			t.out.WriteByte(c)
			t.at++
		}
	}
	return errors.New("a character class in the regular expression is not closed")
}

// isNegated reports whether a sequence stands for all but what a class has.
func (t *translator) isNegated(c byte) bool {
	return c == 'S' || c == 'H' || c == 'N' || c == 'W' && t.unicode
}

// negated copies a negated sequence inside a class.
func (t *translator) negated() error {
	c := t.in[t.at+1]
	if c != 'S' || t.unicode {
		return fmt.Errorf(`the sequence \%c is not possible in a character class here`, c)
	}
	t.out.WriteString(`\x00-\x08\x0e-\x1f!-\x{10ffff}`)
	t.at += 2
	return nil
}

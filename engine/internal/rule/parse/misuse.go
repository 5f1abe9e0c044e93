package parse

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/function"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
)

// foreign reports source that was meant for something else: a template, or an
// expression that still has its ${ }.
func (p *parser) foreign() bool {
	text := p.text
	for i := range len(text) - 1 {
		switch mark := text[i : i+2]; {
		case mark != "{{" && mark != "{%" && mark != "${", p.inText(i):
		case mark == "${":
			p.errorf(source.Spot{From: i, To: i + 2}, "this is an expression already").Hint = "leave out ${ and }"
			return true
		case mark == "{%" || strings.Contains(text[i:], "}}"):
			p.errorf(source.Spot{From: i, To: i + 2}, "%s belongs to a template, and this is an expression", mark).
				Hint = `write names as they are, and join texts with "+"`
			return true
		}
	}
	return false
}

// inText reports whether the byte at i is inside a quoted text.
func (p *parser) inText(i int) bool {
	for _, t := range p.tree.list {
		at := p.tree.At(t.Location)
		if at.From <= i && i < at.To {
			return t.Kind == lexer.String
		}
	}
	return false
}

// syntaxError reports what the parser found wrong, in our own words.
func (p *parser) syntaxError(err error) {
	var e *file.Error
	if !errors.As(err, &e) {
		p.errorf(source.Spot{To: len(p.text)}, "the expression is not understood")
		return
	}
	at := p.tree.At(e.Location)
	switch end := len(p.text); {
	case e.Message == "literal not terminated":
		at = source.Spot{From: p.openQuote(), To: end}
	case strings.HasPrefix(e.Message, "unexpected token EOF"), at.From >= end:
		at = source.Spot{From: end, To: end}
	}
	if p.misspeltLoop(at) || p.pipe(at) {
		return
	}
	message, hint := p.explainSyntax(e, at)
	p.errorf(at, "%s", message).Hint = hint
}

// misspeltLoop reports a function that is no loop, and nearly called like one,
// when what the parser stumbled on is a member of each element: to the parser
// only a loop can have one.
func (p *parser) misspeltLoop(at source.Spot) bool {
	if word := p.text[at.From:at.To]; word != "." && word != "#" {
		return false
	}
	name, ok := p.calledAround(at)
	if !ok || function.IsLoop(name.Value) {
		return false
	}
	var loops []string
	for _, fn := range function.Loops() {
		loops = append(loops, fn.Name)
	}
	hint := diag.DidYouMean(name.Value, loops)
	if hint == "" {
		return false
	}
	p.fs.Errorf(p.src.Place(p.tree.At(name.Location)), diag.CodeUnknownFunction, "unknown function %q", name.Value).Hint = hint
	return true
}

// pipe reports a single | before a name that no call follows: it joins no
// conditions.
func (p *parser) pipe(at source.Spot) bool {
	i := slices.IndexFunc(p.tree.list, func(t lexer.Token) bool { return p.tree.At(t.Location).From == at.From })
	if i < 2 || p.tree.list[i-2].Value != "|" || at.From == at.To {
		return false
	}
	p.errorf(p.tree.At(p.tree.list[i-2].Location), `unexpected "|"`).
		Hint = "write or; behind | stands a function with parentheses: | lower()"
	return true
}

// calledAround returns the name of the call whose arguments stand around a
// place.
func (p *parser) calledAround(at source.Spot) (lexer.Token, bool) {
	var open []int
	for i, t := range p.tree.list {
		if p.tree.At(t.Location).From >= at.From {
			break
		}
		switch {
		case t.Kind != lexer.Bracket:
		case strings.Contains("([{", t.Value):
			open = append(open, i)
		case len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 || open[len(open)-1] == 0 {
		return lexer.Token{}, false
	}
	name := p.tree.list[open[len(open)-1]-1]
	return name, name.Kind == lexer.Identifier
}

var unexpected = regexp.MustCompile(`^unexpected token (\w+)(?:\((.*)\))?`)

// explainSyntax words an error of the parser.
func (p *parser) explainSyntax(e *file.Error, at source.Spot) (message, hint string) {
	m := e.Message
	word := p.text[at.From:at.To]
	switch {
	case strings.HasPrefix(m, "unexpected token EOF"), m == "unexpected end of expression":
		return "the expression ends too early", p.unfinished()
	case unexpected.MatchString(m):
		return "unexpected " + quote(word), p.misuse(at, word)
	case m == "literal not terminated":
		return "this text has no closing quote", ""
	case strings.HasPrefix(m, "unrecognized character"):
		return unknownCharacter(word)
	case strings.Contains(m, "coalesce"):
		return "?? beside " + quote(word) + " needs parentheses", "write (a ?? b) " + word + " c"
	case strings.HasPrefix(m, "invalid integer"), strings.Contains(m, "too large"):
		return "the number is too large", "an int has 64 bits"
	case m == "invalid char escape":
		return "unknown escape " + quote(`\`+word) + " in a text", `write \\ for a backslash, or put the text in backquotes`
	case strings.HasPrefix(m, "bad number"), strings.HasPrefix(m, "invalid"):
		return "this number cannot be read", "names do not begin with a digit; a text is written in quotes"
	case strings.HasPrefix(m, "expected at least"):
		return "an argument is missing", "write a list and what is asked of its elements, such as all(order.lines, .quantity > 0)"
	case m == "expected name":
		return "a name is missing behind the point", ""
	case strings.HasPrefix(m, "wrap predicate"):
		return "an expression with ; must stand in braces here", "write { let x = …; … }"
	case strings.HasPrefix(m, "a map key"):
		return "a member of an object begins with its name", `write {name: value}, or {("computed"): value}`
	case strings.Contains(m, "maximum allowed nodes"):
		return "the expression is too long", ""
	}
	return m, ""
}

func quote(word string) string {
	if word == `"` {
		return `'"'`
	}
	return `"` + word + `"`
}

// openQuote returns where the text begins that has no end.
func (p *parser) openQuote() int {
	text, open, quote := p.text, 0, byte(0)
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quote == 0 && (b == '"' || b == '\'' || b == '`'):
			open, quote = i, b
		case quote != 0 && quote != '`' && b == '\\':
			i++
		case b == quote:
			quote = 0
		}
	}
	return open
}

// unfinished says what an expression that ends too early lacks.
func (p *parser) unfinished() string {
	if n := len(p.tree.list); n > 1 && p.tree.list[n-2].Value == "|" {
		return "a function is called with parentheses: | " + p.tree.list[n-1].Value + "()"
	}
	return p.unclosed()
}

// unclosed names a bracket that is not closed.
func (p *parser) unclosed() string {
	for i, t := range p.tree.list {
		if t.Kind == lexer.Bracket && p.tree.match[i] < 0 && strings.Contains("([{", t.Value) {
			return "close the " + quote(t.Value) + " at character " + strconv.Itoa(t.From+1)
		}
	}
	return ""
}

// misuse says what an unexpected token was probably meant for.
func (p *parser) misuse(at source.Spot, word string) string {
	before, after := p.around(at)
	if hint := otherWords[strings.ToLower(word)]; hint != "" && !strings.EqualFold(before, "not") {
		return hint
	}
	if word == "=" && strings.HasPrefix(p.text[at.To:], "~") {
		return "write matches"
	}
	for _, s := range slips {
		if fits(s.word, word) && fits(s.before, before) && fits(s.after, after) {
			return s.hint
		}
	}
	switch open := p.openAround(at); {
	case word == ")", word == "]":
		return p.unclosed()
	case word == "," && open == "(":
		return "a list stands in brackets: [a, b]"
	case word == ":" && open == "{":
		return "an object for each element stands in parentheses: map(list, ({name: .member}))"
	}
	return ""
}

// openAround returns the innermost bracket that is open at a place, "" if there
// is none.
func (p *parser) openAround(at source.Spot) string {
	var open []string
	for _, t := range p.tree.list {
		switch {
		case p.tree.At(t.Location).From >= at.From:
			return last(open)
		case t.Kind != lexer.Bracket:
		case strings.Contains("([{", t.Value):
			open = append(open, t.Value)
		case len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	return last(open)
}

func last(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

// slip is a token that stands where none like it can, and what to write.
type slip struct{ before, word, after, hint string }

// What a slip's tokens are besides themselves; "" is any token.
const (
	aWord   = "word"
	digits  = "digits"
	nothing = "nothing"
)

var slips = []slip{
	{"==", "=", "", "write =="},
	{"!=", "=", "", "write !="},
	{"+", "=", "", noAssignment},
	{"-", "=", "", noAssignment},
	{"*", "=", "", noAssignment},
	{"/", "=", "", noAssignment},
	{"", "=", ">", "write what is asked of each element without the arrow: any(list, .member > 0)"},
	{"", "=", "", "to compare, write =="},
	{"", ":", "=", noAssignment + "; to name one, write let name = value; …"},
	{"<", ">", "", "write !="},
	{"", "&", "", "write and"},
	{nothing, "%", "", "a template's {% %} does not belong here"},
	{"", "%", nothing, "a template's {% %} does not belong here"},
	{"", "{", "", "braces make an object {name: value}, or hold the expression about each element"},
	{"", "}", "", "braces make an object {name: value}, or hold the expression about each element"},
	{"", ".", "", onlyInLoops},
	{"", "#", "", onlyInLoops},
	{"NOT", aWord, "", "write not"},
	{"Not", aWord, "", "write not"},
	{aWord, aWord, "", `put a text in quotes: "…"`},
	{digits, ",", digits, "write a number without separators"},
	{"matches", "/", "", `a pattern is a text: matches "…"`},
}

const (
	noAssignment = "an expression cannot change a value"
	onlyInLoops  = "a member of each element can be named only inside all(…), map(…) and the like"
)

// fits reports whether a token is what a slip says.
func fits(pattern, token string) bool {
	switch pattern {
	case "":
		return true
	case aWord:
		return isWord(token)
	case digits:
		return isDigits(token)
	case nothing:
		return token == ""
	}
	return token == pattern
}

// otherWords are words of other languages that stand where an operator should.
var otherWords = map[string]string{
	"and": "write and", "or": "write or", "not": "write not", "in": "write in", "is": "write == nil or != nil",
	"eq": "write ==", "ne": "write !=", "lt": "write <", "gt": "write >", "le": "write <=", "ge": "write >=",
	"like": "write contains, startsWith, endsWith or matches", "then": "write condition ? x : y", "else": "write condition ? x : y",
	"between": "write low <= x and x <= high", "equals": "write ==", "starts": "write startsWith", "ends": "write endsWith",
}

// around returns the tokens before and after the one at a place.
func (p *parser) around(at source.Spot) (before, after string) {
	for i, t := range p.tree.list {
		if p.tree.At(t.Location).From != at.From {
			continue
		}
		if i > 0 {
			before = p.tree.list[i-1].Value
		}
		if i+1 < len(p.tree.list) {
			after = p.tree.list[i+1].Value
		}
	}
	return before, after
}

func isWord(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' && !unicode.IsDigit(r) }) < 0
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789.") == "" && strings.Trim(s, ".") != ""
}

// unknownCharacter names a character that no expression has, by its code if it
// cannot be seen.
func unknownCharacter(word string) (message, hint string) {
	if r := []rune(word); len(r) == 1 && !unicode.IsPrint(r[0]) {
		return fmt.Sprintf("unexpected character U+%04X", r[0]), "remove it: it cannot be seen"
	}
	return "unexpected character " + quote(word), characterHint(word)
}

func characterHint(word string) string {
	switch word {
	case "“", "”", "„", "‘", "’", "«", "»":
		return `write straight quotes: "…"`
	case "–", "—", "−":
		return "write - for minus"
	case "≠":
		return "write !="
	case "≤", "≥":
		return "write <= or >="
	case "×", "·":
		return "write *"
	case "\\":
		return "a backslash stands only inside a text"
	case "~":
		return `join texts with "+"`
	case "@":
		return "names have no @"
	}
	return ""
}

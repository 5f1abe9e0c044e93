// Package lex cuts Twig templates into tokens.
package lex

// Kind is what a token is.
type Kind uint8

// The kinds of tokens.
const (
	EOF Kind = iota
	Text
	TagStart
	TagEnd
	PrintStart
	PrintEnd
	Name
	Number
	String
	Operator
	Punct
	InterpolationStart
	InterpolationEnd
	Arrow
	Spread
)

// String names the token kind for messages.
func (k Kind) String() string {
	return [...]string{
		"end of template", "text", "begin of tag", "end of tag", "begin of output", "end of output",
		"name", "number", "string", "operator", "punctuation",
		"begin of interpolation", "end of interpolation", "arrow", "spread",
	}[k]
}

// Token is a piece of a template. Its text is unescaped for strings, and holds
// single spaces for operators of two words.
type Token struct {
	Kind Kind
	Text string
	// from and to are where the token stands in the source.
	From, To int
}

// Is reports whether the token is of kind k and, if texts are given, has one
// of them.
func (t Token) Is(k Kind, texts ...string) bool {
	if t.Kind != k {
		return false
	}
	for _, s := range texts {
		if t.Text == s {
			return true
		}
	}
	return len(texts) == 0
}

// Describe says what the token is, for messages about an unexpected one.
func (t Token) Describe() string {
	switch t.Kind {
	case Name, Operator, Punct, Number:
		return `"` + t.Text + `"`
	case String:
		return "a text"
	}
	return t.Kind.String()
}

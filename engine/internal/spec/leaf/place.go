// Package leaf reads the scalars of a tree, and says in words what is wrong with
// them and with names.
package leaf

import (
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/comments"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// Place is where in the tree decoding stands: what messages call it, and what
// they point at when there is no value to point at.
type Place struct {
	Findings *diag.List
	// Name is the nearest name; empty at the top. Key is where it stands.
	Name string
	Key  diag.Span
	// Secret values are not quoted in findings.
	Secret bool
	// Docs are the comments that hints quote.
	Docs *comments.Docs

	role string // what the value is to the name, such as "an item of "
}

// String is what messages call the value.
func (p Place) String() string {
	if p.Name == "" {
		return "this"
	}
	return p.role + fmt.Sprintf("%q", p.Name)
}

// Member returns the place of a member.
func (p Place) Member(key *syntax.Node, secret bool) Place {
	return Place{Findings: p.Findings, Name: key.Called(), Key: key.Span, Secret: p.Secret || secret, Docs: p.Docs}
}

// Item returns the place of an item of a list.
func (p Place) Item() Place {
	p.role = "an item of "
	return p
}

// What describes a node in a message, and keeps a secret.
func (p Place) What(n *syntax.Node) string {
	if n.Kind != syntax.Scalar || n.IsNull() {
		return n.Describe()
	}
	if p.Secret || n.Secret {
		return "the secret that was given"
	}
	const most = 40
	text := []rune(n.Text.Value)
	if len(text) > most {
		text = append(text[:most], '…')
	}
	return fmt.Sprintf("%q", string(text))
}

// WrongType reports that n is not what the form wants.
func (p Place) WrongType(n *syntax.Node, want string) *diag.Finding {
	return p.Findings.Errorf(p.At(n), diag.CodeWrongType, "%s must be %s, not %s", p, want, p.What(n))
}

// At returns what a finding about n points at: the first line of a value of
// many lines would be too much and say too little.
func (p Place) At(n *syntax.Node) diag.Span {
	if n.Kind != syntax.Scalar && n.Style != syntax.Flow || n.Span.End == n.Span.Start {
		if p.Key.Start.Line != 0 {
			return p.Key
		}
	}
	return n.Span
}

// Scalar reports whether n is a scalar, and otherwise that it is none.
func (p Place) Scalar(n *syntax.Node, want string) bool {
	if n.Kind == syntax.Scalar {
		return true
	}
	p.WrongType(n, want)
	return false
}

// Start returns a place for findings about a mapping as a whole: the name that
// it belongs to, or else its first line.
func (p Place) Start(n *syntax.Node) diag.Span {
	switch {
	case p.Name != "" && p.role == "" && p.Key.Start.Line != 0:
		return p.Key
	case n == nil:
		return p.Key
	case len(n.Pairs) > 0 && n.Style == syntax.Block:
		return n.Pairs[0].Key.Span
	}
	return n.Span
}

// Shown writes names for a message: "a", "b" or "c".
func Shown(names []string, word string) string {
	var s string
	for i, n := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			s += " " + word + " "
		default:
			s += ", "
		}
		s += fmt.Sprintf("%q", n)
	}
	return s
}

// NoneOf reports a value that is none of those listed.
func (p Place) NoneOf(n *syntax.Node, values []string) {
	f := p.Findings.Errorf(n.Span, diag.CodeBadValue, "%s must be %s, not %s", p, Shown(values, "or"), p.What(n))
	if p.Secret || n.Secret {
		return
	}
	if s := diag.Suggest(n.Text.Value, values); s != "" {
		f.Hint = diag.DidYouMean(n.Text.Value, values)
		f.Fix = &diag.Fix{Span: n.Span, Text: s}
	}
}

// Names are the names that a key may have: those that are not given yet, and
// all.
type Names struct {
	Code diag.Code
	Noun string // such as "key"
	Free []string
	All  []string
}

// Unknown reports a key, suggests one of those that are free, which it returns,
// or else one that is given already, and otherwise lists all that there are.
func (a Names) Unknown(key *syntax.Node, fs *diag.List) string {
	const most = 20
	word := key.Text.Value
	f := fs.Errorf(key.Span, a.Code, "unknown %s %q", a.Noun, word)
	if s := diag.Suggest(word, a.Free); s != "" {
		f.Hint = diag.DidYouMean(word, a.Free)
		f.Fix = &diag.Fix{Span: key.Span, Text: s}
		return s
	}
	given := diag.Suggest(word, a.All) // it is not free
	switch {
	case given != "":
		f.Hint = diag.DidYouMean(word, a.All) + " it is given already"
	case len(a.All) == 0:
		f.Hint = fmt.Sprintf("there are no %ss here", a.Noun)
	case len(a.All) <= most:
		f.Hint = "known here: " + strings.Join(a.All, ", ")
	}
	return ""
}

package spec

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// place is where in the tree decoding stands: what messages call it, and what
// they point at when there is no value to point at.
type place struct {
	fs     *diag.List
	name   string    // the nearest name; empty at the top
	role   string    // what the value is to that name, such as "an item of "
	key    diag.Span // where that name stands
	secret bool
	docs   *Docs
}

func (p place) String() string {
	if p.name == "" {
		return "this"
	}
	return p.role + fmt.Sprintf("%q", p.name)
}

// of returns the place of something inside: a member of its own name, or what
// role says of the name here.
func (p place) member(key *syntax.Node, secret bool) place {
	return place{fs: p.fs, name: key.Text.Value, key: key.Span, secret: p.secret || secret, docs: p.docs}
}

func (p place) item() place {
	p.role = "an item of "
	return p
}

// what describes a node in a message, and keeps a secret.
func (p place) what(n *syntax.Node) string {
	if n.Kind != syntax.Scalar || n.IsNull() {
		return n.Describe()
	}
	if p.secret || n.Secret {
		return "the secret that was given"
	}
	const most = 40
	text := []rune(n.Text.Value)
	if len(text) > most {
		text = append(text[:most], '…')
	}
	return fmt.Sprintf("%q", string(text))
}

// wrongType reports that n is not what the form wants.
func (p place) wrongType(n *syntax.Node, want string) *diag.Finding {
	return p.fs.Errorf(p.at(n), diag.CodeWrongType, "%s must be %s, not %s", p, want, p.what(n))
}

// at returns what a finding about n points at: the first line of a value of
// many lines would be too much and say too little.
func (p place) at(n *syntax.Node) diag.Span {
	if n.Kind != syntax.Scalar && n.Style != syntax.Flow || n.Span.End == n.Span.Start {
		if p.key.Start.Line != 0 {
			return p.key
		}
	}
	return n.Span
}

// scalar reports whether n is a scalar, and otherwise that it is none.
func (p place) scalar(n *syntax.Node, want string) bool {
	if n.Kind == syntax.Scalar {
		return true
	}
	p.wrongType(n, want)
	return false
}

// start returns a place for findings about a mapping as a whole: the name that
// it belongs to, or else its first line.
func (p place) start(n *syntax.Node) diag.Span {
	switch {
	case p.name != "" && p.role == "" && p.key.Start.Line != 0:
		return p.key
	case n == nil:
		return p.key
	case len(n.Pairs) > 0 && n.Style == syntax.Block:
		return n.Pairs[0].Key.Span
	}
	return n.Span
}

// shown writes names for a message: "a", "b" or "c".
func shown(names []string, word string) string {
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

package pipeline

import (
	"regexp"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Env is what a workspace can take from outside of its file.
type Env struct {
	// Lookup returns an environment variable.
	Lookup func(name string) (string, bool)
	// ReadFile reads a file; relative names are relative to the workspace.
	ReadFile func(name string) ([]byte, error)
	// Offline takes a stand-in of the right type for what is missing.
	Offline bool
}

var (
	shellForm = regexp.MustCompile(`^\$[A-Z_][A-Z0-9_]*$`)
	envForm   = regexp.MustCompile(`^env\.([A-Za-z_][A-Za-z0-9_]*)$`)
	fileForm  = regexp.MustCompile(`^file\(\s*(?:'([^']*)'|"([^"]*)")\s*\)$`)
)

// Resolve returns the tree n with each ${ env.NAME } and ${ file('name') } in
// it replaced by what it stands for. A value never becomes structure, and no
// place moves. want is the type of n, for stand-ins; it may be nil.
func (e Env) Resolve(n *syntax.Node, want *item.Type, fs *diag.List) *syntax.Node {
	if n == nil {
		return nil
	}
	c := *n
	switch n.Kind {
	case syntax.Scalar:
		return e.scalar(n, want, fs)
	case syntax.Mapping:
		c.Pairs = nil
		for _, p := range n.Pairs {
			p.Value = e.Resolve(p.Value, memberType(want, p.Key.Text.Value), fs)
			c.Pairs = append(c.Pairs, p)
		}
	case syntax.Sequence:
		c.Items = nil
		for _, it := range n.Items {
			c.Items = append(c.Items, e.Resolve(it, elemType(want), fs))
		}
	}
	return &c
}

func memberType(t *item.Type, name string) *item.Type {
	if t != nil {
		if f, ok := t.Field(name); ok {
			return f.Type
		}
	}
	return nil
}

func elemType(t *item.Type) *item.Type {
	if t == nil {
		return nil
	}
	return t.Elem
}

func (e Env) scalar(n *syntax.Node, want *item.Type, fs *diag.List) *syntax.Node {
	text := n.Text.Value
	from := strings.Index(text, "${")
	if from < 0 {
		if i := strings.Index(text, "{{"); i >= 0 && strings.Contains(text[i:], "}}") {
			fs.Warnf(n.Text.At(i, i+2), diag.CodeBadValue, "a workspace fills in no {{ }}: the text stays as it is written").
				Hint = "write ${ env.NAME } for what comes from outside"
		}
		if shellForm.MatchString(text) { // which may be a secret, and is not quoted
			fs.Warnf(n.Span, diag.CodeBadValue, "a workspace fills in no $NAME: the text stays as it is written").
				Hint = "write ${ env.NAME } for what comes from outside"
		}
		return n
	}
	whole := strings.TrimSpace(text)
	at := n.Text.At(from, from+len(whole))
	inner, begins := strings.CutPrefix(whole, "${")
	inner, ends := strings.CutSuffix(inner, "}")
	if !begins || !ends || strings.Contains(inner, "${") {
		fs.Errorf(n.Text.At(from, len(text)), diag.CodeBadValue, "${ … } stands alone in its value").
			Hint = "put the whole value into the variable"
		return n
	}
	inner = strings.TrimSpace(inner)
	if m := envForm.FindStringSubmatch(inner); m != nil {
		if v, ok := e.Lookup(m[1]); ok {
			return n.WithText(v, true)
		}
		return e.missing(n, want, func() {
			fs.Errorf(at, diag.CodeMissingVariable, "the environment variable %s is not set", m[1]).
				Hint = "set it, or check without it: --offline"
		})
	}
	if m := fileForm.FindStringSubmatch(inner); m != nil {
		b, err := e.ReadFile(m[1] + m[2])
		if err == nil {
			return n.WithText(strings.TrimRight(string(b), "\r\n"), true)
		}
		return e.missing(n, want, func() {
			fs.Errorf(at, diag.CodeMissingVariable, "the file %q cannot be read", m[1]+m[2]).
				Hint = "create it, or check without it: --offline"
		})
	}
	f := fs.Errorf(at, diag.CodeUnknownVariable, "%q is not something that a workspace knows", inner)
	f.Hint = "write ${ env.NAME } or ${ file('name') }"
	if shellForm.MatchString("$" + inner) {
		f.Hint = "write ${ env." + inner + " }"
	}
	return n
}

func (e Env) missing(n *syntax.Node, want *item.Type, report func()) *syntax.Node {
	if !e.Offline {
		report()
	}
	return n.WithText(standIn(want), false)
}

// standIn returns a text that is a value of type t.
func standIn(t *item.Type) string {
	if t == nil {
		return "offline"
	}
	switch t.Kind {
	case item.KindInt, item.KindDecimal:
		return "1"
	case item.KindBool:
		return "true"
	case item.KindDate:
		return "2000-01-01"
	case item.KindTime:
		return "2000-01-01T00:00:00Z"
	}
	if len(t.Enum) > 0 {
		return t.Enum[0]
	}
	return "offline"
}

// StandIn returns a value of type t, for a pipeline that is compiled by itself
// and whose settings nobody has chosen.
func StandIn(t *item.Type) item.Value {
	switch {
	case t.Nullable:
		return item.Null
	case t.Kind == item.KindList:
		return item.List()
	}
	v, err := item.Convert(item.Text(standIn(t)), t)
	if err != nil {
		return item.Null
	}
	return v
}

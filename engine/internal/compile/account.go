package compile

import (
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Accounts reads the accounts of a workspace: each against the fields of its
// connector, with what they take from outside. dir is what file names in them
// are relative to. An account of an unknown connector has no Connector.
func Accounts(w *pipeline.Workspace, dir string, connectors []*step.Connector, env pipeline.Env, fs *diag.List) map[string]Account {
	all := make(map[string]Account, len(w.Connections.Entries))
	for _, e := range w.Connections.Entries {
		a := Account{Name: e.Key.Value, Dir: dir, Budget: e.Value.Budget}
		if e.Value.Connector.Value != "" {
			a.Connector = findConnector(e.Value.Connector, connectors, fs)
		}
		if a.Connector != nil {
			a.read(e.Key, e.Value, env, fs)
		}
		all[e.Key.Value] = a
	}
	return all
}

func (a *Account) read(name diag.Text, file pipeline.Account, env pipeline.Env, fs *diag.List) {
	fields := a.Connector.Fields
	for _, p := range file.Rest {
		a.Written = append(a.Written, writtenSecrets(p, fields)...)
	}
	n := &syntax.Node{Kind: syntax.Mapping, Span: file.Span, Pairs: file.Rest}
	n = env.Resolve(n, fields.Type(), fs)
	values := fields.Decode(n, name.Span, fs)
	a.Values = make(map[string]item.Value, len(values))
	for _, v := range values {
		a.Values[v.Field.Name] = v.Value
	}
	a.Secrets = secretsOf(values, n)
	if v, ok := values.Get(step.BaseURL); ok && !v.Default && !v.Value.IsNull() && !n.Get(step.BaseURL).Secret {
		if _, err := step.ParseBaseURL(v.Value.String()); err != nil {
			fs.Errorf(v.Span, diag.CodeBadValue, "%v", err)
		}
	}
}

// WrittenSecrets lists the places of values that are secret, or stand under a
// name that is nearly that of a secret field, and are written out in a file.
func WrittenSecrets(n *syntax.Node, fields spec.Fields) []diag.Span {
	if n == nil {
		return nil
	}
	var out []diag.Span
	for _, p := range n.Pairs {
		out = append(out, writtenSecrets(p, fields)...)
	}
	return out
}

func writtenSecrets(p syntax.Pair, fields spec.Fields) []diag.Span {
	name := p.Key.Text.Value
	f, ok := fields.Get(name)
	if !ok {
		f, ok = fields.Get(diag.Suggest(name, fields.Names()))
	}
	if !ok || !f.Secret {
		return nil
	}
	return scalars(p.Value, nil)
}

// scalars lists the places of the texts in n that are not taken from outside.
func scalars(n *syntax.Node, out []diag.Span) []diag.Span {
	if n == nil {
		return out
	}
	if n.Kind == syntax.Scalar && !strings.Contains(n.Text.Value, "${") {
		return append(out, n.Span)
	}
	for _, it := range n.Items {
		out = scalars(it, out)
	}
	for _, p := range n.Pairs {
		out = scalars(p.Value, out)
	}
	return out
}

// secretsOf lists the values that no message may show: those of secret fields,
// and the texts that n took from outside. Numbers and choices from outside are
// no secrets, and would be taken out of every message that has the same.
func secretsOf(values spec.Values, n *syntax.Node) []string {
	var out []string
	for _, v := range values {
		for _, text := range secretTexts(v.Value, v.Field.Type, n.Get(v.Field.Name), v.Field.Secret) {
			if text != "" && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

// secretTexts lists the secrets in a value. given is where it was written, nil
// for a default.
func secretTexts(v item.Value, t *item.Type, given *syntax.Node, declared bool) []string {
	if v.IsNull() {
		return nil
	}
	if v.Kind() == item.KindList {
		var out []string
		for i, e := range v.All() {
			var of *syntax.Node
			if given != nil && i < len(given.Items) {
				of = given.Items[i]
			}
			out = append(out, secretTexts(e, elementType(t), of, declared)...)
		}
		return out
	}
	outside := given != nil && given.Secret && v.Kind() == item.KindText && (t == nil || len(t.Enum) == 0)
	if declared || outside {
		return []string{v.String()}
	}
	return nil
}

func elementType(t *item.Type) *item.Type {
	if t == nil {
		return nil
	}
	return t.Elem
}

package compile

import (
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Accounts reads the accounts of a workspace: each against the fields of its
// connector, with what they take from outside. dir is what file names in them
// are relative to. An account of an unknown connector has none.
func Accounts(w *pipeline.Workspace, connectors []*step.Connector, env pipeline.Env, fs *diag.List) map[string]Account {
	all := make(map[string]Account, len(w.Connections.Entries))
	for _, e := range w.Connections.Entries {
		a := Account{Name: e.Key.Value, Budget: e.Value.Budget}
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

// secretsOf lists the values that no message may show: those of secret fields,
// and those that n took from outside.
func secretsOf(values spec.Values, n *syntax.Node) []string {
	var out []string
	for _, v := range values {
		given := n.Get(v.Field.Name)
		if v.Value.IsNull() || !v.Field.Secret && (given == nil || !given.Secret) {
			continue
		}
		if text := v.Value.String(); text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

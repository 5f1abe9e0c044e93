package compile

import (
	"strconv"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// alertVars are what the rules of alerts see.
var alertVars = []struct {
	name string
	typ  *item.Type
	doc  string
}{
	{"pipeline", item.TypeText, "The pipeline's name in the workspace."},
	{"seen", item.TypeInt, "Records that the source gave."},
	{"filtered", item.TypeInt, "Records that a rule left out."},
	{"sent", item.TypeInt, "Records that were written."},
	{"dead_letters", item.TypeInt, "Records that could not go on."},
	{"in_doubt", item.TypeInt, "Writes of which nobody knows whether they happened."},
	{"failed", item.TypeBool, "Whether the run ended with an error."},
	{"message", item.TypeText, "The error, if there was one."},
}

// CheckAlerts reports what is wrong with the alerts of a workspace. Nothing
// sends them yet.
func CheckAlerts(w *pipeline.Workspace, accounts map[string]Account, fs *diag.List) {
	for i := range w.Alerts {
		checkAlert("alerts["+strconv.Itoa(i)+"]", &w.Alerts[i], accounts, fs)
	}
}

func checkAlert(name string, a *pipeline.Alert, accounts map[string]Account, fs *diag.List) {
	scope := item.NewScope()
	for _, v := range alertVars {
		scope.Declare(v.name, v.typ).Doc = v.doc
	}
	c := &compiler{p: &pipeline.Pipeline{}, fs: fs, base: scope, accounts: accounts, bound: map[string]bool{}}
	for name := range accounts {
		c.p.Connections.Entries = append(c.p.Connections.Entries, spec.Entry[diag.Text]{Key: diag.NewText(name, diag.Span{}, nil)})
	}
	b := &step.Builder{Scope: scope, Findings: fs, Path: name, Place: a.Span, House: house{c}}
	b.Rule(a.When, item.TypeBool)
	if a.Map.IsZero() {
		fs.Errorf(a.Span, diag.CodeMissingField, "the alert does not say what to write").Hint = "add map:"
		return
	}
	c.sink(b, c.open(b, &pipeline.Sink{Write: a.Write, Map: a.Map, Rest: a.Rest, Span: a.Span}), nil)
}

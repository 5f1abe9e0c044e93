package compile

import (
	"strconv"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Alert is a write that is made when a rule over a run's counts holds.
type Alert struct {
	When *rule.Rule
	Sink Sink

	scope *item.Scope
	vars  []*item.Var
}

// alertVars are what the rules of alerts see, in the order of Frame's values.
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

// Counts is what an alert is about.
type Counts struct {
	Pipeline                                   string
	Seen, Filtered, Sent, DeadLetters, InDoubt int64
	Err                                        error
}

// Frame returns the frame in which the alert's rules are evaluated.
func (a *Alert) Frame(c Counts) item.Frame {
	message := ""
	if c.Err != nil {
		message = c.Err.Error()
	}
	values := []item.Value{
		item.Text(c.Pipeline), item.Int(c.Seen), item.Int(c.Filtered), item.Int(c.Sent),
		item.Int(c.DeadLetters), item.Int(c.InDoubt), item.Bool(c.Err != nil), item.Text(message),
	}
	f := a.scope.NewFrame()
	for i, v := range a.vars {
		f[v.Slot] = values[i]
	}
	return f
}

// Alerts compiles the alerts of a workspace.
func Alerts(w *pipeline.Workspace, accounts map[string]Account, fs *diag.List) []*Alert {
	var out []*Alert
	for i := range w.Alerts {
		if a := alert(i, &w.Alerts[i], accounts, fs); a != nil {
			out = append(out, a)
		}
	}
	return out
}

func alert(i int, file *pipeline.Alert, accounts map[string]Account, fs *diag.List) *Alert {
	a := &Alert{scope: item.NewScope()}
	for _, v := range alertVars {
		declared := a.scope.Declare(v.name, v.typ)
		declared.Doc = v.doc
		a.vars = append(a.vars, declared)
	}
	c := &compiler{p: &pipeline.Pipeline{}, fs: fs, base: a.scope, accounts: accounts, bound: map[string]bool{}}
	for name := range accounts {
		c.p.Connections.Entries = append(c.p.Connections.Entries, spec.Entry[diag.Text]{Key: diag.NewText(name, diag.Span{}, nil)})
	}
	name := "alerts[" + strconv.Itoa(i) + "]"
	b := &step.Builder{Scope: a.scope, Findings: fs, Path: name, Place: file.Span, House: house{c}}
	a.When = b.Rule(file.When, item.TypeBool)
	if file.Map.IsZero() {
		fs.Errorf(file.Span, diag.CodeMissingField, "the alert does not say what to write").Hint = "add map:"
		return nil
	}
	before := fs.Errors()
	sink := &pipeline.Sink{Write: file.Write, Map: file.Map, Rest: file.Rest, Span: file.Span}
	a.Sink = c.sink(b, c.open(b, sink), nil)
	a.Sink.Name = name
	if a.When == nil || fs.Errors() > before {
		return nil
	}
	return a
}

package trial

import (
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/step"
)

// expected reports expectations of what the pipeline never does. An empty list
// beside a misspelt name would hold whatever happens.
func (t *trial) expected(c *pipeline.Case) {
	targets := targetsOf(t.ready.Sinks)
	for name, n := range c.Expect.All() {
		dropped := name.Value == "filtered" || name.Value == "dead"
		if !dropped && !slices.Contains(targets, name.Value) && !t.taken(name.Value, c) {
			f := t.fs.Errorf(name.Span, diag.CodeUnknownOperation, "nothing in the pipeline writes to %q", name.Value)
			if f.Hint = diag.DidYouMean(name.Value, append(targets, "filtered", "dead")); f.Hint == "" {
				f.Hint = "it writes to " + strings.Join(targets, ", ")
			}
			continue
		}
		switch {
		case n.Kind == syntax.Mapping || n.Kind == syntax.Scalar && !isCount(n):
			t.fs.Errorf(n.Span, diag.CodeWrongType, "expected a list of records or their number, not %s", n.Describe())
		case dropped:
			t.expectedDrops(n)
		}
	}
}

func isCount(n *syntax.Node) bool {
	return n.Text.Value != "" && strings.Trim(n.Text.Value, "0123456789") == ""
}

// expectedDrops reports what a record that was left out is not told by.
func (t *trial) expectedDrops(n *syntax.Node) {
	known := []string{"key", "reason"}
	for _, it := range n.Items {
		if it.Kind != syntax.Mapping {
			t.fs.Errorf(it.Span, diag.CodeWrongType, "expected a key and a reason, not %s", it.Describe()).
				Hint = "write {key: 48213, reason: it is not paid}"
		}
		for _, p := range it.Pairs {
			if name := p.Key.Text.Value; !slices.Contains(known, name) {
				f := t.fs.Errorf(p.Key.Span, diag.CodeUnknownKey, "unknown key %q", name)
				if f.Hint = diag.DidYouMean(name, known); f.Hint == "" {
					f.Hint = "a record is told by its key, its reason, or both"
				}
			}
		}
	}
}

// taken reports whether a twin of the case may count what an operation takes.
func (t *trial) taken(target string, c *pipeline.Case) bool {
	conn, operation, _ := strings.Cut(target, ".")
	a, known := t.ready.Accounts[conn]
	if _, twin := c.Twins.Get(conn); !twin || !known || a.Connector == nil {
		return false
	}
	return slices.ContainsFunc(a.Connector.Writes, func(w *step.Write) bool { return w.Name == operation })
}

// targetsOf lists where a pipeline writes to, each once.
func targetsOf(sinks []compile.Sink) []string {
	var out []string
	for i := range sinks {
		for _, name := range append([]string{sinks[i].Target}, targetsOf(sinks[i].Then)...) {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

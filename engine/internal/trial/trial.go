// Package trial runs a pipeline over the records of a test file, offline, and
// compares what comes of them with what the test expects. It is the same
// compile and the same run as for real; only the streams and the writes are
// replaced, by lists or by twins of the vendors.
package trial

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/run"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// DefaultNow is the time at which a case happens that names none.
var DefaultNow = time.Date(2026, 3, 20, 16, 0, 0, 0, time.UTC)

// Failure is an expectation that does not hold.
type Failure struct {
	Span    diag.Span
	Message string
}

// trial is one case being run.
type trial struct {
	ready   *compile.Ready
	fs      *diag.List
	written map[string][][]byte
	dropped map[string][]drop // filtered and dead
	twins   map[string]step.Twin
}

type drop struct{ key, reason string }

// Run runs a case. What is wrong with the case itself is added to fs; what the
// pipeline does otherwise than expected is returned. The ready pipeline must
// have been compiled for this case alone: its streams and writes are replaced.
func Run(ctx context.Context, ready *compile.Ready, c *pipeline.Case, twins map[string]step.Twin, fs *diag.List) ([]Failure, error) {
	t := &trial{ready: ready, fs: fs, written: map[string][][]byte{}, dropped: map[string][]drop{}, twins: twins}
	now := DefaultNow
	if len(twins) > 0 {
		now = time.Now()
	}
	if c.Now.Value != "" {
		at, err := time.Parse(time.RFC3339, c.Now.Value)
		if err != nil {
			fs.Errorf(c.Now.Span, diag.CodeBadValue, "%q is no time", c.Now.Value).Hint = "write it as 2026-03-20T16:00:00Z"
			return nil, nil
		}
		now = at
	}
	sources := t.given(c)
	t.expected(c)
	t.replaceSinks(ready.Sinks)
	if fs.Errors() > 0 {
		return nil, nil
	}
	if _, ok := sources[ready.Source.Name]; !ok && twins[ready.Source.Connection] == nil {
		sources[ready.Source.Name] = opener(&memory{read: ready.Source.Read})
	}
	sum, err := run.Run(ctx, ready, run.Options{
		Trigger: "test", Now: now, Sources: sources, Observe: t.observe,
	})
	if err != nil {
		return nil, err
	}
	return t.compare(c, sum), nil
}

// Check reports what is wrong with a case, as far as that shows without running
// it. The ready pipeline may have been compiled with any settings.
func Check(ready *compile.Ready, c *pipeline.Case, fs *diag.List) {
	t := &trial{ready: ready, fs: fs}
	t.given(c)
	t.expected(c)
}

func opener(s step.Source) step.OpenSource {
	return func(*step.Connection) (step.Source, error) { return s, nil }
}

// given reads the records that a case gives.
func (t *trial) given(c *pipeline.Case) map[string]step.OpenSource {
	sources := map[string]step.OpenSource{}
	for name, n := range c.Given.All() {
		conn, stream, _ := strings.Cut(name.Value, ".")
		a, ok := t.ready.Accounts[conn]
		if !ok {
			t.fs.Errorf(name.Span, diag.CodeUnknownConnection, "the pipeline has no connection %q", conn).
				Hint = diag.DidYouMean(conn, slices.Collect(maps.Keys(t.ready.Accounts)))
			continue
		}
		i := slices.IndexFunc(a.Connector.Reads, func(r *step.Read) bool { return r.Name == stream })
		if i < 0 {
			f := t.fs.Errorf(name.At(len(conn)+1, len(name.Value)), diag.CodeUnknownStream, "%s has no stream %q", a.Connector.Name, stream)
			var known []string
			for _, r := range a.Connector.Reads {
				known = append(known, r.Name)
			}
			f.Hint = diag.DidYouMean(stream, known)
			continue
		}
		read := a.Connector.Reads[i]
		typ := read.Type
		if name.Value == t.ready.Source.Name {
			typ = t.ready.Source.Record.Type
		}
		own := *read
		own.Type = typ
		sources[name.Value] = opener(&memory{read: &own, records: records(n, typ, t.fs)})
	}
	t.leaveOut(sources)
	return sources
}

// leaveOut lets the streams that the case gives no records for, and that no twin
// has, say so when they are read.
func (t *trial) leaveOut(sources map[string]step.OpenSource) {
	for conn, a := range t.ready.Accounts {
		for _, read := range a.Connector.Reads {
			name := conn + "." + read.Name
			if _, given := sources[name]; !given && t.twins[conn] == nil && name != t.ready.Source.Name {
				sources[name] = opener(notGiven(name))
			}
		}
	}
}

// replaceSinks lets every write that does not go to a twin be kept instead.
func (t *trial) replaceSinks(sinks []compile.Sink) {
	for i := range sinks {
		s := &sinks[i]
		if t.twins[s.Connection] == nil {
			s.Open = func(*step.Connection, step.Mode) (step.Sink, error) {
				return &recorder{target: s.Target, trial: t}, nil
			}
		}
		t.replaceSinks(s.Then)
	}
}

func (t *trial) observe(o run.Observation) {
	t.dropped[o.State] = append(t.dropped[o.State], drop{o.Key, o.Reason})
}

// compare holds what happened against what the case expects.
func (t *trial) compare(c *pipeline.Case, sum *run.Summary) []Failure {
	var fails []Failure
	for name, n := range c.Expect.All() {
		switch {
		case name.Value == "filtered" || name.Value == "dead":
			fails = append(fails, t.compareDropped(n, t.dropped[name.Value], name.Value)...)
		case n.Kind == syntax.Scalar:
			fails = append(fails, t.compareCount(name, n)...)
		default:
			fails = append(fails, t.compareRecords(name, n)...)
		}
	}
	if _, expected := c.Expect.Get("dead"); len(fails) > 0 && !expected {
		for _, f := range sum.Failures {
			fails = append(fails, Failure{c.Span, fmt.Sprintf("record %s is dead: %s", f.Key, f.Reason)})
		}
	}
	return fails
}

func (t *trial) compareCount(name diag.Text, n *syntax.Node) []Failure {
	want := n.Text.Value
	conn, operation, _ := strings.Cut(name.Value, ".")
	got := len(t.written[name.Value])
	if twin := t.twins[conn]; twin != nil {
		var ok bool
		if got, ok = twin.Taken(operation); !ok {
			return []Failure{{name.Span, fmt.Sprintf("the twin of %q does not count %q", conn, operation)}}
		}
	}
	if fmt.Sprint(got) != want {
		return []Failure{{n.Span, fmt.Sprintf("%s: expected %s, got %d", name.Value, want, got)}}
	}
	return nil
}

func (t *trial) compareRecords(name diag.Text, n *syntax.Node) []Failure {
	got := t.written[name.Value]
	if len(got) != len(n.Items) {
		return []Failure{{n.Span, fmt.Sprintf("%s: expected %d records, got %d", name.Value, len(n.Items), len(got))}}
	}
	var fails []Failure
	for i, it := range n.Items {
		v, err := item.FromJSON(got[i])
		if err != nil {
			return append(fails, Failure{it.Span, err.Error()})
		}
		fails = append(fails, differ(it, v, "")...)
	}
	return fails
}

// compareDropped compares the records that were left out. A reason that is
// expected need only be a part of the real one.
func (t *trial) compareDropped(n *syntax.Node, got []drop, what string) []Failure {
	if n.Kind == syntax.Scalar {
		if n.Text.Value != fmt.Sprint(len(got)) {
			return []Failure{{n.Span, fmt.Sprintf("%s: expected %s, got %d", what, n.Text.Value, len(got))}}
		}
		return nil
	}
	if len(n.Items) != len(got) {
		return []Failure{{n.Span, fmt.Sprintf("%s: expected %d records, got %d%s", what, len(n.Items), len(got), describe(got))}}
	}
	var fails []Failure
	for _, it := range n.Items {
		key, reason := it.Get("key"), it.Get("reason")
		ok := slices.ContainsFunc(got, func(d drop) bool {
			return (key == nil || key.Text.Value == d.key) && (reason == nil || strings.Contains(d.reason, reason.Text.Value))
		})
		if !ok {
			fails = append(fails, Failure{it.Span, fmt.Sprintf("%s: no record%s%s", what, wish(key, reason), describe(got))})
		}
	}
	return fails
}

// wish names the record that a test expects to be left out.
func wish(key, reason *syntax.Node) string {
	said := ""
	if key != nil {
		said += " " + key.Text.Value
	}
	if reason != nil {
		said += " (" + reason.Text.Value + ")"
	}
	return said
}

func describe(ds []drop) string {
	var b strings.Builder
	for i, d := range ds {
		if i == 0 {
			b.WriteString("; there is ")
		} else {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s (%s)", d.key, d.reason)
	}
	return b.String()
}

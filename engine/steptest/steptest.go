// Package steptest runs steps by themselves: a list of steps as users write it,
// with records to go in and rows for lookups to find. It is for the tests of
// steps and for the examples on their pages.
//
//	steps:
//	  - filter: record.total >= 10
//	given: [{id: 1, total: 10.00}, {id: 2, total: 9.99}]
//	expect: [{id: 1, total: 10.00}]
//	filtered: [{key: 2, reason: "…"}]
//
// A record is called record, its key is its id, and its shape is not known. The
// rows under rows are those of the streams other.rows, which can be asked for
// the rows with some codes, and other.every_row, which cannot.
//
// For the tests of what speaks HTTP there is a Vendor, which answers without a
// network, and an Account, a connection of a connector file to it.
package steptest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Noon is the time of every run.
var Noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// Trial is a list of steps that was compiled, and what goes in.
type Trial struct {
	// Rows are what lookups find.
	Rows *Rows
	// Given are the records that go in, as JSON.
	Given []string

	t        testing.TB
	ready    *compile.Ready
	findings diag.List
	tree     *syntax.Node
}

const around = `
pipeline: example
connections: {source: example, other: example, sink: example}
source: {read: source.records, key: record.id}
sink: {write: sink.records}
`

// New compiles the steps of an example.
func New(t testing.TB, defs []*step.Definition, example string) *Trial {
	t.Helper()
	var fs diag.List
	tr := &Trial{t: t, Rows: &Rows{}, tree: syntax.Parse(file, []byte(example), &fs)}
	p := pipeline.Read("around.yaml", []byte(around), &fs)
	if fs.Len() > 0 {
		t.Fatalf("the example's YAML is wrong: %v", fs.Sorted())
	}
	list := tr.tree.Pair("steps")
	if list == nil {
		t.Fatal("the example has no steps")
	}
	p.Steps = list.Value.Items
	p.Node.Pairs = append(p.Node.Pairs, *list)
	tr.Given, tr.Rows.JSON = jsonOf(tr.tree.Get("given")), jsonOf(tr.tree.Get("rows"))
	tr.ready = compile.Compile(compile.Input{
		Pipeline: p, Instance: "example", Steps: defs, StandIns: true,
		Connectors: []*step.Connector{tr.connector()},
	}, &tr.findings)
	return tr
}

func (tr *Trial) connector() *step.Connector {
	bind := func(*step.Builder, any) step.OpenSource {
		return func(*step.Connection) (step.Source, error) { return tr.Rows, nil }
	}
	return &step.Connector{
		Name: "example",
		Reads: []*step.Read{
			{Name: "records", Record: "record"},
			{Name: "rows", Record: "row", By: []string{"code"}, Bind: bind},
			{Name: "every_row", Record: "row", Bind: bind},
		},
		Writes: []*step.Write{{Name: "records", Idempotent: true}, {Name: "others", Idempotent: true}},
	}
}

// Rows gives rows to lookups, and notes what it is asked for.
type Rows struct {
	// JSON are the rows.
	JSON []string
	// Asked are the queries so far.
	Asked []step.Query
	// Err, if not nil, is the answer instead.
	Err error
}

// Read gives all rows in one page.
func (r *Rows) Read(_ context.Context, q step.Query, page func(step.Page) error) error {
	r.Asked = append(r.Asked, q)
	if r.Err != nil {
		return r.Err
	}
	var p step.Page
	for _, row := range r.JSON {
		p.Records = append(p.Records, step.Raw{Data: []byte(row)})
	}
	return page(p)
}

// Findings returns what is wrong with the steps.
func (tr *Trial) Findings() []*diag.Finding {
	return slices.DeleteFunc(tr.findings.Sorted(), func(f *diag.Finding) bool { return f.Span.File != file })
}

// file is what findings call the example.
const file = "example.yaml"

// Start starts the steps for a run at a time.
func (tr *Trial) Start(now time.Time) []step.Transform {
	tr.t.Helper()
	transforms := make([]step.Transform, len(tr.ready.Steps))
	for i, s := range tr.ready.Steps {
		transforms[i] = s.Transform
	}
	open := func(s *step.Stream) (step.Source, error) { return s.Open(nil) }
	started, err := step.Start(transforms, &step.Run{Now: now, Open: open})
	if err != nil {
		tr.t.Fatal(err)
	}
	return started
}

// Records makes the records that go in.
func (tr *Trial) Records() []*step.Record {
	tr.t.Helper()
	base, err := tr.ready.Frame(compile.RunInfo{ID: 1, Time: Noon, Trigger: "test"})
	if err != nil {
		tr.t.Fatal(err)
	}
	var in []*step.Record
	for _, raw := range tr.Given {
		v, err := item.NewDecoder(tr.ready.Source.Record.Layout).Decode([]byte(raw))
		if err != nil {
			tr.t.Fatal(err)
		}
		r := &step.Record{Raw: []byte(raw), Frame: append(item.Frame(nil), base...)}
		r.Frame[tr.ready.Source.Record.Slot] = v
		r.Key = v.Member("id").String()
		in = append(in, r)
	}
	return in
}

// Run sends all records through the steps. It returns them, and those that
// come out.
func (tr *Trial) Run() (in, out []*step.Record) {
	tr.t.Helper()
	in = tr.Records()
	out = append(out, in...)
	for _, s := range tr.Start(Noon) {
		var err error
		if out, err = s.Apply(context.Background(), out); err != nil {
			tr.t.Fatal(err)
		}
	}
	return in, out
}

// Written gives what the sink gets of each record, as JSON.
func (tr *Trial) Written(rs []*step.Record) []string {
	tr.t.Helper()
	var out []string
	for _, r := range rs {
		v, err := tr.ready.Sinks[r.Sink].Out(r.Frame)
		if err != nil {
			tr.t.Fatal(err)
		}
		out = append(out, string(item.AppendJSON(nil, v)))
	}
	return out
}

// Dropped gives "key: reason" of each record, or part of one, that stopped:
// the dead ones or the others.
func Dropped(rs []*step.Record, dead bool) []string {
	var out []string
	for _, r := range rs {
		if r.Drop != nil && r.Drop.Dead == dead {
			out = append(out, r.Key+": "+r.Drop.Reason)
		}
		out = append(out, Dropped(r.Parts, dead)...)
	}
	return out
}

// Check runs the steps and compares what becomes of the records with what the
// example says.
func (tr *Trial) Check() {
	tr.t.Helper()
	for _, f := range tr.Findings() {
		tr.t.Errorf("%v (%s)", f, f.Hint)
	}
	if len(tr.Findings()) > 0 {
		return
	}
	in, out := tr.Run()
	Equal(tr.t, "expect", tr.Written(out), jsonOf(tr.tree.Get("expect")))
	Equal(tr.t, "filtered", Dropped(in, false), reasons(tr.tree.Get("filtered")))
	Equal(tr.t, "dead", Dropped(in, true), reasons(tr.tree.Get("dead")))
}

// Equal compares two lists of texts, which are what is called what.
func Equal(t testing.TB, what string, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", what, g, w)
	}
}

func reasons(n *syntax.Node) []string {
	var out []string
	if n != nil {
		for _, it := range n.Items {
			out = append(out, it.Get("key").Text.Value+": "+it.Get("reason").Text.Value)
		}
	}
	return out
}

func jsonOf(n *syntax.Node) []string {
	var out []string
	if n != nil {
		for _, it := range n.Items {
			out = append(out, string(item.AppendJSON(nil, step.Untyped(it))))
		}
	}
	return out
}

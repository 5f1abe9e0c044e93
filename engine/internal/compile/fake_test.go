package compile_test

import (
	"context"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/shape"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps"
)

// shapes are those of the connectors of these tests.
const shapes = `
order:
  order_id: int
  status: {enum: [new, paid, shipped]}
  grand_total: decimal
  note: text or null
  placed: time
  shipping_address: address
  line_items: [line_item]
  tags: {type: [text], nullable: true}
  metadata: unknown
address: {name: text, city: text, country: text}
line_item: {sku: text, name: text, quantity: int, unit_price: decimal}
stock_item: {code: text, location: text, stock: int}
out_order:
  source_id: {type: text, required: true}
  email: text
  folder: {enum: [New, Done]}
  total: decimal
  count: int
  placed: text
  shipping: {name: {type: text, required: true}, city: text}
  order_items: [out_item]
  checkout_data: {map: text}
out_item: {code: {type: text, required: true}, quantity: int, price: decimal}
answer: {id: text}
note: {order_id: int, note: {type: text, required: true}}
`

func types(t testing.TB) map[string]*item.Type {
	t.Helper()
	var fs diag.List
	all := shape.ParseAll(syntax.Parse("shapes.yaml", []byte(shapes), &fs), &fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	return all
}

func openSource(*step.Builder, any) step.OpenSource {
	return func(*step.Connection) (step.Source, error) { return nil, nil }
}

func openSink(*step.Builder, any) step.OpenSink {
	return func(*step.Connection, step.Mode) (step.Sink, error) { return nil, nil }
}

// pageOptions are options of a stream.
type pageOptions struct {
	PageSize int `yaml:"page_size" validate:"min=1"`
}

func connectors(t testing.TB) []*step.Connector {
	t.Helper()
	ts := types(t)
	return []*step.Connector{
		{
			Name: "shop",
			Fields: spec.Fields{
				{Name: "domain", Type: item.TypeText, Required: true, Help: "The shop's domain."},
				{Name: "token", Type: item.TypeText, Required: true, Secret: true},
				{Name: "per_call", Type: item.TypeInt, Default: item.Int(50)},
			},
			Reads: []*step.Read{
				{Name: "orders", Record: "order", Type: ts["order"], Key: "order_id", Since: true, Bind: openSource,
					Options: spec.For[pageOptions](),
					Filters: []step.Filter{{Name: "status", Type: ts["order"].Fields[1].Type}, {Name: "min_total", Type: item.TypeDecimal}}},
				{Name: "events", Record: "event", Bind: openSource},
			},
			Writes: []*step.Write{
				{Name: "order_note", Takes: ts["note"], Modes: []step.Mode{step.Create}, Batch: 1, Bind: openSink},
			},
		},
		{
			Name: "desk",
			Reads: []*step.Read{
				{Name: "inventory_items", Record: "item", Type: ts["stock_item"], Key: "code", By: []string{"code"}, Bind: openSource},
			},
			Writes: []*step.Write{
				{Name: "orders", Takes: ts["out_order"], Returns: ts["answer"], Modes: []step.Mode{step.Create, step.Update}, Batch: 10, Find: true, Blanks: true, Bind: openSink},
				{Name: "stock", Takes: ts["stock_item"], Modes: []step.Mode{step.Upsert}, Batch: 0, Idempotent: true, Bind: openSink},
				{Name: "anything", Modes: []step.Mode{step.Create}, Batch: 1, Idempotent: true, Bind: openSink},
			},
		},
	}
}

// compiled compiles a pipeline by itself.
func compiled(t *testing.T, text string) (*compile.Ready, *diag.List) {
	t.Helper()
	fs := &diag.List{}
	p := pipeline.Read("p.yaml", []byte(text), fs)
	if p == nil {
		t.Fatal(fs.Sorted())
	}
	r := compile.Compile(compile.Input{
		Pipeline: p, Instance: "test/p", Connectors: connectors(t), Steps: steps.All(), StandIns: true,
		Env: pipeline.Env{Lookup: func(string) (string, bool) { return "", false }},
	}, fs)
	return r, fs
}

// noFindings fails the test if there are findings.
func noFindings(t *testing.T, fs *diag.List) {
	t.Helper()
	for _, f := range fs.Sorted() {
		t.Errorf("%s\n\thint: %s", f.Error(), f.Hint)
	}
	if fs.Len() > 0 {
		t.FailNow()
	}
}

// apply runs records of JSON through the steps of a pipeline.
func apply(t *testing.T, r *compile.Ready, raws ...string) (in, out []*step.Record) {
	t.Helper()
	base, err := r.Frame(compile.RunInfo{ID: 7, Time: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC), Trigger: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range raws {
		v, err := item.NewDecoder(r.Source.Record.Layout).Decode([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		rec := &step.Record{Key: v.Member("order_id").String(), Raw: []byte(raw), Frame: append(item.Frame(nil), base...)}
		rec.Frame[r.Source.Record.Slot] = v
		in = append(in, rec)
	}
	out = append(out, in...)
	for _, s := range r.Steps {
		if out, err = s.Apply(context.Background(), out); err != nil {
			t.Fatal(err)
		}
	}
	return in, out
}

// written gives what the sink of a record writes.
func written(t *testing.T, r *compile.Ready, rec *step.Record) string {
	t.Helper()
	s := r.Sinks[rec.Sink]
	v, err := s.Out(rec.Frame)
	if err != nil {
		t.Fatal(err)
	}
	b := item.AppendJSON(nil, v)
	if s.Takes != nil {
		if b, err = item.AppendJSONAs(nil, v, s.Takes); err != nil {
			t.Fatal(err)
		}
	}
	return string(b)
}

package compile_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps"
	"pgregory.net/rapid"
)

// FuzzCompile holds that no file breaks the compiler: whatever is in it becomes
// a pipeline or findings, each with a place.
func FuzzCompile(f *testing.F) {
	f.Add(straight)
	f.Add(rules35(0))
	f.Add(chosen)
	for _, c := range findings {
		f.Add(head + strings.TrimPrefix(c.yaml, "\n"))
	}
	f.Fuzz(func(t *testing.T, text string) { holds(t, connectors(t), text) })
}

// TestMutants replaces words of good pipelines by others, which gets further
// into the compiler than random bytes do.
func TestMutants(t *testing.T) {
	words := regexp.MustCompile(`[^\s:{},\[\]"]+`)
	others := []string{
		"", "null", "[]", "{}", "x", "12", "-1", "0012", "true", "order", "out", "written", "settings",
		"order.note", "order.line_items", "order.tags", "order.metadata", "shop.orders", "desk.orders", "desk.anything",
		`"${ order.note }"`, `"${ order.line_items }"`, `"${ settings }"`, `"${ }"`, `"${"`, `"{{ order.note }}"`, `"{{"`, "each", "when", "map", "filter",
		"route", "lookup", "order.line_items as line", "default", "then", "sink", "name", "- x", "?", "*a", "&a", "!!int", "|", ">",
	}
	pipelines := []string{straight, chosen, rules35(0), routed}
	ks := connectors(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(pipelines).Draw(t, "pipeline")
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			at := words.FindAllStringIndex(text, -1)
			w := at[rapid.IntRange(0, len(at)-1).Draw(t, "word")]
			text = text[:w[0]] + rapid.SampledFrom(others).Draw(t, "other") + text[w[1]:]
		}
		holds(t, ks, text)
	})
}

const routed = `
pipeline: p
connections: {shop: shop, desk: desk}
source: {read: shop.orders, where: {min_total: 5}, since: 2026-01-01, overlap: 10m, as: order, key: order.order_id, page_size: 3}
steps:
  - lookup: stock
    read: desk.inventory_items
    by: code
    keys: map(order.line_items, .sku)
    cache: 10m
  - split: order.line_items as line
    key: line.sku
  - route:
      branches:
        - name: big
          when: order.grand_total > 1000
          steps: [{filter: "stock[line.sku] != nil"}, {limit: 3}]
          sink: {write: desk.stock, batch: all, map: {code: "${ line.sku }", location: x, stock: 1}, then: [{write: desk.anything, map: {c: "${ written }"}}]}
      otherwise:
        steps: [{check: {that: order.note != nil, else: warn, message: "{{ line.sku }}"}}, {let: {x: 1}}]
  - map: {source_id: a, shipping: {when: order.note != nil, map: {name: b}}, order_items: [{code: a}, {each: order.line_items as l, where: l.quantity > 1, map: {code: "${ l.sku }"}}]}
    as: made
sink: {write: desk.orders, mode: create, batch: 5, as: made}
then:
  - {write: desk.anything, when: order.note != nil, map: {c: "{{ written.id }}"}}
`

// holds compiles a pipeline: it becomes one that is whole, or findings with
// their places.
func holds(t rapid.TB, ks []*step.Connector, text string) {
	fs := &diag.List{}
	p := pipeline.Read("p.yaml", []byte(text), fs)
	if p == nil {
		if fs.Errors() == 0 {
			t.Fatalf("no pipeline and no finding:\n%s", text)
		}
		return
	}
	r := compile.Compile(compile.Input{Pipeline: p, Instance: "p", Connectors: ks, Steps: steps.All(), StandIns: true}, fs)
	for _, f := range fs.Sorted() {
		if f.Span.File != "p.yaml" || f.Span.Start.Line == 0 || f.Message == "" || f.Code == "" {
			t.Fatalf("a finding without its place or its words: %+v\n%s", f, text)
		}
	}
	if fs.Errors() > 0 {
		return
	}
	if r.Source.Open == nil || r.Source.Record == nil || len(r.Sinks) == 0 {
		t.Fatalf("no finding, and the pipeline is not whole: %+v\n%s", r, text)
	}
	for _, s := range r.Sinks {
		if s.Open == nil || s.Out == nil || s.Name == "" || s.Connection == "" {
			t.Fatalf("no finding, and a sink is not whole: %+v\n%s", s, text)
		}
	}
	if len(r.Steps) != len(p.Steps) {
		t.Fatalf("no finding, and %d of %d steps:\n%s", len(r.Steps), len(p.Steps), text)
	}
	if _, err := r.Graph(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

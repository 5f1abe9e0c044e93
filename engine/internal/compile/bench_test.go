package compile_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps"
)

// rules35 is a pipeline of 35 rules and templates.
func rules35(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
pipeline: orders-%d
connections: {shop: shop, desk: desk}
settings:
  folder: {type: text, enum: [New, Done], default: New}
  prefix: {type: text, default: "P%d-"}
  statuses: {type: list, of: text, enum: [new, paid, shipped], default: [paid]}
tables:
  folder_for: {paid: "${ settings.folder }", shipped: Done, default: New}
source:
  read: shop.orders
  where: {status: "${ settings.statuses }"}
steps:
  - filter: {where: order.status in settings.statuses and order.grand_total > %d, reason: "the order is {{ order.status }}"}
  - let:
      pieces: ${ sum(order.line_items, .quantity) }
      total: ${ sum(order.line_items, .unit_price * .quantity) }
  - check: {that: total <= order.grand_total + %d, message: "{{ total }} is not {{ order.grand_total }}"}
  - map:
      source_id: "{{ settings.prefix }}{{ order.order_id }}"
      email: someone@example.com
      folder: ${ folder_for(order.status) }
      total: ${ order.grand_total }
      count: ${ pieces }
      shipping: {name: "${ upper(order.shipping_address.name) }", city: "${ lower(order.shipping_address.city) }"}
      order_items:
        each: order.line_items as line
        where: line.quantity > 0
        map: {code: "${ line.sku }", quantity: "${ line.quantity }", price: "${ line.unit_price }"}
      checkout_data:
`, n, n, n, n)
	for i := range 18 {
		if i%2 == 0 {
			fmt.Fprintf(&b, "        Field %d: '${ order.status == \"paid\" ? upper(order.shipping_address.city) : text(order.order_id + %d) }'\n", i, n)
		} else {
			fmt.Fprintf(&b, "        Field %d: \"{{ order.shipping_address.name }} in {{ order.shipping_address.city|upper }} %d\"\n", i, n)
		}
	}
	b.WriteString("sink: {write: desk.orders}\n")
	return b.String()
}

// BenchmarkLint reads and compiles pipelines of 35 rules and templates.
func BenchmarkLint(b *testing.B) {
	ks, defs := connectors(b), steps.All()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		fs := &diag.List{}
		p := pipeline.Read("p.yaml", []byte(rules35(n)), fs)
		if p == nil {
			b.Fatal(fs.Sorted())
		}
		compile.Compile(compile.Input{Pipeline: p, Instance: "p", Connectors: ks, Steps: defs, StandIns: true}, fs)
		if fs.Len() > 0 {
			b.Fatal(fs.Sorted())
		}
	}
}

// BenchmarkRecord decodes a record, sends it through the steps of a pipeline of
// 35 rules and templates, and writes it.
func BenchmarkRecord(b *testing.B) {
	fs := &diag.List{}
	p := pipeline.Read("p.yaml", []byte(rules35(0)), fs)
	r := compile.Compile(compile.Input{Pipeline: p, Instance: "p", Connectors: connectors(b), Steps: steps.All(), StandIns: true}, fs)
	if fs.Len() > 0 {
		b.Fatal(fs.Sorted())
	}
	base, err := r.Frame(compile.RunInfo{ID: 1, Time: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		b.Fatal(err)
	}
	raw := []byte(`{"order_id":9007199254740993,"status":"paid","grand_total":"20.00","note":null,"shipping_address":{"name":"Dana","city":"Bend","country":"US"},"line_items":[{"sku":"12E4","name":"Cap","quantity":2,"unit_price":"5.00"},{"sku":"X","name":"Y","quantity":1,"unit_price":"1"}],"metadata":[]}`)
	d := item.NewDecoder(r.Source.Record.Layout)
	var body []byte
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		d.Reset()
		v, err := d.Decode(raw)
		if err != nil {
			b.Fatal(err)
		}
		rec := &step.Record{Key: "1", Frame: slices.Clone(base)}
		rec.Frame[r.Source.Record.Slot] = v
		out := []*step.Record{rec}
		for _, s := range r.Steps {
			if out, err = s.Apply(ctx, out); err != nil || len(out) == 0 {
				b.Fatal(err, rec.Drop)
			}
		}
		made, err := r.Sinks[0].Out(rec.Frame)
		if err != nil {
			b.Fatal(err)
		}
		if body, err = item.AppendJSONAs(body[:0], made, r.Sinks[0].Takes); err != nil {
			b.Fatal(err)
		}
	}
}

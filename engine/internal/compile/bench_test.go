package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
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

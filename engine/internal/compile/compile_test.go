package compile_test

import "testing"

const straight = `
pipeline: orders
connections: {shop: shop, desk: desk}
settings:
  folder: {type: text, enum: [New, Done], default: New}
  prefix: {type: text, default: BS-}
  statuses: {type: list, of: text, enum: [new, paid, shipped], default: [paid]}
tables:
  folder_for: {paid: "${ settings.folder }", shipped: Done, default: New}
source:
  read: shop.orders
  where: {status: "${ settings.statuses }"}
steps:
  - filter:
      where: order.status in settings.statuses
      reason: the order is {{ order.status }}
  - let:
      pieces: ${ sum(order.line_items, .quantity) }
  - map:
      source_id: "{{ settings.prefix }}{{ order.order_id }}"
      email: someone@example.com
      folder: ${ folder_for(order.status) }
      total: ${ order.grand_total }
      count: ${ pieces }
      shipping: {name: "${ order.shipping_address.name }", city: "${ order.shipping_address.city }"}
      order_items:
        each: order.line_items as line
        where: line.quantity > 0
        map: {code: "${ line.sku }", quantity: "${ line.quantity }", price: "${ line.unit_price }"}
      checkout_data: {Gift: 0012}
sink: {write: desk.orders}
`

const anOrder = `{"order_id":9007199254740993,"status":"paid","grand_total":"20.00","note":null,
"shipping_address":{"name":"Dana","city":"Bend","country":"US"},
"line_items":[{"sku":"12E4","name":"Cap","quantity":2,"unit_price":"10.00"},{"sku":"X","name":"Y","quantity":0,"unit_price":"1"}],"metadata":[]}`

func TestStraightLine(t *testing.T) {
	r, fs := compiled(t, straight)
	noFindings(t, fs)
	in, out := apply(t, r, anOrder, `{"order_id":2,"status":"new"}`)
	if len(out) != 1 {
		t.Fatalf("%d records went on: %+v %+v", len(out), in[0].Drop, in[1].Drop)
	}
	const want = `{"source_id":"BS-9007199254740993","email":"someone@example.com","folder":"New","total":20.00,"count":2,` +
		`"shipping":{"name":"Dana","city":"Bend"},"order_items":[{"code":"12E4","quantity":2,"price":10.00}],"checkout_data":{"Gift":"0012"}}`
	if got := written(t, r, out[0]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	d := in[1].Drop
	if d == nil || d.Dead || d.Reason != "the order is new" || d.Step != "steps[0].filter" || d.Place.String() != "p.yaml:15:14" {
		t.Fatalf("the other was dropped with %+v", d)
	}
	for _, l := range d.Looked() {
		t.Logf("%s = %s %s", l.Text, l.Value, l.Note)
	}
}

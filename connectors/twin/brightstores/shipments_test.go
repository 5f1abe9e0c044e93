package brightstores_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/connectors/twin"
)

func TestCreateShipment(t *testing.T) {
	s := showcase(t)
	o := shown(t, s, "a guest") // its line id is a text; a number names it as well
	line := o.Text("line_items.0.id")
	path := "/orders/" + o.Text("order_id") + "/shipments"
	body := `{"shipment":{"tracking_number":"1ZA","ship_date":"2026-03-21","note":"box 1 of 1","send_shipping_confirmation":true,
		"line_items":[{"id":` + line + `,"quantity":2}]}}`
	a := s.Do(201, "POST", path, body)
	a.Want(t, "tracking_number", `"1ZA"`, "ship_date", `"2026-03-21"`, "note", `"box 1 of 1"`, "shipping_method", o.At("shipment.shipping_method"),
		"line_items", `[{"id":`+line+`,"quantity":2}]`)
	s.Get(path+"/"+a.Text("id")).Want(t, "tracking_number", `"1ZA"`)
	s.Get("/orders/"+o.Text("order_id")).Want(t, "status", `"paid"`, "shipment.tracking_number", `"1ZA"`)

	// Nothing keeps a retry from creating it, and the mail, once more.
	text := strings.Replace(body, `"id":`+line, `"id":"`+line+`"`, 1)
	s.Do(201, "POST", path, text)
	if n := len(s.Get(path).Rows("shipments")); n != 2 {
		t.Errorf("%d shipments, want 2", n)
	}
	st := s.State()
	if len(st.Outbox) != 2 || st.Outbox[0].To != o.Text("customer_email") {
		t.Errorf("outbox: %v", st.Outbox)
	}
	if len(st.Shipments) != 2 || st.Shipments[1].TrackingNumber != "1ZA" || st.Shipments[1].OrderID != o.Text("order_id") {
		t.Errorf("state: %v", st.Shipments)
	}

	gone := s.Do(200, "DELETE", path+"/"+a.Text("id"), "")
	gone.Want(t, "id", a.At("id"), "line_items", "[]")
	if n := len(s.Get(path).Rows("shipments")); n != 1 {
		t.Errorf("%d shipments after one was deleted, want 1", n)
	}
	s.Do(404, "DELETE", path+"/"+a.Text("id"), "")
}

func TestRefusedShipments(t *testing.T) {
	s := showcase(t)
	line := s.Get("/orders/48213").At("line_items.0.id")
	lines := `"line_items":[{"id":` + line + `,"quantity":1}]`
	for _, tt := range []struct{ name, shipment, want string }{
		{"no lines", `{}`, `{"errors":{"shipment.line_items":["can't be blank"]}}`},
		{"empty lines", `{"line_items":[]}`, `{"errors":{"shipment.line_items":["can't be blank"]}}`},
		{"line of another order", `{"line_items":[{"id":1,"quantity":1}]}`, `{"errors":{"shipment.line_items":["1 is not a line item of this order"]}}`},
		{"a SKU for an id", `{"line_items":[{"id":"CAP-TRL-NVY","quantity":1}]}`, `{"errors":{"shipment.line_items.0.id":["must be a whole number"]}}`},
		{"no quantity", `{"line_items":[{"id":` + line + `}]}`, `{"errors":{"shipment.line_items":["the quantity of ` + line + ` must be greater than 0"]}}`},
		{"unknown method", `{"shipping_method":"Zeppelin",` + lines + `}`, `{"errors":{"shipment.shipping_method":["is not one of this store's shipping methods"]}}`},
		{"bad date", `{"ship_date":"03/06/2026",` + lines + `}`, `{"errors":{"shipment.ship_date":["is not a valid date"]}}`},
		{"long note", `{"note":"` + strings.Repeat("é", 256) + `",` + lines + `}`, `{"errors":{"shipment.note":["is too long (maximum is 255 characters)"]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := s.Do(422, "POST", "/orders/48213/shipments", `{"shipment":`+tt.shipment+`}`).Body; got != tt.want {
				t.Errorf("got %s", got)
			}
		})
	}
	s.Do(201, "POST", "/orders/48213/shipments", `{"shipment":{"note":"`+strings.Repeat("é", 255)+`",`+lines+`}}`)
	s.Do(404, "POST", "/orders/1/shipments", `{"shipment":{`+lines+`}}`)
	if n := len(s.State().Shipments); n != 1 {
		t.Errorf("%d shipments, want 1", n)
	}
}

func TestAutoStatus(t *testing.T) {
	s := open(t, twin.Options{Orders: 25, AutoStatus: true})
	o := shown(t, s, "gift certificate")
	path := "/orders/" + o.Text("order_id")
	ship := func(quantity int) {
		s.Do(201, "POST", path+"/shipments", fmt.Sprintf(`{"shipment":{"tracking_number":"T%d","line_items":[{"id":%s,"quantity":%d}]}}`,
			quantity, o.At("line_items.0.id"), quantity))
	}
	ship(1)
	s.Get(path).Want(t, "line_items.0.quantity", "2", "status", `"split"`)
	ship(1) // the certificate is not shipped
	s.Get(path).Want(t, "status", `"shipped"`)
}

func TestShippingMethods(t *testing.T) {
	s := showcase(t)
	if got := s.Get("/shipping_methods").At("shipping_methods.1"); got != `"UPS Ground"` {
		t.Errorf("second method: %s", got)
	}
	lenient := open(t, twin.Options{Orders: 1, AnyShippingMethod: true})
	lenient.Do(201, "POST", "/orders/48213/shipments", `{"shipment":{"shipping_method":"Pigeon","line_items":[{"id":90411,"quantity":1}]}}`).
		Want(t, "shipping_method", `"Pigeon"`)
	lenient.Do(200, "PUT", "/orders/48213", `{"order":{"shipping_method":"Owl"}}`).Want(t, "shipment.shipping_method", `"Owl"`)
}

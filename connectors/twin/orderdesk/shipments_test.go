package orderdesk_test

import (
	"testing"

	"github.com/sluicehq/sluice/connectors/twin"
)

func TestShipments(t *testing.T) {
	d := open(t, twin.Options{Orders: 2})
	const path = "/orders/90112733/shipments"
	d.pass(60)
	a := d.Do(200, "POST", path, `{"tracking_number":"1Z 9","carrier_code":"ups","date_shipped":"2020-01-01","shipment_method":"Ground","weight":1.5,"cost":"7.00"}`)
	a.Want(t, "status", `"success"`, "message", `"Shipment Added"`, "shipment.tracking_url", `"https://www.ups.com/track?tracknum=1Z+9"`,
		"shipment.weight", `"1.5"`, "shipment.cost", `"7.00"`, "shipment.order_id", `"90112733"`, "shipment.store_id", `"4821"`,
		"shipment.date_shipped", `"2026-03-20"`, "shipment.date_added", `"2026-03-20 16:01:00"`, "shipment.order_items", "[]")
	// The same number again is refused, with HTTP 200.
	d.Do(200, "POST", path, `{"tracking_number":"1Z 9"}`).Want(t, "status", `"error"`, "message", `"Shipment Not Added"`)
	d.Do(200, "POST", path, `{"tracking_number":"n/a"}`).Want(t, "status", `"success"`, "shipment.tracking_url", `""`)
	d.Do(200, "POST", path, `{"tracking_number":"n/a"}`).Want(t, "status", `"success"`)
	d.Do(200, "POST", "/orders/90112734/shipments", `{"tracking_number":"1Z 9"}`).Want(t, "status", `"success"`)
	if n := len(d.Get(path).Rows("shipments")); n != 3 {
		t.Errorf("%d shipments, want 3", n)
	}
	d.Get("/orders/90112733").Want(t, "order.order_shipments.0", a.At("shipment"), "order.date_updated", `"2026-03-20 16:01:00"`)

	one := path + "/" + a.Text("shipment.id")
	d.Get(one).Want(t, "shipment.carrier_code", `"ups"`)
	d.Do(200, "PUT", one, `{"tracking_number":"2Z","date_shipped":"2020-01-01","tracking_url":"https://track.example.com/2Z"}`).Want(t, "message", `"Shipment Updated"`,
		"shipment.carrier_code", `""`, "shipment.tracking_url", `"https://track.example.com/2Z"`, "shipment.id", a.At("shipment.id"), "shipment.date_shipped", `"2026-03-20"`)
	d.Do(200, "POST", path, `{"tracking_number":"3Z"}`)
	d.Do(200, "PUT", one, `{"tracking_number":"3Z"}`).Want(t, "status", `"error"`)
	d.Do(200, "DELETE", one, "").Want(t, "message", `"Shipment Deleted"`)
	d.Do(404, "GET", one, "").Want(t, "message", `"Shipment Not Found"`)
	d.Do(404, "GET", "/orders/1/shipments", "").Want(t, "message", `"Order Not Found"`)
	for _, bad := range []string{`{}`, `{"tracking_number":"1","cost":"much"}`, `{"tracking_number":"1","weight":"1kg"}`} {
		d.Do(400, "POST", path, bad).Want(t, "status", `"error"`)
	}
	if n := len(d.State().Shipments); n != 4 {
		t.Errorf("%d shipments in the state, want 4", n)
	}
}

func TestBatchShipments(t *testing.T) {
	d := open(t, twin.Options{Orders: 2})
	a := d.Do(200, "POST", "/batch-shipments", `[{"order_id":90112733,"tracking_number":"1"},{"order_id":"90112734","tracking_number":"1"},
		{"order_id":90112733,"tracking_number":"1"},{"order_id":5,"tracking_number":"1"},{"order_id":90112733}]`)
	a.Want(t, "message", `"2 Shipments Added"`, "results.0.message", `"Shipment Added"`, "results.2", `{"order_id":"90112733","message":"Shipment Not Added"}`,
		"results.3.message", `"Order Not Found"`, "results.4.message", `"Shipment Not Added: tracking_number is required; write n/a without one"`)
	d.Do(400, "POST", "/batch-shipments", `[]`)
	d.Do(400, "POST", "/batch-shipments", `{}`)
	if n := len(d.State().Shipments); n != 2 {
		t.Errorf("%d shipments, want 2", n)
	}
}

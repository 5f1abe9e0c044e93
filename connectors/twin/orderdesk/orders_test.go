package orderdesk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/connectors/twin"
)

// minimal is the least that makes an order.
const minimal = `{"source_id":"BS-1","source_name":"BrightStores","shipping":{"last_name":"Okafor"},"order_items":[{"name":"Trail Cap","price":14.5,"quantity":2}]}`

func TestCreateOrder(t *testing.T) {
	d := open(t, twin.Options{})
	a := d.Do(200, "POST", "/orders", `{
		"email":"dana.okafor@example.com","source_name":"BrightStores","source_id":"RDG-48213","customer_id":7719,"shipping_method":"UPS Ground",
		"shipping_total":"12.40","tax_total":22.95,"handling_total":null,"order_total":1,"folder_id":"71002","payment_type":"Visa",
		"shipping":{"first_name":"Dana","last_name":"Okafor","address1":"418 Alder Ct","address3":"Dock","state":"OR","country":"US"},
		"checkout_data":{"Zeta":"1","Alpha":{"b":1,"a":2},"In Hands Date":"2026-03-20"},"order_metadata":[],
		"discount_list":[{"name":"Coupon","code":"WELCOME5","amount":"15.10"}],"order_notes":[{"username":"API","content":"hi"}],
		"order_items":[{"name":"Trail Cap","price":"20.00","quantity":12,"weight":"0.20","code":"CAP-TRL-NVY","variation_list":{"Color":"Navy"}},
			{"name":"Sticker","price":64,"quantity":"2","weight":2,"code":"12E4","variation_list":[],"metadata":{}},
			{"name":"Nothing","price":5,"quantity":0,"delivery_type":"noship"}]}`)
	a.Want(t, "status", `"success"`, "message", `"Order Added"`, "order.id", `"90112733"`, "order.source_id", `"RDG-48213"`, "order.customer_id", `"7719"`,
		"order.quantity_total", "14", "order.weight_total", "6.4", "order.product_total", "368", "order.discount_total", "15.1",
		"order.shipping_total", "12.4", "order.handling_total", "0", "order.order_total", "388.25", "order.payment_status", `"Captured"`,
		"order.folder_id", "71002", "order.date_added", `"2026-03-20 16:00:00"`, "order.date_updated", `"2026-03-20 16:00:00"`,
		"order.customer.last_name", `"Okafor"`, "order.customer.address1", `"418 Alder Ct"`, "order.customer.address3", "",
		"order.checkout_data", `{"Zeta":"1","Alpha":{"b":1,"a":2},"In Hands Date":"2026-03-20"}`, "order.order_metadata", "[]",
		"order.discount_list.0.amount", `"15.10"`, "order.order_notes.0.date_added", `"2026-03-20 16:00:00"`,
		"order.order_items.0.price", `"20.00"`, "order.order_items.0.weight", "0.2", "order.order_items.0.delivery_type", `"ship"`,
		"order.order_items.1.price", "64", "order.order_items.1.code", `"12E4"`, "order.order_items.1.quantity", "2",
		"order.order_items.1.variation_list", "[]", "order.order_items.1.metadata", "[]", "order.order_items.2.quantity", "0",
		"order.order_items.2.delivery_type", `"noship"`, "order.order_shipments", "[]")
	if got := d.Get("/orders/90112733").At("order"); got != a.At("order") {
		t.Errorf("the order is not as the answer said:\n%s\n%s", got, a.At("order"))
	}
	if got := d.Get("/orders?source_id=RDG-48213&source_name=BrightStores").At("orders.0"); got != a.At("order") {
		t.Errorf("the listing has another order:\n%s\n%s", got, a.At("order"))
	}
}

func TestSameSourceIDTwice(t *testing.T) {
	d := open(t, twin.Options{})
	d.Do(200, "POST", "/orders", minimal)
	d.Do(200, "POST", "/orders", strings.Replace(minimal, "BS-1", "BS-2", 1))
	d.Do(200, "POST", "/orders", minimal)
	d.Get("/orders?source_id=BS-1").Want(t, "total_records", `"2"`)
	created := d.Created()
	if len(created) != 2 || created[0].SourceID != "BS-1" || created[0].Count != 2 || len(created[0].IDs) != 2 || created[1].Count != 1 {
		t.Fatalf("created: %+v", created)
	}
	// One that is deleted has been added all the same, and its id is not given again.
	d.Do(200, "DELETE", "/orders/"+created[0].IDs[1], "").Want(t, "message", `"Order Deleted"`)
	d.Do(404, "DELETE", "/orders/"+created[0].IDs[1], "").Want(t, "message", `"Order Not Found"`)
	if c := d.Created()[0]; c.Count != 2 || len(c.IDs) != 1 {
		t.Errorf("created after one was deleted: %+v", c)
	}
	if got := d.Do(200, "POST", "/orders", minimal).Text("order.id"); got == created[0].IDs[1] {
		t.Errorf("id %s is given a second time", got)
	}
}

func TestUniqueSourceID(t *testing.T) {
	d := open(t, twin.Options{UniqueSourceID: true})
	d.Do(200, "POST", "/orders", minimal)
	d.Do(200, "POST", "/orders", minimal).Want(t, "status", `"error"`)
	d.Do(200, "POST", "/orders", strings.Replace(minimal, "BrightStores", "Shopify", 1)).Want(t, "status", `"success"`)
	d.Get("/orders").Want(t, "total_records", `"2"`)
}

func TestRefusedOrders(t *testing.T) {
	d := open(t, twin.Options{})
	for _, tt := range []struct{ body, message string }{
		{`{"shipping":{"last_name":"A"}}`, "order_items is required"},
		{`{"shipping":{"last_name":"A"},"order_items":[]}`, "order_items is required"},
		{`{"order_items":[{"name":"A"}]}`, "a customer or shipping first name, last name or company is required"},
		{`{"customer":{"company":"A"},"order_items":[{"quantity":1}]}`, "order_items: name is required"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A","quantity":-1}]}`, "order_items: quantity must not be negative"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A","delivery_type":"drone"}]}`, "order_items: delivery_type must be ship, noship, download or future"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A","price":"free"}]}`, "order_items.0.price must be a number such as 12.50"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A","price":1e3}]}`, "order_items.0.price must be a number such as 12.50"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A","quantity":1.5}]}`, "order_items.0.quantity must be a whole number"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A","metadata":[1]}]}`, "order_items.0.metadata must be an object of names and values"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A"}],"payment_status":"paid"}`, "payment_status must be one of Approved, Authorized, Captured, Fully Refunded, Partially Refunded, Pending, Rejected, Voided"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A"}],"folder_id":5}`, "folder_id is not a folder of this store"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A"}],"date_added":"2026-03-20T16:00:00Z"}`, "date_added must have the form YYYY-MM-DD HH:MM:SS"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A"}],"email":{}}`, "email must be a text"},
		{`{"customer":{"company":"A"},"order_items":[{"name":"A"}],"order_notes":[{"content":"` + strings.Repeat("x", 2001) + `"}]}`, "order_notes are limited to 2000 characters each"},
		{`{`, "the body is not valid JSON at byte 1"},
		{`{"email":"a","email":"b"}`, "the body is not valid JSON at byte 13"},
		{``, "the body is empty"},
	} {
		d.Do(400, "POST", "/orders", tt.body).Want(t, "status", `"error"`, "message", fmt.Sprintf("%q", tt.message))
	}
	d.Get("/orders").Want(t, "total_records", `"0"`, "orders", "[]")
}

func TestReplaceOrder(t *testing.T) {
	d := open(t, twin.Options{})
	full := `{"email":"a@example.com","source_id":"1","tag_name":"red","folder_id":71003,"shipping":{"last_name":"A"},"order_metadata":{"a":"b"},
		"shipping_total":5,"order_items":[{"name":"A","price":1,"quantity":1},{"name":"B","price":2,"quantity":1}]}`
	id := d.Do(200, "POST", "/orders", full).Text("order.id")
	first := d.Get("/orders/" + id).Text("order.order_items.0.id")
	d.Do(200, "POST", "/orders/"+id+"/shipments", `{"tracking_number":"1Z","carrier_code":"UPS"}`)
	d.pass(60)
	a := d.Do(200, "PUT", "/orders/"+id, `{"shipping":{"last_name":"B"},"order_shipments":[],"order_items":[{"id":`+first+`,"name":"A2","price":3,"quantity":2},{"name":"C","price":1,"quantity":1}]}`)
	a.Want(t, "order.email", `""`, "order.source_id", `""`, "order.tag_name", `""`, "order.shipping_total", "0", "order.order_metadata", "[]",
		"order.payment_status", `""`, "order.folder_id", "71001", "order.customer.last_name", `""`, "order.shipping.last_name", `"B"`,
		"order.order_items.0.id", `"`+first+`"`, "order.order_items.0.name", `"A2"`, "order.order_items.1.name", `"C"`, "order.order_items.2", "",
		"order.order_total", "7", "order.date_added", `"2026-03-20 16:00:00"`, "order.date_updated", `"2026-03-20 16:01:00"`,
		"order.order_shipments.0.tracking_number", `"1Z"`)
	if got := a.Text("order.order_items.1.id"); got == "" || got == first {
		t.Errorf("the added item has the id %q", got)
	}
	// The number of the shop is blank, so nothing finds the order by it.
	d.Get("/orders?source_id=1").Want(t, "total_records", `"0"`)

	// Read, change, write: what was read is what is kept.
	got := d.Get("/orders/" + id).At("order")
	d.Do(200, "PUT", "/orders/"+id, got)
	if again := d.Get("/orders/" + id).At("order"); again != got {
		t.Errorf("writing back what was read changes it:\n%s\n%s", again, got)
	}
	d.Do(400, "PUT", "/orders/"+id, `{"id":"5","shipping":{"last_name":"B"}}`)
	d.Do(404, "PUT", "/orders/5", `{"shipping":{"last_name":"B"}}`)
	d.Do(400, "PUT", "/orders/"+id, `{"folder_id":9}`)
}

func TestHistory(t *testing.T) {
	d := open(t, twin.Options{Orders: 1})
	before := d.Get("/orders/90112733").Body
	d.Do(200, "POST", "/orders/90112733/order-history", `{"note":"sent","source_name":"sluice"}`)
	if after := d.Get("/orders/90112733").At("order"); !strings.Contains(before, after) {
		t.Errorf("a history line changes the order:\n%s\n%s", before, after)
	}
	d.Get("/orders/90112733?get_order_history=1").Want(t, "order.order_history.0.note", `"sent"`, "order.order_history.0.source_name", `"sluice"`)
	d.Get("/orders?get_order_history=1").Want(t, "orders.0.order_history.0.note", `"sent"`)
	d.Do(400, "POST", "/orders/90112733/order-history", `{}`)
	d.Do(400, "POST", "/orders/90112733/order-history", `{"note":"`+strings.Repeat("x", 2000)+`"}`)
	d.Do(404, "POST", "/orders/1/order-history", `{"note":"x"}`)
}

func TestItems(t *testing.T) {
	d := open(t, twin.Options{})
	id := d.Do(200, "POST", "/orders", minimal).Text("order.id")
	path := "/orders/" + id + "/order-items"
	a := d.Do(200, "POST", path, `{"name":"Mug","price":"3.50","quantity":2}`)
	a.Want(t, "message", `"Order Item Added"`, "order_item.price", `"3.50"`)
	d.Get("/orders/"+id).Want(t, "order.order_total", "36")
	one := path + "/" + a.Text("order_item.id")
	d.Get(one).Want(t, "order_item.name", `"Mug"`)
	d.Do(200, "PUT", one, `{"name":"Cup"}`).Want(t, "message", `"Order Item Updated"`, "order_item.price", "0", "order_item.quantity", "0", "order_item.id", a.At("order_item.id"))
	d.Get("/orders/"+id).Want(t, "order.order_total", "29")
	if n := len(d.Get(path).Rows("order_items")); n != 2 {
		t.Errorf("%d items, want 2", n)
	}
	d.Do(400, "POST", path, `{"price":1}`)
	d.Do(400, "PUT", one, `{}`)
	d.Do(200, "DELETE", one, "")
	d.Do(404, "GET", one, "").Want(t, "message", `"Order Item Not Found"`)
	d.Do(404, "GET", "/orders/1/order-items", "").Want(t, "message", `"Order Not Found"`)
}

func TestMoveOrders(t *testing.T) {
	d := open(t, twin.Options{Orders: 3})
	d.pass(60)
	a := d.Do(200, "POST", "/move-orders", `{"order_id_list":[90112733,"90112734",7],"destination_folder_name":"Closed"}`)
	a.Want(t, "message", `"2 Orders Moved"`, "results.0", `{"order_id":90112733,"message":"Order Moved to Closed Folder","original_folder_id":71001}`,
		"results.1.original_folder_id", "71002", "results.2", `{"order_id":7,"message":"Order Not Found"}`)
	if got := d.Get("/orders?folder_name=Closed").Texts("orders", "folder_id"); !slices.Equal(got, []string{"71003", "71003", "71003"}) {
		t.Errorf("folder Closed: %v", got)
	}
	d.Get("/orders?folder_id=71003&modified_start_date=2026-03-20T16:01:00").Want(t, "total_records", `"2"`)
	d.Do(200, "POST", "/move-orders", `{"order_id_list":[90112733],"destination_folder_id":71004}`).Want(t, "results.0.original_folder_id", "71003")
	for _, bad := range []string{`{"order_id_list":[90112733],"destination_folder_id":71004,"destination_folder_name":"New"}`, `{"order_id_list":[],"destination_folder_id":71004}`,
		`{"order_id_list":[90112733],"destination_folder_name":"new"}`, `{"order_id_list":[90112733]}`, `{"order_id_list":["x"],"destination_folder_id":71004}`} {
		d.Do(400, "POST", "/move-orders", bad).Want(t, "status", `"error"`)
	}
}

package brightstores_test

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/internal/probe"
)

// shown finds one of the first orders by what it is like.
func shown(t *testing.T, s shop, doc string) probe.Answer {
	t.Helper()
	for i, o := range orders.Showcase() {
		if strings.Contains(o.Doc, doc) {
			return s.Get(fmt.Sprintf("/orders/%d", 48213+2*i))
		}
	}
	t.Fatalf("no order is shown that has %q", doc)
	return probe.Answer{}
}

func showcase(t *testing.T) shop {
	return open(t, twin.Options{Orders: len(orders.Showcase())})
}

func TestMembersOfAnOrder(t *testing.T) {
	s := showcase(t)
	a := s.Get("/orders/48213")
	members := []string{"order_id", "created_at", "updated_at", "status", "site_id", "site_name", "site_url", "custom_store_id", "organization_name",
		"organization_id", "custom_data_collections", "customer_email", "customer_id", "username", "item_total", "grand_total", "shipping_contact",
		"shipping_address", "billing_contact", "billing_address", "payment", "payments", "shipment", "line_items", "coupons_adjustments",
		"balance_adjustments", "custom_adjustments", "required_adjustments", "notes", "shipments", "shipping_contact.first_name",
		"shipping_address.first_address", "shipping_address.second_address", "shipping_address.zip", "payment.details.card type",
		"shipment.tracking_number", "shipment.cost", "shipment.ship_date", "shipment.in_hands_date", "line_items.0.final_internal_id",
		"line_items.0.tax_price", "line_items.0.gift_certificate", "line_items.0.product_options.0.sub_option_name", "line_items.0.note"}
	for _, m := range members {
		if a.At(m) == "" {
			t.Errorf("there is no %s", m)
		}
	}
	if a.At("order") != "" {
		t.Error("the order is wrapped")
	}
}

var money = regexp.MustCompile(`^"-?[0-9]+\.[0-9]{1,2}"$`)

// amount reads money, which is a text with one or two decimals.
func amount(t *testing.T, a probe.Answer, path string) *big.Rat {
	t.Helper()
	raw := a.At(path)
	r, ok := new(big.Rat).SetString(strings.Trim(raw, `"`))
	if !ok || !money.MatchString(raw) {
		t.Fatalf("%s is %s, want money as a text", path, raw)
	}
	return r
}

func TestTotals(t *testing.T) {
	s := open(t, twin.Options{Orders: 400})
	unequal, kinds := 0, map[string]bool{}
	for i := range 400 {
		a := s.Get(fmt.Sprintf("/orders/%d", 48213+2*i))
		lines := new(big.Rat)
		for _, l := range a.Rows("line_items") {
			unit := new(big.Rat).Add(amount(t, l, "product_price"), amount(t, l, "options_price"))
			if unit.Cmp(amount(t, l, "unit_price")) != 0 {
				t.Errorf("order %s: unit price", a.At("order_id"))
			}
			q, _ := new(big.Rat).SetString(l.At("quantity"))
			if unit.Mul(unit, q).Cmp(amount(t, l, "total_price")) != 0 {
				t.Errorf("order %s: total price", a.At("order_id"))
			}
			lines.Add(lines, amount(t, l, "total_price"))
		}
		item, sum := amount(t, a, "item_total"), amount(t, a, "item_total")
		for _, list := range []string{"coupons", "balance", "custom", "required"} {
			for _, adj := range a.Rows(list + "_adjustments") {
				kinds[list] = true
				sum.Add(sum, amount(t, adj, "amount"))
			}
		}
		if sum.Cmp(amount(t, a, "grand_total")) != 0 {
			t.Errorf("order %s: grand_total is not item_total and the adjustments", a.At("order_id"))
		}
		if lines.Cmp(item) != 0 {
			unequal++
		}
	}
	if unequal == 0 || unequal > 40 {
		t.Errorf("%d of 400 orders have lines that do not add up to item_total, want a few", unequal)
	}
	if len(kinds) != 4 {
		t.Errorf("adjustments of %v only", kinds)
	}
}

func TestShowcase(t *testing.T) {
	s := showcase(t)
	shown(t, s, "a guest").Want(t, "customer_id", "null", "username", `"Guest"`, "notes.0.username", `"mhollis"`)
	if got := shown(t, s, "a guest").At("line_items.0.id"); !strings.HasPrefix(got, `"`) {
		t.Errorf("line id is %s, want a text", got)
	}
	if got := shown(t, s, "paid, goods").At("line_items.0.id"); strings.HasPrefix(got, `"`) {
		t.Errorf("line id is %s, want a number", got)
	}
	four := shown(t, s, "all four kinds")
	four.Want(t, "coupons_adjustments.0.note", `"WELCOME5"`, "balance_adjustments.0.note", "null", "custom_adjustments.1.amount", `"-3.0"`,
		"required_adjustments.0.note", `"sales tax"`, "required_adjustments.1.note", `"shipment"`, "required_adjustments.0.modifier_type", `"$"`)
	if got := shown(t, s, "without a product id").At("line_items.0.product_id"); got != "" {
		t.Errorf("product_id is %s, want none", got)
	}
	shown(t, s, "personalizations").Want(t, "line_items.0.product_personalizations.0.title", `"Embroidery"`, "line_items.0.note", `"left chest"`,
		"custom_data_collections.0.attributes.0.key", `"Department"`, "line_items.0.vendors.0.name", `"Summit Blanks"`)
	gift := shown(t, s, "gift certificate")
	gift.Want(t, "line_items.1.final_sku", `"GIFT-CERT"`, "line_items.0.gift_certificate", "null", "line_items.1.pdf_status", `"ready"`)
	if gift.At("line_items.1.gift_certificate.code") == "" || gift.At("line_items.0.pdf_status") != "" {
		t.Errorf("gift certificate: %s", gift.At("line_items"))
	}
	shown(t, s, "status new").Want(t, "status", `"new"`, "payment", "null", "payments", "[]")
	shipped := shown(t, s, "shipped")
	if shipped.At("shipments.0.tracking_number") == "" || shipped.At("shipment.tracking_number") != shipped.At("shipments.0.tracking_number") {
		t.Errorf("shipments: %s", shipped.At("shipments"))
	}
	abroad := shown(t, s, "a customer in Canada and a refund")
	abroad.Want(t, "shipping_address.country", `"Canada"`)
	if !strings.HasPrefix(abroad.At("payments.1.amount"), `"-`) {
		t.Errorf("payments: %s", abroad.At("payments"))
	}
	shown(t, s, "looks like a number").Want(t, "line_items.0.final_sku", `"12E4"`, "line_items.0.quantity", "200")
	shown(t, s, "waiting for a manager").Want(t, "status", `"moas_pending"`)
}

func TestNamesOfStatesAndCountries(t *testing.T) {
	s := open(t, twin.Options{Orders: 60})
	for i := range 60 {
		a := s.Get(fmt.Sprintf("/orders/%d", 48213+2*i))
		for _, path := range []string{"shipping_address.state", "shipping_address.country", "billing_address.state"} {
			if len(a.Text(path)) < 4 {
				t.Errorf("%s is %s, want a full name", path, a.At(path))
			}
		}
		if email := a.Text("customer_email"); !strings.HasSuffix(email, "@example.com") {
			t.Errorf("email %q may be someone's", email)
		}
	}
}

func TestTimestampsHaveTheStoresOffset(t *testing.T) {
	s := open(t, twin.Options{Orders: 3000})
	offsets := map[string]bool{}
	for page := 1; page <= 6; page++ {
		for _, at := range s.Get(fmt.Sprintf("/orders?per_page=500&page=%d", page)).Texts("orders", "created_at") {
			offsets[at[19:]] = true
			when, err := time.Parse(time.RFC3339, at)
			if err != nil || when.After(twin.DefaultStart()) {
				t.Errorf("created_at %q", at)
			}
		}
	}
	if len(offsets) != 2 || !offsets["-06:00"] || !offsets["-07:00"] {
		t.Errorf("offsets: %v", offsets)
	}
}

func TestOrdersOfTheSameSecond(t *testing.T) {
	s := showcase(t)
	a, b := s.Get("/orders/48221"), s.Get("/orders/48223")
	if a.At("created_at") != b.At("created_at") {
		t.Errorf("%s and %s", a.At("created_at"), b.At("created_at"))
	}
}

func TestPlainOrders(t *testing.T) {
	s := open(t, twin.Options{Orders: 100, Plain: true})
	s.Get("/orders?status=paid").Want(t, "meta.total", "100")
	for i := range 100 {
		a := s.Get(fmt.Sprintf("/orders/%d", 48213+2*i))
		if a.At("customer_id") == "null" || a.At("line_items.0.product_id") == "" || a.At("payment") == "null" {
			t.Errorf("order %s is not plain", a.At("order_id"))
		}
	}
}

func TestLateOrderTakesANumberBetween(t *testing.T) {
	s := open(t, twin.Options{Orders: 40})
	before := ids(s.Get("/orders?per_page=500"))
	added, err := s.Add(2, 5*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	after := ids(s.Get("/orders?per_page=500"))
	if len(after) != 42 || !slices.IsSortedFunc(after, func(a, b int64) int { return int(b - a) }) {
		t.Fatalf("orders: %v", after)
	}
	for _, id := range added {
		a := s.Get("/orders/" + id)
		at, _ := time.Parse(time.RFC3339, a.Text("created_at"))
		if !at.Equal(twin.DefaultStart().Add(-5 * time.Hour)) {
			t.Errorf("created_at is %v", at)
		}
		a.Want(t, "status", `"paid"`)
		if id >= fmt.Sprint(before[0]) {
			t.Errorf("late order %s is numbered after the last one, %d", id, before[0])
		}
	}
}

func TestLines(t *testing.T) {
	s := showcase(t)
	o := shown(t, s, "goods kept in East and")
	list := s.Get("/orders/" + o.Text("order_id") + "/line_items")
	if list.At("line_items") != o.At("line_items") {
		t.Errorf("lines differ:\n%s\n%s", list.At("line_items"), o.At("line_items"))
	}
	one := s.Get("/orders/" + o.Text("order_id") + "/line_items/" + o.Text("line_items.1.id"))
	if one.Body != o.At("line_items.1") {
		t.Errorf("line: %s", one.Body)
	}
}

func TestUpdateOrder(t *testing.T) {
	s := showcase(t)
	was := s.Get("/orders/48213")
	a := s.Do(200, "PUT", "/orders/48213", `{"order":{"status":"shipped","tracking_number":"1Z9","ship_date":"2026-03-21 10:00:00","in_hands_date":"2026-03-30",
		"shipping_method":"UPS Ground","note":"left at dock","send_shipping_confirmation":0,"shipping_address":{"city":"Reno"},"billing_contact":{"phone":5}}}`)
	a.Want(t, "status", `"shipped"`, "shipment.tracking_number", `"1Z9"`, "shipment.ship_date", `"2026-03-21"`, "shipment.in_hands_date", `"2026-03-30"`,
		"shipment.shipping_method", `"UPS Ground"`, "notes.0.username", `"API"`, "notes.0.note", `"left at dock"`, "shipping_address.city", `"Reno"`,
		"shipping_address.first_address", was.At("shipping_address.first_address"), "billing_contact.phone", `"5"`,
		"billing_address", was.At("billing_address"), "updated_at", `"2026-03-20T10:00:00-06:00"`, "created_at", was.At("created_at"))
	if got := s.Get("/orders/48213").Body; got != a.Body {
		t.Errorf("the order is not as the answer said:\n%s\n%s", got, a.Body)
	}
	s.Get("/orders?status=shipped&updated_at_from=2026-03-20T16:00:00Z").Want(t, "meta.total", "1", "orders.0.order_id", "48213", "orders.0.tracking", `"1Z9"`)
	if mail := s.State().Outbox; len(mail) != 0 {
		t.Errorf("mail was sent: %v", mail)
	}
	s.Do(200, "PUT", "/orders/48213", `{"order":{"send_shipping_confirmation":true}}`)
	if mail := s.State().Outbox; len(mail) != 1 || mail[0].To != was.Text("customer_email") || mail[0].OrderID != "48213" {
		t.Errorf("outbox: %v", mail)
	}
}

func TestRefusedUpdates(t *testing.T) {
	s := showcase(t)
	was := s.Get("/orders/48213").Body
	for _, tt := range []struct {
		body   string
		status int
		path   string
	}{
		{`{"order":{"status":"cancelled"}}`, 422, `errors.order\.status`},
		{`{"order":{"shipping_method":"Zeppelin"}}`, 422, ""},
		{`{"order":{"ship_date":"21.3.2026"}}`, 422, ""},
		{`{"order":{"in_hands_date":"soon"}}`, 422, ""},
		{`{"order":{"send_shipping_confirmation":"maybe"}}`, 422, ""},
		{`{"order":{"status":{}}}`, 422, ""},
		{`{"order":{"shipping_address":[]}}`, 422, ""},
		{`{"order":`, 400, ""}, {``, 400, ""}, {`[]`, 400, ""}, {"{\"order\":{\"note\":\"\xff\"}}", 400, ""},
	} {
		a := s.Do(tt.status, "PUT", "/orders/48213", tt.body)
		if tt.status == 422 && !strings.HasPrefix(a.Body, `{"errors":{"order.`) || tt.status == 400 && a.Text("error") == "" {
			t.Errorf("%s: %s", tt.body, a.Body)
		}
	}
	if got := s.Get("/orders/48213").Body; got != was {
		t.Errorf("a refused update changed the order:\n%s\n%s", got, was)
	}
}

func TestCancel(t *testing.T) {
	s := showcase(t)
	stock := func(sku string) string {
		for _, row := range s.Get("/inventories?per_page=500").Rows("inventories") {
			if row.Text("final_sku") == sku {
				return row.Text("inventory")
			}
		}
		return ""
	}
	o := shown(t, s, "goods kept in West")
	sku, before := o.Text("line_items.0.final_sku"), stock(o.Text("line_items.0.final_sku"))
	a := s.Do(200, "PUT", "/orders/"+o.Text("order_id")+"/cancel", "")
	a.Want(t, "success", `["Set status to 'Canceled'","Restock inventory","Refund payment"]`, "errors", "[]")
	now := s.Get("/orders/" + o.Text("order_id"))
	now.Want(t, "status", `"canceled"`)
	if got := now.Text("payments.1.amount"); got != "-"+now.Text("grand_total") {
		t.Errorf("refund of %s", got)
	}
	if after := stock(sku); after == before {
		t.Errorf("stock of %s stays at %s", sku, after)
	}
	s.Do(200, "PUT", "/orders/"+o.Text("order_id")+"/cancel", "").Want(t, "success", "[]", "errors", `["Order is already canceled"]`)
	s.Get("/orders?status=canceled&updated_at_from=2026-03-20T16:00:00Z").Want(t, "meta.total", "1", "orders.0.order_id", o.At("order_id"))

	stuck := shown(t, s, "cannot refund")
	s.Do(200, "PUT", "/orders/"+stuck.Text("order_id")+"/cancel", "").Want(t, "errors", `["Unable to refund payment"]`,
		"success", `["Set status to 'Canceled'","Restock inventory"]`)
	s.Get("/orders/"+stuck.Text("order_id")).Want(t, "status", `"canceled"`, "payments.1", "")
}

package orderdesk_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/connectors/twin"
)

// place adds an order with these members besides the needed ones.
func place(d desk, members string) string {
	d.T.Helper()
	return d.Do(200, "POST", "/orders", `{`+members+`,"order_items":[{"name":"A","price":1,"quantity":1}]}`).Text("order.id")
}

func TestListFilters(t *testing.T) {
	d := open(t, twin.Options{})
	a := place(d, `"source_id":"1","source_name":"BrightStores","email":"a@example.com","customer_id":7,"date_added":"2026-03-01 10:00:00","customer":{"first_name":"Ann","last_name":"Ash","company":"Ace","address1":"1 A St","phone":"1"}`)
	d.pass(60)
	b := place(d, `"source_id":"2","source_name":"Shopify","email":"b@example.com","folder_id":71002,"date_added":"2026-03-02 10:00:00","customer":{"last_name":"Ash"},"shipping":{"first_name":"Bo","last_name":"Birk","company":"Bee","address1":"2 B St","phone":"2"}`)
	d.pass(60)
	c := place(d, `"source_id":"2","source_name":"BrightStores","email":"a@example.com","folder_id":71004,"date_added":"2026-03-03 10:00:00","customer":{"last_name":"Cole"}`)
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"", []string{c, b, a}},
		{"order=ASC", []string{a, b, c}},
		{"folder_id=71001", []string{a}},
		{"folder_id=71001,71004", []string{c, a}},
		{"folder_id=5", nil},
		{"folder_name=Prepared", []string{b}},
		{"folder_name=prepared", nil},
		{"source_id=2", []string{c, b}},
		{"source_id=2&source_name=BrightStores", []string{c}},
		{"source_id=3", nil},
		{"source_name=shopify", []string{b}},
		{"email=A@example.com", []string{c, a}},
		{"email=a@example.com&limit=1&order=DESC", []string{c}},
		{"customer_id=7", []string{a}},
		{"customer_last_name=Ash", []string{b, a}},
		{"customer_first_name=Ann", []string{a}},
		{"customer_company=Ace", []string{a}},
		{"customer_address1=1 A St", []string{a}},
		{"customer_phone=1", []string{a}},
		{"shipping_first_name=Bo", []string{b}},
		{"shipping_last_name=Ash", []string{a}},
		{"shipping_company=Bee", []string{b}},
		{"shipping_address1=2 B St", []string{b}},
		{"shipping_phone=2", []string{b}},
		{"search_start_date=2026-03-02 10:00:00", []string{c, b}},
		{"search_start_date=2026-03-02 10:00:01", []string{c}},
		{"search_end_date=2026-03-02 10:00:00", []string{b, a}},
		{"search_start_date=2026-03-02&search_end_date=2026-03-03", []string{b}},
		// 03:00 in Denver is 10:00 UTC in winter.
		{"search_start_date_local=2026-03-02 03:00:00", []string{c, b}},
		{"search_start_date_local=2026-03-02 03:00:01", []string{c}},
		{"search_end_date_local=2026-03-02 03:00:00", []string{b, a}},
		{"search_end_date_local=2026-03-02 02:59:59", []string{a}},
		{"modified_start_date=2026-03-20 16:01:00", []string{c, b}},
		{"modified_end_date=2026-03-20 16:01:00&order_by=date_updated&order=ASC", []string{a, b}},
		{"order_by=source_id&order=ASC", []string{a, b, c}},
		{"order_by=email&order=DESC", []string{b, c, a}},
		{"order_by=id&order=asc", []string{a, b, c}},
		{"limit=1&offset=1", []string{b}},
		{"offset=3", nil},
	} {
		q, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		got := d.Get("/orders?" + q.Encode())
		if ids := got.Texts("orders", "id"); !slices.Equal(ids, tt.want) {
			t.Errorf("%s: %v, want %v", tt.query, ids, tt.want)
		}
		got.Want(t, "records_returned", fmt.Sprint(len(tt.want)))
	}
	d.Get("/orders?limit=1&offset=1").Want(t, "total_records", `"3"`, "limit", "1", "offset", "1")
}

// Orders of the same second keep an order of their own, so that pages tile.
func TestEqualKeysAreOrderedByID(t *testing.T) {
	d := open(t, twin.Options{})
	days := map[string][]string{}
	for i := range 60 {
		day := fmt.Sprintf("2026-03-%02d 00:00:00", 1+(i*7)%3)
		days[day] = append(days[day], place(d, `"customer":{"last_name":"A"},"date_added":"`+day+`"`))
	}
	want := slices.Concat(days["2026-03-01 00:00:00"], days["2026-03-02 00:00:00"], days["2026-03-03 00:00:00"])
	if got := d.Get("/orders?limit=100&order=ASC").Texts("orders", "id"); !slices.Equal(got, want) {
		t.Errorf("rising: %v, want %v", got, want)
	}
	slices.Reverse(want)
	if got := d.Get("/orders?limit=100").Texts("orders", "id"); !slices.Equal(got, want) {
		t.Errorf("falling: %v, want %v", got, want)
	}
}

func TestRefusedListings(t *testing.T) {
	d := open(t, twin.Options{})
	for _, tt := range []struct{ query, message string }{
		{"limit=0", "limit must be a number from 1"}, {"limit=x", "limit must be a number from 1"}, {"offset=-1", "offset must be a number from 0"},
		{"order=up", "order must be ASC or DESC"}, {"order_by=colour", `order_by "colour" is not a field that orders are sorted by`},
		{"folder_id=New", "folder_id must be one id or ids with commas between them"},
		{"modified_start_date=yesterday", "modified_start_date must have the form YYYY-MM-DD HH:MM:SS"},
	} {
		if got := d.Do(400, "GET", "/orders?"+tt.query, "").Text("message"); got != tt.message {
			t.Errorf("%s: %s", tt.query, got)
		}
	}
}

func TestSeededOrdersAndPages(t *testing.T) {
	d := open(t, twin.Options{Orders: 1234})
	var seen []string
	for offset := 0; ; offset += 500 {
		a := d.Get(fmt.Sprintf("/orders?order=ASC&limit=600&offset=%d", offset))
		a.Want(t, "limit", "500", "total_records", `"1234"`)
		rows := a.Texts("orders", "id")
		if len(rows) == 0 {
			break
		}
		seen = append(seen, rows...)
	}
	if len(seen) != 1234 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 1234 {
		t.Errorf("%d orders on all pages", len(seen))
	}
	if n := len(d.Get("/orders").Rows("orders")); n != 50 {
		t.Errorf("%d orders without a limit, want 50", n)
	}
	for _, o := range d.Get("/orders?limit=60").Rows("orders") {
		if got := d.Get("/orders/" + o.Text("id")).At("order"); got != o.Body {
			t.Fatalf("the listing and the order differ:\n%s\n%s", o.Body, got)
		}
		for _, path := range []string{"checkout_data", "order_metadata", "order_items.0.metadata", "order_items.0.variation_list"} {
			if v := o.At(path); v != "[]" && !strings.HasPrefix(v, `{"`) {
				t.Errorf("%s is %s", path, v)
			}
		}
	}
}

func TestOrdersPlacedAtTheDesk(t *testing.T) {
	d := open(t, twin.Options{Orders: 2})
	id := place(d, `"source_id":"1","customer":{"last_name":"A"}`)
	added, err := d.Add(1, 0)
	if err != nil || len(added) != 1 || added[0] <= id {
		t.Fatalf("added %v, %v", added, err)
	}
	d.Get("/orders/"+added[0]).Want(t, "order.source_name", `"Order Desk"`, "order.folder_id", "71001", "order.date_added", `"2026-03-20 16:00:00"`)
	if c := d.Created(); len(c) != 1 {
		t.Errorf("orders that the twin placed count as created: %+v", c)
	}
}

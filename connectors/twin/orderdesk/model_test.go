package orderdesk_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/internal/probe"
)

// handler is a twin that is asked without a network.
type handler struct {
	s   *twin.Server
	now time.Time
}

func newHandler(t interface{ Fatal(...any) }, opts twin.Options) *handler {
	h := &handler{now: time.Unix(0, 0)}
	opts.NoRateLimit = true
	opts.Now = func() time.Time { return h.now }
	s, err := twin.New("orderdesk", opts)
	if err != nil {
		t.Fatal(err)
	}
	h.s = s
	return h
}

func (h *handler) ask(method, path, body string) probe.Answer {
	req := httptest.NewRequest(method, "/api/v2"+path, strings.NewReader(body))
	withKey("4821", "twin-token")(req)
	w := httptest.NewRecorder()
	h.s.ServeHTTP(w, req)
	return probe.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

// kept is what the test expects of an order.
type kept struct {
	source, folder string
	updated        time.Time
	total          *big.Rat
	tracking       []string
}

// machine runs a twin beside a plain model of it.
type machine struct {
	h      *handler
	orders map[string]*kept
	ids    []string // of all orders ever made
}

func (m *machine) some(t *rapid.T) string {
	if len(m.ids) == 0 {
		t.Skip("no order yet")
	}
	return rapid.SampledFrom(m.ids).Draw(t, "order")
}

// drawItems writes items and returns what they cost.
func drawItems(t *rapid.T) (string, *big.Rat) {
	sum := new(big.Rat)
	var items []string
	for range rapid.IntRange(1, 4).Draw(t, "items") {
		cents, quantity := rapid.Int64Range(0, 1_000_000).Draw(t, "cents"), rapid.Int64Range(0, 50).Draw(t, "quantity")
		sum.Add(sum, new(big.Rat).Mul(big.NewRat(cents, 100), big.NewRat(quantity, 1)))
		price := fmt.Sprintf("%d.%02d", cents/100, cents%100)
		if rapid.Bool().Draw(t, "quoted") {
			price = `"` + price + `"`
		}
		items = append(items, fmt.Sprintf(`{"name":"A","price":%s,"quantity":%d}`, price, quantity))
	}
	return "[" + strings.Join(items, ",") + "]", sum
}

func (m *machine) create(t *rapid.T) {
	source := rapid.SampledFrom([]string{"1", "2", "3", ""}).Draw(t, "source")
	items, sum := drawItems(t)
	a := m.h.ask("POST", "/orders", fmt.Sprintf(`{"source_id":%q,"customer":{"company":"A"},"order_items":%s}`, source, items))
	id := a.Text("order.id")
	if a.Status != 200 || m.orders[id] != nil || slices.Contains(m.ids, id) {
		t.Fatalf("status %d, id %s: %s", a.Status, id, a.Body)
	}
	m.ids = append(m.ids, id)
	m.orders[id] = &kept{source: source, folder: "71001", updated: m.h.now, total: sum}
}

func (m *machine) replace(t *rapid.T) {
	id := m.some(t)
	items, sum := drawItems(t)
	a := m.h.ask("PUT", "/orders/"+id, fmt.Sprintf(`{"source_id":"9","folder_id":71003,"shipping_total":"1.5","order_items":%s}`, items))
	if o := m.orders[id]; o != nil {
		o.source, o.folder, o.updated, o.total = "9", "71003", m.h.now, sum.Add(sum, big.NewRat(3, 2))
	} else if a.Status != 404 {
		t.Fatalf("a deleted order was replaced: %s", a.Body)
	}
}

func (m *machine) move(t *rapid.T) {
	id := m.some(t)
	a := m.h.ask("POST", "/move-orders", `{"order_id_list":[`+id+`],"destination_folder_name":"Prepared"}`)
	want := "0 Orders Moved"
	if o := m.orders[id]; o != nil {
		o.folder, o.updated = "71002", m.h.now
		want = "1 Orders Moved"
	}
	if a.Text("message") != want {
		t.Fatalf("%s, want %s", a.Body, want)
	}
}

func (m *machine) ship(t *rapid.T) {
	id, number := m.some(t), rapid.SampledFrom([]string{"1Z1", "1Z2", "n/a"}).Draw(t, "number")
	a := m.h.ask("POST", "/orders/"+id+"/shipments", `{"tracking_number":"`+number+`"}`)
	o := m.orders[id]
	switch {
	case o == nil:
		if a.Status != 404 {
			t.Fatalf("a deleted order was shipped: %s", a.Body)
		}
	case number != "n/a" && slices.Contains(o.tracking, number):
		if a.Text("status") != "error" {
			t.Fatalf("the same shipment twice: %s", a.Body)
		}
	default:
		o.tracking, o.updated = append(o.tracking, number), m.h.now
	}
}

func (m *machine) remove(t *rapid.T) {
	id := m.some(t)
	if a := m.h.ask("DELETE", "/orders/"+id, ""); (a.Status == 200) != (m.orders[id] != nil) {
		t.Fatalf("%d: %s", a.Status, a.Body)
	}
	delete(m.orders, id)
}

func (m *machine) wait(t *rapid.T) {
	m.h.now = m.h.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second)
}

// shown is what the listing says about an order.
type shown struct {
	ID        string      `json:"id"`
	Source    string      `json:"source_id"`
	Folder    json.Number `json:"folder_id"`
	Total     json.Number `json:"order_total"`
	Updated   string      `json:"date_updated"`
	Shipments []struct {
		Number string `json:"tracking_number"`
	} `json:"order_shipments"`
}

// check compares the twin with the model.
func (m *machine) check(t *rapid.T) {
	var list struct {
		Orders []json.RawMessage `json:"orders"`
	}
	if err := json.Unmarshal([]byte(m.h.ask("GET", "/orders?limit=500&order_by=id&order=ASC", "").Body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Orders) != len(m.orders) {
		t.Fatalf("%d orders, want %d", len(list.Orders), len(m.orders))
	}
	sources := map[string]int{}
	for _, raw := range list.Orders {
		var got shown
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		want := m.orders[got.ID]
		if want == nil {
			t.Fatalf("order %s should not be there", got.ID)
		}
		var tracking []string
		for _, sh := range got.Shipments {
			tracking = append(tracking, sh.Number)
		}
		total, _ := new(big.Rat).SetString(got.Total.String())
		updated := twin.DefaultStart().Add(want.updated.Sub(time.Unix(0, 0))).Format(time.DateTime)
		if got.Source != want.source || got.Folder.String() != want.folder || total.Cmp(want.total) != 0 || got.Updated != updated || !slices.Equal(tracking, want.tracking) {
			t.Fatalf("got %s\nwant %+v, updated %s", raw, want, updated)
		}
		sources[want.source]++
	}
	if len(list.Orders) > 0 {
		raw := string(rapid.SampledFrom(list.Orders).Draw(t, "row"))
		var got shown
		_ = json.Unmarshal([]byte(raw), &got)
		if one := m.h.ask("GET", "/orders/"+got.ID, "").At("order"); one != raw {
			t.Fatalf("the order on its own is %s\nin the list %s", one, raw)
		}
	}
	source := rapid.SampledFrom([]string{"1", "2", "3", "9"}).Draw(t, "source")
	if got := m.h.ask("GET", "/orders?limit=1&source_id="+source, "").Text("total_records"); got != fmt.Sprint(sources[source]) {
		t.Fatalf("%s orders have the source_id %s, want %d", got, source, sources[source])
	}
}

func TestLikeTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{h: newHandler(t, twin.Options{}), orders: map[string]*kept{}}
		t.Repeat(map[string]func(*rapid.T){
			"create": m.create, "replace": m.replace, "move": m.move, "ship": m.ship, "delete": m.remove, "wait": m.wait, "": m.check,
		})
	})
}

// However a range of time is cut, each order is in one part of it.
func TestWindowsTile(t *testing.T) {
	h := newHandler(t, twin.Options{Orders: 300})
	rapid.Check(t, func(t *rapid.T) {
		field := rapid.SampledFrom([]string{"search", "modified"}).Draw(t, "field")
		cut := twin.DefaultStart().Add(-time.Duration(rapid.IntRange(0, 300*41*60).Draw(t, "seconds ago")) * time.Second)
		count := func(q string) int {
			var n int
			if err := json.Unmarshal([]byte(h.ask("GET", "/orders?limit=1&"+q, "").Text("total_records")), &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count(field + "_end_date=" + cut.Add(-time.Second).Format("2006-01-02T15:04:05"))
		after := count(field + "_start_date=" + cut.Format("2006-01-02T15:04:05"))
		if before+after != 300 {
			t.Fatalf("%d before %v and %d from then on, of 300", before, cut, after)
		}
	})
}

// Whatever is sent, the twin answers, and what it took it gives back unchanged.
func FuzzOrder(f *testing.F) {
	f.Add(minimal)
	f.Add(`{"customer":{"company":"A"},"order_items":[{"name":"A","price":"20.00","quantity":"0","metadata":{"b":[1,{"a":null}]}}],"checkout_data":[]}`)
	f.Add(`{"customer":{"company":"\ud83d\ude00"},"order_items":[{"name":"A"}],"date_added":"2026-02-29 00:00:00"}`)
	f.Add(`[{"order_items":null}]`)
	h := newHandler(f, twin.Options{})
	f.Fuzz(func(t *testing.T, body string) {
		a := h.ask("POST", "/orders", body)
		if a.Status != 200 {
			if a.Status != 400 || a.Text("status") != "error" || a.Text("message") == "" {
				t.Fatalf("status %d: %s", a.Status, a.Body)
			}
			return
		}
		got := a.At("order")
		b := h.ask("PUT", "/orders/"+a.Text("order.id"), got)
		if b.Status != 200 || b.At("order") != got {
			t.Errorf("written back, %s\nbecomes %s", got, b.Body)
		}
		h.ask("DELETE", "/orders/"+a.Text("order.id"), "")
	})
}

func FuzzInventory(f *testing.F) {
	f.Add(`[{"id":55210,"name":"A","code":"C","stock":1}]`)
	f.Add(`{"name":"A","code":"C","price":"1.50","variation_list":{"a":"b"}}`)
	h := newHandler(f, twin.Options{InventoryItems: 20})
	f.Fuzz(func(t *testing.T, body string) {
		for _, to := range [][2]string{{"PUT", "/batch-inventory-items"}, {"PUT", "/inventory-items/55210"}, {"POST", "/orders/1/shipments"}, {"POST", "/move-orders"}, {"POST", "/batch-shipments"}} {
			if a := h.ask(to[0], to[1], body); a.Status != 200 && a.Status != 400 && a.Status != 404 {
				t.Errorf("%s %s: status %d: %s", to[0], to[1], a.Status, a.Body)
			}
		}
	})
}

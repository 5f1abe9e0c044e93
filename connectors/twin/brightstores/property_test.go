package brightstores_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/internal/probe"
)

// asker asks a twin without a network.
type asker struct{ s *twin.Server }

func newAsker(t testing.TB, opts twin.Options) asker {
	t.Helper()
	opts.Now = func() time.Time { return time.Unix(0, 0) }
	s, err := twin.New("brightstores", opts)
	if err != nil {
		t.Fatal(err)
	}
	return asker{s}
}

func (h asker) ask(method, path, body string) probe.Answer {
	req := httptest.NewRequest(method, "/api/v2.7.0"+path, strings.NewReader(body))
	withToken("twin-token")(req)
	w := httptest.NewRecorder()
	h.s.ServeHTTP(w, req)
	return probe.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

func (h asker) total(query string) int {
	var n int
	_ = json.Unmarshal([]byte(h.ask("GET", "/orders?per_page=1&"+query, "").At("meta.total")), &n)
	return n
}

func TestWindowsTile(t *testing.T) {
	h, without := newAsker(t, twin.Options{Orders: 300}), newAsker(t, twin.Options{Orders: 300, ExclusiveEnds: true})
	rapid.Check(t, func(t *rapid.T) {
		field := rapid.SampledFrom([]string{"created_at", "updated_at"}).Draw(t, "field")
		cut := twin.DefaultStart().Add(-time.Duration(rapid.IntRange(0, 300*29*60).Draw(t, "seconds ago")) * time.Second)
		zone := time.FixedZone("", rapid.IntRange(-12, 12).Draw(t, "offset")*3600)
		form := func(t time.Time) string { return url.QueryEscape(t.In(zone).Format(time.RFC3339)) }
		before, after := h.total(field+"_to="+form(cut.Add(-time.Second))), h.total(field+"_from="+form(cut))
		if before+after != 300 {
			t.Fatalf("%d before %v and %d from then on, of 300", before, cut, after)
		}
		if b, a := without.total(field+"_to="+form(cut)), without.total(field+"_from="+form(cut.Add(-time.Second))); b != before || a != after {
			t.Fatalf("without their ends ranges have %d before %v and %d from then on, not %d and %d", b, cut, a, before, after)
		}
	})
}

func TestPagesTile(t *testing.T) {
	h := newAsker(t, twin.Options{Orders: 97})
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 120).Draw(t, "size")
		seen := map[string]bool{}
		for page := 1; ; page++ {
			rows := h.ask("GET", fmt.Sprintf("/orders?per_page=%d&page=%d", size, page), "").Texts("orders", "order_id")
			if len(rows) == 0 {
				break
			}
			for _, id := range rows {
				if seen[id] {
					t.Fatalf("order %s is on two pages", id)
				}
				seen[id] = true
			}
		}
		if len(seen) != 97 {
			t.Fatalf("%d orders on all pages of %d", len(seen), size)
		}
	})
}

// Every order that is placed, whenever it is said to have been, is listed once
// and keeps the numbers falling.
func TestPlacedOrders(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		first := rapid.SampledFrom([]int64{1, 2, 48213}).Draw(rt, "first")
		h := newAsker(t, twin.Options{Orders: rapid.IntRange(0, 20).Draw(rt, "orders"), FirstOrder: first})
		want := h.total("")
		for range rapid.IntRange(1, 30).Draw(rt, "times") {
			ids, err := h.s.Add(rapid.IntRange(1, 3).Draw(rt, "count"), time.Duration(rapid.IntRange(0, 20*30).Draw(rt, "minutes ago"))*time.Minute)
			if err != nil {
				rt.Fatal(err)
			}
			want += len(ids)
		}
		all := ids(h.ask("GET", "/orders?per_page=500", ""))
		if len(all) != want {
			rt.Fatalf("%d orders, want %d", len(all), want)
		}
		for i, id := range all {
			if id < 1 || i > 0 && id >= all[i-1] {
				rt.Fatalf("order numbers: %v", all)
			}
			if a := h.ask("GET", fmt.Sprintf("/orders/%d", id), ""); a.At("order_id") != fmt.Sprint(id) {
				rt.Fatalf("order %d: %s", id, a.Body)
			}
		}
	})
}

// Whatever is sent, the twin answers in one of its own ways.
func FuzzBodies(f *testing.F) {
	f.Add(`{"order":{"status":"paid","shipping_address":{"city":"Bend"}}}`)
	f.Add(`{"shipment":{"line_items":[{"id":90411,"quantity":1}],"tracking_number":null}}`)
	f.Add(`{"inventories":[{"id":3401,"inventory":1}]}`)
	f.Add(`{"inventory":{"sub_option_ids":[642,702],"inventory":3,"trigger":1,"track":true,"allow_negative":false}}`)
	f.Add(`{"user":{"username":"a","first_name":"b","last_name":"c","email":"d","cuf_1":{}}}`)
	f.Add(`{"address":{"first_address":"x"},"note":"y"}`)
	h := newAsker(f, twin.Options{Orders: 3})
	f.Fuzz(func(t *testing.T, body string) {
		for _, to := range [][2]string{{"PUT", "/orders/48213"}, {"POST", "/orders/48213/shipments"}, {"PUT", "/inventories/5102/batch_update"},
			{"PUT", "/products/5102/inventories/3401"}, {"POST", "/products/5102/inventories"}, {"PUT", "/users/7701"}, {"POST", "/users/7701/addresses"},
			{"POST", "/users/7701/notes"}} {
			a := h.ask(to[0], to[1], body)
			known := a.Status == 200 || a.Status == 201 || a.Status == 400 && a.Text("error") != "" || a.Status == 422 && a.At("errors") != ""
			if !known || !json.Valid([]byte(a.Body)) {
				t.Errorf("%s %s: status %d: %s", to[0], to[1], a.Status, a.Body)
			}
		}
		if err := h.s.Reset(); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("created_at_from=2026-03-04T09:00:00%2B02:00&page=2")
	f.Add("per_page=0&status=paid&customer[]=a")
	h := newAsker(f, twin.Options{Orders: 30})
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		for _, path := range []string{"/orders", "/products", "/inventories", "/users"} {
			if a := h.ask("GET", path+"?"+values.Encode(), ""); a.Status != 200 && a.Status != 422 {
				t.Errorf("%s?%s: status %d: %s", path, query, a.Status, a.Body)
			}
		}
	})
}

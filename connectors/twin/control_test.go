package twin_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/webhook"
)

func TestControls(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{Orders: 2, Now: func() time.Time { return time.Unix(0, 0) }})
	r.Do(200, "POST", "/orders", order)
	r.Do(200, "POST", "/orders/90112733/shipments", `{"tracking_number":"1Z"}`)
	r.control.Get("/requests").Want(t, "total", "2", "by_request", `{"POST /orders":1,"POST /orders/{id}/shipments":1}`, "by_status", `{"200":2}`)
	r.control.Get("/log").Want(t, "1.method", `"POST"`, "1.pattern", `"POST /orders/{id}/shipments"`, "1.applied", "true", "2", "")
	r.control.Get("/created").Want(t, "0", `{"source_id":"BS-1","source_name":"BrightStores","count":1,"ids":["90112735"]}`, "1", "")
	state := r.control.Get("/state")
	state.Want(t, "orders.2", `{"id":"90112735","source_id":"BS-1","source_name":"BrightStores","status":"New","created_at":"2026-03-20 16:00:00","updated_at":"2026-03-20 16:00:00","seeded":false}`,
		"orders.0.seeded", "true", "shipments.0.tracking_number", `"1Z"`, "stock.0.code", `"CAP-TRL-NVY"`, "outbox", "[]")
	r.control.Do(200, "POST", "/orders", `{"count":2,"ago":"90m"}`).Want(t, "ids", `["90112736","90112737"]`)
	r.control.Do(200, "POST", "/orders", "").Want(t, "ids", `["90112738"]`)
	r.Get("/orders/90112736").Want(t, "order.date_added", `"2026-03-20 14:30:00"`)
	r.control.Do(200, "POST", "/reset", "")
	r.control.Get("/requests").Want(t, "total", "0")
	r.Get("/orders").Want(t, "total_records", `"2"`)
	if list := r.control.Get(""); len(list.Rows("0")) == 0 && list.Text("0.request") != "GET /_twin" {
		t.Errorf("list of controls: %s", list.Body)
	}
}

func TestControlOutbox(t *testing.T) {
	r := start(t, "brightstores", twin.Options{Orders: 1})
	r.Do(200, "PUT", "/orders/48213", `{"order":{"send_shipping_confirmation":1}}`)
	r.control.Get("/outbox").Want(t, "0.order_id", `"48213"`, "0.subject", `"Your order has shipped"`, "1", "")
}

func TestControlFaults(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{}, "server_error:nth=1")
	r.Do(500, "GET", "/orders", "")
	r.Get("/orders")
	r.control.Get("/faults").Want(t, "0", `{"fault":"server_error:nth=1","seen":2,"hit":1}`)
	r.control.Do(200, "PUT", "/faults", `["refuse:status=409:POST/orders"]`).Want(t, "0.fault", `"refuse:status=409:POST/orders"`)
	r.control.Do(200, "POST", "/faults", `["expired_token:every=2:GET/orders"]`).Want(t, "1.seen", "0")
	r.Do(409, "POST", "/orders", order)
	r.Get("/orders")
	r.Do(401, "GET", "/orders", "")
	r.control.Do(200, "DELETE", "/faults", "")
	r.control.Get("/faults").Want(t, "0", "")
	r.Do(200, "POST", "/orders", order)
	r.control.Do(200, "POST", "/reset", "") // those of the start come back
	r.Do(500, "GET", "/orders", "")
}

func TestControlErrors(t *testing.T) {
	r := start(t, "brightstores", twin.Options{})
	for _, tt := range []struct {
		status             int
		method, path, body string
		want               string
	}{
		{404, "GET", "/nothing", "", "there is no /_twin/nothing; GET /_twin lists what there is"},
		{405, "POST", "/state", "", "/_twin/state does not take POST; GET /_twin lists what there is"},
		{400, "PUT", "/faults", `{}`, `the body must be a list of faults, such as ["lose_answer:nth=2:POST/orders"]`},
		{400, "PUT", "/faults", `["rest"]`, `fault "rest": unknown kind "rest"; did you mean "reset"?`},
		{400, "POST", "/faults", `["status_error"]`, `fault "status_error": brightstores has no status in its bodies; this fault is for orderdesk`},
		{400, "PUT", "/faults", `["status_error"]`, `fault "status_error": brightstores has no status in its bodies; this fault is for orderdesk`},
		{400, "POST", "/orders", `{"cuont":1}`, `the body must be like {"count": 1, "ago": "2h"}`},
		{400, "POST", "/orders", `{"ago":"-2h"}`, `ago "-2h" is not a length of time; write 90m or 2h`},
		{400, "POST", "/orders", `{"count":0}`, `count 0 is out of bounds; it must be 1 to 1000000`},
	} {
		if got := r.control.Do(tt.status, tt.method, tt.path, tt.body).Text("error"); got != tt.want {
			t.Errorf("%s %s %s: %s", tt.method, tt.path, tt.body, got)
		}
	}
	if got := r.Requests().Total; got != 0 {
		t.Errorf("%d requests that steer were counted", got)
	}
}

func TestWebhook(t *testing.T) {
	type call struct{ order, hash, store string }
	calls := make(chan call, 4)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls <- call{r.FormValue("order"), r.Header.Get("X-ORDER-DESK-HASH"), r.Header.Get("X-ORDER-DESK-STORE-ID")}
	}))
	defer hook.Close()
	r := start(t, "orderdesk", twin.Options{Webhook: hook.URL + "/hook"})
	a := r.Do(200, "POST", "/orders", order)
	got := <-calls
	if got.order != a.At("order") || got.hash != webhook.Sign("twin-token", []byte(got.order)) || got.store != "4821" {
		t.Errorf("the webhook was sent %+v", got)
	}
	// The rule fires once an order, not when it changes.
	r.Do(200, "PUT", "/orders/"+a.Text("order.id"), order)
	if err := r.Close(); err != nil { // waits for deliveries
		t.Fatal(err)
	}
	if st := r.State().Calls; len(st) != 1 || st[0].Status != 200 || st[0].OrderID != a.Text("order.id") {
		t.Errorf("deliveries: %+v", st)
	}
}

// Requests of many kinds at once, for the race detector; every write counts.
func TestConcurrentUse(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{Orders: 20}, "slow:delay=1ms,every=7", "lose_answer:every=5:POST/orders", "new_orders:every=9", "duplicates:every=2")
	s := start(t, "brightstores", twin.Options{Orders: 20}, "new_orders:every=4", "changed_shape:every=3,member=total,to=t")
	var wg sync.WaitGroup
	const workers, rounds = 8, 15
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				_, _ = r.Try("POST", "/orders", strings.Replace(order, "BS-1", fmt.Sprintf("BS-%d-%d", w, i), 1))
				_, _ = r.Try("GET", "/orders?limit=5", "")
				_, _ = r.Try("PUT", "/orders/90112733", `{"shipping":{"last_name":"A"}}`)
				_, _ = s.Try("GET", "/orders?per_page=10", "")
				_, _ = s.Try("PUT", "/orders/48213", `{"order":{"note":"x"}}`)
				_, _ = s.Try("GET", "/orders/48213", "")
				_, _ = r.control.Try("GET", "/state", "")
				_, _ = s.control.Try("GET", "/requests", "")
			}
		})
	}
	wg.Wait()
	created := r.Created()
	if len(created) != workers*rounds {
		t.Errorf("%d orders came in, want %d", len(created), workers*rounds)
	}
	for _, c := range created {
		if c.Count != 1 || len(c.IDs) != 1 {
			t.Errorf("created: %+v", c)
		}
	}
	if n := len(s.Get("/orders/48213").Rows("notes")); n != workers*rounds {
		t.Errorf("%d notes, want %d", n, workers*rounds)
	}
	if got := r.Requests().ByStatus[0]; got != workers*rounds/5 {
		t.Errorf("%d answers were lost, want %d", got, workers*rounds/5)
	}
}

func TestResetWhileInUse(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{}, "rate_limit:every=3")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				_, _ = r.Try("POST", "/orders", order)
				_, _ = r.control.Try("POST", "/reset", "")
			}
		})
	}
	wg.Wait()
}

// A hundred thousand orders are there at once, from the first to the last.
func TestManyOrders(t *testing.T) {
	begin := time.Now()
	r := start(t, "brightstores", twin.Options{Orders: 100_000})
	t.Logf("ready after %v", time.Since(begin))
	for _, page := range []int{1, 2, 100, 199, 200} {
		a := r.Get(fmt.Sprintf("/orders?per_page=500&page=%d", page))
		rows := a.Texts("orders", "order_id")
		newest := 48213 + 2*(100_000-1-500*(page-1))
		if a.At("meta.total") != "100000" || len(rows) != 500 || rows[0] != fmt.Sprint(newest) || rows[499] != fmt.Sprint(newest-2*499) {
			t.Errorf("page %d: %s, %d rows from %s", page, a.At("meta"), len(rows), rows[0])
		}
	}
	r.Get("/orders?per_page=500&page=201").Want(t, "orders", "[]")
	r.Get(fmt.Sprintf("/orders/%d", 48213+2*77_777)).Want(t, "order_id", fmt.Sprint(48213+2*77_777))
	d := start(t, "orderdesk", twin.Options{Orders: 100_000, InventoryItems: 20_000})
	d.Get("/orders?order=ASC&offset=99999").Want(t, "total_records", `"100000"`, "orders.0.id", fmt.Sprintf(`"%d"`, 90112733+99_999), "orders.1", "")
	d.Get("/inventory-items").Want(t, "total_records", `"20000"`)
}

func BenchmarkTwin(b *testing.B) {
	for _, bb := range []struct{ name, vendor, method, path, body string }{
		{"shop list of 25", "brightstores", "GET", "/orders", ""},
		{"shop list of 500", "brightstores", "GET", "/orders?per_page=500", ""},
		{"shop order", "brightstores", "GET", "/orders/48413", ""},
		{"desk find by source_id", "orderdesk", "GET", "/orders?source_id=OD-100050", ""},
		{"desk list of 500", "orderdesk", "GET", "/orders?limit=500", ""},
		{"desk create", "orderdesk", "POST", "/orders", order},
		{"desk inventory of 500", "orderdesk", "GET", "/inventory-items?limit=500", ""},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r := start(b, bb.vendor, twin.Options{Orders: 10_000, Products: 200})
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
				defer client.CloseIdleConnections()
				for pb.Next() {
					req, _ := http.NewRequest(bb.method, r.Base+bb.path, strings.NewReader(bb.body))
					r.Prepare(req)
					resp, err := client.Do(req)
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

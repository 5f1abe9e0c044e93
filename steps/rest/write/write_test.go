package write_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/rest"
)

// dial opens a connection of a connector file.
func dial(t *testing.T, file string, transport http.RoundTripper, settings ...string) *steptest.Account {
	t.Helper()
	return steptest.Dial(t, steptest.Connector(t, rest.Engine{}, file), transport, settings...)
}

const deskFile = `
connector: desk
summary: A desk.
fields: {key: {type: text, secret: true}}
base_url: http://desk.test/v2
auth: {header: {X-Key: "${ key }"}}
errors: {failed: 'body?.status == "error"', message: "body?.message", hints: {403: the key may only read}}
limits: {attempts: 2, at_once: 4}
shapes:
  order:
    id: int
    source_id: text
    folder_id: int
    open: true
  new_order: {source_id: {type: text, required: true}, folder: text, folder_id: int, total: {type: decimal, as: text}}
  parcel: {order_id: {type: int, required: true}, number: {type: text, required: true}}
  stock: {product: {type: int, required: true}, id: int, n: int}
  change: {id: {type: int, required: true}, shipping: object, meta: {map: text}, items: [unknown]}
writes:
  orders:
    takes: new_order
    returns: order
    post: /orders
    resolve: {folder: {get: /store, records: store.folders, to: folder_id, called: folder}}
    answer: order
    reference: id
    existing: &found
      get: /orders
      query: {source_id: "${ out.source_id }"}
      records: orders
      match: .source_id == out.source_id
      pages: {kind: offset, param: offset, size: {param: limit, max: 2}, total: total}
      settle: 3s
    update: {put: "/orders/{{ found.id }}", merge: true, leave: [secret_part]}
    in_doubt: *found
  parcel:
    takes: parcel
    post: /orders/{{ out.order_id }}/parcels
    not_in_body: [order_id]
    body: {parcel: "${ out }", key: "${ idempotency_key }"}
    reference: id
    already: body?.message == "Not Added"
    in_doubt: {get: "/orders/{{ out.order_id }}/parcels", records: parcels, match: .number == out.number, settle: 0s}
  parcel_only:
    takes: parcel
    post: /orders/{{ out.order_id }}/parcels
  stock:
    takes: stock
    put: /stock/{{ out.product }}
    group: out.product
    batch: 3
    not_in_body: [product]
    body: {items: "${ rows }"}
    idempotent: true
  all_stock:
    takes: stock
    put: /stock
    batch: all
  change:
    takes: change
    existing: {get: "/orders/{{ out.id }}", records: order}
    update: {put: "/orders/{{ out.id }}", merge: true}
    answer: order
  cancel:
    takes: parcel
    put: /orders/{{ out.order_id }}/cancel
    not_in_body: [order_id, number]
    errors: {failed: "len(body?.errors ?? []) > 0", message: body.errors}
  hook:
    takes: new_order
    post: /hook
    form: {order: "${ toJSON(out) }", n: "{{ out.source_id }}"}
`

var lostAnswer = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// TestWriteResults holds what becomes of a write for each kind of answer.
func TestWriteResults(t *testing.T) {
	tests := []struct {
		name     string
		answer   http.HandlerFunc
		after    error
		state    step.State
		fatal    bool
		requests int
		says     string
	}{
		{"taken", steptest.Answer(200, `{"status":"success","order":{"id":7,"total":"1.50"}}`), nil, step.Sent, false, 1, ""},
		{"taken without a body", steptest.Answer(204, ``), nil, step.Sent, false, 1, ""},
		{"error with 200", steptest.Answer(200, `{"status":"error","message":"no items"}`), nil, step.Refused, false, 1, "refused: no items"},
		{"422", steptest.Answer(422, `{"errors":["bad"]}`), nil, step.Refused, false, 1, "422 Unprocessable Entity: bad"},
		{"404", steptest.Answer(404, ``), nil, step.Refused, false, 1, "404"},
		{"401", steptest.Answer(401, `{"message":"bad key"}`), nil, step.Retry, true, 1, "401 Unauthorized: bad key"},
		{"403", steptest.Answer(403, `{}`), nil, step.Retry, true, 1, "the key may only read"},
		{"429", steptest.Answer(429, ``, "Retry-After", "5"), nil, step.Retry, false, 8, "429"},
		{"500", steptest.Answer(500, `{"message":"oops"}`), nil, step.Unknown, false, 1, "500"},
		{"503 with a time", steptest.Answer(503, ``, "Retry-After", "5"), nil, step.Unknown, false, 1, "503"},
		{"a page", steptest.Answer(200, `<html><title>Login</title>`), nil, step.Unknown, false, 1, "a web page"},
		{"half a body", steptest.Answer(200, `{"order":`), nil, step.Unknown, false, 1, "cannot be read"},
		{"lost answer", steptest.Answer(200, `{}`), lostAnswer, step.Unknown, false, 1, "connection reset"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &steptest.Vendor{Handler: tt.answer, After: func(*http.Request) error { return tt.after }}
				a := dial(t, deskFile, v, "key", "SECRET")
				r := a.Write("orders", step.Create, `{"source_id":"A-1","total":"2.00"}`)
				_, fatal := errors.AsType[*step.FatalError](r.Err)
				if r.State != tt.state || fatal != tt.fatal || len(v.Requests) != tt.requests {
					t.Errorf("state %d, fatal %t, %d requests; want %d, %t, %d", r.State, fatal, len(v.Requests), tt.state, tt.fatal, tt.requests)
				}
				if (r.Err != nil) != (tt.says != "") || r.Err != nil && !strings.Contains(r.Err.Error(), tt.says) {
					t.Errorf("error %v, want %q", r.Err, tt.says)
				}
				if tt.name == "429" && r.RetryAfter != 5*time.Second {
					t.Errorf("retry after %s", r.RetryAfter)
				}
				if tt.name == "taken" && (r.Reference != "7" || string(r.Answer) != `{"id":7,"total":"1.50"}`) {
					t.Errorf("reference %q, answer %s", r.Reference, r.Answer)
				}
				if v.Bodies[0] != `{"source_id":"A-1","total":"2.00"}` || v.Headers[0].Get("Content-Type") != "application/json" {
					t.Errorf("sent %s as %s", v.Bodies[0], v.Headers[0].Get("Content-Type"))
				}
			})
		})
	}
	v := &steptest.Vendor{Handler: steptest.Answer(200, `{}`), Before: func(*http.Request) error { return &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED} }}
	synctest.Test(t, func(t *testing.T) {
		a := dial(t, deskFile, v)
		if r := a.Write("orders", step.Create, `{"source_id":"A-1"}`); r.State != step.Retry || len(v.Requests) != 2 {
			t.Errorf("a refused connection: state %d after %d requests", r.State, len(v.Requests))
		}
	})
}

// TestBodies holds what is sent: what only the path needs is not, and forms
// are forms.
func TestBodies(t *testing.T) {
	v := &steptest.Vendor{Handler: steptest.Answer(200, `{}`)}
	a := dial(t, deskFile, v)
	for _, r := range []step.Result{
		a.Write("parcel", step.Create, `{"order_id":9007199254740993,"number":"1Z","extra":1.50}`),
		a.Write("cancel", step.Update, `{"order_id":5,"number":"x"}`),
		a.Write("hook", step.Create, `{"source_id":"a b","total":"20.00"}`),
	} {
		if r.State != step.Sent {
			t.Fatalf("%+v", r)
		}
	}
	want := []string{
		`POST /v2/orders/9007199254740993/parcels {"parcel":{"number":"1Z","extra":1.50},"key":"idem-k"}`,
		`PUT /v2/orders/5/cancel `,
		`POST /v2/hook n=a+b&order=%7B%22source_id%22%3A%22a+b%22%2C%22total%22%3A%2220.00%22%7D`,
	}
	for i, w := range want {
		if got := v.Requests[i] + " " + v.Bodies[i]; got != w {
			t.Errorf("sent %s, want %s", got, w)
		}
	}
	if got := v.Headers[2].Get("Content-Type"); got != "application/x-www-form-urlencoded" {
		t.Errorf("the form went as %s", got)
	}
	v.Handler = steptest.Answer(200, `{"success":["a"],"errors":["Unable to refund payment"]}`)
	if r := a.Write("cancel", step.Update, `{"order_id":5,"number":"x"}`); r.State != step.Refused || !strings.Contains(r.Err.Error(), "Unable to refund payment") {
		t.Errorf("a half success: %d, %v", r.State, r.Err)
	}
}

// TestFind holds the look-up of a write whose answer was lost.
func TestFind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late atomic.Bool
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := r.URL.Query().Get("source_id")
			rows := `{"id":1,"source_id":"other"},{"id":2,"source_id":"A-10"}`
			if r.URL.Query().Get("offset") != "0" {
				rows = `{"id":3,"source_id":"A-1"}`
			}
			switch id {
			case "down":
				http.Error(w, `{}`, http.StatusInternalServerError)
				return
			case "denied":
				http.Error(w, `{}`, http.StatusUnauthorized)
				return
			case "late":
				rows = ``
				if late.Swap(true) {
					rows = `{"id":4,"source_id":"late"}`
				}
			}
			fmt.Fprintf(w, `{"orders":[%s],"total":"3"}`, rows)
		})
		a := dial(t, deskFile, &steptest.Vendor{Handler: h})
		start := time.Now()
		if r := a.Find("orders", step.Create, `{"source_id":"A-1"}`); r.State != step.Sent || r.Reference != "3" || string(r.Answer) != `{"id":3,"source_id":"A-1"}` || time.Since(start) > 0 {
			t.Errorf("found: %+v after %s", r, time.Since(start))
		}
		if r := a.Find("orders", step.Create, `{"source_id":"none"}`); r.State != step.Absent || time.Since(start) != 3*time.Second {
			t.Errorf("absent: %+v after %s", r, time.Since(start))
		}
		if r := a.Find("orders", step.Create, `{"source_id":"late"}`); r.State != step.Sent || r.Reference != "4" {
			t.Errorf("there a little later: %+v", r)
		}
		if r := a.Find("orders", step.Create, `{"source_id":"down"}`); r.State != step.Unknown || r.Err == nil {
			t.Errorf("the vendor is down: %+v", r)
		}
		r := a.Find("orders", step.Create, `{"source_id":"denied"}`)
		if _, fatal := errors.AsType[*step.FatalError](r.Err); r.State != step.Unknown || !fatal {
			t.Errorf("the key is wrong: %+v", r)
		}
		if r := a.Find("orders", step.Upsert, `{"source_id":"A-1"}`); r.State != step.Absent {
			t.Errorf("an upsert can be made again: %+v", r)
		}
		if r := a.Find("parcel_only", step.Create, `{"order_id":1,"number":"x"}`); r.State != step.Unknown || r.Err == nil {
			t.Errorf("without in_doubt: %+v", r)
		}
	})
}

// TestAlready holds that a write which the vendor declines as a double is
// found there, and refused if it is not.
func TestAlready(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprint(w, `{"status":"error","message":"Not Added"}`)
			return
		}
		fmt.Fprint(w, `{"parcels":[{"id":8,"number":"1Z"}]}`)
	})
	a := dial(t, deskFile, &steptest.Vendor{Handler: h})
	if r := a.Write("parcel", step.Create, `{"order_id":1,"number":"1Z"}`); r.State != step.Sent || r.Reference != "8" {
		t.Errorf("got %+v", r)
	}
	if r := a.Write("parcel", step.Create, `{"order_id":1,"number":"2Z"}`); r.State != step.Refused || !strings.Contains(r.Err.Error(), "Not Added") {
		t.Errorf("got %+v", r)
	}
}

// TestOrderOfWrites holds that writes of a key go one after the other, in
// order, and those of others side by side.
func TestOrderOfWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		under, seen := map[string]bool{}, map[string][]string{}
		var now, most int
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			var o struct {
				Source string `json:"source_id"`
			}
			if err := json.Unmarshal(body, &o); err != nil {
				t.Error(err)
			}
			key, n, _ := strings.Cut(o.Source, "/")
			mu.Lock()
			if under[key] {
				t.Errorf("%s was sent while another of its key was under way", o.Source)
			}
			under[key] = true
			seen[key] = append(seen[key], n)
			if now++; now > most {
				most = now
			}
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			under[key] = false
			now--
			mu.Unlock()
			fmt.Fprint(w, `{}`)
		})
		a := dial(t, deskFile, &steptest.Vendor{Handler: h})
		var ds []*step.Delivery
		for n := range 5 {
			for k := range 10 {
				ds = append(ds, steptest.Delivery(fmt.Sprint(k), fmt.Sprintf(`{"source_id":"%d/%d"}`, k, n)))
			}
		}
		start := time.Now()
		for i, r := range a.Sink("orders", step.Create).Write(t.Context(), ds) {
			if r.State != step.Sent {
				t.Errorf("delivery %d: %+v", i, r)
			}
		}
		for k, ns := range seen {
			if !slices.Equal(ns, []string{"0", "1", "2", "3", "4"}) {
				t.Errorf("key %s was sent as %v", k, ns)
			}
		}
		if most != 4 || time.Since(start) > 15*time.Second {
			t.Errorf("%d at once, 50 writes of 1s took %s", most, time.Since(start))
		}
	})
}

// TestFatalStops holds that nothing more is sent once the vendor denied one.
func TestFatalStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Second)
			if n.Add(1) > 4 {
				http.Error(w, `{"message":"expired"}`, http.StatusUnauthorized)
				return
			}
			fmt.Fprint(w, `{}`)
		})
		a := dial(t, deskFile, &steptest.Vendor{Handler: h})
		var ds []*step.Delivery
		for k := range 40 {
			ds = append(ds, steptest.Delivery(fmt.Sprint(k), fmt.Sprintf(`{"source_id":"%d"}`, k)))
		}
		sent, fatal := 0, 0
		for _, r := range a.Sink("orders", step.Create).Write(t.Context(), ds) {
			if r.State == step.Sent {
				sent++
			}
			if _, ok := errors.AsType[*step.FatalError](r.Err); ok && r.State == step.Retry {
				fatal++
			}
		}
		if sent != 4 || fatal != 36 || n.Load() > 12 {
			t.Errorf("%d sent, %d fatal, %d requests", sent, fatal, n.Load())
		}
	})
}

// TestOutage holds that a run does not try every record of many against a
// vendor that is out of order, and that trouble with single records ends none.
func TestOutage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(n int32) int
		fatal  bool
	}{
		{"out of order", func(int32) int { return http.StatusServiceUnavailable }, true},
		{"a failure", func(int32) int { return http.StatusInternalServerError }, false},
		{"now and then", func(n int32) int { return map[bool]int{true: 200, false: 503}[n%15 == 0] }, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var n atomic.Int32
			h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.answer(n.Add(1)))
				fmt.Fprint(w, `{}`)
			})
			s := dial(t, deskFile, &steptest.Vendor{Handler: h}).Sink("orders", step.Create)
			fatal := 0
			for k := range 40 { // one by one, as portions of a slow vendor go
				r := s.Write(t.Context(), []*step.Delivery{steptest.Delivery(fmt.Sprint(k), fmt.Sprintf(`{"source_id":"%d"}`, k))})[0]
				if _, ok := errors.AsType[*step.FatalError](r.Err); ok {
					fatal++
					if r.State != step.Retry || !strings.Contains(r.Err.Error(), "20 calls in a row failed") {
						t.Fatalf("%s: got %+v", tt.name, r)
					}
				}
			}
			if (fatal > 0) != tt.fatal {
				t.Errorf("%s: %d of 40 were not tried", tt.name, fatal)
			}
		})
	}
}

// TestEndOfRun holds that writes not begun when a run ends can be made later,
// and those under way are unknown.
func TestEndOfRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		v := &steptest.Vendor{Handler: h, After: func(r *http.Request) error { return r.Context().Err() }}
		a := dial(t, deskFile, v)
		var ds []*step.Delivery
		for k := range 10 {
			ds = append(ds, steptest.Delivery(fmt.Sprint(k), fmt.Sprintf(`{"source_id":"%d"}`, k)))
		}
		states := map[step.State]int{}
		for _, r := range a.Sink("orders", step.Create).Write(ctx, ds) {
			states[r.State]++
		}
		if states[step.Unknown] != 4 || states[step.Retry] != 6 || len(v.Requests) != 4 {
			t.Errorf("states %v, %d requests", states, len(v.Requests))
		}
	})
}

// TestBatches holds how deliveries are put together in calls, and that a bad
// one is found out.
func TestBatches(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), `"n":-1`) {
			http.Error(w, `{"message":"n is negative"}`, http.StatusUnprocessableEntity)
			return
		}
		fmt.Fprint(w, `{}`)
	})
	v := &steptest.Vendor{Handler: h}
	a := dial(t, deskFile, v)
	var ds []*step.Delivery
	for i := range 5 {
		ds = append(ds, steptest.Delivery(fmt.Sprint("a", i), fmt.Sprintf(`{"product":1,"id":%d,"n":5}`, i)))
	}
	ds = append(ds, steptest.Delivery("b", `{"product":2,"id":9,"n":0}`))
	for i, r := range a.Sink("stock", step.Update).Write(t.Context(), ds) {
		if r.State != step.Sent {
			t.Errorf("delivery %d: %+v", i, r)
		}
	}
	var sent []string
	for i := range v.Requests {
		sent = append(sent, v.Requests[i]+" "+v.Bodies[i])
	}
	slices.Sort(sent)
	want := []string{
		`PUT /v2/stock/1 {"items":[{"id":0,"n":5},{"id":1,"n":5},{"id":2,"n":5}]}`,
		`PUT /v2/stock/1 {"items":[{"id":3,"n":5},{"id":4,"n":5}]}`,
		`PUT /v2/stock/2 {"items":[{"id":9,"n":0}]}`,
	}
	if !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
	ds = ds[:3]
	ds[1] = steptest.Delivery("bad", `{"product":1,"id":1,"n":-1}`)
	results := a.Sink("stock", step.Update).Write(t.Context(), ds)
	if results[0].State != step.Sent || results[2].State != step.Sent || results[1].State != step.Refused || !strings.Contains(results[1].Err.Error(), "n is negative") {
		t.Errorf("got %+v", results)
	}
	ds[0] = &step.Delivery{Key: "odd", Body: []byte(`{"product":"x"}`)}
	results = a.Sink("stock", step.Update).Write(t.Context(), ds)
	if results[0].State != step.Refused || results[1].State != step.Refused || results[2].State != step.Sent {
		t.Errorf("got %+v", results)
	}
	v.Bodies = nil
	ds[0] = &step.Delivery{Key: "odd", Body: []byte(`{"product":`)}
	results = a.Sink("all_stock", step.Update).Write(t.Context(), ds)
	if len(v.Bodies) != 0 || results[0].State != step.Refused || results[2].State != step.Refused {
		t.Errorf("a part of all was sent: %+v", results)
	}
	ds[0] = steptest.Delivery("fine", `{"product":1,"id":1,"n":1}`)
	a.Sink("all_stock", step.Update).Write(t.Context(), ds)
	if len(v.Bodies) != 1 || !strings.HasPrefix(v.Bodies[0], `[{"product":1,`) {
		t.Errorf("sent %q", v.Bodies)
	}
}

// TestResolve holds that names become the vendor's keys, which are read once.
func TestResolve(t *testing.T) {
	var reads atomic.Int32
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/store" {
			reads.Add(1)
			fmt.Fprint(w, `{"status":"success","store":{"folders":{"71001":"New","71002":"Prepared"}}}`)
			return
		}
		fmt.Fprint(w, `{}`)
	})
	v := &steptest.Vendor{Handler: h}
	a := dial(t, deskFile, v)
	s := a.Sink("orders", step.Create)
	for i := range 3 {
		s.Write(t.Context(), []*step.Delivery{steptest.Delivery(fmt.Sprint(i), `{"source_id":"1","folder":"Prepared","total":"2.10"}`)})
	}
	if v.Bodies[1] != `{"source_id":"1","folder_id":71002,"total":"2.10"}` || reads.Load() != 1 {
		t.Errorf("sent %s after reading %d times", v.Bodies[1], reads.Load())
	}
	s.Write(t.Context(), []*step.Delivery{steptest.Delivery("4", `{"source_id":"4","folder":null}`)})
	if last := v.Bodies[len(v.Bodies)-1]; last != `{"source_id":"4"}` {
		t.Errorf("without a folder %s was sent", last)
	}
	for name, says := range map[string]string{
		"Prepard": `no folder called "Prepard"; did you mean "Prepared"?`,
		"new":     `no folder called "new"; only the letter case differs from "New"`,
		"Zzzzz":   `no folder called "Zzzzz"; it has New, Prepared`,
	} {
		r := s.Write(t.Context(), []*step.Delivery{steptest.Delivery("x", `{"source_id":"x","folder":"`+name+`"}`)})[0]
		if _, fatal := errors.AsType[*step.FatalError](r.Err); r.State != step.Retry || !fatal || !strings.Contains(r.Err.Error(), says) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestUpdates holds the modes that change what is there: out is laid over it.
func TestUpdates(t *testing.T) {
	there := `{"id":5,"source_id":"A","shipping":{"city":"Bend","zip":"97701"},"meta":[],"items":[{"id":1}],"secret_part":1,"big":9007199254740993,"price":20.00}`
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet && r.URL.Path == "/v2/orders/6":
			http.Error(w, `{}`, http.StatusNotFound)
		case r.Method == http.MethodGet && r.URL.Path == "/v2/orders/7":
			http.Error(w, `{}`, http.StatusInternalServerError)
		case r.Method == http.MethodGet && r.URL.Path == "/v2/orders/5":
			fmt.Fprintf(w, `{"order":%s}`, there)
		case r.Method == http.MethodGet && r.URL.Query().Get("source_id") == "A":
			fmt.Fprintf(w, `{"orders":[%s],"total":1}`, there)
		case r.Method == http.MethodGet:
			fmt.Fprint(w, `{"orders":[],"total":0}`)
		default:
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, `{"order":%s}`, body)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		v := &steptest.Vendor{Handler: h}
		a := dial(t, deskFile, v)
		last := func() string { return v.Requests[len(v.Requests)-1] + " " + v.Bodies[len(v.Bodies)-1] }
		r := a.Write("change", step.Update, `{"id":5,"shipping":{"city":"Salem"},"meta":{"a":"b"},"items":[]}`)
		want := `PUT /v2/orders/5 {"id":5,"source_id":"A","shipping":{"city":"Salem","zip":"97701"},"meta":{"a":"b"},"items":[],"secret_part":1,"big":9007199254740993,"price":20.00}`
		if r.State != step.Sent || last() != want {
			t.Errorf("%+v: sent %s, want %s", r, last(), want)
		}
		if r = a.Write("change", step.Update, `{"id":6}`); r.State != step.Refused || !strings.Contains(r.Err.Error(), "no such record") {
			t.Errorf("what is not there: %+v", r)
		}
		if r = a.Write("change", step.Update, `{"id":7}`); r.State != step.Retry {
			t.Errorf("the look-up fails: %+v", r)
		}
		want = `PUT /v2/orders/5 {"id":5,"source_id":"A","shipping":{"city":"Bend","zip":"97701"},"meta":[],"items":[{"id":1}],"big":9007199254740993,"price":20.00,"total":"1.00"}`
		if r = a.Write("orders", step.Upsert, `{"source_id":"A","total":"1.00"}`); r.State != step.Sent || r.Reference != "5" || last() != want {
			t.Errorf("%+v: sent %s, want %s", r, last(), want)
		}
		if r = a.Write("orders", step.Upsert, `{"source_id":"B"}`); r.State != step.Sent || last() != `POST /v2/orders {"source_id":"B"}` {
			t.Errorf("%+v: sent %s", r, last())
		}
		if r = a.Write("orders", step.Update, `{"source_id":"B"}`); r.State != step.Refused {
			t.Errorf("%+v", r)
		}
	})
}

// TestSecretsInWrites sends writes into every kind of trouble and looks for the
// key in all that is said. The answers are as the vendor gave them, because
// further writes see them: the run takes the key out of what it keeps.
func TestSecretsInWrites(t *testing.T) {
	const key = "k+ey/SECRET"
	for name, h := range map[string]http.HandlerFunc{
		"echo":       steptest.Answer(200, `{"status":"error","message":"key `+key+` is bad"}`),
		"echo 422":   steptest.Answer(422, `{"key":"`+key+`"}`),
		"echo taken": steptest.Answer(200, `{"order":{"id":1,"key":"`+key+`"}}`),
		"page":       steptest.Answer(502, `<title>`+key+`</title>`),
	} {
		synctest.Test(t, func(t *testing.T) {
			a := dial(t, deskFile, &steptest.Vendor{Handler: h}, "key", key)
			r := a.Write("orders", step.Create, `{"source_id":"A"}`)
			f := a.Find("orders", step.Create, `{"source_id":"A"}`)
			said := fmt.Sprintf("%v %s %v %s", r.Err, r.Reference, f.Err, a.Log.String())
			if strings.Contains(said, "SECRET") {
				t.Errorf("%s: the secret shows in %s", name, said)
			}
		})
	}
}

// TestOnlyReadsAreMarked holds that look-ups pass in a dry run, also those by
// post, and that writes do not.
func TestOnlyReadsAreMarked(t *testing.T) {
	dry := errors.New("dry")
	v := &steptest.Vendor{Handler: steptest.Answer(200, `{"orders":[],"total":0}`)}
	v.Before = func(r *http.Request) error {
		if r.Method != http.MethodGet && !step.IsRead(r.Context()) {
			return dry
		}
		return nil
	}
	synctest.Test(t, func(t *testing.T) {
		a := dial(t, strings.Replace(deskFile, "get: /orders\n", "post: /search\n", 1), v)
		if r := a.Find("orders", step.Create, `{"source_id":"A"}`); r.Err != nil {
			t.Errorf("a look-up by post: %v", r.Err)
		}
		if r := a.Write("orders", step.Create, `{"source_id":"A"}`); r.State == step.Sent {
			t.Errorf("a write passed: %+v", r)
		}
	})
}

package twin_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
)

func TestLostAnswer(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{}, "lose_answer:nth=2:POST/orders")
	r.Do(200, "POST", "/orders", order)
	_, err := r.Try("POST", "/orders", strings.Replace(order, "BS-1", "BS-2", 1))
	if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("error: %v", err)
	}
	// It was applied, and a program that sends it again doubles it.
	r.Get("/orders?source_id=BS-2").Want(t, "total_records", `"1"`)
	r.Do(200, "POST", "/orders", strings.Replace(order, "BS-1", "BS-2", 1))
	if c := r.Created(); len(c) != 2 || c[1].SourceID != "BS-2" || c[1].Count != 2 {
		t.Errorf("created: %+v", c)
	}
}

func TestLostAnswerWithAStatus(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{}, "lose_answer:nth=1,status=504")
	r.Do(504, "POST", "/orders", order).Want(t, "status", `"error"`, "message", `"Gateway Timeout"`)
	if c := r.Created(); len(c) != 1 {
		t.Errorf("created: %+v", c)
	}
}

func TestResetIsNotApplied(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{Fault: fault.Fields{ResetOf: []int{1}}})
	if _, err := r.Try("POST", "/orders", order); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("error: %v", err)
	}
	r.Get("/orders").Want(t, "total_records", `"0"`)
}

func TestHalfBody(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{}, "half_body:nth=1")
	a, err := r.Try("POST", "/orders", order)
	if !errors.Is(err, io.ErrUnexpectedEOF) || a.Status != 200 || !strings.HasPrefix(a.Body, `{"status":"success"`) || strings.HasSuffix(a.Body, "}}") {
		t.Errorf("status %d, body %q, error %v", a.Status, a.Body, err)
	}
	r.Get("/orders").Want(t, "total_records", `"1"`)
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		vendor, fault string
		status        int
		body          string
		header, value string
	}{
		{"brightstores", "rate_limit", 429, `{"error":"Too Many Requests"}`, "Retry-After", "1"},
		{"brightstores", "rate_limit:retry_after=7,message=slow down", 429, `{"error":"slow down"}`, "Retry-After", "7"},
		{"orderdesk", "rate_limit:retry_after=7", 429, `{"status":"error","message":"Too Many Requests","execution_time":"0.0110 seconds"}`, "X-Retry-After", "7"},
		{"orderdesk", "rate_limit", 429, `{"status":"error","message":"Too Many Requests","execution_time":"0.0110 seconds"}`, "X-Tokens-Remaining", "0"},
		{"brightstores", "server_error", 500, `{"error":"Internal Server Error"}`, "", ""},
		{"orderdesk", "server_error:status=503", 503, `{"status":"error","message":"Service Unavailable","execution_time":"0.0110 seconds"}`, "", ""},
		{"brightstores", "expired_token", 401, `{"error":"Invalid API token"}`, "", ""},
		{"orderdesk", "expired_token", 401, `{"status":"error","message":"Invalid Store ID or API Key","execution_time":"0.0110 seconds"}`, "", ""},
		{"brightstores", "read_only", 403, `{"error":"API token is read-only"}`, "", ""},
		{"orderdesk", "read_only", 403, `{"status":"error","message":"This API Key May Not Write","execution_time":"0.0110 seconds"}`, "", ""},
		{"brightstores", "refuse", 422, `{"errors":{"base":["is invalid"]}}`, "", ""},
		{"brightstores", "refuse:message=too big", 422, `{"errors":{"base":["too big"]}}`, "", ""},
		{"brightstores", "refuse:status=404", 404, `{"error":"Record not found"}`, "", ""},
		{"orderdesk", "refuse:status=404", 404, `{"status":"error","message":"Not Found","execution_time":"0.0110 seconds"}`, "", ""},
		{"orderdesk", "status_error:message=No", 200, `{"status":"error","message":"No","execution_time":"0.0110 seconds"}`, "", ""},
		{"orderdesk", "status_error", 200, `{"status":"error","message":"Request Not Processed","execution_time":"0.0110 seconds"}`, "", ""},
		{"orderdesk", "html", 200, "<!DOCTYPE html>\n<html><head><title>We'll be right back</title></head>\n<body><h1>We'll be right back</h1></body></html>\n", "Content-Type", "text/html; charset=utf-8"},
		{"brightstores", "html:status=502", 502, "<!DOCTYPE html>\n<html><head><title>We'll be right back</title></head>\n<body><h1>We'll be right back</h1></body></html>\n", "", ""},
		// The first of several that refuse decides.
		{"brightstores", "server_error;expired_token", 500, `{"error":"Internal Server Error"}`, "Content-Type", "application/json; charset=utf-8"},
	} {
		t.Run(tt.vendor+" "+tt.fault, func(t *testing.T) {
			r := start(t, tt.vendor, twin.Options{Orders: 1}, strings.Split(tt.fault, ";")...)
			path := map[string]string{"brightstores": "/orders/48213", "orderdesk": "/orders/90112733"}[tt.vendor]
			a := r.Do(tt.status, "PUT", path, `{"order":{"status":"new"},"shipping":{"last_name":"Z"}}`)
			if a.Body != tt.body || tt.header != "" && a.Header.Get(tt.header) != tt.value {
				t.Errorf("body %q, headers %v", a.Body, a.Header)
			}
			if err := r.SetFaults(); err != nil {
				t.Fatal(err)
			}
			now := r.Get(path)
			if now.At("status") == `"new"` || now.At("order.shipping.last_name") == `"Z"` {
				t.Error("what was refused was applied")
			}
		})
	}
}

func TestReadOnlyReads(t *testing.T) {
	r := start(t, "brightstores", twin.Options{Orders: 1, Fault: fault.Fields{ReadOnly: true}})
	r.Get("/orders/48213")
	r.Do(403, "PUT", "/orders/48213/cancel", "")
}

func TestDuplicates(t *testing.T) {
	r := start(t, "brightstores", twin.Options{Orders: 5}, "duplicates:nth=2,rows=2")
	want := r.Get("/orders").Texts("orders", "order_id")
	a := r.Get("/orders")
	got := a.Texts("orders", "order_id")
	if strings.Join(got, " ") != strings.Join(append(want, want[:2]...), " ") {
		t.Errorf("orders %v, want %v and its first two once more", got, want)
	}
	a.Want(t, "meta.total", "5")
	if len(r.Get("/orders").Rows("orders")) != 5 {
		t.Error("the third listing has duplicates")
	}
}

func TestArrivingOrders(t *testing.T) {
	r := start(t, "brightstores", twin.Options{Orders: 5, Now: func() time.Time { return time.Unix(0, 0) }}, "new_orders:nth=2,rows=2:GET/orders", "late_orders:nth=3,age=1h")
	first := r.Get("/orders").Texts("orders", "order_id")
	second := r.Get("/orders").Texts("orders", "order_id")
	if len(second) != 7 || strings.Join(second[2:], " ") != strings.Join(first, " ") {
		t.Errorf("first %v, then %v", first, second)
	}
	third := r.Get("/orders")
	got := third.Texts("orders", "created_at")
	if len(got) != 8 || third.Texts("orders", "order_id")[0] != second[0] || !strings.Contains(strings.Join(got, " "), "2026-03-20T09:00:00-06:00") {
		t.Errorf("a late order: %v", third.Body)
	}
	if n := len(r.Get("/orders").Rows("orders")); n != 8 {
		t.Errorf("%d orders at last, want 8", n)
	}
}

func TestChangedShape(t *testing.T) {
	for _, tt := range []struct{ fault, path, want string }{
		{"changed_shape", "data.meta.total", "2"},
		{"changed_shape:member=total,to=count", "meta.count", "2"},
		{"changed_shape:member=total,as=missing", "meta", `{"offset":0,"limit":25}`},
		{"changed_shape:member=total,as=null", "meta.total", "null"},
		{"changed_shape:member=total,as=text", "meta.total", `"2"`},
		{"changed_shape:member=total,as=list", "meta.total", `[2]`},
		{"changed_shape:member=total,as=object", "meta.total.value", `2`},
		{"changed_shape:member=status,as=number", "orders.0.status", "0"},
		{"changed_shape:member=order_id,as=text", "orders.1.order_id", `"48213"`},
		{"changed_shape:member=orders,to=items", "items.1.order_id", "48213"},
		{"changed_shape:member=nothing,to=x", "meta", `{"total":2,"offset":0,"limit":25}`},
	} {
		start(t, "brightstores", twin.Options{Orders: 2}, tt.fault).Get("/orders").Want(t, tt.path, tt.want)
	}
	// A page that is no JSON stays what it is.
	r := start(t, "brightstores", twin.Options{}, "html", "changed_shape", "changed_shape:member=a,to=b", "duplicates")
	if a := r.Get("/orders"); !strings.HasPrefix(a.Body, "<!DOCTYPE") {
		t.Errorf("body: %s", a.Body)
	}
}

// slowly serves a request in a bubble of fake time and returns how long it took.
func slowly(t *testing.T, s *twin.Server, give time.Duration) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), give)
	defer cancel()
	req := httptest.NewRequestWithContext(ctx, "POST", "/api/v2/orders", bytes.NewReader([]byte(order)))
	req.Header.Set("ORDERDESK-STORE-ID", "4821")
	req.Header.Set("ORDERDESK-API-KEY", "twin-token")
	begin := time.Now()
	s.ServeHTTP(httptest.NewRecorder(), req)
	return time.Since(begin)
}

func TestSlow(t *testing.T) {
	for _, tt := range []struct {
		fault         string
		give, took    time.Duration
		appliedBefore bool
	}{
		{"slow", time.Hour, 2 * time.Second, true},
		{"slow:delay=90s", time.Hour, 90 * time.Second, true},
		{"slow:delay=90s", 10 * time.Second, 10 * time.Second, true},
		// Applied last, it is applied even though the caller has gone.
		{"slow:delay=90s,apply=last", 10 * time.Second, 90 * time.Second, false},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, err := fault.Parse(tt.fault)
				if err != nil {
					t.Fatal(err)
				}
				s, err := twin.New("orderdesk", twin.Options{Faults: []fault.Fault{f}})
				if err != nil {
					t.Fatal(err)
				}
				go func() {
					time.Sleep(time.Second)
					if applied := len(s.Created()) == 1; applied != tt.appliedBefore {
						t.Errorf("applied after a second: %v", applied)
					}
				}()
				if took := slowly(t, s, tt.give); took != tt.took {
					t.Errorf("the answer took %v, want %v", took, tt.took)
				}
				if len(s.Created()) != 1 {
					t.Error("the order was not applied")
				}
			})
		})
	}
}

func TestCloseEndsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := twin.New("orderdesk", twin.Options{Fault: fault.Fields{More: []string{"slow:delay=1h"}}})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(time.Second)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		if took := slowly(t, s, 2*time.Hour); took != time.Second {
			t.Errorf("the answer was held back for %v", took)
		}
	})
}

// Without a connection to reset, the request ends as the library ends one.
func TestResetWithoutAConnection(t *testing.T) {
	s, err := twin.New("orderdesk", twin.Options{Fault: fault.Fields{ResetOf: []int{1}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if got := recover(); got != http.ErrAbortHandler {
			t.Errorf("ended with %v", got)
		}
	}()
	slowly(t, s, time.Minute)
}

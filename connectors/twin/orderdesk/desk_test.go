package orderdesk_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/internal/probe"
)

// desk is a running twin, a client with its key, and the clock of both.
type desk struct {
	probe.Client
	*twin.Server
	seconds *atomic.Int64
}

// pass lets time pass.
func (d desk) pass(seconds int64) { d.seconds.Add(seconds) }

// open runs a twin whose time stands still, without a rate limit.
func open(t *testing.T, opts twin.Options) desk {
	t.Helper()
	opts.NoRateLimit = opts.RateScale == 0
	var seconds atomic.Int64
	opts.Now = func() time.Time { return time.Unix(seconds.Load(), 0) }
	s, err := twin.New("orderdesk", opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return desk{probe.Client{T: t, Base: s.BaseURL(), Prepare: withKey("4821", "twin-token")}, s, &seconds}
}

func withKey(store, key string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("ORDERDESK-STORE-ID", store)
		r.Header.Set("ORDERDESK-API-KEY", key)
	}
}

func TestKeys(t *testing.T) {
	d := open(t, twin.Options{})
	for _, tt := range []struct {
		store, key string
		status     int
	}{{"4821", "twin-token", 200}, {"4821", "", 401}, {"", "twin-token", 401}, {"4822", "twin-token", 401}, {"4821", "x", 401}} {
		c := d.Client
		c.Prepare = withKey(tt.store, tt.key)
		a := c.Do(tt.status, "GET", "/orders", "")
		if tt.status == 401 {
			a.Want(t, "status", `"error"`, "message", `"Invalid Store ID or API Key"`)
		}
	}
	c := d.Client
	c.Base = d.URL() + "/api/v1"
	c.Do(404, "GET", "/orders", "")
	d.Do(404, "GET", "/nothing", "").Want(t, "status", `"error"`)
	if got := d.Do(405, "DELETE", "/orders", "").Header.Get("Allow"); got != "GET, POST" {
		t.Errorf("Allow is %q", got)
	}
}

func TestConnectionTest(t *testing.T) {
	d := open(t, twin.Options{})
	d.pass(75)
	d.Get("/test").Want(t, "status", `"success"`, "message", `"Connection Successful"`, "current_date_time", `"2026-03-20 16:01:15"`)
}

func TestStore(t *testing.T) {
	d := open(t, twin.Options{})
	a := d.Get("/store")
	a.Want(t, "status", `"success"`, "store.id", `"4821"`, "store.settings.timezone", `"America/Denver"`,
		"store.folders", `{"71001":"New","71002":"Prepared","71003":"Closed","71004":"Canceled"}`)
	if !strings.HasSuffix(a.Text("execution_time"), " seconds") {
		t.Errorf("execution_time: %s", a.At("execution_time"))
	}
}

func TestRateLimit(t *testing.T) {
	d := open(t, twin.Options{RateScale: 1})
	for i := range 20 {
		if got := d.Get("/test").Header.Get("X-Tokens-Remaining"); got != fmt.Sprint(19-i) {
			t.Fatalf("request %d leaves %s tokens", i+1, got)
		}
	}
	refused := d.Do(429, "GET", "/test", "")
	if refused.Header.Get("X-Retry-After") != "1" || refused.Header.Get("Retry-After") != "" || refused.Header.Get("X-Tokens-Remaining") != "0" {
		t.Errorf("headers: %v", refused.Header)
	}
	refused.Want(t, "status", `"error"`)
	d.pass(1) // three tokens
	for range 3 {
		d.Get("/test")
	}
	d.Do(429, "GET", "/test", "")
	d.pass(3600)
	if got := d.Get("/test").Header.Get("X-Tokens-Remaining"); got != "19" {
		t.Errorf("after an hour %s tokens are left, want 19: the bucket holds 20", got)
	}
}

func TestRateScale(t *testing.T) {
	d := open(t, twin.Options{RateScale: 0.1})
	d.Get("/test")
	d.Get("/test")
	if got := d.Do(429, "GET", "/test", "").Header.Get("X-Retry-After"); got != "4" {
		t.Errorf("a token comes every 3.3 seconds, but X-Retry-After is %s", got)
	}
	d.pass(4)
	d.Get("/test")
}

func TestMethodOverride(t *testing.T) {
	d := open(t, twin.Options{Orders: 1})
	c := d.Client
	c.Prepare = func(r *http.Request) {
		d.Prepare(r)
		r.Header.Set("X-HTTP-Method-Override", "put")
	}
	c.Do(200, "POST", "/orders/90112733", `{"email":"a@example.com","shipping":{"last_name":"A"}}`)
	d.Get("/orders/90112733").Want(t, "order.email", `"a@example.com"`)
	if got := d.Requests().ByRequest["PUT /orders/{id}"]; got != 1 {
		t.Errorf("counts: %v", d.Requests().ByRequest)
	}
	c.Do(200, "GET", "/orders/90112733", "") // only a POST can stand for something else
}

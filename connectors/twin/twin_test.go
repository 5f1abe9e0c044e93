package twin_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/connectors/twin/internal/probe"
)

// running is a twin that listens, and a client with its credentials.
type running struct {
	probe.Client
	*twin.Server
	control probe.Client
}

func start(t testing.TB, vendor string, opts twin.Options, faults ...string) running {
	t.Helper()
	for _, text := range faults {
		f, err := fault.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		opts.Faults = append(opts.Faults, f)
	}
	if vendor == "orderdesk" && opts.RateScale == 0 {
		opts.NoRateLimit = true
	}
	s, err := twin.New(vendor, opts)
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
	fields := map[string]string{}
	for _, f := range s.Connection() {
		fields[f.Name] = f.Value
	}
	prepare := func(r *http.Request) {
		r.Header.Set("ORDERDESK-STORE-ID", fields["store_id"])
		r.Header.Set("ORDERDESK-API-KEY", fields["api_key"])
		if token := fields["api_token"]; token != "" {
			q := r.URL.Query()
			q.Set("token", token)
			r.URL.RawQuery = q.Encode()
		}
	}
	return running{probe.Client{T: t, Base: s.BaseURL(), Prepare: prepare}, s, probe.Client{T: t, Base: s.URL() + "/_twin"}}
}

const order = `{"source_id":"BS-1","source_name":"BrightStores","shipping":{"last_name":"A"},"order_items":[{"name":"A","price":1,"quantity":1}]}`

func TestEveryVendorStarts(t *testing.T) {
	for _, v := range twin.Vendors() {
		def, err := twin.Defaults(v.Name)
		if err != nil {
			t.Fatal(err)
		}
		r := start(t, v.Name, def)
		r.Get("/orders")
		if v.Summary == "" || len(v.Notes) == 0 || r.Server.Vendor().Name != v.Name || !strings.HasSuffix(r.BaseURL(), v.Root) {
			t.Errorf("vendor %+v", v)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ addr, want string }{
		{"127.0.0.1:0", ""}, {":0", ""}, {"localhost:0", ""}, {"[::1]:0", ""},
		{"0.0.0.0:0", `address "0.0.0.0:0" is not one of this machine alone; a twin listens on 127.0.0.1 only`},
		{"example.com:80", `address "example.com:80" is not one of this machine alone; a twin listens on 127.0.0.1 only`},
		{"8080", `address "8080": write HOST:PORT, such as 127.0.0.1:8080`},
	} {
		s, err := twin.New("brightstores", twin.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Start(tt.addr)
		if tt.addr == "[::1]:0" && err != nil && tt.want == "" {
			t.Skipf("this machine has no IPv6: %v", err)
		}
		if err != nil && err.Error() != tt.want || err == nil && tt.want != "" {
			t.Errorf("%s: %v", tt.addr, err)
		}
		if err == nil && s.Start("127.0.0.1:0") == nil {
			t.Errorf("%s: the twin starts twice", tt.addr)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("closing again: %v", err)
		}
	}
	busy := start(t, "brightstores", twin.Options{})
	s, _ := twin.New("brightstores", twin.Options{})
	if err := s.Start(strings.TrimPrefix(busy.URL(), "http://")); err == nil || !strings.HasPrefix(err.Error(), "twin of brightstores: ") {
		t.Errorf("an address that is taken: %v", err)
	}
}

func TestOptionErrors(t *testing.T) {
	for _, tt := range []struct {
		vendor string
		opts   twin.Options
		want   string
	}{
		{"brightstore", twin.Options{}, `unknown vendor "brightstore"; did you mean "brightstores"?`},
		{"magento", twin.Options{}, `unknown vendor "magento"; there are twins of brightstores, orderdesk`},
		{"brightstores", twin.Options{Orders: -1}, `option orders: -1 is out of bounds; it must be 0 to 1000000`},
		{"brightstores", twin.Options{Products: 9}, `option products: 9 is out of bounds; it must be 10 to 100000`},
		{"brightstores", twin.Options{FirstOrder: -5}, `option first_order: -5 is out of bounds; it must be 0 to `},
		{"orderdesk", twin.Options{RateScale: -1}, `option rate_scale: -1 is out of bounds; it must be above 0`},
		{"orderdesk", twin.Options{AutoStatus: true}, `orderdesk has no option "auto_status"; brightstores has it`},
		{"brightstores", twin.Options{UniqueSourceID: true}, `brightstores has no option "unique_source_id"; orderdesk has it`},
		{"orderdesk", twin.Options{Webhook: "http://example.com"}, `webhook "http://example.com" is not on this machine; `},
		{"brightstores", twin.Options{Fault: fault.Fields{StatusErrorOf: []int{1}}}, `fault "status_error:nth=1": brightstores has no status in its bodies; this fault is for orderdesk`},
		{"orderdesk", twin.Options{Fault: fault.Fields{SlowOf: []int{-1}}}, `fault: slow_of: -1 is out of bounds; requests are counted from 1`},
	} {
		if _, err := twin.New(tt.vendor, tt.opts); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s %+v: %v, want %s", tt.vendor, tt.opts, err, tt.want)
		}
	}
}

func TestSetOptions(t *testing.T) {
	o := twin.Options{}
	for _, set := range []string{"seed=-7", "orders=3", "first_order=9007199254740993", "products=12", "plain=", "auto_status=true", "token=a=b", "read_only_token=c"} {
		name, value, _ := strings.Cut(set, "=")
		if err := o.Set("brightstores", name, value); err != nil {
			t.Error(err)
		}
	}
	if o.Seed != -7 || o.Orders != 3 || o.FirstOrder != 9007199254740993 || o.Products != 12 || !o.Plain || !o.AutoStatus || o.Token != "a=b" || o.ReadOnlyToken != "c" {
		t.Errorf("options: %+v", o)
	}
	d := twin.Options{}
	for _, set := range []string{"inventory_items=9", "unique_source_id=true", "unique_source_id=false", "no_rate_limit=true", "rate_scale=2.5", "webhook=http://localhost:1", "store_id=9"} {
		name, value, _ := strings.Cut(set, "=")
		if err := d.Set("orderdesk", name, value); err != nil {
			t.Error(err)
		}
	}
	if d.InventoryItems != 9 || d.UniqueSourceID || !d.NoRateLimit || d.RateScale != 2.5 || d.Webhook != "http://localhost:1" || d.StoreID != "9" {
		t.Errorf("options: %+v", d)
	}
	for _, tt := range []struct{ vendor, name, value, want string }{
		{"brightstores", "order", "1", `brightstores has no option "order"; did you mean "orders"?`},
		{"brightstores", "webhook", "x", `brightstores has no option "webhook"; it has seed, orders, `},
		{"orderdesk", "orders", "many", `option orders: "many" is not a whole number`},
		{"orderdesk", "no_rate_limit", "yes", `option no_rate_limit: "yes" is not true or false`},
		{"orderdesk", "rate_scale", "0", `option rate_scale: "0" is not a number above 0`},
	} {
		if err := d.Set(tt.vendor, tt.name, tt.value); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s %s=%s: %v", tt.vendor, tt.name, tt.value, err)
		}
	}
}

// What the table of options says about defaults is true.
func TestDocumentedDefaults(t *testing.T) {
	for _, v := range twin.Vendors() {
		def, err := twin.Defaults(v.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range twin.OptionsOf(v.Name) {
			value := o.Default
			if o.Name == "orders" {
				value = map[string]string{"brightstores": "40", "orderdesk": "0"}[v.Name]
			}
			if o.Doc == "" {
				t.Errorf("option %s is not explained", o.Name)
			}
			changed := def
			if err := changed.Set(v.Name, o.Name, value); err != nil {
				t.Error(err)
			}
			if got, want := fmt.Sprint(changed.Seed, changed.Orders, changed.FirstOrder, changed.Products, changed.RateScale, changed.Token, changed.ReadOnlyToken, changed.StoreID),
				fmt.Sprint(def.Seed, def.Orders, def.FirstOrder, def.Products, def.RateScale, def.Token, def.ReadOnlyToken, def.StoreID); got != want {
				t.Errorf("%s %s=%s gives %s, the defaults are %s", v.Name, o.Name, value, got, want)
			}
		}
	}
}

func TestCounts(t *testing.T) {
	r := start(t, "brightstores", twin.Options{Orders: 2}, "reset:nth=4")
	r.Get("/orders")
	r.Get("/orders/48213")
	r.Get("/orders/48215")
	if _, err := r.Try("GET", "/orders/48213", ""); err == nil {
		t.Error("the connection was not reset")
	}
	r.Do(404, "GET", "/nothing", "")
	got := r.Requests()
	if got.Total != 5 || got.ByRequest["GET /orders/{id}"] != 3 || got.ByRequest["GET /orders"] != 1 || got.ByRequest["GET (unknown)"] != 1 ||
		got.ByStatus[200] != 3 || got.ByStatus[404] != 1 || got.ByStatus[0] != 1 || got.MostAtOnce != 1 || got.Connections != 5 {
		t.Errorf("counts: %+v", got)
	}
	log := r.Log()
	if len(log) != 5 || log[3].Applied || log[3].Status != 0 || !slices.Equal(log[3].Faults, []string{"reset:nth=4"}) || !log[2].Applied || log[4].Applied {
		t.Errorf("log: %+v", log)
	}
	if err := r.Reset(); err != nil {
		t.Fatal(err)
	}
	if got := r.Requests(); got.Total != 0 || len(got.ByRequest) != 0 {
		t.Errorf("counts after a reset: %+v", got)
	}
}

func TestLogKeepsTheLast(t *testing.T) {
	r := start(t, "brightstores", twin.Options{})
	client := http.Client{}
	for range 1003 {
		resp, err := client.Get(r.BaseURL() + "/orders?token=twin-token")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	log := r.Log()
	if len(log) != 1000 || log[0].Seq != 4 || log[999].Seq != 1003 {
		t.Errorf("%d entries from %d to %d", len(log), log[0].Seq, log[len(log)-1].Seq)
	}
}

func TestLargeBodyIsRefused(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{})
	r.Do(413, "POST", "/orders", `{"email":"`+strings.Repeat("x", 17<<20)+`"}`)
}

func TestBodyThatIsCutShortIsNotApplied(t *testing.T) {
	r := start(t, "orderdesk", twin.Options{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /api/v2/orders HTTP/1.1\r\nHost: x\r\nORDERDESK-STORE-ID: 4821\r\nORDERDESK-API-KEY: twin-token\r\nContent-Length: %d\r\n\r\n%s", len(order)+1, order)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn)
	_ = conn.Close()
	if n := len(r.Created()); n != 0 {
		t.Errorf("an order came in from half a request; the answer was %q", answer)
	}
}

func TestTimeGoesOn(t *testing.T) {
	now := time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC)
	r := start(t, "orderdesk", twin.Options{Now: func() time.Time { return now }, Start: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)})
	r.Get("/test").Want(t, "current_date_time", `"2026-07-01 12:00:00"`)
	now = now.Add(90 * time.Second)
	r.Get("/test").Want(t, "current_date_time", `"2026-07-01 12:01:30"`)
	if err := r.Reset(); err != nil {
		t.Fatal(err)
	}
	r.Get("/test").Want(t, "current_date_time", `"2026-07-01 12:00:00"`)
}

package brightstores_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/internal/probe"
)

// shop is a running twin and a client with its token.
type shop struct {
	probe.Client
	*twin.Server
}

func open(t *testing.T, opts twin.Options) shop {
	t.Helper()
	opts.Now = func() time.Time { return time.Unix(0, 0) } // its time stands still
	s, err := twin.New("brightstores", opts)
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
	return shop{probe.Client{T: t, Base: s.BaseURL(), Prepare: withToken("twin-token")}, s}
}

func withToken(token string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Set("token", token)
		r.URL.RawQuery = q.Encode()
	}
}

func TestTokens(t *testing.T) {
	s := open(t, twin.Options{Orders: 2})
	for _, tt := range []struct {
		name, token, method string
		status              int
		message             string
	}{
		{"none", "", "GET", 401, `"Invalid API token"`},
		{"unknown", "other", "GET", 401, `"Invalid API token"`},
		{"read-only reads", "twin-read-only", "GET", 200, ""},
		{"read-only writes", "twin-read-only", "PUT", 403, `"API token is read-only"`},
		{"full writes", "twin-token", "PUT", 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := s.Client
			c.Prepare = withToken(tt.token)
			a := c.Do(tt.status, tt.method, "/orders/48213", `{"order":{"note":"x"}}`)
			if tt.message != "" {
				a.Want(t, "error", tt.message)
			}
		})
	}
	if got := s.Requests().ByStatus; got[401] != 2 || got[403] != 1 || got[200] != 2 {
		t.Errorf("counts by status: %v", got)
	}
}

func TestTokenIsNotInTheLog(t *testing.T) {
	s := open(t, twin.Options{Orders: 1})
	s.Get("/orders?per_page=5")
	if log := s.Log(); len(log) != 1 || log[0].Path != "/api/v2.7.0/orders?per_page=5" {
		t.Errorf("log: %+v", log)
	}
}

func TestVersions(t *testing.T) {
	s := open(t, twin.Options{Orders: 1})
	for _, tt := range []struct {
		version, path string
		status        int
	}{
		{"v2.7.0", "/orders", 200}, {"v2.3.0", "/orders", 200}, {"v1.0.0", "/orders", 200}, {"v2.7.1", "/orders", 404}, {"v2", "/orders", 404},
		{"v2.x.0", "/orders", 404}, {"2.7.0", "/orders", 404}, {"v1.9.9", "/inventories", 404}, {"v2.0.0", "/inventories", 200},
		{"v1.1.5", "/orders/48213/shipments", 404}, {"v1.1.6", "/orders/48213/shipments", 200},
	} {
		c := s.Client
		c.Base = s.URL() + "/api/" + tt.version
		c.Do(tt.status, "GET", tt.path, "")
	}
	all := s.Get("/users").At("meta.total")
	c := s.Client
	c.Base = s.URL() + "/api/v2.6.0"
	if got := c.Get("/users?email=nobody@example.com").At("meta.total"); got != all {
		t.Errorf("the email filter came with v2.6.1, but v2.6.0 filters: %s of %s", got, all)
	}
	if got := c.Get("/users").At("users.0.email") + c.Get("/users/7701").At("email"); got != "" {
		t.Errorf("the email of users came with v2.6.1, but v2.6.0 has %s", got)
	}
	s.Get("/users?email=nobody@example.com").Want(t, "meta.total", "0")
}

func TestUnknownPaths(t *testing.T) {
	s := open(t, twin.Options{Orders: 1})
	for _, path := range []string{"/nothing", "/orders/1", "/orders/x", "/orders/48213/line_items/1", "/orders/48213/shipments/1", "/products/1",
		"/products/5101/images/1", "/users/1", "/orders/48213/refunds"} {
		s.Do(404, "GET", path, "").Want(t, "error", `"Record not found"`)
	}
	if got := s.Do(405, "POST", "/orders/48213", "{}").Header.Get("Allow"); got != "GET, PUT" {
		t.Errorf("Allow is %q", got)
	}
}

func TestListHasNoDetails(t *testing.T) {
	s := open(t, twin.Options{Orders: 3})
	a := s.Get("/orders")
	a.Want(t, "meta", `{"total":3,"offset":0,"limit":25}`)
	rows := a.Rows("orders")
	var names []string
	for _, name := range []string{"order_id", "shipping_method", "tracking", "created_at", "updated_at", "status", "customer"} {
		names = append(names, `"`+name+`":`)
	}
	for _, row := range rows {
		at := -1
		for _, name := range names {
			i := strings.Index(row.Body, name)
			if i <= at {
				t.Errorf("%s is missing or out of order in %s", name, row.Body)
			}
			at = i
		}
		if strings.Contains(row.Body, "line_items") || strings.Contains(row.Body, "grand_total") {
			t.Errorf("row has details: %s", row.Body)
		}
	}
}

func TestPages(t *testing.T) {
	s := open(t, twin.Options{Orders: 1203})
	for _, tt := range []struct {
		query                     string
		total, offset, limit, row int
	}{
		{"", 1203, 0, 25, 25},
		{"?per_page=500", 1203, 0, 500, 500},
		{"?per_page=9999", 1203, 0, 500, 500},
		{"?per_page=500&page=3", 1203, 1000, 500, 203},
		{"?per_page=500&page=4", 1203, 1500, 500, 0},
		{"?per_page=1&page=1203", 1203, 1202, 1, 1},
	} {
		a := s.Get("/orders" + tt.query)
		a.Want(t, "meta", fmt.Sprintf(`{"total":%d,"offset":%d,"limit":%d}`, tt.total, tt.offset, tt.limit))
		if n := len(a.Rows("orders")); n != tt.row {
			t.Errorf("%s: %d rows, want %d", tt.query, n, tt.row)
		}
	}
	for _, bad := range []string{"page=0", "page=x", "per_page=-1", "per_page=0", "page=99999999999999999999"} {
		name, _, _ := strings.Cut(bad, "=")
		s.Do(422, "GET", "/orders?"+bad, "").Want(t, "errors."+name, `["must be a number from 1"]`)
	}
}

func ids(a probe.Answer) []int64 {
	var out []int64
	for _, s := range a.Texts("orders", "order_id") {
		n, _ := strconv.ParseInt(s, 10, 64)
		out = append(out, n)
	}
	return out
}

func TestNewestFirst(t *testing.T) {
	s := open(t, twin.Options{Orders: 60})
	got := ids(s.Get("/orders?per_page=500"))
	if !slices.IsSortedFunc(got, func(a, b int64) int { return int(b - a) }) || got[0] != 48213+2*59 {
		t.Errorf("order numbers do not fall: %v", got)
	}
}

func TestOrdersThatArriveShiftPages(t *testing.T) {
	s := open(t, twin.Options{Orders: 20})
	first := ids(s.Get("/orders?per_page=10&page=1"))
	if _, err := s.Add(3, 0); err != nil {
		t.Fatal(err)
	}
	second := ids(s.Get("/orders?per_page=10&page=2"))
	if !slices.Equal(second[:3], first[7:]) {
		t.Errorf("page 2 begins with %v, want the last of page 1: %v", second[:3], first[7:])
	}
}

func TestTimeRanges(t *testing.T) {
	s := open(t, twin.Options{Orders: 40})
	all := s.Get("/orders?per_page=500").Rows("orders")
	pick := all[20]
	for _, field := range []string{"created_at", "updated_at"} {
		at, err := time.Parse(time.RFC3339, pick.Text(field))
		if err != nil {
			t.Fatal(err)
		}
		// However the same second is written, both ends belong to the range.
		forms := []string{at.Format(time.RFC3339), at.UTC().Format(time.RFC3339), at.UTC().Format("2006-01-02T15:04:05"),
			at.In(time.FixedZone("", 9*3600)).Format("2006-01-02T15:04:05-0700")}
		for _, form := range forms {
			q := url.Values{field + "_from": {form}, field + "_to": {form}}.Encode()
			if got := s.Get("/orders?"+q).Texts("orders", "order_id"); !slices.Contains(got, pick.Text("order_id")) {
				t.Errorf("%s: %v, want order %s in it", q, got, pick.Text("order_id"))
			}
		}
		later := at.Add(time.Second).UTC().Format("2006-01-02T15:04:05")
		for _, row := range s.Get("/orders?per_page=500&" + field + "_from=" + later).Rows("orders") {
			if got, _ := time.Parse(time.RFC3339, row.Text(field)); !got.After(at) {
				t.Errorf("%s_from=%s lists an order of %v", field, later, got)
			}
		}
		before := at.Add(-time.Second).UTC().Format("2006-01-02T15:04:05")
		from := len(s.Get("/orders?per_page=500&" + field + "_from=" + at.UTC().Format("2006-01-02T15:04:05")).Rows("orders"))
		to := len(s.Get("/orders?per_page=500&" + field + "_to=" + before).Rows("orders"))
		if from+to != len(all) {
			t.Errorf("%s: %d from the second on and %d before it, of %d", field, from, to, len(all))
		}
	}
	// A plus that was not escaped arrives as a blank.
	s.Do(422, "GET", "/orders?created_at_from=2026-03-04T09:00:00+02:00", "").Want(t, "errors.created_at_from", `["is not an ISO 8601 time"]`)
}

func TestFilters(t *testing.T) {
	s := open(t, twin.Options{Orders: 200})
	all := s.Get("/orders?per_page=500").Rows("orders")
	sum := 0
	for _, status := range []string{"new", "billed", "paid", "in_progress", "split", "shipped", "completed", "back_ordered", "canceled", "moas_pending"} {
		a := s.Get("/orders?per_page=500&status=" + status)
		for _, got := range a.Texts("orders", "status") {
			if got != status {
				t.Errorf("status=%s lists %s", status, got)
			}
		}
		n := len(a.Rows("orders"))
		if n == 0 {
			t.Errorf("no order has the status %s", status)
		}
		sum += n
	}
	if sum != len(all) {
		t.Errorf("the statuses add up to %d of %d", sum, len(all))
	}
	if got := s.Do(422, "GET", "/orders?status=paid,new", "").At("errors.status"); !strings.Contains(got, "is not included in the list") {
		t.Errorf("two statuses in one: %s", got)
	}
	email := all[0].Text("customer")
	want := 0
	for _, row := range all {
		if row.Text("customer") == email {
			want++
		}
	}
	for _, name := range []string{"customer", "customer[]"} {
		q := url.Values{name: {email}, "per_page": {"500"}}.Encode()
		if got := len(s.Get("/orders?" + q).Rows("orders")); got != want {
			t.Errorf("%s: %d orders, want %d", name, got, want)
		}
	}
	// Filters narrow each other.
	s.Get("/orders?status=paid&created_at_to=2001-01-01").Want(t, "meta.total", "0")
}

func TestSameSeedSameShop(t *testing.T) {
	a, b, c := open(t, twin.Options{Seed: 7, Orders: 30}), open(t, twin.Options{Seed: 7, Orders: 30}), open(t, twin.Options{Seed: 8, Orders: 30})
	differ := false
	for _, path := range []string{"/orders?per_page=500", "/orders/48213", "/orders/48271", "/products", "/inventories", "/users", "/users/7703"} {
		x := a.Get(path).Body
		if y := b.Get(path).Body; x != y {
			t.Errorf("%s is not the same:\n%s\n%s", path, x, y)
		}
		differ = differ || x != c.Get(path).Body
	}
	if !differ {
		t.Error("another seed gives the same shop")
	}
}

func TestLargestOrderNumber(t *testing.T) {
	s := open(t, twin.Options{Orders: 3, FirstOrder: 9007199254740993})
	s.Get("/orders/9007199254740993").Want(t, "order_id", "9007199254740993")
	if got := ids(s.Get("/orders")); !slices.Equal(got, []int64{9007199254740997, 9007199254740995, 9007199254740993}) {
		t.Errorf("orders: %v", got)
	}
}

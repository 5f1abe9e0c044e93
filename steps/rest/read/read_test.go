package read_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/rest"
)

// dial opens a connection of a connector file.
func dial(t *testing.T, file string, transport http.RoundTripper, settings ...string) *steptest.Account {
	t.Helper()
	return steptest.Dial(t, steptest.Connector(t, rest.Engine{}, file), transport, settings...)
}

const detailFile = `
connector: shop
summary: A shop.
fields: {token: {type: text, secret: true}, store: {type: text, default: main}}
base_url: http://shop.test/{{ store }}
auth: {query: {token: "${ token }"}}
limits: {attempts: 2, at_once: 3}
shapes:
  row: {id: int, updated_at: time}
  order: {id: int, updated_at: time, total: decimal, lines: [{sku: text}]}
reads:
  orders:
    record: order
    row: row
    key: id
    get: /orders
    filters:
      status: {as: one, type: text}
      store_id: {as: many, type: int, param: stores, join: ","}
      tag: {as: many, type: text, max: 2}
    cursor: {field: updated_at, from: from, to: to}
    pages: {kind: number, param: page, size: {param: size, max: 4, default: 2}, total: meta.total}
    records: orders
    detail: {get: "/orders/{{ id }}", headers: {X-Version: "${ order.updated_at }"}, records: order}
    one: {get: "/orders/{{ key }}", records: order}
`

// detailShop answers five orders, two a page, and each by itself.
func detailShop(bad map[string]http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/main/orders", func(w http.ResponseWriter, r *http.Request) {
		page := r.URL.Query().Get("page")
		rows := map[string]string{
			"1": `{"id":5,"updated_at":"2026-01-05T00:00:00Z"},{"id":4,"updated_at":"2026-01-04T00:00:00Z"}`,
			"2": `{"id":3,"updated_at":"2026-01-03T00:00:00Z"},{"id":2,"updated_at":"2026-01-02T00:00:00Z"}`,
			"3": `{"id":9007199254740993,"updated_at":"2026-01-01T00:00:00Z"}`,
		}[page]
		fmt.Fprintf(w, `{"orders":[%s],"meta":{"total":5}}`, rows)
	})
	mux.HandleFunc("/main/orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		if h, ok := bad[r.PathValue("id")]; ok {
			h(w, r)
			return
		}
		fmt.Fprintf(w, `{"order": {"id":%s, "updated_at":"2026-01-01T00:00:00Z", "total":"20.00", "lines":[], "more":{"a":[]}}}`, r.PathValue("id"))
	})
	return mux
}

// TestDetails holds that every record of the listing is read by itself, in the
// listing's order, and comes out as the vendor wrote it.
func TestDetails(t *testing.T) {
	v := &steptest.Vendor{Handler: detailShop(nil)}
	a := dial(t, detailFile, v, "token", "SECRET")
	pages, err := a.Pages("orders", step.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, p := range pages {
		for _, r := range p.Records {
			got = append(got, r.Key+" "+r.Version)
		}
		if (p.Cursor != nil) != (i == len(pages)-1) {
			t.Errorf("page %d of %d has the cursor %s", i+1, len(pages), p.Cursor)
		}
	}
	want := []string{
		"5 2026-01-05T00:00:00Z", "4 2026-01-04T00:00:00Z", "3 2026-01-03T00:00:00Z",
		"2 2026-01-02T00:00:00Z", "9007199254740993 2026-01-01T00:00:00Z",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if data := string(pages[2].Records[0].Data); data != `{"id":9007199254740993,"updated_at":"2026-01-01T00:00:00Z","total":"20.00","lines":[],"more":{"a":[]}}` {
		t.Errorf("the record is %s", data)
	}
	for i, r := range v.Requests {
		if !strings.Contains(r, "token=SECRET") {
			t.Errorf("%s has no token", r)
		}
		if strings.Contains(r, "/orders/5?") && v.Headers[i].Get("X-Version") != "2026-01-05T00:00:00Z" {
			t.Errorf("the header of a detail call is %q", v.Headers[i].Get("X-Version"))
		}
	}
	if strings.Contains(a.Log.String(), "SECRET") {
		t.Errorf("the log has the secret: %s", a.Log)
	}
}

// TestKnown holds that no call is spent on records that are known.
func TestKnown(t *testing.T) {
	v := &steptest.Vendor{Handler: detailShop(nil)}
	a := dial(t, detailFile, v)
	pages, err := a.Pages("orders", step.Query{Known: steptest.Knows("5", "3", "2")})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(v.Asked("GET /main/orders/")); n != 2 {
		t.Errorf("%d records were asked for, want 2", n)
	}
	if pages[0].Known != 1 || pages[1].Known != 2 || pages[2].Known != 0 || len(pages[1].Records) != 0 {
		t.Errorf("known %d, %d, %d", pages[0].Known, pages[1].Known, pages[2].Known)
	}
	_, err = a.Pages("orders", step.Query{Known: func(context.Context, []step.Listed) ([]bool, error) { return nil, errors.New("no ledger") }})
	if err == nil || !strings.Contains(err.Error(), "no ledger") {
		t.Errorf("got %v", err)
	}
}

// TestBadRecord holds that a record which the vendor cannot give does not hold
// up the others, and that a vendor who gives none stops the reading.
func TestBadRecord(t *testing.T) {
	gone := steptest.Answer(404, `{"message":"no order"}`)
	broken := steptest.Answer(500, `{"message":"oops"}`)
	tests := []struct {
		name string
		bad  map[string]http.HandlerFunc
		says map[string]string // by key
		err  string
	}{
		{"one is gone", map[string]http.HandlerFunc{"4": gone}, map[string]string{"4": "404 Not Found: no order"}, ""},
		{"one is always broken", map[string]http.HandlerFunc{"3": broken}, map[string]string{"3": "500 Internal Server Error: oops (tried 2 times)"}, ""},
		{"a lone one is gone", map[string]http.HandlerFunc{"9007199254740993": gone}, map[string]string{"9007199254740993": "404"}, ""},
		{"one has no record in it", map[string]http.HandlerFunc{"5": steptest.Answer(200, `{"data":{}}`)}, nil, `has no "order"; it has data`},
		{"a page is broken", map[string]http.HandlerFunc{"5": broken, "4": broken}, nil, "500"},
		{"a page is gone", map[string]http.HandlerFunc{"5": gone, "4": gone}, nil, "404"},
		{"no rights", map[string]http.HandlerFunc{"4": steptest.Answer(403, `{}`)}, nil, "403"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := dial(t, detailFile, &steptest.Vendor{Handler: detailShop(tt.bad)})
				pages, err := a.Pages("orders", step.Query{})
				if tt.err != "" {
					if err == nil || !strings.Contains(err.Error(), tt.err) {
						t.Errorf("got %v, want %q", err, tt.err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, p := range pages {
					for _, r := range p.Records {
						n++
						says := tt.says[r.Key]
						if (r.Err != nil) != (says != "") || r.Err != nil && !strings.Contains(r.Err.Error(), says) {
							t.Errorf("record %s: %v, want %q", r.Key, r.Err, says)
						}
					}
				}
				if n != 5 || pages[2].Cursor == nil {
					t.Errorf("%d records, cursor %s", n, pages[2].Cursor)
				}
			})
		})
	}
}

// TestOddRows holds that a row which nothing identifies holds up no others, and
// that two rows of one key and different content are both seen.
func TestOddRows(t *testing.T) {
	const file = `
connector: shop
summary: A shop.
base_url: http://shop.test
shapes:
  row: {id: int, n: "int?"}
reads:
  rows: {record: row, key: id, get: /rows, records: rows}
`
	for _, tt := range []struct{ rows, want, err string }{
		{`[{"id":1,"n":1},{"id":1,"n":2},{"id":1,"n":1}]`, `1 {"id":1,"n":1}, 1 {"id":1,"n":2}`, ""},
		{`[{"id":1},{"id":null,"n":5},{"id":2}]`, `1 {"id":1},  {"id":null,"n":5} record 2 of page 1 has no "id", which identifies it, 2 {"id":2}`, ""},
		{`[{"id":null}]`, "", `record 1 of page 1 has no "id", which identifies it`},
	} {
		a := dial(t, file, &steptest.Vendor{Handler: steptest.Answer(200, `{"rows":`+tt.rows+`}`)})
		var got []string
		pages, err := a.Pages("rows", step.Query{})
		for _, p := range pages {
			for _, r := range p.Records {
				line := r.Key + " " + string(r.Data)
				if r.Err != nil {
					line += " " + r.Err.Error()
				}
				got = append(got, line)
			}
		}
		if strings.Join(got, ", ") != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: got %q, %v", tt.rows, got, err)
		}
	}
}

// TestOne holds reading by key.
func TestOne(t *testing.T) {
	v := &steptest.Vendor{Handler: detailShop(map[string]http.HandlerFunc{"7": steptest.Answer(404, `{}`), "8": steptest.Answer(500, `{}`)})}
	a := dial(t, detailFile, v)
	pages, err := a.Pages("orders", step.Query{Key: "9007199254740993"})
	if err != nil || len(pages) != 1 || len(pages[0].Records) != 1 || pages[0].Records[0].Key != "9007199254740993" {
		t.Errorf("got %v, %v", pages, err)
	}
	if pages, err = a.Pages("orders", step.Query{Key: "7"}); err != nil || len(pages) != 1 || len(pages[0].Records) != 0 {
		t.Errorf("a record that there is not: %v, %v", pages, err)
	}
	if _, err = a.Pages("orders", step.Query{Key: "abc"}); err == nil || !strings.Contains(err.Error(), `"abc" cannot be the key of order`) {
		t.Errorf("a key that cannot be: %v", err)
	}
	if n := len(v.Requests); n != 2 {
		t.Errorf("%d requests: %v", n, v.Requests)
	}
}

// TestFilters holds how filters reach the vendor: one value a call, or several.
func TestFilters(t *testing.T) {
	v := &steptest.Vendor{Handler: steptest.Answer(200, `{"orders":[],"meta":{"total":0}}`)}
	a := dial(t, detailFile, v)
	text := func(ss ...string) (vs []item.Value) {
		for _, s := range ss {
			vs = append(vs, item.Text(s))
		}
		return vs
	}
	pages, err := a.Pages("orders", step.Query{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Filters: []step.FilterValue{
		{Name: "status", Values: text("paid", "a&b")},
		{Name: "store_id", Values: []item.Value{item.Int(1), item.Int(2)}},
		{Name: "tag", Values: text("x", "y", "z")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range v.Requests {
		got = append(got, strings.ReplaceAll(strings.TrimPrefix(r, "GET /main/orders?page=1&size=2&"), "&to=2026-01-01T00%3A00%3A00Z", ""))
	}
	want := []string{
		"status=paid&stores=1%2C2&tag=x&tag=y", "status=paid&stores=1%2C2&tag=z",
		"status=a%26b&stores=1%2C2&tag=x&tag=y", "status=a%26b&stores=1%2C2&tag=z",
	}
	if !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	for i, p := range pages {
		if (p.Cursor != nil) != (i == 3) {
			t.Errorf("listing %d leaves the cursor %s", i+1, p.Cursor)
		}
	}
}

// TestPrefetch holds that the next page is fetched while one is worked on, and
// no more than that.
func TestPrefetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &steptest.Vendor{Handler: detailShop(nil)}
		a := dial(t, detailFile, v)
		var pages int
		err := a.Source("orders", step.HTTPReadOptions{}).Read(t.Context(), step.Query{Now: time.Now()}, func(step.Page) error {
			pages++
			synctest.Wait()
			if n := len(v.Asked("GET /main/orders/")); pages == 1 && n != 4 {
				t.Errorf("%d records were read while the first page was worked on, want 4", n)
			}
			return nil
		})
		if err != nil || pages != 3 {
			t.Errorf("%d pages, %v", pages, err)
		}
		stop := errors.New("stop")
		err = a.Source("orders", step.HTTPReadOptions{}).Read(t.Context(), step.Query{Now: time.Now()}, func(step.Page) error { return stop })
		if !errors.Is(err, stop) {
			t.Errorf("got %v, want the page's own error", err)
		}
	})
}

// TestPageSize holds that a pipeline's choice is taken within the vendor's
// bounds.
func TestPageSize(t *testing.T) {
	for chosen, want := range map[int]string{0: "2", 3: "3", 99: "4"} {
		v := &steptest.Vendor{Handler: steptest.Answer(200, `{"orders":[],"meta":{"total":0}}`)}
		a := dial(t, detailFile, v)
		err := a.Source("orders", step.HTTPReadOptions{PageSize: chosen}).Read(t.Context(), step.Query{Now: time.Now()}, func(step.Page) error { return nil })
		if err != nil || len(v.Asked("GET /main/orders?page=1&size="+want)) != 1 {
			t.Errorf("size %d: %v, asked %v", chosen, err, v.Requests)
		}
	}
}

// pagesFile is a connector whose listing goes on as pages says.
func pagesFile(pages, call string) string {
	return `
connector: shop
summary: A shop.
base_url: http://shop.test/api
shapes: {row: {id: int}}
reads:
  rows:
    record: row
    key: id
    ` + call + `
    pages: ` + pages + `
    records: data.rows
`
}

// TestPaging walks seven rows by every kind of paging.
func TestPaging(t *testing.T) {
	tests := []struct {
		name, pages, call string
		next              func(offset int) (link, body string)
		param             string
		want              []string
	}{
		{"number", "{kind: number, param: p, size: {param: n, max: 3}, total: count}", "get: /rows", nil, "p",
			[]string{"/api/rows?n=3&p=1", "/api/rows?n=3&p=2", "/api/rows?n=3&p=3"}},
		{"number from 0 without a total", "{kind: number, first: 0, param: p, size: {param: n, max: 3}}", "get: /rows", nil, "p0",
			[]string{"/api/rows?n=3&p=0", "/api/rows?n=3&p=1", "/api/rows?n=3&p=2"}},
		{"offset", "{kind: offset, param: o, size: {param: n, max: 3}, total: count}", "get: /rows", nil, "o",
			[]string{"/api/rows?n=3&o=0", "/api/rows?n=3&o=3", "/api/rows?n=3&o=6"}},
		{"cursor", "{kind: cursor, param: after, next: page.end, more: page.more}", "get: /rows?q=1",
			func(o int) (string, string) { return "", fmt.Sprintf(`,"page":{"end":"c%d","more":%t}`, o+3, o < 6) }, "after",
			[]string{"/api/rows?q=1", "/api/rows?q=1&after=c3", "/api/rows?q=1&after=c6"}},
		{"link", "{kind: link}", "get: /rows",
			func(o int) (string, string) {
				if o >= 6 {
					return `<http://shop.test/api/rows?o=0>; rel="first"`, ""
				}
				return fmt.Sprintf(`<http://shop.test/api/rows?o=0>; rel=prev, <http://shop.test/api/rows?o=%d>; rel="last next"`, o+3), ""
			}, "o", []string{"/api/rows", "/api/rows?o=3", "/api/rows?o=6"}},
		{"next", "{kind: next, next: next}", "get: /rows",
			func(o int) (string, string) {
				if o >= 6 {
					return "", `,"next":null`
				}
				return "", fmt.Sprintf(`,"next":"/rows?o=%d"`, o+3)
			}, "o", []string{"/api/rows", "/api/rows?o=3", "/api/rows?o=6"}},
		{"link from the host", "{kind: link}", "get: /rows",
			func(o int) (string, string) {
				return fmt.Sprintf(`</api/rows?o=%d>; rel=%q`, o+3, map[bool]string{true: "next", false: "last"}[o < 6]), ""
			},
			"o", []string{"/api/rows", "/api/rows?o=3", "/api/rows?o=6"}},
		{"link to the same path", "{kind: link}", "get: /rows?q=1",
			func(o int) (string, string) {
				return fmt.Sprintf(`<?o=%d>; rel=%q`, o+3, map[bool]string{true: "next", false: "last"}[o < 6]), ""
			},
			"o", []string{"/api/rows?o=3", "/api/rows?o=6", "/api/rows?q=1"}},
		{"next from the host", "{kind: next, next: next}", "get: /rows",
			func(o int) (string, string) {
				if o >= 6 {
					return "", `,"next":null`
				}
				return "", fmt.Sprintf(`,"next":"/api/rows?o=%d"`, o+3)
			}, "o", []string{"/api/rows", "/api/rows?o=3", "/api/rows?o=6"}},
		{"in the body", "{kind: cursor, next: page.end}",
			`post: /graphql
    body: {query: "query($after: String) { rows }", variables: {after: "${ page.cursor }", first: "${ page.size }"}}`,
			func(o int) (string, string) {
				if o >= 6 {
					return "", `,"page":{"end":null}`
				}
				return "", fmt.Sprintf(`,"page":{"end":"c%d"}`, o+3)
			}, "body", []string{"/api/graphql", "/api/graphql", "/api/graphql"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := &steptest.Vendor{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				q, offset := r.URL.Query(), 0
				switch tt.param {
				case "p":
					fmt.Sscan(q.Get("p"), &offset)
					offset = (offset - 1) * 3
				case "p0":
					fmt.Sscan(q.Get("p"), &offset)
					offset *= 3
				case "after":
					fmt.Sscanf(q.Get("after"), "c%d", &offset)
				case "body":
					fmt.Fscanf(r.Body, `{"query":"query($after: String) { rows }","variables":{"after":"c%d"`, &offset)
				default:
					fmt.Sscan(q.Get("o"), &offset)
				}
				var rows []string
				for i := offset; i < min(7, offset+3); i++ {
					rows = append(rows, fmt.Sprintf(`{"id":%d}`, i))
				}
				link, body := "", ""
				if tt.next != nil {
					link, body = tt.next(offset)
				}
				w.Header().Set("Link", link)
				fmt.Fprintf(w, `{"data":{"rows":[%s]},"count":7%s}`, strings.Join(rows, ","), body)
			})}
			a := dial(t, pagesFile(tt.pages, tt.call), v)
			if got := a.Keys("rows", step.Query{}); !slices.Equal(got, []string{"0", "1", "2", "3", "4", "5", "6"}) {
				t.Errorf("got %v", got)
			}
			var asked []string
			for _, r := range v.Requests {
				_, r, _ = strings.Cut(r, " ")
				asked = append(asked, r)
			}
			slices.Sort(asked)
			if !slices.Equal(asked, tt.want) {
				t.Errorf("asked %q, want %q", asked, tt.want)
			}
		})
	}
}

// TestCircles holds that a listing which never ends is noticed.
func TestCircles(t *testing.T) {
	for name, f := range map[string]string{
		"page":   pagesFile("{kind: number, param: p, size: {param: n, max: 1}}", "get: /rows"),
		"cursor": pagesFile("{kind: cursor, param: c, next: next}", "get: /rows"),
	} {
		a := dial(t, f, &steptest.Vendor{Handler: steptest.Answer(200, `{"data":{"rows":[{"id":1}]},"next":"same"}`)})
		if _, err := a.Pages("rows", step.Query{}); err == nil || !strings.Contains(err.Error(), "in circles") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestSideBySide holds that numbered pages are fetched side by side and handed
// on in order.
func TestSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			var p int
			fmt.Sscan(r.URL.Query().Get("p"), &p)
			time.Sleep(time.Duration(20-p) * time.Second) // the later the faster
			now.Add(-1)
			fmt.Fprintf(w, `{"data":{"rows":[{"id":%d}]},"count":16}`, p)
		})
		a := dial(t, pagesFile("{kind: number, param: p, size: {param: n, max: 1}, total: count}", "get: /rows"), &steptest.Vendor{Handler: h})
		keys := a.Keys("rows", step.Query{})
		for i, k := range keys {
			if k != fmt.Sprint(i+1) {
				t.Errorf("the pages came as %v", keys)
				break
			}
		}
		if len(keys) != 16 || most.Load() < 3 || most.Load() > 4 {
			t.Errorf("%d pages, %d at once", len(keys), most.Load())
		}
	})
}

// TestAnswersThatDoNotFit holds what is said about answers in another shape.
func TestAnswersThatDoNotFit(t *testing.T) {
	for body, says := range map[string]string{
		`{"data":{"items":[]},"count":1}`:        `the answer has no "data.rows"; it has data, count`,
		`[]`:                                     `the answer has no "data.rows": it is a list`,
		``:                                       `the answer is empty`,
		`{"data":{"rows":7},"count":1}`:          `"data.rows" of the answer is a number`,
		`{"data":{"rows":[]}}`:                   `the answer has no "count"`,
		`{"data":{"rows":[]},"count":"x"}`:       `"count" of the answer is not a number`,
		`{"data":{"rows":[{"no":1}]},"count":1}`: `record 1 of page 1 has no "id"`,
		`{"data":{"rows":[{"id":{}}]},"count":1}`:     `record 1 of page 1 has no "id"`,
		`{"data":{"rows":[{"id":1,"id":2}]},"count":`: `cannot be read`,
	} {
		synctest.Test(t, func(t *testing.T) {
			a := dial(t, pagesFile("{kind: number, param: p, size: {param: n, max: 1}, total: count}", "get: /rows"), &steptest.Vendor{Handler: steptest.Answer(200, body)})
			if _, err := a.Pages("rows", step.Query{}); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: got %v, want %q", body, err, says)
			}
		})
	}
}

// TestNoContent holds that an answer without content is a listing without
// records, and that an empty one of another status is not.
func TestNoContent(t *testing.T) {
	for status, says := range map[int]string{204: "", 200: "the answer is empty"} {
		synctest.Test(t, func(t *testing.T) {
			file := strings.Replace(pathFile, "    records: names\n", "", 1)
			a := dial(t, file, &steptest.Vendor{Handler: steptest.Answer(status, "")})
			pages, err := a.Pages("names", step.Query{})
			if said := fmt.Sprint(err); says == "" && err != nil || says != "" && !strings.HasSuffix(said, says) {
				t.Errorf("%d: got %v, want %q", status, err, says)
			}
			for _, p := range pages {
				if len(p.Records) > 0 {
					t.Errorf("%d: got records: %v", status, p.Records)
				}
			}
		})
	}
}

const pathFile = `
connector: shop
summary: A shop.
base_url: http://shop.test
shapes:
  images: {product_id: int, images: [{src: text}]}
  item: {id: int, code: text}
  name: {name: text}
reads:
  images:
    record: images
    key: product_id
    get: /products/{{ product_id }}/images
    filters: {product_id: path}
    by: [product_id]
    add: {product_id: "${ product_id }"}
  items:
    record: item
    key: id
    get: /items
    filters: {code: one}
    by: [code]
    records: items
  names:
    record: name
    key: name
    get: /names
    records: names
    wrap: name
`

// TestLookups holds reading by the values of a member.
func TestLookups(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/products/{id}/images", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") == "3" {
			http.Error(w, `{}`, http.StatusNotFound)
			return
		}
		fmt.Fprintf(w, `{"images":[{"src":"%s.jpg"}]}`, r.PathValue("id"))
	})
	mux.HandleFunc("/items", func(w http.ResponseWriter, r *http.Request) {
		code := r.URL.Query().Get("code")
		if code == "NONE" {
			fmt.Fprint(w, `{"items":[]}`)
			return
		}
		fmt.Fprintf(w, `{"items":[{"id":%d,"code":%q}]}`, len(code), code)
	})
	mux.HandleFunc("/names", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"names":["Ground","UPS"]}`) })
	v := &steptest.Vendor{Handler: mux}
	a := dial(t, pathFile, v)
	pages, err := a.Pages("images", step.Query{By: "product_id", Keys: []item.Value{item.Int(1), item.Int(2), item.Int(3)}})
	if err != nil || len(pages) != 2 || string(pages[1].Records[0].Data) != `{"product_id":2,"images":[{"src":"2.jpg"}]}` || pages[1].Records[0].Key != "2" {
		t.Errorf("got %v, %v", pages, err)
	}
	if _, err := a.Pages("images", step.Query{}); err == nil || !strings.Contains(err.Error(), "cannot be read without product_id") {
		t.Errorf("without the part of the path: %v", err)
	}
	keys := a.Keys("items", step.Query{By: "code", Keys: []item.Value{item.Text("A"), item.Text("NONE"), item.Text("B&C")}})
	if !slices.Equal(keys, []string{"1", "3"}) {
		t.Errorf("got %v", keys)
	}
	if got := a.Keys("names", step.Query{}); !slices.Equal(got, []string{"Ground", "UPS"}) {
		t.Errorf("got %v", got)
	}
	if pages, err := a.Pages("items", step.Query{By: "code"}); err != nil || len(pages) != 0 {
		t.Errorf("no keys gave %v, %v", pages, err)
	}
}

// TestIgnoredFilter holds that a vendor who passes over the filter of a lookup
// is asked for everything once, not once for each key.
func TestIgnoredFilter(t *testing.T) {
	v := &steptest.Vendor{Handler: steptest.Answer(200, `{"items":[{"id":1,"code":"A"},{"id":2,"code":"B"},{"id":3,"code":"C"}]}`)}
	a := dial(t, pathFile, v)
	keys := a.Keys("items", step.Query{By: "code", Keys: []item.Value{item.Text("X"), item.Text("C"), item.Text("Y")}})
	if len(keys) != 3 || len(v.Requests) != 2 {
		t.Errorf("got %v with %v", keys, v.Requests)
	}
	v = &steptest.Vendor{Handler: steptest.Answer(200, `{"items":[{"id":1,"code":"A"}]}`)}
	a = dial(t, pathFile, v)
	keys = a.Keys("items", step.Query{By: "code", Keys: []item.Value{item.Text("X"), item.Text("Y"), item.Text("Z")}})
	if !slices.Equal(keys, []string{"1"}) || len(v.Requests) != 2 {
		t.Errorf("got %v with %v", keys, v.Requests)
	}
}

// TestEscaping holds that values in a path stay one part of it.
func TestEscaping(t *testing.T) {
	v := &steptest.Vendor{Handler: steptest.Answer(200, `{"images":[]}`)}
	a := dial(t, strings.Replace(pathFile, "product_id: int", "product_id: text", 1), v)
	for _, key := range []string{"a/b?c#d&e f", "ü%2e"} {
		_, err := a.Pages("images", step.Query{By: "product_id", Keys: []item.Value{item.Text(key)}})
		if err != nil {
			t.Errorf("%q: %v", key, err)
		}
	}
	want := []string{
		"GET /products/a%2Fb%3Fc%23d%26e%20f/images", "GET /products/%C3%BC%252e/images",
	}
	if !slices.Equal(v.Requests, want) {
		t.Errorf("asked %q, want %q", v.Requests, want)
	}
	for _, key := range []string{"..", "../../admin", ""} {
		if _, err := a.Pages("images", step.Query{By: "product_id", Keys: []item.Value{item.Text(key)}}); err == nil {
			t.Errorf("%q was asked for: %v", key, v.Requests)
		}
	}
}

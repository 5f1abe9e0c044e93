package read_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/rest"
)

// rowsFile is a connector file with one stream, which is read as the lines say.
func rowsFile(lines string) string {
	return `
connector: shop
summary: A shop.
fields: {store: {type: text, default: main}}
base_url: http://shop.test
limits: {attempts: 1, at_once: 1}
shapes:
  row: {id: int, at: "time?", day: "date?", eu: {type: "time?", format: "01.02.2006 15:04"}, n: "int?", tag: "text?", list: [int]}
  wide: {id: int, open: true}
reads:
  rows:
    record: row
    key: id
` + strings.ReplaceAll("\n"+strings.TrimSpace(lines), "\n", "\n    ")[1:] + "\n"
}

// told puts what was read into a line: the pages with their records, and what
// else they tell.
func told(pages []step.Page) string {
	var out []string
	for _, p := range pages {
		var parts []string
		for _, r := range p.Records {
			part := r.Key + ":" + string(r.Data)
			if r.Version != "" {
				part = r.Key + "@" + r.Version
			}
			if r.Err != nil {
				part += " BUT " + r.Err.Error()
			}
			parts = append(parts, part)
		}
		if p.Known > 0 {
			parts = append(parts, fmt.Sprint("known ", p.Known))
		}
		if p.Cut != "" {
			parts = append(parts, p.Cut)
		}
		if p.Cursor != nil {
			parts = append(parts, strings.TrimSuffix(strings.TrimPrefix(string(p.Cursor), `{"until":"`), `"}`))
		}
		out = append(out, strings.Join(parts, ", "))
	}
	return strings.Join(out, " | ")
}

// reading is a stream that is read from answers, which come in the order of the
// requests.
type reading struct {
	name    string
	lines   string // of the stream
	q       step.Query
	answers []string
	want    string // see told
	asked   string // the requests; "" for any
	err     string
}

func (tt *reading) run(t *testing.T) {
	v := &steptest.Vendor{Handler: steptest.Answers(tt.answers...)}
	a := dial(t, rowsFile(tt.lines), v)
	if tt.q.Now.IsZero() {
		tt.q.Now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	}
	pages, err := a.Pages("rows", tt.q)
	if got := told(pages); got != tt.want {
		t.Errorf("got  %s\nwant %s", got, tt.want)
	}
	if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
		t.Errorf("got the error %v, want %q", err, tt.err)
	}
	asked := strings.Join(v.Requests, ", ")
	if asked = strings.ReplaceAll(asked, "%3A", ":"); tt.asked != "" && asked != tt.asked {
		t.Errorf("asked %s\nwant  %s", asked, tt.asked)
	}
}

func runAll(t *testing.T, tests []reading) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { synctest.Test(t, tt.run) })
	}
}

func texts(ss ...string) (vs []item.Value) {
	for _, s := range ss {
		vs = append(vs, item.Text(s))
	}
	return vs
}

func filters(pairs ...string) (fs []step.FilterValue) {
	for i := 0; i+1 < len(pairs); i += 2 {
		fs = append(fs, step.FilterValue{Name: pairs[i], Values: texts(strings.Fields(pairs[i+1])...)})
	}
	return fs
}

// TestCalls holds what is sent for a listing, and what its answers become.
func TestCalls(t *testing.T) {
	const since = "get: /rows\ncursor: {field: FIELD, from: f, to: t}\nversion: id"
	field := func(f string) string { return strings.Replace(since, "FIELD", f, 1) }
	jan := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	runAll(t, []reading{
		{name: "times as the member has them", lines: field("at"), q: step.Query{Since: jan}, answers: []string{`[]`},
			asked: "GET /rows?f=2026-01-02T03:04:00Z&t=2026-03-04T12:00:00Z", want: "2026-03-04T12:00:00Z"},
		{name: "times in a form of the member", lines: field("eu"), q: step.Query{Since: jan}, answers: []string{`[]`},
			asked: "GET /rows?f=01.02.2026+03:04&t=03.04.2026+12:00", want: "2026-03-04T12:00:00Z"},
		{name: "times in a form of their own", lines: field("eu, format: '2006-01-02 15h04'"), q: step.Query{Since: jan}, answers: []string{`[]`},
			asked: "GET /rows?f=2026-01-02+03h04&t=2026-03-04+12h00", want: "2026-03-04T12:00:00Z"},
		{name: "a date", lines: field("day"), q: step.Query{Since: jan}, answers: []string{`[]`},
			asked: "GET /rows?f=2026-01-02T03:04:00Z&t=2026-03-04T12:00:00Z", want: "2026-03-04T12:00:00Z"},
		{name: "times elsewhere", lines: "get: /rows/{{ window.from }}/{{ window.to }}\ncursor: {field: at}", q: step.Query{Since: jan}, answers: []string{`[]`},
			asked: "GET /rows/2026-01-02T03:04:00Z/2026-03-04T12:00:00Z", want: "2026-03-04T12:00:00Z"},
		{name: "no beginning", lines: "get: /rows\nquery: {f: '${ window.from }', t: '${ window.to }'}\ncursor: {field: at}", answers: []string{`[]`},
			asked: "GET /rows?t=2026-03-04T12:00:00Z", want: "2026-03-04T12:00:00Z"},
		{name: "no window", lines: "get: /rows\nquery: {f: '${ window.from }', t: '${ window.to }'}", answers: []string{`[]`}, asked: "GET /rows"},
		{name: "pages elsewhere", lines: "get: /rows/{{ page.number }}\nquery: {o: '${ page.offset }', n: '${ page.size }', c: '${ page.cursor }'}\npages: {kind: cursor, size: {max: 2}, next: next}\nrecords: rows",
			answers: []string{`{"rows":[{"id":1},{"id":2}],"next":"x"}`, `{"rows":[{"id":3}]}`},
			asked:   "GET /rows/0?n=2&o=0, GET /rows/1?c=x&n=2&o=2", want: `1:{"id":1}, 2:{"id":2} | 3:{"id":3}`},
		{name: "errors of its own", lines: "get: /rows\nerrors: {failed: 'body?.ok == false', message: body.why}", answers: []string{`{"ok":false,"why":"closed"}`},
			err: "refused: closed"},
		{name: "errors of its own by status", lines: "get: /rows\nerrors: {failed: 'body?.ok == false', message: body.why}", answers: []string{`422 {"why":"closed","message":"x"}`},
			err: "422 Unprocessable Entity: closed"},
		{name: "two parts of the path", lines: "get: /{{ tag }}/{{ n }}\nfilters: {tag: path, n: path}", q: step.Query{Filters: filters("tag", "a b", "n", "1 2")}, answers: []string{`[]`},
			asked: "GET /a/1, GET /a/2, GET /b/1, GET /b/2", want: " |  |  | "},
		{name: "a filter without values", lines: "get: /rows\nfilters: {tag: one}", q: step.Query{Filters: filters("tag", "")}, answers: []string{`[]`}, asked: "GET /rows"},
		{name: "a path without a value", lines: "get: /{{ tag }}\nfilters: {tag: path}", q: step.Query{Filters: filters("tag", "")}, err: "row cannot be read without tag"},
		{name: "most values of a call", lines: "get: /rows\nfilters: {tag: {as: many, join: ';'}}", q: step.Query{Filters: filters("tag", strings.Repeat("x ", 101))}, answers: []string{`[]`},
			asked: "GET /rows?tag=x" + strings.Repeat("%3Bx", 99) + ", GET /rows?tag=x", want: " | "},
		{name: "two listings", lines: "get: /rows\nfilters: {tag: one}\ncursor: {field: at, to: t, window: 300h}", q: step.Query{Since: jan.AddDate(0, 1, 10), Filters: filters("tag", "a b")}, answers: []string{`[]`},
			asked: "GET /rows?t=2026-02-24T15:04:01Z&tag=a, GET /rows?t=2026-03-04T12:00:00Z&tag=a, GET /rows?t=2026-02-24T15:04:01Z&tag=b, GET /rows?t=2026-03-04T12:00:00Z&tag=b",
			want:  " |  |  | 2026-03-04T12:00:00Z"},
		{name: "a broken cursor", lines: field("at"), q: step.Query{Cursor: []byte(`{"until":"soon"}`)}, err: "the stored cursor is not one of this stream; reset it"},
		{name: "an older cursor", lines: field("at"), q: step.Query{Cursor: []byte(`[1]`)}, err: "the stored cursor is not one of this stream; reset it"},
		{name: "no cursor", lines: "get: /rows", q: step.Query{Since: jan}, err: "row cannot be read from a time on without a cursor"},
		{name: "only one by one", lines: `one: {get: "/rows/{{ key }}"}`, err: "row can only be read one by one, by key"},
		{name: "not one by one", lines: "get: /rows", q: step.Query{Key: "1"}, err: "row cannot be read by key"},
	})
}

// TestRecords holds what becomes of the records of an answer.
func TestRecords(t *testing.T) {
	runAll(t, []reading{
		{name: "without a mark, content tells", lines: "get: /rows\npages: {kind: cursor, param: c, next: next}\nrecords: rows",
			answers: []string{`{"rows":[{"id":1},{"id":1}],"next":"b"}`, `{"rows":[{"id":1,"n":2},{"id":2},{"id":1}]}`},
			want:    `1:{"id":1} | 1:{"id":1,"n":2}, 2:{"id":2}`},
		{name: "with a mark, the mark tells", lines: "get: /rows\nversion: n", answers: []string{`[{"id":1,"n":1},{"id":1,"n":1,"tag":"x"},{"id":1,"n":2},{"id":2,"n":1}]`},
			want: `1@1, 1@2, 2@1`},
		{name: "a key that is no single value", lines: "get: /rows", answers: []string{`[{"id":[1]},{"id":{}},{"id":2}]`},
			want: `:{"id":[1]} BUT record 1 of page 1 has no "id", which identifies it, :{"id":{}} BUT record 2 of page 1 has no "id", which identifies it, 2:{"id":2}`},
		{name: "no key on the second page", lines: "get: /rows\npages: {kind: cursor, param: c, next: next}\nrecords: rows",
			answers: []string{`{"rows":[{"id":1}],"next":"b"}`, `{"rows":[{"n":1}]}`}, want: `1:{"id":1}`,
			err: `page 2 of the listing of row: record 1 of page 2 has no "id"`},
		{name: "members that are left out", lines: "get: /rows\nadd: {tag: '{{ store }}', n: '7'}", answers: []string{`[{"id":1},{"id":2,"tag":"x"},{"id":3,"tag":null,"n":1}]`},
			want: `1:{"tag":"main","n":7,"id":1}, 2:{"n":7,"id":2,"tag":"x"}, 3:{"id":3,"tag":null,"n":1}`},
		{name: "a member that cannot be", lines: "get: /rows\nadd: {n: '{{ store }}'}", answers: []string{`[{"id":1}]`},
			err: `page 1 of the listing of row: n: `},
		{name: "a member that is not in the shape", lines: "get: /rows\nadd: {other: 'x'}", answers: []string{`[{"id":1}]`}, want: `1:{"other":"x","id":1}`},
		{name: "a template that fails", lines: "get: /rows\nadd: {n: '${ 1 / (len(store) - 4) }'}", answers: []string{`[{"id":1}]`}, err: `division by zero`},
		{name: "values that are no objects", lines: "get: /rows\nwrap: id\nadd: {n: '7'}", answers: []string{`[5,{"id":6}]`},
			want: `5:{"n":7,"id":5}, 6:{"n":7,"id":6}`},
		{name: "one record", lines: "get: /rows\nrecords: row", answers: []string{`{"row":{"id":1}}`}, want: `1:{"id":1}`},
		{name: "no records", lines: "get: /rows\nrecords: row", answers: []string{`{"row":null}`}, want: ``},
	})
}

// TestDetailCalls holds what a further call for each record may bring.
func TestDetailCalls(t *testing.T) {
	const lines = `
get: /rows
version: n
detail: {get: "/rows/{{ id }}", query: {n: "${ n }", m: "${ n == nil ? 0 : n + 1 }", key: "${ key }", tag: "${ row.tag }"}, records: row}
one: {get: "/rows/{{ key }}", records: row}
add: {tag: "{{ store }}"}
`
	plain := strings.Replace(lines, "version: n\n", "", 1)
	all := func(context.Context, []step.Listed) ([]bool, error) { return []bool{true, true}, nil }
	runAll(t, []reading{
		{name: "what it is asked by", lines: lines, answers: []string{`[{"id":1,"n":2,"list":[1]}]`, `{"row":{"id":1,"list":[]}}`},
			want: `1@2`, asked: "GET /rows, GET /rows/1?key=1&m=3&n=2&tag=main"},
		{name: "what it gives", lines: plain, answers: []string{`[{"id":1}]`, `{"row":{"id":1,"list":[]}}`}, want: `1:{"tag":"main","id":1,"list":[]}`},
		{name: "a row that nothing identifies", lines: plain, answers: []string{`[{"n":5},{"id":1}]`, `{"row":{"id":1}}`},
			want: `:{"tag":"main","n":5} BUT record 1 of page 1 has no "id", which identifies it, 1:{"tag":"main","id":1}`},
		{name: "a row of a shape", lines: strings.Replace(plain, "{{ id }}", "{{ eu|date('Ymd') }}", 1), answers: []string{`[{"id":1,"eu":"02.03.2026 10:00"}]`, `{"row":{"id":1}}`},
			want: `1:{"tag":"main","id":1}`, asked: "GET /rows, GET /rows/20260203?key=1&m=0&tag=main"},
		{name: "a row that does not fit", lines: plain, answers: []string{`[{"id":1,"n":"x"},{"id":2,"n":1}]`, `{"row":{"id":2}}`},
			want: `1:{"tag":"main","id":1,"n":"x"} BUT test.yaml:15:80: cannot compute n + 1 with a text and an int, 2:{"tag":"main","id":2}`},
		{name: "a row that does not fit where it must", lines: strings.Replace(plain, "row.tag", "row.list", 1), answers: []string{`[{"id":1,"list":5},{"id":2,"list":[]}]`, `{"row":{"id":2}}`},
			want: `1:{"tag":"main","id":1,"list":5} BUT the listing of row: row.list: expected list of int, got int 5, 2:{"tag":"main","id":2}`},
		{name: "a row alone that does not fit", lines: plain, answers: []string{`[{"id":1,"n":"x"}]`}, want: `1:{"tag":"main","id":1,"n":"x"} BUT test.yaml:15:80: cannot compute n + 1 with a text and an int`},
		{name: "rows that do not fit", lines: plain, answers: []string{`[{"id":1,"n":"x"},{"id":2,"n":"y"}]`}, err: "cannot compute n + 1"},
		{name: "two records", lines: lines, answers: []string{`[{"id":1,"n":1}]`, `{"row":[{"id":1},{"id":2}]}`}, err: "GET /rows/1?key=1&m=2&n=1&tag=main: the answer has 2 records, not one"},
		{name: "no record", lines: lines, answers: []string{`[{"id":1,"n":1}]`, `{"row":[]}`}, err: "the answer has 0 records, not one"},
		{name: "the only one is broken", lines: lines, answers: []string{`[{"id":1,"n":1}]`, `500 {}`}, err: "500 Internal Server Error"},
		{name: "one of two is gone", lines: plain, answers: []string{`[{"id":1,"n":1},{"n":2}]`, `404 {}`},
			want: `1:{"tag":"main","id":1,"n":1} BUT GET /rows/1?key=1&m=2&n=1&tag=main: 404 Not Found, :{"tag":"main","n":2} BUT record 2 of page 1 has no "id", which identifies it`},
		{name: "a mark of what is gone", lines: lines, answers: []string{`[{"id":1,"n":1}]`, `404 {}`}, want: `1@1 BUT GET /rows/1?key=1&m=2&n=1&tag=main: 404 Not Found`},
		{name: "a part that is missing", lines: strings.Replace(plain, "{{ id }}", "{{ tag }}", 1), answers: []string{`[{"id":1,"tag":""}]`},
			want: `1:{"id":1,"tag":""} BUT the path "/rows/" has an empty part at its end; what belongs there is missing`},
		{name: "an error of the stream's own", lines: plain + "errors: {failed: status == 202, message: body.why}", answers: []string{`[{"id":1}]`, `202 {"why":"closed"}`},
			want: `1:{"tag":"main","id":1} BUT GET /rows/1?key=1&m=0&tag=main: refused: closed`},
		{name: "the ledger knows all", lines: lines, q: step.Query{Known: all}, answers: []string{`[{"id":1,"n":1},{"id":2,"n":1}]`}, want: "known 2", asked: "GET /rows"},
		{name: "the ledger knows of others", lines: lines, q: step.Query{Known: all}, answers: []string{`[{"id":1,"n":1}]`}, err: "asked about some records and told about others"},
		{name: "the ledger is not asked about nothing", lines: lines, q: step.Query{Known: all}, answers: []string{`[]`}},
		{name: "nor without a mark", lines: plain, q: step.Query{Known: all}, answers: []string{`[{"id":1},{"id":2}]`, `{"row":{"id":1}}`},
			want: `1:{"tag":"main","id":1}, 2:{"tag":"main","id":1}`},
		{name: "nor where no call is spared", lines: "get: /rows\nversion: n", q: step.Query{Known: all}, answers: []string{`[{"id":1,"n":1}]`}, want: "1@1"},
		{name: "by key", lines: lines, q: step.Query{Key: "7"}, answers: []string{`{"row":{"id":7,"n":3}}`}, want: `7@3`, asked: "GET /rows/7"},
		{name: "by key, completed", lines: plain, q: step.Query{Key: "7"}, answers: []string{`{"row":{"id":7}}`}, want: `7:{"tag":"main","id":7}`},
		{name: "by key, broken", lines: lines, q: step.Query{Key: "7"}, answers: []string{`500 {}`}, err: "GET /rows/7: 500"},
		{name: "by key, not allowed", lines: lines, q: step.Query{Key: "7"}, answers: []string{`403 {}`}, err: "GET /rows/7: 403"},
		{name: "by key, incomplete", lines: strings.Replace(lines, `tag: "{{ store }}"`, `n: "{{ store }}"`, 1), q: step.Query{Key: "7"}, answers: []string{`{"row":{"id":7}}`}, err: "n: "},
	})
}

// TestReadBy holds reading by the values of a member.
func TestReadBy(t *testing.T) {
	const lines = "get: /rows\nfilters: {n: one, tag: {as: many, max: 2}}\nby: [tag]"
	by := func(keys ...string) step.Query { return step.Query{By: "tag", Keys: texts(keys...)} }
	also := by("a")
	also.Filters = filters("n", "5")
	other := step.Query{By: "n", Keys: texts("1")}
	runAll(t, []reading{
		{name: "beside another filter", lines: lines, q: also, answers: []string{`[{"id":1,"n":5,"tag":"a"}]`}, asked: "GET /rows?n=5&tag=a", want: `1:{"id":1,"n":5,"tag":"a"}`},
		{name: "by what cannot be asked for", lines: lines, q: other, answers: []string{`[{"id":1}]`}, asked: "GET /rows", want: `1:{"id":1}`},
		{name: "the first call has the second value", lines: lines, q: by("a", "b"), answers: []string{`[{"id":1,"tag":"b"}]`}, asked: "GET /rows?tag=a&tag=b", want: `1:{"id":1,"tag":"b"}`},
		{name: "the first call fails", lines: lines, q: by("a", "b", "c"), answers: []string{`500 {}`}, err: "500"},
		{name: "the second call fails", lines: lines, q: by("a", "b", "c"), answers: []string{`[]`, `500 {}`}, err: "GET /rows?tag=c: 500"},
		{name: "without the path", lines: "get: /{{ n }}\nfilters: {n: path, tag: one}\nby: [tag]", q: by("a"), err: "cannot be read without n"},
		{name: "the value of another call", lines: lines, q: by("a", "b", "c"), answers: []string{`[{"id":1,"tag":"c"}]`, `[{"id":1,"tag":"c"},{"id":2}]`},
			asked: "GET /rows?tag=a&tag=b, GET /rows", want: `1:{"id":1,"tag":"c"}, 2:{"id":2}`},
	})
	v := &steptest.Vendor{Handler: steptest.Answers(`[{"id":1,"tag":"x"}]`)}
	a := dial(t, rowsFile(lines), v)
	if _, err := a.Pages("rows", by("a")); err != nil || !strings.Contains(a.Log.String(), `the vendor passes over a filter, so everything is read" record=row filter=tag`) {
		t.Errorf("a filter that is passed over: %v, %s", err, a.Log)
	}
}

// TestReadOn holds how a listing that is sorted by its cursor is read on, and
// what of its answers ends that.
func TestReadOn(t *testing.T) {
	const lines = `
get: /rows
cursor: {field: at, from: f, sorted: "at  ascending"}
pages: {kind: offset, param: o, size: {param: n, max: 2}, total: total}
records: rows
`
	silent := strings.Replace(lines, ", total: total", "", 1)
	row := func(id int, at string) string { return fmt.Sprintf(`{"id":%d,"at":"2026-03-01T%sZ"}`, id, at) }
	rows := func(total int, rs ...string) string {
		return fmt.Sprintf(`{"rows":[%s],"total":%d}`, strings.Join(rs, ","), total)
	}
	from := func(times ...string) string {
		out := "GET /rows?n=2&o=0"
		for _, at := range times {
			out += ", GET /rows?f=2026-03-01T" + at + "Z&n=2&o=0"
		}
		return out
	}
	const end = "2026-03-04T12:00:00Z"
	runAll(t, []reading{
		{name: "one page", lines: lines, answers: []string{rows(2, row(1, "10:00:00"), row(2, "11:00:00"))}, asked: from(), want: "1@2026-03-01T10:00:00Z, 2@2026-03-01T11:00:00Z, " + end},
		{name: "no rows", lines: lines, answers: []string{rows(0)}, asked: from(), want: end},
		{name: "no rows, and a total", lines: lines, answers: []string{rows(5)}, asked: from(), want: end},
		{name: "two pages", lines: lines, answers: []string{rows(3, row(1, "10:00:00"), row(2, "11:00:00")), rows(2, row(2, "11:00:00"), row(3, "11:00:00"))},
			asked: from("10:59:59"), want: "1@2026-03-01T10:00:00Z, 2@2026-03-01T11:00:00Z, 2026-03-01T11:00:00Z | 3@2026-03-01T11:00:00Z, " + end},
		{name: "a short page ends it", lines: silent, answers: []string{rows(0, row(1, "10:00:00"), row(2, "11:00:00")), rows(0, row(2, "11:00:00"))},
			asked: from("10:59:59"), want: "1@2026-03-01T10:00:00Z, 2@2026-03-01T11:00:00Z, 2026-03-01T11:00:00Z | " + end},
		{name: "more of a moment than a page holds", lines: lines,
			answers: []string{rows(4, row(1, "10:00:00"), row(2, "10:00:00")), rows(4, row(1, "10:00:00"), row(2, "10:00:00")), rows(3, row(1, "10:00:00"), row(2, "10:00:00")),
				rows(3, row(3, "10:00:00")), rows(1, row(4, "10:00:02"))},
			asked: from("09:59:59", "09:59:59") + ", GET /rows?f=2026-03-01T09:59:59Z&n=2&o=2, GET /rows?f=2026-03-01T10:00:00Z&n=2&o=0",
			want:  "1@2026-03-01T10:00:00Z, 2@2026-03-01T10:00:00Z, 2026-03-01T10:00:00Z | 2026-03-01T10:00:00Z |  | 3@2026-03-01T10:00:00Z | 4@2026-03-01T10:00:02Z, " + end},
		{name: "a vendor that is down", lines: lines, answers: []string{`500 {}`}, err: "500"},
		{name: "a moment that cannot be read", lines: lines, answers: []string{rows(4, row(1, "10:00:00"), row(2, "10:00:00")), rows(4, row(1, "10:00:00"), row(2, "10:00:00")), `500 {}`},
			want: "1@2026-03-01T10:00:00Z, 2@2026-03-01T10:00:00Z, 2026-03-01T10:00:00Z | 2026-03-01T10:00:00Z", err: "500"},
		{name: "not sorted", lines: lines, answers: []string{rows(2, row(1, "10:00:00"), row(2, "09:00:00"))},
			err: "page 1 of the listing of row: record 2 is older than the one before it, but the listing should be sorted by at"},
		{name: "no time", lines: lines, answers: []string{rows(1, `{"id":1}`)}, err: `page 1 of the listing of row: a record has no "at"`},
		{name: "not a time", lines: lines, answers: []string{rows(1, `{"id":1,"at":"soon"}`)}, err: "page 1 of the listing of row: at: "},
		{name: "no key", lines: lines, answers: []string{rows(1, `{"at":"2026-03-01T10:00:00Z"}`)}, err: `page 1 of the listing of row: record 1 of page 1 has no "id"`},
	})
}

// TestListingThatChanges holds how often a listing that changes is walked.
func TestListingThatChanges(t *testing.T) {
	const pages = "get: /rows\npages: {kind: number, param: p, size: {param: n, max: 1}, total: total}\nrecords: rows"
	const windows = pages + "\ncursor: {field: at, from: f, to: t}\nversion: id"
	page := func(id, total int) string { return fmt.Sprintf(`{"rows":[{"id":%d}],"total":%d}`, id, total) }
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	minute, moment := step.Query{Now: now, Since: now.Add(-time.Minute)}, step.Query{Now: now, Since: now.Add(-4 * time.Second)}
	changes := []string{page(1, 3), page(2, 2)} // while it is walked
	times := func(n int, then ...string) []string { return append(slices.Repeat(changes, n), then...) }
	asked := func(from, to string, pages ...int) string {
		var out []string
		for _, p := range pages {
			out = append(out, fmt.Sprintf("GET /rows?f=2026-03-04T%sZ&n=1&p=%d&t=2026-03-04T%sZ", from, p, to))
		}
		return strings.Join(out, ", ")
	}
	runAll(t, []reading{
		{name: "once", lines: pages, answers: times(1, page(1, 3), page(2, 3), page(3, 3)), want: `1:{"id":1} | 2:{"id":2} |  |  | 3:{"id":3}`},
		{name: "a record slips", lines: pages + "\nversion: id", answers: []string{page(1, 2), `{"rows":[{"id":1,"n":1}],"total":2}`, page(1, 2), page(2, 2)},
			want: `1@1 |  |  | 2@2`},
		{name: "it is read a second time before it is cut in two", lines: windows, answers: times(1, page(1, 2), page(2, 2)), want: `1@1 | 2@2 |  | 2026-03-04T12:00:00Z`},
		{name: "it is cut in two", lines: windows, q: minute, answers: times(2, page(1, 1), page(3, 1)), want: `1@1 | 2@2 |  |  | 2026-03-04T11:59:31Z | 3@3, 2026-03-04T12:00:00Z`,
			asked: asked("11:59:00", "12:00:00", 1, 2, 1, 2) + ", " + asked("11:59:00", "11:59:31", 1) + ", " + asked("11:59:30", "12:00:00", 1)},
		{name: "a half cannot be read", lines: windows, q: minute, answers: times(2, page(1, 1), `500 {}`), want: `1@1 | 2@2 |  |  | 2026-03-04T11:59:31Z`, err: "part 2: GET /rows"},
		{name: "too short to be cut", lines: windows, q: moment, answers: times(4, page(9, 1)), want: `1@1 | 2@2 |  |  |  |  |  | `,
			err: "the listing of row changed each of the 4 times that it was read"},
		{name: "cut short by the vendor", lines: strings.Replace(pages, "total: total", "most: 2", 1), answers: []string{page(1, 9), page(2, 9), page(3, 9)},
			want: `1:{"id":1} | 2:{"id":2}, the vendor lists no more than 2 records`},
		{name: "cut short in a window", lines: strings.Replace(windows, "total: total", "total: total, most: 3", 1), q: moment, answers: []string{page(1, 3), page(2, 3)},
			asked: asked("11:59:56", "12:00:00", 1),
			err:   "the listing of row: the vendor lists no more than 3 records, and there are as many that changed between 2026-03-04T11:59:56Z and 2026-03-04T12:00:00Z"},
	})
	synctest.Test(t, func(t *testing.T) {
		a := dial(t, rowsFile(pages), &steptest.Vendor{Handler: steptest.Answers(times(4, page(9, 1))...)})
		got, err := a.Pages("rows", step.Query{})
		if err != nil || told(got) != `1:{"id":1} | 2:{"id":2} |  |  |  |  |  | ` || !strings.Contains(a.Log.String(), `the listing kept changing while it was read" record=row times=4`) {
			t.Errorf("one that never holds still: %s, %v, %s", told(got), err, a.Log)
		}
	})
}

// TestVendorClock holds that the cursor stays behind the vendor's clock as it
// was when the reading began, and that pages tell what time they cover.
func TestVendorClock(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		lines string
		dates []string // of the answers
		want  string
	}{
		{"cursor: {field: at}", []string{"Wed, 04 Mar 2026 11:00:00 GMT", "Wed, 04 Mar 2026 11:30:00 GMT"}, " | 2026-03-04T11:00:00Z"},
		{"cursor: {field: at}", []string{"soon", "Wed, 04 Mar 2026 11:30:00 GMT"}, " | 2026-03-04T11:30:00Z"},
		{"cursor: {field: at, step: 1h}", []string{"Wed, 04 Mar 2026 11:20:00 GMT", ""}, " | 2026-03-04T11:00:00Z"},
		{"cursor: {field: at, from: f, sorted: at ascending}", []string{"Wed, 04 Mar 2026 11:00:00 GMT"}, "2026-03-04T11:00:00Z"},
	} {
		n := 0
		v := &steptest.Vendor{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			date := tt.dates[n]
			n++
			next := map[bool]string{true: "x"}[n < len(tt.dates)]
			steptest.Answer(200, `{"rows":[],"next":"`+next+`","total":0}`, "Date", date)(w, r)
		})}
		a := dial(t, rowsFile("get: /rows\nrecords: rows\npages: {kind: cursor, param: c, next: next, total: total}\n"+tt.lines), v)
		pages, err := a.Pages("rows", step.Query{Now: now, Since: now.Add(-time.Hour * 24)})
		if err != nil || told(pages) != tt.want {
			t.Errorf("%s %q: got %s, %v, want %s", tt.lines, tt.dates, told(pages), err, tt.want)
		}
		for _, p := range pages {
			if !p.Window.From.Equal(now.Add(-time.Hour*24)) || !p.Window.To.Equal(now) {
				t.Errorf("%s: the page covers %v", tt.lines, p.Window)
			}
		}
	}
}

// TestDescriptions holds what is said about streams that cannot be read as they
// are described.
func TestDescriptions(t *testing.T) {
	for lines, want := range map[string]string{
		"get: /rows\ncursor: {field: id}":                               `"id" is int, not a time [wrong-type]`,
		"get: /rows\ncursor: {field: day}":                              "",
		"get: /rows\ncursor: {field: att}":                              `row has no member "att" [unknown-member] (did you mean "at"?)`,
		"get: /rows\nshape: wide\ncursor: {field: att}":                 "",
		"get: /rows\ncursor: {field: at, sorted: at}":                   `"at" does not tell an order`,
		"get: /rows\ncursor: {field: at, sorted: 'at  descending'}":     "",
		"get: /rows\ncursor: {field: at, sorted: at ascending}":         `a listing that is read on from the last time seen needs "from" [missing-field]`,
		"get: /rows\ncursor: {field: at, sorted: id ascending}":         "",
		"get: /rows\nversion: tga":                                      `row has no member "tga" [unknown-member] (did you mean "tag"?)`,
		"get: /rows\nshape: wide\nversion: tga":                         "",
		"get: /rows\nfilters: {n: path}":                                `15:15: the filter "n" is to be a part of the path, and the call does not name it [conflict] (put {{ n }} into the path, or remove as: path)`,
		"get: '{{ n }}'\nfilters: {n: path}":                            "",
		"one: {get: /rows}":                                             `the call for one record does not say which [missing-field] (put {{ key }} into it)`,
		"one: {get: '/rows/{{ key|upper }}'}":                           "",
		"one: {get: '/rows/{{ row.id }}'}":                              `unknown variable "row"`,
		"get: /{{ window.form }}":                                       `"window" has no member "form"`,
		"get: /{{ page.nr }}":                                           `"page" has no member "nr"`,
		"get: /rows\nquery: {x: '${ page.number + page.offset }'}":      "",
		"get: /rows\nquery: {x: '${ page.offset + page.cursor ?? 0 }'}": `[expression-type]`,
		"get: /rows\ndetail: {get: '/rows/{{ id }}/{{ list }}'}":        `unknown variable "list"`,
		"get: /rows\nfilters: {tag: one}\nby: [tga, tag]":               `"tga" is not one of the filters [unknown-member] (did you mean "tag"?)`,
		"get: /rows\nerrors: {failed: body.x ==}":                       `[expression-syntax]`,
		"get: /rows\ncursor: {field: at}\npages: {kind: link}":          `cannot be noticed [missing-field] (add total to pages, or sort the listing by at)`,
		"get: /rows\ncursor: {field: at, from: f, sorted: at ascending}\npages: {kind: offset, size: {max: 5}}": "",
	} {
		said := strings.Join(steptest.Findings(rest.Engine{}, rowsFile(lines)), "\n")
		if want == "" && said != "" || !strings.Contains(said, want) || strings.Contains(said, "\n") {
			t.Errorf("%q:\ngot  %s\nwant %s", lines, said, want)
		}
	}
}

// TestEnd holds that a reading which is ended hands on nothing that it could not
// read, and leaves nobody behind.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 20 {
			ctx, cancel := context.WithCancel(t.Context())
			v := &steptest.Vendor{Handler: steptest.Answers(`[{"id":1},{"id":2},{"id":3},{"id":4}]`, `{"id":1}`, `{"id":1}`)}
			v.After = func(r *http.Request) error {
				if strings.HasPrefix(r.URL.Path, "/rows/") {
					cancel()
				}
				return nil
			}
			a := dial(t, rowsFile("get: /rows\ndetail: {get: '/rows/{{ id }}'}"), v)
			var got []step.Page
			err := a.Source("rows", step.HTTPReadOptions{}).Read(ctx, step.Query{}, func(p step.Page) error {
				got = append(got, p)
				return nil
			})
			if err == nil || len(got) > 0 || len(v.Requests) > 3 {
				t.Fatalf("got %s, %v after %q", told(got), err, slices.Clone(v.Requests))
			}
		}
	})
}

// TestWithoutKey holds that records which nothing identifies are all handed on,
// also those that are alike, and that nothing is made of their number.
func TestWithoutKey(t *testing.T) {
	for lines, want := range map[string]string{
		"pages: {kind: number, param: p, size: {param: n, max: 1}, total: total}":                                               `:{"at":"2026-03-01T10:00:00Z"} | :{"at":"2026-03-01T10:00:00Z"}`,
		"cursor: {field: at, from: f, sorted: at ascending}\npages: {kind: offset, param: o, size: {param: n, max: 5}}":         `@2026-03-01T10:00:00Z, 2026-03-04T12:00:00Z`,
		"cursor: {field: at}\nversion: at\npages: {kind: number, param: p, size: {param: n, max: 1}, total: total}":             `@2026-03-01T10:00:00Z | @2026-03-01T10:00:00Z, 2026-03-04T12:00:00Z`,
		"detail: {get: '/row'}\nversion: n\npages: {kind: number, param: p, size: {param: n, max: 1}, total: total}\nwrap: row": `:{"more":1} | :{"more":1}`,
	} {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body := `{"rows":[{"at":"2026-03-01T10:00:00Z"}],"total":2,"page":"` + r.URL.RawQuery + `"}`
			if r.URL.Path == "/row" {
				body = `{"more":1}`
			}
			steptest.Answer(200, body)(w, r)
		})
		file := strings.Replace(rowsFile("get: /rows\nrecords: rows\n"+lines), "    key: id\n", "", 1)
		pages, err := dial(t, file, &steptest.Vendor{Handler: h}).Pages("rows", step.Query{Now: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)})
		if got := told(pages); err != nil || got != want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", lines, got, err, want)
		}
	}
}

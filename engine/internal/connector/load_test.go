package connector_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/connector"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest"
)

// good is a connector with a bit of everything, which the tests below spoil.
const good = `connector: shop
summary: A shop.
fields:
  store: {type: text}
  token: {type: text, secret: true}
base_url: https://{{ store }}.test/api
auth: {query: {token: "${ token }"}}
errors:
  failed: body?.ok == false
  hints: {401: look at the token}
limits: {bucket: 20, refill: 3/s, body: 1MiB}
shapes:
  row: {id: int, at: time, state: {enum: [new, paid]}}
  new: {id: {type: int, required: true}, name: text}
reads:
  rows:
    record: row
    key: id
    get: /rows
    filters: {state: one}
    by: [state]
    cursor: {field: at, from: from, to: to, sorted: id descending}
    pages: {kind: number, param: page, size: {param: n, max: 10}, total: meta.total}
    records: rows
    one: {get: "/rows/{{ key }}"}
writes:
  row:
    takes: new
    returns: row
    put: /rows/{{ out.id }}
    not_in_body: [id]
    reference: id
    in_doubt: {get: "/rows/{{ out.id }}", match: .id == out.id}
webhooks:
  row: {record: row, key: id, signature: {header: X, key: "${ token }"}}
tests:
  - name: a row
    connection: {store: s, token: t}
    read: rows
    key: "1"
    exchanges: [{request: GET /rows/1, answer: {body: {id: 1}}}]
    records: [{id: 1}]
`

// TestFindings spoils a connector file and holds what is said about it, and
// where.
func TestFindings(t *testing.T) {
	tests := []struct{ old, new, want string }{
		{"summary: A shop.", "sumary: A shop.", `2:1: unknown key "sumary" [unknown-key] (did you mean "summary"?)`},
		{"connector: shop\n", "", `[missing-field]`},
		{"{{ store }}", "{{ stor }}", `6:22: unknown variable "stor" [unknown-variable] (did you mean "store"?)`},
		{"${ token }\"}}\n", "${ tokn }\"}}\n", `unknown variable "tokn"`},
		{"body?.ok == false", "body?.ok ==", `9:`},
		{"body?.ok == false", "bdy.ok", `9:11: unknown variable "bdy"`},
		{"{401: look", "{4o1: look", `"4o1" is not an HTTP status [bad-value]`},
		{"refill: 3/s", "refill: 3", `"3" is not a rate [bad-value] (write it as 3/s, 100/m or 5000/h)`},
		{"bucket: 20, ", "", `[missing-field]`},
		{"bucket: 20, ", "bucket: 20, cost: 10, ", `11:28: "cost" must be at most 1, not "10" [out-of-bounds]`},
		{"1MiB", "1MB", `"1MB" is not a size`},
		{"enum: [new, paid]", "enum: []", `enum must be a list of texts`},
		{"record: row\n    key", "record: rwo\n    key", `17:13: there is no shape "rwo" [bad-value] (did you mean "row"?)`},
		{"key: id\n    get", "key: di\n    get", `18:10: row has no member "di" [unknown-member]`},
		{"    get: /rows\n", "    get: /rows\n    post: /x\n", `"get" and "post" stand side by side [conflict]`},
		{"get: /rows\n", "get: /rows/{{ nope }}\n", `19:19: unknown variable "nope"`},
		{"{state: one}", "{state: oen}", `20:22: "oen" is not a kind of filter [bad-value] (did you mean "one"?)`},
		{"by: [state]", "by: [stat]", `21:10: "stat" is not one of the filters [unknown-member] (did you mean "state"?)`},
		{"field: at", "field: att", `22:21: row has no member "att" [unknown-member]`},
		{"field: at", "field: id", `"id" is int, not a time [wrong-type]`},
		{"id descending", "id down", `"id down" does not tell an order [bad-value]`},
		{"id descending", "at ascending, overlap: soon", `"soon" is not a duration`},
		{"sorted: id descending", "sorted: at ascending", ""},
		{"total: meta.total", "total: meta..total", `"meta..total" does not lead to a member`},
		{", total: meta.total", "", `cannot be noticed [missing-field]`},
		{"size: {param: n, max: 10}", "size: {param: n, max: 10, default: 11}", `the default page size 11 is larger than max, 10`},
		{"kind: number", "kind: numbers", `[bad-value]`},
		{"kind: number", "kind: cursor", `pages of kind cursor need "next"`},
		{"takes: new", "takes: nwe", `unknown type "nwe"`},
		{"{{ out.id }}\n", "{{ out.nr }}\n", `30:23: "out" has no member "nr"`},
		{"not_in_body: [id]", "not_in_body: [no]", `31:19: new has no member "no"`},
		{"reference: id", "reference: nr", `32:16: row has no member "nr"`},
		{".id == out.id", ".nr == out.id", `unknown member "nr"`},
		{".id == out.id", ".id == out.name", `[expression-type]`},
		{"in_doubt: {get:", "in_doubt: {delete:", `a look-up must only read`},
		{"put: /rows/{{ out.id }}\n", "batch: 0\n    put: /rows\n", `batch is a number of records or all, not "0"`},
		{"put: /rows/{{ out.id }}\n", "get: /x\n    body: {a: 1}\n", `a get has no body`},
		{"    put: /rows/{{ out.id }}\n", "", `[missing-field]`},
		{"    put: /rows/{{ out.id }}\n", "    update: {put: /x, merge: true}\n", `an update that merges needs "existing"`},
		{"already", "already", ""},
		{"    reference: id\n", "    already: body.x\n    reference: id\n", ""},
		{"key: id, signature", "key: nr, signature", `row has no member "nr"`},
		{`key: "${ token }"}}`, `key: "${ token }", over: form}}`, `needs "form"`},
		{"read: rows", "read: rosw", `there is no stream "rosw" [unknown-stream] (did you mean "rows"?)`},
		{"store: s, ", "", `the setting "store" is missing`},
		{"GET /rows/1", "/rows/1", `"/rows/1" is not a request`},
		{"    records: [{id: 1}]", "    now: today\n    records: [{id: 1}]", `"today" is not a time`},
		{"records: [{id: 1}]", "records: {id: 1}", `42:14: expected a list of records, not a mapping [wrong-type]`},
		{"key: \"1\"", "key: \"1\"\n    page_size: -5", `41:16: "page_size" must be at least 1, not "-5" [out-of-bounds]`},
		{"read: rows\n    key: \"1\"", "write: row\n    out: []", `40:10: a test of a write needs a record to write [missing-field] (put one into out)`},
	}
	for _, tt := range tests {
		t.Run(tt.new, func(t *testing.T) {
			if !strings.Contains(good, tt.old) && tt.want != "" {
				t.Fatalf("%q is not in the file", tt.old)
			}
			var fs diag.List
			connector.Load("shop.yaml", []byte(strings.Replace(good, tt.old, tt.new, 1)), rest.Engine{}, &fs)
			var said []string
			for _, f := range fs.Sorted() {
				said = append(said, fmt.Sprintf("%v (%s)", f, f.Hint))
			}
			all := strings.Join(said, "\n")
			if tt.want == "" && fs.Errors() > 0 || !strings.Contains(all, tt.want) {
				t.Errorf("got %s\nwant %s", all, tt.want)
			}
			if len(said) > 1 && tt.new != "sumary: A shop." {
				t.Errorf("one mistake, %d findings:\n%s", len(said), all)
			}
		})
	}
}

// TestNoPanic loads what is hardly a connector.
func TestNoPanic(t *testing.T) {
	for _, text := range []string{"", "x", "[]", "connector:", "connector: [a]", "reads: {a: }", "writes: {a: {takes: }}", "writes: {a: 1}\nreads: 2\ntests: 3\nshapes: 4\nfields: 5",
		"connector: a\nsummary: b\nbase_url: c\nreads: {r: {record: r, get: /x, shape: text, detail: {get: /y}}}\nwrites: {w: {takes: {a: int}, post: [x]}}"} {
		var fs diag.List
		connector.Load("x.yaml", []byte(text), rest.Engine{}, &fs)
	}
	for i := range len(good) { // every file on the way to a good one
		var fs diag.List
		connector.Load("x.yaml", []byte(good[:i]), rest.Engine{}, &fs)
	}
}

// TestDescription holds what pipelines see of a connector file.
func TestDescription(t *testing.T) {
	c := load(t, "orderdesk.yaml").Connector
	if _, ok := c.Fields.Get("base_url"); !ok || len(c.Fields) != 3 {
		t.Errorf("fields %v", c.Fields.Names())
	}
	modes := map[string]string{}
	for _, w := range c.Writes {
		modes[w.Name] = fmt.Sprint(w.Modes, w.Batch, w.Find, w.Idempotent, w.Blanks)
	}
	for name, want := range map[string]string{
		"orders":          fmt.Sprint([]step.Mode{step.Create, step.Update, step.Upsert}, 1, true, false, false),
		"order_update":    fmt.Sprint([]step.Mode{step.Update}, 1, false, true, false),
		"inventory_items": fmt.Sprint([]step.Mode{step.Update}, 100, false, true, true),
		"move":            fmt.Sprint([]step.Mode{step.Update}, 1, true, false, false),
		"order_history":   fmt.Sprint([]step.Mode{step.Create}, 1, false, false, false),
	} {
		if modes[name] != want {
			t.Errorf("%s is %s, want %s", name, modes[name], want)
		}
	}
	c = load(t, "brightstores.yaml").Connector
	for _, r := range c.Reads {
		if r.Name == "orders" && (!r.Since || !r.ByKey || len(r.Filters) != 4 || r.Filters[0].Type.Enum == nil || r.Key != "order_id") {
			t.Errorf("orders is %+v", r)
		}
	}
}

// compile loads a connector file that must be without findings.
func compile(t *testing.T, text string) *connector.Loaded {
	t.Helper()
	var fs diag.List
	l := connector.Load("test.yaml", []byte(text), rest.Engine{}, &fs)
	for _, f := range fs.Sorted() {
		t.Fatalf("%v (%s)", f, f.Hint)
	}
	return l
}

// TestTestsFail holds that the tests of a connector notice what is wrong.
func TestTestsFail(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{"answer: {body: {id: 1}}", "answer: {body: {id: 2}}", "record 1.id is 2, not 1"},
		{"answer: {body: {id: 1}}", "answer: {body: {id: x}}", "does not have the shape"},
		{"answer: {body: {id: 1}}", "answer: {status: 500}", "unexpected error"},
		{"answer: {body: {id: 1}}", "answer: {status: 404}", "expected 1 records, got 0"},
		{"GET /rows/1", "GET /rows/2", "GET /rows/2 was not asked for"},
		{"GET /rows/1", `"GET /rows/1?a=b"`, `a is [], not ["b"]`},
		{"GET /rows/1", "POST /rows/1", "unexpected request GET /rows/1"},
		{"[{id: 1}]", "[]", "expected 0 records, got 1"},
		{"records: [{id: 1}]", "error: oops", `expected an error with "oops"`},
		{"[{id: 1}]", "[{id: 1}]\n    leaves: {}", "there is no cursor"},
	} {
		l := compile(t, strings.Replace(good, tt.old, tt.new, 1))
		outcome := l.Test(t.Context())[0]
		if all := strings.Join(outcome.Failures, "\n"); !strings.Contains(all, tt.want) {
			t.Errorf("%s: got %s, want %s", tt.new, all, tt.want)
		}
	}
	if o := compile(t, good).Test(t.Context()); len(o) != 1 || len(o[0].Failures) > 0 || o[0].Name != "a row" || o[0].Place.Start.Line == 0 {
		t.Errorf("got %+v", o)
	}
}

// TestWithoutTests holds that a file is the same without its tests.
func TestWithoutTests(t *testing.T) {
	for _, name := range []string{"brightstores.yaml", "orderdesk.yaml"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "..", "connectors", name))
		if err != nil {
			t.Fatal(err)
		}
		short := connector.WithoutTests(data)
		var fs diag.List
		l := connector.Load(name, short, rest.Engine{}, &fs)
		if fs.Len() > 0 || len(short) > len(data)*3/4 || len(l.File.Tests) > 0 || len(l.Connector.Writes) != len(load(t, name).Connector.Writes) {
			t.Errorf("%s: %d of %d bytes, %v", name, len(short), len(data), fs.Sorted())
		}
	}
	for text, want := range map[string]string{
		"a: b\n":                          "a: b\n",
		"a: b\ntests:\n  - c\n# d\n- e\n": "a: b\n",
		"a: b\ntests:\n  - c\nd: e\n":     "a: b\ntests:\n  - c\nd: e\n",
	} {
		if got := string(connector.WithoutTests([]byte(text))); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// BenchmarkLoad reads the connectors that come with sluice, as every command
// does that knows pipelines.
func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"brightstores.yaml", "orderdesk.yaml"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "..", "connectors", name))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			data := connector.WithoutTests(data)
			for b.Loop() {
				var fs diag.List
				connector.Load(name, data, rest.Engine{}, &fs)
			}
		})
	}
}

package connector_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/file"
	"github.com/sluicehq/sluice/steps/rest"
)

// around is a pipeline around a connector written in Go: a scope with a
// setting, and a connection.
type around struct {
	t    *testing.T
	b    *step.Builder
	fs   diag.List
	conn *step.Connection
}

func pipelineAround(t *testing.T, values map[string]item.Value) *around {
	a := &around{t: t, conn: &step.Connection{Name: "test", Values: values}}
	scope := item.NewScope()
	settings := item.FullLayout(&item.Type{Kind: item.KindObject, Name: "settings", Fields: []item.Field{{Name: "store", Type: item.TypeText}}})
	v := scope.DeclareLayout("settings", settings)
	a.b = &step.Builder{Scope: scope, Findings: &a.fs}
	a.conn.Frame = scope.NewFrame()
	a.conn.Frame[v.Slot] = item.Object(settings, []item.Value{item.Text("main")})
	return a
}

// options decodes what a source or a sink says to its stream.
func (a *around) options(s *spec.Struct, yaml string) any {
	n := syntax.Parse("pipeline.yaml", []byte(yaml), &a.fs)
	o := s.New()
	s.Decode(n, o, &a.fs)
	return o
}

func (a *around) source(c *step.Connector, yaml string) step.Source {
	a.t.Helper()
	open := c.Reads[0].Bind(a.b, a.options(c.Reads[0].Options, yaml))
	for _, f := range a.fs.Sorted() {
		a.t.Fatalf("%v (%s)", f, f.Hint)
	}
	s, err := open(a.conn)
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

func (a *around) sink(c *step.Connector, mode step.Mode, yaml string) step.Sink {
	a.t.Helper()
	open := c.Writes[0].Bind(a.b, a.options(c.Writes[0].Options, yaml))
	for _, f := range a.fs.Sorted() {
		a.t.Fatalf("%v (%s)", f, f.Hint)
	}
	s, err := open(a.conn, mode)
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

func (a *around) dial(c *step.Connector, transport http.RoundTripper) {
	a.t.Helper()
	a.conn.Transport = transport
	client, err := c.Dial(a.conn)
	if err != nil {
		a.t.Fatal(err)
	}
	a.conn.Client = client
}

func readKeys(t *testing.T, s step.Source, q step.Query) []string {
	t.Helper()
	var keys []string
	if err := s.Read(t.Context(), q, func(p step.Page) error {
		for _, r := range p.Records {
			keys = append(keys, r.Key+string(r.Data))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestFileConnector copies a file into another, as a pipeline does.
func TestFileConnector(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in-main.csv"), []byte("a;b\n1;2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	c := file.Connector(strings.NewReader("{}\n"), &stdout)
	a := pipelineAround(t, nil)
	a.conn.Dir = dir
	got := readKeys(t, a.source(c, "path: in-{{ settings.store }}.csv\ndelimiter: ;"), step.Query{})
	if !slices.Equal(got, []string{`in-main.csv:2{"a":"1","b":"2"}`}) {
		t.Errorf("got %q", got)
	}
	if got := readKeys(t, a.source(c, "{path: '-', format: ndjson}"), step.Query{}); !slices.Equal(got, []string{"standard input:1{}"}) {
		t.Errorf("got %q", got)
	}
	a.conn.Values = map[string]item.Value{"dir": item.Text("sub")}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	a.sink(c, step.Create, "path: out.ndjson").Write(t.Context(), []*step.Delivery{steptest.Delivery("1", `{"a":1}`)})
	if data, err := os.ReadFile(filepath.Join(dir, "sub", "out.ndjson")); err != nil || string(data) != "{\"a\":1}\n" {
		t.Errorf("%q, %v", data, err)
	}
	a.sink(c, step.Create, "{path: '-', format: csv}").Write(t.Context(), []*step.Delivery{steptest.Delivery("1", `{"a":1}`)})
	if stdout.String() != "a\n1\n" {
		t.Errorf("%q", stdout.String())
	}
	for yaml, want := range map[string]string{
		"{}":                                         `[missing-field]`,
		"path: a.txt":                                `the name "a.txt" does not tell the format [missing-field] (add format)`,
		"{path: a.csv, delimiter: ab}":               `"ab" cannot stand between columns [bad-value]`,
		"{path: a.csv, fromat: csv}":                 `unknown key "fromat" [unknown-key] (did you mean "format"?)`,
		"{path: a.csv, format: xml}":                 `[bad-value]`,
		"{path: a, format: csv, member: x}":          `only a JSON file has members`,
		"{path: '{{ nope }}.csv'}":                   `unknown variable "nope"`,
		"{path: a.csv, columns: [x, x]}":             `[`,
		"{path: a.csv, columns: [x], delimiter: ''}": `cannot stand between columns`,
	} {
		b := pipelineAround(t, nil)
		o := b.options(c.Reads[0].Options, yaml)
		if b.fs.Len() == 0 {
			c.Reads[0].Bind(b.b, o)
		}
		if b.fs.Len() == 0 || !strings.Contains(fmt.Sprintf("%v (%s)", b.fs.Sorted()[0], b.fs.Sorted()[0].Hint), want) {
			t.Errorf("%s: got %v, want %s", yaml, b.fs.Sorted(), want)
		}
	}
}

// TestHTTPConnector reads and writes an API that only the pipeline describes.
func TestHTTPConnector(t *testing.T) {
	v := &steptest.Vendor{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			fmt.Fprint(w, `{"data":{"nr":"n-1"}}`)
		case r.URL.Path == "/api/main/rows/7":
			fmt.Fprint(w, `{"data":{"nr":7,"full":true}}`)
		case r.URL.Query().Get("p") == "1":
			fmt.Fprint(w, `{"data":[{"nr":1},{"nr":2}],"count":3}`)
		default:
			fmt.Fprint(w, `{"data":[{"nr":7}],"count":3}`)
		}
	})}
	values := map[string]item.Value{
		"base_url": item.Text("https://shop.test/api"), "header": item.Text("x-key"), "key": item.Text("SECRET"), "user": item.Text("me"), "password": item.Text("pass"),
	}
	a := pipelineAround(t, values)
	c := rest.Connector()
	a.dial(c, v)
	source := a.source(c, `
get: /{{ settings.store }}/rows
query: {store: "${ settings.store }"}
records: data
id: nr
pages: {kind: number, param: p, size: {param: n, max: 2}, total: count}
one: {get: "/{{ settings.store }}/rows/{{ key }}", records: data}
`)
	got := readKeys(t, source, step.Query{Now: time.Now()})
	if !slices.Equal(got, []string{`1{"nr":1}`, `2{"nr":2}`, `7{"nr":7}`}) || v.Requests[0] != "GET /api/main/rows?n=2&p=1&store=main" {
		t.Errorf("got %q by %q", got, v.Requests)
	}
	if got := readKeys(t, source, step.Query{Key: "7"}); !slices.Equal(got, []string{`7{"nr":7,"full":true}`}) {
		t.Errorf("got %q", got)
	}
	if v.Headers[0].Get("X-Key") != "SECRET" || !strings.HasPrefix(v.Headers[0].Get("Authorization"), "Basic ") {
		t.Errorf("asked with %v", v.Headers[0])
	}
	if err := source.Read(t.Context(), step.Query{Since: time.Now()}, func(step.Page) error { return nil }); err == nil {
		t.Error("a time was passed over")
	}
	sink := a.sink(c, step.Create, `
post: /{{ settings.store }}/rows/{{ out.nr }}
not_in_body: [nr]
answer: data
reference: nr
idempotent: true
`)
	r := sink.Write(t.Context(), []*step.Delivery{steptest.Delivery("1", `{"nr":"a/b","x":1.50}`)})[0]
	if r.State != step.Sent || r.Reference != "n-1" || v.Requests[len(v.Requests)-1] != "POST /api/main/rows/a%2Fb" || v.Bodies[len(v.Bodies)-1] != `{"x":1.50}` {
		t.Errorf("%+v: %q %q", r, v.Requests[len(v.Requests)-1], v.Bodies[len(v.Bodies)-1])
	}
}

// TestHTTPConnectorTrouble holds what is refused, and that secrets stay secret.
func TestHTTPConnectorTrouble(t *testing.T) {
	c := rest.Connector()
	for _, base := range []string{"", "shop.test", "ftp://shop.test", "https://", "https://me:hunter2@shop.test"} {
		a := pipelineAround(t, map[string]item.Value{"base_url": item.Text(base)})
		if _, err := c.Dial(a.conn); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", base, err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		a := pipelineAround(t, map[string]item.Value{
			"base_url": item.Text("https://shop.test"), "parameter": item.Text("token"), "key": item.Text("SECRET"), "bearer": item.Text("SECRET2"),
		})
		a.dial(c, &steptest.Vendor{Handler: steptest.Answer(403, `{"error":"SECRET and SECRET2 are wrong"}`)})
		err := a.source(c, "get: /x").Read(t.Context(), step.Query{}, func(step.Page) error { return nil })
		if err == nil || strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), "*** and *** are wrong") {
			t.Errorf("got %v", err)
		}
	})
	a := pipelineAround(t, nil)
	c.Writes[0].Bind(a.b, a.options(c.Writes[0].Options, "post: /x"))
	if fs := a.fs.Sorted(); len(fs) != 1 || fs[0].Code != diag.CodeInDoubt || fs[0].Severity != diag.Warning {
		t.Errorf("a write that cannot be looked up: %v", fs)
	}
	a = pipelineAround(t, nil)
	c.Reads[0].Bind(a.b, a.options(c.Reads[0].Options, "{get: /x, filters: {a: one}}"))
	if fs := a.fs.Sorted(); len(fs) != 1 || fs[0].Code != diag.CodeConflict {
		t.Errorf("filters: %v", fs)
	}
}

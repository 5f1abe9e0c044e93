package connector_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/connector"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest"
)

// vendor is a vendor inside the process: requests reach its handler without a
// network, so that time can be made to pass.
type vendor struct {
	http.Handler
	// before may break a request before it is handled, after once it was.
	before, after func(req *http.Request) error

	mu       sync.Mutex
	requests []string
	bodies   []string
	headers  []http.Header
}

// RoundTrip handles a request.
func (v *vendor) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	v.mu.Lock()
	v.requests = append(v.requests, req.Method+" "+req.URL.RequestURI())
	v.bodies = append(v.bodies, string(body))
	v.headers = append(v.headers, req.Header)
	v.mu.Unlock()
	if v.before != nil {
		if err := v.before(req); err != nil {
			return nil, err
		}
	}
	w := httptest.NewRecorder()
	v.ServeHTTP(w, req)
	if v.after != nil {
		if err := v.after(req); err != nil {
			return nil, err
		}
	}
	return w.Result(), nil
}

// asked returns the requests so far, those with a prefix alone.
func (v *vendor) asked(prefix string) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(v.requests), func(s string) bool { return !strings.HasPrefix(s, prefix) })
}

// account is a connection of a connector to a vendor.
type account struct {
	t    *testing.T
	l    *connector.Loaded
	conn *step.Connection
	log  *bytes.Buffer
}

// compile loads the text of a connector file.
func compile(t *testing.T, text string) *connector.Loaded {
	t.Helper()
	var fs diag.List
	l := connector.Load("test.yaml", []byte(text), rest.Engine{}, &fs)
	for _, f := range fs.Sorted() {
		t.Fatalf("%v (%s)", f, f.Hint)
	}
	return l
}

// dial opens a connection with settings that are given as name, value.
func dial(t *testing.T, l *connector.Loaded, transport http.RoundTripper, settings ...string) *account {
	t.Helper()
	a := &account{t: t, l: l, log: &bytes.Buffer{}}
	a.conn = &step.Connection{
		Name: "test", Values: map[string]item.Value{}, Transport: transport,
		Log: slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range l.Connector.Fields {
		v := f.Default
		if v.Kind() == item.KindMissing {
			v = item.Null
		}
		a.conn.Values[f.Name] = v
	}
	for i := 0; i+1 < len(settings); i += 2 {
		a.conn.Values[settings[i]] = item.Text(settings[i+1])
	}
	client, err := l.Connector.Dial(a.conn)
	if err != nil {
		t.Fatal(err)
	}
	a.conn.Client = client
	return a
}

func (a *account) source(stream string, o step.HTTPReadOptions) step.Source {
	a.t.Helper()
	i := slices.IndexFunc(a.l.Connector.Reads, func(r *step.Read) bool { return r.Name == stream })
	s, err := a.l.Connector.Reads[i].Bind(nil, &o)(a.conn)
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

// pages reads a stream and returns its pages.
func (a *account) pages(stream string, q step.Query) ([]step.Page, error) {
	a.t.Helper()
	if q.Now.IsZero() {
		q.Now = time.Now()
	}
	var pages []step.Page
	err := a.source(stream, step.HTTPReadOptions{}).Read(a.t.Context(), q, func(p step.Page) error {
		pages = append(pages, p)
		return nil
	})
	return pages, err
}

// keys reads a stream and returns the keys of its records.
func (a *account) keys(stream string, q step.Query) []string {
	a.t.Helper()
	pages, err := a.pages(stream, q)
	if err != nil {
		a.t.Fatal(err)
	}
	var keys []string
	for _, p := range pages {
		for _, r := range p.Records {
			if r.Err != nil {
				a.t.Errorf("record %s: %v", r.Key, r.Err)
			}
			keys = append(keys, r.Key)
		}
	}
	return keys
}

func (a *account) sink(operation string, mode step.Mode) step.Sink {
	a.t.Helper()
	i := slices.IndexFunc(a.l.Connector.Writes, func(w *step.Write) bool { return w.Name == operation })
	s, err := a.l.Connector.Writes[i].Bind(nil, nil)(a.conn, mode)
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

// delivery makes a delivery of JSON.
func delivery(key, body string) *step.Delivery {
	v, err := item.FromJSON([]byte(body))
	if err != nil {
		panic(err)
	}
	return &step.Delivery{Key: key, Out: v, Body: []byte(body), Idempotency: "idem-" + key}
}

// write writes one record.
func (a *account) write(operation string, mode step.Mode, body string) step.Result {
	a.t.Helper()
	return a.sink(operation, mode).Write(a.t.Context(), []*step.Delivery{delivery("k", body)})[0]
}

// find looks one record up.
func (a *account) find(operation string, mode step.Mode, body string) step.Result {
	a.t.Helper()
	return a.sink(operation, mode).(step.Finder).Find(a.t.Context(), delivery("k", body))
}

// answer handles every request with the same answer.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// knows is a Query.Known for some keys.
func knows(keys ...string) func(context.Context, []step.Listed) ([]bool, error) {
	return func(_ context.Context, listed []step.Listed) ([]bool, error) {
		known := make([]bool, len(listed))
		for i, l := range listed {
			known[i] = slices.Contains(keys, l.Key)
		}
		return known, nil
	}
}

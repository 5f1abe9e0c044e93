package steptest

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
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/connector"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Vendor is a vendor inside the process: requests reach its handler without a
// network, so that time can be made to pass.
type Vendor struct {
	http.Handler
	// Before may break a request before it is handled, After once it was.
	Before, After func(req *http.Request) error

	// What was asked so far, the nth request with the nth body and headers.
	Requests []string
	Bodies   []string
	Headers  []http.Header

	mu sync.Mutex
}

// RoundTrip handles a request.
func (v *Vendor) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	v.mu.Lock()
	v.Requests = append(v.Requests, req.Method+" "+req.URL.RequestURI())
	v.Bodies = append(v.Bodies, string(body))
	v.Headers = append(v.Headers, req.Header)
	v.mu.Unlock()
	if v.Before != nil {
		if err := v.Before(req); err != nil {
			return nil, err
		}
	}
	w := httptest.NewRecorder()
	v.ServeHTTP(w, req)
	if v.After != nil {
		if err := v.After(req); err != nil {
			return nil, err
		}
	}
	return w.Result(), nil
}

// Asked returns the requests so far, those with a prefix alone.
func (v *Vendor) Asked(prefix string) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(v.Requests), func(s string) bool { return !strings.HasPrefix(s, prefix) })
}

// Account is a connection of a connector to a vendor.
type Account struct {
	Conn *step.Connection
	// Log is what was said on the way.
	Log *bytes.Buffer

	t testing.TB
	c *step.Connector
}

// Connector loads the text of a connector file, which must be without findings.
func Connector(t testing.TB, http step.HTTPEngine, text string) *step.Connector {
	t.Helper()
	c, said := load(http, text)
	for _, f := range said {
		t.Fatal(f)
	}
	return c
}

// Findings returns what is said about the text of a connector file, each finding
// with its hint.
func Findings(http step.HTTPEngine, text string) []string {
	_, said := load(http, text)
	return said
}

func load(http step.HTTPEngine, text string) (*step.Connector, []string) {
	var fs diag.List
	l := connector.Load("test.yaml", []byte(text), http, &fs)
	var said []string
	for _, f := range fs.Sorted() {
		said = append(said, fmt.Sprintf("%v (%s)", f, f.Hint))
	}
	if l == nil {
		return nil, said
	}
	return l.Connector, said
}

// Dial opens a connection with settings that are given as name, value.
func Dial(t testing.TB, c *step.Connector, transport http.RoundTripper, settings ...string) *Account {
	t.Helper()
	a := &Account{t: t, c: c, Log: &bytes.Buffer{}}
	a.Conn = &step.Connection{
		Name: "test", Values: map[string]item.Value{}, Transport: transport,
		Log: slog.New(slog.NewTextHandler(a.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range c.Fields {
		v := f.Default
		if v.Kind() == item.KindMissing {
			v = item.Null
		}
		a.Conn.Values[f.Name] = v
	}
	for i := 0; i+1 < len(settings); i += 2 {
		a.Conn.Values[settings[i]] = item.Text(settings[i+1])
	}
	client, err := c.Dial(a.Conn)
	if err != nil {
		t.Fatal(err)
	}
	a.Conn.Client = client
	return a
}

// Source opens a stream.
func (a *Account) Source(stream string, o step.HTTPReadOptions) step.Source {
	a.t.Helper()
	i := slices.IndexFunc(a.c.Reads, func(r *step.Read) bool { return r.Name == stream })
	s, err := a.c.Reads[i].Bind(nil, &o)(a.Conn)
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

// Pages reads a stream and returns its pages.
func (a *Account) Pages(stream string, q step.Query) ([]step.Page, error) {
	a.t.Helper()
	if q.Now.IsZero() {
		q.Now = time.Now()
	}
	var pages []step.Page
	err := a.Source(stream, step.HTTPReadOptions{}).Read(a.t.Context(), q, func(p step.Page) error {
		pages = append(pages, p)
		return nil
	})
	return pages, err
}

// Keys reads a stream and returns the keys of its records.
func (a *Account) Keys(stream string, q step.Query) []string {
	a.t.Helper()
	pages, err := a.Pages(stream, q)
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

// Sink opens an operation.
func (a *Account) Sink(operation string, mode step.Mode) step.Sink {
	a.t.Helper()
	i := slices.IndexFunc(a.c.Writes, func(w *step.Write) bool { return w.Name == operation })
	s, err := a.c.Writes[i].Bind(nil, nil)(a.Conn, mode)
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

// Delivery makes a delivery of JSON.
func Delivery(key, body string) *step.Delivery {
	v, err := item.FromJSON([]byte(body))
	if err != nil {
		panic(err)
	}
	return &step.Delivery{Key: key, Out: v, Body: []byte(body), Idempotency: "idem-" + key}
}

// Write writes one record.
func (a *Account) Write(operation string, mode step.Mode, body string) step.Result {
	a.t.Helper()
	return a.Sink(operation, mode).Write(a.t.Context(), []*step.Delivery{Delivery("k", body)})[0]
}

// Find looks one record up.
func (a *Account) Find(operation string, mode step.Mode, body string) step.Result {
	a.t.Helper()
	return a.Sink(operation, mode).(step.Finder).Find(a.t.Context(), Delivery("k", body))
}

// Answer handles every request with the same answer.
func Answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// Knows is a Query.Known for some keys.
func Knows(keys ...string) func(context.Context, []step.Listed) ([]bool, error) {
	return func(_ context.Context, listed []step.Listed) ([]bool, error) {
		known := make([]bool, len(listed))
		for i, l := range listed {
			known[i] = slices.Contains(keys, l.Key)
		}
		return known, nil
	}
}

// Answers handles the nth request with the nth answer, and those after the last
// with the last. An answer is a body; its status, if it is not 200, stands before
// it: "404 {}".
func Answers(answers ...string) http.Handler {
	var n atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body := http.StatusOK, answers[min(int(n.Add(1)), len(answers))-1]
		if _, err := fmt.Sscan(body, &status); err == nil {
			_, body, _ = strings.Cut(body, " ")
		}
		Answer(status, body)(w, r)
	})
}

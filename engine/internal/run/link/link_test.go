package link_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/run/link"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// wire answers every request.
type wire struct{ got []string }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.got = append(w.got, r.Method)
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

func open(t *testing.T, o link.Options) *link.Links {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	dialed := 0
	kind := &step.Connector{Name: "x", Dial: func(c *step.Connection) (any, error) {
		dialed++
		return c.Name, nil
	}}
	ls, err := link.Open(map[string]compile.Account{
		"a": {Name: "acme", Connector: kind}, "b": {Name: "acme", Connector: kind}, "c": {Name: "other", Connector: kind},
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	if dialed != 2 || ls.To("a") != ls.To("b") || ls.To("a").Client != "acme" || ls.To("c").Client != "other" {
		t.Errorf("%d accounts were dialed", dialed)
	}
	return ls
}

func TestRequests(t *testing.T) {
	over := errors.New("the lease is over")
	for _, tt := range []struct {
		name   string
		o      link.Options
		method string
		read   bool
		want   error
	}{
		{"a read", link.Options{}, "GET", false, nil},
		{"a write", link.Options{}, "POST", false, nil},
		{"a read in a dry run", link.Options{DryRun: true}, "GET", false, nil},
		{"a head in a dry run", link.Options{DryRun: true}, "HEAD", false, nil},
		{"a read by post in a dry run", link.Options{DryRun: true}, "POST", true, nil},
		{"a write in a dry run", link.Options{DryRun: true}, "POST", false, link.ErrDryRun},
		{"a delete in a dry run", link.Options{DryRun: true}, "DELETE", false, link.ErrDryRun},
		{"a write without a lease", link.Options{Allowed: func() error { return over }}, "PUT", false, over},
		{"a read without a lease", link.Options{Allowed: func() error { return over }}, "GET", false, nil},
	} {
		w := &wire{}
		tt.o.Transport = w
		tt.o.Frame = item.Frame{item.Int(1)}
		ls := open(t, tt.o)
		ctx := t.Context()
		if tt.read {
			ctx = step.WithRead(ctx)
		}
		body := &closing{Reader: strings.NewReader("{}")}
		req, err := http.NewRequestWithContext(ctx, tt.method, "https://example.test/v1/things", body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ls.To("a").Transport.RoundTrip(req)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: got %v", tt.name, err)
		}
		sent := tt.want == nil
		if (len(w.got) == 1) != sent || (ls.Requests()["acme"] == 1) != sent || body.closed == sent {
			t.Errorf("%s: sent %v, counted %v, closed %t", tt.name, w.got, ls.Requests(), body.closed)
		}
		if ls.To("a").Frame[0].AsInt() != 1 {
			t.Errorf("%s: the connection has no frame", tt.name)
		}
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestADialThatFails(t *testing.T) {
	kind := &step.Connector{Dial: func(*step.Connection) (any, error) { return nil, errors.New("no address") }}
	_, err := link.Open(map[string]compile.Account{"a": {Name: "acme", Connector: kind}}, link.Options{Log: slog.New(slog.DiscardHandler)})
	if err == nil || err.Error() != `connection "acme": no address` {
		t.Errorf("got %v", err)
	}
	var none *link.Links
	none.Close()
	if len(none.Requests()) != 0 {
		t.Error("no links have requests")
	}
}

package run

import (
	"fmt"
	"net/http"
	"time"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/step"
)

// connection is a connection of the run with the meter of its requests.
type connection struct {
	*step.Connection
	meter *meter
}

// connect readies every connection of the pipeline. It makes no request. Two
// names that are bound to one account share a connection, and so its limits.
func (r *runner) connect() error {
	next := r.o.Transport
	if next == nil {
		next = transport()
	}
	r.conns = map[string]*connection{}
	accounts := map[string]*connection{}
	for name, a := range r.p.Accounts {
		if c, ok := accounts[a.Name]; ok {
			r.conns[name] = c
			continue
		}
		c, err := r.dial(&a, next)
		if err != nil {
			return err
		}
		accounts[a.Name] = c
		r.conns[name] = c
	}
	return nil
}

func (r *runner) dial(a *compile.Account, next http.RoundTripper) (*connection, error) {
	m := &meter{next: next, dryRun: r.o.DryRun}
	c := &step.Connection{
		Name: a.Name, Values: a.Values, Transport: m, Dir: a.Dir, DryRun: r.o.DryRun,
		Log: r.o.Log.With("connection", a.Name),
	}
	if a.Connector.Dial != nil {
		client, err := a.Connector.Dial(c)
		if err != nil {
			return nil, fmt.Errorf("connection %q: %w", a.Name, err)
		}
		c.Client = client
	}
	return &connection{c, m}, nil
}

// transport returns a transport that keeps as many connections to a host as a
// run may have requests under way, and no more.
func transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns = 256
	t.MaxIdleConnsPerHost = 64
	t.MaxConnsPerHost = 64
	t.ResponseHeaderTimeout = 2 * time.Minute
	return t
}

// requests returns how many requests each connection has made.
func (r *runner) requests() map[string]int64 {
	n := map[string]int64{}
	for _, c := range r.conns {
		n[c.Name] = c.meter.sent.Load()
	}
	return n
}

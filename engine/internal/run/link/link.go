// Package link readies the connections of a run, and counts and polices what
// leaves through them.
package link

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/engine/step"
)

// ErrDryRun is why a dry run refuses a request.
var ErrDryRun = errors.New("a dry run sends nothing but reads")

// Options say how connections are made.
type Options struct {
	// Transport carries the requests; nil is a transport of the links' own.
	Transport http.RoundTripper
	// DryRun lets nothing but reads pass.
	DryRun bool
	// Allowed, if not nil, says why nothing may be written any more.
	Allowed func() error
	Log     *slog.Logger
	// Redact takes secrets out of texts; it may be nil.
	Redact *secret.Redactor
	// Frame holds what the pipeline knows before there is a record.
	Frame item.Frame
}

// Links are the connections of a pipeline.
type Links struct {
	by     map[string]*step.Connection
	meters map[string]*meter // by the names of accounts
	idle   func()
}

// Open readies every connection of a pipeline. It makes no request. Two names
// that are bound to one account share a connection, and so its limits.
func Open(accounts map[string]compile.Account, o Options) (*Links, error) {
	ls := &Links{by: map[string]*step.Connection{}, meters: map[string]*meter{}, idle: func() {}}
	if o.Transport == nil {
		own := transport()
		o.Transport, ls.idle = own, own.CloseIdleConnections
	}
	made := map[string]*step.Connection{}
	for name, a := range accounts {
		c, ok := made[a.Name]
		if !ok {
			var err error
			if c, err = ls.dial(&a, &o); err != nil {
				return nil, err
			}
			made[a.Name] = c
		}
		ls.by[name] = c
	}
	return ls, nil
}

func (ls *Links) dial(a *compile.Account, o *Options) (*step.Connection, error) {
	m := &meter{next: o.Transport, dryRun: o.DryRun, allowed: o.Allowed}
	ls.meters[a.Name] = m
	c := &step.Connection{
		Name: a.Name, Values: a.Values, Transport: m, Dir: a.Dir, DryRun: o.DryRun,
		Log: o.Log.With("connection", a.Name), Frame: o.Frame, Redact: o.Redact,
	}
	if a.Connector.Dial != nil {
		client, err := a.Connector.Dial(c)
		if err != nil {
			return nil, fmt.Errorf("connection %q: %w", a.Name, err)
		}
		c.Client = client
	}
	return c, nil
}

// To returns a connection by the pipeline's name for it.
func (ls *Links) To(name string) *step.Connection { return ls.by[name] }

// Requests returns how many requests each account was sent.
func (ls *Links) Requests() map[string]int64 {
	n := map[string]int64{}
	if ls != nil {
		for name, m := range ls.meters {
			n[name] = m.sent.Load()
		}
	}
	return n
}

// Close closes the network connections that nobody uses any more.
func (ls *Links) Close() {
	if ls != nil {
		ls.idle()
	}
}

// transport returns a transport that keeps as many connections to a host as a
// run may have requests under way, and no more.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns = 256
	t.MaxIdleConnsPerHost = 64
	t.MaxConnsPerHost = 64
	t.ResponseHeaderTimeout = 2 * time.Minute
	return t
}

// meter is the transport of one account. Every request of the process to the
// outside passes here, so here they are counted, and here it is made true that
// a dry run and a run that lost its lease change nothing: whatever a step or a
// connector means to do, a request that is not a read does not leave.
type meter struct {
	next    http.RoundTripper
	dryRun  bool
	allowed func() error
	sent    atomic.Int64
}

// RoundTrip sends a request, or refuses it.
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := m.refuse(req); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // nothing was read of it
		}
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	m.sent.Add(1)
	return m.next.RoundTrip(req)
}

// refuse says why a request may not leave.
func (m *meter) refuse(req *http.Request) error {
	switch {
	case req.Method == http.MethodGet || req.Method == http.MethodHead || step.IsRead(req.Context()):
		return nil
	case m.dryRun:
		return ErrDryRun
	case m.allowed != nil:
		return m.allowed()
	}
	return nil
}

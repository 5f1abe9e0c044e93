// Package twin runs local servers that behave like the vendors: seeded data,
// the vendors' own answers and errors, counted requests, and faults that can be
// switched on. They are for demos, for tests and for trying out a pipeline.
package twin

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/connectors/twin/webhook"
	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// Server is the twin of a vendor. It is an http.Handler, and can listen on an
// address of its own.
type Server struct {
	vendor Vendor
	opts   Options
	faults []fault.Fault // those it was made with
	plan   *fault.Plan
	count  *counter
	sender *webhook.Sender

	// mu is held to read by GET requests, to write by all others.
	mu     sync.RWMutex
	store  store
	routes []wire.Route
	born   time.Time

	listening listening
	closing   chan struct{}
	closeOnce sync.Once
}

// listening is the state of a server that has an address.
type listening struct {
	mu   sync.Mutex
	url  string
	http *http.Server
	done chan error
}

// New makes the twin of a vendor.
func New(vendor string, opts Options) (*Server, error) {
	v, err := find(vendor)
	if err != nil {
		return nil, err
	}
	if err := opts.check(vendor); err != nil {
		return nil, err
	}
	opts = opts.withDefaults(v)
	faults, err := opts.faults(v)
	if err != nil {
		return nil, err
	}
	s := &Server{
		vendor: v, opts: opts, faults: faults,
		plan: fault.NewPlan(opts.Seed, faults), count: newCounter(), closing: make(chan struct{}),
	}
	if opts.Webhook != "" {
		if s.sender, err = webhook.NewSender(opts.Webhook, opts.StoreID, opts.Token, http.DefaultTransport); err != nil {
			return nil, err
		}
	}
	return s, s.open()
}

// open makes the store anew. The caller holds mu or has the server for itself.
func (s *Server) open() error {
	h := hooks{}
	if s.sender != nil {
		h.placed = s.sender.Send
	}
	st, err := s.vendor.open(s.opts, h)
	if err != nil {
		return fmt.Errorf("twin of %s: %w", s.vendor.Name, err)
	}
	s.store, s.routes, s.born = st, st.Routes(), s.opts.Now()
	return nil
}

// Vendor returns whose twin the server is.
func (s *Server) Vendor() Vendor { return s.vendor }

// Connection returns the settings of a connection that reaches the twin.
func (s *Server) Connection() []Field { return s.vendor.fields(s.opts) }

// Start listens on an address of this machine and serves in the background.
// An address without a host, ":8080", is one of 127.0.0.1; port 0 is any.
func (s *Server) Start(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: write HOST:PORT, such as 127.0.0.1:8080", addr)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("address %q is not one of this machine alone; a twin listens on 127.0.0.1 only", addr)
	}
	s.listening.mu.Lock()
	defer s.listening.mu.Unlock()
	if s.listening.http != nil {
		return errors.New("the twin has an address already: " + s.listening.url)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return fmt.Errorf("twin of %s: %w", s.vendor.Name, err)
	}
	s.listening.url = "http://" + l.Addr().String()
	s.listening.done = make(chan error, 1)
	s.listening.http = &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ConnState: s.count.connection,
	}
	go func(h *http.Server, done chan<- error) { done <- h.Serve(l) }(s.listening.http, s.listening.done)
	return nil
}

// URL returns the address of a server that was started: "http://127.0.0.1:8080".
func (s *Server) URL() string {
	s.listening.mu.Lock()
	defer s.listening.mu.Unlock()
	return s.listening.url
}

// BaseURL returns the address of the API: what takes the place of the vendor's
// own address in a connection.
func (s *Server) BaseURL() string { return s.URL() + s.vendor.Root }

// Close stops the server at once, answers that are held back included.
func (s *Server) Close() error {
	var err error
	s.closeOnce.Do(func() {
		close(s.closing)
		if s.sender != nil {
			s.sender.Close()
		}
		s.listening.mu.Lock()
		defer s.listening.mu.Unlock()
		if s.listening.http == nil {
			return
		}
		err = s.listening.http.Close()
		if served := <-s.listening.done; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
	})
	return err
}

// time returns the twin's time. The caller holds mu.
func (s *Server) time() time.Time { return s.opts.Start.Add(s.opts.Now().Sub(s.born)) }

// Reset puts everything back to how it was at the start: data, counts, faults
// and time.
func (s *Server) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan.Set(s.faults)
	s.count.reset()
	return s.open()
}

// State returns what the twin holds.
func (s *Server) State() wire.State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.store.State()
	if s.sender != nil {
		st.Calls = s.sender.Delivered()
	}
	return st
}

// Created counts the orders that came in through the API by their source_id.
func (s *Server) Created() []wire.Created { return s.State().Created }

// Add places orders and returns their ids; ago is how long ago they are said to
// have been placed.
func (s *Server) Add(count int, ago time.Duration) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.store.Add(wire.Batch{Count: count, Time: s.time().Add(-ago)})
}

// SetFaults puts these faults in the place of those before.
func (s *Server) SetFaults(faults ...fault.Fault) error {
	if err := s.vendor.checkFaults(faults); err != nil {
		return err
	}
	s.plan.Set(faults)
	return nil
}

// AddFaults adds faults to those that are there.
func (s *Server) AddFaults(faults ...fault.Fault) error {
	if err := s.vendor.checkFaults(faults); err != nil {
		return err
	}
	s.plan.Add(faults...)
	return nil
}

// Faults reports how often each fault has happened.
func (s *Server) Faults() []fault.Report { return s.plan.Report() }

// Requests returns the counts since the start or the last reset.
func (s *Server) Requests() Counts { return s.count.counts() }

// Log lists the last requests, oldest first.
func (s *Server) Log() []Entry { return s.count.log() }

func joinNames(names []string) string { return strings.Join(names, ", ") }

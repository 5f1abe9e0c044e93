package twin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// largestBody is the size of the largest body that is read.
const largestBody = 16 << 20

// ServeHTTP answers as the vendor would, unless a fault happens.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == controlRoot || strings.HasPrefix(r.URL.Path, controlRoot+"/") {
		s.control(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	if err != nil && !errors.As(err, new(*http.MaxBytesError)) {
		return // the caller has gone
	}
	e := s.receive(r, body)
	if err != nil {
		s.refuse(e, http.StatusRequestEntityTooLarge, "")
	}
	s.work(r.Context(), e)
	if !e.lost {
		e.entry.Status = e.answer.Status
	}
	s.count.end(e.entry) // first, so that who has the answer finds it counted
	s.deliver(w, e)
}

// exchange is a request on its way through the faults.
type exchange struct {
	req   *wire.Request
	route *wire.Route
	hits  []fault.Fault
	entry Entry

	answered bool
	answer   wire.Answer
	// lost answers are not sent at all.
	lost bool
}

// receive takes a request apart, counts it and draws its faults.
func (s *Server) receive(r *http.Request, body []byte) *exchange {
	req := &wire.Request{Method: r.Method, Query: r.URL.Query(), Header: r.Header, Body: body, Reply: http.Header{}}
	if to := r.Header.Get("X-HTTP-Method-Override"); s.vendor.overrides && req.Method == http.MethodPost && to != "" {
		req.Method = strings.ToUpper(to)
	}
	// The path is /api/VERSION/REST.
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 3)
	if parts[0] == "api" && len(parts) == 3 {
		req.Version, req.Path = parts[1], "/"+strings.TrimSuffix(parts[2], "/")
	}
	s.mu.RLock()
	routes := s.routes
	s.mu.RUnlock()
	e := &exchange{req: req}
	var methods []string
	e.route, methods = wire.Find(routes, req)
	pattern := req.Method + " (unknown)"
	if e.route != nil {
		pattern = e.route.Pattern()
	}
	req.Seq = s.count.begin(pattern)
	e.entry = Entry{Seq: req.Seq, Method: req.Method, Path: shownPath(r), Pattern: pattern}
	e.hits = s.plan.Hits(fault.Target{Method: req.Method, Path: req.Path, List: e.route != nil && e.route.List})
	for _, f := range e.hits {
		e.entry.Faults = append(e.entry.Faults, f.String())
	}
	if len(methods) > 0 {
		req.Reply.Set("Allow", strings.Join(slices.Sorted(slices.Values(methods)), ", "))
	}
	return e
}

// shownPath is a request's path and query without what is secret.
func shownPath(r *http.Request) string {
	q := r.URL.Query()
	if !q.Has("token") {
		return r.URL.RequestURI()
	}
	q.Del("token")
	if len(q) == 0 {
		return r.URL.EscapedPath()
	}
	return r.URL.EscapedPath() + "?" + q.Encode()
}

// work finds the answer: of the first fault that refuses, or of the vendor.
func (s *Server) work(ctx context.Context, e *exchange) {
	for _, f := range e.hits {
		s.before(ctx, e, f)
	}
	if !e.answered {
		s.apply(e)
	}
	for _, f := range e.hits {
		s.after(ctx, e, f)
	}
}

// before lets a fault happen to a request that was not applied yet.
func (s *Server) before(ctx context.Context, e *exchange, f fault.Fault) {
	switch f.Kind {
	case fault.NewOrders:
		s.addLogged(e, f.Rows, 0)
	case fault.LateOrders:
		s.addLogged(e, f.Rows, f.Age)
	case fault.Slow:
		if f.ApplyLast {
			s.wait(context.WithoutCancel(ctx), f.Delay)
		}
	}
	if !e.answered {
		s.refuseBy(e, f)
	}
}

// refuseBy answers in the vendor's place where the fault wants that.
func (s *Server) refuseBy(e *exchange, f fault.Fault) {
	switch f.Kind {
	case fault.Reset:
		e.answered, e.lost = true, true
	case fault.RateLimit:
		e.req.Reply.Set(s.vendor.retryAfter, strconv.Itoa(f.RetryAfter))
		if s.vendor.remaining != "" {
			e.req.Reply.Set(s.vendor.remaining, "0")
		}
		s.refuse(e, http.StatusTooManyRequests, f.Message)
	case fault.ExpiredToken:
		s.refuse(e, http.StatusUnauthorized, f.Message)
	case fault.ReadOnly:
		s.refuse(e, http.StatusForbidden, f.Message)
	case fault.StatusError:
		s.refuse(e, http.StatusOK, f.Message)
	case fault.ServerError, fault.Refuse:
		s.refuse(e, f.Status, f.Message)
	case fault.HTML:
		e.req.Reply.Set("Content-Type", "text/html; charset=utf-8")
		e.answered, e.answer = true, wire.Answer{Status: f.Status, Body: []byte(htmlPage)}
	}
}

// htmlPage is what a proxy says when the vendor does not.
const htmlPage = "<!DOCTYPE html>\n<html><head><title>We'll be right back</title></head>\n<body><h1>We'll be right back</h1></body></html>\n"

// addLogged places orders on behalf of a fault.
func (s *Server) addLogged(e *exchange, count int, ago time.Duration) {
	if _, err := s.Add(count, ago); err != nil {
		s.refuse(e, http.StatusInternalServerError, err.Error())
	}
}

// refuse makes the vendor's refusal the answer.
func (s *Server) refuse(e *exchange, status int, message string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e.answered, e.answer = true, s.store.Refuse(status, message)
}

// apply gives the request to the vendor.
func (s *Server) apply(e *exchange) {
	if e.req.Method == http.MethodGet {
		s.mu.RLock()
		defer s.mu.RUnlock()
	} else {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	e.req.Time = s.time()
	e.answered = true
	refused, ok := s.store.Admit(e.req)
	switch {
	case !ok:
		e.answer = refused
	case e.route == nil && e.req.Reply.Get("Allow") != "":
		e.answer = s.store.Refuse(http.StatusMethodNotAllowed, "")
	case e.route == nil:
		e.answer = s.store.Refuse(http.StatusNotFound, "")
	default:
		e.entry.Applied = true
		e.answer = e.route.Serve(e.req)
	}
}

// after lets a fault happen to the answer.
func (s *Server) after(ctx context.Context, e *exchange, f fault.Fault) {
	switch f.Kind {
	case fault.Slow:
		if !f.ApplyLast {
			s.wait(ctx, f.Delay)
		}
	case fault.LoseAnswer:
		s.wait(ctx, f.Delay)
		if f.Status == 0 {
			e.lost = true
		} else {
			s.refuse(e, f.Status, "")
		}
	case fault.Duplicates:
		e.answer.Body = repeatRows(e.answer, f.Rows)
	case fault.ChangedShape:
		e.answer.Body = reshape(e.answer.Body, f)
	}
}

// wait holds an answer back until the time is over, the caller gone or the
// server closed.
func (s *Server) wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-s.closing:
	}
}

// deliver sends the answer, or as much of it as the faults leave.
func (s *Server) deliver(w http.ResponseWriter, e *exchange) {
	if e.lost {
		hangUp(w, true)
		return
	}
	header := w.Header()
	for name, values := range e.req.Reply {
		header[name] = values
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json; charset=utf-8")
	}
	header.Set("Content-Length", strconv.Itoa(len(e.answer.Body)))
	w.WriteHeader(e.answer.Status)
	half := slices.ContainsFunc(e.hits, func(f fault.Fault) bool { return f.Kind == fault.HalfBody })
	if !half {
		_, _ = w.Write(e.answer.Body) // the caller may have gone
		return
	}
	_, _ = w.Write(e.answer.Body[:len(e.answer.Body)/2])
	_ = http.NewResponseController(w).Flush()
	hangUp(w, false)
}

// hangUp closes the connection under an answer, with a reset or in good order.
func hangUp(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		// The way of the standard library to end a request without an answer.
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/secret"
)

// Config says how a Client talks to its vendor.
type Config struct {
	// Base is where the API is; a request's path is below it.
	Base *url.URL
	// Header goes with every request.
	Header http.Header
	// Auth shows the vendor who is asking; nil for nobody in particular.
	Auth Auth
	// Redact takes the secrets out of messages.
	Redact *secret.Redactor
	// Transport sends the requests.
	Transport http.RoundTripper
	// MarkRead marks a POST that changes nothing for the transport; it may be nil.
	MarkRead func(context.Context) context.Context
	// Log takes what operators may want to know; it may be nil.
	Log    *slog.Logger
	Limits Limits
	Rules  Rules
}

// Client talks to one account of a vendor. It may be used by several
// goroutines at once, which then share the vendor's limits.
type Client struct {
	cfg  Config
	gate *gate
	http *http.Client
	// answers has decoders that know the members of answers read before.
	answers sync.Pool
}

// New returns a Client. It makes no request.
func New(cfg Config) *Client {
	cfg.Limits = cfg.Limits.withDefaults()
	cfg.Rules = cfg.Rules.withDefaults()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Redact == nil {
		cfg.Redact = secret.New()
	}
	if cfg.Transport == nil {
		cfg.Transport = NewTransport(cfg.Limits.AtOnce)
	}
	c := &Client{cfg: cfg, gate: newGate(cfg.Limits)}
	c.answers.New = func() any { return item.NewDecoder(item.NewLayout(item.TypeUnknown)) }
	c.http = &http.Client{Transport: cfg.Transport, CheckRedirect: c.redirect}
	return c
}

// NewTransport returns a transport for that many requests at once to a host:
// it keeps no more connections than can be busy, and opens no more.
func NewTransport(atOnce int) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = atOnce
	t.MaxConnsPerHost = atOnce
	t.MaxIdleConns = 0
	return t
}

// AtOnce returns how many requests may be under way at once.
func (c *Client) AtOnce() int { return c.cfg.Limits.AtOnce }

// Timeout returns how long an answer is waited for.
func (c *Client) Timeout() time.Duration { return c.cfg.Limits.Timeout }

// Log returns where remarks go.
func (c *Client) Log() *slog.Logger { return c.cfg.Log }

// Redact returns what takes secrets out of messages.
func (c *Client) Redact() *secret.Redactor { return c.cfg.Redact }

// Request is what a Client sends.
type Request struct {
	Method string
	// Path is below the base, or a whole URL on the base's host. Its parts are
	// escaped already.
	Path string
	// Given tells that the vendor gave the path: it may begin at the host.
	Given  bool
	Query  url.Values
	Header http.Header
	// Body is what is sent, and Type its media type.
	Body []byte
	Type string
	// Repeat tells that sending it again does no harm even if the vendor has
	// acted on it.
	Repeat bool
	// Rules judge the answer in place of the client's; nil for those.
	Rules *Rules
	// Text tells that the answer need not be JSON.
	Text bool
}

// Do sends a request, again where that is safe and may help, and returns the
// vendor's answer if it is one of success. Any error is an *Error.
func (c *Client) Do(ctx context.Context, r *Request) (*Answer, error) {
	u, err := c.url(r)
	if err != nil {
		return nil, &Error{Outcome: Refused, Message: c.cfg.Redact.Text(r.Method + " " + r.Path + ": " + err.Error())}
	}
	name := c.cfg.Redact.Text(r.Method + " " + shown(u))
	for t := (tries{}); ; {
		a, failed := c.attempt(ctx, r, u)
		if failed == nil {
			return a, nil
		}
		c.cfg.Log.Debug("request failed", "call", name, "attempt", t.sent+1, "why", c.cfg.Redact.Text(failed.Message))
		wait, again := c.again(r, failed, &t)
		if !again || ctx.Err() != nil || sleep(ctx, wait) != nil {
			return nil, c.describe(name, failed, t.sent)
		}
	}
}

// tries counts the attempts of a request.
type tries struct {
	sent    int
	put     int  // how often the vendor put it off
	renewed bool // the credentials were renewed
}

// renew asks the authentication for new credentials after a 401.
func (c *Client) renew() bool {
	r, ok := c.cfg.Auth.(Renewer)
	return ok && r.Renew()
}

// again reports whether to send r once more, and after what time.
func (c *Client) again(r *Request, failed *Error, t *tries) (time.Duration, bool) {
	t.sent++
	if failed.Outcome == TurnedAway {
		t.put++
	}
	if failed.Status == http.StatusUnauthorized && !t.renewed && c.renew() {
		t.renewed = true
		return 0, true
	}
	if c.spent(t) || failed.Wait > c.cfg.Limits.Wait || !failed.repeat || !failed.safe(r) {
		return 0, false
	}
	wait := failed.pause(t.sent)
	if failed.Outcome == TurnedAway {
		c.gate.shut(wait)
	}
	return wait, true
}

// pause is how long to wait before the next attempt: what the vendor asked for,
// or else longer each time.
func (e *Error) pause(sent int) time.Duration {
	if e.Wait > 0 {
		return e.Wait + rand.N(min(e.Wait/10, time.Second)+1)
	}
	return backoff(sent)
}

// spent reports whether a request was sent as often as it may be. Having been
// put off is not an attempt that failed: it is the vendor's way of setting the
// pace, and is borne for longer.
func (c *Client) spent(t *tries) bool {
	const patience = 4
	most := c.cfg.Limits.Attempts
	return t.sent-t.put >= most || t.put >= patience*most
}

// safe reports whether a request that failed can be sent again without harm.
func (e *Error) safe(r *Request) bool {
	return e.Outcome == NotSent || e.Outcome == TurnedAway || e.Outcome == Unknown && r.Repeat
}

// backoff is exponential with full jitter.
func backoff(attempt int) time.Duration {
	const first, most = 500 * time.Millisecond, 30 * time.Second
	return rand.N(min(first<<min(attempt-1, 10), most)) + 1
}

func (c *Client) describe(name string, e *Error, attempts int) *Error {
	tried := ""
	if attempts > 1 {
		tried = fmt.Sprintf(" (tried %d times)", attempts)
	}
	e.Message = c.cfg.Redact.Text(name + ": " + e.Message + tried)
	return e
}

// attempt sends r once.
func (c *Client) attempt(ctx context.Context, r *Request, u *url.URL) (*Answer, *Error) {
	if err := c.gate.enter(ctx); err != nil {
		return nil, &Error{Outcome: NotSent, Message: "not sent: " + because(err), cause: contextCause(err)}
	}
	defer c.gate.leave()
	within, cancel := context.WithTimeout(ctx, c.cfg.Limits.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(within, r.Method, u.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, &Error{Outcome: Refused, Message: "not a request that can be sent: " + plain(err).Error()}
	}
	if len(r.Body) == 0 {
		req.Body, req.GetBody = http.NoBody, nil
	}
	c.head(req, r)
	if c.cfg.Auth != nil {
		if err := c.cfg.Auth.Sign(req, r.Body); err != nil {
			return nil, asError(err)
		}
	}
	start := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.lost(ctx, within, err)
	}
	defer resp.Body.Close()
	c.gate.learn(resp.Header)
	body, err := c.read(resp)
	c.cfg.Log.Debug("request", "call", c.cfg.Redact.Text(r.Method+" "+shown(u)), "status", resp.StatusCode,
		"bytes", len(body), "took", time.Since(start))
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			return nil, e
		}
		return nil, c.lost(ctx, within, fmt.Errorf("the answer broke off after %d bytes: %w", len(body), err))
	}
	return c.judge(r, &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body})
}

// head sets the headers of a request.
func (c *Client) head(req *http.Request, r *Request) {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "sluice")
	if len(r.Body) > 0 && r.Type != "" {
		req.Header.Set("Content-Type", r.Type)
	}
	for _, h := range []http.Header{c.cfg.Header, r.Header} {
		for name, values := range h {
			req.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
}

// lost says what became of a request without a whole answer.
func (c *Client) lost(ctx, within context.Context, err error) *Error {
	e := &Error{Outcome: Unknown, repeat: true, cause: contextCause(ctx.Err())}
	if never(err) {
		e.Outcome, e.repeat = NotSent, !untrusted(err)
	}
	if r, ok := errors.AsType[*redirectError](err); ok {
		return &Error{Outcome: Refused, Message: r.Error()}
	}
	switch {
	case e.cause != nil:
		e.Message = "cut short: " + because(e.cause)
	case within.Err() != nil:
		e.Late = true
		e.Message = fmt.Sprintf("no answer within %s", c.cfg.Limits.Timeout)
	default:
		e.Message = plain(err).Error()
	}
	return e
}

func because(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "the time for it is up"
	}
	return "the run is ending"
}

func untrusted(err error) bool {
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	return verify || record || host
}

// read reads an answer, as far as it is not too large.
func (c *Client) read(resp *http.Response) ([]byte, error) {
	most := c.cfg.Limits.MaxBody
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= most {
		buf.Grow(int(n) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(resp.Body, most+1))
	if int64(buf.Len()) > most {
		return nil, &Error{
			Outcome: Unknown, Status: resp.StatusCode,
			Message: fmt.Sprintf("the answer is larger than %s; ask for fewer records a page or raise limits.body", size(most)),
		}
	}
	return buf.Bytes(), err
}

func size(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// url returns where r goes.
func (c *Client) url(r *Request) (*url.URL, error) {
	ref, err := url.Parse(r.Path)
	if err != nil {
		return nil, fmt.Errorf("not a path that can be asked for: %w", plain(err))
	}
	u := ref
	if ref.Host == "" && ref.Scheme == "" {
		if r.Given && strings.HasPrefix(ref.Path, strings.TrimSuffix(c.cfg.Base.Path, "/")+"/") {
			u = c.cfg.Base.ResolveReference(ref)
		} else if u, err = c.below(ref); err != nil {
			return nil, err
		}
	} else if !sameHost(c.cfg.Base, ref) {
		return nil, fmt.Errorf("the address is on another host, %s, and credentials are not sent there", ref.Host)
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if part == ".." || part == "." {
			return nil, errors.New(`the path has a part that is "." or ".."`)
		}
	}
	u.Fragment = ""
	u.RawQuery = joinQuery(u.RawQuery, r.Query.Encode())
	return u, nil
}

// below returns a path below the base.
func (c *Client) below(ref *url.URL) (*url.URL, error) {
	path := strings.TrimPrefix(ref.EscapedPath(), "/")
	if strings.Contains(path, "//") || strings.HasPrefix(path, "/") {
		return nil, errors.New("the path has an empty part; what belongs there is missing")
	}
	u := *c.cfg.Base
	u.RawPath = strings.TrimSuffix(u.EscapedPath(), "/") + "/" + path
	var err error
	u.Path, err = url.PathUnescape(u.RawPath)
	u.RawQuery = joinQuery(u.RawQuery, ref.RawQuery)
	return &u, err
}

func joinQuery(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "&" + b
}

func sameHost(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

// shown is how messages name an address: without scheme and host, which the
// connection's name stands for.
func shown(u *url.URL) string {
	if u.RawQuery == "" {
		return u.EscapedPath()
	}
	return u.EscapedPath() + "?" + u.RawQuery
}

// redirectError is why a redirect was not followed.
type redirectError struct{ message string }

func (e *redirectError) Error() string { return e.message }

// redirect follows redirects of reads on the same host alone: the credentials
// are meant for that host, and a write that is redirected becomes a read.
func (c *Client) redirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case first.Method != http.MethodGet && first.Method != http.MethodHead:
		return http.ErrUseLastResponse
	case !sameHost(first.URL, req.URL):
		return &redirectError{fmt.Sprintf("the vendor redirects to %s://%s, and credentials are not sent there", req.URL.Scheme, req.URL.Host)}
	case len(via) >= 5:
		return &redirectError{"the vendor redirects in circles"}
	}
	return nil
}

package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/steps/rest/client"
)

// transport answers requests in the process, so that time can be made to pass.
type transport func(req *http.Request) (*http.Response, error)

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

func reply(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: h, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}

func base(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func get(path string) *client.Request {
	return &client.Request{Method: http.MethodGet, Path: path, Repeat: true}
}

func post(path string) *client.Request {
	return &client.Request{Method: http.MethodPost, Path: path, Body: []byte(`{}`), Type: "application/json"}
}

// failure returns the *client.Error that err must be.
func failure(t *testing.T, err error) *client.Error {
	t.Helper()
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		t.Fatalf("got %v (%T), want a client.Error", err, err)
	}
	return e
}

// script answers the n-th request with the n-th reply, and the last one from
// then on.
type script struct {
	mu    sync.Mutex
	times []time.Time
	steps []func(*http.Request) (*http.Response, error)
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	n := len(s.times)
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	return s.steps[min(n, len(s.steps)-1)](req)
}

func gives(status int, body string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return reply(status, body, headers...), nil }
}

func fails(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

var (
	reset   = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	refused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
)

// TestOutcomes holds what is known after each kind of failure, and how often
// reads and writes are sent.
func TestOutcomes(t *testing.T) {
	html := `<html><head><title>Down for
		maintenance</title></head></html>`
	tests := []struct {
		name          string
		answer        func(*http.Request) (*http.Response, error)
		outcome       client.Outcome
		reads, writes int // requests sent
		says          string
	}{
		{"refused connection", fails(refused), client.NotSent, 3, 3, "connection refused"},
		{"unknown host", fails(&net.DNSError{Err: "no such host", Name: "x"}), client.NotSent, 3, 3, "no such host"},
		{"lost answer", fails(reset), client.Unknown, 3, 1, "connection reset"},
		{"half a body", func(*http.Request) (*http.Response, error) {
			r := reply(200, `{"a":`)
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a":`), broken{}))
			return r, nil
		}, client.Unknown, 3, 1, "broke off after 5 bytes"},
		{"bad JSON", gives(200, `{"a":}`), client.Unknown, 3, 1, "cannot be read"},
		{"too many", gives(429, `{}`), client.TurnedAway, 12, 12, "429 Too Many Requests"},
		{"server error", gives(500, `{"message":"oops"}`), client.Unknown, 3, 1, "500 Internal Server Error: oops"},
		{"gateway page", gives(502, html, "Content-Type", "text/html"), client.Unknown, 3, 1, `a web page titled "Down for maintenance"`},
		{"page with 200", gives(200, html), client.Unknown, 3, 1, `a web page titled "Down for maintenance", not JSON`},
		{"another encoding", gives(200, "{\"a\":\"Z\xfcrich\"}", "Content-Type", "application/json; charset=iso-8859-1"), client.Unknown, 3, 1, "the vendor says that it is in iso-8859-1"},
		{"page with entities", gives(502, "<title>Up &amp; down</title>"), client.Unknown, 3, 1, `titled "Up & down"`},
		{"words that steer a terminal", gives(400, `{"message":"no\r\n\u001b[2Jway\u0085 out"}`), client.Refused, 1, 1, "400 Bad Request: no [2Jway out"},
		{"refusal", gives(422, `{"errors":{"name":["can't be blank","is short"]}}`), client.Refused, 1, 1, "name: can't be blank; is short"},
		{"no rights", gives(403, `{"error":"read only"}`), client.Denied, 1, 1, "403 Forbidden: read only"},
		{"no such thing", gives(404, `not here`), client.Refused, 1, 1, "404 Not Found: not here"},
		{"redirected write", gives(302, ``, "Location", "http://vendor.test/login"), client.Refused, 0, 1, "a redirect to http://vendor.test/login"},
	}
	for _, tt := range tests {
		for _, r := range []*client.Request{get("/x"), post("/x")} {
			want := tt.writes
			if r.Repeat {
				want = tt.reads
			}
			if want == 0 {
				continue
			}
			t.Run(tt.name+" "+r.Method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &script{steps: []func(*http.Request) (*http.Response, error){tt.answer}}
					c := client.New(client.Config{Base: base(t, "http://vendor.test/api"), Transport: s, Limits: client.Limits{Attempts: 3}})
					_, err := c.Do(t.Context(), r)
					e := failure(t, err)
					if e.Outcome != tt.outcome || len(s.times) != want {
						t.Errorf("outcome %d after %d requests, want %d after %d", e.Outcome, len(s.times), tt.outcome, want)
					}
					if !strings.Contains(e.Message, tt.says) || !strings.HasPrefix(e.Message, r.Method+" /api/x: ") {
						t.Errorf("message %q, want it to name the call and say %q", e.Message, tt.says)
					}
				})
			})
		}
	}
}

// TestByteOrderMark holds that an answer may begin with a byte order mark.
func TestByteOrderMark(t *testing.T) {
	s := &script{steps: []func(*http.Request) (*http.Response, error){gives(200, "\uFEFF{\"id\":1}")}}
	c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s})
	a, err := c.Do(t.Context(), get("/x"))
	if err != nil || a.Value.Member("id").String() != "1" {
		t.Errorf("got %v, %v", a, err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestWaiting holds how long one waits before the next attempt.
func TestWaiting(t *testing.T) {
	tests := []struct {
		name     string
		first    func(*http.Request) (*http.Response, error)
		from, to time.Duration
	}{
		{"backoff", gives(500, ``), 0, 500 * time.Millisecond},
		{"seconds", gives(429, ``, "Retry-After", "7"), 7 * time.Second, 8 * time.Second},
		{"a fraction", gives(429, ``, "Retry-After", "1.5"), 1500 * time.Millisecond, 1700 * time.Millisecond},
		{"the vendor's header first", gives(429, ``, "Retry-After", "60", "X-Retry-After", "3"), 3 * time.Second, 4 * time.Second},
		{"of a 503 too", gives(503, ``, "Retry-After", "9"), 9 * time.Second, 10 * time.Second},
		{"a date", func(*http.Request) (*http.Response, error) {
			return reply(429, ``, "Retry-After", time.Now().Add(20*time.Second).UTC().Format(http.TimeFormat)), nil
		}, 19 * time.Second, 22 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []func(*http.Request) (*http.Response, error){tt.first, gives(200, `{}`)}}
				c := client.New(client.Config{
					Base: base(t, "http://vendor.test"), Transport: s, Limits: client.Limits{RetryAfter: "X-Retry-After"},
				})
				if _, err := c.Do(t.Context(), get("/x")); err != nil {
					t.Fatal(err)
				}
				if d := s.times[1].Sub(s.times[0]); d < tt.from || d > tt.to {
					t.Errorf("waited %s, want %s to %s", d, tt.from, tt.to)
				}
			})
		})
	}
}

// TestBackoffGrows holds that waits grow and never pass their limit.
func TestBackoffGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(*http.Request) (*http.Response, error){gives(500, ``)}}
		c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s, Limits: client.Limits{Attempts: 20}})
		if _, err := c.Do(t.Context(), get("/x")); err == nil {
			t.Fatal("no error")
		}
		if len(s.times) != 20 {
			t.Fatalf("%d attempts, want 20", len(s.times))
		}
		var late time.Duration
		for i := 1; i < 20; i++ {
			d := s.times[i].Sub(s.times[i-1])
			if most := min(500*time.Millisecond<<min(i-1, 10), 30*time.Second) + 1; d > most {
				t.Errorf("wait %d is %s, want at most %s", i, d, most)
			}
			if i > 7 {
				late += d
			}
		}
		if late < 30*time.Second {
			t.Errorf("the last 12 waits are %s in all; they do not grow", late)
		}
	})
}

// TestLongWait holds that a wait which is too long ends the attempts and is
// told.
func TestLongWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(*http.Request) (*http.Response, error){gives(429, ``, "Retry-After", "3600")}}
		c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s})
		_, err := c.Do(t.Context(), get("/x"))
		e := failure(t, err)
		if e.Wait != time.Hour || e.Outcome != client.TurnedAway || len(s.times) != 1 || !strings.Contains(e.Message, "asks to wait 1h") {
			t.Errorf("got %q, wait %s, after %d requests", e.Message, e.Wait, len(s.times))
		}
	})
}

// TestTurnedAwayStopsAll holds that no request is sent while the vendor asked
// to wait, whoever asked.
func TestTurnedAwayStopsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var until atomic.Pointer[time.Time]
		var early, sent atomic.Int32
		c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: transport(func(req *http.Request) (*http.Response, error) {
			if u := until.Load(); u != nil && time.Now().Before(*u) {
				early.Add(1)
			}
			if sent.Add(1) == 1 {
				u := time.Now().Add(10 * time.Second)
				until.Store(&u)
				return reply(429, ``, "Retry-After", "10"), nil
			}
			return reply(200, `{}`), nil
		})})
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				if _, err := c.Do(t.Context(), get("/x")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if early.Load() > 0 || sent.Load() != 21 {
			t.Errorf("%d requests were sent too early, %d in all", early.Load(), sent.Load())
		}
	})
}

// bucket is a vendor's rate limit: 20 requests, and 3 more each second.
type bucket struct {
	mu     sync.Mutex
	tokens float64
	last   time.Time
	turned int
}

func (b *bucket) RoundTrip(*http.Request) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(20, b.tokens+3*now.Sub(b.last).Seconds())
	b.last = now
	if b.tokens < 1 {
		b.turned++
		return reply(429, ``, "X-Retry-After", "2", "X-Tokens-Remaining", "0"), nil
	}
	b.tokens--
	return reply(200, `{}`, "X-Tokens-Remaining", fmt.Sprint(int(b.tokens))), nil
}

// TestBucket holds that a known rate limit is never run into, however many ask
// at once, and that it is used to the full.
func TestBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{tokens: 20, last: time.Now()}
		c := client.New(client.Config{
			Base: base(t, "http://vendor.test"), Transport: b,
			Limits: client.Limits{Bucket: 20, Refill: 3, Remaining: "X-Tokens-Remaining", RetryAfter: "X-Retry-After"},
		})
		start := time.Now()
		var wg sync.WaitGroup
		for range 80 {
			wg.Go(func() {
				if _, err := c.Do(t.Context(), post("/x")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if b.turned > 0 {
			t.Errorf("%d requests were turned away", b.turned)
		}
		if took := time.Since(start); took < 19*time.Second || took > 22*time.Second {
			t.Errorf("80 requests took %s, want 20s", took)
		}
	})
}

// TestBucketLearns holds that a bucket which others empty too is noticed by
// the vendor's header.
func TestBucketLearns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{tokens: 2.5, last: time.Now()}
		c := client.New(client.Config{
			Base: base(t, "http://vendor.test"), Transport: b,
			Limits: client.Limits{Bucket: 20, Refill: 3, Remaining: "X-Tokens-Remaining", RetryAfter: "X-Retry-After"},
		})
		for range 12 {
			if _, err := c.Do(t.Context(), post("/x")); err != nil {
				t.Fatal(err)
			}
		}
		if b.turned > 0 {
			t.Errorf("%d requests were turned away", b.turned)
		}
	})
}

// TestAtOnce holds the number of requests under way.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		c := client.New(client.Config{Base: base(t, "http://vendor.test"), Limits: client.Limits{AtOnce: 4},
			Transport: transport(func(*http.Request) (*http.Response, error) {
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(time.Second)
				now.Add(-1)
				return reply(200, `{}`), nil
			})})
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := c.Do(t.Context(), get("/x")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most.Load() != 4 {
			t.Errorf("%d requests under way at once, want 4", most.Load())
		}
	})
}

// TestTimeout holds that an answer that does not come is given up, and that
// the end of a run is told from that.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client.New(client.Config{Base: base(t, "http://vendor.test"), Limits: client.Limits{Timeout: 5 * time.Second},
			Transport: transport(func(req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, req.Context().Err()
			})})
		start := time.Now()
		_, err := c.Do(t.Context(), post("/x"))
		if e := failure(t, err); e.Outcome != client.Unknown || !strings.Contains(e.Message, "no answer within 5s") || time.Since(start) != 5*time.Second {
			t.Errorf("got %q after %s", e.Message, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = c.Do(ctx, post("/x"))
		if e := failure(t, err); e.Outcome != client.Unknown || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(e.Message, "cut short") {
			t.Errorf("got %q", e.Message)
		}
		_, err = c.Do(ctx, post("/x"))
		if e := failure(t, err); e.Outcome != client.NotSent {
			t.Errorf("a call that was not begun is %d, want NotSent", e.Outcome)
		}
	})
}

// TestBodyLimit holds that an answer that is too large is not read to its end.
func TestBodyLimit(t *testing.T) {
	sent := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		sent++
		for range 100 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	}))
	defer srv.Close()
	c := client.New(client.Config{Base: base(t, srv.URL), Limits: client.Limits{MaxBody: 1 << 20}})
	_, err := c.Do(t.Context(), get("/x"))
	if e := failure(t, err); !strings.Contains(e.Message, "larger than 1 MiB") || sent != 1 {
		t.Errorf("got %q after %d requests", e.Message, sent)
	}
}

// TestRedirects holds that reads follow redirects on their own host alone.
func TestRedirects(t *testing.T) {
	var asked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer other.Close()
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	defer srv.Close()
	mux.HandleFunc("/here", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) })
	mux.HandleFunc("/there", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true}`) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	c := client.New(client.Config{Base: base(t, srv.URL), Limits: client.Limits{Attempts: 1}})
	if _, err := c.Do(t.Context(), get("/here")); err != nil {
		t.Error(err)
	}
	for path, says := range map[string]string{"/away": "credentials are not sent there", "/round": "in circles"} {
		if _, err := c.Do(t.Context(), get(path)); !strings.Contains(failure(t, err).Message, says) {
			t.Errorf("%s: got %v, want %q", path, err, says)
		}
	}
	_, err := c.Do(t.Context(), post("/here"))
	if e := failure(t, err); e.Outcome != client.Refused || e.Status != 302 {
		t.Errorf("a redirected write: got %q", e.Message)
	}
	if asked.Load() > 0 {
		t.Error("the other host was asked")
	}
}

// TestAddresses holds where requests go, and where they never do.
func TestAddresses(t *testing.T) {
	var got string
	c := client.New(client.Config{Base: base(t, "https://vendor.test/api/v2?x=1"), Limits: client.Limits{Attempts: 1},
		Transport: transport(func(req *http.Request) (*http.Response, error) {
			got = req.URL.String()
			return reply(200, `{}`), nil
		})})
	for path, want := range map[string]string{
		"/orders":                         "https://vendor.test/api/v2/orders?x=1&q=a+b",
		"orders?y=2":                      "https://vendor.test/api/v2/orders?x=1&y=2&q=a+b",
		"/orders/a%2Fb%3Fc":               "https://vendor.test/api/v2/orders/a%2Fb%3Fc?x=1&q=a+b",
		"https://vendor.test/next?page=2": "https://vendor.test/next?page=2&q=a+b",
		"https://evil.test/":              "",
		"http://vendor.test/":             "",
		"//evil.test/":                    "",
		"/../admin":                       "",
		"/%2e%2e/admin":                   "",
		"/orders//lines":                  "",
		"%":                               "",
	} {
		got = ""
		r := get(path)
		r.Query = url.Values{"q": {"a b"}}
		_, err := c.Do(t.Context(), r)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s went to %q (%v), want %q", path, got, err, want)
		}
	}
}

// TestIdempotentWrites holds that a write which may be repeated is.
func TestIdempotentWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(*http.Request) (*http.Response, error){fails(reset), gives(200, `{"id":1}`)}}
		c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s})
		r := post("/x")
		r.Repeat = true
		a, err := c.Do(t.Context(), r)
		if err != nil || a.Value.Member("id").AsInt() != 1 || len(s.times) != 2 {
			t.Errorf("got %v, %v after %d requests", a, err, len(s.times))
		}
	})
}

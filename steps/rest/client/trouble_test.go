package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// TestStatuses holds what each status means for a read and for a write, by the
// usual rules and by others.
func TestStatuses(t *testing.T) {
	own := client.Rules{Retry: []client.Status{{409, 409}}, TurnedAway: []client.Status{{503, 503}}, Denied: []client.Status{{418, 418}}, Absent: []client.Status{{400, 400}}}
	for _, tt := range []struct {
		rules   client.Rules
		status  int
		outcome client.Outcome // 0 for none
		reads   int            // requests of a read, of two attempts
		writes  int
		absent  bool
	}{
		{client.Rules{}, 200, 0, 1, 1, false},
		{client.Rules{}, 299, 0, 1, 1, false},
		{client.Rules{}, 300, client.Refused, 1, 1, false},
		{client.Rules{}, 400, client.Refused, 1, 1, false},
		{client.Rules{}, 401, client.Denied, 1, 1, false},
		{client.Rules{}, 402, client.Refused, 1, 1, false},
		{client.Rules{}, 403, client.Denied, 1, 1, false},
		{client.Rules{}, 404, client.Refused, 1, 1, true},
		{client.Rules{}, 405, client.Refused, 1, 1, false},
		{client.Rules{}, 408, client.Unknown, 2, 1, false},
		{client.Rules{}, 409, client.Refused, 1, 1, false},
		{client.Rules{}, 410, client.Refused, 1, 1, true},
		{client.Rules{}, 411, client.Refused, 1, 1, false},
		{client.Rules{}, 428, client.Refused, 1, 1, false},
		{client.Rules{}, 429, client.TurnedAway, 8, 8, false},
		{client.Rules{}, 430, client.Refused, 1, 1, false},
		{client.Rules{}, 500, client.Unknown, 2, 1, false},
		{client.Rules{}, 599, client.Unknown, 2, 1, false},
		{own, 409, client.Unknown, 2, 1, false},
		{own, 429, client.Refused, 1, 1, false},
		{own, 500, client.Unknown, 1, 1, false},
		{own, 503, client.TurnedAway, 8, 8, false},
		{own, 418, client.Denied, 1, 1, false},
		{own, 401, client.Refused, 1, 1, false},
		{own, 400, client.Refused, 1, 1, true},
		{own, 404, client.Refused, 1, 1, false},
	} {
		for _, r := range []*client.Request{get("/x"), post("/x")} {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []func(*http.Request) (*http.Response, error){gives(tt.status, `{"why":1}`)}}
				c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s, Rules: tt.rules, Limits: client.Limits{Attempts: 2}})
				_, err := c.Do(t.Context(), r)
				if want := map[bool]int{true: tt.reads, false: tt.writes}[r.Repeat]; len(s.times) != want {
					t.Errorf("%s, %d: %d requests, want %d", r.Method, tt.status, len(s.times), want)
				}
				if err == nil {
					if tt.outcome != 0 {
						t.Errorf("%d: no error", tt.status)
					}
					return
				}
				if e := failure(t, err); e.Outcome != tt.outcome || e.Status != tt.status || c.IsAbsent(e) != tt.absent || e.Answer == nil || string(e.Answer.Body) != `{"why":1}` {
					t.Errorf("%s, %d: outcome %d, status %d, absent %t, answer %v", r.Method, tt.status, e.Outcome, e.Status, c.IsAbsent(e), e.Answer)
				}
			})
		}
	}
}

// TestJudged holds what becomes of an answer of success that a rule judges.
func TestJudged(t *testing.T) {
	for _, tt := range []struct {
		failed  bool
		err     error
		outcome client.Outcome
		says    string
	}{
		{false, nil, 0, ""},
		{true, nil, client.Refused, "GET /x: refused: no way"},
		{false, errors.New("no status"), client.Unknown, "GET /x: the answer could not be judged: no status"},
	} {
		s := &script{steps: []func(*http.Request) (*http.Response, error){gives(202, `{"message":"no way"}`)}}
		c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s})
		r := get("/x")
		r.Rules = &client.Rules{Failed: func(*client.Answer) (bool, error) { return tt.failed, tt.err }}
		_, err := c.Do(t.Context(), r)
		if err == nil && tt.outcome == 0 {
			continue
		}
		if e := failure(t, err); e.Outcome != tt.outcome || e.Message != tt.says || e.Status != 202 || e.Answer == nil || len(s.times) != 1 {
			t.Errorf("got %d, %q, %d, %v after %d requests; want %d, %q", e.Outcome, e.Message, e.Status, e.Answer, len(s.times), tt.outcome, tt.says)
		}
	}
}

// TestWordsOfVendors holds what is said of answers of every form.
func TestWordsOfVendors(t *testing.T) {
	long := strings.Repeat("ü", 501)
	for _, tt := range []struct {
		status     int
		body, kind string // the media type
		want       string
	}{
		{400, ``, "", "400 Bad Request"},
		{400, `{}`, "", "400 Bad Request"},
		{400, `{"a":null,"b":"c"}`, "", "400 Bad Request: b: c"},
		{400, `["a",["b",""]]`, "", "400 Bad Request: a; b"},
		{400, `"` + long[:1000] + `"`, "", "400 Bad Request: " + long[:1000]},
		{400, `"` + long + `"`, "", "400 Bad Request: " + long[:1000] + "…"},
		{400, `just so`, "text/html", "400 Bad Request: a web page"},
		{400, `<p>`, "", "400 Bad Request: a web page"},
		{599, `{}`, "", "599 (tried 2 times)"},
		{304, ``, "", "304 Not Modified, a redirect to "},
		{200, `{"a":}`, "application/json; charset=UTF-8", `the answer cannot be read: a: not valid JSON at byte 6: expected a value, got "}" (tried 2 times)`},
		{200, `{"a":}`, "application/json; charset=us-ascii", `the answer cannot be read: a: not valid JSON at byte 6: expected a value, got "}" (tried 2 times)`},
		{200, `{"a":}`, "application/json; charset", `the answer cannot be read: a: not valid JSON at byte 6: expected a value, got "}" (tried 2 times)`},
		{200, `so`, "text/html", "the answer is a web page, not JSON (tried 2 times)"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{steps: []func(*http.Request) (*http.Response, error){gives(tt.status, tt.body, "Content-Type", tt.kind)}}
			c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s, Limits: client.Limits{Attempts: 2}})
			_, err := c.Do(t.Context(), get("/x"))
			if e := failure(t, err); e.Message != "GET /x: "+tt.want || e.Status != tt.status {
				t.Errorf("%d %.20s: got %q, want %q", tt.status, tt.body, e.Message, "GET /x: "+tt.want)
			}
		})
	}
	c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: transport(gives(200, `hello`))})
	r := get("/x")
	r.Text = true
	if a, err := c.Do(t.Context(), r); err != nil || string(a.Body) != "hello" {
		t.Errorf("an answer that need not be JSON: %v, %v", a, err)
	}
}

// TestUntrusted holds that a vendor who cannot be trusted is sent nothing, and
// not asked again.
func TestUntrusted(t *testing.T) {
	for _, err := range []error{
		&tls.CertificateVerificationError{Err: errors.New("expired")}, tls.RecordHeaderError{Msg: "no TLS"}, x509.HostnameError{Host: "vendor.test", Certificate: &x509.Certificate{}},
	} {
		s := &script{steps: []func(*http.Request) (*http.Response, error){fails(err)}}
		c := client.New(client.Config{Base: base(t, "https://vendor.test"), Transport: s})
		_, got := c.Do(t.Context(), post("/x"))
		if e := failure(t, got); e.Outcome != client.NotSent || len(s.times) != 1 {
			t.Errorf("%T: outcome %d after %d requests", err, e.Outcome, len(s.times))
		}
	}
}

// TestEnds holds what is known of requests when the time for them is up, or the
// run is ending, wherever they are.
func TestEnds(t *testing.T) {
	hangs := func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }
	for _, tt := range []struct {
		name    string
		limits  client.Limits
		answer  func(*http.Request) (*http.Response, error)
		before  int // requests that go before
		outcome client.Outcome
		want    string
	}{
		{"under way", client.Limits{}, hangs, 0, client.Unknown, "POST /x: cut short: %s"},
		{"waiting for a turn", client.Limits{AtOnce: 1}, hangs, 1, client.NotSent, "POST /x: not sent: %s"},
		{"waiting for the bucket", client.Limits{Bucket: 2, Refill: 0.01}, gives(200, `{}`), 1, client.NotSent, "POST /x: not sent: %s"},
		{"waiting as it was asked to", client.Limits{}, gives(429, `{}`, "Retry-After", "60"), 0, client.TurnedAway, "POST /x: 429 Too Many Requests"},
		{"waiting as another was asked to", client.Limits{}, gives(429, `{}`, "Retry-After", "60"), 1, client.NotSent, "POST /x: not sent: %s"},
	} {
		for _, deadline := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: transport(tt.answer), Limits: tt.limits})
				ctx, cancel := context.WithCancel(t.Context())
				cause, words := context.Canceled, "the run is ending"
				if !deadline {
					time.AfterFunc(5*time.Second, cancel)
				} else {
					ctx, cancel = context.WithTimeout(t.Context(), 5*time.Second)
					cause, words = context.DeadlineExceeded, "the time for it is up"
				}
				defer cancel()
				for range tt.before {
					go func() { _, _ = c.Do(ctx, post("/first")) }()
				}
				synctest.Wait()
				_, err := c.Do(ctx, post("/x"))
				want := tt.want
				if strings.Contains(want, "%s") {
					want = fmt.Sprintf(want, words)
					if !errors.Is(err, cause) {
						t.Errorf("%s: %v is not %v", tt.name, err, cause)
					}
				}
				if e := failure(t, err); e.Outcome != tt.outcome || e.Message != want || e.Late {
					t.Errorf("%s: got %d, %q; want %d, %q", tt.name, e.Outcome, e.Message, tt.outcome, want)
				}
				cancel()
				synctest.Wait()
			})
		}
	}
}

// TestRetryAfter holds how long is waited for what a vendor says of it.
func TestRetryAfter(t *testing.T) {
	const backoff = 500 * time.Millisecond
	for says, want := range map[string][2]time.Duration{ // at least, at most
		"2":                             {2 * time.Second, 2200*time.Millisecond + 1},
		"2.5":                           {2500 * time.Millisecond, 2750*time.Millisecond + 1},
		"60":                            {time.Minute, 61*time.Second + 1},
		"0":                             {0, backoff},
		"-5":                            {0, backoff},
		"soon":                          {0, backoff},
		"Sat, 01 Jan 2000 00:00:10 GMT": {10 * time.Second, 11*time.Second + 1},
		"Fri, 31 Dec 1999 00:00:00 GMT": {0, backoff},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{steps: []func(*http.Request) (*http.Response, error){gives(429, `{}`, "Retry-After", says), gives(200, `{}`)}}
			c := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s})
			if _, err := c.Do(t.Context(), post("/x")); err != nil {
				t.Fatal(err)
			}
			if waited := s.times[1].Sub(s.times[0]); waited < want[0] || waited > want[1] {
				t.Errorf("%s: waited %s, want %v", says, waited, want)
			}
		})
	}
}

// TestNoAuth holds that a request which cannot be signed is not sent, and what
// the hashes give and do not.
func TestNoAuth(t *testing.T) {
	text := func(client.Signing) (string, error) { return "x", nil }
	headers := func(s client.Signing) (http.Header, error) { return http.Header{"X": {s.Signature}}, nil }
	bad := errors.New("no clock")
	for name, a := range map[string]*client.HMAC{
		`unknown hash "md5"`:       {Hash: "md5", Encoding: "hex", Text: text, Headers: headers},
		`unknown encoding "rot13"`: {Hash: "sha512", Encoding: "rot13", Text: text, Headers: headers},
		`no clock`:                 {Hash: "sha1", Encoding: "hex", Text: func(client.Signing) (string, error) { return "", bad }, Headers: headers},
		`no clock `:                {Hash: "sha1", Encoding: "hex", Text: text, Headers: func(client.Signing) (http.Header, error) { return nil, bad }},
	} {
		s := &script{steps: []func(*http.Request) (*http.Response, error){gives(200, `{}`)}}
		_, err := client.New(client.Config{Base: base(t, "http://vendor.test"), Transport: s, Auth: client.Every{a}}).Do(t.Context(), get("/x"))
		if e := failure(t, err); e.Outcome != client.NotSent || e.Message != "GET /x: could not be signed: "+strings.TrimSpace(name) || len(s.times) > 0 {
			t.Errorf("%s: got %d, %q after %d requests", name, e.Outcome, e.Message, len(s.times))
		}
	}
	const want = "b42af09057bac1e2d41708e48a902e09b5ff7f12ab428a4fe86653c73dd248fb82f948a549f7b791a5b41915ee4d1ec3935357e4e2317250d0372afa2ebeeb3a"
	if got, err := client.Sum("sha512", "hex", []byte("key"), "The quick brown fox jumps over the lazy dog"); err != nil || got != want {
		t.Errorf("sha512 gave %s, %v", got, err)
	}
}

// TestTokens holds what answers give a token, for how long, and what is done
// about one that is declined.
func TestTokens(t *testing.T) {
	for _, tt := range []struct {
		token   string // what is answered for one
		status  int    // of the vendor's answers
		after   time.Duration
		fetched int // for two calls, the second after a time
		err     string
	}{
		{`{"access_token":"tok-1"}`, 200, 1000 * time.Hour, 1, ""},
		{`{"access_token":"tok-1","expires_in":0}`, 200, 1000 * time.Hour, 1, ""},
		{`{"access_token":"tok-1","expires_in":"soon"}`, 200, 1000 * time.Hour, 1, ""},
		{`{"access_token":"tok-1","expires_in":3600}`, 200, 3539 * time.Second, 1, ""},
		{`{"access_token":"tok-1","expires_in":3600}`, 200, 3540 * time.Second, 2, ""},
		{`{"token":"tok-1"}`, 200, 0, 2, "no access token: the answer has no access_token"},
		{`{"access_token":"tok-1"}`, 401, 0, 3, "GET /x: 401 Unauthorized (tried 2 times)"},
		{`{"access_token":"tok-1"}`, 403, 0, 1, "GET /x: 403 Forbidden"},
	} {
		synctest.Test(t, func(t *testing.T) {
			fetched := 0
			cfg := client.Config{Base: base(t, "http://vendor.test"), Redact: secret.New(), Header: http.Header{"X-Vendor": {"1"}}, Transport: transport(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path != "/token" {
					if got := r.Header.Get("Authorization"); got != "Bearer tok-1" {
						t.Errorf("asked with %q", got)
					}
					return reply(tt.status, `{}`), nil
				}
				if r.Header.Get("X-Vendor") != "" {
					t.Error("the vendor's headers went to who gives the tokens")
				}
				fetched++
				return reply(200, tt.token), nil
			})}
			var err error
			if cfg.Auth, err = client.NewOAuth(&client.OAuth{TokenURL: "http://login.test/token", Form: url.Values{}}, cfg); err != nil {
				t.Fatal(err)
			}
			cfg.Auth = client.Every{&client.Fixed{}, cfg.Auth}
			c := client.New(cfg)
			for range 2 {
				_, err = c.Do(t.Context(), get("/x"))
				if (err == nil) != (tt.err == "") || err != nil && !strings.HasSuffix(err.Error(), tt.err) {
					t.Errorf("%s, %d: %v, want %q", tt.token, tt.status, err, tt.err)
				}
				time.Sleep(tt.after)
			}
			if fetched != tt.fetched {
				t.Errorf("%s, %d, after %s: %d tokens, want %d", tt.token, tt.status, tt.after, fetched, tt.fetched)
			}
		})
	}
}

// TestAddressesThatAreGiven holds where an address that the vendor gives leads,
// and that parts of a path which are missing are noticed.
func TestAddressesThatAreGiven(t *testing.T) {
	var got *http.Request
	c := client.New(client.Config{Base: base(t, "https://vendor.test/api/v2?x=1"), Transport: transport(func(r *http.Request) (*http.Response, error) {
		got = r
		return reply(200, `{}`), nil
	})})
	for path, want := range map[string]string{
		"/api/v2/rows?p=2":           "https://vendor.test/api/v2/rows?p=2",
		"/rows?p=2":                  "https://vendor.test/api/v2/rows?x=1&p=2",
		"https://VENDOR.test/z#here": "https://VENDOR.test/z",
		"//vendor.test/z":            "",
		"mailto:me":                  "",
		"/./rows":                    "",
		"//rows":                     "",
		"///rows":                    "",
	} {
		got = nil
		r := get(path)
		r.Given = true
		_, err := c.Do(t.Context(), r)
		address := ""
		if got != nil {
			address = got.URL.String()
		}
		if address != want || want == "" && (failure(t, err).Outcome != client.Refused || !strings.HasPrefix(err.Error(), "GET "+path+": ")) {
			t.Errorf("%s went to %q (%v), want %q", path, address, err, want)
		}
	}
	if got = nil; true {
		_, _ = c.Do(t.Context(), get("/rows"))
	}
	if h := got.Header; h.Get("Accept") != "application/json" || h.Get("User-Agent") != "sluice" || h.Get("Content-Type") != "" {
		t.Errorf("asked with %v", h)
	}
	r := get("/rows?p=%zz")
	r.Query = url.Values{"q": {"1"}}
	if err := c.Said(r, errors.New("odd")); err.Error() != "GET /api/v2/rows?x=1&p=%zz&q=1: odd" {
		t.Error(err)
	}
	if err := c.Said(get("%"), context.Canceled); err.Error() != "GET %: context canceled" || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

package client_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// TestSecretsNeverShow sends a request into every kind of trouble and looks for
// the secrets in all that is said about it.
func TestSecretsNeverShow(t *testing.T) {
	const token, key = "tok+en/SECRET", "header SECRET"
	forms := []string{"SECRET", url.QueryEscape(token), url.PathEscape(key)}
	echo := `{"error":"token ` + token + ` is not ` + key + `"}`
	for name, answer := range map[string]func(*http.Request) (*http.Response, error){
		"echo 401":      gives(401, echo),
		"echo 422":      gives(422, echo),
		"echo 500":      gives(500, echo),
		"echo text":     gives(400, "no "+token),
		"echo html":     gives(200, "<title>"+key+"</title>"),
		"bad json":      gives(200, token),
		"redirect":      gives(302, "", "Location", "http://other.test/?token="+url.QueryEscape(token)),
		"redirect 308":  gives(308, "", "Location", "/x?token="+url.QueryEscape(token)),
		"reset":         fails(reset),
		"refused":       fails(refused),
		"long redirect": gives(302, "", "Location", "https://vendor.test/x?token="+url.QueryEscape(token)),
	} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(name+" "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var log bytes.Buffer
					s := &script{steps: []func(*http.Request) (*http.Response, error){answer}}
					c := client.New(client.Config{
						Base: base(t, "https://vendor.test"), Transport: s, Limits: client.Limits{Attempts: 2},
						Redact: secret.New(token, key),
						Auth:   &client.Fixed{Query: url.Values{"token": {token}}, Header: map[string]string{"X-Key": key}},
						Log:    slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
					})
					r := get("/x/" + url.PathEscape(token))
					r.Method = method
					_, err := c.Do(t.Context(), r)
					said := fmt.Sprintf("%v %+v %s", err, err, log.String())
					for e := err; e != nil; {
						u, ok := e.(interface{ Unwrap() error })
						if !ok {
							break
						}
						if e = u.Unwrap(); e != nil {
							said += e.Error()
						}
					}
					for _, f := range forms {
						if strings.Contains(said, f) {
							t.Errorf("%q shows in: %s", f, said)
						}
					}
				})
			})
		}
	}
}

// TestFixed holds headers and query parameters of fixed credentials.
func TestFixed(t *testing.T) {
	var got *http.Request
	header, _ := client.Basic("me", "pass:word")
	c := client.New(client.Config{
		Base: base(t, "https://vendor.test"), Header: http.Header{"Accept": {"application/xml"}},
		Auth: client.Every{&client.Fixed{Query: url.Values{"token": {"a&b"}}, Header: map[string]string{"Authorization": header}}},
		Transport: transport(func(req *http.Request) (*http.Response, error) {
			got = req
			return reply(200, ``), nil
		}),
	})
	if _, err := c.Do(t.Context(), get("/x?page=2")); err != nil {
		t.Fatal(err)
	}
	user, password, _ := got.BasicAuth()
	if got.URL.RawQuery != "page=2&token=a%26b" || user != "me" || password != "pass:word" || got.Header.Get("Accept") != "application/xml" {
		t.Errorf("got %s, %v", got.URL, got.Header)
	}
}

// TestHMAC holds what is signed and sent, and the hashes by published cases.
func TestHMAC(t *testing.T) {
	var got http.Header
	c := client.New(client.Config{
		Base: base(t, "https://vendor.test/api"),
		Auth: &client.HMAC{
			Hash: "sha256", Encoding: "hex", Key: []byte("key"),
			Text: func(s client.Signing) (string, error) { return s.Method + "\n" + s.Path + "\n" + s.Body, nil },
			Headers: func(s client.Signing) (http.Header, error) {
				return http.Header{"X-Signature": {s.Signature}}, nil
			},
		},
		Transport: transport(func(req *http.Request) (*http.Response, error) {
			got = req.Header
			return reply(200, ``), nil
		}),
	})
	if _, err := c.Do(t.Context(), post("/x")); err != nil {
		t.Fatal(err)
	}
	want, err := client.Sum("sha256", "hex", []byte("key"), "POST\n/api/x\n{}")
	if err != nil || got.Get("X-Signature") != want {
		t.Errorf("signature %q, %v", got.Get("X-Signature"), err)
	}
	for _, tt := range []struct{ hash, encoding, want string }{
		// RFC 4231, test case 2, and RFC 2202, test case 2.
		{"sha256", "hex", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"sha1", "hex", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
		{"sha256", "base64", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="},
	} {
		if got, err := client.Sum(tt.hash, tt.encoding, []byte("Jefe"), "what do ya want for nothing?"); err != nil || got != tt.want {
			t.Errorf("%s %s: %q, %v", tt.hash, tt.encoding, got, err)
		}
	}
}

// tokens is a vendor with OAuth: its tokens last a minute and a half.
type tokens struct {
	mu      sync.Mutex
	fetched []url.Values
	auth    []string
	current string
	expires time.Time
	revoked bool
}

func (v *tokens) RoundTrip(req *http.Request) (*http.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if req.URL.Host == "login.test" {
		body := make([]byte, req.ContentLength)
		if _, err := req.Body.Read(body); err != nil && len(body) == 0 {
			return nil, err
		}
		form, _ := url.ParseQuery(string(body))
		v.fetched, v.auth = append(v.fetched, form), append(v.auth, req.Header.Get("Authorization"))
		v.current = fmt.Sprintf("SECRET-%d", len(v.fetched))
		v.expires = time.Now().Add(90 * time.Second)
		return reply(200, fmt.Sprintf(`{"access_token":%q,"expires_in":90,"refresh_token":"next-SECRET"}`, v.current)), nil
	}
	if v.revoked || req.Header.Get("Authorization") != "Bearer "+v.current || time.Now().After(v.expires) {
		v.revoked = false
		return reply(401, `{"error":"token `+v.current+`"}`), nil
	}
	return reply(200, `{}`), nil
}

// TestOAuth holds that tokens are fetched once for all, again before they run
// out, and again after a 401.
func TestOAuth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &tokens{}
		redact := secret.New("client-SECRET", "refresh-SECRET")
		cfg := client.Config{Base: base(t, "https://vendor.test"), Transport: v, Redact: redact}
		var err error
		cfg.Auth, err = client.NewOAuth(&client.OAuth{
			TokenURL: "https://login.test/token", Basic: true,
			Form: url.Values{"grant_type": {"refresh_token"}, "client_id": {"me"}, "client_secret": {"client-SECRET"}, "refresh_token": {"refresh-SECRET"}},
		}, cfg)
		if err != nil {
			t.Fatal(err)
		}
		c := client.New(cfg)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := c.Do(t.Context(), get("/x")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(v.fetched) != 1 {
			t.Fatalf("fetched %d tokens, want 1", len(v.fetched))
		}
		time.Sleep(45 * time.Second) // less than a minute is left
		if _, err := c.Do(t.Context(), get("/x")); err != nil || len(v.fetched) != 2 {
			t.Errorf("%v, fetched %d tokens, want 2", err, len(v.fetched))
		}
		v.revoked = true
		if _, err := c.Do(t.Context(), post("/x")); err != nil || len(v.fetched) != 3 {
			t.Errorf("%v, fetched %d tokens, want 3", err, len(v.fetched))
		}
		if f := v.fetched[1]; f.Get("refresh_token") != "next-SECRET" || f.Has("client_secret") {
			t.Errorf("the second token was asked for with %v", f)
		}
		if want := "Basic " + base64.StdEncoding.EncodeToString([]byte("me:client-SECRET")); v.auth[0] != want {
			t.Errorf("asked with %q", v.auth[0])
		}
		if got := redact.Text(v.current + " next-SECRET"); strings.Contains(got, "SECRET") {
			t.Errorf("tokens show: %s", got)
		}
	})
}

// TestOAuthDenied holds that wrong client credentials are fatal, and that a
// token that could not be had leaves the call unsent.
func TestOAuthDenied(t *testing.T) {
	for status, want := range map[int]client.Outcome{400: client.Denied, 401: client.Denied, 500: client.NotSent} {
		synctest.Test(t, func(t *testing.T) {
			var calls, asked atomic.Int32
			cfg := client.Config{Base: base(t, "https://vendor.test"), Transport: transport(func(req *http.Request) (*http.Response, error) {
				if req.URL.Host != "login.test" {
					calls.Add(1)
				} else {
					asked.Add(1)
				}
				return reply(status, `{"error_description":"no"}`), nil
			})}
			a, err := client.NewOAuth(&client.OAuth{TokenURL: "https://login.test/token", Form: url.Values{}}, cfg)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Auth = a
			_, err = client.New(cfg).Do(t.Context(), post("/x"))
			if e := failure(t, err); e.Outcome != want || calls.Load() > 0 || !strings.Contains(e.Message, "no access token") {
				t.Errorf("%d: outcome %d, %q, %d calls", status, e.Outcome, e.Message, calls.Load())
			}
			if n := asked.Load(); n > 5 {
				t.Errorf("%d: asked %d times for a token, want no more than a request is tried", status, n)
			}
		})
	}
}

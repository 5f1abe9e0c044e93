package call_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/rest"
)

// dial opens a connection of a connector file.
func dial(t *testing.T, file string, transport http.RoundTripper, settings ...string) *steptest.Account {
	t.Helper()
	return steptest.Dial(t, steptest.Connector(t, rest.Engine{}, file), transport, settings...)
}

// authFile is a connector with some way of authentication.
func authFile(auth string) string {
	return `
connector: shop
summary: A shop.
fields: {user: {type: text, required: false}, secret: {type: text, secret: true, required: false}, region: {type: text, default: eu}}
base_url: https://{{ region }}.shop.test/v1
headers: {X-Region: "${ region }"}
auth: ` + auth + `
shapes: {row: {id: int}}
reads: {rows: {record: row, key: id, get: /rows, query: {q: "a b", none: "${ user }"}}}
writes: {row: {takes: row, post: /rows, idempotent: true}}
`
}

// TestAuth holds what the kinds of authentication send.
func TestAuth(t *testing.T) {
	tests := []struct {
		auth  string
		check func(r *http.Request) string
	}{
		{`{query: {token: "${ secret }"}}`, func(r *http.Request) string { return r.URL.Query().Get("token") }},
		{`{header: {x-key: "${ secret }"}}`, func(r *http.Request) string { return r.Header.Get("X-Key") }},
		{`{header: {Authorization: "Token {{ secret }}"}}`, func(r *http.Request) string { return strings.TrimPrefix(r.Header.Get("Authorization"), "Token ") }},
		{`{bearer: "${ secret }"}`, func(r *http.Request) string { return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") }},
		{`{basic: {user: "${ region }", password: "${ secret }"}}`, func(r *http.Request) string {
			if user, password, _ := r.BasicAuth(); user == "eu" {
				return password
			}
			return ""
		}},
		{`{basic: {user: "${ secret }"}}`, func(r *http.Request) string {
			user, password, _ := r.BasicAuth()
			return user + password
		}},
	}
	for _, tt := range tests {
		t.Run(tt.auth, func(t *testing.T) {
			var got, region, query string
			v := &steptest.Vendor{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got, region, query = tt.check(r), r.Header.Get("X-Region"), r.URL.RawQuery
				http.Error(w, `{"error":"`+got+` is no good"}`, http.StatusForbidden)
			})}
			a := dial(t, authFile(tt.auth), v, "secret", "s3cr+t&x")
			_, err := a.Pages("rows", step.Query{})
			if got != "s3cr+t&x" || region != "eu" || !strings.HasPrefix(query, "q=a+b") || strings.Contains(query, "none") {
				t.Errorf("sent %q, region %q, query %q", got, region, query)
			}
			if said := fmt.Sprint(err) + a.Log.String(); strings.Contains(said, "s3cr") || !strings.Contains(said, "*** is no good") {
				t.Errorf("said %s", said)
			}
		})
	}
}

// TestSignedRequests holds what a signature is made over, computed here from
// what arrived.
func TestSignedRequests(t *testing.T) {
	auth := `
  hmac:
    key: ${ secret }
    sign: "{{ method }}|{{ path }}|{{ query }}|{{ body }}|{{ time|date('U') }}"
    headers: {X-Signature: "v1={{ signature }}", X-Time: "{{ time|date('U') }}"}`
	v := &steptest.Vendor{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		m := hmac.New(sha256.New, []byte("SECRET"))
		fmt.Fprintf(m, "%s|%s|%s|%s|%s", r.Method, r.URL.EscapedPath(), r.URL.RawQuery, body, r.Header.Get("X-Time"))
		if want := "v1=" + hex.EncodeToString(m.Sum(nil)); r.Header.Get("X-Signature") != want {
			http.Error(w, `{"error":"signature"}`, http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `[]`)
	})}
	a := dial(t, authFile(auth), v, "secret", "SECRET")
	if _, err := a.Pages("rows", step.Query{}); err != nil {
		t.Error(err)
	}
	if r := a.Write("row", step.Create, `{"id":1}`); r.State != step.Sent {
		t.Errorf("%+v", r)
	}
}

// TestOAuthConnector holds that a token is fetched as the description says,
// also in a dry run, and that its secrets stay secret.
func TestOAuthConnector(t *testing.T) {
	auth := `
  oauth2:
    token_url: https://login.test/{{ region }}/token
    client_id: ${ user }
    client_secret: ${ secret }
    scope: orders
    form: {audience: "https://{{ region }}.shop.test"}`
	synctest.Test(t, func(t *testing.T) {
		v := &steptest.Vendor{}
		v.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Host == "login.test" {
				if err := r.ParseForm(); err != nil || r.URL.Path != "/eu/token" || r.PostForm.Encode() !=
					"audience=https%3A%2F%2Feu.shop.test&client_id=me&client_secret=SECRET&grant_type=client_credentials&scope=orders" {
					t.Errorf("asked %s with %s", r.URL, r.PostForm.Encode())
				}
				fmt.Fprint(w, `{"access_token":"TOKEN-SECRET","expires_in":"3600"}`)
				return
			}
			http.Error(w, `{"error":"`+r.Header.Get("Authorization")+`"}`, http.StatusForbidden)
		})
		v.Before = func(r *http.Request) error {
			if r.Method != http.MethodGet && !step.IsRead(r.Context()) {
				return fmt.Errorf("%s is no read", r.URL)
			}
			return nil
		}
		a := dial(t, authFile(auth), v, "user", "me", "secret", "SECRET")
		_, err := a.Pages("rows", step.Query{})
		if said := fmt.Sprint(err) + a.Log.String(); strings.Contains(said, "SECRET") || !strings.Contains(said, "Bearer ***") {
			t.Errorf("said %s", said)
		}
	})
}

// TestBaseURLOverride holds that a connection's own address takes the place of
// the vendor's, and that one which cannot be is refused without showing it.
func TestBaseURLOverride(t *testing.T) {
	v := &steptest.Vendor{Handler: steptest.Answer(200, `[]`)}
	l := steptest.Connector(t, rest.Engine{}, authFile(`{bearer: "${ secret }"}`))
	a := steptest.Dial(t, l, v, "base_url", "http://127.0.0.1:8080/api")
	if _, err := a.Pages("rows", step.Query{}); err != nil || v.Requests[0] != "GET /api/rows?q=a+b" {
		t.Errorf("asked %v, %v", v.Requests, err)
	}
	a = steptest.Dial(t, l, v)
	if _, err := a.Pages("rows", step.Query{}); err != nil || v.Requests[1] != "GET /v1/rows?q=a+b" {
		t.Errorf("asked %v, %v", v.Requests, err)
	}
}

package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/item"
)

// OAuth is an Auth by access tokens that are fetched with the client's own
// credentials, or with a refresh token, and fetched anew before they run out.
type OAuth struct {
	// TokenURL is where tokens are had.
	TokenURL string
	// Form is what is sent for one: grant_type, client_id and the like.
	Form url.Values
	// Basic sends client_id and client_secret as basic authentication.
	Basic bool
	// Prefix stands before the token in the Authorization header; "Bearer" if
	// empty.
	Prefix string

	client *Client // talks to the token's host

	mu      sync.Mutex
	token   string
	expires time.Time // zero when the vendor did not say
}

// NewOAuth returns an OAuth that fetches its tokens through a client made from
// cfg; its Base and Auth are not used.
func NewOAuth(a *OAuth, cfg Config) (*OAuth, error) {
	base, err := url.Parse(a.TokenURL)
	if err != nil {
		return nil, plain(err)
	}
	cfg.Base = base
	cfg.Auth, cfg.Header, cfg.Rules = nil, nil, Rules{}
	cfg.Limits = Limits{AtOnce: 1, Timeout: cfg.Limits.Timeout}
	a.client = New(cfg)
	return a, nil
}

// Sign adds the access token, having fetched one if need be.
func (a *OAuth) Sign(req *http.Request, _ []byte) error {
	token, err := a.current(req.Context())
	if err != nil {
		return err
	}
	prefix := a.Prefix
	if prefix == "" {
		prefix = "Bearer"
	}
	req.Header.Set("Authorization", prefix+" "+token)
	return nil
}

// Renew forgets the access token.
func (a *OAuth) Renew() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.token = ""
	return true
}

func (a *OAuth) current(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	const early = time.Minute
	if a.token != "" && (a.expires.IsZero() || time.Until(a.expires) > early) {
		return a.token, nil
	}
	if mark := a.client.cfg.MarkRead; mark != nil {
		ctx = mark(ctx) // fetching a token changes nothing that a dry run guards
	}
	answer, err := a.client.Do(ctx, a.request())
	if err != nil {
		e := asError(err)
		e.Message = "no access token: " + e.Message
		e.repeat = false // the token was asked for as often as that may help
		if e.Outcome == Refused {
			e.Outcome = Denied
		}
		if e.Outcome == Unknown {
			e.Outcome = NotSent // the call that needs the token was not made
		}
		return "", e
	}
	return a.take(answer)
}

func (a *OAuth) request() *Request {
	form := url.Values{}
	for k, v := range a.Form {
		form[k] = v
	}
	r := &Request{
		Method: http.MethodPost, Path: a.TokenURL, Repeat: true,
		Type: "application/x-www-form-urlencoded", Header: http.Header{},
	}
	if a.Basic {
		header, encoded := Basic(url.QueryEscape(form.Get("client_id")), url.QueryEscape(form.Get("client_secret")))
		a.client.cfg.Redact.Add(encoded)
		r.Header.Set("Authorization", header)
		form.Del("client_id")
		form.Del("client_secret")
	}
	r.Body = []byte(form.Encode())
	return r
}

// take keeps the tokens of an answer. A refresh token that is replaced is kept
// for as long as the process lives.
func (a *OAuth) take(answer *Answer) (string, error) {
	token := answer.Value.Member("access_token").String()
	if token == "" {
		return "", &Error{Outcome: Denied, Status: answer.Status, Message: "no access token: the answer has no access_token"}
	}
	a.client.cfg.Redact.Add(token)
	a.token, a.expires = token, time.Time{}
	if in, err := item.Convert(answer.Value.Member("expires_in"), item.TypeInt); err == nil && in.AsInt() > 0 {
		a.expires = time.Now().Add(time.Duration(in.AsInt()) * time.Second)
	}
	if next := answer.Value.Member("refresh_token").String(); next != "" && a.Form.Has("refresh_token") {
		if next != a.Form.Get("refresh_token") {
			a.client.cfg.Redact.Add(next)
			a.client.cfg.Log.Warn("the vendor replaced the refresh token; the new one is not stored",
				"expires_in", strconv.Itoa(int(answer.Value.Member("expires_in").AsInt())))
		}
		a.Form.Set("refresh_token", next)
	}
	return token, nil
}

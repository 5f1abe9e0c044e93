package client

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"time"
)

// Auth shows the vendor who is asking.
type Auth interface {
	// Sign adds the credentials to a request that is complete but for them. It
	// is called for every attempt.
	Sign(req *http.Request, body []byte) error
}

// Renewer is an Auth whose credentials run out.
type Renewer interface {
	// Renew is called when the vendor answers 401. It reports whether the next
	// attempt will have new credentials.
	Renew() bool
}

// Fixed is an Auth by headers and query parameters that never change: API keys,
// bearer tokens and basic authentication are all of this kind.
type Fixed struct {
	Header map[string]string
	Query  url.Values
}

// Basic returns the header of basic authentication and the form of the
// credentials in it, which is a secret too.
func Basic(user, password string) (header, encoded string) {
	encoded = base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	return "Basic " + encoded, encoded
}

// Sign adds headers and parameters.
func (a *Fixed) Sign(req *http.Request, _ []byte) error {
	for name, value := range a.Header {
		req.Header.Set(name, value)
	}
	if len(a.Query) > 0 {
		req.URL.RawQuery = joinQuery(req.URL.RawQuery, a.Query.Encode())
	}
	return nil
}

// HMAC is an Auth that signs each request with a shared key.
type HMAC struct {
	// Hash is sha1, sha256 or sha512; Encoding is hex or base64.
	Hash, Encoding string
	Key            []byte
	// Text makes what is signed, Headers what is sent; the signature is known to
	// the latter alone.
	Text    func(s Signing) (string, error)
	Headers func(s Signing) (http.Header, error)
}

// Signing is what a signature is made of.
type Signing struct {
	Method, Path, Query, Body string
	// Time is when the request is signed.
	Time time.Time
	// Signature is set for the headers.
	Signature string
}

// Sign adds the signature.
func (a *HMAC) Sign(req *http.Request, body []byte) error {
	s := Signing{
		Method: req.Method, Path: req.URL.EscapedPath(), Query: req.URL.RawQuery,
		Body: string(body), Time: time.Now().UTC(),
	}
	text, err := a.Text(s)
	if err != nil {
		return err
	}
	if s.Signature, err = Sum(a.Hash, a.Encoding, a.Key, text); err != nil {
		return err
	}
	h, err := a.Headers(s)
	if err != nil {
		return err
	}
	for name, values := range h {
		req.Header[name] = values
	}
	return nil
}

// Sum returns the keyed hash of a text.
func Sum(name, encoding string, key []byte, text string) (string, error) {
	var h func() hash.Hash
	switch name {
	case "sha1":
		h = sha1.New
	case "sha256":
		h = sha256.New
	case "sha512":
		h = sha512.New
	default:
		return "", fmt.Errorf("unknown hash %q", name)
	}
	m := hmac.New(h, key)
	m.Write([]byte(text))
	switch encoding {
	case "hex":
		return hex.EncodeToString(m.Sum(nil)), nil
	case "base64":
		return base64.StdEncoding.EncodeToString(m.Sum(nil)), nil
	}
	return "", fmt.Errorf("unknown encoding %q", encoding)
}

// asError makes an *Error of what went wrong before a request was sent.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Outcome: NotSent, Message: "could not be signed: " + err.Error()}
}

// Every is several kinds of Auth together.
type Every []Auth

// Sign lets each add its part.
func (a Every) Sign(req *http.Request, body []byte) error {
	for _, one := range a {
		if err := one.Sign(req, body); err != nil {
			return err
		}
	}
	return nil
}

// Renew reports whether one of them has new credentials.
func (a Every) Renew() bool {
	renewed := false
	for _, one := range a {
		if r, ok := one.(Renewer); ok {
			renewed = r.Renew() || renewed
		}
	}
	return renewed
}

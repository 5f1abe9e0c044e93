package client

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"
)

// Outcome is what is known about a call that failed: whether the vendor acted
// on it.
type Outcome uint8

// The outcomes.
const (
	// NotSent calls did not reach the vendor.
	NotSent Outcome = iota + 1
	// TurnedAway calls reached it and were put off: too many requests.
	TurnedAway
	// Refused calls were understood and declined.
	Refused
	// Denied calls were declined because of who sent them; others will be too.
	Denied
	// Unknown calls may have been acted on or not.
	Unknown
)

// Error is why a call failed. It holds no secret.
type Error struct {
	Outcome Outcome
	// Message names the call and says what happened.
	Message string
	// Status is the HTTP status; 0 without an answer.
	Status int
	// Wait is how long the vendor asked to wait; 0 when it did not say.
	Wait time.Duration
	// Answer is the vendor's answer, if it was JSON.
	Answer *Answer
	// Late is set when no answer came in time: the vendor may still be at it.
	Late bool

	// repeat tells that another attempt may fare better.
	repeat bool
	cause  error
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the context's error when the call was cut short by it.
func (e *Error) Unwrap() error { return e.cause }

// contextCause returns the error of a context that err is about, or nil: all
// else that err wraps could hold a secret.
func contextCause(err error) error {
	for _, c := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, c) {
			return c
		}
	}
	return nil
}

// never reports whether a request that failed with err certainly did not leave:
// there was no connection, or none that could be trusted.
func never(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, dns := errors.AsType[*net.DNSError](err)
	return dns || untrusted(err)
}

// plain returns what went wrong without the method and URL that url.Error puts
// in front, because messages name the call themselves.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Said returns an error about the answer to r: the call in front, no secret in
// it.
func (c *Client) Said(r *Request, err error) error {
	name := r.Method + " " + r.Path
	if u, bad := c.url(r); bad == nil {
		name = r.Method + " " + shown(u)
	}
	return &Error{Outcome: Unknown, Message: c.cfg.Redact.Text(name + ": " + err.Error()), cause: contextCause(err)}
}

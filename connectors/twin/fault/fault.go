// Package fault describes what can go wrong between a program and a vendor,
// and decides which requests it happens to. The decision depends on the seed
// and on the number of the request alone, so a run can be repeated.
package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is a way to fail.
type Kind string

// The kinds of faults. Kinds explains each.
const (
	RateLimit    Kind = "rate_limit"
	ServerError  Kind = "server_error"
	Refuse       Kind = "refuse"
	ExpiredToken Kind = "expired_token"
	ReadOnly     Kind = "read_only"
	StatusError  Kind = "status_error"
	HTML         Kind = "html"
	Slow         Kind = "slow"
	Reset        Kind = "reset"
	LoseAnswer   Kind = "lose_answer"
	HalfBody     Kind = "half_body"
	ChangedShape Kind = "changed_shape"
	Duplicates   Kind = "duplicates"
	NewOrders    Kind = "new_orders"
	LateOrders   Kind = "late_orders"
)

// Fault is something that goes wrong, and the requests it happens to.
type Fault struct {
	Kind     Kind
	When     When
	Requests Pattern

	// Status is the HTTP status of the answer.
	Status int
	// Delay is how long an answer is held back.
	Delay time.Duration
	// ApplyLast makes a slow request be applied after the delay, not before it.
	ApplyLast bool
	// RetryAfter is the number of seconds that a 429 asks to wait.
	RetryAfter int
	// Message is the text of a refusal.
	Message string
	// Rows is how many rows are repeated, or how many orders appear.
	Rows int
	// Age is how long ago late orders were placed.
	Age time.Duration
	// Member, To and As say what is changed in the answer's shape: the member's
	// name becomes To, or its value becomes As. Without a Member the whole
	// answer moves into a member called data.
	Member, To, As string
}

// When says which of the matching requests a fault happens to; the zero When
// is all of them.
type When struct {
	// Nth lists numbers of requests, counted from 1.
	Nth []Span
	// Every is the n of every n-th request.
	Every int
	// Chance is the share of requests, from 0 to 1.
	Chance float64
}

// Span is a run of request numbers, both ends included; To 0 has no end.
type Span struct{ From, To int }

// Pattern says which requests a fault may happen to. The zero Pattern leaves
// it to the kind.
type Pattern struct {
	// Method is upper case; empty is any.
	Method string
	// Path is below the vendor's version. A part * stands for any one part, a
	// last part ** for any number of them. Empty is any.
	Path string
}

// Matches reports whether a request with this method and path is meant.
func (p Pattern) Matches(method, path string) bool {
	if p.Method != "" && p.Method != method {
		return false
	}
	if p.Path == "" {
		return true
	}
	want, got := parts(p.Path), parts(path)
	for i, w := range want {
		if w == "**" && i == len(want)-1 {
			return true
		}
		if i >= len(got) || w != "*" && w != got[i] {
			return false
		}
	}
	return len(want) == len(got)
}

func parts(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// includes reports whether the n-th matching request is one of those meant.
// draw gives a number from 0 to 1 for a chance.
func (w When) includes(n int, draw func() float64) bool {
	switch {
	case len(w.Nth) > 0:
		return slices.ContainsFunc(w.Nth, func(s Span) bool {
			return n >= s.From && (s.To == 0 || n <= s.To)
		})
	case w.Every > 0:
		return n%w.Every == 0
	case w.Chance > 0:
		return draw() < w.Chance
	}
	return true
}

// String writes the fault in the form that Parse reads.
func (f Fault) String() string {
	s := string(f.Kind)
	if o := f.options(); len(o) > 0 {
		s += ":" + strings.Join(o, ",")
	}
	if f.Requests != (Pattern{}) {
		path := f.Requests.Path
		if path == "" {
			path = "/**"
		}
		s += ":" + f.Requests.Method + path
	}
	return s
}

func (f Fault) options() []string {
	var out []string
	add := func(name string, set bool, value any) {
		if set {
			out = append(out, fmt.Sprintf("%s=%v", name, value))
		}
	}
	add("nth", len(f.When.Nth) > 0, spans(f.When.Nth))
	add("every", f.When.Every > 0, f.When.Every)
	add("chance", f.When.Chance > 0, strconv.FormatFloat(f.When.Chance, 'g', -1, 64))
	add("status", f.Status > 0, f.Status)
	add("delay", f.Delay > 0, f.Delay)
	add("apply", f.ApplyLast, "last")
	add("retry_after", f.RetryAfter > 0, f.RetryAfter)
	add("rows", f.Rows > 0, f.Rows)
	add("age", f.Age > 0, f.Age)
	add("member", f.Member != "", f.Member)
	add("to", f.To != "", f.To)
	add("as", f.As != "", f.As)
	add("message", f.Message != "", f.Message)
	return out
}

func spans(nth []Span) string {
	var out []string
	for _, s := range nth {
		switch {
		case s.To == s.From:
			out = append(out, strconv.Itoa(s.From))
		case s.To == 0:
			out = append(out, strconv.Itoa(s.From)+"-")
		default:
			out = append(out, fmt.Sprintf("%d-%d", s.From, s.To))
		}
	}
	return strings.Join(out, ",")
}

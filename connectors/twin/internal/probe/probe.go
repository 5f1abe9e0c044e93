// Package probe asks twins over HTTP and looks into their answers, for tests.
package probe

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// Client sends requests to one server, each over a connection of its own, so
// that the HTTP library repeats none of them by itself.
type Client struct {
	T    testing.TB
	Base string
	// Prepare adds what every request needs, such as a key.
	Prepare func(*http.Request)
}

// Answer is an answer that came completely.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Try sends a request; the error is that of the connection.
func (c Client) Try(method, path, body string) (Answer, error) {
	c.T.Helper()
	req, err := http.NewRequest(method, c.Base+path, strings.NewReader(body))
	if err != nil {
		c.T.Fatal(err)
	}
	req.Close = true
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Prepare != nil {
		c.Prepare(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return Answer{resp.StatusCode, resp.Header, string(raw)}, err
}

// Do sends a request that must be answered with this status.
func (c Client) Do(status int, method, path, body string) Answer {
	c.T.Helper()
	a, err := c.Try(method, path, body)
	if err != nil {
		c.T.Fatalf("%s %s: %v", method, path, err)
	}
	if a.Status != status {
		c.T.Fatalf("%s %s: status %d, want %d: %.500s", method, path, a.Status, status, a.Body)
	}
	return a
}

// Get sends a GET that must be answered with 200.
func (c Client) Get(path string) Answer {
	c.T.Helper()
	return c.Do(http.StatusOK, http.MethodGet, path, "")
}

// At returns the JSON of a member, "orders.0.order_id", and "" when there is no
// such member.
func (a Answer) At(path string) string {
	v := json.RawMessage(a.Body)
	for _, part := range strings.Split(path, ".") {
		var list []json.RawMessage
		var object map[string]json.RawMessage
		if json.Unmarshal(v, &object) == nil && object != nil {
			v = object[part]
			continue
		}
		i, err := strconv.Atoi(part)
		if err != nil || json.Unmarshal(v, &list) != nil || i >= len(list) {
			return ""
		}
		v = list[i]
	}
	return string(bytes.TrimSpace(v))
}

// Text returns the text of a member, without quotes.
func (a Answer) Text(path string) string {
	var s string
	if err := json.Unmarshal([]byte(a.At(path)), &s); err != nil {
		return a.At(path)
	}
	return s
}

// Rows returns the elements of a list as answers of their own.
func (a Answer) Rows(path string) []Answer {
	var list []json.RawMessage
	if err := json.Unmarshal([]byte(a.At(path)), &list); err != nil {
		return nil
	}
	out := make([]Answer, len(list))
	for i, raw := range list {
		out[i].Body = string(raw)
	}
	return out
}

// Texts returns a member of each element of a list.
func (a Answer) Texts(list, member string) []string {
	var out []string
	for _, row := range a.Rows(list) {
		out = append(out, row.Text(member))
	}
	return out
}

// Want checks members given as pairs of a path and its JSON.
func (a Answer) Want(t testing.TB, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := a.At(pairs[i]); got != pairs[i+1] {
			t.Errorf("%s is %s, want %s", pairs[i], got, pairs[i+1])
		}
	}
}

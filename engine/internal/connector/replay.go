package connector

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// replay is a transport that gives the recorded answers. Requests may come in
// any order, since some are made side by side.
type replay struct {
	base      string
	exchanges []Exchange
	secrets   []string

	mu     sync.Mutex
	used   []int // exchanges that were made
	others []string
}

// RoundTrip answers a request as it was recorded.
func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	near := ""
	for i := range r.exchanges {
		if slices.Contains(r.used, i) {
			continue
		}
		differs := r.differs(&r.exchanges[i], req, body)
		if len(differs) == 0 {
			r.used = append(r.used, i)
			return r.exchanges[i].reply(req)
		}
		if differs[0] != anotherAddress && near == "" {
			near = ", which differs from the recorded one: " + strings.Join(differs, "; ")
		}
	}
	r.others = append(r.others, fmt.Sprintf("unexpected request %s %s%s", req.Method, r.relative(req.URL), near))
	return respond(req, http.StatusBadRequest, http.Header{}, []byte(`{"message":"the test has no such exchange"}`)), nil
}

// complaints says what went over the wire that should not have, and what did
// not.
func (r *replay) complaints() []string {
	out := slices.Clone(r.others)
	for i, e := range r.exchanges {
		if !slices.Contains(r.used, i) {
			out = append(out, fmt.Sprintf("%s: %s was not asked for", e.Request.Span, e.Request.Value))
		}
	}
	return out
}

// relative is an address as tests write it: below the base.
func (r *replay) relative(u *url.URL) string {
	clean := *u
	clean.RawQuery = ""
	path := strings.TrimPrefix(clean.String(), strings.TrimSuffix(r.base, "/"))
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}

const anotherAddress = "it goes elsewhere"

// differs says in what a request differs from a recorded one.
func (r *replay) differs(e *Exchange, req *http.Request, body []byte) []string {
	method, address, _ := strings.Cut(e.Request.Value, " ")
	want, err := url.Parse(address)
	got, err2 := url.Parse(r.relative(req.URL))
	if err != nil || err2 != nil || method != req.Method || want.EscapedPath() != got.EscapedPath() || want.Host != got.Host {
		return []string{anotherAddress}
	}
	out := r.queryDiffers(want.Query(), got.Query())
	for name, value := range e.Headers.All() {
		if have := req.Header.Get(name.Value); have != value {
			out = append(out, fmt.Sprintf("the header %s is %q, not %q", name.Value, have, value))
		}
	}
	out = append(out, e.bodyDiffers(body)...)
	slices.Sort(out)
	return out
}

// bodyDiffers compares what was sent.
func (e *Exchange) bodyDiffers(body []byte) []string {
	var out []string
	if e.Body != nil {
		out = jsonDiffers(e.Body, body)
	}
	form, _ := url.ParseQuery(string(body))
	for name, value := range e.Form.All() {
		if form.Get(name.Value) != value {
			out = append(out, fmt.Sprintf("%s of the form is %q, not %q", name.Value, form.Get(name.Value), value))
		}
	}
	return out
}

// queryDiffers compares parameters. Those that carry secrets may be left out.
func (r *replay) queryDiffers(want, got url.Values) []string {
	var out []string
	for name := range want {
		if !slices.Equal(want[name], got[name]) {
			out = append(out, fmt.Sprintf("%s is %q, not %q", name, got[name], want[name]))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok && !slices.Contains(r.secrets, got.Get(name)) {
			out = append(out, fmt.Sprintf("%s is %q, which is not recorded", name, got[name]))
		}
	}
	return out
}

func jsonDiffers(want *syntax.Node, body []byte) []string {
	g, err := item.FromJSON(body)
	if err != nil {
		return []string{"the body is not JSON: " + err.Error()}
	}
	w, err := item.FromJSON(toJSON(want))
	if err != nil {
		return []string{"the recorded body is not JSON: " + err.Error()}
	}
	return differences("the body", w, g, true)
}

// reply makes the recorded answer.
func (e *Exchange) reply(req *http.Request) (*http.Response, error) {
	if e.Lost {
		return nil, &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	}
	body := []byte(e.Answer.Text)
	h := http.Header{}
	if e.Answer.Body != nil {
		body = toJSON(e.Answer.Body)
		h.Set("Content-Type", "application/json")
	}
	for name, value := range e.Answer.Headers.All() {
		h.Set(name.Value, value)
	}
	status := e.Answer.Status
	if status == 0 {
		status = http.StatusOK
	}
	return respond(req, status, h, body), nil
}

func respond(req *http.Request, status int, h http.Header, body []byte) *http.Response {
	return &http.Response{
		StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}

// toJSON writes a tree as JSON. A scalar without quotes that JSON has a word or
// a number for is that.
func toJSON(n *syntax.Node) []byte { return appendTree(nil, n) }

func appendTree(dst []byte, n *syntax.Node) []byte {
	switch n.Kind {
	case syntax.Mapping:
		for i, p := range n.Pairs {
			dst = append(dst, opener('{', i))
			dst = append(item.AppendJSON(dst, item.Text(p.Key.Text.Value)), ':')
			dst = appendTree(dst, p.Value)
		}
		return closed(dst, "{}", len(n.Pairs))
	case syntax.Sequence:
		for i, e := range n.Items {
			dst = appendTree(append(dst, opener('[', i)), e)
		}
		return closed(dst, "[]", len(n.Items))
	}
	return appendScalar(dst, n)
}

// opener is what stands before element i.
func opener(bracket byte, i int) byte {
	if i > 0 {
		return ','
	}
	return bracket
}

// closed ends what has n elements.
func closed(dst []byte, brackets string, n int) []byte {
	if n == 0 {
		return append(dst, brackets...)
	}
	return append(dst, brackets[1])
}

func appendScalar(dst []byte, n *syntax.Node) []byte {
	text := n.Text.Value
	if n.IsNull() {
		return append(dst, "null"...)
	}
	if v, err := item.FromJSON([]byte(text)); n.Plain && err == nil && v.Kind() != item.KindText {
		return append(dst, text...)
	}
	return item.AppendJSON(dst, item.Text(text))
}

// differences says in what a value differs from the one wanted. Unless it is to
// be whole, members that are not wanted may be there.
func differences(at string, want, got item.Value, whole bool) []string {
	if want.Kind() == item.KindObject && got.Kind() == item.KindObject {
		return memberDifferences(at, want, got, whole)
	}
	if want.Kind() == item.KindList && got.Kind() == item.KindList {
		if want.Len() != got.Len() {
			return []string{fmt.Sprintf("%s has %d elements, not %d", at, got.Len(), want.Len())}
		}
		var out []string
		for i, w := range want.All() {
			out = append(out, differences(fmt.Sprintf("%s[%d]", at, i), w, got.Index(i), whole)...)
		}
		return out
	}
	w, g := item.AppendJSON(nil, want), item.AppendJSON(nil, got)
	if !bytes.Equal(w, g) {
		return []string{fmt.Sprintf("%s is %s, not %s", at, g, w)}
	}
	return nil
}

func memberDifferences(at string, want, got item.Value, whole bool) []string {
	var out []string
	for name, w := range want.Members() {
		g := got.Member(name)
		if g.Kind() == item.KindMissing {
			out = append(out, fmt.Sprintf("%s has no %q", at, name))
			continue
		}
		out = append(out, differences(at+"."+name, w, g, whole)...)
	}
	if !whole {
		return out
	}
	for name := range got.Members() {
		if want.Member(name).Kind() == item.KindMissing {
			out = append(out, fmt.Sprintf("%s has a %q that is not recorded", at, name))
		}
	}
	return out
}

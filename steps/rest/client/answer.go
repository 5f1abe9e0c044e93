package client

import (
	"bytes"
	"fmt"
	"html"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/sluicehq/sluice/engine/item"
)

// Answer is what a vendor said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Value is the body as JSON; Missing when it is empty.
	Value item.Value
}

// Rules say what an answer means. The zero value of a field means the default.
type Rules struct {
	// Failed tells from the body that the vendor failed although the status says
	// otherwise; nil never does.
	Failed func(a *Answer) (bool, error)
	// Message finds the vendor's words in the body; nil, or an empty text, leaves
	// that to Words.
	Message func(a *Answer) string
	// Absent lists the statuses by which the vendor says that what was asked for
	// does not exist.
	Absent []Status
	// Retry lists the statuses after which a read is sent again.
	Retry []Status
	// TurnedAway lists the statuses of requests that were put off and not acted
	// on, so that a write can be sent again as well.
	TurnedAway []Status
	// Denied lists the statuses after which every other request would fail too.
	Denied []Status
	// Hints say what to do about a status.
	Hints map[int]string
}

// DefaultRules are the rules of vendors who do as HTTP says.
func DefaultRules() Rules {
	return Rules{
		Retry:      []Status{{429, 429}, {408, 408}, {500, 599}},
		TurnedAway: []Status{{429, 429}},
		Denied:     []Status{{401, 401}, {403, 403}},
		Absent:     []Status{{404, 404}, {410, 410}},
	}
}

func (r Rules) withDefaults() Rules {
	d := DefaultRules()
	for _, f := range []struct{ have, def *[]Status }{
		{&r.Retry, &d.Retry}, {&r.TurnedAway, &d.TurnedAway}, {&r.Denied, &d.Denied}, {&r.Absent, &d.Absent},
	} {
		if *f.have == nil {
			*f.have = *f.def
		}
	}
	return r
}

// Status is a range of HTTP statuses, both ends included.
type Status struct{ From, To int }

// ParseStatus reads 429, or 5xx for all from 500 to 599.
func ParseStatus(s string) (Status, error) {
	if class, ok := strings.CutSuffix(s, "xx"); ok && len(class) == 1 && class[0] >= '1' && class[0] <= '5' {
		n := int(class[0]-'0') * 100
		return Status{n, n + 99}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 100 || n > 599 {
		return Status{}, fmt.Errorf("%q is not an HTTP status", s)
	}
	return Status{n, n}, nil
}

func among(list []Status, n int) bool {
	return slices.ContainsFunc(list, func(s Status) bool { return s.From <= n && n <= s.To })
}

// IsAbsent reports whether the vendor says that what was asked for does not
// exist.
func (c *Client) IsAbsent(e *Error) bool {
	return e.Outcome == Refused && among(c.cfg.Rules.Absent, e.Status)
}

// judge decides what an answer means.
func (c *Client) judge(r *Request, a *Answer) (*Answer, *Error) {
	rules := c.cfg.Rules
	if r.Rules != nil {
		rules = *r.Rules
	}
	bad := c.parse(r, a)
	if a.Status < 200 || a.Status > 299 {
		return nil, c.refusal(rules, a)
	}
	if bad != "" {
		return nil, &Error{Outcome: Unknown, Status: a.Status, repeat: true, Message: bad}
	}
	if rules.Failed == nil {
		return a, nil
	}
	failed, err := rules.Failed(a)
	switch {
	case err != nil:
		return nil, &Error{Outcome: Unknown, Status: a.Status, Answer: a, Message: "the answer could not be judged: " + err.Error()}
	case failed:
		return nil, &Error{Outcome: Refused, Status: a.Status, Answer: a, Message: "refused: " + c.words(rules, a)}
	}
	return a, nil
}

// parse reads the body as JSON and says what is wrong with it.
func (c *Client) parse(r *Request, a *Answer) string {
	if r.Text {
		return ""
	}
	body := bytes.TrimSpace(bytes.TrimPrefix(a.Body, []byte("\uFEFF"))) // which some vendors put in front
	if len(body) == 0 {
		return ""
	}
	decoder := c.answers.Get().(*item.Decoder)
	v, err := decoder.Decode(body)
	decoder.Detach()
	c.answers.Put(decoder)
	if err == nil {
		a.Value = v
		return ""
	}
	if isHTML(a.Header, body) {
		return "the answer is a web page" + title(body) + ", not JSON"
	}
	return "the answer cannot be read: " + err.Error() + charset(a.Header)
}

// charset tells of the encoding that the vendor says its text has, if that is
// not the one of JSON.
func charset(h http.Header) string {
	_, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if name := params["charset"]; err == nil && name != "" && !strings.EqualFold(name, "utf-8") && !strings.EqualFold(name, "us-ascii") {
		return "; the vendor says that it is in " + name + ", and JSON must be in UTF-8"
	}
	return ""
}

func isHTML(h http.Header, body []byte) bool {
	return strings.Contains(h.Get("Content-Type"), "html") || body[0] == '<'
}

var titles = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// title quotes the title of a web page, which often says what the matter is.
func title(body []byte) string {
	m := titles.FindSubmatch(body)
	if m == nil {
		return ""
	}
	return " titled " + strconv.Quote(cut(html.UnescapeString(string(m[1]))))
}

// refusal makes an error of an answer whose status is not one of success.
func (c *Client) refusal(rules Rules, a *Answer) *Error {
	e := &Error{Status: a.Status, Outcome: rules.outcome(a.Status)}
	e.repeat = e.Outcome == TurnedAway || among(rules.Retry, a.Status)
	if a.Value.Kind() != item.KindMissing {
		e.Answer = a
	}
	e.Wait, _ = c.gate.asked(a.Header)
	e.Message = strings.TrimSpace(strconv.Itoa(a.Status) + " " + http.StatusText(a.Status))
	if a.Status >= 300 && a.Status < 400 {
		e.Message += ", a redirect to " + a.Header.Get("Location")
	}
	if words := c.words(rules, a); words != "" {
		e.Message += ": " + words
	}
	if hint := rules.Hints[a.Status]; hint != "" {
		e.Message += "; " + hint
	}
	if e.Wait > c.cfg.Limits.Wait {
		e.Message += fmt.Sprintf("; the vendor asks to wait %s", e.Wait.Round(time.Second))
	}
	return e
}

// outcome tells by a status whether the vendor acted on a request.
func (r Rules) outcome(status int) Outcome {
	switch {
	case among(r.TurnedAway, status):
		return TurnedAway
	case among(r.Denied, status):
		return Denied
	case status >= 500 || among(r.Retry, status):
		return Unknown
	}
	return Refused
}

// words gives what the vendor says went wrong.
func (c *Client) words(rules Rules, a *Answer) string {
	if rules.Message != nil && a.Value.Kind() != item.KindMissing {
		if s := rules.Message(a); s != "" {
			return cut(c.cfg.Redact.Text(s))
		}
	}
	if a.Value.Kind() != item.KindMissing {
		return cut(c.cfg.Redact.Text(Words(a.Value)))
	}
	body := bytes.TrimSpace(a.Body)
	switch {
	case len(body) == 0:
		return ""
	case isHTML(a.Header, body):
		return "a web page" + title(body)
	}
	return cut(c.cfg.Redact.Text(strings.ToValidUTF8(string(body), "\uFFFD")))
}

// usual lists the members in which vendors put what went wrong.
var usual = []string{"message", "error_description", "error", "errors", "detail", "description", "title"}

// Words makes a sentence of what a vendor says went wrong, in whatever form:
// a text, a list of them, or members with texts.
func Words(v item.Value) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	switch v.Kind() {
	case item.KindList:
		for _, e := range v.All() {
			add(Words(e))
		}
	case item.KindObject:
		for _, name := range usual {
			if s := Words(v.Member(name)); s != "" {
				return s
			}
		}
		for name, m := range v.Members() {
			if s := Words(m); s != "" {
				add(name + ": " + s)
			}
		}
	default:
		add(strings.TrimSpace(v.String()))
	}
	return strings.Join(parts, "; ")
}

// cut makes a vendor's text fit for a message: on one line, without what could
// steer a terminal, and not too long.
func cut(s string) string {
	const most = 500
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

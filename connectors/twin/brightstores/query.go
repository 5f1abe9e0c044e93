package brightstores

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// The page sizes: the size without per_page, and the most rows of a page.
const (
	defaultPage = 25
	largestPage = 500
)

// query reads the parameters of a listing and collects what is wrong.
type query struct {
	values url.Values
	errors map[string][]string
	// exclusive leaves the ends of ranges of time out of them.
	exclusive bool
}

func (s *Shop) newQuery(r *wire.Request) *query {
	return &query{values: r.Query, exclusive: s.cfg.ExclusiveEnds}
}

// refusal returns the answer to wrong parameters, if there are any.
func (q *query) refusal() (wire.Answer, bool) {
	if len(q.errors) == 0 {
		return wire.Answer{}, false
	}
	return wire.JSON(422, invalidity{q.errors}), true
}

func (q *query) wrong(name, message string) {
	if q.errors == nil {
		q.errors = map[string][]string{}
	}
	q.errors[name] = append(q.errors[name], message)
}

// text returns the test of a parameter with one value; without it all pass.
func (q *query) text(name string) func(string) bool {
	want := q.values.Get(name)
	return func(s string) bool { return want == "" || s == want }
}

// list returns the values of a parameter that may come several times, as name
// or name[].
func (q *query) list(name string) []string {
	all := append(slices.Clone(q.values[name]), q.values[name+"[]"]...)
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// texts returns the test of such a parameter.
func (q *query) texts(name string) func(...string) bool {
	want := q.list(name)
	return func(have ...string) bool {
		return len(want) == 0 || slices.ContainsFunc(have, func(s string) bool { return slices.Contains(want, s) })
	}
}

// window is a range of time in seconds, both ends included.
type window struct{ from, to int64 }

func (w window) holds(at int64) bool { return at >= w.from && at <= w.to }

// window reads the parameters name_from and name_to.
func (q *query) window(from, to string) window {
	w := window{from: -1 << 62, to: 1 << 62}
	if t, ok := q.time(from); ok {
		w.from = t.Unix()
		if t.Nanosecond() > 0 || q.exclusive {
			w.from++
		}
	}
	if t, ok := q.time(to); ok {
		w.to = t.Unix()
		if t.Nanosecond() == 0 && q.exclusive {
			w.to--
		}
	}
	return w
}

// time reads an ISO 8601 time; without a zone it is UTC.
func (q *query) time(name string) (time.Time, bool) {
	s := q.values.Get(name)
	if s == "" {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	q.wrong(name, "is not an ISO 8601 time")
	return time.Time{}, false
}

// page reads page and per_page and returns the meta of that page.
func (q *query) page() meta {
	size := min(q.number("per_page", defaultPage), largestPage)
	return meta{Offset: (q.number("page", 1) - 1) * size, Limit: size}
}

func (q *query) number(name string, def int) int {
	s := q.values.Get(name)
	if s == "" {
		return def
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1<<40 {
		q.wrong(name, "must be a number from 1")
		return def
	}
	return n
}

// meta says which part of a listing a page is.
type meta struct {
	Total  int `json:"total"`
	Offset int `json:"offset"`
	Limit  int `json:"limit"`
}

// pager counts matches and says which of them are on the page.
type pager struct{ meta }

func (p *pager) take() bool {
	p.Total++
	return p.Total > p.Offset && p.Total <= p.Offset+p.Limit
}

// one reads a parameter that has one of a few values.
func (q *query) one(name string, values []string) func(string) bool {
	if v := q.values.Get(name); v != "" && !slices.Contains(values, v) {
		q.wrong(name, fmt.Sprintf("%q is not included in the list: %s", v, strings.Join(values, ", ")))
	}
	return q.text(name)
}

// bodyError returns the refusal of a body that cannot be read.
func bodyError(err error) wire.Answer {
	e, ok := err.(*wire.BodyError)
	switch {
	case !ok:
		return refuse(400, err.Error())
	case e.Syntax || e.Path == "":
		return refuse(400, e.Message)
	}
	return invalid(e.Path, e.Message)
}

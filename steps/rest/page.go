package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// pager is compiled from HTTPPages: how a listing goes on.
type pager struct {
	kind, param       string
	first             int
	sizeParam         string
	size, most        int
	total, next, more path
}

// compilePages compiles how a listing goes on; d may be nil for one that is
// whole.
func compilePages(b *step.Builder, d *step.HTTPPages) *pager {
	if d == nil {
		return &pager{}
	}
	p := &pager{
		kind: d.Kind, param: d.Param, sizeParam: d.Size.Param, size: d.Size.Default, most: d.Size.Max,
		total: compilePath(b, d.Total), next: compilePath(b, d.Next), more: compilePath(b, d.More),
	}
	if p.size == 0 {
		p.size = p.most
	}
	if p.most > 0 && p.size > p.most {
		b.Findings.Errorf(b.Place, diag.CodeOutOfBounds, "the default page size %d is larger than max, %d", p.size, p.most)
	}
	if p.kind == "number" {
		p.first = 1
	}
	if d.First != nil {
		p.first = *d.First
	}
	switch {
	case p.positional() && p.size == 0 && p.total == nil:
		b.Findings.Errorf(b.Place, diag.CodeMissingField, "pages of kind %s need size or total to tell where they end", p.kind)
	case p.kind == "offset" && p.size == 0:
		b.Findings.Errorf(b.Place, diag.CodeMissingField, "pages of kind offset need a size to count rows by")
	case (p.kind == "cursor" || p.kind == "next") && p.next == nil:
		b.Findings.Errorf(b.Place, diag.CodeMissingField, "pages of kind %s need %q", p.kind, "next")
	}
	return p
}

// positional pages can be asked for without having seen the one before.
func (p *pager) positional() bool { return p.kind == "number" || p.kind == "offset" }

// chosen returns the number of rows to ask for.
func (p *pager) chosen(o step.HTTPReadOptions) int {
	size := p.size
	if o.PageSize > 0 {
		size = o.PageSize
	}
	if p.most > 0 {
		size = min(size, p.most)
	}
	return size
}

// spot is the place of a page in a listing.
type spot struct {
	index  int    // pages before it
	offset int    // rows before it
	cursor string // what names it, or its address
}

// listing is a page as it was answered.
type listing struct {
	at     spot
	rows   []item.Value
	total  int // of all pages; -1 when the vendor does not say
	answer *client.Answer
}

// apply puts into a request which page is wanted.
func (p *pager) apply(r *client.Request, at spot, size int) {
	if p.kind == "link" || p.kind == "next" {
		if at.cursor != "" {
			r.Path, r.Query = at.cursor, nil
			return
		}
	}
	switch {
	case p.param == "":
	case p.kind == "number":
		r.Query.Set(p.param, strconv.Itoa(p.first+at.index))
	case p.kind == "offset":
		r.Query.Set(p.param, strconv.Itoa(p.first+at.offset))
	case p.kind == "cursor" && at.cursor != "":
		r.Query.Set(p.param, at.cursor)
	}
	if p.sizeParam != "" && size > 0 {
		r.Query.Set(p.sizeParam, strconv.Itoa(size))
	}
}

// after returns the page that follows a listing of a kind that is not
// positional.
func (p *pager) after(l *listing) (spot, bool, error) {
	at := spot{index: l.at.index + 1, offset: l.at.offset + len(l.rows)}
	switch p.kind {
	case "link":
		at.cursor = nextLink(l.answer.Header["Link"])
	case "cursor", "next":
		at.cursor = p.next.in(l.answer.Value).String()
	}
	if p.more != nil {
		switch more := p.more.in(l.answer.Value); more.Kind() {
		case item.KindMissing:
			return at, false, p.more.missing(l.answer.Value)
		case item.KindBool:
			if !more.AsBool() {
				return at, false, nil
			}
		}
	}
	if at.cursor == "" {
		return at, false, nil
	}
	if at.cursor == l.at.cursor {
		return at, false, errors.New("the listing goes in circles: its next page is the same one")
	}
	return at, true, nil
}

// count reads the number of all rows from an answer.
func (p *pager) count(a *client.Answer) (int, error) {
	if p.total == nil {
		return -1, nil
	}
	v := p.total.in(a.Value)
	if v.Kind() == item.KindMissing {
		return 0, p.total.missing(a.Value)
	}
	n, err := item.Convert(v, item.TypeInt)
	if err != nil || n.AsInt() < 0 {
		return 0, fmt.Errorf("%q of the answer is not a number of records", p.total)
	}
	return int(n.AsInt()), nil
}

// walker fetches the pages of a listing, some ahead of the one in use.
type walker struct {
	pager *pager
	size  int
	// ahead is how many pages of a positional listing are fetched at once.
	ahead int
	fetch func(ctx context.Context, at spot) (*listing, error)

	begun int // positional pages asked for
	rows  int // rows of the pages in use so far
	step  int // rows that make a page
	last  []byte
}

type fetched struct {
	l   *listing
	err error
}

// walk hands the pages on in order, telling which is the last. It ends early
// when visit says so.
func (w *walker) walk(ctx context.Context, from spot, visit func(l *listing, last bool) (bool, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	var queue []chan fetched
	begin := func(at spot) {
		ch := make(chan fetched, 1)
		queue = append(queue, ch)
		w.begun = at.index + 1
		wg.Go(func() {
			l, err := w.fetch(ctx, at)
			ch <- fetched{l, err}
		})
	}
	for begin(from); len(queue) > 0; {
		got := <-queue[0]
		queue = queue[1:]
		if got.err != nil {
			return got.err
		}
		next, err := w.plan(got.l, len(queue))
		if err != nil {
			return err
		}
		for _, at := range next {
			begin(at)
		}
		more, err := visit(got.l, len(queue) == 0)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// plan tells which pages to fetch next, having got l with others under way.
func (w *walker) plan(l *listing, underWay int) ([]spot, error) {
	if len(l.rows) > 0 && l.at.index > 0 && bytes.Equal(w.last, l.answer.Body) {
		return nil, fmt.Errorf("the listing goes in circles: page %d is the same as the one before", l.at.index+1)
	}
	w.last = l.answer.Body
	if w.pager.kind == "" {
		return nil, nil
	}
	if !w.pager.positional() {
		at, more, err := w.pager.after(l)
		if err != nil || !more {
			return nil, err
		}
		return []spot{at}, nil
	}
	if w.step == 0 {
		if w.step = w.size; len(l.rows) < w.size && l.total > len(l.rows) || w.size == 0 {
			w.step = max(1, len(l.rows)) // the vendor gives fewer than were asked for
		}
	}
	w.rows += len(l.rows)
	return w.positions(l, underWay), nil
}

// positions is plan for positional pages.
func (w *walker) positions(l *listing, underWay int) []spot {
	var next []spot
	add := func() {
		at := spot{index: w.begun + len(next), offset: (w.begun + len(next)) * w.step}
		next = append(next, at)
	}
	switch {
	case len(l.rows) == 0:
	case l.total < 0:
		if len(l.rows) >= w.step {
			add()
		}
	default:
		for pages := (l.total + w.step - 1) / w.step; w.begun+len(next) < pages && underWay+len(next) < w.ahead; {
			add()
		}
		if underWay+len(next) == 0 && w.rows < l.total {
			add()
		}
	}
	return next
}

// nextLink returns the address of the next page from Link headers.
func nextLink(headers []string) string {
	for _, h := range headers {
		for h != "" {
			var target string
			var params map[string]string
			target, params, h = cutLink(h)
			for _, rel := range strings.Fields(strings.ToLower(params["rel"])) {
				if rel == "next" {
					return target
				}
			}
		}
	}
	return ""
}

// cutLink takes the first link off a Link header: its target, its parameters
// and what follows.
func cutLink(h string) (target string, params map[string]string, rest string) {
	_, h, ok := strings.Cut(h, "<")
	if !ok {
		return "", nil, ""
	}
	if target, h, ok = strings.Cut(h, ">"); !ok {
		return "", nil, ""
	}
	params = map[string]string{}
	for {
		h = strings.TrimLeft(h, " \t")
		if h == "" || h[0] != ';' {
			break
		}
		var name, value string
		name, value, h = cutParam(h[1:])
		if _, twice := params[name]; !twice && name != "" {
			params[name] = value
		}
	}
	if i := strings.IndexByte(h, ','); i >= 0 {
		return target, params, h[i+1:]
	}
	return target, params, ""
}

// cutParam takes a parameter off: name=value or name="value".
func cutParam(h string) (name, value, rest string) {
	end := strings.IndexAny(h, "=;,")
	if end < 0 {
		return strings.ToLower(strings.TrimSpace(h)), "", ""
	}
	name = strings.ToLower(strings.TrimSpace(h[:end]))
	if h[end] != '=' {
		return name, "", h[end:]
	}
	h = strings.TrimLeft(h[end+1:], " \t")
	if !strings.HasPrefix(h, `"`) {
		if end = strings.IndexAny(h, ";,"); end < 0 {
			end = len(h)
		}
		return name, strings.TrimSpace(h[:end]), h[end:]
	}
	var b strings.Builder
	for i := 1; i < len(h); i++ {
		switch {
		case h[i] == '"':
			return name, b.String(), h[i+1:]
		case h[i] == '\\' && i+1 < len(h):
			i++
		}
		b.WriteByte(h[i])
	}
	return name, b.String(), ""
}

package call

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

// Pager is compiled from HTTPPages: how a listing goes on.
type Pager struct {
	kind, param string
	first       int
	sizeParam   string
	size, most  int
	// lists is how many records are listed at most; 0 for all.
	lists             int
	total, next, more Path
}

// CompilePages compiles how a listing goes on; d may be nil for one that is
// whole.
func CompilePages(b *step.Builder, d *step.HTTPPages) *Pager {
	if d == nil {
		return &Pager{}
	}
	p := &Pager{
		kind: d.Kind, param: d.Param, sizeParam: d.Size.Param, size: d.Size.Default, most: d.Size.Max, lists: d.Most,
		total: CompilePath(b, d.Total), next: CompilePath(b, d.Next), more: CompilePath(b, d.More),
	}
	if p.size == 0 {
		p.size = p.most
	}
	if p.kind == "number" {
		p.first = 1
	}
	if d.First != nil {
		p.first = *d.First
	}
	p.check(b.Findings, d)
	return p
}

// check reports what is missing for a kind of pages.
func (p *Pager) check(fs *diag.List, d *step.HTTPPages) {
	if p.most > 0 && p.size > p.most {
		fs.Errorf(d.Size.Span, diag.CodeOutOfBounds, "the default page size %d is larger than max, %d", p.size, p.most)
	}
	needs := ""
	switch p.kind {
	case "number":
		if p.size == 0 && p.total == nil {
			needs = "size or total, to tell where they end"
		}
	case "offset":
		if p.size == 0 {
			needs = "size, to count rows by"
		}
	case "cursor", "next":
		if p.next == nil {
			needs = `"next"`
		}
	}
	if needs != "" {
		fs.Errorf(d.Span, diag.CodeMissingField, "pages of kind %s need %s", p.kind, needs)
	}
}

// Positional pages can be asked for without having seen the one before.
func (p *Pager) Positional() bool { return p.kind == "number" || p.kind == "offset" }

// Number returns the number of the page at a spot, as the vendor counts.
func (p *Pager) Number(at Spot) int { return p.first + at.Index }

// Chosen returns the number of rows to ask for.
func (p *Pager) Chosen(o step.HTTPReadOptions) int {
	size := p.size
	if o.PageSize > 0 {
		size = o.PageSize
	}
	if p.most > 0 {
		size = min(size, p.most)
	}
	return size
}

// Cut says why a listing of so many records, as many rows of which were shown,
// may have more; "" if it has not.
func (p *Pager) Cut(total, rows int) string {
	if p.lists == 0 || max(total, rows) < p.lists {
		return ""
	}
	return fmt.Sprintf("the vendor lists no more than %d records", p.lists)
}

// Spot is the place of a page in a listing.
type Spot struct {
	Index  int    // pages before it
	Offset int    // rows before it
	Cursor string // what names it, or its address
}

// Listing is a page as it was answered.
type Listing struct {
	At     Spot
	Rows   []item.Value
	Total  int // of all pages; -1 when the vendor does not say
	Answer *client.Answer
}

// Apply puts into a request which page is wanted.
func (p *Pager) Apply(r *client.Request, at Spot, size int) {
	if (p.kind == "link" || p.kind == "next") && at.Cursor != "" {
		if strings.HasPrefix(at.Cursor, "?") { // the same path, with another query
			path, _, _ := strings.Cut(r.Path, "?")
			at.Cursor = path + at.Cursor
		}
		r.Path, r.Query, r.Given = at.Cursor, nil, true
		return
	}
	if value := p.value(at); p.param != "" && value != "" {
		r.Query.Set(p.param, value)
	}
	if p.sizeParam != "" && size > 0 {
		r.Query.Set(p.sizeParam, strconv.Itoa(size))
	}
}

// value is what names the page at a spot.
func (p *Pager) value(at Spot) string {
	switch p.kind {
	case "number":
		return strconv.Itoa(p.Number(at))
	case "offset":
		return strconv.Itoa(p.first + at.Offset)
	}
	return at.Cursor
}

// After returns the page that follows a listing of a kind that is not
// positional.
func (p *Pager) After(l *Listing) (Spot, bool, error) {
	at := Spot{Index: l.At.Index + 1, Offset: l.At.Offset + len(l.Rows)}
	switch p.kind {
	case "link":
		at.Cursor = nextLink(l.Answer.Header["Link"])
	case "cursor", "next":
		at.Cursor = p.next.In(l.Answer.Value).String()
	}
	if p.more != nil {
		switch more := p.more.In(l.Answer.Value); more.Kind() {
		case item.KindMissing:
			return at, false, p.more.Missing(l.Answer.Value)
		case item.KindBool:
			if !more.AsBool() {
				return at, false, nil
			}
		}
	}
	if at.Cursor == "" {
		return at, false, nil
	}
	if at.Cursor == l.At.Cursor {
		return at, false, errors.New("the listing goes in circles: its next page is the same one")
	}
	return at, true, nil
}

// Count reads the number of all rows from an answer.
func (p *Pager) Count(a *client.Answer) (int, error) {
	if p.total == nil {
		return -1, nil
	}
	v := p.total.In(a.Value)
	if v.Kind() == item.KindMissing {
		return 0, p.total.Missing(a.Value)
	}
	n, err := item.Convert(v, item.TypeInt)
	if err != nil || n.AsInt() < 0 {
		return 0, fmt.Errorf("%q of the answer is not a number of records", p.total)
	}
	return int(n.AsInt()), nil
}

// Walker fetches the pages of a listing, some ahead of the one in use.
type Walker struct {
	Pager *Pager
	// Size is how many rows are asked for.
	Size int
	// Ahead is how many pages of a positional listing are fetched at once.
	Ahead int
	// Fetch reads a page.
	Fetch func(ctx context.Context, at Spot) (*Listing, error)

	begun int // positional pages asked for
	rows  int // rows of the pages in use so far
	step  int // rows that make a page
	last  []byte
}

type fetched struct {
	l   *Listing
	err error
}

// Walk hands the pages on in order, telling which is the last. It ends early
// when visit says so.
func (w *Walker) Walk(ctx context.Context, from Spot, visit func(l *Listing, last bool) (bool, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	var queue []chan fetched
	begin := func(at Spot) {
		ch := make(chan fetched, 1)
		queue = append(queue, ch)
		w.begun = at.Index + 1
		wg.Go(func() {
			l, err := w.Fetch(ctx, at)
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
func (w *Walker) plan(l *Listing, underWay int) ([]Spot, error) {
	if len(l.Rows) > 0 && l.At.Index > 0 && bytes.Equal(w.last, l.Answer.Body) {
		return nil, fmt.Errorf("the listing goes in circles: page %d is the same as the one before", l.At.Index+1)
	}
	w.last = l.Answer.Body
	switch {
	case w.Pager.kind == "":
		return nil, nil
	case w.Pager.Positional():
		return w.positions(l, underWay), nil
	}
	at, more, err := w.Pager.After(l)
	if err != nil || !more {
		return nil, err
	}
	return []Spot{at}, nil
}

// measure finds out, by the first page, how many rows make one: a vendor may
// give fewer than were asked for.
func (w *Walker) measure(l *Listing) {
	if w.step > 0 {
		return
	}
	if w.step = w.Size; w.Size == 0 || len(l.Rows) < w.Size && l.Total > len(l.Rows) {
		w.step = max(1, len(l.Rows))
	}
}

// positions is plan for positional pages.
func (w *Walker) positions(l *Listing, underWay int) []Spot {
	w.measure(l)
	w.rows += len(l.Rows)
	var next []Spot
	add := func() {
		at := Spot{Index: w.begun + len(next), Offset: (w.begun + len(next)) * w.step}
		next = append(next, at)
	}
	switch {
	case len(l.Rows) == 0:
	case l.Total < 0:
		if len(l.Rows) >= w.step {
			add()
		}
	default:
		for pages := (l.Total + w.step - 1) / w.step; w.begun+len(next) < pages && underWay+len(next) < w.Ahead; {
			add()
		}
		if underWay+len(next) == 0 && w.rows < l.Total {
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

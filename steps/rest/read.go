package rest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// reader is compiled from HTTPRead.
type reader struct {
	frames
	stream  *step.HTTPStream
	verdict *verdict
	list    *lookup
	pager   *pager
	filters []*filter
	by      []string
	cursor  *cursor
	version string
	detail  *lookup
	one     *lookup
	add     []param
	wrap    string // the member that holds a record which is no object

	window, page *item.Var
	key          *item.Var   // the key of a record, as its member is typed
	oneKey       *item.Var   // the same where one record is asked for
	row          []*item.Var // the members of a row by name, and the row itself
}

// lookup is a call that is answered with records.
type lookup struct {
	call    *call
	records path
}

// filter is a condition that the vendor applies.
type filter struct {
	step.Filter
	as, param, join string
	most            int
	v               *item.Var // where templates see it, if it is part of the path
}

// Read compiles a stream.
func (Engine) Read(b *step.Builder, d *step.HTTPRead, s *step.HTTPStream) step.HTTPReader {
	before := b.Findings.Errors()
	r := &reader{frames: framesOf(b, s.HTTPScope), stream: s, version: d.Version.Value, wrap: d.Wrap.Value}
	in := b.Inner()
	r.declare(in, d)
	r.verdict = compileVerdict(b, d.Errors)
	r.pager = compilePages(in, d.Pages)
	if given(&d.HTTPCall) || d.One == nil {
		r.list = &lookup{call: compileCall(in, &d.HTTPCall), records: compilePath(in, d.Records)}
	}
	r.cursor = compileCursor(in, d.Cursor, s)
	if r.cursor != nil && r.version == "" {
		r.version = r.cursor.field
	}
	r.lookups(in, d)
	for name, v := range d.Add.All() {
		r.add = append(r.add, param{name.Value, in.Value(v, nil)})
	}
	r.check(b, d)
	if b.Findings.Errors() > before {
		return nil
	}
	return r.open
}

// declare puts what templates see into the scope.
func (r *reader) declare(in *step.Builder, d *step.HTTPRead) {
	moment := item.TypeTime.Optional()
	r.window = in.Scope.Declare("window", &item.Type{Kind: item.KindObject, Name: "window", Fields: []item.Field{
		{Name: "from", Type: moment}, {Name: "to", Type: moment},
	}})
	r.page = in.Scope.Declare("page", &item.Type{Kind: item.KindObject, Name: "page", Fields: []item.Field{
		{Name: "number", Type: item.TypeInt}, {Name: "offset", Type: item.TypeInt}, {Name: "size", Type: item.TypeInt},
		{Name: "cursor", Type: item.TypeText.Optional()},
	}})
	keyType := item.TypeText.Optional()
	if f, ok := r.stream.Type.Field(r.stream.Key); ok && f.Type.Kind != item.KindUnknown {
		keyType = f.Type.Optional()
	}
	r.key = in.Scope.Declare("key", keyType)
	for name, f := range d.Filters.All() {
		made := &filter{as: f.As, param: f.Param, join: f.Join, most: max(1, f.Max)}
		i := slices.IndexFunc(r.stream.Filters, func(s step.Filter) bool { return s.Name == name.Value })
		if i < 0 {
			continue
		}
		if made.Filter = r.stream.Filters[i]; made.param == "" {
			made.param = name.Value
		}
		if made.as == "path" {
			made.v = in.Scope.Declare(name.Value, made.Type)
		}
		if made.as == "many" && f.Max == 0 {
			made.most = 100
		}
		r.filters = append(r.filters, made)
	}
}

// lookups compiles the calls for single records.
func (r *reader) lookups(in *step.Builder, d *step.HTTPRead) {
	if d.One != nil {
		one := in.Inner()
		r.oneKey = one.Scope.Declare("key", present(r.key.Type))
		r.one = &lookup{call: compileCall(one, &d.One.HTTPCall), records: compilePath(in, d.One.Records)}
	}
	if d.Detail == nil {
		return
	}
	detail := in.Inner()
	r.row = append(r.row, detail.Scope.Declare(r.stream.Record, r.stream.Row))
	for _, f := range r.stream.Row.Fields {
		if f.Type.Kind != item.KindObject && f.Type.Kind != item.KindList && f.Name != r.stream.Record {
			r.row = append(r.row, detail.Scope.Declare(f.Name, f.Type))
		}
	}
	r.detail = &lookup{call: compileCall(detail, &d.Detail.HTTPCall), records: compilePath(in, d.Detail.Records)}
}

// present returns t as a type that is never null.
func present(t *item.Type) *item.Type {
	c := *t
	c.Nullable = t.Kind == item.KindUnknown
	return &c
}

// check looks across the members of a description.
func (r *reader) check(b *step.Builder, d *step.HTTPRead) {
	fs := b.Findings
	for _, name := range d.By {
		if _, ok := d.Filters.Get(name.Value); !ok {
			f := fs.Errorf(name.Span, diag.CodeUnknownMember, "%q is not one of the filters", name.Value)
			f.Hint = diag.DidYouMean(name.Value, d.Filters.Keys())
			continue
		}
		r.by = append(r.by, name.Value)
	}
	for _, member := range []diag.Text{d.Version} {
		if _, ok := r.stream.Row.Field(member.Value); member.Value != "" && !ok && !r.stream.Row.Open && r.stream.Row.Kind == item.KindObject {
			f := fs.Errorf(member.Span, diag.CodeUnknownMember, "%s has no member %q", r.stream.Row, member.Value)
			f.Hint = diag.DidYouMean(member.Value, r.stream.Row.FieldNames())
		}
	}
	if d.Cursor != nil && r.cursor != nil && !r.cursor.ascending && r.pager.kind != "" && r.pager.total == nil {
		fs.Warnf(d.Cursor.Field.Span, diag.CodeMissingField,
			"without the total in the answer, a listing that changes while it is read cannot be noticed").
			Hint = "add total to pages, or sort the listing by " + d.Cursor.Field.Value
	}
}

// open opens the stream for a run.
func (r *reader) open(c *step.Connection, o step.HTTPReadOptions) (step.Source, error) {
	made, err := connOf(c)
	if err != nil {
		return nil, err
	}
	of := *r
	of.frames = r.opened(c, r.stream.HTTPScope)
	s := &source{reader: &of, conn: made, options: o}
	if r.verdict != nil {
		rules := r.verdict.bind(made, of.frames, made.rules)
		s.rules = &rules
	}
	return s, nil
}

// source reads a stream.
type source struct {
	*reader
	conn    *conn
	options step.HTTPReadOptions
	rules   *client.Rules
}

// Read reads what q asks for. The next page, with its detail calls, is fetched
// while the current one is worked on.
func (s *source) Read(ctx context.Context, q step.Query, page func(step.Page) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages := make(chan step.Page)
	var failed error
	go func() {
		defer close(pages)
		failed = s.produce(ctx, q, func(p step.Page) error {
			select {
			case pages <- p:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	for p := range pages {
		if err := page(p); err != nil {
			cancel()
			for range pages { // until the producer has seen that it is over
			}
			return err
		}
	}
	return failed
}

// emit hands a page on.
type emit func(step.Page) error

func (s *source) produce(ctx context.Context, q step.Query, out emit) error {
	switch {
	case q.Key != "":
		return s.readOne(ctx, q.Key, out)
	case s.list == nil:
		return fmt.Errorf("%s can only be read one by one, by key", s.stream.Record)
	case q.By != "" && slices.Contains(s.by, q.By):
		return s.readBy(ctx, q, out)
	}
	asks, err := s.asks(q.Filters)
	if err != nil {
		return err
	}
	if s.cursor != nil {
		return s.readWindows(ctx, q, asks, out)
	}
	for _, a := range asks {
		if err := s.readAll(ctx, q, a, out); err != nil {
			return err
		}
	}
	return nil
}

// ask is what the calls of one listing have in common.
type ask struct {
	query  url.Values
	values []setting // filters that are part of the path
	window window
}

// setting is a value for a place in a frame.
type setting struct {
	slot  int
	value item.Value
}

// asks returns the listings that together answer the filters: one for each
// combination of the values that a call takes one of.
func (s *source) asks(given []step.FilterValue) ([]*ask, error) {
	asks := []*ask{{query: url.Values{}}}
	for _, f := range s.filters {
		i := slices.IndexFunc(given, func(v step.FilterValue) bool { return v.Name == f.Name })
		if i < 0 || len(given[i].Values) == 0 {
			if f.as == "path" {
				return nil, fmt.Errorf("%s cannot be read without %s", s.stream.Record, f.Name)
			}
			continue
		}
		var next []*ask
		for _, a := range asks {
			for part := range slices.Chunk(given[i].Values, f.most) {
				next = append(next, a.with(f, part))
			}
		}
		asks = next
	}
	return asks, nil
}

// with returns a as narrowed by values of a filter.
func (a *ask) with(f *filter, values []item.Value) *ask {
	c := &ask{query: url.Values{}, values: slices.Clone(a.values), window: a.window}
	for name, v := range a.query {
		c.query[name] = v
	}
	if f.v != nil {
		v, err := item.Convert(values[0], f.Type)
		if err != nil {
			v = values[0]
		}
		c.values = append(c.values, setting{f.v.Slot, v})
		return c
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.String()
	}
	if f.join != "" {
		texts = []string{strings.Join(texts, f.join)}
	}
	c.query[f.param] = texts
	return c
}

// values returns a frame with what the ask has to say.
func (s *source) values(a *ask) item.Frame {
	f := s.frame(s.conn)
	for _, v := range a.values {
		f[v.slot] = v.value
	}
	f[s.window.Slot] = a.window.value(s.cursor)
	return f
}

// fetch reads one page of a listing.
func (s *source) fetch(ctx context.Context, a *ask, at spot) (*listing, error) {
	f := s.values(a)
	size := s.pager.chosen(s.options)
	cursor := item.Null
	if at.cursor != "" {
		cursor = item.Text(at.cursor)
	}
	f[s.page.Slot] = item.Map([]string{"number", "offset", "size", "cursor"}, []item.Value{
		item.Int(int64(s.pager.first + at.index)), item.Int(int64(at.offset)), item.Int(int64(size)), cursor,
	})
	req, err := s.list.call.request(f)
	if err != nil {
		return nil, err
	}
	for name, v := range a.query {
		req.Query[name] = v
	}
	if s.cursor != nil {
		s.cursor.apply(req, a.window)
	}
	s.pager.apply(req, at, size)
	answer, err := s.send(ctx, req)
	if err != nil {
		return nil, err
	}
	l := &listing{at: at, answer: answer}
	if l.rows, err = s.list.records.rows(answer.Value); err == nil {
		l.total, err = s.pager.count(answer)
	}
	if err != nil {
		return nil, s.said(req, err)
	}
	return l, nil
}

// send sends a request that only reads.
func (s *source) send(ctx context.Context, req *client.Request) (*client.Answer, error) {
	req.Repeat, req.Rules = true, s.rules
	return s.conn.http.Do(step.WithRead(ctx), req)
}

// said puts the call in front of what is wrong with its answer.
func (s *source) said(req *client.Request, err error) error {
	return s.conn.http.Said(req, err)
}

// walker returns what walks the pages of an ask.
func (s *source) walker(a *ask) *walker {
	return &walker{
		pager: s.pager, size: s.pager.chosen(s.options), ahead: min(4, s.conn.http.AtOnce()),
		fetch: func(ctx context.Context, at spot) (*listing, error) { return s.fetch(ctx, a, at) },
	}
}

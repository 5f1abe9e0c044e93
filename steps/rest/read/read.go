package read

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// reader is compiled from HTTPRead.
type reader struct {
	call.Frames
	stream  *step.HTTPStream
	verdict *call.Verdict
	list    *call.Lookup
	pager   *call.Pager
	filters []*filter
	by      []string
	cursor  *cursor
	version string
	detail  *call.Lookup
	one     *call.Lookup
	add     []call.Param
	wrap    string // the member that holds a record which is no object

	window, page *item.Var
	key          *item.Var   // the key of a record, as its member is typed
	oneKey       *item.Var   // the same where one record is asked for
	row          []*item.Var // the members of a row by name, and the row itself
}

// filter is a condition that the vendor applies.
type filter struct {
	step.Filter
	as, param, join string
	most            int
	v               *item.Var // where templates see it, if it is part of the call.Path
	at              diag.Span
}

// Compile compiles a stream. It is nil after an error finding.
func Compile(b *step.Builder, d *step.HTTPRead, s *step.HTTPStream) step.HTTPReader {
	before := b.Findings.Errors()
	r := &reader{Frames: call.FramesOf(b, s.HTTPScope), stream: s, version: d.Version.Value, wrap: d.Wrap.Value}
	in := b.Inner()
	r.declare(in, d)
	r.verdict = call.CompileVerdict(b, d.Errors)
	r.pager = call.CompilePages(in, d.Pages)
	if d.Direct() || d.One == nil {
		r.list = call.CompileLookup(in, &step.HTTPLookup{HTTPCall: d.HTTPCall, Records: d.Records})
	}
	r.cursor = compileCursor(in, d.Cursor, s)
	if r.cursor != nil && r.version == "" {
		r.version = r.cursor.field
	}
	r.lookups(in, d)
	r.add = call.Params(in, d.Add)
	r.check(b, d)
	if b.Findings.Errors() > before {
		return nil
	}
	r.warnUnnoticed(b.Findings, d)
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
		if made := r.filter(in, name.Value, &f); made != nil {
			made.at = name.Span
			r.filters = append(r.filters, made)
		}
	}
}

// filter compiles a condition that the vendor applies.
func (r *reader) filter(in *step.Builder, name string, d *step.HTTPFilter) *filter {
	i := slices.IndexFunc(r.stream.Filters, func(s step.Filter) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	f := &filter{Filter: r.stream.Filters[i], as: d.As, param: cmp.Or(d.Param, name), join: d.Join, most: cmp.Or(d.Max, 1)}
	switch {
	case f.as == "path":
		f.v = in.Scope.Declare(name, f.Type)
	case f.as == "many" && d.Max == 0:
		f.most = manyValues
	}
	return f
}

// manyValues is how many values a call takes if the vendor's limit is not known.
const manyValues = 100

// lookups compiles the calls for single records.
func (r *reader) lookups(in *step.Builder, d *step.HTTPRead) {
	if d.One != nil {
		one := in.Inner()
		r.oneKey = one.Scope.Declare("key", present(r.key.Type))
		r.one = call.CompileLookup(one, d.One)
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
	r.detail = call.CompileLookup(detail, d.Detail)
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
	r.checkMentions(fs, d)
	for _, name := range d.By {
		if _, ok := d.Filters.Get(name.Value); !ok {
			f := fs.Errorf(name.Span, diag.CodeUnknownMember, "%q is not one of the filters", name.Value)
			f.Hint = diag.DidYouMean(name.Value, d.Filters.Keys())
			continue
		}
		r.by = append(r.by, name.Value)
	}
	if d.Version.Value != "" && !mayHave(r.stream.Row, d.Version.Value) {
		f := fs.Errorf(d.Version.Span, diag.CodeUnknownMember, "%s has no member %q", r.stream.Row, d.Version.Value)
		f.Hint = diag.DidYouMean(d.Version.Value, r.stream.Row.FieldNames())
	}
}

// warnUnnoticed warns of a listing that may change unseen while it is read.
func (r *reader) warnUnnoticed(fs *diag.List, d *step.HTTPRead) {
	unnoticed := d.Pages != nil && d.Pages.Total.Value == ""
	if unnoticed && r.cursor != nil && !r.cursor.ascending {
		fs.Warnf(d.Cursor.Field.Span, diag.CodeMissingField,
			"without the total in the answer, a listing that changes while it is read cannot be noticed").
			Hint = "add total to pages, or sort the listing by " + d.Cursor.Field.Value
	}
}

// checkMentions sees that a filter which is part of the path is in it, and that a
// call for one record says which.
func (r *reader) checkMentions(fs *diag.List, d *step.HTTPRead) {
	for _, f := range r.filters {
		if f.as == "path" && r.list != nil && r.list.Call != nil && !r.list.Mentions(f.Name) {
			fs.Errorf(f.at, diag.CodeConflict, "the filter %q is to be a part of the path, and the call does not name it", f.Name).
				Hint = "put {{ " + f.Name + " }} into the path, or remove as: path"
		}
	}
	if r.one != nil && r.one.Call != nil && !r.one.Mentions("key") {
		fs.Errorf(d.One.Span, diag.CodeMissingField, "the call for one record does not say which").
			Hint = "put {{ key }} into it"
	}
}

// mayHave reports whether a value of a type may have a member.
func mayHave(t *item.Type, name string) bool {
	_, ok := t.Field(name)
	return ok || t.Open || t.Kind != item.KindObject
}

// open opens the stream for a run.
func (r *reader) open(c *step.Connection, o step.HTTPReadOptions) (step.Source, error) {
	made, err := call.ConnOf(c)
	if err != nil {
		return nil, err
	}
	of := *r
	of.Frames = r.Opened(c, r.stream.HTTPScope)
	s := &source{reader: &of, conn: made, options: o, rules: made.Rules(r.verdict, of.Frames)}
	if r.detail != nil {
		s.typed.New = func() any { return item.NewDecoder(r.row[0].Layout) }
	}
	return s, nil
}

// source reads a stream.
type source struct {
	*reader
	conn    *call.Conn
	options step.HTTPReadOptions
	rules   *client.Rules
	typed   sync.Pool // of decoders for rows of the listing
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
	case s.cursor == nil && !q.Since.IsZero():
		return fmt.Errorf("%s cannot be read from a time on without a cursor", s.stream.Record)
	case s.list == nil:
		return fmt.Errorf("%s can only be read one by one, by key", s.stream.Record)
	case q.By != "" && slices.Contains(s.by, q.By):
		return s.readBy(ctx, q, out)
	}
	return s.readListings(ctx, q, out)
}

// readListings reads the listings that answer the filters of q.
func (s *source) readListings(ctx context.Context, q step.Query, out emit) error {
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
	values []setting // filters that are part of the call.Path
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
	c := &ask{query: url.Values{}, values: slices.Clone(a.values)}
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
	f := s.Frame(s.conn)
	for _, v := range a.values {
		f[v.slot] = v.value
	}
	f[s.window.Slot] = a.window.value(s.cursor)
	return f
}

// fetch reads one page of a listing.
func (s *source) fetch(ctx context.Context, a *ask, at call.Spot) (*call.Listing, error) {
	f := s.values(a)
	size := s.pager.Chosen(s.options)
	cursor := item.Null
	if at.Cursor != "" {
		cursor = item.Text(at.Cursor)
	}
	f[s.page.Slot] = item.Map([]string{"number", "offset", "size", "cursor"}, []item.Value{
		item.Int(int64(s.pager.Number(at))), item.Int(int64(at.Offset)), item.Int(int64(size)), cursor,
	})
	req, err := s.list.Request(f)
	if err != nil {
		return nil, err
	}
	for name, v := range a.query {
		req.Query[name] = v
	}
	if s.cursor != nil {
		s.cursor.apply(req, a.window)
	}
	s.pager.Apply(req, at, size)
	req.Rules = s.rules
	return s.list.Page(ctx, s.conn, req, s.pager, at)
}

// walker returns what walks the pages of an ask.
func (s *source) walker(a *ask) *call.Walker {
	return &call.Walker{
		Pager: s.pager, Size: s.pager.Chosen(s.options), Ahead: min(4, s.conn.HTTP.AtOnce()),
		Fetch: func(ctx context.Context, at call.Spot) (*call.Listing, error) { return s.fetch(ctx, a, at) },
	}
}

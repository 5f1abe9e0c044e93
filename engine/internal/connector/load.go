package connector

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/shape"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/internal/template"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Loaded is a connector file that was read.
type Loaded struct {
	// Connector is what pipelines use; it is whole only without error findings.
	Connector *step.Connector
	// File is what stands in the file.
	File *File
	// Shapes are the file's shapes by name.
	Shapes map[string]*item.Type
}

// Load reads a connector file and compiles everything in it. What is wrong is
// added to fs. It returns nil when there is nothing to be had of the file.
func Load(name string, data []byte, http step.HTTPEngine, fs *diag.List) *Loaded {
	n := syntax.Parse(name, data, fs)
	if n == nil {
		return nil
	}
	if n.Kind != syntax.Mapping {
		fs.Errorf(n.Span, diag.CodeWrongType, "expected a connector, not %s", n.Describe())
		return nil
	}
	f := &File{}
	spec.For[File]().Document(spec.Comments(Sources)).Decode(n, f, fs)
	l := &loader{
		file: f, http: http, fs: fs,
		shapes: shape.ParseAll(f.Shapes, fs),
		fields: spec.ReadFields(f.Fields, fs),
	}
	return &Loaded{Connector: l.connector(), File: f, Shapes: l.shapes}
}

// WithoutTests returns a connector file without its tests, which are most of
// it, for those who only want to use it. Tests that are not the last part stay.
func WithoutTests(data []byte) []byte {
	i := bytes.LastIndex(data, []byte("\ntests:\n"))
	if i < 0 || lastPart.Match(data[i+len("\ntests:\n"):]) {
		return data
	}
	return data[:i+1]
}

// lastPart finds a line that begins another part of a file.
var lastPart = regexp.MustCompile(`(?m)^[^\s#-]`)

// loader makes a connector of a file.
type loader struct {
	file   *File
	http   step.HTTPEngine
	fs     *diag.List
	shapes map[string]*item.Type
	fields spec.Fields
}

func (l *loader) connector() *step.Connector {
	if _, ok := l.fields.Get(step.BaseURL); !ok {
		l.fields = append(l.fields, spec.Field{
			Name: step.BaseURL, Type: item.TypeText.Optional(), Span: l.file.Connector.Span,
			Help: "Where requests go in place of the vendor, such as a twin.",
		})
	}
	l.names()
	c := &step.Connector{Name: l.file.Connector.Value, Summary: l.file.Summary, Fields: l.fields}
	b, scope := l.builder(c.Name, l.file.Span)
	c.Dial = l.http.Client(b, &l.file.HTTPClient, scope.Fields)
	for i := range l.file.Reads.Entries {
		e := &l.file.Reads.Entries[i]
		if r := l.read(e.Key, &e.Value); r != nil {
			c.Reads = append(c.Reads, r)
		}
	}
	for i := range l.file.Writes.Entries {
		e := &l.file.Writes.Entries[i]
		if w := l.write(e.Key, &e.Value); w != nil {
			c.Writes = append(c.Writes, w)
		}
	}
	for i := range l.file.Webhooks.Entries {
		e := &l.file.Webhooks.Entries[i]
		l.webhook(e.Key, &e.Value)
	}
	l.tests(c)
	return c
}

// nameForm is what connectors are called, wordForm what rules and connection.name
// can have in them.
var (
	nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	wordForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// names sees that everything is called what it can be called by.
func (l *loader) names() {
	check := func(t diag.Text, what string, form *regexp.Regexp, hint string) {
		if !form.MatchString(t.Value) {
			l.fs.Errorf(t.Span, diag.CodeBadValue, "%q cannot name %s", t.Value, what).Hint = hint
		}
	}
	const word = "use letters, digits and _, beginning with a letter"
	if l.file.Connector.Value != "" {
		check(l.file.Connector, "a connector", nameForm, "use letters, digits, . _ and -")
	}
	for _, f := range l.fields {
		check(diag.NewText(f.Name, f.Span, nil), "a field", wordForm, word)
	}
	for _, e := range l.file.Reads.Entries {
		check(e.Key, "a stream", wordForm, word)
		if e.Value.Record.Value != "" {
			check(e.Value.Record, "a record", wordForm, word)
		}
	}
	for _, e := range l.file.Writes.Entries {
		check(e.Key, "an operation", wordForm, word)
	}
}

// builder returns a builder whose scope has the settings of a connection, and
// nothing else. Each stream and operation has one of its own, so that its frames
// are small.
func (l *loader) builder(path string, at diag.Span) (*step.Builder, step.HTTPScope) {
	b := &step.Builder{
		Scope: item.NewScope(), Findings: l.fs, Path: path, Place: at,
		// What is printed into an address must be there.
		Templates: template.Options{Strict: true, Zone: time.UTC},
	}
	var s step.HTTPScope
	for _, f := range l.fields {
		v := b.Scope.Declare(f.Name, f.Type)
		v.Doc = f.Help
		s.Fields = append(s.Fields, step.HTTPField{Var: v, Secret: f.Secret})
	}
	return b, s
}

// shape reads a shape that is written out or named; a nil node is the shape
// with a name.
func (l *loader) shape(n *syntax.Node, name diag.Text) *item.Type {
	if n != nil {
		return l.parse(n)
	}
	if t, ok := l.shapes[name.Value]; ok {
		return t
	}
	if name.Value == "" || l.file.Shapes.Get(name.Value) != nil {
		return nil // it is missing or had an error, which was reported
	}
	f := l.fs.Errorf(name.Span, diag.CodeBadValue, "there is no shape %q", name.Value)
	if f.Hint = diag.DidYouMean(name.Value, l.file.Shapes.Keys()); f.Hint == "" {
		f.Hint = "add it under shapes, or write shape"
	}
	return nil
}

// parse reads a shape that is written out, or named. One that names a shape
// with an error has that reported already.
func (l *loader) parse(n *syntax.Node) *item.Type {
	if n.Kind == syntax.Scalar {
		name := strings.TrimSuffix(n.Text.Value, "?")
		if _, ok := l.shapes[name]; !ok && l.file.Shapes.Get(name) != nil {
			return nil
		}
	}
	return shape.Parse(n, l.shapes, l.fs)
}

func (l *loader) read(name diag.Text, r *Read) *step.Read {
	t := l.shape(r.Shape, r.Record)
	row := t
	if r.Row != nil {
		row = l.parse(r.Row)
	}
	if t == nil || row == nil || r.Record.Value == "" {
		// It is there all the same, so that nothing is reported for pipelines that
		// read it.
		return &step.Read{Name: name.Value, Record: r.Record.Value, Type: item.TypeUnknown, Key: cmp.Or(r.Key.Value, "-")}
	}
	out := &step.Read{
		Name: name.Value, Summary: r.Summary, Record: r.Record.Value, Type: t, Key: r.Key.Value,
		Since: r.Cursor != nil, ByKey: r.One != nil,
	}
	l.member(r.Key, t)
	for key, f := range r.Filters.All() {
		out.Filters = append(out.Filters, step.Filter{
			Name: key.Value, Type: l.filterType(key, &f, t, row), Many: f.As == "many", Doc: f.Doc,
		})
	}
	for _, by := range r.By {
		out.By = append(out.By, by.Value)
	}
	b, scope := l.builder("reads."+name.Value, name.Span)
	open := l.http.Read(b, &r.HTTPRead, &step.HTTPStream{
		HTTPScope: scope,
		Record:    r.Record.Value, Type: t, Row: row, Key: r.Key.Value, Filters: out.Filters,
	})
	if r.Pages != nil || r.Cursor != nil {
		out.Options = spec.For[step.HTTPReadOptions]()
	}
	out.Bind = bindRead(open)
	return out
}

// bindRead returns the Bind of a stream that open opens; nil after an error.
func bindRead(open step.HTTPReader) func(*step.Builder, any) step.OpenSource {
	if open == nil {
		return nil
	}
	return func(_ *step.Builder, opts any) step.OpenSource {
		var o step.HTTPReadOptions
		if given, ok := opts.(*step.HTTPReadOptions); ok && given != nil {
			o = *given
		}
		return func(c *step.Connection) (step.Source, error) { return open(c, o) }
	}
}

// filterType is the type of a filter's values: what it says, or that of the
// member of the same name.
func (l *loader) filterType(name diag.Text, f *step.HTTPFilter, types ...*item.Type) *item.Type {
	if f.Type != nil {
		if t := l.parse(f.Type); t != nil {
			return t
		}
	}
	for _, t := range types {
		if m, ok := t.Field(name.Value); ok {
			c := *m.Type
			c.Nullable = c.Kind == item.KindUnknown
			return &c
		}
	}
	return item.TypeText
}

// member sees that a shape has a member, if one is named.
func (l *loader) member(name diag.Text, t *item.Type) {
	if name.Value == "" || t.Kind != item.KindObject || t.Open || t.IsMap() {
		return
	}
	if _, ok := t.Field(name.Value); !ok {
		f := l.fs.Errorf(name.Span, diag.CodeUnknownMember, "%s has no member %q", t, name.Value)
		f.Hint = diag.DidYouMean(name.Value, t.FieldNames())
	}
}

func (l *loader) write(name diag.Text, w *Write) *step.Write {
	takes, returns, ok := l.shapesOf(w)
	if !ok {
		return nil
	}
	out := &step.Write{
		Name: name.Value, Summary: w.Summary, Takes: takes, Returns: returns, Modes: modes(w),
		Batch: l.batch(w.Batch), Find: w.InDoubt != nil, Idempotent: w.Idempotent,
	}
	merges := w.Update != nil && w.Update.Merge
	out.Blanks = w.Blanks && !merges
	if !slices.Contains(out.Modes, step.Create) && w.Update != nil {
		out.Idempotent = true
	}
	if returns != nil {
		l.member(w.Reference, returns)
	}
	b, scope := l.builder("writes."+name.Value, name.Span)
	open := l.http.Write(b, &w.HTTPWrite, &step.HTTPOperation{
		HTTPScope: scope,
		Takes:     takes, Returns: returns, Batch: out.Batch,
	})
	if open != nil {
		out.Bind = func(*step.Builder, any) step.OpenSink { return open }
	}
	return out
}

// shapesOf reads what an operation takes and returns. It is false after an
// error finding.
func (l *loader) shapesOf(w *Write) (takes, returns *item.Type, ok bool) {
	if w.Takes != nil {
		takes = l.parse(w.Takes)
	}
	if w.Returns != nil {
		returns = l.parse(w.Returns)
	}
	return takes, returns, takes != nil && (returns != nil) == (w.Returns != nil)
}

// modes lists what an operation can do, the usual first.
func modes(w *Write) []step.Mode {
	var out []step.Mode
	switch {
	case !w.Direct():
	case w.Mode != "":
		out = append(out, step.Mode(w.Mode))
	case !w.Post.IsZero():
		out = append(out, step.Create)
	default:
		out = append(out, step.Update)
	}
	if w.Update == nil {
		return out
	}
	for _, m := range []step.Mode{step.Update, step.Upsert} {
		if (m == step.Update || w.Direct()) && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

func (l *loader) batch(t diag.Text) int {
	if t.Value == "all" {
		return 0
	}
	n, err := strconv.Atoi(t.Value)
	if err != nil || n < 1 {
		l.fs.Errorf(t.Span, diag.CodeBadValue, "batch is a number of records or all, not %q", t.Value)
		return 1
	}
	return n
}

// webhook checks what a vendor sends by itself.
func (l *loader) webhook(name diag.Text, w *Webhook) {
	t := l.shape(w.Shape, w.Record)
	if t == nil {
		return
	}
	l.member(w.Key, t)
	l.member(w.Version, t)
	if s := w.Signature; s != nil {
		b, _ := l.builder("webhooks."+name.Value, name.Span)
		b.Value(s.Key, item.TypeText)
		if s.Over == "form" && w.Form == "" {
			l.fs.Errorf(name.Span, diag.CodeMissingField, "a signature over the form field needs %q to name it", "form")
		}
	}
}

package compile

import (
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/shape"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// house is what steps see of the compiler.
type house struct{ c *compiler }

// Stream resolves the name of a stream.
func (h house) Stream(b *step.Builder, name diag.Text, options []step.Pair, known []string) *step.Stream {
	conn, read := h.c.read(name)
	if read == nil {
		return nil
	}
	if b.Path != "source" {
		h.c.sketch.stream(name.Value, b.Path)
	}
	s := &step.Stream{Connection: conn, Read: read}
	before := h.c.fs.Errors()
	opts := step.Options(options, read.Options, b.Place, known, h.c.fs)
	if read.Bind != nil && h.c.fs.Errors() == before {
		s.Open = read.Bind(b, opts)
	}
	return s
}

// split parts "connection.name" and returns the connection's connector.
func (c *compiler) split(name diag.Text, what string) (string, *step.Connector, diag.Text) {
	conn, rest, ok := strings.Cut(name.Value, ".")
	if !ok || conn == "" || rest == "" {
		if name.Value != "" {
			f := c.fs.Errorf(name.Span, diag.CodeBadValue, "%q is not connection.%s", name.Value, what)
			if known := c.p.Connections.Keys(); len(known) > 0 {
				f.Hint = "put one of the connections and a point before it: " + list(known)
			}
		}
		return "", nil, name
	}
	if _, declared := c.p.Connections.Get(conn); !declared {
		if notMapping(c.p.Node.Get("connections")) {
			return "", nil, name // which was reported
		}
		f := c.fs.Errorf(name.At(0, len(conn)), diag.CodeUnknownConnection, "unknown connection %q", conn)
		if f.Hint = diag.DidYouMean(conn, c.p.Connections.Keys()); f.Hint == "" {
			f.Hint = "declare it under connections"
		}
		return "", nil, name
	}
	c.bound[conn] = true
	return conn, c.accounts[conn].Connector, name.Slice(len(conn)+1, len(name.Value))
}

// notMapping reports whether something other than a mapping stands where one
// belongs.
func notMapping(n *syntax.Node) bool { return !n.IsNull() && n.Kind != syntax.Mapping }

func (c *compiler) read(name diag.Text) (string, *step.Read) {
	conn, k, stream := c.split(name, "stream")
	if k == nil {
		return "", nil
	}
	i := slices.IndexFunc(k.Reads, func(r *step.Read) bool { return r.Name == stream.Value })
	if i < 0 {
		var names []string
		for _, r := range k.Reads {
			names = append(names, r.Name)
		}
		c.unknown(stream, diag.CodeUnknownStream, k.Name+" has no stream", names)
		return "", nil
	}
	return conn, k.Reads[i]
}

// unknown reports a name that is not one of those known.
func (c *compiler) unknown(name diag.Text, code diag.Code, what string, known []string) {
	f := c.fs.Errorf(name.Span, code, "%s %q", what, name.Value)
	if f.Hint = diag.DidYouMean(name.Value, known); f.Hint == "" && len(known) > 0 {
		f.Hint = "there is " + list(known)
	}
}

// source compiles where records come from. b sees what is known before there
// is a record; the record is declared in inner.
func (c *compiler) source(b, inner *step.Builder) Source {
	s := &c.p.Source
	out := Source{Name: s.Read.Value, Overlap: time.Duration(s.Overlap)}
	stream := b.House.Stream(b, s.Read, s.Rest, pipeline.SourceStruct().Names())
	if stream == nil {
		// The record is declared all the same, so that no rule is reported for
		// the source's mistake.
		stream = &step.Stream{Read: &step.Read{Record: s.As.Value, Type: item.TypeUnknown, Key: "-"}}
		out.Record = c.record(inner, stream.Read)
		c.otherRecords(inner)
		return out
	}
	out.Stream = *stream
	out.Filters = c.filters(b, stream.Read)
	out.Since = c.since(b, stream.Read)
	out.Record = c.record(inner, stream.Read)
	switch {
	case !s.Key.IsZero():
		if out.Key = inner.Rule(s.Key, nil); out.Key != nil {
			c.checkKey(out.Key)
		}
	case stream.Read.Key == "":
		c.fs.Errorf(s.Read.Span, diag.CodeMissingField, "the source needs a key: %s does not say what identifies a record", s.Read.Value).
			Hint = "add key: with an expression, such as " + out.Record.Name + ".id"
	}
	return out
}

// otherRecords declares every name that a connector gives a record, so that no
// rule is reported for a source whose stream there is not.
func (c *compiler) otherRecords(b *step.Builder) {
	if c.p.Source.As.Value != "" {
		return
	}
	for _, k := range c.in.Connectors {
		for _, r := range k.Reads {
			if _, taken := b.Scope.Var(r.Record); !taken && r.Record != "" {
				b.Scope.Declare(r.Record, item.TypeUnknown)
			}
		}
	}
}

func (c *compiler) checkKey(key *rule.Rule) {
	at := key.Text()
	switch key.Type().Kind {
	case item.KindList, item.KindObject, item.KindBool:
		c.fs.Errorf(at.Span, diag.CodeExpressionType, "a key is a text or a number, not %s", key.Type())
	default:
		if _, constant := key.Constant(); constant {
			c.fs.Errorf(at.Span, diag.CodeBadValue, "this key is the same for every record").
				Hint = "write what tells the records apart, such as record.id"
		}
	}
}

// record declares the variable that holds a record.
func (c *compiler) record(b *step.Builder, read *step.Read) *item.Var {
	s := &c.p.Source
	name := s.As
	if name.Value == "" {
		name = diag.NewText(read.Record, s.Read.Span, nil)
	}
	if name.Value == "" {
		name = diag.NewText("record", s.Read.Span, nil)
	}
	v := b.Declare(name, item.NewLayout(c.recordType(read)))
	if v == nil {
		return b.Scope.Declare("", item.TypeUnknown)
	}
	v.Doc = "The record, as " + s.Read.Value + " gives it."
	return v
}

func (c *compiler) recordType(read *step.Read) *item.Type {
	named := shape.ParseAll(c.p.Shapes, c.fs)
	n := c.p.Source.Shape
	typed := read.Type != nil && read.Type.Kind != item.KindUnknown
	switch {
	case n == nil && read.Type == nil:
		return item.TypeUnknown
	case n == nil:
		return read.Type
	case typed:
		c.fs.Errorf(n.Span, diag.CodeConflict, "the connector says what shape %s has", c.p.Source.Read.Value).
			Hint = "remove shape"
		return read.Type
	}
	t := shape.Parse(n, named, c.fs)
	if t == nil {
		return item.TypeUnknown
	}
	if t.Kind != item.KindObject {
		c.fs.Errorf(n.Span, diag.CodeWrongType, "a record is an object, not %s", t)
		return item.TypeUnknown
	}
	return t
}

// filters compiles what the vendor is asked to filter by.
func (c *compiler) filters(b *step.Builder, read *step.Read) []Filter {
	var out []Filter
	for _, e := range c.p.Source.Where.Entries {
		i := slices.IndexFunc(read.Filters, func(f step.Filter) bool { return f.Name == e.Key.Value })
		if i < 0 {
			c.unknownFilter(e.Key, read)
			continue
		}
		want := read.Filters[i].Type
		if want == nil {
			want = item.TypeText
		}
		value := e.Value
		if value.IsZero() && e.Node.Text.Value == "" {
			continue // no value, which was reported
		}
		if value.IsZero() {
			value = step.NewValue(e.Node) // a null
		}
		if v := b.ValueOrList(value, want); v != nil {
			out = append(out, Filter{Name: e.Key.Value, Value: v})
		}
	}
	return out
}

func (c *compiler) unknownFilter(name diag.Text, read *step.Read) {
	var known []string
	for _, f := range read.Filters {
		known = append(known, f.Name)
	}
	f := c.fs.Errorf(name.Span, diag.CodeUnknownKey, "%s cannot be filtered by %q", c.p.Source.Read.Value, name.Value)
	switch f.Hint = diag.DidYouMean(name.Value, known); {
	case f.Hint != "":
	case len(known) == 0:
		f.Hint = "use a filter step"
	default:
		f.Hint = "the vendor filters by " + list(known) + "; use a filter step for anything else"
	}
}

// since compiles where reading begins.
func (c *compiler) since(b *step.Builder, read *step.Read) *step.Evaluator {
	s := &c.p.Source
	if !read.Since {
		if !s.Since.IsZero() {
			c.fs.Errorf(s.Since.Place(), diag.CodeConflict, "%s cannot be read from a time on", s.Read.Value).
				Hint = "use a filter step"
		}
		if s.Overlap != 0 {
			c.fs.Errorf(s.Span, diag.CodeConflict, "%s has no cursor to stay behind of", s.Read.Value).
				Hint = "remove overlap"
		}
		return nil
	}
	return b.Value(s.Since, item.TypeTime.Optional())
}

// bind finds the account of each of the pipeline's connections.
func (c *compiler) bind() {
	for _, e := range c.p.Connections.Entries {
		if e.Node.IsNull() { // which was reported
			c.accounts[e.Key.Value] = Account{}
			continue
		}
		if e.Value.Value == "" {
			c.fs.Errorf(e.Key.Span, diag.CodeMissingField, "the connection %q does not say which connector it is of", e.Key.Value)
			c.accounts[e.Key.Value] = Account{}
			continue
		}
		k := c.connector(e.Value)
		if k == nil {
			c.accounts[e.Key.Value] = Account{}
			continue
		}
		c.accounts[e.Key.Value] = c.account(e.Key, k)
	}
	if c.in.Use == nil {
		return
	}
	for _, e := range c.in.Use.Connections.Entries {
		if !c.knownConnection(e.Key.Value) {
			f := c.fs.Errorf(e.Key.Span, diag.CodeUnknownConnection, "the pipeline %q has no connection %q", c.p.Pipeline.Value, e.Key.Value)
			f.Hint = diag.DidYouMean(e.Key.Value, c.p.Connections.Keys())
		}
	}
}

func (c *compiler) knownConnection(name string) bool {
	_, ok := c.p.Connections.Get(name)
	return ok || slices.ContainsFunc(c.in.Beside, func(p *pipeline.Pipeline) bool {
		_, ok := p.Connections.Get(name)
		return ok
	})
}

func (c *compiler) connector(name diag.Text) *step.Connector {
	return findConnector(name, c.in.Connectors, c.fs)
}

func findConnector(name diag.Text, all []*step.Connector, fs *diag.List) *step.Connector {
	i := slices.IndexFunc(all, func(k *step.Connector) bool { return k.Name == name.Value })
	if i >= 0 {
		return all[i]
	}
	var known []string
	for _, k := range all {
		known = append(known, k.Name)
	}
	f := fs.Errorf(name.Span, diag.CodeUnknownConnector, "unknown connector %q", name.Value)
	if f.Hint = diag.DidYouMean(name.Value, known); f.Hint == "" {
		f.Hint = "`sluice connectors` lists them"
	}
	return nil
}

// account finds what a connection is bound to. A connection that the use does
// not name is bound to the account of the same name, if there is one.
func (c *compiler) account(name diag.Text, k *step.Connector) Account {
	if c.in.Use == nil && c.in.StandIns {
		return Account{Connector: k}
	}
	at, bound := name, name.Value
	if c.in.Use != nil {
		if v, ok := c.in.Use.Connections.Get(name.Value); ok && v.Value != "" {
			at, bound = v, v.Value
		}
	}
	a, ok := c.in.Accounts[bound]
	if !ok {
		c.notBound(name, at)
		return Account{Connector: k}
	}
	if a.Connector == nil { // it names an unknown connector, which was reported
		return Account{Connector: k}
	}
	if a.Connector.Name != k.Name {
		f := c.fs.Errorf(at.Span, diag.CodeConflict, "the pipeline's connection %q is of %s, and %q is of %s", name.Value, k.Name, bound, a.Connector.Name)
		f.Related = []diag.Related{{Message: "the pipeline says so here", Span: name.Span}}
		return Account{Connector: k}
	}
	return a
}

func (c *compiler) notBound(name, at diag.Text) {
	if at.Span != name.Span {
		return // the workspace's check reports accounts that there are not
	}
	place := name.Span
	if c.in.Use != nil {
		if notMapping(c.in.Use.Node.Get("connections")) {
			return // which was reported
		}
		place = c.in.Use.Span
	}
	f := c.fs.Errorf(place, diag.CodeMissingField, "the connection %q of the pipeline %q is not bound to an account", name.Value, c.p.Pipeline.Value)
	f.Hint = "name one under connections in sluice.yaml"
	if len(c.in.Accounts) == 0 {
		f.Hint += `; "sluice init" writes a first one`
	}
}

// uses lists the members that a layout has slots for, the innermost of each.
func uses(l *item.Layout, prefix string) []string {
	var out []string
	for i, name := range l.Names() {
		if inner := uses(l.Member(i), prefix+name+"."); len(inner) > 0 {
			out = append(out, inner...)
		} else {
			out = append(out, prefix+name)
		}
	}
	slices.Sort(out)
	return out
}

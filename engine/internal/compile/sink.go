package compile

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// opened is a write whose operation is known, and not yet what is written.
type opened struct {
	file *pipeline.Sink
	sink Sink
	// as is the name of the mapped result that is written.
	as string
}

// targets adds the shape that the write takes to those of the names around it.
func (o *opened) targets(around map[string]*item.Type) map[string]*item.Type {
	all := maps.Clone(around)
	if all == nil {
		all = map[string]*item.Type{}
	}
	if o != nil && o.file.Map.IsZero() {
		all[o.as] = o.sink.Takes
	}
	return all
}

// open resolves the operation of a write. One that there is not takes anything,
// so that nothing else is reported for it.
func (c *compiler) open(b *step.Builder, s *pipeline.Sink) *opened {
	o := &opened{file: s, as: s.As.Value}
	if o.as == "" {
		o.as = "out"
	}
	conn, w := c.write(s.Write)
	if w == nil {
		o.sink = Sink{Target: s.Write.Value, Place: s.Write.Span, Write: &step.Write{}}
		return o
	}
	o.sink = Sink{Connection: conn, Target: s.Write.Value, Place: s.Write.Span, Write: w, Takes: w.Takes}
	o.sink.Mode = c.mode(s.Mode, w)
	o.sink.Batch = c.batch(s.Batch, w)
	before := c.fs.Errors()
	opts := step.Options(s.Rest, w.Options, s.Span, pipeline.SinkStruct().Names(), c.fs)
	if w.Bind != nil && c.fs.Errors() == before {
		o.sink.Open = w.Bind(b, opts)
	}
	c.inDoubt(s, w)
	return o
}

func (c *compiler) write(name diag.Text) (string, *step.Write) {
	conn, k, op := c.split(name, "operation")
	if k == nil {
		return "", nil
	}
	i := slices.IndexFunc(k.Writes, func(w *step.Write) bool { return w.Name == op.Value })
	if i < 0 {
		var names []string
		for _, w := range k.Writes {
			names = append(names, w.Name)
		}
		c.unknown(op, diag.CodeUnknownOperation, k.Name+" has no operation", names)
		return "", nil
	}
	return conn, k.Writes[i]
}

// inDoubt warns of a write that nobody can look up after a lost answer.
func (c *compiler) inDoubt(s *pipeline.Sink, w *step.Write) {
	if w.Find || w.Idempotent || c.p.Delivery == "at_least_once" {
		return
	}
	c.fs.Warnf(s.Write.Span, diag.CodeInDoubt,
		"a write to %s whose answer is lost can neither be looked up nor sent again safely", s.Write.Value).
		Hint = "such a record stops as in doubt, and a person decides; the connector's in_doubt would say how to look it up"
}

func (c *compiler) mode(m diag.Text, w *step.Write) step.Mode {
	if m.Value == "" {
		if len(w.Modes) == 0 {
			return step.Create
		}
		return w.Modes[0]
	}
	if slices.Contains(w.Modes, step.Mode(m.Value)) {
		return step.Mode(m.Value)
	}
	var known []string
	for _, k := range w.Modes {
		known = append(known, string(k))
	}
	f := c.fs.Errorf(m.Span, diag.CodeBadValue, "%s has no mode %q", w.Name, m.Value)
	if f.Hint = diag.DidYouMean(m.Value, known); f.Hint == "" && len(known) > 0 {
		f.Hint = "it offers " + list(known)
	}
	return step.Mode(m.Value)
}

// batch decides how many records go in one call.
func (c *compiler) batch(t diag.Text, w *step.Write) int {
	if t.Value == "" {
		return w.Batch
	}
	if t.Value == "all" {
		if w.Batch != 0 {
			c.fs.Errorf(t.Span, diag.CodeOutOfBounds, "%s takes at most %s in a call, not all", w.Name, records(w.Batch))
		}
		return w.Batch
	}
	n, err := strconv.Atoi(t.Value)
	switch {
	case err == nil && n < 1:
		c.fs.Errorf(t.Span, diag.CodeOutOfBounds, "%q must be at least 1, not %q", "batch", t.Value)
		return w.Batch
	case err != nil:
		c.fs.Errorf(t.Span, diag.CodeBadValue, "batch is a number of records or all, not %q", t.Value)
		return w.Batch
	case w.Batch == 0:
		c.fs.Errorf(t.Span, diag.CodeConflict, "%s takes all records in one call", w.Name).Hint = "write batch: all"
		return 0
	case n > w.Batch:
		c.fs.Errorf(t.Span, diag.CodeOutOfBounds, "%s takes at most %s in a call, not %d", w.Name, records(w.Batch), n)
		return w.Batch
	}
	return n
}

func records(n int) string {
	if n == 1 {
		return "1 record"
	}
	return strconv.Itoa(n) + " records"
}

// sink decides what is written, once everything that may be is in scope.
func (c *compiler) sink(b *step.Builder, o *opened, record *item.Var) Sink {
	s := o.sink
	if !o.file.Map.IsZero() {
		if o.file.As.Value != "" {
			c.fs.Errorf(o.file.As.Span, diag.CodeConflict, "a write with a map of its own needs no as")
		}
		if p := b.Mapping(o.file.Map, s.Takes); p != nil {
			c.check(p.Part, o)
			s.Out, s.Layout = p.Eval, p.Layout()
		}
		return s
	}
	v, ok := b.Scope.Var(o.as)
	switch {
	case ok:
	case o.file.As.Value != "":
		f := c.fs.Errorf(o.file.As.Span, diag.CodeUnknownVariable, "there is no mapped result %q", o.as)
		f.Hint = diag.DidYouMean(o.as, b.Scope.VarNames())
		return s
	case o.file.Write.Value == "": // which is reported
		return s
	case c.lost.File != "":
		f := c.fs.Errorf(o.file.Write.Span, diag.CodeUnknownVariable, "the sink does not see %q, which a branch of a route makes", o.as)
		f.Hint = "give the branch a sink of its own, or map after the route"
		f.Related = []diag.Related{{Message: "the branch stands here", Span: c.lost}}
		return s
	default:
		v = record // nothing was mapped: the record itself goes out
	}
	s.Layout = v.Layout
	s.Out = func(f item.Frame) (item.Value, error) { return f[v.Slot], nil }
	if part := c.results[v]; part != nil {
		c.check(part, o)
	} else if m := c.misfit(v, s.Takes); m != nil {
		c.fs.Errorf(o.file.Write.Span, m.Code, "%s cannot be written as it is: %s", v.Name, m.Message).
			Hint = "make what " + o.file.Write.Value + " takes with a map step"
	}
	return s
}

func (c *compiler) misfit(v *item.Var, takes *item.Type) *step.Misfit {
	if takes == nil {
		return nil
	}
	return step.Fit(v.Type, takes)
}

// check compares a mapped result with what the write takes.
func (c *compiler) check(p *step.Part, o *opened) {
	step.Check(p, o.sink.Takes, c.fs)
	if o.sink.Takes == nil || !o.sink.Write.Blanks || o.sink.Mode == step.Create {
		return
	}
	var blanked []string
	for _, f := range o.sink.Takes.Fields {
		if !slices.ContainsFunc(p.Members, func(m *step.Part) bool { return m.Name.Value == f.Name }) {
			blanked = append(blanked, f.Name)
		}
	}
	if len(blanked) > 0 {
		c.fs.Warnf(p.Place, diag.CodeMissingMember, "%s blanks what is left out: %s", o.file.Write.Value, list(blanked)).
			Hint = "map them too, or accept that they are emptied"
	}
}

// then compiles the further writes that follow a write. They see its answer as
// `written`.
func (c *compiler) then(b *step.Builder, after *opened, files []pipeline.Sink, record *item.Var) []Sink {
	if len(files) == 0 {
		return nil
	}
	in := b.Inner()
	in.Declared = nil // `written` is there whether it is used or not
	answer := after.sink.Write.Returns
	if answer == nil {
		answer = item.TypeUnknown
	}
	at := diag.NewText("written", files[0].Span, nil)
	written := in.Declare(at, item.NewLayout(answer))
	if written == nil {
		return nil
	}
	written.Doc = "The vendor's answer to the write before."
	var out []Sink
	for i := range files {
		file := &files[i]
		name := "then[" + strconv.Itoa(i) + "]"
		wb := *in
		wb.Path, wb.Place = name, file.Span
		o := c.open(&wb, file)
		s := c.sink(&wb, o, record)
		s.Name, s.Written = name, written
		if !file.When.IsZero() {
			s.When = wb.Rule(file.When, item.TypeBool)
		}
		if len(file.Then) > 0 {
			c.fs.Errorf(file.Then[0].Span, diag.CodeConflict, "a further write has none after it").
				Hint = "put it into the same list"
		}
		out = append(out, s)
	}
	return out
}

// Branch compiles the steps and the sink of a route's branch.
func (h house) Branch(b *step.Builder, name diag.Text, steps, sink *syntax.Node) *step.Branch {
	c := h.c
	in := b.Inner()
	out := &step.Branch{Sink: -1}
	before := c.fs.Errors()
	c.branchName(b, name, sink != nil)
	o := c.branchOpen(b, name, sink)
	if o != nil {
		out.Sink = len(c.sinks)
		c.sinks = append(c.sinks, Sink{Name: name.Value})
	}
	in.Targets = o.targets(b.Targets)
	route := strings.TrimSuffix(b.Path, "."+name.Value)
	c.sketch.branch(route, name.Value)
	if !steps.IsNull() && steps.Kind != syntax.Sequence {
		c.fs.Errorf(steps.Span, diag.CodeWrongType, "steps are a list, not %s", steps.Describe())
	} else if steps != nil {
		for _, s := range c.steps(in, steps.Items) {
			out.Steps = append(out.Steps, s.Transform)
		}
	}
	if o != nil {
		c.branchSink(in, o, out.Sink, name)
		c.sketch.sink(&c.sinks[out.Sink], b.Path+".sink")
	}
	if _, made := in.Scope.Var("out"); made && o == nil {
		if _, seen := b.Scope.Var("out"); !seen {
			c.lost = name.Span
		}
	}
	c.sketch.join(route)
	if c.fs.Errors() > before {
		return nil
	}
	return out
}

// branchOpen opens the write of a branch; nil if it has none.
func (c *compiler) branchOpen(b *step.Builder, name diag.Text, sink *syntax.Node) *opened {
	if sink == nil {
		if c.p.Sink == nil {
			c.sinkless = true
			c.fs.Errorf(name.Span, diag.CodeMissingField, "the branch %q has no sink, and the pipeline has none either", name.Value).
				Hint = "give the branch or the pipeline a sink"
		}
		return nil
	}
	file := &pipeline.Sink{}
	if !pipeline.SinkStruct().Decode(sink, file, c.fs) {
		return nil
	}
	return c.open(c.builder(c.base, b.Path+".sink", file.Span), file)
}

func (c *compiler) branchSink(b *step.Builder, o *opened, at int, name diag.Text) {
	s := c.sink(b, o, c.record0)
	s.Name = name.Value
	s.Then = c.then(b, o, o.file.Then, c.record0)
	c.sinks[at] = s
}

// branchName sees that the ledger can tell the writes apart, and a drawing the
// branches of a route.
func (c *compiler) branchName(b *step.Builder, name diag.Text, sink bool) {
	first, again := c.branches[b.Path]
	if sink {
		if at, taken := c.branches[name.Value]; taken {
			first, again = at, true
		}
		again = again || name.Value == "sink"
		c.branches[name.Value] = name.Span
	}
	c.branches[b.Path] = name.Span
	if !again {
		return
	}
	f := c.fs.Errorf(name.Span, diag.CodeConflict, "another branch or sink is called %q", name.Value)
	f.Hint = "give the branch a name of its own"
	if first.File != "" {
		f.Related = []diag.Related{{Message: "the first is here", Span: first}}
	}
}

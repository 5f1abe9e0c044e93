package compile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/graph"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/internal/template"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Input is a pipeline and everything that it is compiled with.
type Input struct {
	Pipeline *pipeline.Pipeline
	// Instance is the name under which the ledger keeps the pipeline.
	Instance string
	// Use binds the pipeline's connections and settings; nil for a pipeline by
	// itself.
	Use *pipeline.Use
	// Beside are the other pipelines of the same use, which share its settings.
	Beside []*pipeline.Pipeline
	// Accounts are the accounts of the workspace by their names.
	Accounts map[string]Account
	// Connectors and Steps are what there is.
	Connectors []*step.Connector
	Steps      []*step.Definition
	// Env is what settings can take from outside.
	Env pipeline.Env
	// Set are settings that were given by hand, and go before those of the use.
	Set map[string]string
	// StandIns takes a stand-in for each setting that nobody has chosen, so that
	// a pipeline can be checked by itself. It cannot be run then.
	StandIns bool
}

// Compile compiles a pipeline. What is wrong is added to fs; the result is
// whole only when fs got no error.
func Compile(in Input, fs *diag.List) *Ready {
	c := &compiler{
		in: in, p: in.Pipeline, fs: fs,
		base:     item.NewScope(),
		accounts: map[string]Account{},
		bound:    map[string]bool{},
		results:  map[*item.Var]*step.Part{},
		branches: map[string]diag.Span{},
		declared: map[*item.Var]diag.Text{},
	}
	c.bind()
	c.settings()
	c.tables()
	c.run()
	c.templates()
	r := &Ready{
		Name:        in.Pipeline.Pipeline.Value,
		Instance:    in.Instance,
		Pipeline:    in.Pipeline,
		AtLeastOnce: in.Pipeline.Delivery == "at_least_once",
		Accounts:    c.accounts,
		scope:       c.base,
		base:        c.fill,
	}
	c.line(r)
	for i := range c.p.Triggers {
		c.split(c.p.Triggers[i].Webhook, "webhook")
	}
	r.Hash, r.Secrets = c.hash(), c.secrets
	r.Uses = uses(r.Source.Record.Layout, "")
	r.Sinks, r.sketch = c.sinks, c.sketch
	c.unused()
	return r
}

// compiler is one compilation.
type compiler struct {
	in Input
	p  *pipeline.Pipeline
	fs *diag.List

	base                *item.Scope // settings, tables and run
	settingsVar, runVar *item.Var
	settingsValue       item.Value
	secrets             []string
	options             template.Options

	accounts map[string]Account // by the pipeline's names
	bound    map[string]bool    // connections that were used
	results  map[*item.Var]*step.Part
	sketch   sketch
	sinks    []Sink
	branches map[string]diag.Span    // the names of branches, by path and, with a sink, by name
	sinkless bool                    // a branch was reported to have no sink
	lost     diag.Span               // a branch without a sink that maps its records
	declared map[*item.Var]diag.Text // the names that steps declared
	record0  *item.Var               // the record that the source gives
}

// line compiles the pipeline from its source to its sink.
func (c *compiler) line(r *Ready) {
	b := c.builder(c.base, "source", c.p.Source.Span)
	inner := b.Inner()
	r.Source = c.source(b, inner)
	c.record0 = r.Source.Record
	c.sketch.add(graph.Node{ID: "source", Label: r.Source.Name, Kind: graph.Source})
	var main *opened
	if c.p.Sink != nil {
		c.sinks = []Sink{{Name: "sink"}} // the first, before those of branches
		main = c.open(c.builder(c.base, "sink", c.p.Sink.Span), c.p.Sink)
	}
	steps := c.builder(inner.Scope, "", c.p.Span)
	steps.Targets, steps.Declared = main.targets(nil), c.declared
	r.Steps = c.steps(steps, c.p.Steps)
	if main != nil {
		end := c.builder(inner.Scope, "sink", c.p.Sink.Span)
		end.Targets = steps.Targets
		c.sinks[0] = c.sink(end, main, r.Source.Record)
		c.sinks[0].Name = "sink"
		c.sinks[0].Then = c.then(end, main, c.p.Then, r.Source.Record)
		if inner := c.p.Sink.Then; len(inner) > 0 {
			c.fs.Errorf(inner[0].Span, diag.CodeConflict, "only the sink of a branch has a then of its own").
				Hint = "put then: beside sink:, at the level of the pipeline"
		}
		c.sketch.sink(&c.sinks[0], "sink")
	}
	c.noSink()
}

// noSink sees that every record has somewhere to go in a pipeline that has no
// sink of its own: that it ends in a route.
func (c *compiler) noSink() {
	if c.p.Sink != nil {
		return
	}
	if len(c.sinks) == 0 && !c.sinkless {
		c.fs.Errorf(c.p.Pipeline.Span, diag.CodeMissingField, `the pipeline has no sink`).
			Hint = "add sink: with write: connection.operation"
	}
	if len(c.p.Then) > 0 {
		c.fs.Errorf(c.p.Then[0].Span, diag.CodeConflict, "then follows the pipeline's sink, and there is none").
			Hint = "put then: into the sink of the branch"
	}
}

func (c *compiler) builder(scope *item.Scope, path string, at diag.Span) *step.Builder {
	return &step.Builder{
		Scope: scope, Findings: c.fs, Path: path, Place: at,
		Results: c.results, Templates: c.options, House: house{c},
	}
}

// steps compiles a list of steps; those with an error finding are left out.
func (c *compiler) steps(b *step.Builder, nodes []*syntax.Node) []Step {
	var out []Step
	for i, n := range nodes {
		def, cfg, at := c.stepOf(n)
		if def == nil {
			continue
		}
		into := def.New()
		sb := *b
		sb.Path = "steps[" + strconv.Itoa(i) + "]." + def.Name
		if b.Path != "" {
			sb.Path = b.Path + "." + sb.Path
		}
		sb.Place = at
		c.sketch.step(sb.Path, def.Name, detailOf(def, cfg))
		before := c.fs.Errors()
		if !def.Config.Decode(cfg, into, c.fs) {
			c.buildBroken(def, into, &sb)
			continue
		}
		switch t := def.Build(into, &sb); {
		case c.fs.Errors() > before:
		case t == nil && c.fs.Errors() > 0: // for a mistake that was reported when the file was read
		case t == nil: // the step's own mistake, and no reason to leave it out in silence
			c.fs.Errorf(at, diag.CodeBadValue, "the step %s cannot be built from this", def.Name)
		default:
			out = append(out, Step{Name: sb.Path, Place: at, Transform: t})
		}
	}
	return out
}

// buildBroken builds a step whose config has mistakes, for what else is wrong
// and for the names that it declares. What is about the missing fields, which
// have no place, has been reported.
func (c *compiler) buildBroken(def *step.Definition, cfg any, b *step.Builder) {
	var own diag.List
	b.Findings = &own
	def.Build(cfg, b)
	for _, f := range own.Sorted() {
		if f.Span.File != "" {
			c.fs.Add(f)
		}
	}
}

// detailOf says in a line what a step is about, for drawings.
func detailOf(def *step.Definition, cfg *syntax.Node) string {
	switch head := cfg.Get(def.Head); {
	case head == nil:
		return ""
	case head.Kind == syntax.Mapping:
		return about(strings.Join(head.Keys(), ", "))
	default:
		return about(head.Text.Value)
	}
}

// stepOf reads which step an element of `steps:` is, and what configures it.
func (c *compiler) stepOf(n *syntax.Node) (*step.Definition, *syntax.Node, diag.Span) {
	if n.Kind != syntax.Mapping || len(n.Pairs) == 0 {
		what := n.Describe()
		if n.Kind == syntax.Mapping {
			what = "an empty one"
		}
		f := c.fs.Errorf(n.Span, diag.CodeWrongType, "a step is a mapping that begins with its name, not %s", what)
		f.Hint = "the steps are " + list(c.stepNames())
		if word, _, _ := strings.Cut(n.Text.Value, " "); n.Kind == syntax.Scalar && c.definition(word) != nil {
			f.Hint = "write " + word + ":"
		}
		return nil, nil, n.Span
	}
	head := slices.IndexFunc(n.Pairs, func(p syntax.Pair) bool { return c.definition(p.Key.Text.Value) != nil })
	if head < 0 {
		c.unknownStep(n.Pairs[0].Key)
		return nil, nil, n.Span
	}
	pair := n.Pairs[head]
	def := c.definition(pair.Key.Text.Value)
	rest := slices.Delete(slices.Clone(n.Pairs), head, head+1)
	if c.secondStep(def, rest) {
		return nil, nil, n.Span
	}
	if pair.Value.IsNull() && pair.Value.Text.Value == "" && len(c.strangers(def, rest)) > 0 {
		return c.notIndented(def, pair.Key, rest)
	}
	if def.Head != "" && (def.Whole || pair.Value.Kind != syntax.Mapping) {
		cfg := &syntax.Node{Kind: syntax.Mapping, Span: n.Span, Style: n.Style}
		key := pair.Key
		if !def.Whole {
			key = syntax.NewScalar(def.Head, key.Span)
			key.Written = pair.Key.Text.Value
		}
		cfg.Pairs = append([]syntax.Pair{{Key: key, Value: pair.Value}}, c.headTwice(def, pair.Key, rest)...)
		return def, cfg, pair.Key.Span
	}
	c.beside(def, rest)
	return def, pair.Value, pair.Key.Span
}

// headTwice reports the field that the step's name has the value of already, and
// returns the others.
func (c *compiler) headTwice(def *step.Definition, name *syntax.Node, rest []syntax.Pair) []syntax.Pair {
	i := slices.IndexFunc(rest, func(p syntax.Pair) bool { return p.Key.Text.Value == def.Head && !def.Whole })
	if i < 0 {
		return rest
	}
	f := c.fs.Errorf(rest[i].Key.Span, diag.CodeDuplicateKey, "%q is given twice: it is what stands behind %q already", def.Head, def.Name)
	f.Hint = "remove one of the two"
	f.Related = []diag.Related{{Message: "first given here", Span: name.Span}}
	return slices.Delete(rest, i, i+1)
}

// strangers are the members beside the name of a step that belong within it.
func (c *compiler) strangers(def *step.Definition, rest []syntax.Pair) []syntax.Pair {
	if !def.Whole {
		return rest
	}
	return slices.DeleteFunc(slices.Clone(rest), func(p syntax.Pair) bool {
		return slices.Contains(def.Config.Names(), p.Key.Text.Value)
	})
}

// notIndented reports what stands beside the name of a step, and reads it as if
// it stood within.
func (c *compiler) notIndented(def *step.Definition, name *syntax.Node, rest []syntax.Pair) (*step.Definition, *syntax.Node, diag.Span) {
	within := c.strangers(def, rest)
	c.fs.Errorf(within[0].Key.Span, diag.CodeUnknownKey, "unknown key %q beside %s", within[0].Key.Text.Value, def.Name).
		Hint = "indent it, so that it stands within " + def.Name
	cfg := &syntax.Node{Kind: syntax.Mapping, Span: name.Span, Pairs: within}
	if def.Whole {
		others := slices.DeleteFunc(slices.Clone(rest), func(p syntax.Pair) bool { return slices.Contains(within, p) })
		cfg = &syntax.Node{Kind: syntax.Mapping, Span: name.Span, Pairs: append([]syntax.Pair{{Key: name, Value: cfg}}, others...)}
	}
	return def, cfg, name.Span
}

// secondStep reports a step among what stands beside the name of another.
func (c *compiler) secondStep(def *step.Definition, rest []syntax.Pair) bool {
	fields := def.Config.Names()
	for _, p := range rest {
		if name := p.Key.Text.Value; !slices.Contains(fields, name) && c.definition(name) != nil {
			c.fs.Errorf(p.Key.Span, diag.CodeConflict, "a second step, %q, in the same element of the list", name).
				Hint = "begin it with a dash of its own"
			return true
		}
	}
	return false
}

// beside reports what stands beside the name of a step and not within it.
func (c *compiler) beside(def *step.Definition, rest []syntax.Pair) {
	if len(rest) == 0 {
		return
	}
	key := rest[0].Key
	f := c.fs.Errorf(key.Span, diag.CodeUnknownKey, "unknown key %q beside %s", key.Text.Value, def.Name)
	if slices.Contains(def.Config.Names(), key.Text.Value) {
		f.Hint = "indent it, so that it stands within " + def.Name
	}
}

func (c *compiler) definition(name string) *step.Definition {
	i := slices.IndexFunc(c.in.Steps, func(d *step.Definition) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return c.in.Steps[i]
}

func (c *compiler) stepNames() []string {
	names := make([]string, len(c.in.Steps))
	for i, d := range c.in.Steps {
		names[i] = d.Name
	}
	return names
}

func (c *compiler) unknownStep(key *syntax.Node) {
	names := c.stepNames()
	f := c.fs.Errorf(key.Span, diag.CodeUnknownStep, "unknown step %q", key.Text.Value)
	switch f.Hint = diag.DidYouMean(key.Text.Value, names); {
	case f.Hint != "":
	case key.Text.Value == "batch":
		f.Hint = "batch belongs to a sink"
	default:
		f.Hint = "the steps are " + list(names)
	}
}

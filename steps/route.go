package steps

import (
	"context"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/step"
)

// routeConfig configures a route.
type routeConfig struct {
	// The ways that records can take. A record takes the first whose rule holds.
	Branches []branchConfig `yaml:"branches" validate:"required,min=1"`
	// The way of the records that take no other. Without it they are left out.
	Otherwise *otherwiseConfig `yaml:"otherwise"`
}

// branchConfig configures a branch.
type branchConfig struct {
	// What the branch is called; its writes are kept under this name.
	Name diag.Text `yaml:"name" validate:"required"`
	// The rule for the records that take the branch.
	When step.Rule `yaml:"when" validate:"required"`
	// What is done with them, before the steps that follow the route.
	Steps *step.Tree `yaml:"steps"`
	// Where they go, if not to the pipeline's sink.
	Sink *step.Tree `yaml:"sink"`
}

// otherwiseConfig configures the last branch.
type otherwiseConfig struct {
	// What the branch is called.
	Name diag.Text `yaml:"name" default:"otherwise"`
	// What is done with the records, before the steps that follow the route.
	Steps *step.Tree `yaml:"steps"`
	// Where they go, if not to the pipeline's sink.
	Sink *step.Tree `yaml:"sink"`
}

// Route sends records different ways.
func Route() *step.Definition {
	return step.Define("route", "Sends records different ways, each with steps and a sink of its own.", `
steps:
  - route:
      branches:
        - name: wholesale
          when: record.total >= 1000
          steps:
            - check: {that: record.company != nil, message: a wholesale order needs a company}
      otherwise:
        steps:
          - filter: {where: record.total > 0, reason: the order is free}
given: [{id: 1, total: 5000, company: null}, {id: 2, total: 1000, company: Ridgeway}, {id: 3, total: 0, company: null}, {id: 4, total: 9, company: null}]
expect: [{id: 2, total: 1000, company: Ridgeway}, {id: 4, total: 9, company: null}]
filtered: [{key: 3, reason: the order is free}]
dead: [{key: 1, reason: a wholesale order needs a company}]
`, buildRoute)
}

// branch is a way that is ready.
type branch struct {
	name  string
	when  *step.Condition // nil for every record
	steps []step.Transform
	sink  int
}

func buildRoute(c *routeConfig, b *step.Builder) step.Transform {
	rt := &route{path: b.Path, place: b.Place}
	ok := true
	add := func(name diag.Text, when *step.Condition, steps, sink *step.Tree) {
		in := *b
		in.Path = b.Path + "." + name.Value
		if built := b.House.Branch(&in, name, steps, sink); built != nil {
			rt.branches = append(rt.branches, branch{name.Value, when, built.Steps, built.Sink})
		} else {
			ok = false
		}
	}
	reach := reachability{b: b, seen: map[string]diag.Span{}}
	for _, bc := range c.Branches {
		when := b.Condition(bc.When)
		if when == nil {
			ok = false
		} else {
			reach.branch(bc.Name.Value, when)
		}
		add(bc.Name, when, bc.Steps, bc.Sink)
	}
	if o := c.Otherwise; o != nil {
		reach.otherwise(b.Place)
		add(o.Name, nil, o.Steps, o.Sink)
	}
	if !ok {
		return nil
	}
	return rt
}

// reachability warns of branches that no record can take.
type reachability struct {
	b    *step.Builder
	seen map[string]diag.Span
	// always is where a branch that takes everything stands.
	always diag.Span
}

func (r *reachability) branch(name string, when *step.Condition) {
	text := when.Text()
	holds, constant := when.Constant()
	first, again := r.seen[text.Value]
	switch {
	case r.always.File != "":
		r.warn(text.Span, name, "a branch before it takes every record", r.always)
	case constant && !holds:
		r.warn(text.Span, name, "its rule never holds", diag.Span{})
	case again:
		r.warn(text.Span, name, "a branch before it has the same rule", first)
	}
	r.seen[text.Value] = text.Span
	if constant && holds && r.always.File == "" {
		r.always = text.Span
	}
}

func (r *reachability) otherwise(at diag.Span) {
	if r.always.File != "" {
		r.warn(at, "otherwise", "a branch before it takes every record", r.always)
	}
}

func (r *reachability) warn(at diag.Span, name, why string, because diag.Span) {
	f := r.b.Findings.Warnf(at, diag.CodeUnreachable, "no record takes the branch %q: %s", name, why)
	if because.File != "" {
		f.Related = []diag.Related{{Message: "it stands here", Span: because}}
	}
}

// route sends records different ways.
type route struct {
	branches []branch
	path     string
	place    diag.Span
}

// Start starts the steps of the branches.
func (rt *route) Start(run *step.Run) (step.Transform, error) {
	started := &route{path: rt.path, place: rt.place}
	for _, br := range rt.branches {
		steps, err := step.Start(br.steps, run)
		if err != nil {
			return nil, err
		}
		br.steps = steps
		started.branches = append(started.branches, br)
	}
	return started, nil
}

// Apply sends each record its way. Those of a branch go together, and all come
// out in the order in which they came in.
func (rt *route) Apply(ctx context.Context, in []*step.Record) ([]*step.Record, error) {
	groups := make([][]*step.Record, len(rt.branches))
	for _, r := range in {
		if i, ok := rt.choose(r); ok {
			groups[i] = append(groups[i], r)
		}
	}
	goesOn := map[*step.Record]bool{}
	for i, br := range rt.branches {
		for _, r := range groups[i] {
			if br.sink >= 0 {
				r.Sink = br.sink
			}
		}
		out := groups[i]
		for _, t := range br.steps {
			var err error
			if out, err = t.Apply(ctx, out); err != nil {
				return nil, err
			}
		}
		for _, r := range out {
			goesOn[r] = true
		}
	}
	return inOrder(nil, in, goesOn), nil
}

// inOrder appends the records, or what was made of them, that go on.
func inOrder(dst, in []*step.Record, goesOn map[*step.Record]bool) []*step.Record {
	for _, r := range in {
		if goesOn[r] {
			dst = append(dst, r)
		}
		dst = inOrder(dst, r.Parts, goesOn)
	}
	return dst
}

// choose finds the branch that the record takes, and ends its way if there is
// none.
func (rt *route) choose(r *step.Record) (int, bool) {
	for i, br := range rt.branches {
		if br.when == nil {
			return i, true
		}
		holds, err := br.when.Holds(r.Frame)
		if err != nil {
			r.Trouble(rt.path, br.when.Text().Span, err)
			return 0, false
		}
		if holds {
			return i, true
		}
	}
	r.Filter(step.Drop{Step: rt.path, Place: rt.place, Reason: "no branch takes it"})
	return 0, false
}

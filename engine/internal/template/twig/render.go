package twig

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// Input is what a template is rendered with.
type Input struct {
	// Frame holds the variables of the set's scope.
	Frame item.Frame
	// Data is the mapping that names are looked up in without a scope.
	Data php.Value
	// Now is the time that the template takes for now.
	Now func() time.Time
	// Seed makes the random numbers.
	Seed uint64
}

// Render appends what the template called name prints to dst. A failure is an
// *Error; dst is then returned as it was.
func (s *Set) Render(ctx context.Context, dst []byte, name string, in Input) ([]byte, error) {
	t, err := s.load(name)
	if err != nil {
		return dst, err
	}
	r := s.runs.Get().(*run)
	r.begin(s, dst, in)
	r.env.Budget.Done = ctx.Done()
	t.show(r, nil, tree.Range{})
	out, failed := r.out, r.err
	r.end()
	s.runs.Put(r)
	if failed != nil {
		return dst, failed
	}
	return out, nil
}

// newRun returns a run for templates of s.
func (s *Set) newRun() *run {
	return &run{
		vars: make([]php.Value, s.slots), records: make([]item.Value, s.records),
		strict: s.opts.Strict, globals: s.opts.Globals,
	}
}

// begin readies a run for an input.
func (r *run) begin(s *Set, dst []byte, in Input) {
	r.out, r.base = dst, len(dst)
	r.frame, r.rest = in.Frame, in.Data.Array()
	o := &s.opts
	r.env = builtin.Env{
		Budget: php.Budget{Steps: o.Steps, Bytes: o.Bytes, Elements: o.Elements},
		Zone:   o.Zone, Zones: s.zones, Now: in.Now, Seed: in.Seed,
		DateFormat: o.DateFormat, IntervalFormat: o.IntervalFormat, Number: o.Number,
	}
	s.spreadGlobals(r, r.vars)
	if a := in.Data.Array(); a != nil {
		for name, slot := range s.names {
			if v := a.Get(php.TextKey(name)); v.Kind() != php.KindMissing {
				r.vars[slot] = v
			}
		}
	}
	for _, l := range s.loads {
		r.vars[l.slot] = php.FromItem(in.Frame[l.from])
	}
}

// end forgets what a run held, for the next one to begin anew.
func (r *run) end() {
	clear(r.vars)
	clear(r.records)
	clear(r.stack[:cap(r.stack)])
	clear(r.modules)
	r.stack, r.scratch, r.loops = r.stack[:0], r.scratch[:0], r.loops[:0]
	r.out, r.frame, r.err, r.blocks, r.depth = nil, nil, nil, nil, 0
	r.rest, r.env = nil, builtin.Env{}
}

// load is a variable of the scope that is read into a slot before a template
// is rendered, because templates may replace it.
type load struct{ slot, from int }

// loadVars lists the variables of the scope that have slots.
func (s *Set) loadVars() []load {
	var loads []load
	if s.scope == nil {
		return nil
	}
	for name, slot := range s.names {
		if v, ok := s.scope.Var(name); ok {
			loads = append(loads, load{slot, v.Slot})
		}
	}
	return loads
}

// loadNew reads the variables that only a template made at run time has.
func (s *Set) loadNew(r *run, vars []php.Value) {
	if s.outer == nil {
		return
	}
	for name, slot := range s.names {
		if _, ok := s.outer.names[name]; ok {
			continue
		}
		if s.scope != nil {
			if v, ok := s.scope.Var(name); ok {
				vars[slot] = php.FromItem(r.frame[v.Slot])
			}
		} else if r.rest != nil {
			vars[slot] = r.rest.Get(php.TextKey(name))
		}
	}
}

// orderedNames lists the names of variables in the order of their slots.
func (s *Set) orderedNames() []string {
	return slices.SortedFunc(maps.Keys(s.names), func(a, b string) int { return s.names[a] - s.names[b] })
}

// library tells the parser which filters, functions and tests there are.
type library struct{ scope *item.Scope }

func (library) Filter(name string) bool { return builtin.Filters()[name] != nil }

func (l library) Function(name string) bool {
	if builtin.Functions()[name] != nil {
		return true
	}
	if l.scope == nil {
		return false
	}
	_, ok := l.scope.Func(name)
	return ok
}

func (library) Test(name string) (known, takesOne bool) {
	d := builtin.Tests()[name]
	return d != nil, d != nil && len(d.Params) == 2 && d.Params[1].Required
}

// Hint says what to do about a name that is not known.
func (l library) Hint(code diag.Code, name string) string {
	var funcs []string
	if l.scope != nil {
		funcs = l.scope.FuncNames()
	}
	return builtin.Hint(code, name, funcs)
}

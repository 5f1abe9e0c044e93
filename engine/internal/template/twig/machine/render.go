package machine

import (
	"context"
	"time"

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
	t, err := s.Load(name)
	if err != nil {
		return dst, err
	}
	r := s.runs.Get().(*Run)
	r.begin(s, dst, in)
	r.Env.Budget.Done = ctx.Done()
	t.show(r, nil, tree.Range{})
	out, failed := r.Out, r.Err
	r.end()
	s.runs.Put(r)
	if failed != nil {
		return dst, failed
	}
	return out, nil
}

// newRun returns a run for templates of s.
func (s *Set) newRun() *Run {
	return &Run{Vars: make([]php.Value, s.Slots), Records: make([]item.Value, s.Records), globals: s.Globals}
}

// begin readies a run for an input.
func (r *Run) begin(s *Set, dst []byte, in Input) {
	r.Out, r.base = dst, len(dst)
	r.Frame, r.rest = in.Frame, in.Data.Array()
	r.Env = builtin.Env{
		Budget: php.Budget{Steps: s.Steps, Bytes: s.Bytes, Elements: s.Elements, Time: s.Time},
		Zone:   s.Zone, Zones: s.zones, Now: in.Now, Seed: in.Seed,
		DateFormat: s.DateFormat, IntervalFormat: s.IntervalFormat, Number: s.Number,
	}
	s.spreadGlobals(r, r.Vars)
	if a := in.Data.Array(); a != nil {
		for name, slot := range s.Names {
			if v := a.Get(php.TextKey(name)); v.Kind() != php.KindMissing {
				r.Vars[slot] = v
			}
		}
	}
	for _, l := range s.loads {
		r.Vars[l.slot] = php.FromItem(in.Frame[l.from])
	}
}

// end forgets what a run held, for the next one to begin anew.
func (r *Run) end() {
	clear(r.Vars)
	clear(r.Records)
	clear(r.stack[:cap(r.stack)])
	clear(r.modules)
	r.stack, r.Scratch, r.Loops = r.stack[:0], r.Scratch[:0], r.Loops[:0]
	r.Out, r.Frame, r.Err, r.blocks, r.depth = nil, nil, nil, nil, 0
	r.rest, r.Env = nil, builtin.Env{}
}

// load is a variable of the scope that is read into a slot before a template
// is rendered, because templates may replace it.
type load struct{ slot, from int }

// loadVars lists the variables of the scope that have slots.
func (s *Set) loadVars() []load {
	var loads []load
	if s.Scope == nil {
		return nil
	}
	for name, slot := range s.Names {
		if v, ok := s.Scope.Var(name); ok {
			loads = append(loads, load{slot, v.Slot})
		}
	}
	return loads
}

// loadNew reads the variables that only a template made at run time has.
func (s *Set) loadNew(r *Run, vars []php.Value) {
	if s.Outer == nil {
		return
	}
	for name, slot := range s.Names {
		if _, ok := s.Outer.Names[name]; ok {
			continue
		}
		if s.Scope != nil {
			if v, ok := s.Scope.Var(name); ok {
				vars[slot] = php.FromItem(r.Frame[v.Slot])
			}
		} else if r.rest != nil {
			vars[slot] = r.rest.Get(php.TextKey(name))
		}
	}
}

package closure

import (
	"errors"

	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// errSkip ends a chain early: something before a ?. is null.
var errSkip = errors.New("the value before a ?. is null")

// Route leads from a slot of the frame to a member, or a member of a member:
// what most expressions are made of. It is walked in one go, not by a function
// for each step.
type Route struct {
	src   *source.Source
	slot  int
	steps []Step
}

// Step leads from an object to one of its members.
type Step struct {
	Layout *item.Layout
	Slot   int
	Name   string
	// Object is where the object stands.
	Object source.Spot
	// Optional is set when ?. stands before the member.
	Optional bool
}

// Variable returns the route to the value in a slot of the frame.
func Variable(src *source.Source, slot int) *Route { return &Route{src: src, slot: slot} }

// Then returns r with one more step.
func (r *Route) Then(s Step) *Route {
	steps := make([]Step, len(r.steps), len(r.steps)+1)
	copy(steps, r.steps)
	return &Route{src: r.src, slot: r.slot, steps: append(steps, s)}
}

// Eval returns the function that walks r.
func (r *Route) Eval() Eval {
	switch len(r.steps) {
	case 0:
		slot := r.slot
		return func(f item.Frame) (item.Value, error) { return f[slot], nil }
	case 1:
		return r.one
	}
	return r.walk
}

func (r *Route) walk(f item.Frame) (item.Value, error) {
	v := f[r.slot]
	for i := range r.steps {
		s := &r.steps[i]
		if v.Kind() != item.KindObject {
			return item.Null, s.fail(r.src, v)
		}
		v = v.Slot(s.Layout, s.Slot)
	}
	return v, nil
}

// one walks a route of a single step.
func (r *Route) one(f item.Frame) (item.Value, error) {
	v, s := f[r.slot], &r.steps[0]
	if v.Kind() != item.KindObject {
		return item.Null, s.fail(r.src, v)
	}
	return v.Slot(s.Layout, s.Slot), nil
}

// fail returns the error of asking something that is no object for a member.
func (s *Step) fail(src *source.Source, v item.Value) error {
	switch {
	case v.IsNull() && s.Optional:
		return errSkip
	case v.IsNull():
		return src.Errorf(s.Object, "%s is null, so it has no member %q", src.Part(s.Object), s.Name)
	}
	return src.Errorf(s.Object, "%s is %s, so it has no member %q", src.Part(s.Object), typing.Describe(v), s.Name)
}

// Member returns the member of an object that is not reached by a route.
func Member(object Operand, s Step) Eval {
	return func(f item.Frame) (item.Value, error) {
		o, err := object.Eval(f)
		if err != nil {
			return item.Null, err
		}
		if o.Kind() != item.KindObject {
			return item.Null, s.fail(object.Src, o)
		}
		return o.Slot(s.Layout, s.Slot), nil
	}
}

// Chain ends what a ?. inside it skips.
func Chain(inner Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		v, err := inner(f)
		if Skipped(err) {
			return item.Null, nil
		}
		return v, err
	}
}

// Skipped reports whether err says that a ?. skips the rest of its chain.
func Skipped(err error) bool { return err == errSkip } //nolint:errorlint // never wrapped

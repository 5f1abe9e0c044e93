package machine

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// Path is an expression that names a part of a record.
type Path struct {
	// InFrame paths begin with the variable of the frame in the slot Root;
	// others with the element of a loop over a record's list.
	InFrame bool
	Root    int
	Steps   []Step
	// Layout is that of what is there; nil when nothing is known of it.
	Layout *item.Layout
	Text   string
	// Declared is set when a shape names every step of the path.
	Declared bool
}

// Step leads from a value to a part of it.
type Step struct {
	// Layout is set for a member that has a slot, Slot.
	Layout *item.Layout
	Slot   int
	// Name names the member or element otherwise.
	Name string
	// None says that the shape has no such part.
	None bool
}

func (s *Step) take(v item.Value) item.Value {
	switch {
	case s.Layout != nil:
		return v.Slot(s.Layout, s.Slot)
	case s.None:
		return item.Value{}
	}
	return elementOf(v, s.Name)
}

// Get compiles the reading of a path. The forms that most paths have read in
// one go.
func (p *Path) Get() func(r *Run) item.Value {
	root, steps := p.Root, p.Steps
	slotsOnly := true
	for _, s := range steps {
		slotsOnly = slotsOnly && s.Layout != nil
	}
	switch {
	case len(steps) == 0 && p.InFrame:
		return func(r *Run) item.Value { return r.Frame[root] }
	case len(steps) == 0:
		return func(r *Run) item.Value { return r.Records[root] }
	case slotsOnly && len(steps) == 1 && p.InFrame:
		a := steps[0]
		return func(r *Run) item.Value { return r.Frame[root].Slot(a.Layout, a.Slot) }
	case slotsOnly && len(steps) == 1:
		a := steps[0]
		return func(r *Run) item.Value { return r.Records[root].Slot(a.Layout, a.Slot) }
	case slotsOnly && len(steps) == 2 && p.InFrame:
		a, b := steps[0], steps[1]
		return func(r *Run) item.Value {
			if v := peek(&r.Frame[root], &a, &b); v != nil {
				return *v
			}
			return r.Frame[root].Slot(a.Layout, a.Slot).Slot(b.Layout, b.Slot)
		}
	}
	inFrame := p.InFrame
	return func(r *Run) item.Value {
		var v item.Value
		if inFrame {
			v = r.Frame[root]
		} else {
			v = r.Records[root]
		}
		for i := range steps {
			v = steps[i].take(v)
		}
		return v
	}
}

// Value is Get with the part as a value of the template.
func (p *Path) Value() Expr {
	if len(p.Steps) == 1 && p.Steps[0].Layout != nil {
		root, a := p.Root, p.Steps[0]
		if p.InFrame {
			return func(r *Run) php.Value {
				if v := r.Frame[root].Peek(a.Layout, a.Slot); v != nil {
					return fromItem(v)
				}
				return php.FromItem(r.Frame[root].Slot(a.Layout, a.Slot))
			}
		}
		return func(r *Run) php.Value { return php.FromItem(r.Records[root].Slot(a.Layout, a.Slot)) }
	}
	if len(p.Steps) == 2 && p.Steps[0].Layout != nil && p.Steps[1].Layout != nil && p.InFrame {
		root, a, b := p.Root, p.Steps[0], p.Steps[1]
		return func(r *Run) php.Value {
			if v := peek(&r.Frame[root], &a, &b); v != nil {
				return fromItem(v)
			}
			return php.FromItem(r.Frame[root].Slot(a.Layout, a.Slot).Slot(b.Layout, b.Slot))
		}
	}
	get := p.Get()
	return func(r *Run) php.Value { return php.FromItem(get(r)) }
}

// peek returns where the part that two steps lead to is kept, or nil.
func peek(v *item.Value, a, b *Step) *item.Value {
	if v = v.Peek(a.Layout, a.Slot); v != nil {
		return v.Peek(b.Layout, b.Slot)
	}
	return nil
}

// fromItem is php.FromItem for a value that is where it is kept: texts, which
// most are, are taken without moving it.
func fromItem(v *item.Value) php.Value {
	if v.Kind() == item.KindText {
		return php.String(v.AsText())
	}
	return php.FromItem(*v)
}

// elementOf returns the member called name, or the element so numbered.
func elementOf(v item.Value, name string) item.Value {
	if v.Kind() == item.KindList {
		if k := php.TextKey(name); !k.IsText() && k.Int() >= 0 {
			return v.Index(int(k.Int()))
		}
		return item.Value{}
	}
	return v.Member(name)
}

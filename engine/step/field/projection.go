package field

import (
	"errors"
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/item"
)

// Projection is a compiled Mapping: it makes an object from the variables in
// scope. It may be used by several goroutines at once.
type Projection struct {
	// Part describes the object, for checks against what a write takes.
	Part   *Part
	root   *object
	layout *item.Layout
}

// Eval makes the object. Its error is a *Fault.
func (p *Projection) Eval(f item.Frame) (item.Value, error) { return p.root.make(f) }

// Layout returns how the object is laid out: a slot for each member, in the
// order of the YAML.
func (p *Projection) Layout() *item.Layout { return p.layout }

// Part describes a part of a compiled mapping: what it is called, where it
// stands and what it gives.
type Part struct {
	// Name is the member's name, with its place; empty for an element.
	Name diag.Text
	// Place is where the value stands.
	Place diag.Span
	Type  *item.Type
	// Optional parts may be missing from the result.
	Optional bool
	// Eval computes the part if it is a single value.
	Eval *Evaluator
	// Members are the parts of an object, Elems those of a list, an `each`
	// standing for all that it adds.
	Members, Elems []*Part
}

// maker makes a part of an object.
type maker interface {
	// make computes the part; Missing leaves it out.
	make(f item.Frame) (item.Value, error)
	// lay tells the part that its objects are laid out by l.
	lay(l *item.Layout)
	// part describes it.
	part() *Part
}

type leaf struct {
	eval  *Evaluator
	place diag.Span
}

func (m *leaf) make(f item.Frame) (item.Value, error) { return m.eval.Eval(f) }
func (m *leaf) lay(*item.Layout)                      {}
func (m *leaf) part() *Part {
	return &Part{Place: m.place, Type: m.eval.Type(), Eval: m.eval}
}

type object struct {
	place   diag.Span
	names   []diag.Text
	members []maker
	dropped []bool // which members are left out when they are null
	typ     *item.Type
	layout  *item.Layout
	slots   []int
	size    int // slots in layout, those of the list's other objects included
}

func (m *object) make(f item.Frame) (item.Value, error) {
	vs := make([]item.Value, m.size)
	for i, member := range m.members {
		v, err := member.make(f)
		if err != nil {
			return v, err
		}
		if !m.dropped[i] || !v.IsNull() {
			vs[m.slots[i]] = v
		}
	}
	return item.Object(m.layout, vs), nil
}

func (m *object) lay(l *item.Layout) {
	m.layout, m.slots = l, m.slots[:0]
	for i, member := range m.members {
		slot := l.Slot(m.names[i].Value)
		m.slots = append(m.slots, slot)
		member.lay(l.Member(slot))
	}
	m.size = len(l.Names())
}

func (m *object) part() *Part {
	p := &Part{Place: m.place, Type: m.typ}
	for i, member := range m.members {
		c := member.part()
		c.Name = m.names[i]
		p.Members = append(p.Members, c)
	}
	return p
}

// list makes a list of elements; an each among them adds all of its own.
type list struct {
	place diag.Span
	elems []maker
	typ   *item.Type
}

func (m *list) make(f item.Frame) (item.Value, error) {
	vs := make([]item.Value, 0, len(m.elems))
	for _, el := range m.elems {
		if e, ok := el.(*each); ok {
			var err error
			if vs, err = e.add(vs, f); err != nil {
				return item.Value{}, err
			}
			continue
		}
		v, err := el.make(f)
		if err != nil {
			return v, err
		}
		if v.Kind() != item.KindMissing {
			vs = append(vs, v)
		}
	}
	return item.List(vs...), nil
}

func (m *list) lay(l *item.Layout) {
	for _, el := range m.elems {
		el.lay(l.Elem())
	}
}

func (m *list) part() *Part {
	p := &Part{Place: m.place, Type: m.typ}
	for _, el := range m.elems {
		p.Elems = append(p.Elems, el.part())
	}
	return p
}

// each makes elements from those of another list.
type each struct {
	over  *Over
	where *rule.Rule
	elem  maker
	place diag.Span
}

func (m *each) add(dst []item.Value, f item.Frame) ([]item.Value, error) {
	over, err := m.over.list(f)
	if err != nil {
		return dst, err
	}
	n := over.Len()
	dst = slices.Grow(dst, n)
	for i := range n {
		m.over.Set(f, over.Index(i))
		if m.where != nil {
			holds, err := m.where.Holds(f)
			if err != nil {
				return dst, FaultOf(err, m.place).within(m.over.Text().Value, i)
			}
			if !holds {
				continue
			}
		}
		v, err := m.elem.make(f)
		if err != nil {
			return dst, FaultOf(err, m.place).within(m.over.Text().Value, i)
		}
		if v.Kind() != item.KindMissing {
			dst = append(dst, v)
		}
	}
	m.over.Set(f, item.Value{})
	return dst, nil
}

func (m *each) make(item.Frame) (item.Value, error) {
	return item.Value{}, errors.New("each stands outside a list")
}
func (m *each) lay(l *item.Layout) { m.elem.lay(l) }
func (m *each) part() *Part        { return m.elem.part() }

// conditional makes its part only if a rule holds.
type conditional struct {
	when  *rule.Rule
	then  maker
	place diag.Span
}

func (m *conditional) make(f item.Frame) (item.Value, error) {
	holds, err := m.when.Holds(f)
	if err != nil {
		return item.Value{}, FaultOf(err, m.place)
	}
	if !holds {
		return item.Value{}, nil
	}
	return m.then.make(f)
}

func (m *conditional) lay(l *item.Layout) { m.then.lay(l) }

func (m *conditional) part() *Part {
	p := m.then.part()
	p.Optional = true
	return p
}

func kindOf(v item.Value) string {
	if v.IsNull() {
		return "null"
	}
	return withArticle(&item.Type{Kind: v.Kind()})
}

package machine

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// Loop is how far a loop is.
type Loop struct {
	Index, Length int
}

// For is a compiled for tag.
type For struct {
	From *Template
	At   tree.Range
	// Cost is how many steps a turn takes.
	Cost int
	// Key and Value are slots of variables; Record is the slot of a record's
	// element, -1 when Value is used instead.
	Key, Value, Record int
	HasKey             bool
	// LoopSlot is the slot of "loop" as a value, -1 when nobody looks at it.
	LoopSlot int
	// ParentSlot and SeqSlot are those of the variables outside the loop and of
	// what it runs over, -1 when nobody looks at them.
	ParentSlot, SeqSlot int
	// Cond is the loop's condition, or nil.
	Cond func(r *Run) bool
	Body Code
	// Else runs when there is no element, if HasElse.
	Else    Code
	HasElse bool
	// Bound are the slots that are given back behind the loop, Inner those that
	// the body sets: they keep what they hold only if they held something before.
	Bound, Inner []int
}

// Over returns the loop over a part of a record, or else over the value of seq.
// A loop over the context sees one name more.
func (f *For) Over(from *Path, seq Expr, context bool) Code {
	var get func(r *Run) item.Value
	if from != nil {
		get = from.Get()
	}
	return func(r *Run) {
		old := r.Save(f.Bound)
		inner := r.Save(f.Inner)
		n := 0
		if from != nil {
			n = f.overItem(r, get(r))
		} else {
			v := seq(r)
			if r.Err != nil {
				return
			}
			if context {
				v = php.Arr(v.Array().Merge(f.From.Set.parentKey()))
			}
			n = f.overValue(r, v)
		}
		if n == 0 && f.HasElse && r.Err == nil {
			f.otherwise(r)
		}
		for i, slot := range f.Inner {
			if inner[i].Kind() == php.KindMissing {
				r.Vars[slot] = inner[i]
			}
		}
		r.Restore(f.Bound, old)
	}
}

// otherwise runs what there is for no element. It sees "loop" as it would be at
// the first.
func (f *For) otherwise(r *Run) {
	parent := f.begin(r, 0, php.Arr(php.NewArray(0)))
	if f.LoopSlot >= 0 {
		r.Vars[f.LoopSlot] = r.Loops[len(r.Loops)-1].value(parent)
	}
	f.Else(r)
	r.endLoop()
}

// parentKey is what a loop adds to the variables it runs over.
func (s *Set) parentKey() *php.Array {
	a := php.NewArray(1)
	a.Set(php.TextKey("_parent"), php.Arr(php.NewArray(0)))
	return a
}

// turn runs the body once. It reports whether the loop goes on.
func (f *For) turn(r *Run, parent php.Value) bool {
	if !r.Spend(f.From, f.At, f.Cost) {
		return false
	}
	if f.LoopSlot >= 0 {
		r.Vars[f.LoopSlot] = r.Loops[len(r.Loops)-1].value(parent)
	}
	f.Body(r)
	r.Loops[len(r.Loops)-1].Index++
	return r.Err == nil
}

// begin starts a loop of n turns over seq.
func (f *For) begin(r *Run, n int, seq php.Value) (parent php.Value) {
	if f.LoopSlot >= 0 || f.ParentSlot >= 0 {
		parent = r.ContextOf(f.From.Set)
	}
	if f.ParentSlot >= 0 {
		r.Vars[f.ParentSlot], r.Vars[f.SeqSlot] = parent, seq
	}
	r.Loops = append(r.Loops, Loop{Length: n})
	return parent
}

func (r *Run) endLoop() { r.Loops = r.Loops[:len(r.Loops)-1] }

// overItem loops over a part of a record and returns the number of elements.
func (f *For) overItem(r *Run, v item.Value) int {
	if f.Record < 0 || f.Cond != nil || f.SeqSlot >= 0 {
		return f.overValue(r, php.FromItem(v))
	}
	n := v.Len()
	if v.Kind() != item.KindList && v.Kind() != item.KindObject || n == 0 {
		return 0
	}
	parent := f.begin(r, n, php.Value{})
	if v.Kind() == item.KindList {
		for i, e := range v.All() {
			r.Records[f.Record] = e
			if f.HasKey {
				r.Vars[f.Key] = php.Int(int64(i))
			}
			if !f.turn(r, parent) {
				break
			}
		}
	} else {
		for name, e := range v.Members() {
			r.Records[f.Record] = e
			if f.HasKey {
				r.Vars[f.Key] = php.TextKey(name).Value()
			}
			if !f.turn(r, parent) {
				break
			}
		}
	}
	r.endLoop()
	return n
}

// overValue loops over a value; one that is no array has no elements.
func (f *For) overValue(r *Run, v php.Value) int {
	a := v.Array()
	if a == nil {
		return 0
	}
	if f.Cond != nil {
		a = f.choose(r, a)
	}
	if a.Len() == 0 || r.Err != nil {
		return 0
	}
	parent := f.begin(r, a.Len(), php.Arr(a))
	for i := range a.Len() {
		f.bind(r, a, i)
		if !f.turn(r, parent) {
			break
		}
	}
	r.endLoop()
	return a.Len()
}

// bind sets the loop's variables, the key last: it wins where both have one name.
func (f *For) bind(r *Run, a *php.Array, i int) {
	if f.Record < 0 {
		r.Vars[f.Value] = Defined(a.At(i))
	} else {
		r.Records[f.Record] = php.ToItem(a.At(i))
	}
	if f.HasKey {
		r.Vars[f.Key] = a.KeyAt(i).Value()
	}
}

// choose returns the elements for which the loop's condition holds.
func (f *For) choose(r *Run, a *php.Array) *php.Array {
	kept := php.NewArray(a.Len())
	r.Loops = append(r.Loops, Loop{Length: a.Len()})
	defer r.endLoop()
	for i := range a.Len() {
		if !r.Spend(f.From, f.At, 1) {
			return kept
		}
		f.bind(r, a, i)
		if f.Cond(r) && r.Err == nil {
			kept.Set(a.KeyAt(i), a.At(i))
		}
		r.Loops[len(r.Loops)-1].Index++
	}
	return kept
}

// LoopMember returns what "loop.name" is.
func LoopMember(name string) func(l Loop) php.Value {
	switch name {
	case "index":
		return func(l Loop) php.Value { return php.Int(int64(l.Index + 1)) }
	case "index0":
		return func(l Loop) php.Value { return php.Int(int64(l.Index)) }
	case "revindex":
		return func(l Loop) php.Value { return php.Int(int64(l.Length - l.Index)) }
	case "revindex0":
		return func(l Loop) php.Value { return php.Int(int64(l.Length - l.Index - 1)) }
	case "first":
		return func(l Loop) php.Value { return php.Bool(l.Index == 0) }
	case "last":
		return func(l Loop) php.Value { return php.Bool(l.Index == l.Length-1) }
	case "length":
		return func(l Loop) php.Value { return php.Int(int64(l.Length)) }
	}
	return nil
}

// value returns "loop" as a value.
func (l Loop) value(parent php.Value) php.Value {
	a := php.NewArray(len(scan.LoopMembers()) + 1)
	a.Set(php.TextKey("parent"), parent)
	for _, name := range scan.LoopMembers() {
		a.Set(php.TextKey(name), LoopMember(name)(l))
	}
	return php.Arr(a)
}

package closure

import (
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// Argument is an operand that a function is called with, and what the function
// takes there.
type Argument struct {
	Operand
	Type *item.Type
	// Noun is what to call the values of the type, with an article.
	Noun string
}

// Call evaluates the arguments into slots of the frame, from first on, which
// spares the call an allocation, and calls the function.
func Call(fn *item.Func, args []Argument, first int, whole Operand) Eval {
	n := len(args)
	return func(f item.Frame) (item.Value, error) {
		slots := f[first : first+n : first+n]
		for i := range args {
			a := &args[i]
			v, err := a.Eval(f)
			if err != nil {
				return item.Null, err
			}
			if !a.takes(v) {
				return item.Null, a.errorf("%s is %s, and %s takes %s", a.text(), typing.Describe(v), fn.Name, a.Noun)
			}
			slots[i] = v
		}
		v, err := fn.Call(slots)
		if err != nil {
			return item.Null, whole.errorf("%s: %s", fn.Name, err)
		}
		return v, nil
	}
}

func (a *Argument) takes(v item.Value) bool {
	want := a.Type.Kind
	switch {
	case v.Kind() == want, want == item.KindUnknown, a.Type.Nullable && v.IsNull():
		return true
	}
	return want == item.KindDecimal && v.Kind() == item.KindInt
}

// Now gives the time of the run: a member of the variable in a slot.
func Now(whole Operand, slot int, l *item.Layout, member int) Eval {
	return func(f item.Frame) (item.Value, error) {
		t := f[slot].Slot(l, member)
		if t.Kind() != item.KindTime {
			return item.Null, whole.errorf("the run has no time yet")
		}
		return t, nil
	}
}

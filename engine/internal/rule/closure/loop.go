package closure

import (
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// maxSteps is how many elements the loops of one evaluation visit or make. It
// keeps a slip of the pen, or a hostile pipeline, from holding up a run.
const maxSteps = 1000000

// LoopSlots is the number of slots, side by side, that a loop needs.
const LoopSlots = 3

// Loop visits the elements of a list. Meanwhile the element, its index and what
// was accumulated stand in slots of the frame.
type Loop struct {
	Name string
	List Operand
	// Slot is the first of LoopSlots slots.
	Slot int
	// Steps is the slot that counts the steps of the evaluation.
	Steps int
}

// Element gives the element that is visited.
func (l *Loop) Element() Operand {
	slot := l.Slot
	return Operand{Src: l.List.Src, At: l.List.At, Eval: func(f item.Frame) (item.Value, error) { return f[slot], nil }}
}

// begin evaluates the list and counts its elements as steps.
func (l *Loop) begin(f item.Frame) (list item.Value, n int, err error) {
	v, err := l.List.Eval(f)
	if err != nil {
		return item.Null, 0, err
	}
	if v.Kind() != item.KindList {
		return item.Null, 0, l.List.mismatch(v, "a list")
	}
	n = v.Len()
	return v, n, spend(f, l.Steps, n, &l.List)
}

// visit puts element i of the list into its slot.
func (l *Loop) visit(f item.Frame, list item.Value, i int) {
	f[l.Slot], f[l.Slot+1] = list.Index(i), item.Int(int64(i))
}

// spend counts n steps of the evaluation.
func spend(f item.Frame, steps, n int, o *Operand) error {
	spent := f[steps].AsInt() + int64(n)
	if spent > maxSteps {
		return o.errorf("the loops of the expression visit or make more than %d elements", maxSteps)
	}
	f[steps] = item.Int(spent)
	return nil
}

// Charge counts what is made inside a loop as steps: a list by its elements, a
// text by its length.
func Charge(o Operand, steps int) Eval {
	const bytesAStep = 256
	return func(f item.Frame) (item.Value, error) {
		v, err := o.Eval(f)
		n := 0
		switch v.Kind() {
		case item.KindList:
			n = v.Len()
		case item.KindText:
			n = len(v.AsText()) / bytesAStep
		}
		if err == nil && n > 0 {
			err = spend(f, steps, n, &o)
		}
		return v, err
	}
}

// Quantify tests the elements: all ends at the first that does not hold, any
// and none at the first that does.
func (l *Loop) Quantify(holds Test) Test {
	end, atEnd := l.Name != "all", l.Name == "any"
	return func(f item.Frame) (bool, error) {
		list, n, err := l.begin(f)
		if err != nil {
			return false, err
		}
		for i := range n {
			l.visit(f, list, i)
			b, err := holds(f)
			if err != nil {
				return false, err
			}
			if b == end {
				return atEnd, nil
			}
		}
		return !atEnd, nil
	}
}

// Count counts the elements that hold.
func (l *Loop) Count(holds Test) Eval {
	return func(f item.Frame) (item.Value, error) {
		n, err := l.count(f, holds)
		return item.Int(n), err
	}
}

// One tests whether exactly one element holds.
func (l *Loop) One(holds Test) Test {
	return func(f item.Frame) (bool, error) {
		n, err := l.count(f, holds)
		return n == 1, err
	}
}

func (l *Loop) count(f item.Frame, holds Test) (int64, error) {
	list, n, err := l.begin(f)
	total := int64(0)
	for i := 0; i < n && err == nil; i++ {
		l.visit(f, list, i)
		var b bool
		if b, err = holds(f); b {
			total++
		}
	}
	return total, err
}

// Find gives the first element that holds, or the last if backwards, or its
// index; null if there is none.
func (l *Loop) Find(holds Test, backwards, index bool) Eval {
	return func(f item.Frame) (item.Value, error) {
		list, n, err := l.begin(f)
		for step := 0; step < n && err == nil; step++ {
			i := step
			if backwards {
				i = n - 1 - step
			}
			l.visit(f, list, i)
			var b bool
			switch b, err = holds(f); {
			case b && index:
				return item.Int(int64(i)), nil
			case b:
				return list.Index(i), nil
			}
		}
		return item.Null, err
	}
}

// Filter gives the elements that hold.
func (l *Loop) Filter(holds Test) Eval {
	return func(f item.Frame) (item.Value, error) {
		list, n, err := l.begin(f)
		var kept []item.Value
		for i := 0; i < n && err == nil; i++ {
			l.visit(f, list, i)
			var b bool
			if b, err = holds(f); b {
				kept = append(kept, list.Index(i))
			}
		}
		return item.List(kept...), err
	}
}

// Map gives what body gives for each element.
func (l *Loop) Map(body Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		list, n, err := l.begin(f)
		if err != nil {
			return item.Null, err
		}
		made := make([]item.Value, n)
		for i := range made {
			l.visit(f, list, i)
			v, err := body(f)
			if err != nil {
				return item.Null, err
			}
			made[i] = present(v)
		}
		return item.List(made...), nil
	}
}

// Sum adds up what body gives for each element: ints to an int, anything else
// exactly to a decimal. It starts from zero, of either kind.
func (l *Loop) Sum(body Operand, zero item.Value) Eval {
	return func(f item.Frame) (item.Value, error) {
		list, n, err := l.begin(f)
		if err != nil {
			return item.Null, err
		}
		total := zero
		for i := range n {
			l.visit(f, list, i)
			v, err := body.Eval(f)
			if err != nil {
				return item.Null, err
			}
			if !isNumber(v) {
				return item.Null, body.errorf("%s of element %d is %s, not a number", body.text(), i, typing.Describe(v))
			}
			if total, err = add(total, v); err != nil {
				return item.Null, body.errorf("the sum: %s", err)
			}
		}
		return total, nil
	}
}

// Reduce gives what body gives for the last element, having got what it gave
// for the one before. Without initial it starts from the first element.
func (l *Loop) Reduce(body, initial Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		acc, from := item.Null, 0
		if initial != nil {
			var err error
			if acc, err = initial(f); err != nil {
				return item.Null, err
			}
		}
		list, n, err := l.begin(f)
		switch {
		case err != nil:
			return item.Null, err
		case initial == nil && n == 0:
			return item.Null, l.List.errorf("%s is empty, and reduce has no value to start from", l.List.text())
		case initial == nil:
			acc, from = list.Index(0), 1
		}
		for i := from; i < n; i++ {
			l.visit(f, list, i)
			f[l.Slot+2] = acc
			if acc, err = body(f); err != nil {
				return item.Null, err
			}
		}
		return acc, nil
	}
}

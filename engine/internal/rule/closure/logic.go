package closure

import "github.com/sluicehq/sluice/engine/item"

// Not turns a truth around.
func Not(t Test) Test {
	return func(f item.Frame) (bool, error) {
		b, err := t(f)
		return !b && err == nil, err
	}
}

// And ends at the first false.
func And(left, right Test) Test {
	return func(f item.Frame) (bool, error) {
		if b, err := left(f); !b || err != nil {
			return false, err
		}
		return right(f)
	}
}

// Or ends at the first true.
func Or(left, right Test) Test {
	return func(f item.Frame) (bool, error) {
		if b, err := left(f); b || err != nil {
			return b, err
		}
		return right(f)
	}
}

// Coalesce gives the left value, or the right one when that is null.
func Coalesce(left, right Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		v, err := left(f)
		if err != nil || !v.IsNull() {
			return v, err
		}
		return right(f)
	}
}

// If gives one of two values.
func If(cond Test, yes, no Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		b, err := cond(f)
		switch {
		case err != nil:
			return item.Null, err
		case b:
			return yes(f)
		}
		return no(f)
	}
}

// Else gives true, or another value when cond is false.
func Else(cond Test, no Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		if b, err := cond(f); b || err != nil {
			return item.Bool(b), err
		}
		return no(f)
	}
}

// Let puts a value into a slot of the frame for what follows.
func Let(slot int, value, body Eval) Eval {
	return func(f item.Frame) (item.Value, error) {
		v, err := value(f)
		if err != nil {
			return item.Null, err
		}
		f[slot] = v
		return body(f)
	}
}

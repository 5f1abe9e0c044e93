// Package closure makes the functions that expressions run as: each takes the
// functions of its parts and returns one that works on the slots of a frame.
// What goes in was checked already; what only shows when values are there, such
// as a null or an int that overflows, is an error with its place.
package closure

import (
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// Eval computes a value from the variables in a frame.
type Eval func(item.Frame) (item.Value, error)

// Test computes a truth.
type Test func(item.Frame) (bool, error)

// Operand is a part of an expression: what computes it, and where it stands
// for errors about its value.
type Operand struct {
	Eval Eval
	Src  *source.Source
	At   source.Spot
}

func (o *Operand) errorf(format string, args ...any) error {
	return o.Src.Errorf(o.At, format, args...)
}

func (o *Operand) text() string { return o.Src.Part(o.At) }

// mismatch returns the error of a value that is not what it must be.
func (o *Operand) mismatch(v item.Value, want string) error {
	return o.errorf("%s is %s, not %s", o.text(), typing.Describe(v), want)
}

// Constant returns a function that always gives v.
func Constant(v item.Value) Eval {
	return func(item.Frame) (item.Value, error) { return v, nil }
}

// Truth returns a Test of an operand; a value that is not a bool is an error.
func Truth(o Operand) Test {
	return func(f item.Frame) (bool, error) {
		b, err := o.Eval(f)
		if err != nil {
			return false, err
		}
		if b.Kind() != item.KindBool {
			return false, o.mismatch(b, "a bool")
		}
		return b.AsBool(), nil
	}
}

// Value returns a test as a function to a value.
func (t Test) Value() Eval {
	return func(f item.Frame) (item.Value, error) {
		b, err := t(f)
		return item.Bool(b), err
	}
}

// Guard makes a value that is not of kind want an error; noun is what to call
// that kind. Null passes if nullable, an int where a decimal is wanted.
func Guard(o Operand, want *item.Type, noun string) Eval {
	return func(f item.Frame) (item.Value, error) {
		v, err := o.Eval(f)
		switch {
		case err != nil, v.Kind() == want.Kind, v.IsNull() && want.Nullable, want.Kind == item.KindDecimal && v.Kind() == item.KindInt:
			return v, err
		}
		return item.Null, o.mismatch(v, noun)
	}
}

func isNumber(v item.Value) bool {
	return v.Kind() == item.KindInt || v.Kind() == item.KindDecimal
}

// present gives null for what is missing, in lists and objects that are made.
func present(v item.Value) item.Value {
	if v.Kind() == item.KindMissing {
		return item.Null
	}
	return v
}

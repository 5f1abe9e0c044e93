package closure

import (
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// Operators lists the operators of arithmetic.
func Operators() []string { return []string{"+", "-", "*", "/", "%", "**", "^"} }

func operationOf(operator string) operation {
	switch operator {
	case "+":
		return add
	case "-":
		return subtract
	case "*":
		return multiply
	case "/":
		return divide
	case "%":
		return remainder
	}
	return power
}

// Arithmetic computes with two numbers, joins two texts, or takes one time from
// another.
func Arithmetic(operator string, left, right Operand, at source.Spot) Eval {
	return compute(operationOf(operator), left, right, at)
}

// Shift moves a time or a date, on the left, by a duration; back with the
// operator -.
func Shift(operator string, left, right Operand, at source.Spot) Eval {
	back := operator == "-"
	return compute(func(t, d item.Value) (item.Value, error) { return shift(t, d, back) }, left, right, at)
}

// compute evaluates both operands and the operation.
func compute(op operation, left, right Operand, at source.Spot) Eval {
	return func(f item.Frame) (item.Value, error) {
		a, err := left.Eval(f)
		if err != nil {
			return item.Null, err
		}
		b, err := right.Eval(f)
		if err != nil {
			return item.Null, err
		}
		v, err := op(a, b)
		if err != nil {
			return item.Null, operandError(err, a, b, [2]*Operand{&left, &right}, at)
		}
		return v, nil
	}
}

// operandError makes the error of an operation one with a place.
func operandError(err error, a, b item.Value, operands [2]*Operand, at source.Spot) error {
	src := operands[0].Src
	if err != errKinds { //nolint:errorlint // never wrapped
		return src.Errorf(at, "%s", err)
	}
	for i, v := range [2]item.Value{a, b} {
		if v.IsNull() {
			return operands[i].errorf("%s is null and cannot be computed with", operands[i].text())
		}
	}
	return src.Errorf(at, "cannot compute %s with %s and %s", src.Part(at), typing.Describe(a), typing.Describe(b))
}

// Number evaluates an operand that must be a number.
func Number(o Operand) Eval {
	return func(f item.Frame) (item.Value, error) {
		v, err := o.Eval(f)
		if err == nil && !isNumber(v) {
			return item.Null, o.mismatch(v, "a number")
		}
		return v, err
	}
}

// Negate gives a number the other sign.
func Negate(o Operand) Eval {
	number := Number(o)
	return func(f item.Frame) (item.Value, error) {
		v, err := number(f)
		if err != nil {
			return item.Null, err
		}
		if v, err = subtract(item.Int(0), v); err != nil {
			return item.Null, o.errorf("%s", err)
		}
		return v, nil
	}
}

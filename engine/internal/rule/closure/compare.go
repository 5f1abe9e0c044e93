package closure

import (
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// IsNull tests a value for null.
func IsNull(v Eval) Test {
	return func(f item.Frame) (bool, error) {
		a, err := v(f)
		return err == nil && a.IsNull(), err
	}
}

// EqualText compares a value with a text that is known. Null differs from it.
func EqualText(o Operand, word string, at source.Spot) Test {
	return func(f item.Frame) (bool, error) {
		v, err := o.Eval(f)
		switch {
		case err != nil:
			return false, err
		case v.Kind() == item.KindText:
			return v.AsText() == word, nil
		}
		return equal(o.Src, at, v, item.Text(word))
	}
}

// Equal compares two values.
func Equal(left, right Operand, at source.Spot) Test {
	return func(f item.Frame) (bool, error) {
		a, err := left.Eval(f)
		if err != nil {
			return false, err
		}
		b, err := right.Eval(f)
		if err != nil {
			return false, err
		}
		return equal(left.Src, at, a, b)
	}
}

// equal compares two values; kinds that have nothing to do with each other are
// an error, so that the number 5 never silently differs from the text "5".
func equal(src *source.Source, at source.Spot, a, b item.Value) (bool, error) {
	if a.IsNull() || b.IsNull() || sameKind(a, b) {
		return a.Equal(b), nil
	}
	return false, src.Errorf(at, "%s and %s cannot be compared in %s", typing.Describe(a), typing.Describe(b), src.Part(at))
}

func sameKind(a, b item.Value) bool {
	return a.Kind() == b.Kind() || isNumber(a) && isNumber(b)
}

// Order compares two values by <, <=, > or >=.
func Order(operator string, left, right Operand) Test {
	holds := holds(operator)
	return func(f item.Frame) (bool, error) {
		a, err := left.Eval(f)
		if err != nil {
			return false, err
		}
		b, err := right.Eval(f)
		if err != nil {
			return false, err
		}
		sign, err := compare(a, b, &left, &right)
		return err == nil && holds(sign), err
	}
}

// holds returns what an operator asks of the sign of a comparison.
func holds(operator string) func(sign int) bool {
	switch operator {
	case "<":
		return func(sign int) bool { return sign < 0 }
	case "<=":
		return func(sign int) bool { return sign <= 0 }
	case ">":
		return func(sign int) bool { return sign > 0 }
	}
	return func(sign int) bool { return sign >= 0 }
}

// compare puts two values of a kind in order.
func compare(a, b item.Value, left, right *Operand) (int, error) {
	switch {
	case a.IsNull():
		return 0, left.errorf("%s is null and cannot be compared", left.text())
	case b.IsNull():
		return 0, right.errorf("%s is null and cannot be compared", right.text())
	case !sameKind(a, b):
		return 0, left.errorf("%s is %s and %s is %s: they cannot be compared", left.text(), typing.Describe(a), right.text(), typing.Describe(b))
	}
	sign, err := a.Compare(b)
	if err != nil {
		return 0, left.errorf("%s", err)
	}
	return sign, nil
}

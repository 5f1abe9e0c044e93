package python

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

var (
	errDivision = errors.New("division by zero")
	errTooLarge = errors.New("the whole number is too large")
)

// Operate computes a binary operator other than "and" and "or".
func Operate(b *php.Budget, op string, x, y Value) (Value, error) {
	if err := Measure(b, x, y); err != nil {
		return nil, err
	}
	switch op {
	case "~":
		return joined(b, Text(x), Text(y))
	case "in":
		return Contains(y, x)
	case "==":
		return Equal(x, y), nil
	case "!=":
		return !Equal(x, y), nil
	case "<", "<=", ">", ">=":
		c, err := Compare(x, y)
		return inOrder(op, c), err
	}
	m, ok := Number(x)
	n, ok2 := Number(y)
	if ok && ok2 {
		return compute(op, m, n)
	}
	return onTexts(b, op, x, y)
}

func inOrder(op string, c int) bool {
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// onTexts joins and repeats texts and lists.
func onTexts(b *php.Budget, op string, x, y Value) (Value, error) {
	if _, ok := y.(List); ok && op == "*" {
		x, y = y, x
	} else if _, ok := AsText(y); ok && op == "*" {
		x, y = y, x
	}
	s, isText := AsText(x)
	t, isText2 := AsText(y)
	l, isList := x.(List)
	m, isList2 := y.(List)
	switch {
	case op == "+" && isText && isText2:
		return joined(b, s, t)
	case op == "+" && isList && isList2:
		list := append(append(make(List, 0, len(l)+len(m)), l...), m...)
		return list, b.List(len(list))
	case op == "*" && (isText || isList) && IsInt(y):
		n, _ := AsInt(y)
		return repeated(b, s, l, max(n, 0))
	case op == "%" && isText:
		args, ok := y.(Tuple)
		if !ok {
			args = Tuple{y}
		}
		return Format(b, s, args)
	}
	for _, v := range []Value{x, y} {
		if u, ok := v.(Undefined); ok {
			return nil, u.Err()
		}
	}
	return nil, fmt.Errorf(`"%s" cannot be applied to %s and %s`, op, TypeName(x), TypeName(y))
}

// Err says that the value is not there.
func (u Undefined) Err() error {
	if u.Name == "" {
		return errors.New("the value is not there")
	}
	return fmt.Errorf(`"%s" is not there`, u.Name)
}

func joined(b *php.Budget, s, t string) (Value, error) {
	if err := b.Text(len(s) + len(t)); err != nil {
		return nil, err
	}
	return s + t, nil
}

func repeated(b *php.Budget, s string, l List, n int) (Value, error) {
	if l == nil {
		if err := bounded(n, len(s), b.Bytes, php.ErrLarge); err != nil {
			return nil, err
		}
		return strings.Repeat(s, n), b.Text(n * len(s))
	}
	if err := bounded(n, len(l), b.Elements, php.ErrElements); err != nil {
		return nil, err
	}
	if len(l) == 0 {
		return l, nil // any number of nothing, without counting to it
	}
	return slices.Repeat(l, n), b.List(n * len(l))
}

// bounded checks that n times size is not above most.
func bounded(n, size, most int, err error) error {
	if size > 0 && n > most/size {
		return err
	}
	return nil
}

// compute computes with numbers.
func compute(op string, x, y php.Value) (Value, error) {
	var v php.Value
	var err error
	ints := x.Kind() == php.KindInt && y.Kind() == php.KindInt
	switch op {
	case "+":
		v, err = php.Add(x, y)
	case "-":
		v, err = php.Sub(x, y)
	case "*":
		v, err = php.Mul(x, y)
	case "/":
		v, err = divide(x, y)
		ints = false
	case "//":
		v, err = floorDiv(x, y)
	case "%":
		v, err = modulo(x, y)
	case "**":
		v, err = php.Pow(x, y)
		ints = ints && y.AsInt() >= 0
	}
	if err != nil {
		return nil, errDivision
	}
	if ints && v.Kind() != php.KindInt {
		return nil, errTooLarge
	}
	return v, nil
}

// divide divides two numbers. Ints give a float, the one nearest to the result.
func divide(x, y php.Value) (php.Value, error) {
	if x.Kind() != php.KindInt || y.Kind() != php.KindInt {
		return php.Div(x, y)
	}
	if y.AsInt() == 0 {
		return y, errDivision
	}
	if x.AsInt() == 0 && y.AsInt() < 0 {
		return php.Float(math.Copysign(0, -1)), nil
	}
	f, _ := new(big.Rat).SetFrac(big.NewInt(x.AsInt()), big.NewInt(y.AsInt())).Float64()
	return php.Float(f), nil
}

// isFloat reports whether one of two numbers is a float and none a decimal, so
// that they compute as floats.
func isFloat(x, y php.Value) bool {
	return (x.Kind() == php.KindFloat || y.Kind() == php.KindFloat) && x.Kind() != php.KindDecimal && y.Kind() != php.KindDecimal
}

// floorDiv rounds x / y down.
func floorDiv(x, y php.Value) (php.Value, error) {
	if x.Kind() == php.KindInt && y.Kind() == php.KindInt {
		return floorDivInts(x.AsInt(), y.AsInt())
	}
	if !isFloat(x, y) {
		return php.FloorDiv(x, y)
	}
	div, _ := divMod(php.ToFloat(x), php.ToFloat(y))
	return php.Float(div), zero(y)
}

func floorDivInts(i, j int64) (php.Value, error) {
	if j == 0 {
		return php.Int(0), errDivision
	}
	if j == -1 {
		return php.Mul(php.Int(i), php.Int(-1)) // may be beyond the ints
	}
	q := i / j
	if i%j != 0 && (i < 0) != (j < 0) {
		q--
	}
	return php.Int(q), nil
}

// modulo returns the remainder, which has the sign of y.
func modulo(x, y php.Value) (php.Value, error) {
	if isFloat(x, y) {
		_, mod := divMod(php.ToFloat(x), php.ToFloat(y))
		return php.Float(mod), zero(y)
	}
	if x.Kind() == php.KindInt && y.Kind() == php.KindInt {
		rest, err := php.Mod(x, y)
		if i := rest.AsInt(); err == nil && i != 0 && (i < 0) != (y.AsInt() < 0) {
			rest = php.Int(i + y.AsInt())
		}
		return rest, err
	}
	q, err := php.FloorDiv(x, y)
	if err != nil {
		return q, err
	}
	part, err := php.Mul(q, y)
	if err != nil {
		return part, err
	}
	return php.Sub(x, part)
}

func zero(y php.Value) error {
	if php.ToFloat(y) == 0 {
		return errDivision
	}
	return nil
}

// divMod returns x / y rounded down, and what is left.
func divMod(x, y float64) (div, mod float64) {
	mod = math.Mod(x, y)
	div = (x - mod) / y
	switch {
	case mod == 0:
		mod = math.Copysign(0, y)
	case (y < 0) != (mod < 0):
		mod += y
		div--
	}
	if div == 0 {
		return math.Copysign(0, x/y), mod
	}
	floor := math.Floor(div)
	if div-floor > 0.5 {
		floor++
	}
	return floor, mod
}

// Negate returns -v.
func Negate(v Value) (Value, error) {
	n, ok := Number(v)
	if !ok {
		return nil, fmt.Errorf(`"-" cannot be applied to %s`, TypeName(v))
	}
	out, err := php.Mul(n, php.Int(-1))
	if n.Kind() == php.KindDecimal {
		if d, ok := php.AsDecimal(n); ok {
			return php.FromDecimal(d.Neg()), nil
		}
	}
	return out, err
}

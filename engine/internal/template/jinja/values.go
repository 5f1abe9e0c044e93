package jinja

import (
	"errors"
	"math"
	"strings"

	"github.com/nikolalohinski/gonja/v2/exec"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// number is a decimal of a record: it prints as it was written and computes
// exactly.
type number struct{ value php.Value }

// String returns the number as it is printed.
func (n number) String() string { return n.value.AsText() }

// Float64 is how gonja reads the number where it needs a float.
func (n number) Float64() float64 { return php.ToFloat(n.value) }

// Int64 is how gonja reads the number where it needs an int.
func (n number) Int64() int64 { return php.ToInt(n.value) }

// MarshalJSON writes the number as it is.
func (n number) MarshalJSON() ([]byte, error) { return []byte(n.value.AsText()), nil }

// fromItem returns a value of a record as gonja takes it.
func fromItem(v item.Value) any {
	switch v.Kind() {
	case item.KindBool:
		return v.AsBool()
	case item.KindInt:
		return int(v.AsInt())
	case item.KindDecimal:
		return number{php.Decimal(v.AsText())}
	case item.KindText, item.KindTime, item.KindDate:
		return v.AsText()
	case item.KindList:
		list := make([]any, 0, v.Len())
		for _, e := range v.All() {
			list = append(list, fromItem(e))
		}
		return list
	case item.KindObject:
		dict := exec.NewDict()
		for name, e := range v.Members() {
			if e.Kind() != item.KindMissing {
				dict.Pairs = append(dict.Pairs, &exec.Pair{Key: exec.AsValue(name), Value: exec.AsValue(fromItem(e))})
			}
		}
		return dict
	}
	return nil
}

// fromValue returns a value of a template as gonja takes it.
func fromValue(v php.Value) any {
	switch v.Kind() {
	case php.KindBool:
		return v.AsBool()
	case php.KindInt:
		return int(v.AsInt())
	case php.KindFloat:
		return v.AsFloat()
	case php.KindDecimal:
		return number{v}
	case php.KindString, php.KindMarkup:
		return v.AsText()
	case php.KindArray:
		a := v.Array()
		if a.IsList() {
			list := make([]any, a.Len())
			for i, e := range a.Vals() {
				list[i] = fromValue(e)
			}
			return list
		}
		dict := exec.NewDict()
		for i, e := range a.Vals() {
			dict.Pairs = append(dict.Pairs, &exec.Pair{Key: exec.AsValue(a.KeyAt(i).String()), Value: exec.AsValue(fromValue(e))})
		}
		return dict
	}
	return nil
}

// toItem returns a value of gonja's as one of a record.
func toItem(v *exec.Value) item.Value {
	if n, ok := v.Interface().(number); ok {
		return php.ToItem(n.value)
	}
	switch {
	case v.IsNil():
		return item.Null
	case v.IsBool():
		return item.Bool(v.Bool())
	case v.IsInteger():
		return item.Int(int64(v.Integer()))
	case v.IsFloat():
		return php.ToItem(php.Float(v.Float()))
	case v.IsList():
		var list []item.Value
		v.Iterate(func(_, _ int, e, _ *exec.Value) bool {
			list = append(list, toItem(e))
			return true
		}, func() {})
		return item.List(list...)
	case v.IsDict():
		var names []string
		var values []item.Value
		v.Iterate(func(_, _ int, key, value *exec.Value) bool {
			names, values = append(names, key.String()), append(values, toItem(value))
			return true
		}, func() {})
		return item.Map(names, values)
	}
	return item.Text(v.String())
}

// numeric returns v as a number to compute with; false when it is none.
func numeric(v *exec.Value) (php.Value, bool) {
	if n, ok := v.Interface().(number); ok {
		return n.value, true
	}
	switch {
	case v.IsInteger():
		return php.Int(int64(v.Integer())), true
	case v.IsFloat():
		return php.Float(v.Float()), true
	case v.IsBool():
		return php.Int(map[bool]int64{true: 1}[v.Bool()]), true
	}
	return php.Value{}, false
}

// fromNumber returns a computed number as gonja takes it.
func fromNumber(v php.Value) *exec.Value {
	switch v.Kind() {
	case php.KindInt:
		return exec.AsValue(int(v.AsInt()))
	case php.KindDecimal:
		return exec.AsValue(number{v})
	}
	return exec.AsValue(php.ToFloat(v))
}

var errDivision = errors.New("division by zero")

// operate computes a binary operator.
func operate(r *run, op string, a, b *exec.Value) (*exec.Value, error) {
	if err := r.measure(a, b); err != nil {
		return nil, err
	}
	switch op {
	case "~":
		return r.joined(a.String() + b.String())
	case "in":
		return exec.AsValue(contains(b, a)), nil
	case "==":
		return exec.AsValue(equal(a, b)), nil
	case "!=":
		return exec.AsValue(!equal(a, b)), nil
	case "<", "<=", ">", ">=":
		return exec.AsValue(inOrder(op, compare(a, b))), nil
	}
	x, ok := numeric(a)
	y, ok2 := numeric(b)
	if ok && ok2 {
		return compute(op, x, y)
	}
	return r.operateOnTexts(op, a, b)
}

// operateOnTexts joins and repeats texts and lists.
func (r *run) operateOnTexts(op string, a, b *exec.Value) (*exec.Value, error) {
	n, isNumber := numeric(b)
	switch {
	case op == "+" && a.IsList() && b.IsList():
		return r.joinedLists(a, b)
	case op == "+" && a.IsString() && b.IsString():
		return r.joined(a.String() + b.String())
	case op == "*" && a.IsString() && isNumber:
		times := max(0, php.ToInt(n))
		if times > int64(r.budget.Bytes) || times*int64(len(a.String())) > int64(r.budget.Bytes) {
			return nil, php.ErrLarge
		}
		return r.joined(strings.Repeat(a.String(), int(times)))
	case op == "%" && a.IsString():
		return nil, errors.New(`write texts with placeholders with the filter "format"`)
	}
	return nil, errors.New(`"` + op + `" needs two numbers, two texts or two lists`)
}

func (r *run) joined(s string) (*exec.Value, error) {
	return exec.AsValue(s), r.budget.Text(len(s))
}

func (r *run) joinedLists(lists ...*exec.Value) (*exec.Value, error) {
	var all []any
	for _, l := range lists {
		l.Iterate(func(_, _ int, e, _ *exec.Value) bool {
			all = append(all, e)
			return true
		}, func() {})
	}
	return exec.AsValue(all), r.budget.List(len(all))
}

// compute computes with numbers as Python does.
func compute(op string, x, y php.Value) (*exec.Value, error) {
	var v php.Value
	var err error
	switch op {
	case "+":
		v, err = php.Add(x, y)
	case "-":
		v, err = php.Sub(x, y)
	case "*":
		v, err = php.Mul(x, y)
	case "/":
		if v, err = php.Div(x, y); v.Kind() == php.KindInt {
			v = php.Float(float64(v.AsInt()))
		}
	case "//":
		v, err = php.FloorDiv(x, y)
	case "%":
		v, err = modulo(x, y)
	case "**":
		v, err = php.Pow(x, y)
	}
	if err != nil {
		return nil, errDivision
	}
	return fromNumber(v), nil
}

// modulo returns the remainder with the sign of y.
func modulo(x, y php.Value) (php.Value, error) {
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

// compare orders two values: as numbers if both are, else as texts.
func compare(a, b *exec.Value) int {
	x, ok := numeric(a)
	y, ok2 := numeric(b)
	if ok && ok2 {
		c, _ := php.Compare(x, y, &php.Budget{Steps: math.MaxInt})
		return c
	}
	return strings.Compare(a.String(), b.String())
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

func equal(a, b *exec.Value) bool {
	x, ok := numeric(a)
	y, ok2 := numeric(b)
	if ok && ok2 {
		return compare(fromNumber(x), fromNumber(y)) == 0
	}
	return a.EqualValueTo(b)
}

// contains reports whether a text, list or mapping has v.
func contains(in, v *exec.Value) bool {
	if !in.IsList() {
		return (in.IsString() || in.IsDict()) && in.Contains(v)
	}
	found := false
	in.Iterate(func(_, _ int, e, _ *exec.Value) bool {
		found = equal(e, v)
		return !found
	}, func() {})
	return found
}

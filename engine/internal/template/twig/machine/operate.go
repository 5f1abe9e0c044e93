package machine

import (
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// Operation is a binary operator that needs both operands.
type Operation func(r *Run, a, b php.Value) (php.Value, error)

func arithmetic(op func(a, b php.Value) (php.Value, error)) Operation {
	return func(_ *Run, a, b php.Value) (php.Value, error) { return op(a, b) }
}

func comparison(holds func(c int) bool) Operation {
	return func(r *Run, a, b php.Value) (php.Value, error) {
		c, err := php.Compare(a, b, &r.Env.Budget)
		return php.Bool(holds(c)), err
	}
}

// swapped is comparison with the operands the other way round, which matters
// where they cannot be compared.
func swapped(holds func(c int) bool) Operation {
	op := comparison(holds)
	return func(r *Run, a, b php.Value) (php.Value, error) { return op(r, b, a) }
}

func bitwise(op byte) Operation {
	return func(_ *Run, a, b php.Value) (php.Value, error) { return php.Bits(op, a, b) }
}

func equal(want bool) Operation {
	return func(r *Run, a, b php.Value) (php.Value, error) {
		same, err := php.Equal(a, b, &r.Env.Budget)
		return php.Bool(same == want), err
	}
}

func contains(want bool) Operation {
	return func(r *Run, a, b php.Value) (php.Value, error) {
		in, err := builtin.Contains(&r.Env, a, b)
		return php.Bool(in == want), err
	}
}

func affix(has func(s, part string) bool) Operation {
	return func(_ *Run, a, b php.Value) (php.Value, error) {
		if a.Kind() != php.KindString || b.Kind() != php.KindString {
			return php.False, nil
		}
		return php.Bool(has(a.AsText(), b.AsText())), nil
	}
}

func less(c int) bool      { return c < 0 }
func lessEqual(c int) bool { return c <= 0 }

// Operations returns the operators by what they are written as; "b-and" and
// the like aside. The map must not be changed.
func Operations() map[string]Operation { return operations }

var operations = map[string]Operation{
	"+": arithmetic(php.Add), "-": arithmetic(php.Sub), "*": arithmetic(php.Mul),
	"/": arithmetic(php.Div), "//": arithmetic(php.FloorDiv), "%": arithmetic(php.Mod),
	"**":    arithmetic(php.Pow),
	"b-and": bitwise('&'), "b-or": bitwise('|'), "b-xor": bitwise('^'),
	"==": equal(true), "!=": equal(false),
	"<": comparison(less), "<=": comparison(lessEqual),
	">": swapped(less), ">=": swapped(lessEqual),
	"<=>": func(r *Run, a, b php.Value) (php.Value, error) {
		c, err := php.Compare(a, b, &r.Env.Budget)
		return php.Int(int64(c)), err
	},
	"in": contains(true), "not in": contains(false),
	"starts with": affix(strings.HasPrefix), "ends with": affix(strings.HasSuffix),
	"..": func(r *Run, a, b php.Value) (php.Value, error) {
		return builtin.Range(&r.Env, a, b, php.Int(1))
	},
}

package builtin

import (
	"errors"
	"fmt"
	"math"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// asText returns an argument that must be a text; numbers and bools are
// written as one.
func asText(v php.Value) (string, error) {
	if v.Kind() == php.KindArray {
		return "", errors.New("a text is needed, not a list or map")
	}
	return php.ToString(v)
}

// asInt returns an argument that must be an int; null is 0.
func asInt(v php.Value) (int, error) {
	switch v.Kind() {
	case php.KindArray, php.KindObject, php.KindMarkup:
		return 0, fmt.Errorf("a whole number is needed, not a %s", v.TypeName())
	case php.KindString:
		if !php.IsNumeric(v) {
			return 0, fmt.Errorf(`a whole number is needed, not "%s"`, v.AsText())
		}
	case php.KindFloat:
		if f := v.AsFloat(); math.IsNaN(f) || math.IsInf(f, 0) {
			return 0, errors.New("a whole number is needed")
		}
	}
	return int(php.ToInt(v)), nil
}

// asNumber returns an argument that must be a number; null is 0.
func asNumber(v php.Value) (php.Value, error) {
	switch v.Kind() {
	case php.KindArray, php.KindObject, php.KindMarkup:
		return v, fmt.Errorf("a number is needed, not a %s", v.TypeName())
	case php.KindString:
		if !php.IsNumeric(v) {
			return v, fmt.Errorf(`a number is needed, not "%s"`, v.AsText())
		}
	}
	return php.Pos(v)
}

// asArray returns an argument that must be an array.
func asArray(v php.Value) (*php.Array, error) {
	if a := v.Array(); a != nil {
		return a, nil
	}
	return nil, fmt.Errorf("a list or map is needed, not a %s", v.TypeName())
}

// asFunction returns an argument that must be an arrow function.
func asFunction(v php.Value) (Callable, error) {
	if f, ok := v.Object().(Callable); ok {
		return f, nil
	}
	return nil, errors.New("an arrow function such as v => v.name is needed")
}

// onText makes a filter's function of one on texts.
func onText(f func(string) string) func(*Env, []php.Value) (php.Value, error) {
	return func(env *Env, args []php.Value) (php.Value, error) {
		s, err := asText(args[0])
		if err == nil {
			err = env.Budget.Spend(len(s)>>5 + 1)
		}
		if err != nil {
			return php.Null, err
		}
		return made(env, f(s))
	}
}

// byAppending makes a filter's function of one that appends to a text.
func byAppending(f func(dst []byte, s string) []byte) func(*Env, []php.Value) (php.Value, error) {
	return func(env *Env, args []php.Value) (php.Value, error) {
		s, err := asText(args[0])
		if err == nil {
			err = env.Budget.Spend(len(s)>>5 + 1)
		}
		if err != nil {
			return php.Null, err
		}
		var room [64]byte
		return made(env, string(f(room[:0], s)))
	}
}

// made returns a text that was made, unless it is too long.
func made(env *Env, s string) (php.Value, error) {
	if err := env.Budget.Text(len(s)); err != nil {
		return php.Null, err
	}
	return php.String(s), nil
}

// FromFunc returns a function of the pipeline as one of templates.
func FromFunc(f *item.Func) *Def {
	return &Def{Name: f.Name, Call: func(env *Env, args []php.Value) (php.Value, error) {
		if err := env.Budget.Spend(10); err != nil {
			return php.Null, err
		}
		given := make([]item.Value, 0, len(args))
		for i, a := range args {
			if a.Kind() == php.KindMissing && i >= required(f) {
				break
			}
			v, err := toParam(a, f.Params[i])
			if err != nil {
				return php.Null, fmt.Errorf(`the argument "%s" of "%s": %w`, f.Params[i].Name, f.Name, err)
			}
			given = append(given, v)
		}
		v, err := f.Call(given)
		if err != nil {
			return php.Null, fmt.Errorf("%s: %w", f.Name, err)
		}
		return php.FromItem(v), nil
	}}
}

// required returns the number of parameters that must be given.
func required(f *item.Func) int {
	n := 0
	for _, p := range f.Params {
		if !p.Optional {
			n++
		}
	}
	return n
}

// toParam returns a template's value as what a parameter takes.
func toParam(v php.Value, p item.Param) (item.Value, error) {
	given := php.ToItem(v)
	if p.Type == nil || p.Type.Kind == item.KindUnknown || given.Kind() == p.Type.Kind {
		return given, nil
	}
	if p.Type.Kind == item.KindText && v.Kind() != php.KindArray {
		s, err := php.ToString(v)
		return item.Text(s), err
	}
	return item.Convert(given, p.Type)
}

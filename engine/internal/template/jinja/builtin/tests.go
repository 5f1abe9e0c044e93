package builtin

import (
	"errors"
	"unicode"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// is makes a test's function of one that needs no argument.
func is(f func(python.Value) bool) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) { return f(in), nil }
}

// compares makes a test's function of an operator.
func compares(op string) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(env *Env, in python.Value, args []python.Value) (python.Value, error) {
		if !given(args[0]) {
			return nil, errors.New("the test needs a value to compare with")
		}
		return python.Operate(env.Budget, op, in, args[0])
	}
}

func parity(odd int) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
		i, ok := python.AsInt(in)
		if !ok {
			return nil, errors.New(python.TypeName(in) + " is neither odd nor even")
		}
		return i&1 == odd, nil
	}
}

func isDefined(v python.Value) bool { _, no := v.(python.Undefined); return !no }

func isReal(v python.Value) bool { return python.IsNumber(v) && !python.IsInt(v) }

func divisible(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	if !given(args[0]) {
		return nil, errors.New("the test needs a number to divide by")
	}
	rest, err := python.Operate(env.Budget, "%", in, args[0])
	if err != nil {
		return nil, err
	}
	return !python.Truth(rest), nil
}

func same(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
	_, number := in.(php.Value)
	_, number2 := args[0].(php.Value)
	return number == number2 && python.Equal(in, args[0]), nil
}

func tests() []*Def {
	operand := []string{"other"}
	return []*Def{
		{Name: "defined", call: is(isDefined), quiet: true,
			Doc: "Whether a name or member is there.", Example: "{{ nothing is defined }}", Gives: "False"},
		{Name: "undefined", call: is(func(v python.Value) bool { return !isDefined(v) }), quiet: true,
			Doc: "Whether a name or member is not there.", Example: "{{ nothing is undefined }}", Gives: "True"},
		{Name: "none", call: is(func(v python.Value) bool { return v == nil }), quiet: true,
			Doc: "Whether a value is none.", Example: "{{ none is none }}", Gives: "True"},
		{Name: "true", call: is(func(v python.Value) bool { return v == true }), quiet: true,
			Doc: "Whether a value is true itself.", Example: "{{ 1 is true }}", Gives: "False"},
		{Name: "false", call: is(func(v python.Value) bool { return v == false }), quiet: true,
			Doc: "Whether a value is false itself.", Example: "{{ 0 is false }}", Gives: "False"},
		{Name: "boolean", call: is(func(v python.Value) bool { _, ok := v.(bool); return ok }), quiet: true,
			Doc: "Whether a value is true or false.", Example: "{{ true is boolean }}", Gives: "True"},
		{Name: "integer", call: is(python.IsInt), quiet: true,
			Doc: "Whether a value is a whole number.", Example: "{{ 5 is integer }}", Gives: "True"},
		{Name: "float", call: is(isReal), quiet: true,
			Doc: "Whether a value is a number with decimals.", Example: "{{ 1.5 is float }}", Gives: "True"},
		{Name: "number", call: is(func(v python.Value) bool { _, ok := python.Number(v); return ok }), quiet: true,
			Doc: "Whether a value is a number.", Example: "{{ '5' is number }}", Gives: "False"},
		{Name: "string", call: is(func(v python.Value) bool { _, ok := python.AsText(v); return ok }), quiet: true,
			Doc: "Whether a value is a text.", Example: "{{ '5' is string }}", Gives: "True"},
		{Name: "mapping", call: is(func(v python.Value) bool { _, ok := v.(*python.Dict); return ok }), quiet: true,
			Doc: "Whether a value is a mapping.", Example: "{{ {} is mapping }}", Gives: "True"},
		{Name: "sequence", call: is(isSequence), quiet: true,
			Doc: "Whether a value is a list, a text or a mapping.", Example: "{{ [1] is sequence }}", Gives: "True"},
		{Name: "iterable", call: is(func(v python.Value) bool { _, err := python.Elements(v); return err == nil }), quiet: true,
			Doc: "Whether a value can be looped over.", Example: "{{ 5 is iterable }}", Gives: "False"},
		{Name: "even", call: parity(0), Doc: "Whether a number is even.", Example: "{{ 4 is even }}", Gives: "True"},
		{Name: "odd", call: parity(1), Doc: "Whether a number is odd.", Example: "{{ 4 is odd }}", Gives: "False"},
		{Name: "divisibleby", params: []string{"num"}, call: divisible,
			Doc: "Whether a number can be divided by another.", Example: "{{ 9 is divisibleby 3 }}", Gives: "True"},
		{Name: "lower", call: is(func(v python.Value) bool { return isCase(python.Text(v), unicode.IsUpper) }),
			Doc: "Whether all letters of a text are small.", Example: "{{ 'sku' is lower }}", Gives: "True"},
		{Name: "upper", call: is(func(v python.Value) bool { return isCase(python.Text(v), unicode.IsLower) }),
			Doc: "Whether all letters of a text are capitals.", Example: "{{ 'SKU' is upper }}", Gives: "True"},
		{Name: "sameas", params: operand, call: same,
			Doc: "Whether two values are the same.", Example: "{{ none is sameas none }}", Gives: "True"},
		{Name: "in", params: operand, call: compares("in"), quiet: true,
			Doc: "Whether a text, list or mapping has a value.", Example: "{{ 2 is in [1, 2] }}", Gives: "True"},
		{Name: "eq equalto ==", params: operand, call: compares("=="), quiet: true,
			Doc: "Whether two values are equal.", Example: "{{ [1, 2]|select('eq', 2)|first }}", Gives: "2"},
		{Name: "ne !=", params: operand, call: compares("!="), quiet: true,
			Doc: "Whether two values are not equal.", Example: "{{ [1, 2]|select('ne', 2)|first }}", Gives: "1"},
		{Name: "lt lessthan <", params: operand, call: compares("<"),
			Doc: "Whether a value is less than another.", Example: "{{ [1, 2]|select('lt', 2)|first }}", Gives: "1"},
		{Name: "le <=", params: operand, call: compares("<="),
			Doc: "Whether a value is not greater than another.", Example: "{{ [1, 2]|select('le', 2)|list|length }}", Gives: "2"},
		{Name: "gt greaterthan >", params: operand, call: compares(">"),
			Doc: "Whether a value is greater than another.", Example: "{{ [1, 2]|select('gt', 1)|first }}", Gives: "2"},
		{Name: "ge >=", params: operand, call: compares(">="),
			Doc: "Whether a value is not less than another.", Example: "{{ [1, 2]|select('ge', 2)|first }}", Gives: "2"},
	}
}

func isSequence(v python.Value) bool {
	switch v.(type) {
	case python.List, python.Tuple, *python.Dict, string, python.Markup, python.Undefined:
		return true
	}
	return false
}

// isCase reports whether s has letters with cases, and none of the other case.
func isCase(s string, other func(rune) bool) bool {
	cased := false
	for _, r := range s {
		if other(r) {
			return false
		}
		cased = cased || unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r)
	}
	return cased
}

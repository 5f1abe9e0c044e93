package builtin

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

func tests() []*Def {
	same := with("value")
	return []*Def{
		{Name: "constant", Params: with("constant", "object?"), Call: func(env *Env, args []php.Value) (php.Value, error) {
			v, err := constant(env, args[1:])
			if err != nil {
				return php.Null, err
			}
			is, err := php.Same(args[0], v, &env.Budget)
			return php.Bool(is), err
		}, Doc: "Is equal to one of PHP's constants.", Example: `{{ 8 is constant('PHP_INT_SIZE') ? 'yes' }}`, Gives: "yes"},
		{Name: "defined", Params: with(),
			Doc: "Exists, even if it is null.", Example: `{{ nothing is defined ? 'yes' : 'no' }}`, Gives: "no"},
		{Name: "divisible by", Params: with("divisor"), Call: divisible,
			Doc: "Is divided by a number without remainder.", Example: `{{ 8 is divisible by(2) ? 'yes' }}`, Gives: "yes"},
		{Name: "divisibleby", Params: with("divisor"), Call: divisible,
			Doc: "Is the old name of divisible by.", Example: `{{ 8 is divisibleby(3) ? 'yes' : 'no' }}`, Gives: "no"},
		{Name: "same as", Params: same, Call: isSame,
			Doc: "Is equal and of the same type.", Example: `{{ '1' is same as(1) ? 'yes' : 'no' }}`, Gives: "no"},
		{Name: "sameas", Params: same, Call: isSame,
			Doc: "Is the old name of same as.", Example: `{{ 1 is sameas(1) ? 'yes' }}`, Gives: "yes"},
		is("empty", php.IsEmpty, "Is null, false, an empty text or an empty list, but not 0.", `{{ '' is empty ? 'yes' }} {{ 0 is empty ? 'yes' : 'no' }}`, "yes no"),
		is("null", php.Value.IsNull, "Is null or undefined.", `{{ null is null ? 'yes' }}`, "yes"),
		is("none", php.Value.IsNull, "Is another name of null.", `{{ 1 is none ? 'yes' : 'no' }}`, "no"),
		is("iterable", isArray, "Is a list or mapping.", `{{ [] is iterable ? 'yes' }}`, "yes"),
		is("sequence", func(v php.Value) bool { return isArray(v) && v.Array().IsList() },
			"Is a list: its keys are 0, 1, 2 and so on.", `{{ [1] is sequence ? 'yes' }}`, "yes"),
		is("mapping", func(v php.Value) bool { return isArray(v) && !v.Array().IsList() || v.Kind() == php.KindObject },
			"Is a mapping that is no list.", `{{ {a: 1} is mapping ? 'yes' }}`, "yes"),
		{Name: "even", Params: with(), Call: func(_ *Env, args []php.Value) (php.Value, error) { return parity(args[0], false) },
			Doc: "Is an even number.", Example: `{{ 4 is even ? 'yes' }}`, Gives: "yes"},
		{Name: "odd", Params: with(), Call: func(_ *Env, args []php.Value) (php.Value, error) { return parity(args[0], true) },
			Doc: "Is an odd number.", Example: `{{ 4 is odd ? 'yes' : 'no' }}`, Gives: "no"},
	}
}

// is makes a test of a question.
func is(name string, f func(php.Value) bool, doc, example, gives string) *Def {
	return &Def{Name: name, Params: with(), Doc: doc, Example: example, Gives: gives,
		Call: func(_ *Env, args []php.Value) (php.Value, error) { return php.Bool(f(args[0])), nil }}
}

func isArray(v php.Value) bool { return v.Kind() == php.KindArray }

func isSame(env *Env, args []php.Value) (php.Value, error) {
	same, err := php.Same(args[0], args[1], &env.Budget)
	return php.Bool(same), err
}

func divisible(_ *Env, args []php.Value) (php.Value, error) {
	rest, err := php.Mod(args[0], args[1])
	return php.Bool(rest.AsInt() == 0), err
}

func parity(v php.Value, odd bool) (php.Value, error) {
	rest, err := php.Mod(v, php.Int(2))
	return php.Bool((rest.AsInt() != 0) == odd), err
}

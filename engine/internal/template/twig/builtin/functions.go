package builtin

import (
	"errors"
	"math"
	"math/rand/v2"
	"regexp"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

func functions() []*Def {
	none := []*Def{
		{Name: "block", Params: params("name", "template?"),
			Doc: "Prints a block once more.", Example: `{% block b %}x{% endblock %}{{ block('b') }}`, Gives: "xx"},
		{Name: "parent",
			Doc: "Prints the block that this one replaces.", Example: `{% use 'base' %}{% block b %}{{ parent() }}!{% endblock %}`, Gives: "base!"},
		{Name: "include", Params: params("template", "variables?", "with_context?", "ignore_missing?", "sandboxed?"),
			Doc: "Prints another template of the pipeline.", Example: `{{ include('line', {sku: 'A'}) }}`, Gives: "sku A"},
		{Name: "source", Params: params("name", "ignore_missing?"),
			Doc: "Gives the source of another template of the pipeline.", Example: `{{ source('line') }}`, Gives: "sku {{ sku }}"},
		{Name: "template_from_string", Params: params("template", "name?"),
			Doc: "Makes a template of a text, for include.", Example: `{% set n = 'Ann' %}{{ include(template_from_string('Hi {{ n }}')) }}`, Gives: "Hi Ann"},
		{Name: "attribute", Params: params("variable", "attribute", "arguments?"),
			Doc: "Gives a member whose name is computed.", Example: `{{ attribute({'Gift Message': 'Hi'}, 'Gift ' ~ 'Message') }}`, Gives: "Hi"},
	}
	return append(none, []*Def{
		{Name: "max", Params: params("value"), Variadic: true, Call: func(env *Env, args []php.Value) (php.Value, error) { return extreme(env, args, 1) },
			Doc: "Gives the largest of a list or of the arguments.", Example: `{{ max(1, 5, 3) }}`, Gives: "5"},
		{Name: "min", Params: params("value"), Variadic: true, Call: func(env *Env, args []php.Value) (php.Value, error) { return extreme(env, args, -1) },
			Doc: "Gives the smallest of a list or of the arguments.", Example: `{{ min([4, 2]) }}`, Gives: "2"},
		{Name: "range", Params: or(params("low", "high", "step?"), "step", php.Int(1)), Exact: true, Call: func(env *Env, args []php.Value) (php.Value, error) {
			return Range(env, args[0], args[1], args[2])
		},
			Doc: "Lists numbers or letters; a..b is short for it.", Example: `{{ range(0, 6, 2)|join(',') }} {{ ('a'..'c')|join }}`, Gives: "0,2,4,6 abc"},
		{Name: "cycle", Params: params("values", "position"), Call: cycle,
			Doc: "Takes the elements of a list in turn.", Example: `{{ cycle(['odd', 'even'], 3) }}`, Gives: "even"},
		{Name: "random", Params: params("values?", "max?"), Call: random,
			Doc: "Picks an element, a character or a number; the same in every repetition of a run.", Example: `{{ random(['x']) }}`, Gives: "x"},
		{Name: "constant", Params: params("constant", "object?"), Call: constant,
			Doc: "Gives one of PHP's constants for numbers, dates and JSON.", Example: `{{ constant('PHP_INT_MAX') }}`, Gives: "9223372036854775807"},
	}...)
}

// extreme returns the largest (want 1) or smallest (-1) of the arguments, or
// of the only argument's elements.
func extreme(env *Env, args []php.Value, want int) (php.Value, error) {
	vals := args
	if len(args) == 1 {
		a, err := asArray(args[0])
		if err != nil {
			return php.Null, err
		}
		vals = a.Vals()
	}
	if len(vals) == 0 {
		return php.Null, errors.New("an empty list has no largest or smallest element")
	}
	best := vals[0]
	for _, v := range vals[1:] {
		if err := env.Budget.Spend(1); err != nil {
			return php.Null, err
		}
		// Which side stands first matters for what does not compare, NAN.
		x, y, sign := v, best, want
		if len(args) == 1 {
			x, y, sign = best, v, -want
		}
		c, err := php.Compare(x, y, &env.Budget)
		if err != nil {
			return php.Null, err
		}
		if c*sign > 0 {
			best = v
		}
	}
	return best, nil
}

// Range lists the numbers or letters from low to high.
func Range(env *Env, low, high, step php.Value) (php.Value, error) {
	if isLetters(low) && isLetters(high) {
		return letters(env, low.AsText()[0], high.AsText()[0], step)
	}
	if k := step.Kind(); k == php.KindArray || k == php.KindObject {
		return php.Null, errors.New("the step of a range is a number, not a " + step.TypeName())
	}
	a, b, s := rangeEnd(low), rangeEnd(high), rangeEnd(step)
	if low.IsText() != high.IsText() && !isFraction(low) && !isFraction(high) {
		a, b = php.Int(php.ToInt(a)), php.Int(php.ToInt(b)) // a text of 1.5 counts for 1 beside an int
	}
	if a.Kind() == php.KindInt && b.Kind() == php.KindInt && isWhole(s) {
		return ints(env, a.AsInt(), b.AsInt(), php.ToInt(s))
	}
	return floats(env, php.ToFloat(a), php.ToFloat(b), php.ToFloat(s))
}

var errStep = errors.New("the step of a range must be smaller than the range, and not 0")

// isLetters reports whether an end of a range is a text that is no number.
func isLetters(v php.Value) bool {
	return v.IsText() && v.AsText() != "" && !php.IsNumeric(php.String(v.AsText()))
}

// rangeEnd returns an end of a range as a number.
func rangeEnd(v php.Value) php.Value {
	switch v.Kind() {
	case php.KindInt, php.KindFloat:
		return v
	case php.KindString:
		if php.IsNumeric(v) {
			n, _ := php.Pos(v)
			return n
		}
	case php.KindDecimal:
		return php.Float(php.ToFloat(v))
	}
	return php.Int(php.ToInt(v))
}

func isFraction(v php.Value) bool {
	return v.Kind() == php.KindFloat || v.Kind() == php.KindDecimal
}

func isWhole(v php.Value) bool {
	return v.Kind() == php.KindInt || php.ToFloat(v) == math.Trunc(php.ToFloat(v))
}

func letters(env *Env, from, to byte, step php.Value) (php.Value, error) {
	n := php.ToInt(rangeEnd(step))
	if n < 0 {
		n = -n
	}
	distance := int64(from) - int64(to)
	if distance < 0 {
		distance = -distance
	}
	if n == 0 || n > distance && distance != 0 {
		return php.Null, errStep
	}
	if distance == 0 {
		return php.List(php.String(string([]byte{from}))), nil
	}
	a := php.NewArray(int(distance/n) + 1)
	for i := int64(0); i <= distance; i += n {
		c := int64(from) + i
		if from > to {
			c = int64(from) - i
		}
		a.Append(php.String(string([]byte{byte(c)})))
	}
	return list(env, a)
}

func ints(env *Env, from, to, step int64) (php.Value, error) {
	if from == to {
		return php.List(php.Int(from)), nil
	}
	if step < 0 {
		step = -step
	}
	distance := uint64(to) - uint64(from)
	if to < from {
		distance = uint64(from) - uint64(to)
	}
	if step <= 0 || uint64(step) > distance {
		return php.Null, errStep
	}
	n := distance/uint64(step) + 1
	if n > uint64(env.Budget.Elements) {
		return php.Null, php.ErrElements
	}
	if err := env.Budget.List(int(n)); err != nil {
		return php.Null, err
	}
	a := php.NewArray(int(n))
	for i := range int64(n) {
		if to < from {
			a.Append(php.Int(from - i*step))
		} else {
			a.Append(php.Int(from + i*step))
		}
	}
	return php.Arr(a), nil
}

func floats(env *Env, from, to, step float64) (php.Value, error) {
	step = math.Abs(step)
	distance := math.Abs(to - from)
	if math.IsNaN(distance) || math.IsInf(distance, 0) {
		return php.Null, php.ErrElements
	}
	if distance == 0 {
		return php.List(php.Float(from)), nil
	}
	if step <= 0 || step > distance {
		return php.Null, errStep
	}
	n := math.Floor(distance/step+1e-9) + 1
	if n > float64(env.Budget.Elements) {
		return php.Null, php.ErrElements
	}
	if err := env.Budget.List(int(n)); err != nil {
		return php.Null, err
	}
	a := php.NewArray(int(n))
	for i := range int(n) {
		if to < from {
			a.Append(php.Float(from - float64(i)*step))
		} else {
			a.Append(php.Float(from + float64(i)*step))
		}
	}
	return php.Arr(a), nil
}

func cycle(_ *Env, args []php.Value) (php.Value, error) {
	a, err := asArray(args[0])
	if err != nil {
		return php.Null, err
	}
	if a.Len() == 0 {
		return php.Null, errors.New("the list to cycle through is empty")
	}
	i, err := php.Mod(args[1], php.Int(int64(a.Len())))
	if err != nil {
		return php.Null, err
	}
	return a.Get(php.IntKey(i.AsInt())), nil
}

// random returns the source of random numbers.
func (e *Env) random() *rand.Rand {
	if e.rand == nil {
		e.rand = rand.New(rand.NewPCG(e.Seed, 0x73_6c75_6963_65))
	}
	return e.rand
}

func random(env *Env, args []php.Value) (php.Value, error) {
	v, rnd := args[0], env.random()
	switch v.Kind() {
	case php.KindMissing, php.KindNull:
		return between(rnd, php.Int(0), args[1], math.MaxInt32)
	case php.KindInt, php.KindFloat, php.KindDecimal:
		if args[1].IsNull() {
			if n := php.ToInt(v); n < 0 {
				return between(rnd, v, php.Int(0), 0)
			}
			return between(rnd, php.Int(0), v, 0)
		}
		return between(rnd, v, args[1], 0)
	case php.KindArray:
		a := v.Array()
		if a.Len() == 0 {
			return php.Null, errors.New("nothing can be picked from an empty list")
		}
		return a.At(rnd.IntN(a.Len())), nil
	}
	s, err := php.ToString(v)
	runes := []rune(s)
	if len(runes) == 0 || err != nil {
		return php.String(""), err
	}
	return php.String(string(runes[rnd.IntN(len(runes))])), nil
}

func between(rnd *rand.Rand, low, high php.Value, otherwise int64) (php.Value, error) {
	from, to := php.ToInt(low), php.ToInt(high)
	if high.IsNull() {
		to = otherwise
	}
	if to < from {
		return php.Null, errors.New("the largest random number must not be below the smallest")
	}
	if to-from < 0 || to-from == math.MaxInt64 {
		return php.Int(rnd.Int64()), nil
	}
	return php.Int(from + rnd.Int64N(to-from+1)), nil
}

// constants are those of PHP that mean something without PHP.
var constants = map[string]php.Value{
	"PHP_INT_MAX": php.Int(math.MaxInt64), "PHP_INT_MIN": php.Int(math.MinInt64), "PHP_INT_SIZE": php.Int(8),
	"PHP_EOL": php.String("\n"), "PHP_FLOAT_EPSILON": php.Float(2.220446049250313e-16),
	"E_ERROR": php.Int(1), "E_WARNING": php.Int(2), "E_PARSE": php.Int(4), "E_NOTICE": php.Int(8), "E_ALL": php.Int(32767),
	"PHP_FLOAT_MAX": php.Float(math.MaxFloat64), "M_PI": php.Float(math.Pi), "M_E": php.Float(math.E),
	"NAN": php.Float(math.NaN()), "INF": php.Float(math.Inf(1)),
	"JSON_HEX_TAG": php.Int(1), "JSON_HEX_AMP": php.Int(2), "JSON_HEX_APOS": php.Int(4), "JSON_HEX_QUOT": php.Int(8),
	"JSON_FORCE_OBJECT": php.Int(16), "JSON_NUMERIC_CHECK": php.Int(32), "JSON_UNESCAPED_SLASHES": php.Int(64),
	"JSON_PRETTY_PRINT": php.Int(128), "JSON_UNESCAPED_UNICODE": php.Int(256),
	"JSON_PARTIAL_OUTPUT_ON_ERROR": php.Int(512), "JSON_PRESERVE_ZERO_FRACTION": php.Int(1024),
	"JSON_UNESCAPED_LINE_TERMINATORS": php.Int(2048), "JSON_THROW_ON_ERROR": php.Int(4194304),
	"DATE_ATOM": php.String(`Y-m-d\TH:i:sP`), "DATE_COOKIE": php.String(`l, d-M-Y H:i:s T`),
	"DATE_RFC822": php.String(`D, d M y H:i:s O`), "DATE_RFC850": php.String(`l, d-M-y H:i:s T`),
	"DATE_RFC1036": php.String(`D, d M y H:i:s O`), "DATE_RFC1123": php.String(`D, d M Y H:i:s O`),
	"DATE_RFC7231": php.String(`D, d M Y H:i:s \G\M\T`), "DATE_RFC2822": php.String(`D, d M Y H:i:s O`),
	"DATE_RFC3339": php.String(`Y-m-d\TH:i:sP`), "DATE_RFC3339_EXTENDED": php.String(`Y-m-d\TH:i:s.vP`),
	"DATE_RSS": php.String(`D, d M Y H:i:s O`), "DATE_W3C": php.String(`Y-m-d\TH:i:sP`), "DATE_ISO8601": php.String(`Y-m-d\TH:i:sO`),
}

// dateConstant takes the name that a class of dates gives to a format.
var dateConstant = regexp.MustCompile(`^\\?(?i:DateTime(?:Interface|Immutable)?)::`)

// Constant returns the constant that is called name.
func Constant(name php.Value) (php.Value, bool) {
	s, err := asText(name)
	if err != nil {
		return php.Null, false
	}
	v, ok := constants[dateConstant.ReplaceAllString(s, "DATE_")]
	return v, ok
}

func constant(_ *Env, args []php.Value) (php.Value, error) {
	name, err := asText(args[0])
	if err != nil {
		return php.Null, err
	}
	if v, ok := Constant(args[0]); ok && args[1].IsNull() {
		return v, nil
	}
	return php.Null, errors.New(`the constant "` + name + `" is not known here`)
}

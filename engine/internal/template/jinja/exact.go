package jinja

import (
	"errors"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/exec"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// exactFilters are the filters that would lose a decimal's digits in gonja.
func exactFilters() map[string]exec.FilterFunction {
	return map[string]exec.FilterFunction{
		"abs": abs, "round": round, "sum": sum, "min": extreme(-1), "max": extreme(1), "float": float,
	}
}

// otherwise calls gonja's own filter.
func otherwise(name string, e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
	f, ok := builtins.Filters.Get(name)
	if !ok {
		return failed(errors.New(`there is no filter "` + name + `"`))
	}
	return f(e, in, args)
}

func abs(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
	n, ok := in.Interface().(number)
	if !ok {
		return otherwise("abs", e, in, args)
	}
	if d, ok := php.AsDecimal(n.value); ok && d.Sign() < 0 {
		return exec.AsValue(number{php.FromDecimal(d.Abs())})
	}
	return in
}

// float leaves a decimal what it is: a number with places.
func float(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
	if _, ok := in.Interface().(number); ok {
		return in
	}
	return otherwise("float", e, in, args)
}

func round(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
	n, ok := in.Interface().(number)
	d, exact := php.AsDecimal(n.value)
	if !ok || !exact {
		return otherwise("round", e, in, args)
	}
	places, mode := 0, item.HalfUp
	given := map[string]*exec.Value{}
	for i, v := range args.Args {
		given[[...]string{"precision", "method"}[min(i, 1)]] = v
	}
	for name, v := range args.KwArgs {
		given[name] = v
	}
	if v, ok := given["precision"]; ok {
		places = v.Integer()
	}
	if v, ok := given["method"]; ok {
		switch v.String() {
		case "ceil":
			mode = item.Ceiling
		case "floor":
			mode = item.Floor
		}
	}
	if places < 0 {
		return otherwise("round", e, exec.AsValue(n.Float64()), args)
	}
	rounded, err := d.Round(min(places, d.Places()), mode)
	if err != nil {
		return failed(err)
	}
	return exec.AsValue(number{php.FromDecimal(rounded)})
}

// elements lists the numbers of a list, or of a member of its elements; false
// when one is no number.
func elements(in *exec.Value, args *exec.VarArgs) ([]php.Value, bool) {
	attribute := args.GetKeywordArgument("attribute", nil)
	if len(args.Args) > 0 {
		attribute = args.Args[0]
	}
	var list []php.Value
	all := in.IsList()
	in.Iterate(func(_, _ int, e, _ *exec.Value) bool {
		if attribute.IsString() {
			e, _ = e.Get(attribute.String())
		}
		n, ok := numeric(e)
		all = all && ok
		list = append(list, n)
		return all
	}, func() {})
	return list, all
}

func sum(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
	list, ok := elements(in, args)
	if !ok {
		return otherwise("sum", e, in, args)
	}
	total := php.Int(0)
	if v, ok := args.KwArgs["start"]; ok {
		if n, ok := numeric(v); ok {
			total = n
		}
	}
	for _, n := range list {
		var err error
		if total, err = php.Add(total, n); err != nil {
			return failed(err)
		}
	}
	return fromNumber(total)
}

// extreme makes the filter that gives the largest (1) or smallest (-1) number
// of a list.
func extreme(want int) exec.FilterFunction {
	return func(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
		list, ok := elements(in, &exec.VarArgs{KwArgs: map[string]*exec.Value{}})
		if !ok || len(list) == 0 || len(args.KwArgs) > 0 {
			return otherwise(map[int]string{1: "max", -1: "min"}[want], e, in, args)
		}
		best := list[0]
		for _, n := range list[1:] {
			if compare(fromNumber(n), fromNumber(best))*want > 0 {
				best = n
			}
		}
		return fromNumber(best)
	}
}

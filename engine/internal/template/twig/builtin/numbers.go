package builtin

import (
	"errors"
	"math"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/text"
	"github.com/sluicehq/sluice/engine/item"
)

func containsText(s, part string) bool { return strings.Contains(s, part) }

func numberFilters() []*Def {
	return []*Def{
		{Name: "abs", Params: with(), Exact: true, Call: abs,
			Doc: "Gives a number without its sign.", Example: `{{ (-5)|abs }}`, Gives: "5"},
		{Name: "round", Params: or(or(with("precision?", "method?"), "precision", php.Int(0)), "method", php.String("common")), Call: round,
			Doc: "Rounds half away from zero to so many decimals, or by \"ceil\" or \"floor\".", Example: `{{ 42.55|round(1) }} {{ 2.1|round(0, 'ceil') }}`, Gives: "42.6 3"},
		{Name: "number_format", Params: with("decimal?", "decimal_point?", "thousand_sep?"), Call: numberFormat,
			Doc: "Writes a number with so many decimals and with groups of three.", Example: `{{ 9800.333|number_format(2, '.', ',') }}`, Gives: "9,800.33"},
		{Name: "money_format", Params: with(), Call: moneyFormat,
			Doc: "Writes an amount with two decimals and with groups of three, as Order Desk does.", Example: `{{ 1234.5|money_format }}`, Gives: "1,234.50"},
		{Name: "pre_vat", Params: with("rate"), Call: preVAT,
			Doc: "Takes the VAT out of a price that holds it; the rate is such as 0.2.", Example: `{{ 12|pre_vat(0.2) }}`, Gives: "10"},
		{Name: "vat_amount", Params: with("rate"), Call: vatAmount,
			Doc: "Gives the VAT in a price that holds it.", Example: `{{ 12|vat_amount('0.2') }}`, Gives: "2"},
	}
}

func abs(_ *Env, args []php.Value) (php.Value, error) {
	n, err := asNumber(args[0])
	if err != nil {
		return n, err
	}
	switch n.Kind() {
	case php.KindInt:
		if i := n.AsInt(); i < 0 {
			return php.Neg(n)
		}
		return n, nil
	case php.KindDecimal:
		if d, ok := php.AsDecimal(n); ok {
			if args[0].Kind() == php.KindDecimal && d.Sign() >= 0 {
				return args[0], nil
			}
			return php.FromDecimal(d.Abs().Trim()), nil
		}
	}
	return php.Float(math.Abs(php.ToFloat(n))), nil
}

// precision returns an argument that is a number of decimals.
func precision(v php.Value) (int, error) {
	n, err := asInt(v)
	if n > 1000 || n < -1000 {
		return n, errors.New("the number of decimals must be between -1000 and 1000")
	}
	return n, err
}

func round(_ *Env, args []php.Value) (php.Value, error) {
	places, err := precision(args[1])
	if err != nil {
		return php.Null, err
	}
	method, err := asText(args[2])
	if err != nil {
		return php.Null, err
	}
	modes := map[string]item.Rounding{"common": item.HalfUp, "ceil": item.Ceiling, "floor": item.Floor}
	mode, ok := modes[method]
	if !ok {
		return php.Null, errors.New(`the method is "common", "ceil" or "floor"`)
	}
	if args[0].Kind() == php.KindDecimal {
		if d, ok := roundDecimal(args[0], places, mode); ok {
			return php.FromDecimal(d.Trim()), nil
		}
	}
	f := php.ToFloat(args[0])
	if method == "common" {
		return php.Float(text.Round(f, places)), nil
	}
	unit, err := php.Pow(php.Int(10), php.Int(int64(places)))
	if err != nil {
		return php.Null, err
	}
	scaled := f * php.ToFloat(unit)
	if method == "ceil" {
		scaled = math.Ceil(scaled)
	} else {
		scaled = math.Floor(scaled)
	}
	return php.Div(php.Float(scaled), unit)
}

// roundDecimal rounds a decimal exactly, also to tens and hundreds.
func roundDecimal(v php.Value, places int, mode item.Rounding) (item.Decimal, bool) {
	d, ok := php.AsDecimal(v)
	if !ok || places > item.MaxPlaces || places < -item.MaxPlaces {
		return d, ok && places > 0
	}
	if places >= d.Places() {
		return d, true
	}
	if places >= 0 {
		r, err := d.Round(places, mode)
		return r, err == nil
	}
	unit := item.DecimalFromInt(int64(math.Pow10(-places)))
	q, err := d.Quo(unit)
	if err != nil {
		return d, false
	}
	if q, err = q.Round(0, mode); err != nil {
		return d, false
	}
	q, err = q.Mul(unit)
	return q, err == nil
}

func numberFormat(env *Env, args []php.Value) (php.Value, error) {
	places := env.Number.Decimals
	var err error
	if !args[1].IsNull() {
		if places, err = precision(args[1]); err != nil {
			return php.Null, err
		}
	}
	point, thousands := env.Number.Point, env.Number.Thousands
	if !args[2].IsNull() {
		if point, err = asText(args[2]); err != nil {
			return php.Null, err
		}
	}
	if !args[3].IsNull() {
		if thousands, err = asText(args[3]); err != nil {
			return php.Null, err
		}
	}
	return formatNumber(env, args[0], places, point, thousands)
}

func formatNumber(env *Env, v php.Value, places int, point, thousands string) (php.Value, error) {
	places = max(0, places)
	if v.Kind() == php.KindDecimal {
		if d, ok := roundDecimal(v, places, item.HalfUp); ok {
			digits := d.Trim().String()
			if p := d.Trim().Places(); p < places {
				if p == 0 && places > 0 {
					digits += "."
				}
				digits += strings.Repeat("0", places-p)
			}
			return made(env, text.FormatDigits(digits, point, thousands))
		}
	}
	return made(env, text.FormatNumber(php.ToFloat(v), places, point, thousands))
}

func moneyFormat(env *Env, args []php.Value) (php.Value, error) {
	v := args[0]
	if v.Kind() == php.KindString && php.IsNumeric(v) {
		v = exactly(v)
	}
	return formatNumber(env, v, 2, ".", ",")
}

// exactly returns a number that was written out as a decimal.
func exactly(v php.Value) php.Value {
	if v.Kind() != php.KindString {
		return v
	}
	d, err := item.ParseDecimal(strings.TrimSpace(v.AsText()))
	if err != nil {
		return v
	}
	return php.FromDecimal(d)
}

func preVAT(_ *Env, args []php.Value) (php.Value, error) {
	factor, err := php.Add(php.Int(1), exactly(args[1]))
	if err != nil {
		return php.Null, err
	}
	return php.Div(exactly(args[0]), factor)
}

func vatAmount(env *Env, args []php.Value) (php.Value, error) {
	net, err := preVAT(env, args)
	if err != nil {
		return php.Null, err
	}
	return php.Sub(exactly(args[0]), net)
}

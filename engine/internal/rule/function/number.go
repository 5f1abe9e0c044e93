package function

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/engine/item"
)

func numbers() []def {
	number := item.TypeDecimal
	mode := &item.Type{Kind: item.KindText, Name: "rounding", Enum: item.Roundings()}
	return []def{
		define("round", number, "The number with so many places after the point, none if not said. "+
			"The mode says which way: half_up (away from zero, the usual one), half_even, half_down, up, down, ceiling, floor.", round).
			param("number", number).option("places", item.TypeInt).option("mode", mode).
			example(`round(2.345, 2)`, `2.35`).example(`round(-2.345, 2)`, `-2.35`).example(`round(2.345, 2, "half_even")`, `2.34`).
			example(`round(20, 2)`, `20.00`).example(`round(2.5)`, `3`),
		define("floor", number, "The largest whole number that is not above the number.", toWhole(item.Floor)).
			param("number", number).example(`floor(-1.5)`, `-2`),
		define("ceil", number, "The smallest whole number that is not below the number.", toWhole(item.Ceiling)).
			param("number", number).example(`ceil(1.2)`, `2`),
		define("abs", number, "The number without its sign.", abs).
			param("number", number).example(`abs(-3)`, `3`).example(`abs(-2.50)`, `2.50`),
		define("min", item.TypeUnknown, "The smallest of the values, or of the values in a list; null for an empty list.", extreme(-1)).
			param("value", item.TypeUnknown).many().example(`min(3, 1.5, 2)`, `1.5`).example(`min([3, 1, 2])`, `1`),
		define("max", item.TypeUnknown, "The largest of the values, or of the values in a list; null for an empty list.", extreme(1)).
			param("value", item.TypeUnknown).many().example(`max(3, 1.5, 2)`, `3`).example(`max([3, 1, 2])`, `3`),
		define("spread", item.ListOf(number), "The amount divided in proportion to the weights, so that the shares sum to it exactly; "+
			"the cents left over go to the shares that lost most by rounding. With all weights zero the shares are equal.", spread).
			param("amount", number).param("weights", decimalList).
			example(`spread(10.00, [1, 1, 1])`, `[3.34,3.33,3.33]`).example(`spread(5.99, [20.00, 10.00, 0])`, `[3.99,2.00,0.00]`).
			example(`sum(spread(0.05, [3, 3, 3]))`, `0.05`),
	}
}

func round(args []item.Value) (item.Value, error) {
	places, mode := int64(0), item.HalfUp
	if len(args) > 1 {
		places = args[1].AsInt()
	}
	if len(args) > 2 {
		m, err := item.ParseRounding(args[2].AsText())
		if err != nil {
			return item.Null, fmt.Errorf("the mode is one of %s, not %s", strings.Join(item.Roundings(), ", "), quoted(args[2].AsText()))
		}
		mode = m
	}
	if places < 0 || places > item.MaxPlaces {
		return item.Null, fmt.Errorf("the places are 0 to %d, not %d", item.MaxPlaces, places)
	}
	return onDecimal(args[0], func(d item.Decimal) (item.Decimal, error) { return d.Round(int(places), mode) })
}

func toWhole(mode item.Rounding) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) {
		return onDecimal(args[0], func(d item.Decimal) (item.Decimal, error) { return d.Round(0, mode) })
	}
}

func onDecimal(v item.Value, f func(item.Decimal) (item.Decimal, error)) (item.Value, error) {
	d, err := v.Decimal()
	if err != nil {
		return item.Null, err
	}
	r, err := f(d)
	if err != nil {
		return item.Null, err
	}
	return item.Dec(r), nil
}

func abs(args []item.Value) (item.Value, error) {
	if args[0].Kind() == item.KindInt {
		i := args[0].AsInt()
		if i < 0 {
			i = -i
		}
		if i < 0 {
			return item.Null, errors.New("the result is too large for an int")
		}
		return item.Int(i), nil
	}
	return onDecimal(args[0], func(d item.Decimal) (item.Decimal, error) { return d.Abs(), nil })
}

// extreme returns min (sign -1) or max (sign 1).
func extreme(sign int) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) {
		if len(args) == 1 && args[0].Kind() == item.KindList {
			list := make([]item.Value, 0, args[0].Len())
			for _, v := range args[0].All() {
				list = append(list, v)
			}
			args = list
		}
		best := item.Null
		for i, v := range args {
			if v.IsNull() {
				return item.Null, errors.New("one of the values is null")
			}
			if i == 0 {
				best = v
				continue
			}
			c, err := v.Compare(best)
			if err != nil {
				return item.Null, err
			}
			if c == sign {
				best = v
			}
		}
		return best, nil
	}
}

func spread(args []item.Value) (item.Value, error) {
	amount, err := args[0].Decimal()
	if err != nil {
		return item.Null, err
	}
	weights := make([]item.Decimal, 0, args[1].Len())
	for i, v := range args[1].All() {
		w, err := v.Decimal()
		if err != nil {
			return item.Null, fmt.Errorf("weight %d is %s, not a number", i, kindName(v))
		}
		weights = append(weights, w)
	}
	shares, err := item.Spread(amount, weights)
	if err != nil {
		return item.Null, err
	}
	list := make([]item.Value, len(shares))
	for i, s := range shares {
		list[i] = item.Dec(s)
	}
	return item.List(list...), nil
}

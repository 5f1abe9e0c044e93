package function

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/item"
)

func conversions() []def {
	unknown := item.TypeUnknown
	return []def{
		define("int", item.TypeInt, "The whole number that a text or a decimal is. A number with a fraction is an error: round it first.", convert(item.TypeInt)).
			param("value", unknown).example(`int("42")`, `42`).example(`int(20.00)`, `20`),
		define("decimal", item.TypeDecimal, "The exact number that a text or an int is.", convert(item.TypeDecimal)).
			param("value", unknown).example(`decimal("20.00")`, `20.00`).example(`decimal("1.10") * 3`, `3.30`),
		define("text", item.TypeText, "A number, a bool, a time or a date as text, as it is written.", convert(item.TypeText)).
			param("value", unknown).example(`text(1001)`, `"1001"`).example(`text(20.00)`, `"20.00"`),
		define("toJSON", item.TypeText, "The value as JSON.", toJSON).
			param("value", unknown).example(`toJSON({sku: "A", n: 2})`, `"{\"sku\":\"A\",\"n\":2}"`),
		define("fromJSON", unknown, "The value that is written as JSON in the text.", fromJSON).
			param("text", item.TypeText).example(`fromJSON("[1, 2]")`, `[1,2]`),
	}
}

// convert makes a scalar a t.
func convert(t *item.Type) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) {
		v := args[0]
		switch v.Kind() {
		case item.KindMissing, item.KindNull:
			return item.Null, fmt.Errorf("the value is null, not %s", kindNames[t.Kind])
		case item.KindList, item.KindObject:
			return item.Null, fmt.Errorf("%s cannot be made %s", kindName(v), kindNames[t.Kind])
		}
		r, err := item.Convert(v, t)
		if err != nil {
			return item.Null, fmt.Errorf("%s is not %s", quoted(v.String()), kindNames[t.Kind])
		}
		return r, nil
	}
}

func toJSON(args []item.Value) (item.Value, error) {
	return item.Text(string(item.AppendJSON(nil, args[0]))), nil
}

func fromJSON(args []item.Value) (item.Value, error) {
	v, err := item.FromJSON([]byte(args[0].AsText()))
	if err != nil {
		return item.Null, fmt.Errorf("the text is not JSON: %w", err)
	}
	return v, nil
}

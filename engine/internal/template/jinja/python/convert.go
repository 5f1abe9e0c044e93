package python

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// FromItem returns a value of a record.
func FromItem(v item.Value) Value {
	switch v.Kind() {
	case item.KindMissing:
		return Undefined{}
	case item.KindBool:
		return v.AsBool()
	case item.KindInt:
		return php.Int(v.AsInt())
	case item.KindDecimal:
		return php.Decimal(v.AsText())
	case item.KindText, item.KindTime, item.KindDate:
		return v.AsText()
	case item.KindList:
		list := make(List, 0, v.Len())
		for _, e := range v.All() {
			list = append(list, FromItem(e))
		}
		return list
	case item.KindObject:
		return &Dict{record: v}
	}
	return nil
}

// ToItem returns v as a value of a record.
func ToItem(v Value) item.Value {
	switch v := v.(type) {
	case nil, Undefined:
		return item.Null
	case bool:
		return item.Bool(v)
	case php.Value:
		return php.ToItem(v)
	case List:
		return toList(v)
	case Tuple:
		return toList(v)
	case *Dict:
		var names []string
		var values []item.Value
		for _, p := range v.Pairs() {
			names, values = append(names, Text(p.Key)), append(values, ToItem(p.Value))
		}
		return item.Map(names, values)
	}
	return item.Text(Text(v))
}

func toList(list []Value) item.Value {
	values := make([]item.Value, len(list))
	for i, v := range list {
		values[i] = ToItem(v)
	}
	return item.List(values...)
}

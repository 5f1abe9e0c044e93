package function

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sluicehq/sluice/engine/item"
)

// maxList is the longest list that a function makes, and the most elements
// that one compares with all others.
const maxList = 1000000

var errLongList = fmt.Errorf("the list would have more than %d elements", maxList)

func lists() []def {
	unknown, integer, object := item.TypeUnknown, item.TypeInt, &item.Type{Kind: item.KindObject, Open: true}
	return []def{
		define("len", integer, "The number of characters of a text, of elements of a list, or of members of an object.", length).
			param("value", unknown).example(`len("Größe")`, `5`).example(`len([1, 2])`, `2`),
		define("first", unknown, "The first element of a list; null for an empty one.", func(a []item.Value) (item.Value, error) { return orNull(a[0].Index(0)), nil }).
			param("list", anyList).example(`first([3, 1])`, `3`).example(`first([])`, `null`),
		define("last", unknown, "The last element of a list; null for an empty one.", func(a []item.Value) (item.Value, error) { return orNull(a[0].Index(a[0].Len() - 1)), nil }).
			param("list", anyList).example(`last([3, 1])`, `1`),
		define("take", anyList, "The first so many elements of a list, or all if there are fewer.", take).
			param("list", anyList).param("most", integer).example(`take([3, 1, 2], 2)`, `[3,1]`),
		define("reverse", anyList, "The elements of a list from the last to the first.", reverse).
			param("list", anyList).example(`reverse([3, 1, 2])`, `[2,1,3]`),
		define("sort", anyList, `The elements of a list in order; with "desc" the largest first.`, sortList).
			param("list", anyList).option("order", &item.Type{Kind: item.KindText, Name: "order", Enum: []string{"asc", "desc"}}).
			example(`sort([3, 1, 2])`, `[1,2,3]`).example(`sort(["b", "a"], "desc")`, `["b","a"]`),
		define("uniq", anyList, "The elements of a list, each different one once, where it first stands.", uniq).
			param("list", anyList).example(`uniq([2, 1, 2, 2.0])`, `[2,1]`),
		define("concat", anyList, "The elements of all the lists, in one list.", concat).
			param("list", anyList).many().example(`concat([1], [2, 3])`, `[1,2,3]`),
		define("flatten", anyList, "The elements of a list, and those of the lists in it instead of them.", flatten).
			param("list", anyList).example(`flatten([1, [2, [3]]])`, `[1,2,3]`),
		define("keys", textList, "The names of an object's members, in their order.", keys).
			param("object", object).example(`keys({b: 1, a: 2})`, `["b","a"]`),
		define("values", anyList, "The values of an object's members, in their order.", values).
			param("object", object).example(`values({b: 1, a: 2})`, `[1,2]`),
		define("toPairs", anyList, "The members of an object as pairs of name and value.", toPairs).
			param("object", object).example(`toPairs({a: 1})`, `[["a",1]]`),
		define("fromPairs", item.MapOf(unknown), "The object with the members that are given as pairs of name and value.", fromPairs).
			param("pairs", anyList).example(`fromPairs([["a", 1]])`, `{"a":1}`),
		define("get", unknown, "The element of a list or the member of an object; null if there is none.", get).
			param("value", unknown).param("key", unknown).example(`get([3, 1], 5)`, `null`).example(`get({a: 1}, "a")`, `1`),
	}
}

func orNull(v item.Value) item.Value {
	if v.Kind() == item.KindMissing {
		return item.Null
	}
	return v
}

// elements copies the elements of a list.
func elements(v item.Value) []item.Value {
	list := make([]item.Value, 0, v.Len())
	for _, e := range v.All() {
		list = append(list, e)
	}
	return list
}

func length(args []item.Value) (item.Value, error) {
	switch args[0].Kind() {
	case item.KindText, item.KindList, item.KindObject:
		return item.Int(int64(args[0].Len())), nil
	}
	return item.Null, fmt.Errorf("%s has no length", kindName(args[0]))
}

func take(args []item.Value) (item.Value, error) {
	n := args[1].AsInt()
	if n < 0 {
		return item.Null, errors.New("it cannot take less than no elements")
	}
	list := elements(args[0])
	return item.List(list[:min(n, int64(len(list)))]...), nil
}

func reverse(args []item.Value) (item.Value, error) {
	list := elements(args[0])
	slices.Reverse(list)
	return item.List(list...), nil
}

func sortList(args []item.Value) (item.Value, error) {
	list, sign := elements(args[0]), 1
	switch order := arg(args, 1).AsText(); order {
	case "", "asc":
	case "desc":
		sign = -1
	default:
		return item.Null, fmt.Errorf(`the order is "asc" or "desc", not %s`, quoted(order))
	}
	var failed error
	slices.SortStableFunc(list, func(a, b item.Value) int {
		c, err := a.Compare(b)
		if err != nil && failed == nil {
			failed = err
		}
		return sign * c
	})
	return item.List(list...), failed
}

func uniq(args []item.Value) (item.Value, error) {
	var kept, compound []item.Value
	seen := map[string]bool{}
	compared := 0
	for _, v := range args[0].All() {
		if key, ok := scalarKey(v); ok {
			if !seen[key] {
				seen[key] = true
				kept = append(kept, v)
			}
			continue
		}
		if compared += len(compound); compared > maxList {
			return item.Null, errors.New("the list has too many objects to compare")
		}
		if !slices.ContainsFunc(compound, v.Equal) {
			compound = append(compound, v)
			kept = append(kept, v)
		}
	}
	return item.List(kept...), nil
}

// scalarKey returns a text that is the same for equal scalars only.
func scalarKey(v item.Value) (string, bool) {
	switch v.Kind() {
	case item.KindMissing, item.KindNull:
		return "0", true
	case item.KindText:
		return "t" + v.AsText(), true
	case item.KindBool:
		return "b" + v.String(), true
	case item.KindInt, item.KindDecimal:
		if d, err := v.Decimal(); err == nil {
			return "n" + d.Trim().String(), true
		}
	}
	return "", false
}

func concat(args []item.Value) (item.Value, error) {
	var list []item.Value
	for _, a := range args {
		if len(list)+a.Len() > maxList {
			return item.Null, errLongList
		}
		for _, v := range a.All() {
			list = append(list, v)
		}
	}
	return item.List(list...), nil
}

func flatten(args []item.Value) (item.Value, error) {
	list, err := flat(nil, args[0])
	return item.List(list...), err
}

func flat(into []item.Value, v item.Value) ([]item.Value, error) {
	for _, e := range v.All() {
		if e.Kind() == item.KindList {
			var err error
			if into, err = flat(into, e); err != nil {
				return nil, err
			}
			continue
		}
		if len(into) >= maxList {
			return nil, errLongList
		}
		into = append(into, e)
	}
	return into, nil
}

func keys(args []item.Value) (item.Value, error) {
	var list []item.Value
	for name := range args[0].Members() {
		list = append(list, item.Text(name))
	}
	return item.List(list...), nil
}

func values(args []item.Value) (item.Value, error) {
	var list []item.Value
	for _, v := range args[0].Members() {
		list = append(list, v)
	}
	return item.List(list...), nil
}

func toPairs(args []item.Value) (item.Value, error) {
	var list []item.Value
	for name, v := range args[0].Members() {
		list = append(list, item.List(item.Text(name), v))
	}
	return item.List(list...), nil
}

func fromPairs(args []item.Value) (item.Value, error) {
	var names []string
	var members []item.Value
	index := map[string]int{}
	for i, p := range args[0].All() {
		if p.Kind() != item.KindList || p.Len() != 2 || p.Index(0).Kind() != item.KindText {
			return item.Null, fmt.Errorf("element %d is not a pair of a name and a value", i)
		}
		name := p.Index(0).AsText()
		if at, ok := index[name]; ok {
			members[at] = p.Index(1)
			continue
		}
		index[name] = len(names)
		names, members = append(names, name), append(members, p.Index(1))
	}
	return item.Map(names, members), nil
}

func get(args []item.Value) (item.Value, error) {
	switch v, key := args[0], args[1]; {
	case v.Kind() == item.KindList && key.Kind() == item.KindInt:
		i := key.AsInt()
		if i < 0 {
			i += int64(v.Len())
		}
		if i < 0 || i >= int64(v.Len()) {
			return item.Null, nil
		}
		return orNull(v.Index(int(i))), nil
	case v.Kind() == item.KindObject && key.Kind() == item.KindText:
		return orNull(v.Member(key.AsText())), nil
	case v.IsNull():
		return item.Null, nil
	}
	return item.Null, fmt.Errorf("%s has no element %s", kindName(args[0]), kindName(args[1]))
}

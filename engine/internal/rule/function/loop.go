package function

import (
	"sync"

	"github.com/sluicehq/sluice/engine/item"
)

// Loops returns the functions that take an expression about each element of a
// list, in the order of their names, for the reference page. They are part of
// the language: they have no Call, and templates do not have them.
func Loops() []*item.Func { return loops() }

// IsLoop reports whether name is one of Loops.
func IsLoop(name string) bool {
	for _, fn := range loops() {
		if fn.Name == name {
			return true
		}
	}
	return false
}

var loops = sync.OnceValue(func() []*item.Func {
	unknown, boolean, integer, number := item.TypeUnknown, item.TypeBool, item.TypeInt, item.TypeDecimal
	defs := []def{
		loop("all", boolean, "Whether the expression holds for every element; true for an empty list.").
			example(`all([1, 2], # > 0)`, `true`),
		loop("any", boolean, "Whether the expression holds for an element; false for an empty list.").
			example(`any([{n: 1}, {n: 2}], .n > 1)`, `true`),
		loop("count", integer, "For how many elements the expression holds; without one, how many are true.").
			example(`count([1, 2, 3], # > 1)`, `2`),
		loop("filter", anyList, "The elements for which the expression holds.").
			example(`filter([1, 2, 3], # % 2 == 1)`, `[1,3]`),
		loop("find", unknown, "The first element for which the expression holds; null if there is none.").
			example(`find([{n: 1}, {n: 2}], .n > 1)?.n`, `2`),
		loop("findIndex", integer, "The place, from 0, of the first element for which the expression holds; null if there is none.").
			example(`findIndex(["a", "b"], # == "b")`, `1`),
		loop("findLast", unknown, "The last element for which the expression holds; null if there is none.").
			example(`findLast([1, 2, 3], # < 3)`, `2`),
		loop("findLastIndex", integer, "The place, from 0, of the last element for which the expression holds; null if there is none.").
			example(`findLastIndex([1, 2, 1], # == 1)`, `2`),
		loop("groupBy", &item.Type{Kind: item.KindObject, Elem: anyList}, "The elements by what the expression gives for them: an object of lists.").
			example(`groupBy([1, 2, 3], # % 2 == 0 ? "even" : "odd")`, `{"odd":[1,3],"even":[2]}`),
		loop("map", anyList, "What the expression gives for each element.").
			example(`map([1, 2], # * 10)`, `[10,20]`).example(`map(["a", "b"], #index)`, `[0,1]`),
		loop("none", boolean, "Whether the expression holds for no element; true for an empty list.").
			example(`none([1, 2], # > 2)`, `true`),
		loop("one", boolean, "Whether the expression holds for exactly one element.").
			example(`one([1, 2, 3], # == 2)`, `true`),
		loop("reduce", unknown, "What the expression gives for the last element. #acc is what it gave for the one before; at first the initial value or, without one, the first element.").
			option("initial", unknown).example(`reduce([1, 2, 3], #acc * #, 1)`, `6`),
		loop("sortBy", anyList, `The elements in the order of what the expression gives for them; with "desc" the largest first.`).
			option("order", item.TypeText).example(`sortBy(["bb", "a"], len(#))`, `["a","bb"]`),
		loop("sum", number, "The exact sum of what the expression gives for the elements; without one, of the elements.").
			example(`sum([{price: 1.10}, {price: 2.20}], .price)`, `3.30`).example(`sum([1, 2])`, `3`),
	}
	fns := make([]*item.Func, len(defs))
	for i := range defs {
		fns[i] = &defs[i].Func
	}
	return fns
})

// loop begins a function about each element. The expression may be left out
// where the elements themselves can be meant.
func loop(name string, result *item.Type, doc string) def {
	d := define(name, result, doc, nil).param("list", anyList)
	if name == "count" || name == "sum" {
		return d.option("expression", item.TypeUnknown)
	}
	return d.param("expression", item.TypeUnknown)
}

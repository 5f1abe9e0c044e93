package builtin

import (
	"errors"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/text"
)

// ordered is an element with what it is ordered by.
type ordered struct{ value, by python.Value }

// orderBy prepares the sorting of a list.
func orderBy(list []python.Value, attribute, sensitive python.Value) ([]ordered, error) {
	get, err := getter(attribute, nil)
	if err != nil {
		return nil, err
	}
	out := make([]ordered, len(list))
	for i, v := range list {
		by := get(v)
		if s, ok := python.AsText(by); ok && !truthOr(sensitive, false) {
			by = string(text.AppendLower(nil, s))
		}
		out[i] = ordered{v, by}
	}
	return out, nil
}

func sortOrdered(env *Env, list []ordered, backwards bool) error {
	var failed error
	slices.SortStableFunc(list, func(a, b ordered) int {
		if failed == nil {
			failed = env.Budget.Spend(1)
		}
		if failed != nil {
			return 0
		}
		c, err := python.Compare(a.by, b.by)
		if err != nil {
			failed = err
		}
		if backwards {
			return -c
		}
		return c
	})
	return failed
}

func valuesOf(list []ordered) python.List {
	out := make(python.List, len(list))
	for i, o := range list {
		out[i] = o.value
	}
	return out
}

func sorted(env *Env, list, args []python.Value) (python.Value, error) {
	by := args[2]
	var paths []string
	if s, ok := python.AsText(by); ok {
		paths = strings.Split(s, ",")
	}
	if len(paths) < 2 {
		o, err := orderBy(list, by, args[1])
		if err == nil {
			err = sortOrdered(env, o, truthOr(args[0], false))
		}
		return valuesOf(o), err
	}
	o := make([]ordered, len(list))
	for i, v := range list {
		o[i] = ordered{value: v}
	}
	keys := make([]python.List, len(list))
	for _, p := range paths {
		part, err := orderBy(list, strings.TrimSpace(p), args[1])
		if err != nil {
			return nil, err
		}
		for i := range part {
			keys[i] = append(keys[i], part[i].by)
		}
	}
	for i := range o {
		o[i].by = keys[i]
	}
	err := sortOrdered(env, o, truthOr(args[0], false))
	return valuesOf(o), err
}

func pairsOf(in python.Value) ([]python.Pair, error) {
	d, ok := in.(*python.Dict)
	if !ok {
		return nil, errors.New(python.TypeName(in) + " is no mapping")
	}
	return d.Pairs(), nil
}

func items(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
	pairs, err := pairsOf(in)
	var list python.List
	for _, p := range pairs {
		list = append(list, python.Tuple{p.Key, p.Value})
	}
	return list, err
}

func dictSort(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	v, err := items(env, in, nil)
	if err != nil {
		return nil, err
	}
	place := map[string]int{"key": 0, "value": 1}
	by, ok := place[textOr(args[1], "key")]
	if !ok {
		return nil, errors.New(`"dictsort" sorts by "key" or by "value"`)
	}
	list, _ := v.(python.List)
	o, err := orderBy(list, python.Int(by), args[0])
	if err == nil {
		err = sortOrdered(env, o, truthOr(args[2], false))
	}
	return valuesOf(o), err
}

func unique(_ *Env, list, args []python.Value) (python.Value, error) {
	o, err := orderBy(list, args[1], args[0])
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var out python.List
	for _, e := range o {
		k := python.Hashed(e.by)
		if !seen[k] {
			seen[k] = true
			out = append(out, e.value)
		}
	}
	return out, nil
}

// extreme makes the filter of the greatest (1) or smallest (-1) element.
func extreme(want int) listCall {
	return func(_ *Env, list, args []python.Value) (python.Value, error) {
		o, err := orderBy(list, args[1], args[0])
		if err != nil || len(o) == 0 {
			return python.Undefined{}, err
		}
		best := o[0]
		for _, e := range o[1:] {
			c, err := python.Compare(e.by, best.by)
			if err != nil {
				return nil, err
			}
			if c*want > 0 {
				best = e
			}
		}
		return best.value, nil
	}
}

func sum(env *Env, list, args []python.Value) (python.Value, error) {
	get, err := getter(args[0], nil)
	if err != nil {
		return nil, err
	}
	total := args[1]
	if !given(total) {
		total = python.Int(0)
	}
	for _, v := range list {
		if total, err = python.Operate(env.Budget, "+", total, get(v)); err != nil {
			return nil, err
		}
	}
	return total, nil
}

func groupBy(env *Env, list, args []python.Value) (python.Value, error) {
	if !given(args[0]) {
		return nil, errors.New(`"groupby" needs the name of a member`)
	}
	without := args[1]
	if !given(without) {
		without = nil
	}
	get, err := getter(args[0], without)
	if err != nil {
		return nil, err
	}
	o := make([]ordered, len(list))
	for i, v := range list {
		by := get(v)
		if s, ok := python.AsText(by); ok && !truthOr(args[2], false) {
			by = string(text.AppendLower(nil, s))
		}
		o[i] = ordered{v, by}
	}
	if err := sortOrdered(env, o, false); err != nil {
		return nil, err
	}
	var out python.List
	for i := 0; i < len(o); {
		j := i
		var members python.List
		for ; j < len(o) && python.Equal(o[i].by, o[j].by); j++ {
			members = append(members, o[j].value)
		}
		out = append(out, python.Tuple{get(o[i].value), members})
		i = j
	}
	return out, nil
}

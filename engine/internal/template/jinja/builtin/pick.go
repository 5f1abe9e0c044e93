package builtin

import (
	"errors"
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
)

// pickFilters apply other filters and tests to the elements of a list.
func pickFilters() []*Def {
	return []*Def{
		{Name: "map", params: []string{"*filter"}, apply: mapList,
			Doc: "Applies a filter to each element, or takes a member of it.", Example: "{{ ['a', 'b']|map('upper')|join }}", Gives: "AB"},
		{Name: "select", params: []string{"*test"}, call: onList(pick(false, true)),
			Doc: "Keeps the elements for which a test holds.", Example: "{{ [1, 2, 3]|select('odd')|join(' ') }}", Gives: "1 3"},
		{Name: "reject", params: []string{"*test"}, call: onList(pick(false, false)),
			Doc: "Leaves the elements out for which a test holds.", Example: "{{ [1, 2, 3]|reject('odd')|join(' ') }}", Gives: "2"},
		{Name: "selectattr", params: []string{"*test"}, call: onList(pick(true, true)),
			Doc: "Keeps the elements for a member of which a test holds.", Example: "{{ [{'a': 1}, {'a': 2}]|selectattr('a', 'gt', 1)|length }}", Gives: "1"},
		{Name: "rejectattr", params: []string{"*test"}, call: onList(pick(true, false)),
			Doc: "Leaves the elements out for a member of which a test holds.", Example: "{{ [{'a': 1}, {'a': 2}]|rejectattr('a', 'gt', 1)|length }}", Gives: "1"},
	}
}

// pick makes a filter that keeps elements by a test.
func pick(byMember, keep bool) listCall {
	return func(env *Env, list, args []python.Value) (python.Value, error) {
		get, err := getter(absent{}, nil)
		if byMember {
			if len(args) == 0 {
				return nil, errors.New("the filter needs the name of a member")
			}
			get, err = getter(args[0], nil)
			args = args[1:]
		}
		if err != nil {
			return nil, err
		}
		holds := func(v python.Value) (bool, error) { return python.Truth(v), nil }
		if len(args) > 0 {
			test, ok := env.Tests[python.Text(args[0])]
			if !ok {
				return nil, fmt.Errorf(`there is no test "%s"`, python.Text(args[0]))
			}
			holds = func(v python.Value) (bool, error) {
				yes, err := test.Call(env, v, Args{List: args[1:]})
				return yes == true, err
			}
		}
		var out python.List
		for _, v := range list {
			yes, err := holds(get(v))
			if err != nil {
				return nil, err
			}
			if yes == keep {
				out = append(out, v)
			}
		}
		return out, nil
	}
}

// mapList applies a filter to each element, or takes a member of it.
func mapList(env *Env, in python.Value, args Args) (python.Value, error) {
	list, err := python.Elements(in)
	if err != nil {
		return nil, err
	}
	change, err := mapping(env, args)
	if err != nil {
		return nil, err
	}
	out := make(python.List, len(list))
	for i, v := range list {
		if out[i], err = change(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func mapping(env *Env, args Args) (func(python.Value) (python.Value, error), error) {
	if len(args.List) == 0 {
		path, ok := args.Named["attribute"]
		if !ok {
			return nil, errors.New(`"map" needs the name of a filter, or attribute=`)
		}
		get, err := getter(path, args.Named["default"])
		return func(v python.Value) (python.Value, error) { return get(v), nil }, err
	}
	name := python.Text(args.List[0])
	f, ok := env.Filters[name]
	if !ok {
		return nil, fmt.Errorf(`there is no filter "%s"`, name)
	}
	rest := Args{List: args.List[1:], Named: args.Named}
	return func(v python.Value) (python.Value, error) { return f.Call(env, v, rest) }, nil
}

package builtin

import (
	"errors"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// listCall is the function of a filter of lists.
type listCall func(env *Env, list []python.Value, args []python.Value) (python.Value, error)

// onList makes a filter's function of one that gets the elements.
func onList(f listCall) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(env *Env, in python.Value, args []python.Value) (python.Value, error) {
		list, err := python.Elements(in)
		if err != nil {
			return nil, err
		}
		return f(env, list, args)
	}
}

func listFilters() []*Def {
	return []*Def{
		{Name: "default d", params: []string{"default_value", "boolean"}, quiet: true, call: defaultOf,
			Doc: "Gives another value for what is not there, or with true for what is empty.", Example: "{{ nothing|default('none') }}", Gives: "none"},
		{Name: "length count", call: length,
			Doc: "Counts elements or characters.", Example: "{{ [1, 2]|length }}", Gives: "2"},
		{Name: "first", call: onList(func(_ *Env, list, _ []python.Value) (python.Value, error) { return at(list, 0), nil }),
			Doc: "Gives the first element.", Example: "{{ [1, 2]|first }}", Gives: "1"},
		{Name: "last", call: onList(func(_ *Env, list, _ []python.Value) (python.Value, error) { return at(list, len(list)-1), nil }),
			Doc: "Gives the last element.", Example: "{{ [1, 2]|last }}", Gives: "2"},
		{Name: "list", call: onList(func(_ *Env, list, _ []python.Value) (python.Value, error) { return python.List(list), nil }),
			Doc: "Makes a list.", Example: "{{ 'ab'|list }}", Gives: "['a', 'b']"},
		{Name: "join", params: []string{"d", "attribute"}, call: join,
			Doc: "Joins the elements to a text.", Example: "{{ [1, 2]|join('-') }}", Gives: "1-2"},
		{Name: "reverse", call: reverse,
			Doc: "Turns a list or text around.", Example: "{{ [1, 2]|reverse|join }}", Gives: "21"},
		{Name: "sort", params: []string{"reverse", "case_sensitive", "attribute"}, call: onList(sorted),
			Doc: "Sorts a list, if asked by a member of its elements.", Example: "{{ [3, 1, 2]|sort|join(' ') }}", Gives: "1 2 3"},
		{Name: "dictsort", needs: true, params: []string{"case_sensitive", "by", "reverse"}, call: dictSort,
			Doc: "Lists the members of a mapping, sorted by key or value.", Example: "{% for k, v in {'b': 1, 'a': 2}|dictsort %}{{ k }}{{ v }} {% endfor %}", Gives: "a2 b1 "},
		{Name: "items", needs: true, call: items,
			Doc: "Lists the members of a mapping.", Example: "{% for k, v in {'b': 1}|items %}{{ k }}={{ v }}{% endfor %}", Gives: "b=1"},
		{Name: "unique", params: []string{"case_sensitive", "attribute"}, call: onList(unique),
			Doc: "Leaves elements out that came before.", Example: "{{ [1, 2, 1]|unique|join(' ') }}", Gives: "1 2"},
		{Name: "min", params: []string{"case_sensitive", "attribute"}, call: onList(extreme(-1)),
			Doc: "Gives the smallest element.", Example: "{{ [3, 1]|min }}", Gives: "1"},
		{Name: "max", params: []string{"case_sensitive", "attribute"}, call: onList(extreme(1)),
			Doc: "Gives the greatest element.", Example: "{{ [3, 1]|max }}", Gives: "3"},
		{Name: "sum", params: []string{"attribute", "start"}, call: onList(sum),
			Doc: "Adds the elements.", Example: "{{ [1, 2]|sum }}", Gives: "3"},
		{Name: "batch", params: []string{"linecount", "fill_with"}, call: onList(batch),
			Doc: "Makes lists of so many elements.", Example: "{{ [1, 2, 3]|batch(2)|list }}", Gives: "[[1, 2], [3]]"},
		{Name: "slice", params: []string{"slices", "fill_with"}, call: onList(sliceOf),
			Doc: "Makes so many lists.", Example: "{{ [1, 2, 3]|slice(2)|list }}", Gives: "[[1, 2], [3]]"},
		{Name: "groupby", params: []string{"attribute", "default", "case_sensitive"}, call: onList(groupBy),
			Doc: "Groups elements by a member.", Example: "{% for n, l in [{'a': 1}, {'a': 1}]|groupby('a') %}{{ n }}: {{ l|length }}{% endfor %}", Gives: "1: 2"},
	}
}

func at(list []python.Value, i int) python.Value {
	if i < 0 || i >= len(list) {
		return python.Undefined{}
	}
	return list[i]
}

func defaultOf(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
	_, missing := in.(python.Undefined)
	if !missing && !(truthOr(args[1], false) && !python.Truth(in)) {
		return in, nil
	}
	if !given(args[0]) {
		return "", nil
	}
	return args[0], nil
}

func length(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
	switch v := in.(type) {
	case *python.Dict:
		return python.Int(v.Len()), nil
	case string, python.Markup:
		return python.Int(len([]rune(python.Text(v)))), nil
	case python.List:
		return python.Int(len(v)), nil
	case python.Tuple:
		return python.Int(len(v)), nil
	case python.Undefined:
		return python.Int(0), nil
	}
	return nil, errors.New(python.TypeName(in) + " has no length")
}

func join(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	list, err := python.Elements(in)
	if err != nil {
		return nil, err
	}
	get, err := getter(args[1], nil)
	if err != nil {
		return nil, err
	}
	glue := textOr(args[0], "")
	var b strings.Builder
	for i, v := range list {
		if i > 0 {
			b.WriteString(glue)
		}
		b.WriteString(python.Text(get(v)))
		if err := env.Budget.Text(b.Len()); err != nil {
			return nil, err
		}
	}
	return b.String(), nil
}

func reverse(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
	if s, ok := python.AsText(in); ok {
		runes := []rune(s)
		slices.Reverse(runes)
		return like(in, string(runes)), nil
	}
	list, err := python.Elements(in)
	if err != nil {
		return nil, err
	}
	list = slices.Clone(list)
	slices.Reverse(list)
	return python.List(list), nil
}

// getter returns the function that takes the member of an element that a path
// such as "address.city" names. Without a path it gives the element.
func getter(path, without python.Value) (func(python.Value) python.Value, error) {
	if !given(path) || path == nil {
		return func(v python.Value) python.Value { return v }, nil
	}
	var keys []python.Value
	if s, ok := python.AsText(path); ok {
		for name := range strings.SplitSeq(s, ".") {
			if i, err := parseInt(name, 10); err == nil {
				keys = append(keys, python.Int(int(i)))
			} else {
				keys = append(keys, name)
			}
		}
	} else if python.IsInt(path) {
		keys = []python.Value{path}
	} else {
		return nil, errors.New("the attribute must be a text or a whole number")
	}
	return func(v python.Value) python.Value {
		for _, k := range keys {
			v = Member(v, k)
		}
		if _, ok := v.(python.Undefined); ok && without != nil {
			return without
		}
		return v
	}, nil
}

// Member returns the member or element of v that key names.
func Member(v, key python.Value) python.Value {
	if d, ok := v.(*python.Dict); ok {
		if e, ok := d.Get(key); ok {
			return e
		}
		if python.IsInt(key) { // a name of digits
			if e, ok := d.Get(python.Text(key)); ok {
				return e
			}
		}
	} else if o, ok := v.(python.Object); ok {
		if e, ok := o.Member(python.Text(key)); ok {
			return e
		}
	} else if i, ok := python.AsInt(key); ok {
		if list, err := python.Elements(v); err == nil {
			if i < 0 {
				i += len(list)
			}
			if i >= 0 && i < len(list) {
				return list[i]
			}
		}
	}
	if t, ok := v.(python.Tuple); ok && len(t) == 2 { // what "groupby" gives
		if i := slices.Index([]python.Value{"grouper", "list"}, key); i >= 0 {
			return t[i]
		}
	}
	return python.Undefined{Name: python.Text(key)}
}

func batch(env *Env, list, args []python.Value) (python.Value, error) {
	n, err := intOr(args[0], 0)
	if err != nil || n < 1 {
		return nil, errors.New(`"batch" needs the number of elements, 1 or more`)
	}
	var out python.List
	for part := range slices.Chunk(list, n) {
		row := slices.Clone(part)
		if given(args[1]) && args[1] != nil {
			if n > env.Budget.Elements {
				return nil, php.ErrElements
			}
			for len(row) < n {
				row = append(row, args[1])
			}
		}
		out = append(out, python.List(row))
	}
	return out, nil
}

func sliceOf(env *Env, list, args []python.Value) (python.Value, error) {
	n, err := intOr(args[0], 0)
	if err != nil || n < 1 {
		return nil, errors.New(`"slice" needs the number of lists, 1 or more`)
	}
	if n > env.Budget.Elements {
		return nil, php.ErrElements
	}
	size, more := len(list)/n, len(list)%n
	out := make(python.List, 0, n)
	for i := range n {
		k := size
		if i < more {
			k++
		}
		row := slices.Clone(list[:k])
		list = list[k:]
		if given(args[1]) && args[1] != nil && i >= more {
			row = append(row, args[1])
		}
		out = append(out, python.List(row))
	}
	return out, nil
}

// Package builtin holds the filters, tests, functions and methods of Jinja
// templates.
package builtin

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// Env is what a function may use of the rendering that calls it.
type Env struct {
	Budget *php.Budget
	// Filters and Tests are those that filters such as "map" can name.
	Filters, Tests Table
}

// Def describes a filter, test or function.
type Def struct {
	Name string
	// Doc is one line that says what it does, and Example a template that gives
	// Gives.
	Doc, Example, Gives string

	// params are the names of the parameters, the first of a filter or test
	// aside. A name with "*" in front takes all that is left.
	params []string
	call   func(env *Env, in python.Value, args []python.Value) (python.Value, error)
	// apply is call for filters that pass their arguments on.
	apply func(env *Env, in python.Value, args Args) (python.Value, error)
	// needs is set for filters that fail for what is undefined, which is an
	// empty text or list to all others.
	needs bool
	// quiet filters and tests accept what is undefined.
	quiet bool
}

// Params lists the names of the parameters, the first of a filter or test aside;
// "…" stands for any number of them.
func (d *Def) Params() []string {
	list := slices.Clone(d.params)
	for i, name := range list {
		if name[0] == '*' {
			list[i] = "…"
		}
	}
	return list
}

// Args are the arguments of a call.
type Args struct {
	List  []python.Value
	Named map[string]python.Value
}

// absent is an argument that was not given.
type absent struct{}

// Quiet reports whether what is undefined may be given, even in strict
// templates.
func (d *Def) Quiet() bool { return d.quiet }

// Call calls the filter, test or function. It measures what it is given and
// gives.
func (d *Def) Call(env *Env, in python.Value, args Args) (python.Value, error) {
	call, list := d.call, args.List
	if d.apply != nil {
		call = func(env *Env, in python.Value, _ []python.Value) (python.Value, error) { return d.apply(env, in, args) }
	} else {
		var err error
		if list, err = d.arguments(args); err != nil {
			return nil, err
		}
	}
	if err := measure(env, in, args); err != nil {
		return nil, err
	}
	if u, ok := in.(python.Undefined); ok && d.needs {
		return nil, u.Err()
	}
	v, err := call(env, in, list)
	if err != nil {
		return nil, err
	}
	return v, python.Measure(env.Budget, v)
}

// measure measures what a function is given.
func measure(env *Env, in python.Value, args Args) error {
	if err := env.Budget.Spend(1); err != nil {
		return err
	}
	if err := python.Measure(env.Budget, in); err != nil {
		return err
	}
	for _, v := range args.Named {
		if err := python.Measure(env.Budget, v); err != nil {
			return err
		}
	}
	return python.Measure(env.Budget, args.List...)
}

// arguments puts the arguments of a call in the order of the parameters.
func (d *Def) arguments(args Args) ([]python.Value, error) {
	out := make([]python.Value, 0, len(d.params))
	for range d.params {
		out = append(out, absent{})
	}
	last := len(d.params) - 1
	variadic := last >= 0 && d.params[last][0] == '*'
	if variadic {
		out = out[:last]
	}
	for i, v := range args.List {
		switch {
		case i < len(out):
			out[i] = v
		case variadic:
			out = append(out, v)
		default:
			return nil, fmt.Errorf(`"%s" takes %s`, d.Name, count(len(d.params), "argument"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(args.Named)) {
		i := slices.Index(d.params, name)
		if i < 0 {
			return nil, fmt.Errorf(`"%s" has no argument "%s"`, d.Name, name)
		}
		out[i] = args.Named[name]
	}
	return out, nil
}

func count(n int, word string) string {
	switch n {
	case 0:
		return "no " + word + "s"
	case 1:
		return "one " + word + " at most"
	}
	return fmt.Sprintf("%d %ss at most", n, word)
}

// given reports whether an argument was given.
func given(v python.Value) bool { _, no := v.(absent); return !no }

// textOr returns an argument as a text.
func textOr(v python.Value, without string) string {
	if !given(v) {
		return without
	}
	return python.Text(v)
}

// intOr returns an argument as a whole number.
func intOr(v python.Value, without int) (int, error) {
	if !given(v) {
		return without, nil
	}
	n, ok := python.AsInt(v)
	if !ok {
		return 0, fmt.Errorf("%s is no whole number", python.TypeName(v))
	}
	return n, nil
}

// widthOr is intOr for a number of characters, none if it is negative.
func widthOr(env *Env, v python.Value, without int) (int, error) {
	n, err := intOr(v, without)
	if err == nil && n > env.Budget.Bytes {
		err = php.ErrLarge
	}
	return max(0, n), err
}

func truthOr(v python.Value, without bool) bool {
	if !given(v) {
		return without
	}
	return python.Truth(v)
}

// Table is a set of definitions by their names.
type Table map[string]*Def

// Names lists the names, sorted.
func (t Table) Names() []string { return slices.Sorted(maps.Keys(t)) }

func table(lists ...[]*Def) Table {
	t := Table{}
	for _, list := range lists {
		for _, d := range list {
			for name := range strings.FieldsSeq(d.Name) {
				alias := *d
				alias.Name = name
				t[name] = &alias
			}
		}
	}
	return t
}

// Filters returns all filters.
var Filters = sync.OnceValue(func() Table { return table(textFilters(), numberFilters(), listFilters(), pickFilters()) })

// Tests returns all tests.
var Tests = sync.OnceValue(func() Table { return table(tests()) })

// Functions returns all functions.
var Functions = sync.OnceValue(func() Table { return table(functions()) })

// Hint says why something that Jinja has is not here; "" when it says nothing.
func Hint(name string) string {
	switch name {
	case "attr":
		return "write x.name or x[name]"
	case "pprint", "random", "urlize", "xmlattr", "lipsum", "cycler", "joiner":
		return "templates of pipelines do not have it"
	case "caller", "super", "self":
		return "templates of the Jinja dialect have no macros and no blocks"
	case "now", "strftime":
		return "format times in a rule, or with the Twig dialect"
	case "append", "extend", "insert", "update", "pop", "remove":
		return "lists and mappings cannot be changed; set a new one, such as list + [x]"
	}
	return ""
}

// functions are called with nothing in front.
func functions() []*Def {
	return []*Def{
		{Name: "range", params: []string{"*numbers"}, call: rangeOf,
			Doc: "Lists whole numbers: range(to), range(from, to) or range(from, to, step).", Example: "{{ range(1, 4)|join(', ') }}", Gives: "1, 2, 3"},
	}
}

var errRange = errors.New("range needs one to three whole numbers, the last not 0")

func rangeOf(env *Env, _ python.Value, args []python.Value) (python.Value, error) {
	bounds := []int{0, 0, 1}
	for i, v := range args {
		n, ok := python.AsInt(v)
		if !ok || i > 2 {
			return nil, errRange
		}
		bounds[i] = n
	}
	from, to, step := bounds[0], bounds[1], bounds[2]
	if len(args) == 1 {
		from, to = 0, bounds[0]
	}
	if step == 0 || len(args) == 0 {
		return nil, errRange
	}
	var list python.List
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		list = append(list, python.Int(i))
		if len(list) > env.Budget.Elements {
			return nil, php.ErrElements
		}
		if next := i + step; (next > i) != (step > 0) {
			break // beyond the last int
		}
	}
	return list, env.Budget.List(len(list))
}

// Construct makes a mapping of named arguments, for "dict" and "namespace".
func Construct(name string, args Args, order []string) (python.Value, error) {
	d := python.NewDict()
	if len(args.List) > 1 {
		return nil, fmt.Errorf(`"%s" takes named arguments, such as %s(total=0)`, name, name)
	}
	for _, v := range args.List {
		from, ok := v.(*python.Dict)
		if !ok {
			return nil, fmt.Errorf(`"%s" takes a mapping or named arguments, such as %s(total=0)`, name, name)
		}
		for _, p := range from.Pairs() {
			d.Set(p.Key, p.Value)
		}
	}
	for _, n := range order {
		d.Set(n, args.Named[n])
	}
	if name == "namespace" {
		return &python.Namespace{Members: d}, nil
	}
	return d, nil
}

// Operand reports whether a test needs an operand.
func (d *Def) Operand() bool { return len(d.params) > 0 }

package jinja

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/exec"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// filterNames are the filters of gonja's that there are.
func filterNames() []string {
	return []string{
		"abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape",
		"filesizeformat", "first", "float", "format", "groupby", "indent", "int", "items", "join", "last",
		"length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round",
		"safe", "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title", "tojson",
		"trim", "truncate", "unique", "upper", "urlencode", "wordcount", "wordwrap",
	}
}

// testNames are the tests of gonja's that there are.
func testNames() []string {
	return []string{
		"boolean", "defined", "divisibleby", "eq", "equalto", "==", "even", "false", "float", "ge", ">=", "gt",
		"greaterthan", ">", "in", "integer", "iterable", "le", "<=", "lower", "lt", "lessthan", "<", "mapping",
		"ne", "!=", "none", "number", "odd", "sameas", "sequence", "string", "true", "undefined", "upper",
	}
}

// methodNames are the methods of texts that there are; mappings have "get",
// "items", "keys" and "values".
func methodNames() []string {
	return []string{
		"capitalize", "center", "count", "endswith", "find", "isalnum", "isalpha", "isascii", "isdecimal",
		"isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip",
		"partition", "removeprefix", "removesuffix", "replace", "rfind", "rjust", "rpartition", "rsplit",
		"rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill",
	}
}

// tagNames are the tags that there are.
func tagNames() []string { return []string{"do", "filter", "for", "if", "raw", "set", "with"} }

// The filters that trees are rewritten to. Their names cannot be written in a
// template.
const (
	operatorFilter = " " // followed by the operator
	methodFilter   = " method"
	functionFilter = " function"
	operandFilter  = " operand"
	literalFilter  = " literal"
)

// operators are the binary operators that go through operate.
func operators() []string {
	return []string{"+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in"}
}

// environment returns what templates can use.
func environment() *exec.Environment {
	filters := map[string]exec.FilterFunction{
		methodFilter: method, functionFilter: function, operandFilter: operand, literalFilter: literal,
	}
	for _, name := range filterNames() {
		if f, ok := builtins.Filters.Get(name); ok {
			filters[name] = guarded(name, f)
		}
	}
	for name, f := range exactFilters() {
		filters[name] = guarded(name, f)
	}
	for _, op := range operators() {
		filters[operatorFilter+op] = operator(op)
	}
	tests := map[string]exec.TestFunction{}
	for _, name := range testNames() {
		if f, ok := builtins.Tests.Get(name); ok {
			tests[name] = guardedTest(f)
		}
	}
	return &exec.Environment{
		Filters: exec.NewFilterSet(filters), Tests: exec.NewTestSet(tests), ControlStructures: tagParsers(),
		Context: exec.NewContext(map[string]any{"range": rangeOf, "dict": dictOf}),
		Methods: exec.Methods{
			Bool: exec.NewMethodSet(map[string]exec.Method[bool]{}), Int: exec.NewMethodSet(map[string]exec.Method[int]{}),
			Float: exec.NewMethodSet(map[string]exec.Method[float64]{}), Str: exec.NewMethodSet(map[string]exec.Method[string]{}),
			Dict: exec.NewMethodSet(map[string]exec.Method[map[string]any]{}), List: exec.NewMethodSet(map[string]exec.Method[[]any]{}),
		},
	}
}

func failed(err error) *exec.Value { return exec.AsValue(err) }

func operator(op string) exec.FilterFunction {
	return func(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
		v, err := operate(runOf(e), op, in, args.First())
		if err != nil {
			return failed(err)
		}
		return v
	}
}

// operand makes a number that is 0 one that gonja takes for false.
func operand(_ *exec.Evaluator, in *exec.Value, _ *exec.VarArgs) *exec.Value {
	if n, ok := in.Interface().(number); ok && !php.Truth(n.value) {
		return exec.AsValue(0)
	}
	return in
}

// literal makes a number that was written in the template count as exact.
func literal(_ *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
	return exec.AsValue(number{php.Literal(in.Float(), args.First().String())})
}

// guarded is a filter that measures what it gets and gives.
func guarded(name string, f exec.FilterFunction) exec.FilterFunction {
	return func(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
		r := runOf(e)
		if in.IsError() {
			return in
		}
		if err := r.checkCall(name, in, args); err != nil {
			return failed(err)
		}
		out := f(e, in, args)
		if out.IsError() {
			return out
		}
		if err := r.measure(out); err != nil {
			return failed(err)
		}
		return out
	}
}

// checkCall refuses a call whose result would be larger than a value may be,
// before it is made.
func (r *run) checkCall(name string, in *exec.Value, args *exec.VarArgs) error {
	values := append([]*exec.Value{in}, args.Args...)
	for _, v := range args.KwArgs {
		values = append(values, v)
	}
	if err := r.measure(values...); err != nil {
		return err
	}
	most := r.budget.Bytes
	switch name {
	case "batch", "slice":
		most = r.budget.Elements
	case "round":
		most = 300
	}
	for _, v := range values[1:] {
		if n, ok := numeric(v); ok && math.Abs(php.ToFloat(n)) > float64(most) {
			return fmt.Errorf(`the number %s is too large for "%s"`, v.String(), name)
		}
	}
	switch name {
	case "indent":
		width := 4
		if len(args.Args) > 0 {
			width = args.Args[0].Integer()
		}
		if v, ok := args.KwArgs["width"]; ok {
			width = v.Integer()
		}
		return r.budget.Text(len(in.String()) + width*(1+strings.Count(in.String(), "\n")))
	case "replace":
		if len(args.Args) > 1 {
			return r.checkReplace(in.String(), args.Args[0].String(), args.Args[1].String())
		}
	case "join":
		return r.checkJoin(in, args.First().String())
	case "format":
		return checkFormat(in.String())
	}
	return nil
}

func (r *run) checkReplace(s, old, replacement string) error {
	n := strings.Count(s, old)
	if size := float64(n)*float64(len(replacement)) + float64(len(s)); size > float64(r.budget.Bytes) {
		return php.ErrLarge
	}
	return nil
}

func (r *run) checkJoin(list *exec.Value, glue string) error {
	if float64(list.Len())*float64(len(glue)) > float64(r.budget.Bytes) {
		return php.ErrLarge
	}
	return nil
}

// checkFormat refuses placeholders that pad to a great width.
func checkFormat(s string) error {
	digits := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			digits++
		} else {
			digits = 0
		}
		if digits > 4 || c == '*' && strings.Contains(s, "%") {
			return errors.New("the format has a width that is too large")
		}
	}
	return nil
}

// guardedTest is a test that measures what it gets.
func guardedTest(f exec.TestFunction) exec.TestFunction {
	return func(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) (bool, error) {
		values := make([]*exec.Value, len(args.Args))
		for i, v := range args.Args {
			values[i] = plain(v)
		}
		in = plain(in)
		if err := runOf(e).measure(append(values, in)...); err != nil {
			return false, err
		}
		plainArgs := &exec.VarArgs{Args: values, KwArgs: args.KwArgs}
		switch f := f.(type) {
		case func(*exec.Context, *exec.Value, *exec.VarArgs) (bool, error):
			return f(e.Environment.Context, in, plainArgs)
		case func(*exec.Evaluator, *exec.Value, *exec.VarArgs) (bool, error):
			return f(e, in, plainArgs)
		}
		return false, errors.New("the test cannot be used")
	}
}

// plain returns a decimal as the int or float that gonja's own tests know.
func plain(v *exec.Value) *exec.Value {
	n, ok := v.Interface().(number)
	if !ok {
		return v
	}
	if d, ok := php.AsDecimal(n.value); ok {
		if i, ok := d.Int64(); ok {
			return exec.AsValue(int(i))
		}
	}
	return exec.AsValue(n.Float64())
}

// method calls a method of a text or mapping; its first argument is the name.
func method(e *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
	r := runOf(e)
	name := args.First().String()
	rest := &exec.VarArgs{Args: args.Args[1:], KwArgs: args.KwArgs}
	if err := r.checkCall(name, in, rest); err != nil {
		return failed(err)
	}
	switch {
	case in.IsString() && slices.Contains(methodNames(), name):
		f, ok := builtins.Methods.Str.Get(name)
		if !ok {
			break
		}
		if name == "join" {
			if err := r.checkJoin(rest.First(), in.String()); err != nil {
				return failed(err)
			}
		}
		v, err := f(in.String(), in, rest)
		if err != nil {
			return failed(err)
		}
		out := exec.ToValue(v)
		if err := r.measure(out); err != nil {
			return failed(err)
		}
		return out
	case in.IsDict():
		return dictMethod(in, name, rest)
	}
	return failed(fmt.Errorf(`there is no method "%s" here`, name))
}

// function calls a function of the pipeline; its first argument is the name.
func function(e *exec.Evaluator, _ *exec.Value, args *exec.VarArgs) *exec.Value {
	r := runOf(e)
	if err := r.measure(args.Args...); err != nil {
		return failed(err)
	}
	if r.scope == nil {
		return failed(errors.New("there are no functions here"))
	}
	f, ok := r.scope.Func(args.First().String())
	if !ok || len(args.Args)-1 > len(f.Params) {
		return failed(fmt.Errorf(`the function "%s" cannot be called with %d arguments`, args.First().String(), len(args.Args)-1))
	}
	given := make([]item.Value, len(args.Args)-1)
	for i, v := range args.Args[1:] {
		given[i] = toItem(v)
		if t := f.Params[i].Type; t != nil && t.Kind != item.KindUnknown && t.Kind != given[i].Kind() {
			var err error
			if given[i], err = item.Convert(given[i], t); err != nil {
				return failed(fmt.Errorf("%s: %w", f.Name, err))
			}
		}
	}
	v, err := f.Call(given)
	if err != nil {
		return failed(fmt.Errorf("%s: %w", f.Name, err))
	}
	return exec.AsValue(fromItem(v))
}

// dictMethod calls a method of a mapping, whose order is kept.
func dictMethod(in *exec.Value, name string, args *exec.VarArgs) *exec.Value {
	var list []any
	each := func(f func(key, value *exec.Value) any) *exec.Value {
		in.Iterate(func(_, _ int, key, value *exec.Value) bool {
			list = append(list, f(key, value))
			return true
		}, func() {})
		return exec.AsValue(list)
	}
	switch name {
	case "keys":
		return each(func(key, _ *exec.Value) any { return key })
	case "values":
		return each(func(_, value *exec.Value) any { return value })
	case "items":
		return each(func(key, value *exec.Value) any { return []any{key, value} })
	case "get":
		if v, ok := in.GetItem(args.First().String()); ok {
			return v
		}
		if len(args.Args) > 1 {
			return args.Args[1]
		}
		return exec.AsValue(nil)
	}
	return failed(fmt.Errorf(`a mapping has no method "%s"`, name))
}

// rangeOf lists whole numbers.
func rangeOf(e *exec.Evaluator, args *exec.VarArgs) *exec.Value {
	bounds := []int{0, 0, 1}
	for i, v := range args.Args {
		n, ok := numeric(v)
		if !ok || n.Kind() != php.KindInt || i > 2 {
			return failed(errors.New("range needs one to three whole numbers"))
		}
		bounds[i] = int(n.AsInt())
	}
	from, to, step := bounds[0], bounds[1], bounds[2]
	if len(args.Args) == 1 {
		from, to = 0, bounds[0]
	}
	if step == 0 || len(args.Args) == 0 {
		return failed(errors.New("range needs one to three whole numbers, the last not 0"))
	}
	count := math.Ceil((float64(to) - float64(from)) / float64(step))
	r := runOf(e)
	if count > float64(r.budget.Elements) {
		return failed(php.ErrElements)
	}
	list := make([]any, 0, max(0, int(count)))
	for i := range max(0, int(count)) {
		list = append(list, from+i*step)
	}
	if err := r.budget.List(len(list)); err != nil {
		return failed(err)
	}
	return exec.AsValue(list)
}

// dictOf makes a mapping of named arguments.
func dictOf(_ *exec.Evaluator, args *exec.VarArgs) *exec.Value {
	d := exec.NewDict()
	names := make([]string, 0, len(args.KwArgs))
	for name := range args.KwArgs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		d.Pairs = append(d.Pairs, &exec.Pair{Key: exec.AsValue(name), Value: args.KwArgs[name]})
	}
	return exec.AsValue(d)
}

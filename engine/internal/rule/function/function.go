// Package function holds the functions that every expression and template can
// call: texts, numbers and money, times, lists, and the tables of commerce
// (countries, states). They are exact, never read the clock, a file or the
// network, and give the same answer every time.
package function

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sluicehq/sluice/engine/item"
)

// All returns every function, in the order of their names. They are made once.
func All() []*item.Func { return registry().list }

// Lookup returns the function of a name.
func Lookup(name string) (*item.Func, bool) {
	fn, ok := registry().byName[name]
	return fn, ok
}

// Variadic reports whether the last parameter of fn may be given many times.
func Variadic(fn *item.Func) bool { return registry().variadic[fn] }

// Signature writes a call of fn with the names of its parameters.
func Signature(fn *item.Func) string {
	var b strings.Builder
	b.WriteString(fn.Name + "(")
	for i, p := range fn.Params {
		switch {
		case p.Optional && i == 0:
			b.WriteString("[" + p.Name + "]")
		case p.Optional:
			b.WriteString("[, " + p.Name + "]")
		case i > 0:
			b.WriteString(", " + p.Name)
		default:
			b.WriteString(p.Name)
		}
	}
	if Variadic(fn) {
		b.WriteString(", …")
	}
	return b.String() + ")"
}

type functions struct {
	list     []*item.Func
	byName   map[string]*item.Func
	variadic map[*item.Func]bool
}

var registry = sync.OnceValue(func() *functions {
	r := &functions{byName: map[string]*item.Func{}, variadic: map[*item.Func]bool{}}
	for _, group := range [][]def{texts(), numbers(), times(), lists(), conversions(), geography()} {
		for _, d := range group {
			fn := d.Func
			fn.Call = checked(&fn, d.variadic)
			r.list = append(r.list, &fn)
			r.byName[fn.Name] = &fn
			r.variadic[&fn] = d.variadic
		}
	}
	slices.SortFunc(r.list, func(a, b *item.Func) int { return strings.Compare(a.Name, b.Name) })
	return r
})

// def is a function as it is written down.
type def struct {
	item.Func
	variadic bool
}

// define begins a function: its name, what it does, and its result.
func define(name string, result *item.Type, doc string, call func([]item.Value) (item.Value, error)) def {
	return def{Func: item.Func{Name: name, Result: result, Doc: doc, Call: call}}
}

// param adds a parameter.
func (d def) param(name string, t *item.Type) def {
	d.Params = append(d.Params, item.Param{Name: name, Type: t})
	return d
}

// option adds a parameter that may be left out.
func (d def) option(name string, t *item.Type) def {
	d.Params = append(d.Params, item.Param{Name: name, Type: t, Optional: true})
	return d
}

// many lets the last parameter be given many times.
func (d def) many() def {
	d.variadic = true
	return d
}

// example adds an example: an expression and the value it gives, as JSON.
func (d def) example(expr, gives string) def {
	d.Examples = append(d.Examples, item.Example{Expr: expr, Gives: gives})
	return d
}

// checked returns fn's call behind a check of its arguments, for callers such
// as templates that know nothing of their types.
func checked(fn *item.Func, variadic bool) func([]item.Value) (item.Value, error) {
	call, params := fn.Call, fn.Params
	least := 0
	for _, p := range params {
		if !p.Optional {
			least++
		}
	}
	return func(args []item.Value) (item.Value, error) {
		if len(args) < least || len(args) > len(params) && !variadic {
			return item.Null, fmt.Errorf("it is called with %d arguments", len(args))
		}
		for i, a := range args {
			if p := &params[min(i, len(params)-1)]; !takes(p.Type, a) {
				return item.Null, fmt.Errorf("%s is %s, not %s", p.Name, kindName(a), kindNames[p.Type.Kind])
			}
		}
		return call(args)
	}
}

func takes(t *item.Type, v item.Value) bool {
	switch {
	case v.Kind() == t.Kind, t.Kind == item.KindUnknown, t.Nullable && v.IsNull():
		return true
	}
	return t.Kind == item.KindDecimal && v.Kind() == item.KindInt
}

var kindNames = map[item.Kind]string{
	item.KindMissing: "null", item.KindNull: "null", item.KindBool: "a bool", item.KindInt: "an int", item.KindDecimal: "a number",
	item.KindText: "a text", item.KindTime: "a time", item.KindDate: "a date", item.KindList: "a list", item.KindObject: "an object",
}

func kindName(v item.Value) string {
	if v.Kind() == item.KindDecimal {
		return "a decimal"
	}
	return kindNames[v.Kind()]
}

// arg returns argument i, or null when it was left out.
func arg(args []item.Value, i int) item.Value {
	if i < len(args) {
		return args[i]
	}
	return item.Null
}

// quoted writes a text for a message, shortened.
func quoted(s string) string {
	const most = 40
	n := 0
	for i := range s {
		if n++; n > most {
			return fmt.Sprintf("%q…", s[:i])
		}
	}
	return fmt.Sprintf("%q", s)
}

var (
	anyList     = item.ListOf(item.TypeUnknown)
	textList    = item.ListOf(item.TypeText)
	decimalList = item.ListOf(item.TypeDecimal)
)

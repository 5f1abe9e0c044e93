// Package builtin has the filters, functions and tests of the Twig dialect, and
// what the reference page says about them.
package builtin

import (
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig/dates"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// Env is what filters, functions and tests can see of the template that uses
// them.
type Env struct {
	// Budget is what the template may still spend.
	Budget php.Budget
	// Zone is the zone of times that do not name one.
	Zone *time.Location
	// Zones finds time zones.
	Zones *dates.Zones
	// Now is the time that the template takes for now.
	Now func() time.Time
	// DateFormat and IntervalFormat are the formats of the date filter without
	// one.
	DateFormat, IntervalFormat string
	// Number is how number_format writes without being told.
	Number NumberFormat
	// Seed makes the random numbers.
	Seed uint64

	rand *rand.Rand
}

// NumberFormat is how numbers are written.
type NumberFormat struct {
	Decimals         int
	Point, Thousands string
}

// Param is a parameter.
type Param struct {
	Name    string
	Default php.Value
	// Required parameters must be given.
	Required bool
	// NoDefault parameters are optional, but those behind them can be named
	// only if they are given too.
	NoDefault bool
}

// Def is a filter, function or test.
type Def struct {
	Name string
	// Params are what it takes; a filter's or test's first is what it is
	// applied to, and has no name.
	Params []Param
	// Variadic takes any number of arguments behind the others.
	Variadic bool
	// Exact takes no arguments behind the others; else they are ignored.
	Exact bool
	// Call gets an argument for each parameter, and those behind them.
	Call func(env *Env, args []php.Value) (php.Value, error)
	// Append, where there is one, appends what Call gives for a text.
	Append func(dst []byte, s string) []byte
	// Safe names the escaping strategy that the result needs no more: "all"
	// or one of them.
	Safe string
	// PreEscape names the strategy by which what it is applied to is escaped.
	PreEscape string
	// Doc says in a sentence what it does. Example is a template that gives
	// Gives.
	Doc, Example, Gives string
}

// Callable is a function that a template passes as a value.
type Callable interface {
	php.Object
	// Invoke calls the function. It does not keep args.
	Invoke(args []php.Value) (php.Value, error)
}

// Table holds definitions by name.
type Table map[string]*Def

func table(defs ...[]*Def) Table {
	t := Table{}
	for _, ds := range defs {
		for _, d := range ds {
			t[d.Name] = d
		}
	}
	return t
}

// subject is the parameter that a filter or test is applied to.
var subject = Param{Required: true}

// with returns the parameters of a filter: the subject and those described in
// words, such as "length?" for one that may be left out and is null then.
func with(words ...string) []Param {
	return append([]Param{subject}, params(words...)...)
}

func params(words ...string) []Param {
	ps := make([]Param, len(words))
	for i, w := range words {
		name, optional := strings.CutSuffix(w, "?")
		ps[i] = Param{Name: name, Required: !optional, Default: php.Null}
	}
	return ps
}

// or returns the parameters with the default of the one called name.
func or(ps []Param, name string, v php.Value) []Param {
	for i := range ps {
		if ps[i].Name == name {
			ps[i].Default = v
		}
	}
	return ps
}

var (
	filterTable = sync.OnceValue(func() Table {
		return table(textFilters(), encodingFilters(), arrayFilters(), numberFilters(), dateFilters())
	})
	functionTable = sync.OnceValue(func() Table { return table(functions(), dateFunctions()) })
	testTable     = sync.OnceValue(func() Table { return table(tests()) })
)

// Filters returns the filters, not to be changed.
func Filters() Table { return filterTable() }

// Functions returns the functions, not to be changed.
func Functions() Table { return functionTable() }

// Tests returns the tests, not to be changed.
func Tests() Table { return testTable() }

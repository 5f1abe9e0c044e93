// Package twig compiles Twig templates to closures. Variables live in slots
// that are known when a template is compiled; parts of records are read where
// they are.
package twig

import (
	"maps"
	"slices"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/parse"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// Options say how templates are compiled and rendered.
type Options struct {
	// Scope is what names mean; without one, they are looked up in the data
	// that a template is rendered with.
	Scope *item.Scope
	// Strict makes a name or member that is not there an error.
	Strict bool
	// Escape returns the escaping strategy of the template called name, or "";
	// nil is none.
	Escape func(name string) string
	// Zone is the zone of times that name none; nil is UTC.
	Zone *time.Location
	// Globals are variables that macros see too.
	Globals *php.Array
	// DateFormat and IntervalFormat are those of the date filter without one.
	DateFormat, IntervalFormat string
	// Number is how number_format writes without being told.
	Number builtin.NumberFormat
	// Steps, Bytes and Elements bound what a template may do: steps taken,
	// length of the output and of every text, elements of a list.
	Steps, Bytes, Elements int
	// Time is how long a template may take, 0 for as long as it likes.
	Time time.Duration
}

// Source is a template to be compiled.
type Source struct{ Name, Text string }

// Set is a set of templates that can use each other. It may be rendered from
// many goroutines at once.
type Set struct {
	*machine.Set
	scan.Facts
	opts Options
	// frozen sets are compiled while records are in use: layouts must not grow.
	frozen bool
	uses   map[string][]string
}

// The parts of a machine that compiling is about.
type (
	run      = machine.Run
	code     = machine.Code
	expr     = machine.Expr
	template = machine.Template
)

// Error is what went wrong while a template was rendered, and Input what one is
// rendered with.
type (
	Error = machine.Error
	Input = machine.Input
)

// Compile compiles the templates. Problems are asked for with Problems.
func Compile(sources []Source, o Options) *Set {
	s := &Set{
		Set: machine.NewSet(machine.Settings{
			Scope: o.Scope, Zone: o.Zone, Globals: o.Globals, DateFormat: o.DateFormat, IntervalFormat: o.IntervalFormat,
			Number: o.Number, Steps: o.Steps, Bytes: o.Bytes, Elements: o.Elements, Time: o.Time,
		}),
		Facts: scan.Facts{Assigned: map[string]bool{}}, opts: o,
		uses: map[string][]string{},
	}
	s.addTemplates(sources)
	s.Complete()
	return s
}

// addTemplates parses all templates before it compiles the first, because what
// one sets another may read.
func (s *Set) addTemplates(sources []Source) {
	lib := library{s.opts.Scope}
	modules := make([]*tree.Module, len(sources))
	for i, src := range sources {
		t := &template{Name: src.Name, Set: s.Set, Source: src.Text}
		modules[i], t.Problems = parse.Template(src.Text, lib)
		s.Templates[src.Name] = t
		if modules[i] != nil {
			s.Note(modules[i])
			if len(sources) > 1 {
				s.uses[src.Name] = scan.Texts(modules[i])
			}
		}
	}
	for i, src := range sources {
		if t := s.Templates[src.Name]; modules[i] != nil {
			c := &compiler{set: s, t: t}
			c.module(modules[i])
		}
	}
}

// atRunTime returns a set for a template that is made while s is rendered.
func (s *Set) atRunTime() *Set {
	c := *s
	c.Set = s.Set.AtRunTime()
	c.frozen, c.Linked = true, true
	c.uses, c.Assigned = map[string][]string{}, maps.Clone(s.Assigned)
	return &c
}

// Problems returns what is wrong with the template called name.
func (s *Set) Problems(name string) []*tree.Problem {
	if t, ok := s.Templates[name]; ok {
		return t.Problems
	}
	return nil
}

// Used lists the template called name and those that it uses, as far as their
// names are written out, directly or through others.
func (s *Set) Used(name string) []string {
	used := []string{name}
	for i := 0; i < len(used); i++ {
		for _, text := range s.uses[used[i]] {
			if _, ok := s.Templates[text]; ok && !slices.Contains(used, text) {
				used = append(used, text)
			}
		}
	}
	return used
}

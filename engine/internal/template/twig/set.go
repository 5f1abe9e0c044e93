// Package twig compiles Twig templates to closures and renders them. Variables
// live in slots that are known when a template is compiled; parts of records
// are read where they are.
package twig

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/dates"
	"github.com/sluicehq/sluice/engine/internal/template/twig/parse"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
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
}

// Source is a template to be compiled.
type Source struct{ Name, Text string }

// Set is a set of templates that can use each other. It may be rendered from
// many goroutines at once.
type Set struct {
	opts      Options
	scope     *item.Scope
	templates map[string]*template
	names     map[string]int // the slots of variables
	slots     int            // of variables in all
	loads     []load
	records   int // elements of loops over records at once
	modules   int // imported modules
	// assigned are the names that some template sets; mentioned those that it
	// may give to another.
	assigned, mentioned map[string]bool
	// linked templates use each other, so each sees all variables of the others
	// by their names.
	linked bool
	// opaque sets hand variables on under names that are not written out, so
	// that any name may be replaced by another value.
	opaque bool
	// frozen sets are compiled while records are in use: layouts must not grow.
	frozen bool
	reads  map[string]bool // paths of the scope that are read
	outer  *Set            // the set that this one was made from at run time
	zones  *dates.Zones
	runs   *sync.Pool
}

// template is a compiled template.
type template struct {
	name   string
	set    *Set
	source string
	// problems are why the template cannot be used; body is nil then.
	problems []*tree.Problem
	body     code
	parent   func(r *run) (*template, bool)
	// onlyBlocks templates can be used by others.
	onlyBlocks bool
	blocks     map[string]*blockCode
	macros     map[string]*macroCode
	uses       []*tree.Use
	link       sync.Once
	traits     map[string]trait
	all        blockTable
	linkErr    error
}

// Compile compiles the templates. Problems are asked for with Problems.
func Compile(sources []Source, opts Options) *Set {
	s := &Set{
		opts: opts, scope: opts.Scope,
		templates: map[string]*template{}, names: map[string]int{},
		zones: &dates.Zones{}, reads: map[string]bool{}, assigned: map[string]bool{}, mentioned: map[string]bool{},
	}
	s.addTemplates(sources)
	s.loads = s.loadVars()
	s.runs = &sync.Pool{New: func() any { return s.newRun() }}
	return s
}

// addTemplates parses all templates before it compiles the first, because what
// one sets another may read.
func (s *Set) addTemplates(sources []Source) {
	lib := library{s.scope}
	modules := make([]*tree.Module, len(sources))
	for i, src := range sources {
		t := &template{name: src.Name, set: s, source: src.Text}
		modules[i], t.problems = parse.Template(src.Text, lib)
		s.templates[src.Name] = t
		if modules[i] != nil {
			s.survey(modules[i])
		}
	}
	for i, src := range sources {
		if t := s.templates[src.Name]; modules[i] != nil {
			c := &compiler{set: s, t: t}
			c.module(modules[i])
		}
	}
}

// atRunTime returns a set for a template that is made while s is rendered.
func (s *Set) atRunTime() *Set {
	c := *s
	c.outer, c.frozen, c.linked = s, true, true
	c.templates = map[string]*template{}
	c.names, c.reads = maps.Clone(s.names), map[string]bool{}
	c.assigned, c.mentioned = maps.Clone(s.assigned), maps.Clone(s.mentioned)
	return &c
}

// lookup returns the template called name.
func (s *Set) lookup(name string) (*template, bool) {
	for ; s != nil; s = s.outer {
		if t, ok := s.templates[name]; ok {
			return t, true
		}
	}
	return nil, false
}

// slot returns the slot of the variable called name.
func (s *Set) slot(name string) int {
	i, ok := s.names[name]
	if !ok {
		i = s.slots
		s.slots++
		s.names[name] = i
	}
	return i
}

// private returns a slot that no name has.
func (s *Set) private() int {
	s.slots++
	return s.slots - 1
}

// Problems returns what is wrong with the template called name.
func (s *Set) Problems(name string) []*tree.Problem {
	if t, ok := s.templates[name]; ok {
		return t.problems
	}
	return nil
}

// Reads lists the paths of the scope that the templates read, sorted.
func (s *Set) Reads() []string { return slices.Sorted(maps.Keys(s.reads)) }

// Names lists the templates, sorted.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.templates)) }

// Variables lists the names that the templates read and do not set, sorted.
func (s *Set) Variables() []string {
	var names []string
	for name := range s.names {
		if !s.assigned[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

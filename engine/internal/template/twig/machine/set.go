package machine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/dates"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// Settings are what all templates of a set are rendered with.
type Settings struct {
	// Scope is what names mean; without one, they are looked up in the data
	// that a template is rendered with.
	Scope *item.Scope
	// Zone is the zone of times that name none.
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

// Set is a set of templates that can use each other. Once it is complete, it
// may be rendered from many goroutines at once.
type Set struct {
	Settings
	// Templates are those of the set by their names.
	Templates map[string]*Template
	// Names are the slots of variables by their names, and Slots is how many
	// there are in all.
	Names map[string]int
	Slots int
	// Records is how many elements of loops over records there are at once, and
	// Modules how many imported modules.
	Records, Modules int
	// Outer is the set that this one was made from at run time.
	Outer *Set

	loads []load
	zones *dates.Zones
	runs  *sync.Pool
}

// Template is a compiled template.
type Template struct {
	Name   string
	Set    *Set
	Source string
	// Problems are why the template cannot be used; Body is nil then.
	Problems []*tree.Problem
	Body     Code
	// Parent gives the template that this one extends; nil when it extends none.
	Parent func(r *Run) (*Template, bool)
	// OnlyBlocks templates can be used by others.
	OnlyBlocks bool
	Blocks     map[string]*Block
	Macros     map[string]*Macro
	Uses       []*tree.Use

	link    sync.Once
	traits  map[string]trait
	all     blockTable
	linkErr error
}

// NewSet returns an empty set.
func NewSet(o Settings) *Set {
	s := &Set{Settings: o, Templates: map[string]*Template{}, Names: map[string]int{}, zones: &dates.Zones{}}
	s.runs = &sync.Pool{New: func() any { return s.newRun() }}
	return s
}

// Complete must be called when all templates are compiled.
func (s *Set) Complete() { s.loads = s.loadVars() }

// AtRunTime returns a set for a template that is made while s is rendered.
func (s *Set) AtRunTime() *Set {
	c := *s
	c.Outer = s
	c.Templates, c.Names = map[string]*Template{}, maps.Clone(s.Names)
	return &c
}

// Lookup returns the template called name.
func (s *Set) Lookup(name string) (*Template, bool) {
	for ; s != nil; s = s.Outer {
		if t, ok := s.Templates[name]; ok {
			return t, true
		}
	}
	return nil, false
}

// Slot returns the slot of the variable called name.
func (s *Set) Slot(name string) int {
	i, ok := s.Names[name]
	if !ok {
		i = s.Slots
		s.Slots++
		s.Names[name] = i
	}
	return i
}

// Private returns a slot that no name has.
func (s *Set) Private() int {
	s.Slots++
	return s.Slots - 1
}

// ErrMissing is that of a template that does not exist.
var ErrMissing = errors.New("no such template")

// Load returns the template called name, if it can be used.
func (s *Set) Load(name string) (*Template, error) {
	t, ok := s.Lookup(name)
	if !ok {
		return nil, fmt.Errorf(`%w: "%s"`, ErrMissing, name)
	}
	if t.Body == nil || t.firstError() != nil {
		return nil, t.unusable()
	}
	return t, nil
}

// Made is a template as a value.
type Made struct{ Template *Template }

// Class names the kind of object.
func (Made) Class() string { return "template" }

// Resolve returns the template that v stands for: its name, the first that
// exists of a list of names, or a template made of a text.
func (s *Set) Resolve(r *Run, v php.Value) (*Template, error) {
	if m, ok := v.Object().(Made); ok {
		return m.Template, nil
	}
	a := v.Array()
	if v.IsNull() { // not a name that is missing, whatever "ignore missing" says
		return nil, errors.New("the name of a template must be a text, not null")
	}
	if a == nil {
		name, err := php.ToString(v)
		if err != nil {
			return nil, err
		}
		return s.Load(name)
	}
	for _, e := range a.Vals() {
		if e.Kind() == php.KindString && e.AsText() == "" {
			continue
		}
		t, err := s.Resolve(r, e)
		if !errors.Is(err, ErrMissing) {
			return t, err
		}
	}
	return nil, fmt.Errorf("%w: none of the list exists", ErrMissing)
}

// Spread sets the variables that a names.
func (s *Set) Spread(a *php.Array, vars []php.Value) {
	for i, v := range a.Vals() {
		if slot, ok := s.Names[a.KeyAt(i).String()]; ok && slot < len(vars) {
			vars[slot] = Defined(v)
		}
	}
}

// spreadGlobals sets the variables that every template sees.
func (s *Set) spreadGlobals(r *Run, vars []php.Value) {
	if r.globals != nil {
		s.Spread(r.globals, vars)
	}
}

// ContextOf returns all variables as one mapping.
func (r *Run) ContextOf(s *Set) php.Value {
	a := php.NewArray(len(s.Names))
	add := func(name string) {
		if slot, ok := s.Names[name]; ok && slot < len(r.Vars) && r.Vars[slot].Kind() != php.KindMissing {
			a.Set(php.TextKey(name), r.Vars[slot])
		}
	}
	if r.rest != nil {
		for i, v := range r.rest.Vals() {
			if k := r.rest.KeyAt(i); s.isNamed(k) {
				add(k.String())
			} else {
				a.Set(k, v)
			}
		}
	}
	for _, name := range s.orderedNames() {
		add(name)
	}
	return php.Arr(a)
}

func (s *Set) isNamed(k php.Key) bool {
	_, ok := s.Names[k.String()]
	return ok
}

// orderedNames lists the names of variables in the order of their slots.
func (s *Set) orderedNames() []string {
	return slices.SortedFunc(maps.Keys(s.Names), func(a, b string) int { return s.Names[a] - s.Names[b] })
}

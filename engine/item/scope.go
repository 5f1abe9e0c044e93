package item

import (
	"maps"
	"slices"
)

// Frame holds the values of the variables in scope while one record is worked
// on: a variable's place in it was decided at compile time by its Scope.
type Frame []Value

// Scope is what the names in a rule or template mean at one place of a
// pipeline: variables, each with a type, a layout and a slot in the Frame, and
// functions. Scopes nest; inner names hide outer ones.
type Scope struct {
	outer *Scope
	vars  map[string]*Var
	funcs map[string]*Func
	size  *int
}

// Var is a variable in scope.
type Var struct {
	Name string
	Type *Type
	// Layout lays out the variable's values. Compiling a rule asks it for slots.
	Layout *Layout
	// Slot is the variable's place in the Frame.
	Slot int
	// Doc says what the variable is, for completion.
	Doc string
}

// Func is a function that rules and templates can call.
type Func struct {
	Name   string
	Params []Param
	Result *Type
	// Doc says what the function does; Examples are expressions with results
	// that tests evaluate and the reference page prints.
	Doc      string
	Examples []Example
	// Call gets one value for each parameter given. Its error says what is
	// wrong with the arguments, without naming the function.
	Call func(args []Value) (Value, error)
	// Rows, when set, lists the values of the only parameter that the function
	// knows: a table. With Closed it accepts no others.
	Rows   []string
	Closed bool
}

// Param is a parameter of a function.
type Param struct {
	Name     string
	Type     *Type
	Optional bool
}

// Example is an expression and what it gives.
type Example struct{ Expr, Gives string }

// NewScope returns an empty scope.
func NewScope() *Scope {
	return &Scope{vars: map[string]*Var{}, funcs: map[string]*Func{}, size: new(int)}
}

// Inner returns a scope inside s: names declared in it are not seen in s, but
// share its Frame.
func (s *Scope) Inner() *Scope {
	return &Scope{outer: s, vars: map[string]*Var{}, funcs: map[string]*Func{}, size: s.size}
}

// Declare adds a variable of type t laid out by an empty layout, gives it a
// slot in the Frame, and returns it.
func (s *Scope) Declare(name string, t *Type) *Var {
	return s.DeclareLayout(name, NewLayout(t))
}

// DeclareLayout adds a variable whose values are laid out by l.
func (s *Scope) DeclareLayout(name string, l *Layout) *Var {
	v := &Var{Name: name, Type: l.Type(), Layout: l, Slot: *s.size}
	*s.size++
	s.vars[name] = v
	return v
}

// DeclareFunc adds a function.
func (s *Scope) DeclareFunc(f *Func) { s.funcs[f.Name] = f }

// Var returns the variable that name means here.
func (s *Scope) Var(name string) (*Var, bool) {
	for ; s != nil; s = s.outer {
		if v, ok := s.vars[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// Func returns the function that name means here.
func (s *Scope) Func(name string) (*Func, bool) {
	for ; s != nil; s = s.outer {
		if f, ok := s.funcs[name]; ok {
			return f, true
		}
	}
	return nil, false
}

// VarNames lists every variable in scope, sorted, for suggestions.
func (s *Scope) VarNames() []string {
	names := map[string]bool{}
	for ; s != nil; s = s.outer {
		for n := range s.vars {
			names[n] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// FuncNames lists every function in scope, sorted, for suggestions.
func (s *Scope) FuncNames() []string {
	names := map[string]bool{}
	for ; s != nil; s = s.outer {
		for n := range s.funcs {
			names[n] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// NewFrame returns a Frame with room for every variable declared in s and in
// the scopes that share its Frame.
func (s *Scope) NewFrame() Frame { return make(Frame, *s.size) }

package spec

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/spec/rules"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Struct is what was read from a config struct. It may be used by several
// goroutines at once.
type Struct struct {
	name   string // package and type, as in "steps.Filter"; empty for a type without a name
	typ    reflect.Type
	fields []*field
	byName map[string]*field
	byGo   map[string]*field

	rest, node, span []int // the fields with those options

	docs *Docs
}

// form is how values of a Go type are written and decoded.
type form struct {
	kind   leaf.Kind
	typ    reflect.Type
	custom Form
	elem   *form   // of lists and maps
	fields *Struct // of structs
	single bool    // a list that may be written as its only element
	decode func(v reflect.Value, n *syntax.Node, p leaf.Place)
}

// For reads the struct type T. It panics when a tag of T is wrong, which is
// fixed in the code and found by any test that gets here.
func For[T any]() *Struct {
	t := reflect.TypeFor[T]()
	if s, ok := read.Load(t); ok {
		return s.(*Struct)
	}
	r := &reader{structs: map[reflect.Type]*Struct{}}
	s, err := r.structure(t)
	if err != nil {
		panic(fmt.Sprintf("spec: %v: %v", t, err))
	}
	read.Store(t, s)
	return s
}

// read remembers the structs that For has read: a type never reads otherwise.
var read sync.Map

// New returns a pointer to a zero value of the struct that s was read from, to
// decode into.
func (s *Struct) New() any { return reflect.New(s.typ).Interface() }

// reader reads struct types. It knows those that it has begun, since a struct
// may hold itself.
type reader struct{ structs map[reflect.Type]*Struct }

func (r *reader) structure(t reflect.Type) (*Struct, error) {
	if s, ok := r.structs[t]; ok {
		return s, nil
	}
	if t.Kind() != reflect.Struct {
		return nil, errors.New("not a struct")
	}
	s := &Struct{typ: t, byName: map[string]*field{}, byGo: map[string]*field{}}
	if t.Name() != "" {
		s.name = t.String()
	}
	r.structs[t] = s
	if err := r.members(s, t, nil); err != nil {
		return nil, err
	}
	if len(s.fields) == 0 && s.rest == nil && s.node == nil {
		return nil, errors.New("no field has a yaml tag, and it has no method DecodeNode(*syntax.Node, *diag.List)")
	}
	return s, s.checkNames()
}

// members reads the fields of t, which stand in s at index.
func (r *reader) members(s *Struct, t reflect.Type, index []int) error {
	for i := range t.NumField() {
		at := append(append([]int(nil), index...), i)
		if err := r.structField(s, t, at); err != nil {
			return fmt.Errorf("field %s: %w", t.Field(i).Name, err)
		}
	}
	return nil
}

// structField reads the field of t that stands in s at index.
func (r *reader) structField(s *Struct, t reflect.Type, index []int) error {
	sf := t.Field(index[len(index)-1])
	tag, ok := sf.Tag.Lookup("yaml")
	name, option, _ := strings.Cut(tag, ",")
	switch {
	case name == "-" || !ok && !sf.Anonymous && !sf.IsExported():
		return nil
	case option == "inline" || !ok && sf.Anonymous:
		return r.members(s, sf.Type, index)
	case name == "" && option == "":
		return errors.New("it has no yaml tag")
	case option != "":
		return s.special(option, sf.Type, index)
	}
	return r.field(s, sf, found{name: name, owner: t, index: index})
}

// special notes a field that takes something other than a member.
func (s *Struct) special(option string, t reflect.Type, index []int) error {
	for _, o := range []struct {
		name string
		typ  reflect.Type
		at   *[]int
	}{
		{"rest", reflect.TypeFor[[]syntax.Pair](), &s.rest},
		{"node", reflect.TypeFor[*syntax.Node](), &s.node},
		{"span", reflect.TypeFor[diag.Span](), &s.span},
	} {
		if o.name == option {
			if t != o.typ {
				return fmt.Errorf("the option %s is for a %v", option, o.typ)
			}
			*o.at = index
			return nil
		}
	}
	return fmt.Errorf("the yaml option %q is not known", option)
}

// found is where a field was found.
type found struct {
	name  string
	owner reflect.Type
	index []int
}

func (r *reader) field(s *Struct, sf reflect.StructField, at found) error {
	if !sf.IsExported() {
		return errors.New("it is not exported")
	}
	if _, ok := s.byName[at.name]; ok {
		return fmt.Errorf("the name %q is given twice", at.name)
	}
	form, err := r.form(sf.Type)
	if err != nil {
		return err
	}
	f := &field{name: at.name, goName: sf.Name, owner: at.owner.String(), index: at.index, form: form}
	f.secret = sf.Tag.Get("secret") == "true"
	f.def, f.hasDefault = sf.Tag.Lookup("default")
	if f.rules, err = rules.Read(sf.Tag.Get("validate"), form.ruled(), form.elem.ruled()); err != nil {
		return err
	}
	f.required = f.rules.Required
	s.fields = append(s.fields, f)
	s.byName[f.name], s.byGo[f.goName] = f, f
	return f.readDefault()
}

// readDefault makes a node of the default, and decodes it once to see that it
// can be.
func (f *field) readDefault() error {
	if !f.hasDefault {
		return nil
	}
	if f.required {
		return errors.New("it is required and has a default")
	}
	var fs diag.List
	switch f.form.kind {
	case leaf.List, leaf.Map, leaf.Struct, leaf.Any:
		f.preset = syntax.Parse("default", []byte(f.def), &fs)
	default:
		f.preset = syntax.NewScalar(f.def, diag.Span{})
	}
	if fs.Len() == 0 {
		f.form.decode(reflect.New(f.form.typ).Elem(), f.preset, leaf.Place{Findings: &fs, Name: f.name})
	}
	if fs.Len() > 0 {
		return fmt.Errorf("its default is wrong: %s", fs.Sorted()[0].Message)
	}
	return nil
}

// checkNames sees that the rules about other fields name fields.
func (s *Struct) checkNames() error {
	for _, f := range s.fields {
		for _, p := range f.rules.Presence {
			for _, name := range p.Fields {
				if s.byGo[name] == nil {
					return fmt.Errorf("field %s: the rule %s names %s, which is no field", f.goName, p.Rule, name)
				}
			}
		}
	}
	return nil
}

// form reads how values of type t are written.
func (r *reader) form(t reflect.Type) (*form, error) {
	if f := special(t); f != nil {
		return f, nil
	}
	if t.Kind() == reflect.Pointer {
		f, err := r.form(t.Elem())
		if err != nil {
			return nil, err
		}
		p := *f
		p.typ, p.decode = t, decodePointer(f)
		return &p, nil
	}
	if f, err := r.wrapper(t); f != nil || err != nil {
		return f, err
	}
	return r.plain(t)
}

// special returns the form of the types that this package knows by name, and
// of those that decode themselves.
func special(t reflect.Type) *form {
	switch p := reflect.PointerTo(t); {
	case t == reflect.TypeFor[*syntax.Node]():
		return &form{kind: leaf.Any, typ: t, decode: decodeNode}
	case p.Implements(reflect.TypeFor[Decoder]()):
		return &form{kind: leaf.Custom, typ: t, custom: describe(t), decode: decodeCustom}
	case t == reflect.TypeFor[diag.Text]():
		return &form{kind: leaf.Text, typ: t, decode: decodeText}
	case t == reflect.TypeFor[time.Duration]():
		return &form{kind: leaf.Duration, typ: t, decode: decodeDuration}
	case t == reflect.TypeFor[item.Decimal]():
		return &form{kind: leaf.Decimal, typ: t, decode: decodeDecimal}
	}
	return nil
}

// describe asks a type that decodes itself how it is written.
func describe(t reflect.Type) Form {
	var d Form
	if x, ok := reflect.New(t).Interface().(Describer); ok {
		d = x.DescribeForm()
	}
	d.Name = cmp.Or(d.Name, strings.ToLower(t.Name()))
	return d
}

// wrapper returns the form of this package's generic types.
func (r *reader) wrapper(t reflect.Type) (*form, error) {
	switch x := reflect.New(t).Interface().(type) {
	case mapping:
		elem, err := r.form(reflect.TypeOf(x.zero()).Elem())
		if err != nil {
			return nil, err
		}
		return &form{kind: leaf.Map, typ: t, elem: elem, decode: decodeMap(elem)}, nil
	case placed:
		inner, err := r.form(reflect.TypeOf(x.inner()).Elem())
		if err != nil {
			return nil, err
		}
		f := *inner
		f.typ, f.decode = t, decodePlaced(inner)
		return &f, nil
	}
	return nil, nil
}

// plain returns the form of a type by its kind.
func (r *reader) plain(t reflect.Type) (*form, error) {
	switch t.Kind() {
	case reflect.String:
		return &form{kind: leaf.Text, typ: t, decode: decodeString}, nil
	case reflect.Bool:
		return &form{kind: leaf.Bool, typ: t, decode: decodeBool}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &form{kind: leaf.Int, typ: t, decode: decodeInt}, nil
	case reflect.Slice:
		elem, err := r.form(t.Elem())
		if err != nil {
			return nil, err
		}
		single := t.Implements(reflect.TypeFor[oneOrMore]())
		return &form{kind: leaf.List, typ: t, elem: elem, single: single, decode: decodeList(elem, single)}, nil
	case reflect.Struct:
		s, err := r.structure(t)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", t, err)
		}
		return &form{kind: leaf.Struct, typ: t, fields: s, decode: s.decode}, nil
	}
	return nil, fmt.Errorf("a %v cannot be decoded", t)
}

// Package python holds the values of Jinja templates with the meaning that they
// have in Python: what is true, how they print, compare and compute.
package python

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// Value is a value of a template: nil (None), bool, php.Value (an int, a float
// or a decimal), string, Markup, List, Tuple, *Dict, Undefined or an Object.
type Value any

// Markup is a text that needs no escaping.
type Markup string

// List is a list. Templates cannot change one.
type List []Value

// Tuple is a list of a fixed length.
type Tuple []Value

// Undefined is what a name or member is that is not there.
type Undefined struct{ Name string }

// Object is a value with members of its own, such as "loop".
type Object interface {
	// Member returns the member called name.
	Member(name string) (Value, bool)
	// Class names the kind of object.
	Class() string
}

// Int returns an int.
func Int(i int) Value { return php.Int(int64(i)) }

// Float returns a float.
func Float(f float64) Value { return php.Float(f) }

// Pair is a member of a mapping.
type Pair struct{ Key, Value Value }

// Dict is a mapping in the order in which it was made. One that is part of a
// record is read when it is used.
type Dict struct {
	record item.Value
	pairs  []Pair
	index  map[string]int
}

// NewDict returns an empty mapping.
func NewDict() *Dict { return &Dict{index: map[string]int{}} }

// read reads all of a record's members.
func (d *Dict) read() {
	if d.index != nil {
		return
	}
	d.index = map[string]int{}
	for name, v := range d.record.Members() {
		if v.Kind() != item.KindMissing {
			d.add(textKey(name), Pair{name, FromItem(v)})
		}
	}
}

func (d *Dict) add(key string, p Pair) {
	d.index[key] = len(d.pairs)
	d.pairs = append(d.pairs, p)
}

// Pairs returns all members.
func (d *Dict) Pairs() []Pair {
	d.read()
	return d.pairs
}

// Len returns the number of members.
func (d *Dict) Len() int { return len(d.Pairs()) }

// Get returns the member that key names.
func (d *Dict) Get(key Value) (Value, bool) {
	if name, ok := key.(string); ok && d.index == nil {
		v := d.record.Member(name)
		return FromItem(v), v.Kind() != item.KindMissing
	}
	d.read()
	k, ok := keyOf(key)
	if !ok {
		return nil, false
	}
	i, ok := d.index[k]
	if !ok {
		return nil, false
	}
	return d.pairs[i].Value, true
}

// Set sets a member. It reports false when key cannot name one.
func (d *Dict) Set(key, v Value) bool {
	d.read()
	k, ok := keyOf(key)
	if !ok {
		return false
	}
	if i, ok := d.index[k]; ok {
		d.pairs[i].Value = v
	} else {
		d.add(k, Pair{key, v})
	}
	return true
}

// Namespace is an object whose members a template may set.
type Namespace struct{ Members *Dict }

// Member returns the member called name.
func (n *Namespace) Member(name string) (Value, bool) { return n.Members.Get(name) }

// Class is "namespace".
func (n *Namespace) Class() string { return "namespace" }

// Truth reports whether v counts as true.
func Truth(v Value) bool {
	switch v := v.(type) {
	case nil, Undefined:
		return false
	case bool:
		return v
	case php.Value:
		if v.Kind() == php.KindDecimal {
			d, ok := php.AsDecimal(v)
			return !ok || d.Sign() != 0
		}
		return php.ToFloat(v) != 0
	case string:
		return v != ""
	case Markup:
		return v != ""
	case List:
		return len(v) > 0
	case Tuple:
		return len(v) > 0
	case *Dict:
		return v.Len() > 0
	}
	return true
}

// TypeName says what v is, for messages.
func TypeName(v Value) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case Undefined:
		return "undefined"
	case bool:
		return "a bool"
	case php.Value:
		if v.Kind() == php.KindInt {
			return "an int"
		}
		return "a number"
	case string, Markup:
		return "a text"
	case List, Tuple:
		return "a list"
	case *Dict:
		return "a mapping"
	case Object:
		return "a " + v.Class()
	}
	return "an object"
}

// IsNumber reports whether v is a number; a bool is none.
func IsNumber(v Value) bool {
	_, ok := v.(php.Value)
	return ok
}

// IsInt reports whether v is an int.
func IsInt(v Value) bool {
	n, ok := v.(php.Value)
	return ok && n.Kind() == php.KindInt
}

// AsText returns v if it is a text.
func AsText(v Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case Markup:
		return string(v), true
	}
	return "", false
}

// AsInt returns v if it is a whole number, whatever it is written as.
func AsInt(v Value) (int, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case php.Value:
		switch v.Kind() {
		case php.KindInt:
			return int(v.AsInt()), true
		case php.KindDecimal:
			if d, ok := php.AsDecimal(v); ok {
				i, ok := d.Int64()
				return int(i), ok
			}
		}
	}
	return 0, false
}

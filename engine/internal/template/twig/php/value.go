// Package php has values with PHP's meaning: what Twig templates compute with.
// Numbers, texts, truth, comparison, conversion and ordered arrays behave as in
// PHP 8, and on top of PHP's kinds there are decimals, which print as they were
// written and compute exactly, and records, which are read in place.
package php

import (
	"math"

	"github.com/sluicehq/sluice/engine/item"
)

// Kind is what a value is.
type Kind uint8

// The kinds. Missing is a variable that was never set or a member that is not
// there; reading it gives Null or, in strict templates, an error.
const (
	KindMissing Kind = iota
	KindNull
	KindBool
	KindInt
	KindFloat
	KindString
	KindMarkup // a text that is already escaped
	KindDecimal
	KindArray
	KindObject
)

// Value is a value of a template. The zero Value is Missing.
type Value struct {
	kind Kind
	num  uint64 // a bool, an int, the bits of a float
	str  string // a text; a decimal, or the literal that a float was written as
	ref  any    // *Array, *Record or Object; what a text says about time
}

// Object is a value with an inside of its own, such as a date.
type Object interface {
	// Class names the kind of object in messages.
	Class() string
}

// Null is the null value.
var Null = Value{kind: KindNull}

// The bools.
var (
	True  = Value{kind: KindBool, num: 1}
	False = Value{kind: KindBool}
)

// Bool returns a bool.
func Bool(b bool) Value {
	if b {
		return True
	}
	return False
}

// Int returns an int.
func Int(i int64) Value { return Value{kind: KindInt, num: uint64(i)} }

// Float returns a computed float.
func Float(f float64) Value { return Value{kind: KindFloat, num: math.Float64bits(f)} }

// Literal returns a float that was written as text in a template. Computed
// with a decimal, it counts as exactly what was written.
func Literal(f float64, text string) Value {
	return Value{kind: KindFloat, num: math.Float64bits(f), str: text}
}

// String returns a text.
func String(s string) Value { return Value{kind: KindString, str: s} }

// Markup returns a text that must not be escaped again.
func Markup(s string) Value { return Value{kind: KindMarkup, str: s} }

// Decimal returns a decimal that is written as text.
func Decimal(text string) Value { return Value{kind: KindDecimal, str: text} }

// List returns an array of values with keys from 0.
func List(vs ...Value) Value { return Arr(&Array{vals: vs}) }

// Arr returns the array as a value.
func Arr(a *Array) Value { return Value{kind: KindArray, ref: a} }

// Obj returns the object as a value.
func Obj(o Object) Value { return Value{kind: KindObject, ref: o} }

// Kind returns what v is.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null or missing.
func (v Value) IsNull() bool { return v.kind <= KindNull }

// IsText reports whether v is a text, escaped or not.
func (v Value) IsText() bool { return v.kind == KindString || v.kind == KindMarkup }

// AsText returns the text of a text or decimal; "" for any other kind.
func (v Value) AsText() string {
	if v.kind == KindFloat {
		return ""
	}
	return v.str
}

// AsInt returns an int; 0 for any other kind.
func (v Value) AsInt() int64 {
	if v.kind != KindInt {
		return 0
	}
	return int64(v.num)
}

// AsFloat returns a float; 0 for any other kind.
func (v Value) AsFloat() float64 {
	if v.kind != KindFloat {
		return 0
	}
	return math.Float64frombits(v.num)
}

// AsBool returns a bool; false for any other kind.
func (v Value) AsBool() bool { return v.kind == KindBool && v.num != 0 }

// Object returns the object that v is, or nil.
func (v Value) Object() Object {
	if v.kind != KindObject {
		return nil
	}
	o, _ := v.ref.(Object)
	return o
}

// When returns the time of a record that the text v was written for.
func (v Value) When() (item.Value, bool) {
	t, ok := v.ref.(*item.Value)
	if !ok {
		return item.Value{}, false
	}
	return *t, true
}

// TypeName names the type of v as PHP's messages do.
func (v Value) TypeName() string {
	switch v.kind {
	case KindMissing, KindNull:
		return "null"
	case KindBool:
		return "bool"
	case KindInt:
		return "int"
	case KindFloat:
		return "float"
	case KindDecimal:
		return "decimal"
	case KindString, KindMarkup:
		return "text"
	case KindArray:
		return "list or map"
	}
	if o := v.Object(); o != nil {
		return o.Class()
	}
	return "object"
}

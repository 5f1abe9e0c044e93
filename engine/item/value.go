// Package item holds a record: typed values laid out by a shape, with every
// member that was sent kept as it was sent. It is the only package that knows
// how a record is stored; everyone else reads it through Value, and decides at
// compile time, through a Layout, which members are worth a slot.
package item

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sluicehq/sluice/engine/item/internal/exact"
)

// Value is one value of a record. The zero Value is a member that is missing.
//
// Numbers and times keep the form in which they were written until someone
// computes with them, so what is not touched goes out as it came in. A Value is
// never changed, and may be read by many at once.
type Value struct {
	kind  Kind
	form  form
	scale uint8      // digits after the point of a computed decimal
	num   uint64     // a bool, an int, or a computed decimal's coefficient
	text  string     // a text; the written form of a decimal, time, date or quoted int
	agg   *aggregate // the inside of a list or object; how a time is written
}

// form holds facts about how a value was written.
type form uint8

const (
	formWritten  form = 1 << iota // a decimal, time or date: text holds it as written
	formNegative                  // a computed decimal below zero
	formQuoted                    // a number that was written as a JSON string
	formEmptyMap                  // an object that was written as [], as PHP does
)

// Null is the null value.
var Null = Value{kind: KindNull}

// Bool returns a bool value.
func Bool(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.num = 1
	}
	return v
}

// Int returns an int value.
func Int(i int64) Value { return Value{kind: KindInt, num: uint64(i)} }

// Dec returns a decimal value.
func Dec(d Decimal) Value {
	v := Value{kind: KindDecimal, scale: uint8(d.Places()), num: d.Coefficient()}
	if d.Sign() < 0 {
		v.form = formNegative
	}
	return v
}

// Text returns a text value.
func Text(s string) Value { return Value{kind: KindText, text: s} }

// Time returns a time value, written as RFC 3339.
func Time(t time.Time) Value {
	return Value{kind: KindTime, form: formWritten, text: t.Format(time.RFC3339Nano)}
}

// Date returns a date value, written as YYYY-MM-DD.
func Date(t time.Time) Value {
	return Value{kind: KindDate, form: formWritten, text: t.Format(time.DateOnly)}
}

// List returns a list value. The list keeps vs.
func List(vs ...Value) Value {
	return Value{kind: KindList, agg: &aggregate{slots: vs}}
}

// Object returns an object value laid out by l; slots belong to l's names in
// order, and a Missing one is a member that is not there. It keeps slots.
func Object(l *Layout, slots []Value) Value {
	return Value{kind: KindObject, agg: &aggregate{layout: l, slots: slots}}
}

// Map returns an object value with names of its own, in their order. It keeps
// both slices.
func Map(names []string, values []Value) Value {
	return Value{kind: KindObject, agg: &aggregate{names: names, slots: values}}
}

// Kind returns what v is.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null or missing.
func (v Value) IsNull() bool { return v.kind <= KindNull }

// AsBool returns a bool value's truth; false for any other kind.
func (v Value) AsBool() bool { return v.kind == KindBool && v.num != 0 }

// AsInt returns an int value; 0 for any other kind.
func (v Value) AsInt() int64 {
	if v.kind != KindInt {
		return 0
	}
	return int64(v.num)
}

// AsText returns the text of a text value; the written form of a decimal,
// time or date; "" for any other kind. See String for every kind.
func (v Value) AsText() string {
	switch {
	case v.kind == KindInt:
		return ""
	case v.kind == KindDecimal && v.form&formWritten == 0:
		return v.String()
	}
	return v.text
}

// Decimal returns the number that an int or a decimal is. A written number of
// more than 19 digits is kept, and can be compared, but not computed with.
func (v Value) Decimal() (Decimal, error) {
	switch {
	case v.kind == KindInt:
		return DecimalFromInt(int64(v.num)), nil
	case v.kind != KindDecimal:
		return Decimal{}, fmt.Errorf("expected a number, got %s", v.describe())
	case v.form&formWritten == 0:
		return exact.Compose(v.form&formNegative != 0, v.num, int(v.scale))
	}
	d, err := ParseDecimal(v.text)
	if err != nil {
		return Decimal{}, fmt.Errorf("cannot compute with %s: %w", cut(v.text), err)
	}
	return d, nil
}

// String writes v as text: a scalar as it is written in a message or an
// address, null and missing as nothing, a list or an object as JSON.
func (v Value) String() string {
	switch v.kind {
	case KindBool:
		return strconv.FormatBool(v.num != 0)
	case KindInt:
		return strconv.FormatInt(int64(v.num), 10)
	case KindDecimal:
		if v.form&formWritten == 0 {
			return string(v.appendNumber(nil))
		}
		return v.text
	case KindText, KindTime, KindDate:
		return v.text
	case KindList, KindObject:
		return string(AppendJSON(nil, v))
	}
	return ""
}

// appendNumber appends an int or a decimal as it is written, or computed.
func (v *Value) appendNumber(dst []byte) []byte {
	if v.kind == KindInt {
		return strconv.AppendInt(dst, int64(v.num), 10)
	}
	if v.form&formWritten != 0 {
		return append(dst, v.text...)
	}
	if v.form&formNegative != 0 {
		dst = append(dst, '-')
	}
	return exact.AppendScaled(dst, v.num, int(v.scale))
}

// describe says what v is, for messages: `text "abc"`, `int 12`.
func (v Value) describe() string {
	switch v.kind {
	case KindText:
		return "text " + strconv.Quote(cut(v.text))
	case KindBool, KindInt, KindDecimal, KindTime, KindDate:
		return v.kind.String() + " " + cut(v.String())
	}
	return v.kind.String()
}

// cut shortens a text that is quoted in a message.
func cut(s string) string {
	const most = 40
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

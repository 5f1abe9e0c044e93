package php

import (
	"github.com/sluicehq/sluice/engine/item"
)

// Record is a list or an object of a record, read where it is.
type Record struct {
	val item.Value
	arr *Array // the whole as an array, once someone needed it
}

// FromItem returns a value of a record as a template sees it.
func FromItem(v item.Value) Value {
	switch v.Kind() {
	case item.KindMissing:
		return Value{}
	case item.KindBool:
		return Bool(v.AsBool())
	case item.KindInt:
		return Int(v.AsInt())
	case item.KindDecimal:
		return Decimal(v.AsText())
	case item.KindText, item.KindDate: // a day has no zone: it is read in the template's
		return String(v.AsText())
	case item.KindTime:
		return fromTime(v)
	case item.KindList, item.KindObject:
		return Value{kind: KindArray, ref: &Record{val: v}}
	}
	return Null
}

// fromTime returns a time as its text, which knows what it means. It stands
// apart so that other values need no memory.
func fromTime(v item.Value) Value { return Value{kind: KindString, str: v.AsText(), ref: &v} }

// Item returns the list or object of a record that v is.
func (v Value) Item() (item.Value, bool) {
	if r, ok := v.ref.(*Record); ok {
		return r.val, true
	}
	return item.Value{}, false
}

// Array returns the array that v is; nil for any other kind.
func (v Value) Array() *Array {
	switch ref := v.ref.(type) {
	case *Array:
		return ref
	case *Record:
		return ref.array()
	}
	return nil
}

func (r *Record) array() *Array {
	if r.arr != nil {
		return r.arr
	}
	a := NewArray(r.val.Len())
	if r.val.Kind() == item.KindList {
		for _, v := range r.val.All() {
			a.Append(present(FromItem(v)))
		}
	} else {
		for name, v := range r.val.Members() {
			if v.Kind() != item.KindMissing {
				a.Set(TextKey(name), FromItem(v))
			}
		}
	}
	r.arr = a
	return a
}

// present returns v as an element: there, even if it is null.
func present(v Value) Value {
	if v.kind == KindMissing {
		return Null
	}
	return v
}

// Get returns the element of v with the key; Missing when there is none, or v
// is no array.
func (v Value) Get(k Key) Value {
	switch ref := v.ref.(type) {
	case *Array:
		return ref.Get(k)
	case *Record:
		if ref.arr != nil {
			return ref.arr.Get(k)
		}
		if ref.val.Kind() == item.KindObject {
			return FromItem(ref.val.Member(k.String()))
		}
		if !k.text && k.num >= 0 && k.num < int64(ref.val.Len()) {
			return present(FromItem(ref.val.Index(int(k.num))))
		}
	}
	return Value{}
}

// ToItem returns v as a value of a record, for a function that works on those.
func ToItem(v Value) item.Value {
	switch v.kind {
	case KindBool:
		return item.Bool(v.num != 0)
	case KindInt:
		return item.Int(int64(v.num))
	case KindFloat:
		text := string(AppendExactFloat(nil, v.AsFloat()))
		if d, err := item.ParseDecimal(text); err == nil {
			return item.Dec(d)
		}
		return item.Text(text)
	case KindDecimal:
		if d, err := item.ParseDecimal(v.str); err == nil {
			return item.Dec(d)
		}
		return item.Text(v.str)
	case KindString, KindMarkup:
		if at, ok := v.When(); ok {
			return at
		}
		return item.Text(v.str)
	case KindArray:
		return arrayToItem(v)
	case KindObject:
		if s, err := ToString(v); err == nil {
			return item.Text(s)
		}
	}
	return item.Null
}

func arrayToItem(v Value) item.Value {
	if r, ok := v.ref.(*Record); ok {
		return r.val
	}
	a := v.Array()
	values := make([]item.Value, a.Len())
	for i, e := range a.vals {
		values[i] = ToItem(e)
	}
	if a.IsList() {
		return item.List(values...)
	}
	names := make([]string, a.Len())
	for i := range names {
		names[i] = a.KeyAt(i).String()
	}
	return item.Map(names, values)
}

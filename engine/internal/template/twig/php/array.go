package php

import (
	"slices"
	"strconv"
)

// Key is a key of an array: an int or a text. Texts that look like ints are
// ints, as in PHP.
type Key struct {
	str  string
	num  int64
	text bool
}

// IntKey returns the key i.
func IntKey(i int64) Key { return Key{num: i} }

// TextKey returns the key that s is.
func TextKey(s string) Key {
	if i, ok := integerKey(s); ok {
		return Key{num: i}
	}
	return Key{str: s, text: true}
}

// integerKey reports whether s is the usual form of an int.
func integerKey(s string) (int64, bool) {
	if s == "" || len(s) > 20 || s[0] != '-' && (s[0] < '0' || s[0] > '9') {
		return 0, false
	}
	digits := s
	if s[0] == '-' {
		digits = s[1:]
	}
	if digits == "" || digits[0] == '0' && s != "0" {
		return 0, false
	}
	i, err := strconv.ParseInt(s, 10, 64)
	return i, err == nil
}

// IsText reports whether the key is a text.
func (k Key) IsText() bool { return k.text }

// Int returns an int key; 0 for a text.
func (k Key) Int() int64 { return k.num }

// String returns the key as text.
func (k Key) String() string {
	if k.text {
		return k.str
	}
	return strconv.FormatInt(k.num, 10)
}

// Value returns the key as a value.
func (k Key) Value() Value {
	if k.text {
		return String(k.str)
	}
	return Int(k.num)
}

// KeyOf returns the key that v is when it indexes an array: null is "", floats
// and bools are ints. Arrays and objects are no keys.
func KeyOf(v Value) (Key, bool) {
	switch v.kind {
	case KindInt:
		return Key{num: int64(v.num)}, true
	case KindString, KindMarkup:
		return TextKey(v.str), true
	case KindMissing, KindNull:
		return Key{text: true}, true
	case KindBool:
		return Key{num: int64(v.num)}, true
	case KindFloat, KindDecimal:
		return Key{num: ToInt(v)}, true
	}
	return Key{}, false
}

// Array is an ordered map, PHP's only collection. One that has no keys of its
// own is a list with the keys from 0. An array is not changed once it is the
// inside of a value.
type Array struct {
	keys  []Key // nil for a list
	vals  []Value
	index map[Key]int // made by Seal, for larger maps
	next  int64       // the key that Append gives in a map
}

// NewArray returns an empty array with room for n elements.
func NewArray(n int) *Array { return &Array{vals: make([]Value, 0, n)} }

// indexFrom is the size from which a map is searched by an index.
const indexFrom = 9

// Len returns the number of elements.
func (a *Array) Len() int { return len(a.vals) }

// Vals returns the values in order, not to be changed.
func (a *Array) Vals() []Value { return a.vals }

// At returns the value at a place, which must exist.
func (a *Array) At(i int) Value { return a.vals[i] }

// KeyAt returns the key at a place.
func (a *Array) KeyAt(i int) Key {
	if a.keys == nil {
		return Key{num: int64(i)}
	}
	return a.keys[i]
}

// IsList reports whether the keys are 0, 1, 2 and so on.
func (a *Array) IsList() bool {
	for i, k := range a.keys {
		if k.text || k.num != int64(i) {
			return false
		}
	}
	return true
}

// find returns the place of the key, or -1.
func (a *Array) find(k Key) int {
	if a.keys == nil {
		if k.text || k.num < 0 || k.num >= int64(len(a.vals)) {
			return -1
		}
		return int(k.num)
	}
	if a.index != nil {
		if i, ok := a.index[k]; ok {
			return i
		}
		return -1
	}
	return slices.Index(a.keys, k)
}

// Get returns the value with the key; Missing when there is none.
func (a *Array) Get(k Key) Value {
	if i := a.find(k); i >= 0 {
		v := a.vals[i]
		if v.kind == KindMissing {
			v.kind = KindNull
		}
		return v
	}
	return Value{}
}

// Append adds a value behind the largest int key.
func (a *Array) Append(v Value) {
	if a.keys != nil {
		a.Set(Key{num: a.next}, v)
		return
	}
	a.vals = append(a.vals, v)
}

// Set gives a key a value: in its place when the key is there, else at the end.
func (a *Array) Set(k Key, v Value) {
	if a.keys == nil {
		if n := int64(len(a.vals)); !k.text && k.num == n {
			a.vals = append(a.vals, v)
			return
		} else if !k.text && k.num >= 0 && k.num < n {
			a.vals[k.num] = v
			return
		}
		a.name()
	}
	if i := a.find(k); i >= 0 {
		a.vals[i] = v
		return
	}
	a.add(k, v)
}

// name gives a list keys of its own.
func (a *Array) name() {
	a.keys = make([]Key, len(a.vals), max(cap(a.vals), len(a.vals)+1))
	for i := range a.keys {
		a.keys[i] = Key{num: int64(i)}
	}
	a.next = int64(len(a.keys))
	a.index = nil
	a.Seal()
}

func (a *Array) add(k Key, v Value) {
	a.keys = append(a.keys, k)
	a.vals = append(a.vals, v)
	if !k.text && k.num >= a.next {
		a.next = k.num + 1
	}
	if a.index != nil {
		a.index[k] = len(a.vals) - 1
	} else if len(a.keys) >= indexFrom {
		a.Seal()
	}
}

// Seal makes the index of a large map.
func (a *Array) Seal() {
	if len(a.keys) < indexFrom || a.index != nil {
		return
	}
	a.index = make(map[Key]int, len(a.keys))
	for i, k := range a.keys {
		a.index[k] = i
	}
}

// Slice returns the elements from..to; keyed keeps int keys too.
func (a *Array) Slice(from, to int, keyed bool) *Array {
	if a.keys == nil && (!keyed || from == 0) {
		return &Array{vals: a.vals[from:to:to]}
	}
	r := NewArray(to - from)
	for i := from; i < to; i++ {
		r.put(a.KeyAt(i), a.vals[i], keyed)
	}
	return r
}

// put adds an element under its key, or, when it has an int key that need not
// be kept, under the next one.
func (a *Array) put(k Key, v Value, keyed bool) {
	if k.text || keyed {
		a.Set(k, v)
	} else {
		a.Append(v)
	}
}

// Reverse returns the elements in reverse; keyed keeps int keys too.
func (a *Array) Reverse(keyed bool) *Array {
	r := NewArray(len(a.vals))
	for i := len(a.vals) - 1; i >= 0; i-- {
		r.put(a.KeyAt(i), a.vals[i], keyed)
	}
	return r
}

// Merge returns the elements of a, then those of b: text keys of b replace
// those of a, int keys are counted anew.
func (a *Array) Merge(b *Array) *Array {
	r := NewArray(len(a.vals) + len(b.vals))
	for _, src := range []*Array{a, b} {
		for i, v := range src.vals {
			r.put(src.KeyAt(i), v, false)
		}
	}
	return r
}

// Copy returns a copy with room for n elements, which may be added to.
func (a *Array) Copy(n int) *Array {
	r := NewArray(max(n, len(a.vals)))
	for i, v := range a.vals {
		r.Set(a.KeyAt(i), v)
	}
	return r
}

// List returns the values without their keys.
func (a *Array) List() *Array {
	if a.keys == nil {
		return a
	}
	return &Array{vals: slices.Clip(a.vals)}
}

// Keys returns the keys as a list.
func (a *Array) Keys() *Array {
	r := NewArray(len(a.vals))
	for i := range a.vals {
		r.vals = append(r.vals, a.KeyAt(i).Value())
	}
	return r
}

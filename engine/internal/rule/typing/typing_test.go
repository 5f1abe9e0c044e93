package typing

import (
	"testing"

	"github.com/sluicehq/sluice/engine/item"
)

func sampleTypes() []*item.Type {
	enum := &item.Type{Kind: item.KindText, Name: "status", Enum: []string{"a", "b"}}
	line := &item.Type{Kind: item.KindObject, Name: "line", Fields: []item.Field{{Name: "n", Type: item.TypeInt}}}
	made := &item.Type{Kind: item.KindObject, Fields: []item.Field{{Name: "n", Type: item.TypeDecimal}}}
	ts := []*item.Type{
		item.TypeUnknown, item.TypeNull, item.TypeBool, item.TypeInt, item.TypeDecimal, item.TypeText, item.TypeTime, item.TypeDate,
		TypeDuration, enum, line, made, item.ListOf(item.TypeInt), item.ListOf(enum), item.ListOf(line), item.MapOf(item.TypeText),
	}
	for _, t := range ts {
		ts = append(ts, t.Optional())
	}
	return ts
}

// To unify is to find one type for both: the order does not matter, a type with
// itself is the same, and null is never lost.
func TestUnify(t *testing.T) {
	for _, a := range sampleTypes() {
		if got := Unify(a, a); got.String() != a.String() {
			t.Errorf("%s with itself is %s", a, got)
		}
		for _, b := range sampleTypes() {
			ab, ba := Unify(a, b), Unify(b, a)
			if Of(ab) != Of(ba) || ab.Nullable != ba.Nullable {
				t.Errorf("%s with %s is %s, the other way round %s", a, b, ab, ba)
			}
			if (a.Nullable || b.Nullable) && !ab.Nullable {
				t.Errorf("%s with %s is %s and loses null", a, b, ab)
			}
			if !Fits(Of(a), Of(ab)) && Of(a) != Null {
				t.Errorf("%s does not fit into %s, its union with %s", a, ab, b)
			}
		}
	}
	for _, c := range []struct {
		a, b *item.Type
		want string
	}{
		{item.TypeInt, item.TypeDecimal, "decimal"},
		{item.TypeInt, item.TypeText, "unknown"},
		{item.TypeInt, TypeDuration, "unknown"},
		{item.TypeNull, item.TypeText, "text or null"},
		{item.ListOf(item.TypeInt), item.ListOf(item.TypeText), "list of unknown"},
		{&item.Type{Kind: item.KindText, Enum: []string{"a"}}, item.TypeText, "text"},
	} {
		if got := Unify(c.a, c.b); got.String() != c.want {
			t.Errorf("%s with %s is %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func TestNouns(t *testing.T) {
	for _, c := range []struct {
		typ  *item.Type
		want string
	}{
		{item.TypeInt, "an int"},
		{item.TypeText.Optional(), "a text"},
		{item.TypeNull, "null"},
		{item.TypeUnknown, "a value of unknown type"},
		{TypeDuration, "a duration"},
		{item.ListOf(item.TypeText), "a list of text"},
		{&item.Type{Kind: item.KindText, Enum: []string{"a"}}, "a text"},
		{&item.Type{Kind: item.KindObject, Name: "order"}, "an order"},
		{&item.Type{Kind: item.KindObject}, "an object"},
	} {
		if got := Noun(c.typ); got != c.want {
			t.Errorf("%s is called %s, want %s", c.typ, got, c.want)
		}
	}
	if got := AnyOf([]Class{Text, List, Object}); got != "a text, a list or an object" {
		t.Error(got)
	}
	if got := ListValues(make([]string, 30)); len(got) > 50 {
		t.Error(got)
	}
}

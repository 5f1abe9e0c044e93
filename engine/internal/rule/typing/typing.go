// Package typing compares and combines the types of expressions, and names them
// in messages.
package typing

import (
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/item"
)

// TypeDuration is a stretch of time: an int of nanoseconds that only times,
// and other durations, can be computed with.
var TypeDuration = &item.Type{Kind: item.KindInt, Name: "duration"}

// Class sorts the types by what can be done with them.
type Class uint8

// The classes. A duration is a stretch of time; a map is an object.
const (
	Unknown Class = iota
	Null
	Bool
	Int
	Decimal
	Text
	Time
	Date
	Duration
	List
	Object
)

// Of returns the class of a type.
func Of(t *item.Type) Class {
	switch t.Kind {
	case item.KindNull, item.KindMissing:
		return Null
	case item.KindBool:
		return Bool
	case item.KindInt:
		if t.Name == TypeDuration.Name {
			return Duration
		}
		return Int
	case item.KindDecimal:
		return Decimal
	case item.KindText:
		return Text
	case item.KindTime:
		return Time
	case item.KindDate:
		return Date
	case item.KindList:
		return List
	case item.KindObject:
		return Object
	}
	return Unknown
}

// IsNumber reports whether c is computed with as numbers are.
func (c Class) IsNumber() bool { return c == Int || c == Decimal }

// IsTime reports whether c is computed with as times are.
func (c Class) IsTime() bool { return c == Time || c == Date || c == Duration }

// Noun names the values of a type, with an article: "a text", "a list".
func Noun(t *item.Type) string {
	switch Of(t) {
	case Null:
		return "null"
	case Text:
		return "a text"
	case Unknown:
		return "a value of unknown type"
	case List:
		return "a " + Required(t).String()
	}
	return Article(Required(t).String())
}

// Required returns t as a type that does not hold null.
func Required(t *item.Type) *item.Type {
	if !t.Nullable || t.Kind == item.KindUnknown || t.Kind == item.KindNull {
		return t
	}
	c := *t
	c.Nullable = false
	return &c
}

// Unify returns the type of a value that is one of two types; unknown when
// they have nothing in common.
func Unify(a, b *item.Type) *item.Type {
	switch x, y := Of(a), Of(b); {
	case a == b:
		return a
	case x == Unknown || y == Unknown:
		return item.TypeUnknown
	case x == Null:
		return b.Optional()
	case y == Null:
		return a.Optional()
	case a.Nullable || b.Nullable:
		return Unify(Required(a), Required(b)).Optional()
	case x == y:
		return unifyClass(x, a, b)
	case x.IsNumber() && y.IsNumber():
		return item.TypeDecimal
	}
	return item.TypeUnknown
}

// unifyClass is Unify for two types of a class.
func unifyClass(class Class, a, b *item.Type) *item.Type {
	switch {
	case class == Text && !slices.Equal(a.Enum, b.Enum):
		return item.TypeText
	case class == List:
		return item.ListOf(Unify(a.Elem, b.Elem))
	case class == Object:
		return unifyObjects(a, b)
	}
	return a
}

func unifyObjects(a, b *item.Type) *item.Type {
	switch {
	case a.Name != "" && a.Name == b.Name:
		return a
	case a.IsMap() && b.IsMap():
		return item.MapOf(Unify(a.Elem, b.Elem))
	case !slices.Equal(a.FieldNames(), b.FieldNames()):
		return &item.Type{Kind: item.KindObject, Open: true}
	}
	t := &item.Type{Kind: item.KindObject, Open: a.Open || b.Open}
	for i, f := range a.Fields {
		f.Type = Unify(f.Type, b.Fields[i].Type)
		t.Fields = append(t.Fields, f)
	}
	return t
}

// Fits reports whether a value of class c may stand where a t is wanted.
func Fits(c, t Class) bool {
	return c == t || c == Unknown || t == Unknown || c == Int && t == Decimal
}

// String names the values of a class.
func (c Class) String() string {
	return [...]string{
		Unknown: "value", Null: "null", Bool: "bool", Int: "int", Decimal: "number",
		Text: "text", Time: "time", Date: "date", Duration: "duration", List: "list", Object: "object",
	}[c]
}

// Noun names a value of a class with an article.
func (c Class) Noun() string {
	if c == Null {
		return "null"
	}
	return Article(c.String())
}

// Describe names the kind of a value with its article.
func Describe(v item.Value) string {
	if v.IsNull() {
		return "null"
	}
	return Article(v.Kind().String())
}

// Article puts a or an before a noun.
func Article(noun string) string {
	switch noun[0] {
	case 'a', 'e', 'i', 'o', 'u':
		return "an " + noun
	}
	return "a " + noun
}

// AnyOf lists classes as "a text, a list or an object".
func AnyOf(classes []Class) string {
	s := ""
	for i, c := range classes {
		switch {
		case i == 0:
		case i == len(classes)-1:
			s += " or "
		default:
			s += ", "
		}
		s += c.Noun()
	}
	return s
}

// ConversionHint names the function that makes one class of another.
func ConversionHint(text string, from, to Class) string {
	switch {
	case to == Text && from != List && from != Object && from != Null:
		return "write text(" + text + ")"
	case to.IsNumber() && (from == Text || from.IsNumber()):
		return "write " + map[Class]string{Int: "int", Decimal: "decimal"}[to] + "(" + text + ")"
	case to == Bool && from != Null:
		return conditionHint(text, from)
	case to == Date && (from == Time || from == Text):
		return "write date(" + text + ")"
	}
	return ""
}

// conditionHint says how a value becomes a condition.
func conditionHint(text string, from Class) string {
	switch {
	case from == List:
		return "write len(" + text + ") > 0"
	case isPath(text):
		return "a condition compares: write " + text + " == … or " + text + " != nil"
	}
	return ""
}

// isPath reports whether text is something that records have, and no constant.
func isPath(text string) bool {
	return text != "" && !strings.ContainsAny(text[:1], "0123456789-\"'`[{")
}

// ListValues writes the values of an enum for a message, the first of many.
func ListValues(values []string) string {
	const most = 12
	s := ""
	for i, v := range values {
		if i == most {
			return s + ", …"
		}
		if i > 0 {
			s += ", "
		}
		s += v
	}
	return s
}

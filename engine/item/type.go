package item

import (
	"slices"
	"strings"
)

// Kind is what a value, or a type, is.
type Kind uint8

// The kinds. Missing is a member that is not there; Null is one that is there
// and says null. As the kind of a type, Unknown is a value that no shape
// describes.
const (
	KindMissing Kind = iota
	KindNull
	KindBool
	KindInt
	KindDecimal
	KindText
	KindTime
	KindDate
	KindList
	KindObject
	KindUnknown
)

// String gives the word that users write for the kind.
func (k Kind) String() string {
	return [...]string{"missing", "null", "bool", "int", "decimal", "text", "time", "date", "list", "object", "unknown"}[k]
}

// Type describes the values that a place may hold: a scalar, a list of Elem,
// an object with Fields, or a map (an object with any keys, all holding Elem).
// A Type is not changed once it has been used.
type Type struct {
	Kind Kind
	// Name is the shape's name, such as "line_item", for messages.
	Name string
	// Elem is the type of a list's elements or of a map's values. An object
	// with an Elem is a map; it has no Fields.
	Elem *Type
	// Fields are an object's members, in the order of the shape.
	Fields []Field
	// Open objects may have members besides Fields; those are of unknown type.
	Open bool
	// Enum lists the values of a text that can have no others.
	Enum []string
	// Nullable values may be null. A missing member reads as null.
	Nullable bool
	// AsText makes a decimal or an int be written as a JSON string, as some
	// vendors want money. Either form is read.
	AsText bool
	// Format is how the vendor writes a time or a date, in Go's reference form;
	// "" is RFC 3339. A time without a zone is UTC.
	Format string
}

// Field is a member of an object type.
type Field struct {
	Name string
	Type *Type
	// Required members must be given when a value of the type is written.
	Required bool
	// Doc says what the member is, in a sentence.
	Doc string
	// Max is the largest number of characters that the vendor takes; 0 is any.
	Max int
}

// The types of plain scalars.
var (
	TypeUnknown = &Type{Kind: KindUnknown, Nullable: true}
	TypeNull    = &Type{Kind: KindNull, Nullable: true}
	TypeBool    = &Type{Kind: KindBool}
	TypeInt     = &Type{Kind: KindInt}
	TypeDecimal = &Type{Kind: KindDecimal}
	TypeText    = &Type{Kind: KindText}
	TypeTime    = &Type{Kind: KindTime}
	TypeDate    = &Type{Kind: KindDate}
)

// ListOf returns the type of a list of elem.
func ListOf(elem *Type) *Type { return &Type{Kind: KindList, Elem: elem} }

// MapOf returns the type of a map from text to elem.
func MapOf(elem *Type) *Type { return &Type{Kind: KindObject, Elem: elem} }

// Optional returns t as a type that also holds null.
func (t *Type) Optional() *Type {
	if t.Nullable {
		return t
	}
	c := *t
	c.Nullable = true
	return &c
}

// IsMap reports whether t is an object with any keys.
func (t *Type) IsMap() bool { return t.Kind == KindObject && t.Elem != nil }

// Field returns the member called name.
func (t *Type) Field(name string) (*Field, bool) {
	i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return &t.Fields[i], true
}

// FieldNames lists the members of an object type, for suggestions.
func (t *Type) FieldNames() []string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return names
}

// String describes the type as users write it: "text", "list of line_item".
func (t *Type) String() string {
	s := t.describe()
	if t.Nullable && t.Kind != KindUnknown && t.Kind != KindNull {
		s += " or null"
	}
	return s
}

func (t *Type) describe() string {
	switch {
	case t.Kind == KindList:
		return "list of " + t.Elem.describe()
	case t.Name != "":
		return t.Name
	case t.IsMap():
		return "map of " + t.Elem.describe()
	case len(t.Enum) > 0:
		return "one of " + strings.Join(t.Enum, ", ")
	}
	return t.Kind.String()
}

package leaf

// Kind is how a field is written.
type Kind string

// The kinds of fields.
const (
	None     Kind = ""
	Text     Kind = "text"
	Bool     Kind = "bool"
	Int      Kind = "int"
	Decimal  Kind = "decimal"
	Duration Kind = "duration"
	List     Kind = "list"
	Map      Kind = "map"
	Struct   Kind = "object"
	Any      Kind = "any"    // a tree that is taken as it is
	Custom   Kind = "custom" // a type that decodes itself
)

// Want is the kind in words, for messages.
func (k Kind) Want() string {
	switch k {
	case Text:
		return "a text"
	case Bool:
		return "true or false"
	case Int:
		return "a whole number"
	case Decimal:
		return "a number"
	case Duration:
		return "a duration such as 30s, 10m, 24h or 7d"
	case List:
		return "a list"
	case Map, Struct:
		return "a mapping"
	}
	return "another value"
}

package wire

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// BodyError says what is wrong with a request's body, and where.
type BodyError struct {
	// Path leads to the member: "shipment.line_items.0.id"; empty for the whole.
	Path    string
	Message string
	// Syntax is set when the body is no JSON at all.
	Syntax bool
}

// Error names the member and says what is wrong with it.
func (e *BodyError) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + " " + e.Message
}

// Decode reads a JSON body. Names are taken by their exact letters, members
// that v does not have are passed over, as vendors do.
func Decode(body []byte, v any) error {
	if len(strings.TrimSpace(string(body))) == 0 {
		return &BodyError{Message: "the body is empty", Syntax: true}
	}
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		message := "has the wrong type"
		if inner, ok := errors.AsType[*shapeError](e.Err); ok {
			message = inner.message
		}
		return &BodyError{Path: dotted(e.JSONPointer), Message: message}
	}
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return &BodyError{Message: fmt.Sprintf("the body is not valid JSON at byte %d", e.ByteOffset), Syntax: true}
	}
	return &BodyError{Message: "the body is not valid JSON", Syntax: true}
}

// dotted turns "/shipment/line_items/0" into "shipment.line_items.0".
func dotted(p jsontext.Pointer) string {
	var parts []string
	for t := range p.Tokens() {
		parts = append(parts, t)
	}
	return strings.Join(parts, ".")
}

// shapeError says what a member should have been.
type shapeError struct{ message string }

// Error says what the member should have been.
func (e *shapeError) Error() string { return e.message }

// Shape returns the error of a member that is not what it should be, for the
// UnmarshalJSONFrom methods of types that are read by Decode.
func Shape(message string) error { return &shapeError{message} }

// Text is a text that is also taken from a number, a bool or null.
type Text string

// UnmarshalJSONFrom reads a scalar.
func (t *Text) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	s, err := scalar(d, "must be a text")
	*t = Text(s)
	return err
}

// Bool is a bool that is also taken from 1, 0 and their texts.
type Bool bool

// UnmarshalJSONFrom reads a bool.
func (b *Bool) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	s, err := scalar(d, "must be true or false")
	if err != nil {
		return err
	}
	switch s {
	case "true", "1":
		*b = true
	case "false", "0", "":
		*b = false
	default:
		return Shape("must be true or false")
	}
	return nil
}

// Int is a whole number that is also taken from a text; null is 0.
type Int int64

// UnmarshalJSONFrom reads a whole number.
func (i *Int) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	s, err := scalar(d, "must be a whole number")
	if err != nil {
		return err
	}
	if s == "" {
		*i = 0
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return Shape("must be a whole number")
	}
	*i = Int(n)
	return nil
}

// scalar reads a text, number, bool or null and returns it as text.
func scalar(d *jsontext.Decoder, otherwise string) (string, error) {
	switch d.PeekKind() {
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		if err := d.SkipValue(); err != nil {
			return "", err
		}
		return "", Shape(otherwise)
	}
	t, err := d.ReadToken()
	if err != nil {
		return "", err
	}
	if t.Kind() == jsontext.KindNull {
		return "", nil
	}
	return t.String(), nil
}

// Map is a JSON object whose members keep their order and their form. Empty it
// is written as [], as PHP writes an empty map.
type Map []byte

// UnmarshalJSONFrom reads an object, an empty list or null.
func (m *Map) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	kind := d.PeekKind()
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	raw = raw.Clone()
	if err := raw.Compact(); err != nil {
		return err
	}
	*m = nil
	switch {
	case kind == jsontext.KindNull, string(raw) == "[]", string(raw) == "{}", string(raw) == `""`:
		return nil
	case kind == jsontext.KindBeginObject:
		*m = Map(raw)
		return nil
	}
	return Shape("must be an object of names and values")
}

// MarshalJSONTo writes the object.
func (m Map) MarshalJSONTo(e *jsontext.Encoder) error {
	if len(m) == 0 {
		return e.WriteValue(jsontext.Value("[]"))
	}
	return e.WriteValue(jsontext.Value(m))
}

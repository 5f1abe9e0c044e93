package item

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/item/internal/exact"
)

// PathError says what is wrong with a value inside a record.
type PathError struct {
	// Path leads to the value: order.line_items[2].quantity. It is empty for
	// the record itself.
	Path    string
	Message string
}

// Error gives path and message on one line.
func (e *PathError) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + ": " + e.Message
}

// maxPath is how long a path is before its beginning is left out.
const maxPath = 300

// within returns err as a mistake inside the member or element called step.
func within(step string, err *PathError) *PathError {
	if err == nil {
		return nil
	}
	switch {
	case len(err.Path) > maxPath && strings.HasPrefix(err.Path, "…"):
		return err
	case len(err.Path) > maxPath:
		step = "…"
	case err.Path != "" && err.Path[0] != '[':
		step += "."
	}
	return &PathError{Path: step + err.Path, Message: err.Message}
}

func element(i int) string { return "[" + strconv.Itoa(i) + "]" }

func wrong(format string, args ...any) *PathError {
	return &PathError{Message: fmt.Sprintf(format, args...)}
}

// Convert returns v as a value of type t. It is how a setting, a literal or a
// cell of a table, which are often texts, become what is declared: the text
// "12" an int, "20.00" a decimal of two places, "true" a bool. It never rounds
// or guesses: what is not exactly a t is a *PathError. Enum values are checked;
// null passes where t is nullable.
func Convert(v Value, t *Type) (Value, error) {
	c, err := convert(v, t)
	if err != nil {
		return Value{}, err
	}
	return c, nil
}

func convert(v Value, t *Type) (Value, *PathError) {
	if v.IsNull() {
		if t.Nullable || t.Kind == KindUnknown || t.Kind == KindNull {
			return v, nil
		}
		return v, wrong("expected %s, got %s", t, v.kind)
	}
	switch t.Kind {
	case KindUnknown:
		return v, nil
	case KindList:
		return convertList(v, t)
	case KindObject:
		return convertObject(v, t)
	}
	return convertScalar(v, t)
}

func convertList(v Value, t *Type) (Value, *PathError) {
	if v.kind != KindList {
		return v, mismatch(v, t)
	}
	list := make([]Value, 0, v.Len())
	for i, e := range v.All() {
		c, err := convert(e, t.Elem)
		if err != nil {
			return v, within(element(i), err)
		}
		list = append(list, c)
	}
	return List(list...), nil
}

func convertObject(v Value, t *Type) (Value, *PathError) {
	if v.kind == KindList && v.Len() == 0 && v.agg != nil && v.agg.raw != "" {
		return emptyMap(t), nil
	}
	if v.kind != KindObject {
		return v, mismatch(v, t)
	}
	var names []string
	var values []Value
	for name, m := range v.Members() {
		of, err := t.member(name)
		if err == nil {
			m, err = convert(m, of)
		}
		if err != nil {
			return v, within(name, err)
		}
		names, values = append(names, name), append(values, m)
	}
	for i := range t.Fields {
		f := &t.Fields[i]
		if f.Required && !slices.Contains(names, f.Name) {
			return v, within(f.Name, wrong("is missing"))
		}
	}
	return Map(names, values), nil
}

// member returns the type of a member that is called name.
func (t *Type) member(name string) (*Type, *PathError) {
	if f, ok := t.Field(name); ok {
		return f.Type, nil
	}
	if t.IsMap() {
		return t.Elem, nil
	}
	if t.Open {
		return TypeUnknown, nil
	}
	return nil, wrong("is not a member of %s", t.describe())
}

func convertScalar(v Value, t *Type) (Value, *PathError) {
	c, ok := v, v.kind == t.Kind
	switch t.Kind {
	case KindBool:
		if v.kind == KindText && (v.text == "true" || v.text == "false") {
			c, ok = Bool(v.text == "true"), true
		}
	case KindInt:
		c, ok = toInt(v)
	case KindDecimal:
		c, ok = toDecimal(v)
	case KindText:
		return convertText(v, t)
	case KindTime, KindDate:
		return convertTime(v, t)
	}
	if !ok {
		return v, mismatch(v, t)
	}
	return c, nil
}

func toInt(v Value) (Value, bool) {
	switch v.kind {
	case KindInt:
		return v, true
	case KindText:
		i, ok := exact.Int(v.text)
		return Int(i), ok
	case KindDecimal:
		i, ok := exact.Whole(v.String())
		return Int(i), ok
	}
	return v, false
}

func toDecimal(v Value) (Value, bool) {
	switch v.kind {
	case KindDecimal:
		return v, true
	case KindInt:
		return Dec(DecimalFromInt(v.AsInt())), true
	case KindText:
		if s, ok := exact.JSON(v.text); ok {
			return Value{kind: KindDecimal, form: formWritten, text: s}, true
		}
	}
	return v, false
}

func convertText(v Value, t *Type) (Value, *PathError) {
	switch v.kind {
	case KindText:
	case KindBool, KindInt, KindDecimal, KindTime, KindDate:
		v = Text(v.String())
	default:
		return v, mismatch(v, t)
	}
	if len(t.Enum) > 0 && !slices.Contains(t.Enum, v.text) {
		return v, wrong("expected one of %s, got %s", strings.Join(t.Enum, ", "), v.describe())
	}
	return v, nil
}

func convertTime(v Value, t *Type) (Value, *PathError) {
	if v.kind == KindText {
		if err := t.checkTime(v.text); err != nil {
			return v, wrong("%s", err)
		}
		return t.written(v.text), nil
	}
	if !v.isTime() {
		return v, mismatch(v, t)
	}
	if v.kind == t.Kind && v.format() == t.Format {
		return v, nil
	}
	at, err := v.Time()
	if err != nil {
		return v, wrong("%s", err)
	}
	return t.written(t.formatTime(at)), nil
}

func mismatch(v Value, t *Type) *PathError {
	if v.kind == KindText && t.Kind == KindBool {
		return wrong("expected true or false, got %s", v.describe())
	}
	return wrong("expected %s, got %s", t.describe(), v.describe())
}

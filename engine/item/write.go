package item

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/item/internal/scan"
)

// plan is how objects of one layout are written as one type. Writes use the
// same two for every record, so a layout keeps the last plan made.
type plan struct {
	typ     *Type
	fields  []*Field // of the type, for each slot; nil for a member it does not know
	missing string   // a required member that the layout has no slot for
}

// AppendJSONAs appends v in the form that a write of type t takes: members in
// the order of v, numbers as texts where t says so, times in t's form. What is
// not written that way is converted as Convert does. A value that is no t, an
// enum value or member that t does not know, a required member that is missing
// and a text that is too long are a *PathError, with dst as it was.
func AppendJSONAs(dst []byte, v Value, t *Type) ([]byte, error) {
	out, err := appendAs(dst, &v, t)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func appendAs(dst []byte, v *Value, t *Type) ([]byte, *PathError) {
	if v.kind <= KindNull {
		if t.Nullable || t.Kind == KindUnknown || t.Kind == KindNull {
			return append(dst, "null"...), nil
		}
		return dst, wrong("expected %s, got %s", t.describe(), v.kind)
	}
	switch t.Kind {
	case KindText:
		return appendTextAs(dst, v, t)
	case KindList:
		return appendListAs(dst, v, t)
	case KindObject:
		return appendObjectAs(dst, v, t)
	case KindUnknown:
		return appendJSON(dst, v), nil
	}
	if v.kind != t.Kind || v.agg != nil || t.Format != "" {
		c, err := convertScalar(*v, t)
		if err != nil {
			return dst, err
		}
		v = &c
	}
	switch {
	case !v.isNumber():
		return appendJSON(dst, v), nil
	case t.AsText:
		return append(v.appendNumber(append(dst, '"')), '"'), nil
	}
	return v.appendNumber(dst), nil
}

func appendTextAs(dst []byte, v *Value, t *Type) ([]byte, *PathError) {
	if v.kind != KindText || len(t.Enum) > 0 {
		c, err := convertText(*v, t)
		if err != nil {
			return dst, err
		}
		v = &c
	}
	dst, valid := scan.AppendString(dst, v.text)
	if !valid {
		return dst, wrong("is not UTF-8: %s", strings.ToValidUTF8(cut(v.text), "?"))
	}
	return dst, nil
}

func appendListAs(dst []byte, v *Value, t *Type) ([]byte, *PathError) {
	if v.kind != KindList {
		return dst, mismatch(*v, t)
	}
	dst = append(dst, '[')
	elements := v.elements()
	var err *PathError
	for i := range elements {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendAs(dst, &elements[i], t.Elem); err != nil {
			return dst, within(element(i), err)
		}
	}
	return append(dst, ']'), nil
}

func appendObjectAs(dst []byte, v *Value, t *Type) ([]byte, *PathError) {
	switch {
	case v.kind == KindObject && v.agg != nil && v.agg.raw == "" && v.agg.layout != nil && !t.IsMap():
		return appendPlanned(dst, v.agg, v.agg.layout.planFor(t))
	case v.emptyList():
		e := emptyMap(t)
		return appendNamed(dst, &e, t)
	case v.kind != KindObject:
		return dst, mismatch(*v, t)
	}
	return appendNamed(dst, v, t)
}

// emptyList reports whether v is an empty list that was read: an empty map in
// the writing of PHP.
func (v *Value) emptyList() bool {
	return v.kind == KindList && v.agg != nil && v.agg.raw != "" && v.agg.count == 0
}

// planFor returns the plan for writing objects of layout l as t.
func (l *Layout) planFor(t *Type) *plan {
	if p := l.plan.Load(); p != nil && p.typ == t && len(p.fields) == len(l.names) {
		return p
	}
	p := &plan{typ: t, fields: make([]*Field, len(l.names))}
	for i, name := range l.names {
		if f, ok := t.Field(name); ok {
			p.fields[i] = f
		} else if t.Open {
			p.fields[i] = &Field{Name: name, Type: TypeUnknown}
		}
	}
	for _, f := range t.Fields {
		if f.Required && !slices.Contains(l.names, f.Name) {
			p.missing = f.Name
			break
		}
	}
	l.plan.Store(p)
	return p
}

// appendPlanned appends an object that was made here.
func appendPlanned(dst []byte, a *aggregate, p *plan) ([]byte, *PathError) {
	if p.missing != "" {
		return dst, within(p.missing, wrong("is missing"))
	}
	keys, slots := a.layout.keys, a.slots
	mark := byte('{')
	var err *PathError
	for i, f := range p.fields {
		if i >= len(slots) || slots[i].kind == KindMissing {
			if f != nil && f.Required {
				return dst, within(f.Name, wrong("is missing"))
			}
			continue
		}
		if f == nil {
			return dst, within(a.layout.names[i], wrong("is not a member of %s", p.typ.describe()))
		}
		dst = append(dst, mark)
		dst = append(dst, keys[i]...)
		mark = ','
		if dst, err = appendField(dst, &slots[i], f); err != nil {
			return dst, within(f.Name, err)
		}
	}
	if mark == '{' {
		dst = append(dst, mark)
	}
	return append(dst, '}'), nil
}

// appendNamed appends an object that was read, or has names of its own.
func appendNamed(dst []byte, v *Value, t *Type) ([]byte, *PathError) {
	for i := range t.Fields {
		if f := &t.Fields[i]; f.Required && v.Member(f.Name).kind == KindMissing {
			return dst, within(f.Name, wrong("is missing"))
		}
	}
	if v.form&formEmptyMap != 0 {
		return append(dst, "[]"...), nil
	}
	mark := byte('{')
	names, values := v.named()
	for i := range values {
		if values[i].kind == KindMissing {
			continue
		}
		f, ok := t.Field(names[i])
		if !ok {
			of, err := t.member(names[i])
			if err != nil {
				return dst, within(names[i], err)
			}
			f = &Field{Type: of}
		}
		dst = append(scan.AppendText(append(dst, mark), names[i]), ':')
		mark = ','
		var err *PathError
		if dst, err = appendField(dst, &values[i], f); err != nil {
			return dst, within(names[i], err)
		}
	}
	if mark == '{' {
		dst = append(dst, mark)
	}
	return append(dst, '}'), nil
}

func appendField(dst []byte, m *Value, f *Field) ([]byte, *PathError) {
	if f.Max > 0 && m.kind == KindText && len(m.text) > f.Max {
		if n := utf8.RuneCountInString(m.text); n > f.Max {
			return dst, wrong("is %d characters long, the most is %d", n, f.Max)
		}
	}
	return appendAs(dst, m, f.Type)
}

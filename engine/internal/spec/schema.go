package spec

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/spec/rules"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Object is a JSON object.
type Object map[string]any

// textTypes are what JSON has for a text: what YAML reads as a number or a
// bool is a text here.
var textTypes = []string{"string", "number", "boolean"}

// Schema collects the definitions of a JSON Schema (draft 2020-12).
type Schema struct {
	// Variables allows ${ … } for every value, where a file's variables are
	// resolved before it is decoded.
	Variables bool
	// Tree, if not nil, gives the schema of what is taken as it is, by its field,
	// such as "pipeline.Pipeline.steps"; nil for anything.
	Tree func(field string) Object
	// Form, if not nil, gives the schema of the custom forms of a name, nil for
	// their own, and a remark on how they are written.
	Form func(name string) (schema Object, remark string)

	docs *Docs
	defs Object
	at   string // the field that is described
}

// NewSchema returns a Schema that takes its descriptions from docs.
func NewSchema(docs *Docs) *Schema {
	return &Schema{docs: docs, defs: Object{}}
}

// Write returns the schema of a file, indented. root is what one of the other
// methods returned.
func (w *Schema) Write(id, title string, root Object) ([]byte, error) {
	doc := maps.Clone(root)
	doc["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	doc["$id"], doc["title"] = id, title
	if len(w.defs) > 0 {
		doc["$defs"] = w.defs
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(doc)
	return b.Bytes(), err
}

// Define adds a definition, unless there is one of that name, and returns a
// reference to it.
func (w *Schema) Define(name string, make func() Object) Object {
	if _, ok := w.defs[name]; !ok {
		w.defs[name] = nil // known from here on, as a struct may hold itself
		w.defs[name] = make()
	}
	return Object{"$ref": "#/$defs/" + name}
}

// Struct adds the definition of a struct and returns a reference to it. A
// struct without a name is described where it stands.
func (w *Schema) Struct(s *Struct) Object {
	if s.name == "" {
		return w.Properties(s)
	}
	return w.Define(s.name, func() Object { return w.Properties(s) })
}

// Properties returns the schema of a struct itself, for those that add to it.
func (w *Schema) Properties(s *Struct) Object {
	props := Object{}
	required := []string{}
	for _, f := range s.fields {
		props[f.name] = w.field(f)
		if f.required {
			required = append(required, f.name)
		}
	}
	o := Object{"type": "object", "properties": props, "additionalProperties": s.rest != nil}
	if len(required) > 0 {
		o["required"] = required
	}
	s.together(o)
	return describedBy(o, s.Doc(w.docs))
}

// together adds the rules about which fields are given together, as far as
// they ask only whether fields are given.
func (s *Struct) together(o Object) {
	needs := map[string][]string{}
	var all []Object
	for i, f := range s.fields {
		for _, p := range f.rules.Presence {
			names, first := s.namesOf(p, i)
			switch {
			case p.Rule == "required_with":
				for _, name := range names {
					needs[name] = append(needs[name], f.name)
				}
			case p.Rule == "excluded_without":
				needs[f.name] = append(needs[f.name], names...)
			case p.Rule == "required_without_all", p.Rule == "required_without" && len(names) == 1 && first:
				all = append(all, Object{"anyOf": each(append([]string{f.name}, names...))})
			case p.Rule == "excluded_with" && first:
				all = append(all, Object{"not": Object{"anyOf": pairs(f.name, names)}})
			}
		}
	}
	if len(needs) > 0 {
		o["dependentRequired"] = needs
	}
	if len(all) > 0 {
		o["allOf"] = all
	}
}

// namesOf returns the names of the fields that a rule of field i names, and
// whether none of them has the same rule about i and stands before it.
func (s *Struct) namesOf(p rules.Presence, i int) (names []string, first bool) {
	first = true
	for _, name := range p.Fields {
		o := s.byGo[name]
		names = append(names, o.name)
		back := slices.ContainsFunc(o.rules.Presence, func(q rules.Presence) bool {
			return q.Rule == p.Rule && slices.Contains(q.Fields, s.fields[i].goName)
		})
		first = first && !(back && slices.Index(s.fields, o) < i)
	}
	return names, first
}

// each asks for each of the names by itself.
func each(names []string) []Object {
	var out []Object
	for _, name := range names {
		out = append(out, Object{"required": []string{name}})
	}
	return out
}

// pairs asks for name with each of the others.
func pairs(name string, others []string) []Object {
	var out []Object
	for _, other := range others {
		out = append(out, Object{"required": []string{name, other}})
	}
	return out
}

func describedBy(o Object, doc string) Object {
	if doc != "" {
		o["description"], o["markdownDescription"] = doc, doc
	}
	return o
}

func (w *Schema) field(f *field) Object {
	o := Object{}
	above := w.at
	w.at = f.owner + "." + f.name
	maps.Copy(o, w.form(f.form, &f.rules.Value, &f.rules.Elements))
	w.at = above
	if !f.required {
		o = o.OrNull()
	}
	if f.hasDefault {
		o["default"] = f.form.json(f.preset)
	}
	describedBy(o, f.doc(w.docs))
	if remark := w.remark(f.form); remark != "" {
		o["markdownDescription"] = strings.TrimSpace(f.doc(w.docs) + "\n\n" + remark)
	}
	return o
}

// OrNull returns the schema of what o describes or nothing, as a field has it
// that need not be given.
func (o Object) OrNull() Object {
	c := maps.Clone(o)
	null := Object{"type": "null"}
	switch t := o["type"].(type) {
	case string:
		c["type"] = []string{t, "null"}
		return c
	case []string:
		if !slices.Contains(t, "null") {
			c["type"] = append(slices.Clone(t), "null")
		}
		return c
	}
	if enum, ok := o["enum"].([]string); ok {
		var values []any
		for _, v := range enum {
			values = append(values, v)
		}
		c["enum"] = append(values, nil)
	} else if any, ok := o["anyOf"].([]Object); ok {
		c["anyOf"] = append(slices.Clone(any), null)
	} else if o["$ref"] != nil {
		delete(c, "$ref")
		c["anyOf"] = []Object{{"$ref": o["$ref"]}, null}
	}
	return c
}

// remark says how values of a form, or its elements, are written.
func (w *Schema) remark(f *form) string {
	for f.elem != nil {
		f = f.elem
	}
	if w.Form == nil || f.kind != leaf.Custom {
		return ""
	}
	_, remark := w.Form(f.custom.Name)
	return remark
}

// form returns the schema of a form with rules for it and its elements.
func (w *Schema) form(f *form, own, elements *rules.Test) Object {
	if own.Enum != nil {
		return w.orVariable(Object{"enum": own.Enum})
	}
	switch f.kind {
	case leaf.Text:
		return Object{"type": textTypes}.limited(own, f)
	case leaf.Bool:
		return w.orVariable(Object{"type": "boolean"})
	case leaf.Int:
		return w.orVariable(Object{"type": "integer"}.limited(own, f))
	case leaf.Decimal:
		return w.orVariable(Object{"type": []string{"number", "string"}}.limited(own, f))
	case leaf.Duration:
		return w.orVariable(Object{"type": "string", "pattern": `^([0-9.]+(w|d|h|m|s|ms))+$`})
	case leaf.List:
		elem := w.form(f.elem, elements, &rules.Test{})
		list := Object{"type": "array", "items": elem}.limited(own, f)
		if f.single {
			return Object{"anyOf": []Object{elem, list}}
		}
		return list
	case leaf.Map:
		return Object{"type": "object", "additionalProperties": w.form(f.elem, elements, &rules.Test{})}.limited(own, f)
	case leaf.Struct:
		return w.Struct(f.fields)
	case leaf.Custom:
		return w.custom(f.custom)
	case leaf.Any:
		if w.Tree != nil {
			if o := w.Tree(w.at); o != nil {
				return o
			}
		}
	}
	return Object{}
}

// custom returns the schema of a type that decodes itself.
func (w *Schema) custom(c Form) Object {
	if w.Form != nil {
		if o, _ := w.Form(c.Name); o != nil {
			return o
		}
	}
	if len(c.Structs) == 0 {
		return c.Schema
	}
	var any []Object
	if c.Schema != nil {
		any = append(any, c.Schema)
	}
	for _, s := range c.Structs {
		any = append(any, w.Struct(s))
	}
	if len(any) == 1 {
		return any[0]
	}
	return Object{"anyOf": any}
}

// orVariable allows a variable in the place of a value.
func (w *Schema) orVariable(o Object) Object {
	if !w.Variables {
		return o
	}
	return Object{"anyOf": []Object{o, {"type": "string", "pattern": `^\$\{.*\}$`}}}
}

// limited adds the bounds that JSON Schema can say.
func (o Object) limited(t *rules.Test, f *form) Object {
	names := map[leaf.Kind]map[string]string{
		leaf.Text: {"min": "minLength", "gte": "minLength", "max": "maxLength", "lte": "maxLength"},
		leaf.List: {"min": "minItems", "gte": "minItems", "max": "maxItems", "lte": "maxItems"},
		leaf.Map:  {"min": "minProperties", "gte": "minProperties", "max": "maxProperties", "lte": "maxProperties"},
		leaf.Int: {"min": "minimum", "gte": "minimum", "gt": "exclusiveMinimum",
			"max": "maximum", "lte": "maximum", "lt": "exclusiveMaximum"},
	}
	kind := f.kind
	if kind == leaf.Decimal {
		kind = leaf.Int
	}
	for _, b := range t.Bounds {
		if name := names[kind][b.Rule]; name != "" {
			o[name] = json.Number(b.Limit)
		}
		if b.Rule == "unique" && kind == leaf.List {
			o["uniqueItems"] = true
		}
	}
	return o
}

// json returns a default as JSON has it.
func (f *form) json(n *syntax.Node) any {
	if n == nil {
		return nil
	}
	switch f.kind {
	case leaf.Bool:
		return n.Text.Value == "true"
	case leaf.Int, leaf.Decimal:
		return json.Number(n.Text.Value)
	case leaf.List:
		list := []any{}
		for _, i := range n.Items {
			list = append(list, f.elem.json(i))
		}
		return list
	case leaf.Map:
		o := Object{}
		for _, p := range n.Pairs {
			o[p.Key.Text.Value] = f.elem.json(p.Value)
		}
		return o
	case leaf.Struct:
		o := Object{}
		for _, p := range n.Pairs {
			o[p.Key.Text.Value] = f.fields.byName[p.Key.Text.Value].form.json(p.Value)
		}
		return o
	}
	return plainJSON(n)
}

// plainJSON returns a tree of no known form as JSON has it: what looks like a
// number or a bool is one.
func plainJSON(n *syntax.Node) any {
	switch {
	case n.IsNull():
		return nil
	case n.Kind == syntax.Mapping:
		o := Object{}
		for _, p := range n.Pairs {
			o[p.Key.Text.Value] = plainJSON(p.Value)
		}
		return o
	case n.Kind == syntax.Sequence:
		list := []any{}
		for _, i := range n.Items {
			list = append(list, plainJSON(i))
		}
		return list
	}
	text := n.Text.Value
	if n.Plain && (text == "true" || text == "false") {
		return text == "true"
	}
	if _, err := strconv.ParseInt(text, 10, 64); n.Plain && err == nil && json.Valid([]byte(text)) {
		return json.Number(text)
	}
	return text
}

// Fields returns the schema of a mapping with values of the fields.
func (w *Schema) Fields(f Fields) Object {
	props := Object{}
	required := []string{}
	for i := range f {
		o := Object{}
		maps.Copy(o, w.valueOf(f[i].Type))
		if f[i].Default.Kind() != item.KindMissing {
			o["default"] = valueJSON(f[i].Default)
		}
		props[f[i].Name] = describedBy(o, f[i].Help)
		if f[i].Required {
			required = append(required, f[i].Name)
		}
	}
	o := Object{"type": "object", "properties": props, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

// valueOf returns the schema of a declared field's values.
func (w *Schema) valueOf(t *item.Type) Object {
	switch {
	case t.Enum != nil:
		return w.orVariable(Object{"enum": t.Enum})
	case t.Kind == item.KindText:
		return Object{"type": textTypes}
	case t.Kind == item.KindBool:
		return w.orVariable(Object{"type": "boolean"})
	case t.Kind == item.KindInt:
		return w.orVariable(Object{"type": "integer"})
	case t.Kind == item.KindDecimal:
		return w.orVariable(Object{"type": []string{"number", "string"}})
	case t.Kind == item.KindDate:
		return w.orVariable(Object{"type": "string", "format": "date"})
	case t.Kind == item.KindTime:
		return w.orVariable(Object{"type": "string", "format": "date-time"})
	case t.Kind == item.KindList:
		return w.orVariable(Object{"type": "array", "items": w.valueOf(t.Elem)})
	}
	return Object{}
}

// valueJSON returns a default as JSON has it.
func valueJSON(v item.Value) any {
	switch v.Kind() {
	case item.KindList:
		list := []any{}
		for _, e := range v.All() {
			list = append(list, valueJSON(e))
		}
		return list
	case item.KindBool:
		return v.AsBool()
	case item.KindInt, item.KindDecimal:
		return json.Number(v.String())
	}
	return v.String()
}

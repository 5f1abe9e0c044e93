package schema

import (
	"strings"

	"github.com/sluicehq/sluice/engine/internal/spec"
)

// form says how the forms that texts can have are written. A nil schema leaves
// that of the form itself.
func (w *writer) form(name string) (spec.Object, string) {
	switch name {
	case "rule":
		return nil, "An expression without `${ }` around it, such as `order.total >= 10`."
	case "template":
		return nil, "A text, with `{{ … }}` in it or without."
	case "value":
		return nil, "An expression in `${ … }`, a text with `{{ … }}` in it or without, or a list of those."
	case "duration":
		return nil, "A length of time, such as `90s`, `10m`, `1h30m`, `7d` or `2w`."
	case "LIST as NAME":
		return nil, "A list and a name for its elements, such as `order.line_items as line`."
	case "mapping":
		return w.mapping(), "Names with a value, an object or a list each. " +
			"`{each: LIST as NAME, where: RULE, map: …}` makes an element for each of a list; " +
			"`{when: RULE, map: …}` is left out unless the rule holds."
	case "mapping or value":
		return w.made(), "Names with a value, an object or a list each; or a single value, such as `${ out }`."
	case "table":
		return spec.Object{"type": "object", "minProperties": 1, "additionalProperties": scalar()},
			"Texts and their values; `default` stands for all texts that are not listed."
	case "map of setting":
		return w.declarations(), ""
	}
	return nil, ""
}

// scalar is the schema of a single value.
func scalar() spec.Object {
	return spec.Object{"type": []string{"string", "number", "boolean", "null"}}
}

// mapping says how an object is made.
func (w *writer) mapping() spec.Object {
	return w.Define("mapping", func() spec.Object {
		return spec.Object{"type": "object", "additionalProperties": w.made()}
	})
}

// made says how a member of an object, or an element of a list, is made.
func (w *writer) made() spec.Object {
	return w.Define("made", func() spec.Object {
		made := spec.Object{"$ref": "#/$defs/made"}
		object := spec.Object{
			"type": "object",
			"if":   spec.Object{"required": []string{"each"}},
			"then": spec.Object{
				"properties": spec.Object{
					"each":  described(spec.Object{"type": "string", "pattern": " as "}, "The list and a name for its elements, such as order.line_items as line."),
					"where": described(spec.Object{"type": []string{"string", "boolean"}}, "A rule for the elements that are taken."),
					"map":   described(made, "What is made of each of them."),
				},
				"required": []string{"map"}, "additionalProperties": false,
			},
			"else": w.mapping(),
		}
		return spec.Object{"anyOf": []spec.Object{scalar(), {"type": "array", "items": made}, object}}
	})
}

func described(o spec.Object, doc string) spec.Object {
	out := spec.Object{"description": doc}
	for k, v := range o {
		out[k] = v
	}
	return out
}

// declarations says how settings and fields are declared.
func (w *writer) declarations() spec.Object {
	return spec.Object{
		"type": []string{"object", "null"}, "propertyNames": spec.Object{"pattern": word},
		"additionalProperties": w.Struct(spec.Declaration()),
	}
}

// word is what names in rules look like.
const word = "^[A-Za-z_][A-Za-z0-9_]*$"

// shape says how a shape is written.
func (w *writer) shape() spec.Object {
	return w.Define("shape", func() spec.Object {
		shape := spec.Object{"$ref": "#/$defs/shape"}
		flag := spec.Object{"type": "boolean"}
		text := spec.Object{"type": "string"}
		attributes := spec.Object{
			"type": "object",
			"properties": spec.Object{
				"type":     described(shape, "The type."),
				"enum":     described(spec.Object{"type": "array", "items": spec.Object{"type": []string{"string", "number", "boolean"}}, "minItems": 1}, "The only values that a text may have."),
				"map":      described(shape, "The type of the values of an object with any keys."),
				"fields":   described(spec.Object{"type": "object", "additionalProperties": spec.Object{"anyOf": []spec.Object{shape, flag}}}, "The members of an object."),
				"required": described(flag, "Whether what is written must have the member."),
				"nullable": described(flag, "Whether it may be null."),
				"open":     described(flag, "Whether there may be members besides those listed."),
				"max":      described(spec.Object{"type": "integer", "minimum": 1}, "The largest number of characters."),
				"as":       described(spec.Object{"const": "text"}, "Writes a number as a text."),
				"format":   described(text, "How a time is written, by the example of 2 January 2006, 15:04:05."),
				"doc":      described(text, "What it is, in a sentence."),
			},
			"additionalProperties": false,
			"oneOf":                each("type", "enum", "map", "fields"),
		}
		members := spec.Object{"type": "object", "additionalProperties": spec.Object{"anyOf": []spec.Object{shape, flag}}}
		return spec.Object{
			"anyOf": []spec.Object{
				{"type": "string"},
				{"type": "array", "items": shape, "minItems": 1, "maxItems": 1},
				attributes, members,
			},
			"description": strings.Join([]string{
				"A type: text, int, decimal, bool, time, date, unknown or object; with ? behind it, it may be null.",
				"Or the name of another shape, [type] for a list, or a mapping of members.",
			}, " "),
		}
	})
}

// each asks for each of the names by itself.
func each(names ...string) []spec.Object {
	var out []spec.Object
	for _, name := range names {
		out = append(out, spec.Object{"required": []string{name}})
	}
	return out
}

// tree returns the schema of what is taken as it is, by its field.
func (w *writer) tree(field string) spec.Object {
	records := spec.Object{"type": "array", "items": spec.Object{"type": "object"}}
	switch field {
	case "pipeline.Pipeline.steps":
		return w.step()
	case "pipeline.Pipeline.shapes", "connector.File.shapes":
		return spec.Object{"type": []string{"object", "null"}, "additionalProperties": w.shape()}
	case "pipeline.Source.shape", "connector.Read.shape", "connector.Read.row", "connector.Write.takes",
		"connector.Write.returns", "connector.Webhook.shape", "step.HTTPFilterFields.type":
		return w.shape()
	case "connector.File.fields":
		return w.declarations()
	case "pipeline.Use.settings", "pipeline.Test.settings", "pipeline.Case.settings", "connector.Test.connection":
		return spec.Object{"type": []string{"object", "null"}}
	case "pipeline.Case.given":
		return records
	case "pipeline.Case.twins":
		return w.twin()
	case "pipeline.Case.expect":
		return spec.Object{"anyOf": []spec.Object{{"type": "integer", "minimum": 0}, records}}
	}
	switch {
	case strings.HasSuffix(field, ".steps"):
		return spec.Object{"type": []string{"array", "null"}, "items": w.step()}
	case strings.HasSuffix(field, ".sink"):
		return w.sink()
	}
	return nil
}

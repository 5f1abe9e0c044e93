package schema

import (
	"fmt"
	"maps"

	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/spec"
)

// workspace is the schema of a workspace.
func (w *writer) workspace() spec.Object {
	w.Variables = true
	w.account()
	w.use()
	return w.Properties(pipeline.WorkspaceStruct())
}

// account is the schema of a connection: with the fields of its connector.
func (w *writer) account() spec.Object {
	s := spec.For[pipeline.Account]()
	return w.Define(s.Name(), func() spec.Object {
		o := w.Properties(s)
		set(o, "connector", choice(w.connectors()))
		var choose []spec.Object
		for _, c := range w.sorted() {
			choose = append(choose, spec.Object{
				"if": spec.Object{
					"properties": spec.Object{"connector": spec.Object{"const": c.Name}},
					"required":   []string{"connector"},
				},
				"then": w.Define("connection-"+c.Name, func() spec.Object {
					f := w.Fields(c.Fields)
					properties(f)["connector"], properties(f)["budget"] = true, true
					f["description"] = c.Summary
					return f
				}),
			})
		}
		o["allOf"] = choose
		return o
	})
}

// use is the schema of what runs: with the connections and the settings of the
// ready-made integrations.
func (w *writer) use() spec.Object {
	s := spec.For[pipeline.Use]()
	return w.Define(s.Name(), func() spec.Object {
		o := w.Properties(s)
		var offers []offer
		var choose []spec.Object
		for _, in := range w.known.Integrations {
			offers = append(offers, offer{in.Name, summary(in)})
			choose = append(choose, spec.Object{
				"if": spec.Object{
					"properties": spec.Object{"pipelines": spec.Object{"const": in.Name}},
					"required":   []string{"pipelines"},
				},
				"then": w.Define("use-"+in.Name, func() spec.Object { return w.integration(in) }),
			})
		}
		set(o, "pipelines", choice(offers))
		if len(choose) > 0 {
			o["allOf"] = choose
		}
		return o
	})
}

func summary(in Integration) string {
	if len(in.Pipelines) == 1 {
		return in.Pipelines[0].Summary
	}
	return fmt.Sprintf("%d pipelines", len(in.Pipelines))
}

// integration says which connections and settings the pipelines of an
// integration have.
func (w *writer) integration(in Integration) spec.Object {
	connections, settings := spec.Object{}, spec.Object{}
	var needed []string
	for _, p := range in.Pipelines {
		for name, of := range p.Connections.All() {
			connections[name.Value] = spec.Object{"type": "string", "description": "An account of " + of.Value + "."}
		}
		f := w.Fields(p.Settings.Fields)
		maps.Copy(settings, properties(f))
		required, _ := f["required"].([]string)
		needed = append(needed, required...)
	}
	chosen := spec.Object{"type": []string{"object", "null"}, "properties": settings, "additionalProperties": false}
	if len(needed) > 0 {
		chosen["required"] = needed
	}
	return spec.Object{"properties": spec.Object{
		"connections": described(spec.Object{"type": "object", "properties": connections, "additionalProperties": false}, "The accounts that it connects."),
		"settings":    described(chosen, "What can be chosen."),
	}}
}

// test is the schema of a file of tests.
func (w *writer) test() spec.Object {
	s := spec.For[pipeline.Case]()
	w.Define(s.Name(), func() spec.Object {
		o := w.Properties(s)
		list := spec.Object{"type": "array", "items": spec.Object{
			"type": "object",
			"properties": spec.Object{
				"key":    described(spec.Object{"type": []string{"string", "number"}}, "The key of the record."),
				"reason": described(spec.Object{"type": "string"}, "Why it did not go on."),
			},
			"required": []string{"key"}, "additionalProperties": false,
		}}
		dropped := spec.Object{"anyOf": []spec.Object{{"type": "integer", "minimum": 0}, list}}
		property(o, "expect")["properties"] = spec.Object{
			"filtered": described(dropped, "The records that were left out, or how many."),
			"dead":     described(dropped, "The records that could not go on, or how many."),
		}
		return o
	})
	return w.Properties(pipeline.TestStruct())
}

// twin is the schema of the options of a twin of any vendor.
func (w *writer) twin() spec.Object {
	return w.Define("twin", func() spec.Object {
		ways := []spec.Object{{"type": "null"}}
		seen := map[string]bool{}
		for _, t := range w.known.Twins {
			if !seen[t.Options.Name()] {
				seen[t.Options.Name()] = true
				ways = append(ways, w.Struct(t.Options))
			}
		}
		return spec.Object{"anyOf": ways}
	})
}

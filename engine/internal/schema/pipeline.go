package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/step"
)

// pipeline is the schema of a pipeline.
func (w *writer) pipeline() spec.Object {
	w.source()
	w.sink()
	root := w.Properties(pipeline.FileStruct())
	set(root, "connections", spec.Object{
		"type": []string{"object", "null"}, "propertyNames": spec.Object{"pattern": word},
		"additionalProperties": choice(w.connectors()),
	})
	return root
}

// source adds what the streams take to what every source has.
func (w *writer) source() spec.Object {
	return w.Define(pipeline.SourceStruct().Name(), func() spec.Object {
		o := w.Properties(pipeline.SourceStruct())
		w.reads(o)
		set(o, "read", qualified())
		var lines []string
		for _, c := range w.sorted() {
			var names []string
			for _, r := range c.Reads {
				names = append(names, "`"+r.Name+"`")
			}
			lines = append(lines, line(c.Name, names))
		}
		remark(o, "read", "Streams by connector:\n\n"+strings.Join(lines, ""))
		return o
	})
}

// qualified is the schema of connection.stream.
func qualified() spec.Object {
	return spec.Object{"type": "string", "pattern": `^[A-Za-z_][A-Za-z0-9_]*\..+$`}
}

func line(name string, list []string) string {
	if len(list) == 0 {
		return ""
	}
	return fmt.Sprintf("- %s: %s\n", name, strings.Join(list, ", "))
}

// reads adds the options of every stream. With them an object is closed: there
// is nothing else that its stream could take.
func (w *writer) reads(o spec.Object) {
	var all []options
	for _, c := range w.sorted() {
		for _, r := range c.Reads {
			all = append(all, options{c.Name + "." + r.Name, r.Options})
		}
	}
	w.options(o, all)
}

// options are what a stream or an operation takes.
type options struct {
	of     string
	fields *spec.Struct
}

// options adds properties and closes an object. A name that several structs
// have may be as any of them says.
func (w *writer) options(o spec.Object, all []options) {
	props := properties(o)
	own := slices.Collect(maps.Keys(props))
	for _, group := range byStruct(all) {
		for name, p := range properties(w.Properties(group.fields)) {
			if slices.Contains(own, name) {
				continue
			}
			p := p.(spec.Object)
			for key, space := range map[string]string{"description": " ", "markdownDescription": "\n\n"} {
				doc, _ := p[key].(string)
				p[key] = strings.TrimSpace(doc + space + "For " + group.of + ".")
			}
			before, ok := props[name].(spec.Object)
			if !ok {
				props[name] = p
				continue
			}
			props[name] = spec.Object{
				"anyOf":       []any{before, p},
				"description": fmt.Sprintf("%v\n%v", before["description"], p["description"]),
			}
		}
	}
	o["additionalProperties"] = false
}

// byStruct puts those together that take the same.
func byStruct(all []options) []options {
	var out []options
	for _, x := range all {
		if x.fields == nil {
			continue
		}
		i := slices.IndexFunc(out, func(o options) bool { return o.fields.Name() == x.fields.Name() })
		if i < 0 {
			out = append(out, x)
			continue
		}
		out[i].of += ", " + x.of
	}
	return out
}

// sink adds what the operations take to what every sink has.
func (w *writer) sink() spec.Object {
	return w.Define(pipeline.SinkStruct().Name(), func() spec.Object {
		o := w.Properties(pipeline.SinkStruct())
		var all []options
		var lines []string
		for _, c := range w.sorted() {
			var names []string
			for _, x := range c.Writes {
				names = append(names, "`"+x.Name+"`")
				all = append(all, options{c.Name + "." + x.Name, x.Options})
			}
			lines = append(lines, line(c.Name, names))
		}
		w.options(o, all)
		set(o, "write", qualified())
		remark(o, "write", "Operations by connector:\n\n"+strings.Join(lines, ""))
		modes := []string{string(step.Create), string(step.Update), string(step.Upsert)}
		set(o, "mode", spec.Object{"enum": modes}.OrNull())
		set(o, "batch", spec.Object{"anyOf": []spec.Object{{"type": "integer", "minimum": 1}, {"const": "all"}}}.OrNull())
		return o
	})
}

// step is the schema of an element of a list of steps.
func (w *writer) step() spec.Object {
	return w.Define("step", func() spec.Object {
		names := spec.Object{}
		var list []string
		var choose []spec.Object
		for _, d := range w.known.Steps {
			names[d.Name] = spec.Object{"description": d.Summary}
			list = append(list, d.Name)
			choose = append(choose, spec.Object{
				"if":   spec.Object{"required": []string{d.Name}},
				"then": w.Define("step-"+d.Name, func() spec.Object { return w.stepOf(d) }),
			})
		}
		return spec.Object{"type": "object", "properties": names, "anyOf": each(list...), "allOf": choose}
	})
}

// stepOf is the schema of one step, in each of the ways to write it.
func (w *writer) stepOf(d *step.Definition) spec.Object {
	cfg := w.Properties(d.Config)
	if cfg["additionalProperties"] == true {
		w.reads(cfg)
	}
	within := spec.Object{
		"type": "object", "properties": spec.Object{d.Name: cfg},
		"required": []string{d.Name}, "additionalProperties": false,
	}
	if d.Head == "" {
		return within
	}
	beside := maps.Clone(cfg)
	props := maps.Clone(properties(cfg))
	head, _ := props[d.Head].(spec.Object)
	delete(props, d.Head)
	props[d.Name] = head
	beside["properties"] = props
	required := []string{d.Name}
	if all, ok := cfg["required"].([]string); ok {
		required = append(required, slices.DeleteFunc(slices.Clone(all), func(name string) bool { return name == d.Head })...)
	}
	beside["required"] = required
	if d.Whole {
		return beside
	}
	return spec.Object{
		"if":   spec.Object{"properties": spec.Object{d.Name: spec.Object{"type": "object"}}},
		"then": within, "else": beside,
	}
}

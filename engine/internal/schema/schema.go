// Package schema writes the JSON Schemas with which editors complete and check
// pipelines, workspaces, connectors and tests. They come from the structs that
// the files are decoded into, and from the steps and connectors at hand. A
// schema is more lenient than lint: it knows one file and no types.
package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/connector"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/step"
)

// Base is where the schemas of the newest version are.
const Base = "https://raw.githubusercontent.com/sluicehq/sluice/main/schemas/"

// The kinds of files that have a schema.
const (
	Pipeline  = "pipeline"
	Workspace = "workspace"
	Connector = "connector"
	Test      = "test"
)

// Known is what files can refer to.
type Known struct {
	Steps        []*step.Definition
	Connectors   []*step.Connector
	Twins        []*step.TwinDefinition
	Integrations []Integration
}

// Integration is a folder of ready-made pipelines.
type Integration struct {
	Name      string
	Pipelines []*pipeline.Pipeline
}

// Docs returns the comments of every struct that users write.
func (k Known) Docs() *spec.Docs {
	var more []*spec.Docs
	for _, d := range k.Steps {
		more = append(more, d.Config.Docs())
	}
	for _, c := range k.Connectors {
		for _, r := range c.Reads {
			if r.Options != nil {
				more = append(more, r.Options.Docs())
			}
		}
		for _, w := range c.Writes {
			if w.Options != nil {
				more = append(more, w.Options.Docs())
			}
		}
	}
	for _, t := range k.Twins {
		more = append(more, t.Options.Docs())
	}
	return spec.Comments(pipeline.Sources, connector.Sources, spec.Sources, step.Sources).With(more...)
}

// Write returns the schema of a kind of file.
func (k Known) Write(kind string) ([]byte, error) {
	w := &writer{Schema: spec.NewSchema(k.Docs()), known: k}
	w.Tree, w.Form = w.tree, w.form
	var root spec.Object
	title := ""
	switch kind {
	case Pipeline:
		root, title = w.pipeline(), "A pipeline of sluice"
	case Workspace:
		root, title = w.workspace(), "A workspace of sluice"
	case Connector:
		root, title = w.Properties(spec.For[connector.File]()), "A connector of sluice"
	case Test:
		root, title = w.test(), "Tests of a pipeline of sluice"
	default:
		return nil, fmt.Errorf("there is no schema of %q", kind)
	}
	return w.Schema.Write(Base+kind+".json", title, root)
}

// writer makes one schema.
type writer struct {
	*spec.Schema
	known Known
}

// properties returns the properties of an object's schema.
func properties(o spec.Object) spec.Object {
	props, _ := o["properties"].(spec.Object)
	return props
}

// property returns the schema of a property, to be changed.
func property(o spec.Object, name string) spec.Object {
	p, _ := properties(o)[name].(spec.Object)
	return p
}

// set changes a property and keeps its descriptions.
func set(o spec.Object, name string, to spec.Object) {
	old := property(o, name)
	next := maps.Clone(to)
	for _, key := range []string{"description", "markdownDescription", "default"} {
		if v, ok := old[key]; ok {
			next[key] = v
		}
	}
	properties(o)[name] = next
}

// remark adds a paragraph to the description that editors show of a property.
func remark(o spec.Object, name, text string) {
	p := property(o, name)
	doc, _ := p["description"].(string)
	p["markdownDescription"] = doc + "\n\n" + text
}

// choice allows any text and offers some.
func choice(values []offer) spec.Object {
	var ways []spec.Object
	for _, v := range values {
		ways = append(ways, spec.Object{"const": v.value, "description": v.doc})
	}
	return spec.Object{"anyOf": append(ways, spec.Object{"type": "string"})}
}

// offer is a value that an editor offers.
type offer struct{ value, doc string }

func (w *writer) connectors() []offer {
	var all []offer
	for _, c := range w.sorted() {
		all = append(all, offer{c.Name, c.Summary})
	}
	return all
}

func (w *writer) sorted() []*step.Connector {
	return slices.SortedFunc(slices.Values(w.known.Connectors), func(a, b *step.Connector) int {
		return strings.Compare(a.Name, b.Name)
	})
}

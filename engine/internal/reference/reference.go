// Package reference collects what the reference pages say: the fields of
// everything that users write with their comments, the steps, the connectors, the
// functions, the filters of templates.
package reference

import (
	"maps"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/connector"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/rule/function"
	"github.com/sluicehq/sluice/engine/internal/schema"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Reference is what the reference pages are written from.
type Reference struct {
	// Structs has the fields of everything that users write, by the names of the
	// structs that declare them, such as "step.HTTPCall".
	Structs map[string]*Struct
	// Comments describe fields that are not among Structs, such as options.
	Comments *Comments
	// Steps are in the order of their page.
	Steps []StepDoc
	// Connectors are sorted by name.
	Connectors []*step.Connector
	// Functions are those that rules and templates can call; Loops take a rule
	// about each element of a list.
	Functions, Loops []FunctionDoc
	// Filters, TemplateFunctions and Tests are what templates can use.
	Filters, TemplateFunctions, Tests []TemplateDoc
	// Findings explain each code, in the order of their page.
	Findings []FindingDoc
}

// Field describes a field; Comments are what is said about fields.
type (
	Field    = spec.FieldDoc
	Comments = spec.Docs
)

// Struct is a mapping that users write.
type Struct struct {
	Doc    string
	Fields []Field
}

// StepDoc describes a step.
type StepDoc struct {
	Name, Summary, Example string
	// Head is the field that may stand beside the name; if Whole, it always does.
	Head   string
	Whole  bool
	Fields []Field
}

// FunctionDoc describes a function.
type FunctionDoc struct {
	Name, Signature, Doc string
	// Result is the type of what it gives.
	Result   string
	Examples []item.Example
}

// TemplateDoc describes a filter, function or test of templates. Example is a
// template that gives Gives.
type TemplateDoc struct{ Name, Signature, Doc, Example, Gives string }

// FindingDoc explains a code of findings.
type FindingDoc struct {
	diag.CodeInfo
	// File is what the example is called; Output is what lint prints for it.
	File, Output string
}

// Collect collects everything but the findings, for which examples are linted.
func Collect(k schema.Known) *Reference {
	r := &Reference{
		Structs: map[string]*Struct{}, Comments: k.Docs(),
		Functions: functionDocs(rule.Functions()), Loops: functionDocs(rule.Loops()),
		Filters: templateDocs(builtin.Filters(), true), Tests: templateDocs(builtin.Tests(), true),
		TemplateFunctions: templateDocs(builtin.Functions(), false),
		Connectors: slices.SortedFunc(slices.Values(k.Connectors), func(a, b *step.Connector) int {
			return strings.Compare(a.Name, b.Name)
		}),
	}
	r.describe(k)
	return r
}

// describe describes everything that has fields.
func (r *Reference) describe(k schema.Known) {
	docs := r.Comments
	for _, s := range []*spec.Struct{
		pipeline.FileStruct(), pipeline.WorkspaceStruct(), pipeline.TestStruct(),
		spec.For[connector.File](), spec.Declaration(), spec.For[step.HTTPReadOptions](),
	} {
		r.add(s.Describe(docs), docs)
	}
	for _, d := range k.Steps {
		doc := StepDoc{Name: d.Name, Summary: d.Summary, Example: d.Example, Head: d.Head, Whole: d.Whole, Fields: d.Config.Describe(docs)}
		r.add(doc.Fields, docs)
		r.Steps = append(r.Steps, doc)
	}
	for _, t := range k.Twins {
		r.options(t.Options, docs)
	}
	for _, c := range k.Connectors {
		for _, rd := range c.Reads {
			r.options(rd.Options, docs)
		}
		for _, w := range c.Writes {
			r.options(w.Options, docs)
		}
	}
}

func (r *Reference) options(s *spec.Struct, docs *spec.Docs) {
	if s != nil {
		r.add(s.Describe(docs), docs)
	}
}

// add files fields, and those within them, under the structs that declare them.
func (r *Reference) add(fields []Field, docs *spec.Docs) {
	for _, f := range fields {
		s := r.Structs[f.Owner]
		if s == nil {
			s = &Struct{Doc: docs.Of(f.Owner)}
			r.Structs[f.Owner] = s
		}
		if !slices.ContainsFunc(s.Fields, func(o Field) bool { return o.Name == f.Name }) {
			s.Fields = append(s.Fields, f)
		}
		r.add(f.Fields, docs)
	}
}

func functionDocs(fns []*item.Func) []FunctionDoc {
	var out []FunctionDoc
	for _, fn := range fns {
		out = append(out, FunctionDoc{
			Name: fn.Name, Signature: function.Signature(fn), Doc: fn.Doc, Result: fn.Result.String(), Examples: fn.Examples,
		})
	}
	return out
}

// templateDocs describes filters, tests or functions, by name. The first
// parameter of those that are applied to something is what they are applied to.
func templateDocs(t builtin.Table, applied bool) []TemplateDoc {
	var out []TemplateDoc
	for _, name := range slices.Sorted(maps.Keys(t)) {
		d := t[name]
		params := d.Params
		if applied {
			params = params[1:]
		}
		sig := signature(name, params, d.Variadic)
		if !applied && sig == name {
			sig += "()"
		}
		out = append(out, TemplateDoc{name, sig, d.Doc, d.Example, d.Gives})
	}
	return out
}

// signature writes a call with the names of its parameters.
func signature(name string, params []builtin.Param, variadic bool) string {
	var words []string
	for _, p := range params {
		if p.Required {
			words = append(words, p.Name)
		} else {
			words = append(words, p.Name+"?")
		}
	}
	if variadic {
		words = append(words, "…")
	}
	if words == nil {
		return name
	}
	return name + "(" + strings.Join(words, ", ") + ")"
}

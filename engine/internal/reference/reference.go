// Package reference collects what the reference pages say: the fields of
// everything that users write with their comments, the steps, the connectors, the
// functions, the filters of templates.
package reference

import (
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/connector"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/rule/function"
	"github.com/sluicehq/sluice/engine/internal/schema"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/template"
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
	// Twig and Jinja are what templates of each dialect can use, and Differences
	// is what means one thing in Twig and another in Jinja.
	Twig, Jinja TemplateDocs
	Differences []template.Difference
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

// TemplateDocs describe what templates of a dialect can use.
type TemplateDocs struct{ Tags, Filters, Functions, Tests []TemplateDoc }

// TemplateDoc describes a tag, filter, function or test of templates. Example is
// a template that gives Gives.
type TemplateDoc = template.Entry

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
		Twig: templateDocs(template.Twig), Jinja: templateDocs(template.Jinja), Differences: template.Differences(),
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

// templateDocs describes what templates of a dialect can use, sorted by name.
func templateDocs(d template.Dialect) TemplateDocs {
	var docs TemplateDocs
	for _, e := range template.Reference() {
		if e.Dialect != d {
			continue
		}
		list := map[string]*[]TemplateDoc{
			template.KindTag: &docs.Tags, template.KindFilter: &docs.Filters, template.KindFunction: &docs.Functions, template.KindTest: &docs.Tests,
		}[e.Kind]
		*list = append(*list, e)
	}
	return docs
}

package engine

import (
	"bytes"
	"maps"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/reference"
	"github.com/sluicehq/sluice/engine/internal/schema"
)

// What the reference pages are written from.
type (
	// Reference is all of it.
	Reference = reference.Reference
	// Field describes a field, Struct a mapping of fields.
	Field  = reference.Field
	Struct = reference.Struct
	// StepDoc, FunctionDoc, TemplateDoc and FindingDoc describe what they are
	// called after.
	StepDoc     = reference.StepDoc
	FunctionDoc = reference.FunctionDoc
	TemplateDoc = reference.TemplateDoc
	FindingDoc  = reference.FindingDoc
)

// Reference collects what the reference pages are written from. It knows the
// connectors of a workspace as Schema does.
func (e *Engine) Reference(workspace string) (*Reference, error) {
	s, err := e.around(workspace)
	if err != nil {
		return nil, err
	}
	k, err := e.known(s)
	if err != nil {
		return nil, err
	}
	r := reference.Collect(k)
	for _, info := range diag.Codes() {
		f, err := e.findingDoc(info)
		if err != nil {
			return nil, err
		}
		r.Findings = append(r.Findings, f)
	}
	return r, nil
}

// findingDoc lints the example of a code.
func (e *Engine) findingDoc(info diag.CodeInfo) (FindingDoc, error) {
	doc := FindingDoc{CodeInfo: info}
	if info.Example == "" {
		return doc, nil
	}
	doc.File = exampleFile([]byte(info.Example))
	p, err := e.LoadText(doc.File, map[string][]byte{doc.File: []byte(info.Example)}, false)
	if err != nil {
		return doc, err
	}
	var b bytes.Buffer
	err = diag.Print(&b, diag.FormatText, p.Findings(), diag.PrintOptions{Source: p.Source})
	doc.Output = b.String()
	return doc, err
}

// exampleFile is what a file that an example shows would be called.
func exampleFile(data []byte) string {
	switch kindOf("", data) {
	case schema.Workspace:
		return WorkspaceFile
	case schema.Connector:
		return "vendor.yaml"
	case schema.Test:
		return "orders_test.yaml"
	}
	return "orders.yaml"
}

// LoadText loads one of several files that are given as text, as from a page;
// it may refer to the others. It sees no environment.
func (e *Engine) LoadText(name string, files map[string][]byte, offline bool) (*Project, error) {
	data := files[name]
	p := e.project(LoadOptions{Offline: offline})
	maps.Copy(p.sources, files)
	kind := kindOf(name, data)
	if kind == schema.Workspace {
		p.workspaceFile = name
	}
	if err := p.loadWorkspace(); err != nil {
		return nil, err
	}
	p.env.Lookup = func(string) (string, bool) { return "", false }
	if kind == schema.Connector {
		p.shelf = p.shelf.with(map[string][]byte{name: data}, e.o.HTTP)
		p.fs.Add(p.shelf.findings.Sorted()...)
	}
	p.bind()
	p.loadFile(file{name: name, kind: kind, named: true})
	p.compile()
	return p, nil
}

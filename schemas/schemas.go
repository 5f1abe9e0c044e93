// Package schemas holds the JSON Schemas and the reference pages of sluice, and
// writes the pages. Both come from the definitions: the structs that files are
// decoded into with their comments, the steps, the connectors, the functions,
// the codes of findings and the command line. What only people can say stands in
// the folder pages, between which the tables are put.
//
// The files *.json and reference are written by go generate; a test of the
// program sees that they are current.
package schemas

//go:generate go run ../cmd/sluice schema --dir . --reference

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"text/template"

	"github.com/sluicehq/sluice/engine"
)

// prose is what people wrote.
//
//go:embed pages/*.md
var prose embed.FS

// Command is a command of the program.
type Command struct {
	Name string
	// Usage is the command with its arguments.
	Usage     string
	Help      string
	Arguments []Option
	Flags     []Option
}

// Option is an argument or a flag.
type Option struct{ Name, Help, Default string }

// Pages writes the reference pages, by the names of their files.
func Pages(ref *engine.Reference, commands []Command) (map[string][]byte, error) {
	files, err := prose.ReadDir("pages")
	if err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	for _, f := range files {
		if pages[f.Name()], err = write(f.Name(), ref, commands); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	for _, c := range ref.Connectors {
		pages["connectors/"+c.Name+".md"] = connectorPage(c, ref)
	}
	return pages, nil
}

// write writes a page that has prose. It is written twice: the first time tells
// which sections there are to link to.
func write(name string, ref *engine.Reference, commands []Command) ([]byte, error) {
	text, err := prose.ReadFile(path.Join("pages", name))
	if err != nil {
		return nil, err
	}
	p := &page{Reference: ref, Commands: commands, name: name, anchors: map[string]string{}}
	t, err := template.New(name).Delims("<%", "%>").Funcs(template.FuncMap{
		"fields": p.fields, "options": p.options, "section": p.section, "doc": p.doc,
		"fence": fence, "anchor": anchor, "code": code, "cell": cell, "structs": structs, "upper": upper,
	}).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for range 2 {
		b.Reset()
		b.WriteString("<!-- Written by go generate ./schemas; change pages/" + name + " or the definitions. -->\n\n")
		if err := t.Execute(&b, p); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

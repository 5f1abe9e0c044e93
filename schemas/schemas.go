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
	sections := map[string]string{}
	// They are written twice: the first time tells which sections there are to
	// link to.
	for range 2 {
		for _, f := range files {
			p := &page{Reference: ref, Commands: commands, name: f.Name(), sections: sections}
			if pages[f.Name()], err = p.write(); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name(), err)
			}
		}
	}
	for _, c := range ref.Connectors {
		p := &page{Reference: ref, name: "connectors/" + c.Name + ".md", sections: sections}
		pages[p.name] = p.connector(c)
	}
	return pages, nil
}

// write writes a page that has prose.
func (p *page) write() ([]byte, error) {
	text, err := prose.ReadFile("pages/" + p.name)
	if err != nil {
		return nil, err
	}
	t, err := template.New(p.name).Delims("<%", "%>").Funcs(template.FuncMap{
		"fields": p.fields, "options": p.table, "section": p.section, "rows": p.rows, "target": p.target,
		"fence": fence, "anchor": anchor, "code": code, "cellCode": cellCode, "cellGives": cellGives, "cell": cell, "structs": structs, "upper": upper,
	}).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("<!-- Written by go generate ./schemas; change pages/" + p.name + " or the definitions. -->\n\n")
	err = t.Execute(&b, p)
	return b.Bytes(), err
}

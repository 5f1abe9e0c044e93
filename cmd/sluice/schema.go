package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/schemas"
)

type schemaCommand struct {
	Kind      string `arg:"" optional:"" help:"The kind of file whose schema is printed: pipeline, workspace, connector or test. Without one they are listed."`
	Dir       string `help:"Write the schemas into this folder in place of printing one." placeholder:"DIR"`
	Reference bool   `help:"Write the reference pages as well, into the folder reference below --dir."`
	Workspace string `help:"The workspace, whose own connectors the schemas know too. The default is sluice.yaml." placeholder:"FILE"`
}

// Run prints a schema, or writes them into a folder.
func (c *schemaCommand) Run(p *program) error {
	kinds := engine.SchemaKinds()
	if c.Kind != "" {
		i := slices.IndexFunc(kinds, func(k engine.SchemaInfo) bool { return k.Name == c.Kind })
		if i < 0 {
			return usage("there is no schema of %q; %s", c.Kind, suggestion(c.Kind, schemaNames(kinds)))
		}
		kinds = kinds[i : i+1]
	}
	switch {
	case c.Dir != "":
		return c.write(p, kinds)
	case c.Reference:
		return usage("--reference needs --dir, the folder to write into")
	case c.Kind == "":
		listSchemas(p, kinds)
		return nil
	}
	data, err := p.engine().Schema(c.Kind, c.Workspace)
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(data)
	return err
}

func schemaNames(kinds []engine.SchemaInfo) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

func listSchemas(p *program, kinds []engine.SchemaInfo) {
	for _, k := range kinds {
		fmt.Fprintf(p.stdout, "%-10s %s\n", k.Name, k.Files)
	}
	fmt.Fprintln(p.stdout, "\nsluice schema --dir .sluice writes all of them, and says how an editor finds them.")
	fmt.Fprintln(p.stdout, "sluice schema KIND prints one.")
}

// write writes schemas, and tells the line by which editors find them.
func (c *schemaCommand) write(p *program, kinds []engine.SchemaInfo) error {
	files := map[string][]byte{}
	e := p.engine()
	for _, k := range kinds {
		data, err := e.Schema(k.Name, c.Workspace)
		if err != nil {
			return err
		}
		files[k.Name+".json"] = data
	}
	if c.Reference {
		pages, err := p.referencePages(e, c.Workspace)
		if err != nil {
			return err
		}
		for name, data := range pages {
			files["reference/"+name] = data
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		at := filepath.Join(c.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(at, files[name], 0o644); err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, "wrote", at)
	}
	fmt.Fprintln(p.stdout, "\nThe first line of a file tells an editor which schema the file has. The path is\nrelative to the file.")
	for _, k := range kinds {
		fmt.Fprintf(p.stdout, "\n%s:\n%s\n", k.Files, modeline(filepath.ToSlash(filepath.Join(c.Dir, k.Name+".json"))))
	}
	return nil
}

// modeline is the comment by which the YAML language server finds the schema of
// a file.
func modeline(schema string) string { return "# yaml-language-server: $schema=" + schema }

// referencePages writes the reference pages of everything that the program
// knows.
func (p *program) referencePages(e *engine.Engine, workspace string) (map[string][]byte, error) {
	ref, err := e.Reference(workspace)
	if err != nil {
		return nil, err
	}
	list, err := p.commandDocs()
	if err != nil {
		return nil, err
	}
	return schemas.Pages(ref, list)
}

// commandDocs describes the command line as its parser knows it.
func (p *program) commandDocs() ([]schemas.Command, error) {
	parser, err := newParser(p.environment, func(int) {})
	if err != nil {
		return nil, err
	}
	var list []schemas.Command
	for _, n := range parser.Model.Leaves(true) {
		list = append(list, commandDoc(n))
	}
	return list, nil
}

func commandDoc(n *kong.Node) schemas.Command {
	c := schemas.Command{Name: n.Name, Usage: "sluice " + n.Summary(), Help: n.Help}
	for _, a := range n.Positional {
		c.Arguments = append(c.Arguments, schemas.Option{Name: a.Summary(), Help: a.Help})
	}
	for _, f := range n.Flags {
		c.Flags = append(c.Flags, flagDoc(f))
	}
	return c
}

func flagDoc(f *kong.Flag) schemas.Option {
	o := schemas.Option{Name: "--" + f.Name, Help: f.Help, Default: f.Default}
	switch {
	case f.Enum != "":
		o.Name += "=" + strings.ReplaceAll(f.Enum, ",", "|")
		o.Help = strings.ReplaceAll(o.Help, f.Enum, strings.ReplaceAll(f.Enum, ",", ", "))
	case f.PlaceHolder != "":
		o.Name += "=" + f.PlaceHolder
	case !f.IsBool():
		o.Name += "=" + strings.ToUpper(f.Name)
	}
	if f.Short != 0 {
		o.Name = fmt.Sprintf("-%c, %s", f.Short, o.Name)
	}
	return o
}

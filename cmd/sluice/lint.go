package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/engine/diag"
)

type lintCommand struct {
	Paths     []string `arg:"" optional:"" name:"path" help:"Files and folders to check. The default is this folder."`
	Format    string   `help:"How findings are printed: ${enum}." enum:"text,line,json,sarif,github" default:"text"`
	Offline   bool     `help:"Take a stand-in for each environment variable and secret file that is missing."`
	Workspace string   `help:"The workspace file. The default is sluice.yaml." placeholder:"FILE"`
}

// Run checks files and prints what is wrong with them.
func (c *lintCommand) Run(p *program) error {
	if len(c.Paths) == 0 {
		c.Paths = []string{"."}
	}
	project, err := p.engine().Load(engine.LoadOptions{Paths: c.Paths, Workspace: c.Workspace, Offline: c.Offline})
	if err != nil {
		return err
	}
	if project.Files() == 0 {
		return fmt.Errorf("there is nothing to check in %s: no file whose name ends in .yaml or .yml", strings.Join(c.Paths, ", "))
	}
	if err := p.printFindings(project, diag.Format(c.Format)); err != nil {
		return err
	}
	if c.Format == string(diag.FormatText) && len(project.Findings()) == 0 {
		fmt.Fprintf(p.stdout, "%s, no findings\n", count(project.Files(), "file"))
	}
	if project.Errors() > 0 {
		return errFindings
	}
	return nil
}

// printFindings prints the findings of a project: to stdout, as the answer.
func (p *program) printFindings(project *engine.Project, format diag.Format) error {
	findings := project.Findings()
	if len(findings) == 0 && (format == diag.FormatText || format == diag.FormatLine) {
		return nil
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	return diag.Print(p.stdout, format, findings, diag.PrintOptions{
		Source: project.Source, Colour: p.terminal && p.stdout == os.Stdout, Root: root, Version: version(),
	})
}

// told prints the findings that keep a pipeline from running, and returns
// errFindings in their place. Any other error it returns as it is.
func (p *program) told(err error) error {
	f, ok := errors.AsType[*engine.FindingsError](err)
	if !ok {
		return err
	}
	if err := p.printFindings(f.Project, diag.FormatText); err != nil {
		return err
	}
	return errFindings
}

// printJSON prints a value as indented JSON.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// count writes a number with what is counted: 1 record, 2 records.
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

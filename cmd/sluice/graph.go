package main

import (
	"os"

	"github.com/sluicehq/sluice/engine"
)

type graphCommand struct {
	Pipeline  string `arg:"" help:"A pipeline of the workspace, or a file."`
	Format    string `help:"The form of the drawing: ${enum}." enum:"mermaid,dot,svg" default:"mermaid"`
	Output    string `short:"o" help:"The file to write to. The default is standard output." placeholder:"FILE"`
	Workspace string `help:"The workspace file. The default is sluice.yaml." placeholder:"FILE"`
}

// Run draws a pipeline.
func (c *graphCommand) Run(p *program) error {
	drawing, err := p.engine().Draw(c.Pipeline, c.Format, engine.LoadOptions{Workspace: c.Workspace})
	if err != nil {
		return p.told(err)
	}
	if c.Output != "" {
		return os.WriteFile(c.Output, drawing, 0o644)
	}
	_, err = p.stdout.Write(drawing)
	return err
}

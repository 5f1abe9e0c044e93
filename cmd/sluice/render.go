package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/engine/diag"
)

type renderCommand struct {
	Template string `arg:"" optional:"" help:"A template, or @FILE to read it from a file."`
	Data     string `help:"A JSON file with the variables, taken as a record of a pipeline; - is standard input." placeholder:"FILE"`
	Dialect  string `help:"The language of the template: ${enum}." enum:"twig,jinja" default:"twig"`
	Strict   bool   `help:"Fail where something undefined is printed."`
	Batch    bool   `help:"Read one request a line, as JSON with templates, main, data and config, and answer each with a line of JSON. Numbers in data are what PHP makes of them, as in the cases of Twig."`
}

// Run renders a template, or a stream of them.
func (c *renderCommand) Run(ctx context.Context, p *program) error {
	if c.Batch {
		if c.Template != "" || c.Data != "" {
			return usage("--batch takes everything from standard input; leave TEMPLATE and --data out")
		}
		return engine.RenderBatch(ctx, p.stdin, p.stdout, c.Dialect)
	}
	if c.Template == "" {
		return usage("name a template, such as '{{ 1 + 1 }}', or use --batch")
	}
	return c.one(ctx, p)
}

// one renders a single template.
func (c *renderCommand) one(ctx context.Context, p *program) error {
	name, text, err := c.template()
	if err != nil {
		return err
	}
	data, err := p.renderData(c.Data)
	if err != nil {
		return err
	}
	out, findings, err := engine.Render(ctx, name, text, data, engine.RenderOptions{Dialect: c.Dialect, Strict: c.Strict})
	if len(findings) > 0 {
		source := func(string) ([]byte, error) { return []byte(text), nil }
		if err := diag.Print(p.stdout, diag.FormatText, findings, diag.PrintOptions{Source: source, Colour: p.terminal}); err != nil {
			return err
		}
		return errFindings
	}
	if err != nil {
		return err
	}
	if !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	_, err = p.stdout.Write(out)
	return err
}

// template returns the text of the template, and what findings call it.
func (c *renderCommand) template() (name, text string, err error) {
	file, ok := strings.CutPrefix(c.Template, "@")
	if !ok || file == "" {
		return "template", c.Template, nil
	}
	data, err := os.ReadFile(file)
	return file, string(data), err
}

// renderData reads the variables of a template: JSON.
func (p *program) renderData(name string) (data []byte, err error) {
	switch name {
	case "":
		return []byte("{}"), nil
	case "-":
		name = "standard input"
		data, err = io.ReadAll(p.stdin)
	default:
		data, err = os.ReadFile(name)
	}
	if err == nil && !json.Valid(data) {
		err = fmt.Errorf("%s is not JSON", name)
	}
	return data, err
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

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
	name, text := "template", c.Template
	if file, ok := cutAt(c.Template); ok {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, text = file, string(data)
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
	_, err = p.stdout.Write(out)
	if err == nil && (len(out) == 0 || out[len(out)-1] != '\n') {
		_, err = fmt.Fprintln(p.stdout)
	}
	return err
}

func cutAt(s string) (string, bool) {
	if len(s) > 1 && s[0] == '@' {
		return s[1:], true
	}
	return s, false
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

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/engine/diag"
)

type testCommand struct {
	Paths  []string `arg:"" optional:"" name:"path" help:"Files and folders with tests. The default is this folder."`
	Match  string   `name:"run" help:"Only the tests that have this in their names." placeholder:"TEXT"`
	Format string   `help:"How results are printed: ${enum}." enum:"text,json" default:"text"`
}

// testLine is a result as JSON, one a line.
type testLine struct {
	File     string        `json:"file"`
	Test     string        `json:"test"`
	Passed   bool          `json:"passed"`
	Failures []testFailure `json:"failures,omitempty"`
	Error    string        `json:"error,omitempty"`
}

type testFailure struct {
	Place   string `json:"place"`
	Message string `json:"message"`
}

// Run runs the tests of pipelines and connectors, offline.
func (c *testCommand) Run(ctx context.Context, p *program) error {
	if len(c.Paths) == 0 {
		c.Paths = []string{"."}
	}
	project, err := p.engine().Load(engine.LoadOptions{Paths: c.Paths, Offline: true})
	if err != nil {
		return err
	}
	if project.Errors() > 0 {
		if err := p.printFindings(project, diag.FormatText); err != nil {
			return err
		}
		return errFindings
	}
	passed, failed := 0, 0
	err = project.Test(ctx, c.Match, func(res *engine.TestResult) {
		if res.Passed() {
			passed++
		} else {
			failed++
		}
		c.print(p, res)
	})
	if err != nil {
		return err
	}
	return c.end(p, passed, failed)
}

// end prints how many tests there were, and returns what the program ends with.
func (c *testCommand) end(p *program, passed, failed int) error {
	switch {
	case passed+failed == 0 && c.Match != "":
		return usage("no test has %q in its name", c.Match)
	case passed+failed == 0 && c.Format == "text":
		fmt.Fprintf(p.stdout, "no tests in %s\n", strings.Join(c.Paths, ", "))
	case c.Format == "text":
		fmt.Fprintf(p.stdout, "%d passed, %d failed\n", passed, failed)
	}
	if failed > 0 {
		return errFindings
	}
	return nil
}

func (c *testCommand) print(p *program, res *engine.TestResult) {
	if c.Format == "json" {
		line := testLine{File: res.File, Test: res.Name, Passed: res.Passed()}
		for _, f := range res.Failures {
			line.Failures = append(line.Failures, testFailure{f.Span.String(), f.Message})
		}
		if res.Err != nil {
			line.Error = res.Err.Error()
		}
		// A stdout that cannot be written to has nobody to tell.
		_ = json.NewEncoder(p.stdout).Encode(line)
		return
	}
	verdict := "ok  "
	if !res.Passed() {
		verdict = "FAIL"
	}
	fmt.Fprintf(p.stdout, "%s  %s: %s\n", verdict, res.File, res.Name)
	for _, f := range res.Failures {
		fmt.Fprintf(p.stdout, "      %s: %s\n", f.Span, f.Message)
	}
	if res.Err != nil {
		fmt.Fprintf(p.stdout, "      %v\n", res.Err)
	}
}

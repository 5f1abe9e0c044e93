package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// starter is the workspace that init writes.
//
//go:embed init
var starter embed.FS

type initCommand struct {
	Dir string `arg:"" optional:"" help:"The folder to write into. The default is this one." default:"."`
}

// Run writes a workspace with a first pipeline. It leaves files alone that are
// there already.
func (c *initCommand) Run(p *program) error {
	files, err := fs.ReadDir(starter, "init")
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, err := os.Stat(filepath.Join(c.Dir, f.Name())); err == nil {
			return fmt.Errorf("%s is there already; choose an empty folder, as in: sluice init FOLDER", filepath.Join(c.Dir, f.Name()))
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		data, err := starter.ReadFile("init/" + f.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(c.Dir, f.Name()), data, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, "wrote", f.Name())
	}
	in := ""
	if c.Dir != "." {
		in = "cd " + c.Dir + "\n"
	}
	fmt.Fprintf(p.stdout, "\nNow try:\n%ssluice lint\nsluice test\nsluice run orders\nsluice why orders 1002\n", in)
	return nil
}

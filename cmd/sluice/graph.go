package main

import "errors"

type graphCommand struct{}

// Run draws a pipeline.
func (c *graphCommand) Run(p *program) error { return errors.New("not yet") }

package main

import "errors"

type schemaCommand struct{}

// Run writes the schemas.
func (c *schemaCommand) Run(p *program) error { return errors.New("not yet") }

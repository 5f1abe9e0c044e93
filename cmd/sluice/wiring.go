package main

import (
	"runtime/debug"

	"github.com/sluicehq/sluice/connectors"
	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/pipelines"
	"github.com/sluicehq/sluice/steps"
	"github.com/sluicehq/sluice/steps/file"
	"github.com/sluicehq/sluice/steps/rest"
)

// program is what commands work with: the machine around them and the engine,
// into which everything that sluice offers is put here and nowhere else.
type program struct {
	environment
	// made is the engine, once it was asked for: it reads the connectors once.
	made *engine.Engine
}

func (p *program) engine() *engine.Engine {
	if p.made != nil {
		return p.made
	}
	p.made = engine.New(engine.Options{
		Steps:          steps.All(),
		Connectors:     []*step.Connector{file.Connector(p.stdin, p.stdout), rest.Connector()},
		ConnectorFiles: connectors.Files,
		HTTP:           rest.Engine{},
		Twins:          twins(),
		Pipelines:      pipelines.Files,
		Getenv:         p.getenv,
	})
	return p.made
}

// version is the module's version, as the Go tool recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

package engine

import (
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/connector"
	"github.com/sluicehq/sluice/engine/step"
)

// Options are what a program puts into an Engine.
type Options struct {
	// Steps are the steps that pipelines can use.
	Steps []*step.Definition
	// Connectors are those written in Go.
	Connectors []*step.Connector
	// ConnectorFiles holds the connectors written in YAML, at its top.
	ConnectorFiles fs.FS
	// HTTP reads and writes for the connectors written in YAML.
	HTTP step.HTTPEngine
	// Twins are the servers that tests of pipelines can run against.
	Twins []*step.TwinDefinition
	// Pipelines holds ready-made integrations, a folder each.
	Pipelines fs.FS
	// Getenv returns an environment variable; nil means the process's own.
	Getenv func(name string) (string, bool)
}

// Engine loads, checks and runs pipelines. It is safe for concurrent use.
type Engine struct {
	o       Options
	builtin func() *shelf
}

// shelf is the connectors that are at hand, with what was wrong with their
// files.
type shelf struct {
	connectors []*step.Connector
	// own are the connectors of the user, by their files.
	own      map[string]*connector.Loaded
	findings diag.List
	sources  map[string][]byte
}

// New returns an engine.
func New(o Options) *Engine {
	if o.Getenv == nil {
		o.Getenv = os.LookupEnv
	}
	e := &Engine{o: o}
	e.builtin = sync.OnceValue(e.readBuiltin)
	return e
}

// readBuiltin reads the connectors that the program brings along.
func (e *Engine) readBuiltin() *shelf {
	s := &shelf{connectors: slices.Clone(e.o.Connectors), sources: map[string][]byte{}}
	if e.o.ConnectorFiles == nil {
		return s
	}
	names, err := fs.Glob(e.o.ConnectorFiles, "*.yaml")
	if err != nil {
		return s // the pattern is constant
	}
	for _, name := range names {
		data, err := fs.ReadFile(e.o.ConnectorFiles, name)
		if err != nil {
			s.findings.Errorf(diag.Span{File: name}, diag.CodeFile, "cannot be read: %v", err)
			continue
		}
		// Their tests are run where sluice is built.
		s.add("connectors/"+name, connector.WithoutTests(data), e.o.HTTP)
	}
	return s
}

// add reads a connector file onto the shelf.
func (s *shelf) add(name string, data []byte, http step.HTTPEngine) *connector.Loaded {
	s.sources[name] = data
	f := connector.Load(name, data, http, &s.findings)
	if f == nil || f.Connector == nil {
		return nil
	}
	s.connectors = slices.DeleteFunc(s.connectors, func(c *step.Connector) bool { return c.Name == f.Connector.Name })
	s.connectors = append(s.connectors, f.Connector)
	return f
}

// with returns a shelf that has the connectors of files as well.
func (s *shelf) with(files map[string][]byte, http step.HTTPEngine) *shelf {
	if len(files) == 0 {
		return s
	}
	c := &shelf{connectors: slices.Clone(s.connectors), sources: map[string][]byte{}}
	c.own = map[string]*connector.Loaded{}
	first := map[string]diag.Span{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := c.add(name, files[name], http)
		if f == nil {
			continue
		}
		c.own[name] = f
		c.once(f.File.Connector, first)
	}
	return c
}

// once reports a connector of one's own that has the name of another.
func (s *shelf) once(name diag.Text, first map[string]diag.Span) {
	if at, again := first[name.Value]; again && name.Value != "" {
		f := s.findings.Errorf(name.Span, diag.CodeConflict, "two connectors are called %q", name.Value)
		f.Hint = "give each its own name"
		f.Related = []diag.Related{{Message: "the first is here", Span: at}}
		return
	}
	first[name.Value] = name.Span
}

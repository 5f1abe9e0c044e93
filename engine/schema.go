package engine

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/schema"
)

// SchemaInfo is a kind of file that has a JSON Schema.
type SchemaInfo struct {
	// Name is the kind, such as "pipeline".
	Name string
	// Files says which files are of the kind.
	Files string
}

// SchemaKinds lists the kinds of files that have a JSON Schema.
func SchemaKinds() []SchemaInfo {
	return []SchemaInfo{
		{schema.Pipeline, "a pipeline"},
		{schema.Workspace, "a workspace, " + WorkspaceFile},
		{schema.Connector, "a connector"},
		{schema.Test, "the tests of a pipeline, NAME_test.yaml"},
	}
}

// Schema returns the JSON Schema of a kind of file. It knows the connectors that
// the program brings along and those of the workspace: the given one, or else
// the one in the current folder, if there is one.
func (e *Engine) Schema(kind, workspace string) ([]byte, error) {
	s, err := e.around(workspace)
	if err != nil {
		return nil, err
	}
	k, err := e.known(s)
	if err != nil {
		return nil, err
	}
	return k.Write(kind)
}

// around returns the connectors that are known in a workspace.
func (e *Engine) around(workspace string) (*shelf, error) {
	p := e.project(LoadOptions{Workspace: workspace})
	p.workspaceFile = p.chooseWorkspace(nil)
	if p.workspaceFile != "" {
		if _, err := p.read(p.workspaceFile); err != nil {
			return nil, err
		}
		p.dir = filepath.Dir(p.workspaceFile)
	}
	if err := p.connectorFiles(nil); err != nil {
		return nil, err
	}
	for _, f := range p.fs.Sorted() {
		if f.Severity == diag.Error {
			return nil, fmt.Errorf("a connector is wrong; sluice lint shows more: %w", f)
		}
	}
	return p.shelf, nil
}

// known returns what files can refer to.
func (e *Engine) known(s *shelf) (schema.Known, error) {
	k := schema.Known{Steps: e.o.Steps, Connectors: s.connectors, Twins: e.o.Twins}
	if e.o.Pipelines == nil {
		return k, nil
	}
	dirs, err := fs.ReadDir(e.o.Pipelines, ".")
	if err != nil {
		return k, err
	}
	for _, d := range dirs {
		files, err := e.integration(d.Name())
		if err != nil {
			return k, err
		}
		in := schema.Integration{Name: d.Name()}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if p := pipeline.Read(name, files[name], &diag.List{}); p != nil {
				in.Pipelines = append(in.Pipelines, p)
			}
		}
		if len(in.Pipelines) > 0 {
			k.Integrations = append(k.Integrations, in)
		}
	}
	return k, nil
}

// integration reads the pipelines of a ready-made integration; none if there is
// no such integration.
func (e *Engine) integration(name string) (map[string][]byte, error) {
	files := map[string][]byte{}
	if e.o.Pipelines == nil || !fs.ValidPath(name) {
		return files, nil
	}
	names, err := fs.Glob(e.o.Pipelines, path.Join(name, "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		data, err := fs.ReadFile(e.o.Pipelines, n)
		if err != nil {
			return nil, err
		}
		if kindOf(n, data) == schema.Pipeline {
			files["pipelines/"+n] = data
		}
	}
	return files, nil
}

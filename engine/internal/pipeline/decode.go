package pipeline

import (
	"embed"
	"sync"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// Sources has the comments of the structs in this package, for the reference
// pages and for findings about what is missing.
//
//go:embed pipeline.go workspace.go
var Sources embed.FS

// The structs are read once; that takes longer than decoding with them.
var (
	docs            = sync.OnceValue(func() *spec.Docs { return spec.Comments(Sources) })
	pipelineStruct  = sync.OnceValue(func() *spec.Struct { return spec.For[Pipeline]().Document(docs()) })
	workspaceStruct = sync.OnceValue(func() *spec.Struct { return spec.For[Workspace]().Document(docs()) })
	testStruct      = sync.OnceValue(func() *spec.Struct { return spec.For[Test]().Document(docs()) })
	sourceStruct    = sync.OnceValue(func() *spec.Struct { return spec.For[Source]().Document(docs()) })
	sinkStruct      = sync.OnceValue(func() *spec.Struct { return spec.For[Sink]().Document(docs()) })
)

// FileStruct returns how a pipeline file is written.
func FileStruct() *spec.Struct { return pipelineStruct() }

// WorkspaceStruct returns how a workspace is written.
func WorkspaceStruct() *spec.Struct { return workspaceStruct() }

// TestStruct returns how a file of tests is written.
func TestStruct() *spec.Struct { return testStruct() }

// SourceStruct returns how a source is written.
func SourceStruct() *spec.Struct { return sourceStruct() }

// SinkStruct returns how a sink is written.
func SinkStruct() *spec.Struct { return sinkStruct() }

// Read reads a pipeline file. It returns what could be read, beside findings;
// nil if that is nothing.
func Read(file string, data []byte, fs *diag.List) *Pipeline {
	n := syntax.Parse(file, data, fs)
	if !isMapping(n, "a pipeline", fs) {
		return nil
	}
	p := &Pipeline{}
	pipelineStruct().Decode(n, p, fs)
	if p.Pipeline.Span.File == "" { // findings about it point at the file then
		p.Pipeline.Span = p.Span
	}
	p.check(fs)
	return p
}

// ReadWorkspace reads a sluice.yaml.
func ReadWorkspace(file string, data []byte, fs *diag.List) *Workspace {
	n := syntax.Parse(file, data, fs)
	if !isMapping(n, "a workspace", fs) {
		return nil
	}
	w := &Workspace{}
	workspaceStruct().Decode(n, w, fs)
	w.check(fs)
	return w
}

// ReadTest reads a file of tests.
func ReadTest(file string, data []byte, fs *diag.List) *Test {
	n := syntax.Parse(file, data, fs)
	if !isMapping(n, "a test of a pipeline", fs) {
		return nil
	}
	t := &Test{}
	testStruct().Decode(n, t, fs)
	t.check(fs)
	return t
}

func isMapping(n *syntax.Node, what string, fs *diag.List) bool {
	switch {
	case n == nil:
		return false
	case n.IsNull():
		fs.Errorf(n.Span, diag.CodeMissingField, "the file is empty, not %s", what)
		return false
	case n.Kind != syntax.Mapping:
		fs.Errorf(n.Span, diag.CodeWrongType, "expected %s, not %s", what, n.Describe())
		return false
	}
	return true
}

package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/schema"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// WorkspaceFile is what a workspace is called.
const WorkspaceFile = "sluice.yaml"

// LoadOptions say what is loaded.
type LoadOptions struct {
	// Paths are files and folders to check; none means the folder of Workspace.
	Paths []string
	// Workspace is the workspace file; empty means sluice.yaml in the current
	// folder, if there is one.
	Workspace string
	// Offline takes a stand-in for each environment variable and file that is
	// missing.
	Offline bool
	// Set are settings by name, before those of the workspace.
	Set map[string]string
}

// naming returns the options with which the pipeline called name is loaded, which
// may be a file.
func (o LoadOptions) naming(name string) LoadOptions {
	if isYAML(name) {
		o.Paths = append(o.Paths, name)
	}
	return o
}

// Project is what was loaded: a workspace with its pipelines, and whatever
// other files were named.
type Project struct {
	engine  *Engine
	opts    LoadOptions
	shelf   *shelf
	sources map[string][]byte
	used    map[string]bool // the files that are not sluice's own connectors
	fs      diag.List

	workspaceFile string
	dir           string
	workspace     *pipeline.Workspace
	accounts      map[string]compile.Account
	env           pipeline.Env
	units         []*unit
	tests         []*testFile
}

// unit is a pipeline to compile: an instance of the workspace, or a file by
// itself.
type unit struct {
	file     string
	data     []byte // what is still to be read
	pipeline *pipeline.Pipeline
	instance string
	use      *pipeline.Use
	beside   []*pipeline.Pipeline
	findings diag.List
	ready    *compile.Ready
}

// read reads the file of a pipeline by itself.
func (u *unit) read() {
	if u.data == nil {
		return
	}
	if u.pipeline = pipeline.Read(u.file, u.data, &u.findings); u.pipeline != nil {
		u.instance = u.pipeline.Pipeline.Value
	}
	u.data = nil
}

type testFile struct {
	file string
	test *pipeline.Test
}

// project returns a project with nothing in it.
func (e *Engine) project(o LoadOptions) *Project {
	return &Project{engine: e, opts: o, shelf: e.builtin(), sources: map[string][]byte{}, used: map[string]bool{}}
}

// Load reads a workspace and the files that were named, and compiles every
// pipeline among them. What is wrong is in Findings.
func (e *Engine) Load(o LoadOptions) (*Project, error) {
	p := e.project(o)
	files, err := p.files()
	if err != nil {
		return nil, err
	}
	p.workspaceFile = p.chooseWorkspace(files)
	if err := p.loadWorkspace(); err != nil {
		return nil, err
	}
	if err := p.connectorFiles(files); err != nil {
		return nil, err
	}
	p.bind()
	for _, f := range files {
		p.loadFile(f)
	}
	p.compile()
	p.checkTests()
	return p, nil
}

// kinds tells what kind of file one is by its first-level keys.
var kinds = regexp.MustCompile(`(?m)^\{?["']?(pipeline|connector|connections|use|state|cases|source|steps|sink|base_url|reads|writes)["']?[ \t]*:`)

// comments finds what says nothing: comments and the marks of a document.
var comments = regexp.MustCompile(`(?m)^[ \t]*(#.*|---|\.\.\.)[ \t\r]*$`)

// kindOf tells what kind of file one is, "" if that does not show, so that no file is passed over because
// its first key is misspelt or because it is not in UTF-8.
func kindOf(name string, data []byte) string {
	text := bytes.ReplaceAll(data, []byte{0}, nil) // what is left of UTF-16
	for _, mark := range []string{"\ufeff", "\xff\xfe", "\xfe\xff"} {
		text = bytes.TrimPrefix(text, []byte(mark))
	}
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	found := map[string]bool{}
	for _, m := range kinds.FindAllSubmatch(text, -1) {
		found[string(m[1])] = true
	}
	switch {
	case filepath.Base(name) == WorkspaceFile:
		return schema.Workspace
	case found["cases"], strings.HasSuffix(name, "_test.yaml"):
		return schema.Test
	case found["pipeline"]:
		return schema.Pipeline
	case found["connector"]:
		return schema.Connector
	case found["source"], found["steps"], found["sink"]:
		return schema.Pipeline
	case found["base_url"], found["reads"], found["writes"]:
		return schema.Connector
	case found["use"], found["connections"], found["state"]:
		return schema.Workspace
	}
	return ""
}

// file is a file that was named, or found in a folder that was.
type file struct {
	name, kind string
	named      bool
}

// files lists what is to be loaded besides the workspace.
func (p *Project) files() ([]file, error) {
	var files []file
	for _, name := range p.opts.Paths {
		info, err := os.Stat(name)
		if err != nil {
			return nil, notThere(err)
		}
		if !info.IsDir() {
			files = append(files, file{name: filepath.Clean(name), named: true})
			continue
		}
		found, err := yamlIn(name)
		if err != nil {
			return nil, notThere(err)
		}
		for _, name := range found {
			files = append(files, file{name: name})
		}
	}
	for i := range files {
		data, err := p.read(files[i].name)
		if err != nil {
			return nil, err
		}
		files[i].kind = kindOf(files[i].name, data)
	}
	return files, nil
}

// yamlIn lists the YAML files in a folder and in those within, but for hidden
// ones.
func yamlIn(folder string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(folder, func(at string, d fs.DirEntry, err error) error {
		switch hidden := strings.HasPrefix(d.Name(), ".") && at != folder; {
		case err != nil:
			return err
		case hidden && d.IsDir():
			return filepath.SkipDir
		case !hidden && !d.IsDir() && isYAML(at):
			names = append(names, filepath.Clean(at))
		}
		return nil
	})
	return names, err
}

// notThere says in place of the system which file or folder does not exist.
func notThere(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			return fmt.Errorf("there is no file or folder %q", pe.Path)
		}
	}
	return err
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// chooseWorkspace finds the workspace: the one that was given, else the one
// among the files, else the one in the current folder.
func (p *Project) chooseWorkspace(files []file) string {
	if p.opts.Workspace != "" {
		return p.opts.Workspace
	}
	if i := slices.IndexFunc(files, func(f file) bool { return f.kind == schema.Workspace }); i >= 0 {
		return files[i].name
	}
	return workspaceHere()
}

// workspaceHere is the workspace in the current folder, "" if there is none.
func workspaceHere() string {
	if exists(WorkspaceFile) {
		return WorkspaceFile
	}
	return ""
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func (p *Project) read(name string) ([]byte, error) {
	p.used[name] = true
	if data, ok := p.sources[name]; ok {
		return data, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, notThere(err)
	}
	p.sources[name] = data
	return data, nil
}

// loadWorkspace reads the workspace, if there is one.
func (p *Project) loadWorkspace() error {
	p.env = pipeline.Env{Lookup: p.engine.o.Getenv, Offline: p.opts.Offline}
	if p.workspaceFile == "" {
		p.env.ReadFile = os.ReadFile
		return nil
	}
	data, err := p.read(p.workspaceFile)
	if err != nil {
		return err
	}
	p.dir = filepath.Dir(p.workspaceFile)
	p.env.ReadFile = func(name string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(p.dir, name)
		}
		return os.ReadFile(name)
	}
	p.workspace = pipeline.ReadWorkspace(p.workspaceFile, data, &p.fs)
	return nil
}

// connectorFiles reads connectors of the user's own: those that were named, and
// those in the folder connectors beside the workspace.
func (p *Project) connectorFiles(files []file) error {
	own := map[string][]byte{}
	for _, f := range files {
		if f.kind == schema.Connector {
			own[f.name] = p.sources[f.name]
		}
	}
	if p.workspaceFile != "" {
		beside, err := filepath.Glob(filepath.Join(p.dir, "connectors", "*.yaml"))
		if err != nil {
			return err
		}
		for _, name := range beside {
			data, err := p.read(name)
			if err != nil {
				return err
			}
			if kindOf(name, data) == schema.Connector {
				own[name] = data
			}
		}
	}
	p.shelf = p.shelf.with(own, p.engine.o.HTTP)
	p.fs.Add(p.shelf.findings.Sorted()...)
	for name, data := range p.shelf.sources {
		p.sources[name] = data
	}
	return nil
}

// bind readies the accounts of the workspace and loads the pipelines that it
// uses.
func (p *Project) bind() {
	if p.workspace == nil {
		return
	}
	p.accounts = compile.Accounts(p.workspace, p.dir, p.shelf.connectors, p.env, &p.fs)
	p.checkState()
	compile.CheckAlerts(p.workspace, p.accounts, &p.fs)
	for i := range p.workspace.Use {
		p.use(&p.workspace.Use[i])
	}
}

// checkState sees that a run will find out where its ledger is.
func (p *Project) checkState() {
	text := p.workspace.State
	n := p.env.Resolve(&syntax.Node{Kind: syntax.Scalar, Span: text.Span, Text: text}, item.TypeText, &p.fs)
	if n.Secret || text.Value == "" || strings.Contains(text.Value, "${") || strings.HasPrefix(text.Value, "sqlite:") {
		return // what an environment variable says is looked at by the run
	}
	said := text.Value
	if scheme, _, address := strings.Cut(said, "://"); address { // there may be a password in it
		said = scheme + "://…"
	}
	p.fs.Errorf(text.Span, diag.CodeBadValue, "%q is not where a ledger can be kept", said).
		Hint = "write sqlite:FILE, such as sqlite:sluice.db"
}

// use loads the pipelines of one entry of `use:`.
func (p *Project) use(u *pipeline.Use) {
	if u.Pipelines.Value == "" {
		return
	}
	files, err := p.integration(u.Pipelines.Value)
	if err != nil {
		p.fs.Errorf(u.Pipelines.Span, diag.CodeFile, "%v", err).Hint = p.suggestIntegration(u.Pipelines.Value)
		return
	}
	var units []*unit
	var all []*pipeline.Pipeline
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p.sources[name], p.used[name] = files[name], true
		un := &unit{file: name, use: u}
		if un.pipeline = pipeline.Read(name, files[name], &un.findings); un.pipeline != nil {
			un.instance = instanceName(u.Name.Value, un.pipeline.Pipeline.Value)
			all = append(all, un.pipeline)
		}
		units = append(units, un)
	}
	for _, un := range units {
		p.checkInstance(un)
		un.beside = slices.DeleteFunc(slices.Clone(all), func(o *pipeline.Pipeline) bool { return o == un.pipeline })
	}
	p.units = append(p.units, units...)
}

// checkInstance sees that no two pipelines of a workspace keep their books under
// one name. What the entries of use say is compared when they are read; the same
// pipeline can be reached in several ways.
func (p *Project) checkInstance(u *unit) {
	if u.pipeline == nil || u.instance == "" {
		return
	}
	for _, o := range p.units {
		if o.instance != u.instance || o.use == nil || o.use.Pipelines.Value == u.use.Pipelines.Value {
			continue
		}
		f := p.fs.Errorf(u.use.Pipelines.Span, diag.CodeConflict, "this is a second pipeline called %q", u.instance)
		f.Hint = "give the use a name of its own"
		f.Related = []diag.Related{{Message: "the first is here", Span: o.use.Pipelines.Span}}
		return
	}
}

func instanceName(use, name string) string {
	if use == "" {
		return name
	}
	return use + "/" + name
}

// integration finds the pipeline files that `pipelines:` means: a file or
// folder beside the workspace, or a ready-made integration.
func (p *Project) integration(name string) (map[string][]byte, error) {
	files := map[string][]byte{}
	at := filepath.Join(p.dir, filepath.FromSlash(name))
	if info, err := os.Stat(at); err == nil {
		names := []string{at}
		if info.IsDir() {
			if names, err = filepath.Glob(filepath.Join(at, "*.yaml")); err != nil {
				return nil, err
			}
		}
		for _, n := range names {
			data, err := p.read(n)
			if err != nil {
				return nil, err
			}
			if !info.IsDir() || kindOf(n, data) == schema.Pipeline {
				files[n] = data
			}
		}
	} else if files, err = p.engine.integration(name); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no pipeline at %q, and no ready-made integration of that name", name)
	}
	return files, nil
}

func (p *Project) suggestIntegration(name string) string {
	var known []string
	if p.engine.o.Pipelines != nil {
		entries, err := fs.ReadDir(p.engine.o.Pipelines, ".")
		if err == nil {
			for _, e := range entries {
				known = append(known, e.Name())
			}
		}
	}
	return diag.DidYouMean(name, known)
}

// testedPipeline sees that the pipeline which a test file is for is there.
func (p *Project) testedPipeline(file string, t *pipeline.Test) {
	if t.Pipeline.Value == "" {
		return
	}
	if _, err := p.read(filepath.Join(filepath.Dir(file), t.Pipeline.Value)); err != nil {
		p.fs.Errorf(t.Pipeline.Span, diag.CodeFile, "%v", err).Hint = "name the pipeline's file, relative to this one"
	}
}

// loadFile loads a file that was named or found.
func (p *Project) loadFile(f file) {
	data := p.sources[f.name]
	switch f.kind {
	case schema.Workspace:
		if f.name != p.workspaceFile {
			pipeline.ReadWorkspace(f.name, data, &p.fs)
		}
	case schema.Test:
		if t := pipeline.ReadTest(f.name, data, &p.fs); t != nil {
			p.tests = append(p.tests, &testFile{f.name, t})
			p.testedPipeline(f.name, t)
		}
	case schema.Pipeline:
		if !slices.ContainsFunc(p.units, func(u *unit) bool { return u.file == f.name }) {
			p.units = append(p.units, &unit{file: f.name, data: data})
		}
	case "":
		if f.named {
			p.notOurs(f.name, data)
		}
	}
}

// notOurs reports a file that was named and is of no kind that sluice knows.
func (p *Project) notOurs(name string, data []byte) {
	message := "this is no pipeline, connector, test or workspace: it has none of the keys pipeline, connector, cases and use at its top"
	if len(bytes.TrimSpace(comments.ReplaceAll(data, nil))) == 0 {
		message = "the file is empty"
	}
	p.fs.Errorf(diag.Span{File: name}, diag.CodeFile, "%s", message)
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Summary tells what a run did.
type Summary = run.Summary

// Failure is a record of a run that could not go on, or waits for the next one.
type Failure = run.Failure

// RunOptions say how a pipeline is run.
type RunOptions struct {
	// Workspace is the workspace file; empty means sluice.yaml in the current
	// folder, if there is one.
	Workspace string
	// State is where the ledger is kept, such as sqlite:sluice.db; empty means
	// where the workspace says.
	State string
	// Set are settings by name, before those of the workspace.
	Set map[string]string
	// Key runs for this record alone; Since reads from then on. Both leave the
	// cursor where it is.
	Key   string
	Since time.Time
	// DryRun lets nothing but reads leave the process and keeps nothing.
	DryRun bool
	// Now is the time that rules see; zero means the clock's.
	Now time.Time
	// Log takes what operators may want to know.
	Log *slog.Logger
	// Progress, if not nil, is told the counts as they grow.
	Progress func(*Summary)
}

// FindingsError says that a pipeline cannot run because of findings.
type FindingsError struct{ Project *Project }

// Error counts the findings.
func (e *FindingsError) Error() string {
	return "the pipeline cannot run: " + diag.Summary(e.Project.Findings())
}

// Run runs a pipeline once: name is an instance of the workspace, such as
// acme/brightstores-orders, or a pipeline file. The error is a *FindingsError
// when something is wrong with the files.
func (e *Engine) Run(ctx context.Context, name string, o RunOptions) (*Summary, error) {
	ready, p, err := e.ready(name, o)
	if err != nil {
		return nil, err
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	book, err := p.openLedger(ctx, o)
	if err != nil {
		return nil, err
	}
	if book != nil {
		defer func() { _ = book.Close() }()
	}
	return run.Run(ctx, ready, run.Options{
		Ledger: book, Owner: "sluice run", Trigger: "by hand", Now: o.Now.UTC(),
		Key: o.Key, Since: o.Since, DryRun: o.DryRun, Log: o.Log, Progress: o.Progress,
	})
}

// ready loads and compiles the pipeline called name.
func (e *Engine) ready(name string, o RunOptions) (*compile.Ready, *Project, error) {
	p, err := e.Load(LoadOptions{Workspace: o.Workspace, Set: o.Set}.naming(name))
	if err != nil {
		return nil, nil, err
	}
	u, err := p.find(name)
	if err != nil {
		if p.Errors() > 0 {
			return nil, nil, &FindingsError{p}
		}
		return nil, nil, err
	}
	if u.use == nil && u.pipeline != nil {
		// By itself it was compiled with stand-ins for settings that nobody has
		// chosen; to run, it needs the real ones.
		in := p.input(u)
		in.StandIns = false
		u.findings = diag.List{}
		u.ready = compile.Compile(in, &u.findings)
	}
	p.units = []*unit{u}
	if p.Errors() > 0 {
		return nil, nil, &FindingsError{p}
	}
	return u.ready, p, nil
}

// find returns the pipeline that name means: the whole name of an instance, its
// first or last part if only one has it, or its file.
func (p *Project) find(name string) (*unit, error) {
	var found []*unit
	for _, u := range p.units {
		if u.instance == name {
			return u, nil
		}
		if partly(u.instance, name) || u.file == filepath.Clean(name) {
			found = append(found, u)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, p.unknown(name)
	}
	return nil, severalError(name, instances(found))
}

// partly reports whether name is the first or the last part of an instance's
// name, by which users may call it.
func partly(instance, name string) bool {
	use, own, _ := strings.Cut(instance, "/")
	return use == name || own == name
}

func severalError(name string, instances []string) error {
	return fmt.Errorf("%q means several pipelines: %s", name, strings.Join(instances, ", "))
}

func (p *Project) unknown(name string) error {
	names := instances(p.units)
	if len(names) == 0 {
		return fmt.Errorf("there is no pipeline %q: the workspace uses none, and there is no such file", name)
	}
	hint := diag.DidYouMean(name, names)
	if hint == "" {
		hint = "known here: " + strings.Join(names, ", ")
	}
	return fmt.Errorf("there is no pipeline %q; %s", name, hint)
}

func instances(us []*unit) []string {
	var names []string
	for _, u := range us {
		names = append(names, u.instance)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// stateURL says where the ledger is.
func (p *Project) stateURL(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	url := "sqlite:sluice.db"
	if p.workspace != nil {
		var fs diag.List
		state := p.env.Resolve(syntax.NewScalar(p.workspace.State.Value, p.workspace.State.Span), item.TypeText, &fs)
		if fs.Errors() > 0 {
			return "", fs.Sorted()[0]
		}
		if state.Text.Value != "" {
			url = state.Text.Value
		}
	}
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok && !filepath.IsAbs(file) {
		url = "sqlite:" + filepath.Join(p.dir, file)
	}
	return url, nil
}

// openLedger opens the ledger, for a dry run only to be read. A dry run without
// one goes on without.
func (p *Project) openLedger(ctx context.Context, o RunOptions) (*ledger.Ledger, error) {
	url, err := p.stateURL(o.State)
	if err != nil {
		return nil, err
	}
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok && o.DryRun && !exists(file) {
		return nil, nil
	}
	return ledger.Open(ctx, url, ledger.Options{ReadOnly: o.DryRun})
}

// ErrNoLedger says that nothing has run yet.
var ErrNoLedger = errors.New("there is no ledger yet: no pipeline of this workspace has run")

package engine

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/internal/trial"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/engine/step"
)

// TestFailure is an expectation that does not hold, and where it stands.
type TestFailure = trial.Failure

// TestResult is the outcome of one test.
type TestResult struct {
	// File and Name tell which test it is.
	File, Name string
	// Failures are the expectations that do not hold.
	Failures []TestFailure
	// Err says why the test could not be run.
	Err error
}

// Passed reports whether the test passed.
func (t *TestResult) Passed() bool { return len(t.Failures) == 0 && t.Err == nil }

// Test runs the tests of the project that have run in their names, each by
// itself and offline, and hands every result on as it comes. The findings that
// keep tests from running are in Findings.
func (p *Project) Test(ctx context.Context, run string, each func(*TestResult)) error {
	for _, f := range p.tests {
		for i := range f.test.Cases {
			c := &f.test.Cases[i]
			if !strings.Contains(f.file+": "+c.Name.Value, run) {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			each(p.testCase(ctx, f, c))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.shelf.own)) {
		for _, o := range p.shelf.own[name].Test(ctx) {
			if !strings.Contains(name+": "+o.Name, run) {
				continue
			}
			res := &TestResult{File: name, Name: o.Name}
			for _, message := range o.Failures {
				res.Failures = append(res.Failures, TestFailure{Span: o.Place, Message: message})
			}
			each(res)
		}
	}
	return nil
}

// checkTests reports what is wrong with the cases of tests, as far as that shows
// without running them.
func (p *Project) checkTests() {
	for _, f := range p.tests {
		var own diag.List // of the pipeline, whose findings are its file's
		pl := p.pipelineOf(f, &own)
		if pl == nil {
			continue
		}
		ready := compile.Compile(compile.Input{
			Pipeline: pl, Instance: pl.Pipeline.Value, Connectors: p.shelf.connectors,
			Steps: p.engine.o.Steps, Env: p.env, StandIns: true,
		}, &own)
		if own.Errors() > 0 {
			continue
		}
		for i := range f.test.Cases {
			c := &f.test.Cases[i]
			pl.Settings.Decode(testUse(pl, f.test, c).Settings, c.Span, &p.fs)
			p.checkTwins(pl, c)
			trial.Check(ready, c, &p.fs)
		}
	}
}

// checkTwins reports twins that cannot be started.
func (p *Project) checkTwins(pl *pipeline.Pipeline, c *pipeline.Case) {
	for name, n := range c.Twins.All() {
		vendor, ok := pl.Connections.Get(name.Value)
		if !ok {
			f := p.fs.Errorf(name.Span, diag.CodeUnknownConnection, "the pipeline %q has no connection %q", pl.Pipeline.Value, name.Value)
			f.Hint = diag.DidYouMean(name.Value, pl.Connections.Keys())
			continue
		}
		if d := p.twinOf(vendor.Value, n, &p.fs); d != nil {
			d.Options.Decode(n, d.New(), &p.fs)
		}
	}
}

// testCase runs a case of a pipeline's test file.
func (p *Project) testCase(ctx context.Context, f *testFile, c *pipeline.Case) *TestResult {
	res := &TestResult{File: f.file, Name: c.Name.Value}
	var fs diag.List
	twins := map[string]step.Twin{}
	defer func() {
		for _, t := range twins {
			_ = t.Close()
		}
	}()
	pl := p.pipelineOf(f, &fs)
	if pl == nil {
		return res.findings(&fs)
	}
	accounts, err := p.testAccounts(pl, c, twins, &fs)
	if err != nil {
		res.Err = err
		return res
	}
	ready := compile.Compile(compile.Input{
		Pipeline: pl, Instance: pl.Pipeline.Value, Accounts: accounts, Connectors: p.shelf.connectors,
		Steps: p.engine.o.Steps, Env: p.env,
		Use: testUse(pl, f.test, c),
	}, &fs)
	if fs.Errors() > 0 {
		return res.findings(&fs)
	}
	res.Failures, res.Err = trial.Run(ctx, ready, c, twins, &fs)
	secrets := secret.New(ready.Secrets...)
	for i := range res.Failures {
		res.Failures[i].Message = secrets.Text(res.Failures[i].Message)
	}
	if fs.Errors() > 0 {
		return res.findings(&fs)
	}
	return res
}

// findings makes failures of findings.
func (t *TestResult) findings(fs *diag.List) *TestResult {
	for _, f := range fs.Sorted() {
		if f.Severity == diag.Error {
			t.Failures = append(t.Failures, TestFailure{Span: f.Span, Message: f.Message})
		}
	}
	return t
}

// pipelineOf reads the pipeline that a test file is for.
func (p *Project) pipelineOf(f *testFile, fs *diag.List) *pipeline.Pipeline {
	name := filepath.Join(filepath.Dir(f.file), f.test.Pipeline.Value)
	data, err := p.read(name)
	if err != nil {
		fs.Errorf(f.test.Pipeline.Span, diag.CodeFile, "%v", err)
		return nil
	}
	return pipeline.Read(name, data, fs)
}

// testAccounts makes an account for each connection of the pipeline: a twin
// where the case has one, else one that nobody connects to.
func (p *Project) testAccounts(pl *pipeline.Pipeline, c *pipeline.Case, twins map[string]step.Twin, fs *diag.List) (map[string]compile.Account, error) {
	accounts := map[string]compile.Account{}
	for name, vendor := range pl.Connections.All() {
		i := slices.IndexFunc(p.shelf.connectors, func(c *step.Connector) bool { return c.Name == vendor.Value })
		if i < 0 {
			continue // compile says so
		}
		own := *p.shelf.connectors[i]
		a := compile.Account{Name: name.Value, Connector: &own, Values: map[string]item.Value{}, Dir: p.dir}
		for _, f := range a.Connector.Fields {
			a.Values[f.Name] = f.Default
			if f.Default.Kind() == item.KindMissing {
				a.Values[f.Name] = pipeline.StandIn(f.Type)
			}
		}
		if n, ok := c.Twins.Get(name.Value); ok {
			t, err := p.startTwin(vendor.Value, n, fs)
			if err != nil {
				return nil, err
			}
			if t != nil {
				twins[name.Value] = t
				for k, v := range t.Values() {
					a.Values[k] = item.Text(v)
				}
			}
		}
		if twins[name.Value] == nil {
			own.Dial = nil // its settings are stand-ins, which lead nowhere
		}
		accounts[name.Value] = a
	}
	return accounts, nil
}

// testUse is the use of the pipeline that a case stands for: every connection
// bound to the account of its own name, and the settings of the case before
// those of the file.
func testUse(pl *pipeline.Pipeline, t *pipeline.Test, c *pipeline.Case) *pipeline.Use {
	u := &pipeline.Use{Pipelines: t.Pipeline, Enabled: true, Span: c.Span, Settings: &syntax.Node{Kind: syntax.Mapping, Span: c.Span}}
	for name := range pl.Connections.All() {
		u.Connections.Entries = append(u.Connections.Entries, spec.Entry[diag.Text]{Key: name, Value: name})
	}
	own := c.Settings
	if own != nil {
		u.Settings.Pairs = append(u.Settings.Pairs, own.Pairs...)
	}
	if t.Settings != nil {
		for _, p := range t.Settings.Pairs {
			if own.Get(p.Key.Text.Value) == nil {
				u.Settings.Pairs = append(u.Settings.Pairs, p)
			}
		}
	}
	return u
}

// startTwin starts the twin of a vendor as a case wants it.
func (p *Project) startTwin(vendor string, n *syntax.Node, fs *diag.List) (step.Twin, error) {
	d := p.twinOf(vendor, n, fs)
	if d == nil {
		return nil, nil
	}
	opts := d.New()
	if !d.Options.Decode(n, opts, fs) {
		return nil, nil
	}
	return d.Start(opts)
}

func (p *Project) twinOf(vendor string, n *syntax.Node, fs *diag.List) *step.TwinDefinition {
	i := slices.IndexFunc(p.engine.o.Twins, func(d *step.TwinDefinition) bool { return d.Vendor == vendor })
	if i < 0 {
		fs.Errorf(n.Span, diag.CodeUnknownConnector, "%s has no twin", vendor)
		return nil
	}
	return p.engine.o.Twins[i]
}

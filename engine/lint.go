package engine

import (
	"fmt"
	"os"
	"runtime"
	"sync"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
)

// compile reads the pipelines that are still to be read, and compiles every one,
// several at once.
func (p *Project) compile() {
	work := make(chan *unit)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for u := range work {
				if u.read(); u.pipeline != nil {
					u.ready = compile.Compile(p.input(u), &u.findings)
				}
			}
		})
	}
	for _, u := range p.units {
		work <- u
	}
	close(work)
	wg.Wait()
}

// input is what a pipeline is compiled with.
func (p *Project) input(u *unit) compile.Input {
	return compile.Input{
		Pipeline: u.pipeline, Instance: u.instance, Use: u.use, Beside: u.beside,
		Accounts: p.accounts, Connectors: p.shelf.connectors, Steps: p.engine.o.Steps,
		Env: p.env, Set: p.opts.Set, StandIns: u.use == nil,
	}
}

// Findings lists what is wrong with the files that were loaded, sorted.
func (p *Project) Findings() []*diag.Finding {
	var all diag.List
	all.Add(p.fs.Sorted()...)
	for _, u := range p.units {
		all.Add(u.findings.Sorted()...)
	}
	return all.Sorted()
}

// Errors counts the findings that keep pipelines from running.
func (p *Project) Errors() int {
	n := p.fs.Errors()
	for _, u := range p.units {
		n += u.findings.Errors()
	}
	return n
}

// Source returns the bytes of a file that was loaded, for showing the lines
// that findings are about. Secrets that are written in it are covered.
func (p *Project) Source(name string) ([]byte, error) {
	if data, ok := p.sources[name]; ok {
		return covered(data, p.written(name)), nil
	}
	return nil, fmt.Errorf("%s: %w", name, os.ErrNotExist)
}

// Files counts the files that were named, found or used, without the
// connectors that sluice brings along.
func (p *Project) Files() int {
	return len(p.used)
}

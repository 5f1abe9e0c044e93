package engine

import (
	"context"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/ledger"
)

// books are a ledger and the pipeline instance that is looked at in it.
type books struct {
	ledger   *ledger.Ledger
	instance string
	// ready is the pipeline as it is now; nil when its files are not fit to run.
	ready *compile.Ready
}

func (b *books) close() {
	_ = b.ledger.Close() // it was only read
}

// openBooks opens the ledger in which the pipeline called name is kept. Of the
// files only what says where that is must be right: a ledger is looked into
// when something is wrong.
func (e *Engine) openBooks(ctx context.Context, name string, o WhyOptions) (*books, error) {
	p, err := e.Load(LoadOptions{Workspace: o.Workspace, Offline: true}.naming(name))
	if err != nil {
		return nil, err
	}
	url, err := p.stateURL(o.State)
	if err != nil {
		return nil, err
	}
	if !exists(strings.TrimPrefix(url, "sqlite:")) {
		return nil, ErrNoLedger
	}
	b := &books{}
	if b.ledger, err = ledger.Open(ctx, url, ledger.Options{ReadOnly: true}); err != nil {
		return nil, err
	}
	if err := b.find(ctx, p, name); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// find finds the instance among the pipelines of the project, or else among
// those that the ledger has: a pipeline may be gone, or its file broken.
func (b *books) find(ctx context.Context, p *Project, name string) error {
	u, err := p.find(name)
	if err == nil {
		b.instance = u.instance
		if p.fs.Errors() == 0 && u.findings.Errors() == 0 {
			b.ready = u.ready
		}
		return nil
	}
	kept, failed := b.ledger.Instances(ctx)
	if failed != nil {
		return failed
	}
	var found []string
	for _, instance := range kept {
		if instance == name {
			b.instance = instance
			return nil
		}
		if partly(instance, name) {
			found = append(found, instance)
		}
	}
	switch len(found) {
	case 0:
		return err
	case 1:
		b.instance = found[0]
		return nil
	}
	return severalError(name, found)
}

// Verification is what the ledger says of a pipeline as a whole.
type Verification struct {
	Pipeline string `json:"pipeline"`
	// Records counts the versions of records by what became of them, Further
	// their further writes.
	Records map[string]int64 `json:"records"`
	Further map[string]int64 `json:"further"`
}

// Verify checks the books of a pipeline: that every record that its source
// showed is accounted for. The error says what does not add up.
func (e *Engine) Verify(ctx context.Context, name string, o WhyOptions) (*Verification, error) {
	b, err := e.openBooks(ctx, name, o)
	if err != nil {
		return nil, err
	}
	defer b.close()
	counts, err := b.ledger.Counts(ctx, b.instance)
	if err != nil {
		return nil, err
	}
	v := &Verification{Pipeline: b.instance, Records: map[string]int64{}, Further: map[string]int64{}}
	for _, s := range ledger.States() {
		if n := counts.Records[s]; n > 0 {
			v.Records[string(s)] = n
		}
		if n := counts.Further[s]; n > 0 {
			v.Further[string(s)] = n
		}
	}
	return v, b.ledger.Balance(ctx, b.instance)
}

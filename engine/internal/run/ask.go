package run

import (
	"bytes"
	"context"
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/run/book"
	"github.com/sluicehq/sluice/engine/internal/run/flow"
	"github.com/sluicehq/sluice/engine/internal/run/guard"
	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/engine/step"
)

// Asked is what the source shows of a record at this moment, and what the
// pipeline would make of it.
type Asked struct {
	Found bool
	// Version is the source's mark of its version, Record its JSON.
	Version string
	Record  []byte
	// Drops say why the record, or parts of it, would not be written; Writes
	// counts the writes that would be made.
	Drops  []step.Drop
	Writes int
}

// Ask reads one record from a pipeline's source and takes it through the steps.
// It writes nothing.
func Ask(ctx context.Context, p *compile.Ready, o Options) (*Asked, error) {
	o.DryRun, o.Ledger = true, nil
	r := newRunner(p, o)
	r.book = &book.Book{}
	defer r.close()
	if err := r.open(); err != nil {
		return nil, r.secrets.Error(err)
	}
	source, err := r.openSource()
	if err != nil {
		return nil, r.secrets.Error(err)
	}
	a := &Asked{}
	b := r.flow.NewBatch()
	err = source.Read(ctx, step.Query{Key: o.Key, Now: o.Now}, func(page step.Page) error {
		b.Page = page
		if err := guard.Do(r.o.Log, func() error { return r.flow.Through(ctx, b) }); err != nil {
			return err
		}
		a.add(b, r.secrets)
		return nil
	})
	if err != nil {
		return nil, r.secrets.Error(fmt.Errorf("%s: %w", p.Source.Name, err))
	}
	return a, nil
}

// add takes down what a batch came to, without secrets.
func (a *Asked) add(b *flow.Batch, secrets *secret.Redactor) {
	for i := range b.Records {
		a.Found, a.Version, a.Record = true, b.Records[i].Version, bytes.Clone(secrets.JSON(b.Records[i].Raw))
	}
	for i := range b.Leaves {
		if d := b.Leaves[i].Rec.Drop; d != nil {
			drop := *d
			drop.Reason = secrets.Text(drop.Reason)
			a.Drops = append(a.Drops, drop)
		} else {
			a.Writes++
		}
	}
}

package run

import (
	"context"
	"log/slog"
	"time"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/step"
)

// Ask reads one record from a pipeline's source, and reports whether it is
// there and the source's mark of its version.
func Ask(ctx context.Context, p *compile.Ready, key string) (found bool, version string, err error) {
	r := &runner{p: p, o: Options{DryRun: true, Log: slog.New(slog.DiscardHandler)}, sum: newSummary(p)}
	if err := r.connect(); err != nil {
		return false, "", err
	}
	source, err := r.open(&p.Source.Stream)
	if err != nil {
		return false, "", err
	}
	err = source.Read(ctx, step.Query{Key: key, Now: time.Now()}, func(page step.Page) error {
		for _, rec := range page.Records {
			found, version = rec.Err == nil, rec.Version
		}
		return nil
	})
	return found, version, err
}

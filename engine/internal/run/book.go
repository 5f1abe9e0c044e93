package run

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

// book is a run's page of the ledger. Without a ledger it keeps nothing, and
// every record is new.
type book struct {
	led   *ledger.Ledger
	lease *ledger.Lease
	run   int64
	// instance and stream are what the ledger keeps rows and cursors by.
	instance, stream string
	config           string
	// again looks at records a second time that are known unchanged but were
	// not sent: a person asked for them by key.
	again bool
	// fixed leaves the cursor where it is.
	fixed  bool
	window ledger.Window
	stop   func()
	// waiting are the books of passed records since passed, the time of their
	// last commit.
	waiting ledger.Batch
	passed  time.Time
}

// openBook takes the instance's lease and begins a run. A lease that is lost
// cancels the run. A dry run takes no lease: it only looks things up.
func openBook(ctx context.Context, r *runner, cancel context.CancelCauseFunc) (book, error) {
	b := book{
		led: r.o.Ledger, instance: r.p.Instance, config: r.p.Hash, stream: r.p.Source.Name,
		again: r.o.Key != "", fixed: r.o.Key != "" || !r.o.Since.IsZero(),
	}
	if r.o.DryRun || b.led == nil {
		return b, nil
	}
	var err error
	if b.lease, err = b.led.Acquire(ctx, r.p.Instance, r.o.Owner, leaseTime); err != nil {
		return b, err
	}
	b.run, err = b.led.Begin(ctx, b.lease, ledger.Run{Trigger: r.o.Trigger, LogicalTime: r.o.Now, Config: b.config})
	if err != nil {
		return b, err
	}
	renewing, stop := context.WithCancel(ctx)
	b.stop = stop
	go b.renew(renewing, cancel)
	return b, nil
}

// renew keeps the lease while the run waits for a vendor. Commits renew it too.
func (b *book) renew(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(leaseTime / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := b.led.Renew(ctx, b.lease); err != nil && ctx.Err() == nil {
				cancel(err)
				return
			}
		}
	}
}

// writes reports whether the run's outcomes are recorded.
func (b *book) writes() bool { return b.lease != nil }

// close ends the run in the ledger and gives the lease back.
func (b *book) close(ctx context.Context, s *Summary, failed error) error {
	if !b.writes() {
		return nil
	}
	b.stop()
	end := ledger.RunEnd{Requests: s.Requests, Counts: map[string]int64{
		"seen": int64(s.Seen), "unchanged": int64(s.Unchanged), "filtered": int64(s.FilteredTotal()), "sent": int64(s.Sent),
		"dead": int64(s.Dead), "pending": int64(s.Pending), "in doubt": int64(s.InDoubt),
	}}
	if failed != nil {
		end.Error = failed.Error()
	}
	err := b.led.End(ctx, b.lease, b.run, end)
	if e := b.led.Release(ctx, b.lease); err == nil {
		err = e
	}
	return err
}

// cursor returns where an earlier run stopped reading.
func (b *book) cursor(ctx context.Context) ([]byte, error) {
	if b.led == nil {
		return nil, nil
	}
	return b.led.Cursor(ctx, b.instance, b.stream)
}

// listed tells which records of a listing need no detail call.
func (b *book) listed(ctx context.Context, ls []step.Listed) ([]bool, error) {
	known := make([]bool, len(ls))
	if b.led == nil || b.again {
		return known, nil
	}
	keys := make([]string, len(ls))
	for i := range ls {
		keys[i] = ls[i].Key
	}
	ks, err := b.led.Known(ctx, b.instance, keys)
	if err != nil {
		return nil, err
	}
	for i := range ks {
		known[i] = ks[i].Unchanged(ls[i].Version, "", b.config)
	}
	return known, nil
}

// admit records a batch, with the cursor that it reaches.
func (b *book) admit(ctx context.Context, batch *ledger.Batch, p *step.Page) error {
	if !b.writes() {
		return nil
	}
	b.note(batch, p)
	batch.Run = b.run
	batch.Windows = []ledger.Window{b.window}
	return b.led.Admit(ctx, b.lease, batch)
}

// note takes down how far a page brings the reading.
func (b *book) note(batch *ledger.Batch, p *step.Page) {
	if p == nil {
		return
	}
	b.window.Pages++
	b.window.Records += len(p.Records) + p.Known
	if w := p.Window; !w.From.IsZero() {
		b.window.From = w.From.UTC().Format(time.RFC3339)
	}
	if w := p.Window; !w.To.IsZero() {
		b.window.To = w.To.UTC().Format(time.RFC3339)
	}
	if p.Cursor != nil && !b.fixed {
		batch.Cursors = []ledger.Cursor{{Stream: b.stream, Position: p.Cursor}}
	}
}

// pass keeps the books of a page whose records passed without rows, until
// commitPassed.
func (b *book) pass(p *step.Page, passed int, dead []ledger.Record) {
	if b.passed.IsZero() {
		b.passed = time.Now()
	}
	b.waiting.Unchanged += p.Known
	b.waiting.Passed += passed
	b.waiting.Records = append(b.waiting.Records, dead...)
	b.note(&b.waiting, p)
}

// commitPassed commits what pass has kept.
func (b *book) commitPassed(ctx context.Context) error {
	batch := b.waiting
	b.waiting, b.passed = ledger.Batch{}, time.Now()
	return b.admit(ctx, &batch, nil)
}

// complete records that the source was read to its end.
func (b *book) complete(ctx context.Context) error {
	b.window.Complete = true
	return b.admit(ctx, &ledger.Batch{}, nil)
}

// looked renders the values that a rule looked at, as the ledger keeps them.
func looked(d *step.Drop) []byte {
	if d.Looked == nil {
		return nil
	}
	parts := d.Looked()
	if len(parts) == 0 {
		return nil
	}
	data, err := json.Marshal(parts)
	if err != nil { // texts alone: it cannot fail
		return nil
	}
	return data
}

// keyOf names a record that has no key, so that it is accounted for as well.
func keyOf(rec *step.Record, version string) string {
	if rec.Key != "" {
		return rec.Key
	}
	return fmt.Sprintf("unreadable-%.12s", version)
}

// Package book is what a run keeps in the ledger: its lease, its cursor, what it
// asked the source for, and what became of the records. Without a ledger it
// keeps nothing, and every record is new.
package book

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/engine/step"
)

// LeaseTime is how long a lease lasts without renewal: long enough for any pause
// of a living process, short enough for another machine to take over.
const LeaseTime = 20 * time.Second

// Options say what a run is.
type Options struct {
	// Ledger may be nil.
	Ledger *ledger.Ledger
	// Instance and Stream are what the ledger keeps rows and cursors by; Config
	// changes whenever another outcome of a record is possible.
	Instance, Stream, Config string
	// Targets tell where the writes go, by their names in the ledger.
	Targets map[string]ledger.Target
	// Owner says who runs, Trigger why, and Now at which time.
	Owner, Trigger string
	Now            time.Time
	// ReadOnly takes no lease and records nothing.
	ReadOnly bool
	// Again looks at records a second time that are known unchanged but were not
	// sent.
	Again bool
	// Secrets stay out of what is kept; it may be nil.
	Secrets *secret.Redactor
	// Fixed leaves the cursor where it is.
	Fixed bool
}

// Book is a run's page of the ledger.
type Book struct {
	Options
	lease  *ledger.Lease
	run    int64
	window ledger.Window
	// from and to are the bounds of window as the source tells them.
	from, to time.Time
	stop     func()
	// renewing is held while the lease is renewed, so that of many writes that
	// find it over one does.
	renewing sync.Mutex
	// unsettled counts, by their keys, the listed records that the source was
	// told to fetch and whose outcomes are not on the books yet.
	unsettled map[string]int
	fetching  sync.Mutex // guards unsettled
	// waiting are the books of passed records since passed, the time of their
	// last commit.
	waiting ledger.Batch
	passed  time.Time
}

// LostLeaseError is why a run must stop writing: another may hold its lease.
type LostLeaseError struct{ err error }

// Error says what became of the lease.
func (e *LostLeaseError) Error() string { return e.err.Error() }

// Unwrap returns the ledger's error.
func (e *LostLeaseError) Unwrap() error { return e.err }

// LeaseLost reports whether err says that the lease was lost.
func LeaseLost(err error) bool {
	_, lost := errors.AsType[*LostLeaseError](err)
	return lost || errors.Is(err, ledger.ErrFenced)
}

// Open takes the instance's lease and begins a run. When the lease is lost,
// cancel is called with why.
func Open(ctx context.Context, o Options, cancel context.CancelCauseFunc) (*Book, error) {
	b := &Book{Options: o, unsettled: map[string]int{}}
	if o.ReadOnly || o.Ledger == nil {
		return b, nil
	}
	lease, err := o.Ledger.Acquire(ctx, o.Instance, o.Owner, LeaseTime)
	if err != nil {
		return nil, err
	}
	b.run, err = o.Ledger.Begin(ctx, lease, ledger.Run{Trigger: o.Trigger, LogicalTime: o.Now, Config: o.Config, Targets: o.Targets})
	if err != nil {
		return nil, errors.Join(err, o.Ledger.Release(ctx, lease))
	}
	renewing, stop := context.WithCancel(ctx)
	b.lease, b.stop = lease, stop
	go b.renew(renewing, cancel)
	return b, nil
}

// renew keeps the lease while the run waits for a vendor. Commits renew it too.
// A renewal that fails is tried again for as long as the lease lasts.
func (b *Book) renew(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(LeaseTime / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			err := b.Ledger.Renew(ctx, b.lease)
			if err == nil || ctx.Err() != nil {
				continue
			}
			if errors.Is(err, ledger.ErrFenced) || !time.Now().Before(b.lease.Until()) {
				cancel(&LostLeaseError{err})
				return
			}
		}
	}
}

// Allowed says why nothing may be written any more: the lease is over, and
// could not be had anew. That is so for a process that slept or was stopped, and
// another may have taken its work over.
func (b *Book) Allowed() error {
	if b.lease == nil || time.Now().Before(b.lease.Until()) {
		return nil
	}
	b.renewing.Lock()
	defer b.renewing.Unlock()
	if time.Now().Before(b.lease.Until()) {
		return nil
	}
	if err := b.Ledger.Renew(context.Background(), b.lease); err != nil {
		return &step.FatalError{Err: &LostLeaseError{err}}
	}
	return nil
}

// Reads says what the source is asked for, so that a record that was never seen
// can be explained.
func (b *Book) Reads(filters map[string][]string, from string) {
	b.window = ledger.Window{Number: 1, Stream: b.Stream, From: from, To: b.Now.UTC().Format(time.RFC3339)}
	b.window.Filters, _ = json.Marshal(filters) // texts in a map: it cannot fail
}

// Run is the run's number; 0 when nothing is recorded.
func (b *Book) Run() int64 { return b.run }

// Writes reports whether the run's outcomes are recorded.
func (b *Book) Writes() bool { return b.lease != nil }

// Close ends the run in the ledger and gives the lease back. What failed is for
// the ledger too.
func (b *Book) Close(ctx context.Context, end ledger.RunEnd, failed error) error {
	if !b.Writes() {
		return nil
	}
	b.stop()
	if failed != nil {
		end.Error = failed.Error()
	}
	err := b.Ledger.End(ctx, b.lease, b.run, end)
	if e := b.Ledger.Release(ctx, b.lease); err == nil {
		err = e
	}
	return err
}

// Cursor returns where an earlier run stopped reading.
func (b *Book) Cursor(ctx context.Context) ([]byte, error) {
	if b.Ledger == nil {
		return nil, nil
	}
	return b.Ledger.Cursor(ctx, b.Instance, b.Stream)
}

// Listed tells which records of a listing need no detail call: those that are on
// the books in the same version. A record of which another version is on its way
// to the books is not one of them, whatever they say until then.
func (b *Book) Listed(ctx context.Context, ls []step.Listed) ([]bool, error) {
	known := make([]bool, len(ls))
	if b.Ledger == nil || b.Again {
		return known, nil
	}
	keys := make([]string, len(ls))
	for i := range ls {
		keys[i] = ls[i].Key
	}
	// What is not unsettled at this moment is in the answer that follows.
	fetched := b.fetched(keys)
	ks, err := b.Ledger.Known(ctx, b.Instance, keys)
	if err != nil {
		return nil, err
	}
	b.fetching.Lock()
	defer b.fetching.Unlock()
	for i, key := range keys {
		known[i] = !fetched[i] && b.unsettled[key] == 0 && ks[i].Unchanged(ls[i].Version, "", b.Config)
		if !known[i] && b.Writes() {
			b.unsettled[key]++
		}
	}
	return known, nil
}

// fetched tells which records are unsettled.
func (b *Book) fetched(keys []string) []bool {
	b.fetching.Lock()
	defer b.fetching.Unlock()
	fetched := make([]bool, len(keys))
	for i, key := range keys {
		fetched[i] = b.unsettled[key] > 0
	}
	return fetched
}

// settled takes down that the records of a page are on the books.
func (b *Book) settled(p *step.Page) {
	b.fetching.Lock()
	defer b.fetching.Unlock()
	if len(b.unsettled) == 0 {
		return
	}
	for i := range p.Records {
		key := p.Records[i].Key
		if n := b.unsettled[key]; n > 1 {
			b.unsettled[key] = n - 1
		} else {
			delete(b.unsettled, key)
		}
	}
}

// Admit records a batch, with the cursor that it reaches.
func (b *Book) Admit(ctx context.Context, batch *ledger.Batch, p *step.Page) error {
	if !b.Writes() {
		return nil
	}
	b.note(batch, p)
	batch.Run = b.run
	if b.window.Number > 0 {
		batch.Windows = []ledger.Window{b.window}
	}
	b.hideBatch(batch)
	if err := b.Ledger.Admit(ctx, b.lease, batch); err != nil {
		return err
	}
	if p != nil {
		b.settled(p)
	}
	return nil
}

// note takes down how far a page brings the reading.
func (b *Book) note(batch *ledger.Batch, p *step.Page) {
	if p == nil {
		return
	}
	b.window.Pages++
	b.window.Records += len(p.Records) + p.Known
	b.window.Cut = cmp.Or(b.window.Cut, p.Cut)
	b.reach(p.Window)
	if p.Cursor != nil && !b.Fixed {
		batch.Cursors = []ledger.Cursor{{Stream: b.Stream, Position: p.Cursor}}
	}
}

// reach widens the window to what a page covers: a reading may go in stretches.
func (b *Book) reach(w step.Window) {
	if !w.From.IsZero() && (b.from.IsZero() || w.From.Before(b.from)) {
		b.from = w.From
		b.window.From = w.From.UTC().Format(time.RFC3339)
	}
	if w.To.After(b.to) {
		b.to = w.To
		b.window.To = w.To.UTC().Format(time.RFC3339)
	}
}

const (
	// passTime and passDead are how long, and with how many dead records, the
	// books of passed records may wait for their commit. A run that ends in
	// between reads that much again, which is what "at least once" allows.
	passTime = time.Second
	passDead = 256
)

// Pass keeps the books of a page whose records passed without rows, until
// CommitPassed, and reports whether it is time for that.
func (b *Book) Pass(p *step.Page, passed int, dead []ledger.Record) bool {
	if b.passed.IsZero() {
		b.passed = time.Now()
	}
	b.waiting.Unchanged += p.Known
	b.waiting.Passed += passed
	b.waiting.Records = append(b.waiting.Records, dead...)
	b.note(&b.waiting, p)
	b.settled(p)
	return time.Since(b.passed) > passTime || len(b.waiting.Records) > passDead
}

// CommitPassed commits what Pass has kept.
func (b *Book) CommitPassed(ctx context.Context) error {
	batch := b.waiting
	b.waiting, b.passed = ledger.Batch{}, time.Now()
	return b.Admit(ctx, &batch, nil)
}

// Complete records that the source was read to its end, or as far as it goes.
func (b *Book) Complete(ctx context.Context) error {
	b.window.Complete = b.window.Cut == ""
	return b.Admit(ctx, &ledger.Batch{}, nil)
}

// Settle records outcomes.
func (b *Book) Settle(ctx context.Context, outcomes []ledger.Outcome) error {
	if !b.Writes() || len(outcomes) == 0 {
		return nil
	}
	b.hideOutcomes(outcomes)
	return b.Ledger.Settle(ctx, b.lease, b.run, outcomes)
}

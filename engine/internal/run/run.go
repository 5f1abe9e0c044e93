// Package run executes a ready pipeline once: it pulls records from the source,
// takes them through the steps, and writes what comes out, with every outcome
// in the ledger. What it promises, together with the ledger:
//
//  1. A record that the source showed is in the ledger before its cursor moves.
//  2. A write's intent is in the ledger before the write is sent.
//  3. A write that may have reached the vendor is looked up before it is sent
//     again; where it cannot be, it is in doubt and a person decides.
package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

// Options say how a pipeline is run.
type Options struct {
	// Ledger keeps the outcomes; nil keeps none, for trials.
	Ledger *ledger.Ledger
	// Owner says, for people, who runs, such as "sluice run".
	Owner string
	// Trigger says what started the run, such as "by hand".
	Trigger string
	// Now is the run's fixed time, which rules see as now().
	Now time.Time
	// Key runs for this record alone; the cursor stays where it is.
	Key string
	// Since reads from then on, whatever the cursor says, and leaves the cursor
	// where it is; zero begins at the cursor.
	Since time.Time
	// DryRun lets nothing but reads leave the process and writes nothing to the
	// ledger.
	DryRun bool
	// Workers is how many batches are worked on at once; 0 is one a processor.
	Workers int
	// Transport carries the requests; nil is a transport of the run's own.
	Transport http.RoundTripper
	// Log takes what operators may want to know; nil discards it.
	Log *slog.Logger
	// Progress, if not nil, is told the counts after each batch.
	Progress func(*Summary)
	// Observe, if not nil, is told of every record that was left out or is dead.
	Observe func(Observation)
	// Sources replace the streams of the same names, for trials.
	Sources map[string]step.OpenSource
}

// Observation is a record that was not written, and why.
type Observation struct {
	// State is "filtered" or "dead".
	Key, State, Reason string
}

const (
	// leaseTime is how long a lease lasts without renewal: long enough for any
	// pause of a living process, short enough for another machine to take over.
	leaseTime = 20 * time.Second
	// grace is how long writes in flight may go on after the run was told to
	// stop.
	grace = 20 * time.Second
)

// Run runs a pipeline once. The summary is never nil; with an error it tells
// how far the run came.
func Run(ctx context.Context, p *compile.Ready, o Options) (*Summary, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &runner{p: p, o: o, sum: newSummary(p)}
	began := time.Now()
	err := r.run(ctx)
	r.sum.Elapsed = time.Since(began)
	r.sum.Requests = r.requests()
	return r.sum, err
}

// runner is one run.
type runner struct {
	p     *compile.Ready
	o     Options
	sum   *Summary
	book  book
	conns map[string]*connection
	steps []step.Transform
	sinks []sink
	info  compile.RunInfo
}

// sink is an opened write, with the writes that follow it.
type sink struct {
	*compile.Sink
	to   step.Sink
	then []sink
}

func (r *runner) run(ctx context.Context) error {
	if err := r.connect(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.info = compile.RunInfo{Time: r.o.Now, Trigger: r.o.Trigger}
	var err error
	if r.book, err = openBook(ctx, r, cancel); err != nil {
		return err
	}
	r.info.ID = r.book.run
	err = r.work(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	r.sum.Requests = r.requests()
	if e := r.book.close(context.WithoutCancel(ctx), r.sum, err); err == nil {
		err = e
	}
	return err
}

// work opens the pipeline's steps and writes, finishes what an earlier run left
// open, and then reads.
func (r *runner) work(ctx context.Context) error {
	if err := r.start(); err != nil {
		return err
	}
	defer closeSinks(r.sinks)
	if err := r.resume(ctx); err != nil {
		return err
	}
	return r.pump(ctx)
}

// start readies the steps that keep state and opens the writes.
func (r *runner) start() error {
	for _, s := range r.p.Steps {
		t := s.Transform
		if starter, ok := t.(step.Starter); ok {
			var err error
			if t, err = starter.Start(&step.Run{Now: r.o.Now, Open: r.open}); err != nil {
				return fmt.Errorf("%s: %w", s.Name, err)
			}
		}
		r.steps = append(r.steps, t)
	}
	var err error
	r.sinks, err = r.openSinks(r.p.Sinks)
	return err
}

func (r *runner) openSinks(sinks []compile.Sink) ([]sink, error) {
	var opened []sink
	for i := range sinks {
		s := &sinks[i]
		then, err := r.openSinks(s.Then)
		if err != nil {
			return nil, err
		}
		w, err := s.Open(r.conns[s.Connection].Connection, s.Mode)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Target, err)
		}
		opened = append(opened, sink{s, w, then})
	}
	return opened, nil
}

// open opens a stream of one of the run's connections.
func (r *runner) open(s *step.Stream) (step.Source, error) {
	open := s.Open
	if other, ok := r.o.Sources[s.Connection+"."+s.Read.Name]; ok {
		open = other
	}
	return open(r.conns[s.Connection].Connection)
}

// syncSinks makes what was written safe, where that is for the writer to do.
func syncSinks(ctx context.Context, sinks []sink) error {
	for i := range sinks {
		if s, ok := sinks[i].to.(step.Syncer); ok {
			if err := s.Sync(ctx); err != nil {
				return fmt.Errorf("%s: %w", sinks[i].Target, err)
			}
		}
		if err := syncSinks(ctx, sinks[i].then); err != nil {
			return err
		}
	}
	return nil
}

// closeSinks closes the writes that hold something open. Everything written is
// safe by then, so there is nothing more to lose.
func closeSinks(sinks []sink) {
	for i := range sinks {
		if c, ok := sinks[i].to.(io.Closer); ok {
			_ = c.Close()
		}
		closeSinks(sinks[i].then)
	}
}

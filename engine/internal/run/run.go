// Package run executes a ready pipeline once: it pulls records from the source,
// takes them through the steps, and writes what comes out, with every outcome
// in the ledger. What it promises, together with the ledger:
//
//  1. A record that the source showed is in the ledger before its cursor moves.
//  2. A write's intent is in the ledger before the write is sent.
//  3. A write that may have reached the vendor is looked up before it is sent
//     again; where it cannot be, it is in doubt and a person decides.
//  4. A run that lost its lease writes nothing more, at a vendor or in the
//     ledger.
//  5. No secret is said or kept: not in a summary, an error or the log, and in
//     the ledger only a mark in its place.
//  6. What goes wrong with one record, a fault in the program included, does not
//     keep the others.
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
	"github.com/sluicehq/sluice/engine/internal/run/book"
	"github.com/sluicehq/sluice/engine/internal/run/dispatch"
	"github.com/sluicehq/sluice/engine/internal/run/flow"
	"github.com/sluicehq/sluice/engine/internal/run/link"
	"github.com/sluicehq/sluice/engine/secret"
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
	// Patient leaves writes that are to be tried again alone until their time has
	// come. Without it they are all tried at once: a person is waiting.
	Patient bool
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

// grace is how long writes in flight may go on after the run was told to stop,
// unless its lease is gone: then they end at once.
const grace = 20 * time.Second

// Run runs a pipeline once. The summary is never nil; with an error it tells
// how far the run came.
func Run(ctx context.Context, p *compile.Ready, o Options) (*Summary, error) {
	r := newRunner(p, o)
	began := time.Now()
	err := r.run(ctx)
	r.sum.Elapsed = time.Since(began)
	return r.sum, err
}

// runner is one run.
type runner struct {
	p     *compile.Ready
	o     Options
	sum   *Summary
	book  *book.Book
	links *link.Links
	flow  *flow.Flow
	sinks []sink
	// secrets stay out of all that is said and kept.
	secrets *secret.Redactor
	// unread are records that earlier runs were not given.
	unread    []ledger.Row
	rereading bool
}

// newRunner returns a runner. It has not begun.
func newRunner(p *compile.Ready, o Options) *runner {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &runner{p: p, o: o, sum: newSummary(p, o.DryRun), secrets: secret.New(p.Secrets...)}
	for _, a := range p.Accounts {
		r.secrets.Add(a.Secrets...)
	}
	r.o.Log = slog.New(r.secrets.Handler(o.Log.Handler()))
	return r
}

// sink is an opened write, with the writes that follow it.
type sink struct {
	*compile.Sink
	to   dispatch.Sink
	then []sink
	// each is how long one of its writes took lately.
	each time.Duration
}

func (r *runner) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var err error
	r.book, err = book.Open(ctx, book.Options{
		Ledger: r.o.Ledger, Instance: r.p.Instance, Stream: r.p.Source.Name, Config: r.p.Hash,
		Owner: r.o.Owner, Trigger: r.o.Trigger, Now: r.o.Now,
		Targets: r.targets(r.p.Sinks, "", map[string]ledger.Target{}), ReadOnly: r.o.DryRun, Again: r.o.Key != "", Fixed: r.o.Key != "" || !r.o.Since.IsZero(),
		Secrets: r.secrets,
	}, cancel)
	if err != nil {
		return err
	}
	err = r.work(ctx)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		err = cause
	}
	err = r.secrets.Error(err)
	r.sum.Requests = r.links.Requests()
	end := ledger.RunEnd{Requests: r.sum.Requests, Counts: r.sum.counts()}
	if e := r.book.Close(context.WithoutCancel(ctx), end, err); err == nil {
		err = e
	}
	return err
}

// work opens the pipeline's steps and writes, finishes what an earlier run left
// open, and then reads.
func (r *runner) work(ctx context.Context) error {
	defer r.close()
	if err := r.open(); err != nil {
		return err
	}
	if err := r.resume(ctx); err != nil {
		return err
	}
	if err := r.pump(ctx); err != nil {
		return err
	}
	return r.reread(ctx)
}

// open readies the connections, the steps and the writes. It makes no request.
func (r *runner) open() error {
	base, err := r.p.Frame(compile.RunInfo{ID: r.book.Run(), Time: r.o.Now, Trigger: r.o.Trigger})
	if err != nil {
		return err
	}
	r.links, err = link.Open(r.p.Accounts, link.Options{
		Transport: r.o.Transport, DryRun: r.o.DryRun, Allowed: r.book.Allowed, Log: r.o.Log, Frame: base, Redact: r.secrets,
	})
	if err != nil {
		return err
	}
	r.flow = flow.New(r.p, base, r.o.Log)
	r.flow.Key = r.o.Key
	if err := r.flow.Start(r.o.Now, r.openStream); err != nil {
		return err
	}
	r.sinks, err = r.openSinks(r.p.Sinks, "")
	return err
}

// close closes what open opened. Everything written is safe by then, so there
// is nothing more to lose.
func (r *runner) close() {
	closeSinks(r.sinks)
	r.links.Close()
}

// openSinks opens writes. The names of those that follow a branch's begin with
// the branch's, since each list of them counts from 0.
func (r *runner) openSinks(sinks []compile.Sink, prefix string) ([]sink, error) {
	var opened []sink
	for i := range sinks {
		s := sinks[i]
		var own string
		s.Name, own = nameOf(prefix, &s)
		then, err := r.openSinks(s.Then, own)
		if err != nil {
			return opened, err
		}
		w, err := s.Open(r.links.To(s.Connection), s.Mode)
		if err != nil {
			return opened, fmt.Errorf("%s: %w", s.Target, err)
		}
		to := dispatch.Sink{Sink: w, Find: s.Write.Find, Idempotent: s.Write.Idempotent, Allowed: r.book.Allowed, Log: r.o.Log}
		if d, ok := w.(step.Doubter); ok {
			to.Find, to.Idempotent = d.Doubt()
		}
		if s.Batch != s.Write.Batch {
			to.Batch = s.Batch
		}
		opened = append(opened, sink{Sink: &s, to: to, then: then})
	}
	return opened, nil
}

// nameOf returns the name of a write in the ledger, and what those of the writes
// that follow it begin with.
func nameOf(prefix string, s *compile.Sink) (name, own string) {
	if name = prefix + s.Name; name != "sink" {
		own = name + "."
	}
	return name, own
}

// openStream opens a stream of one of the run's connections.
func (r *runner) openStream(s *step.Stream) (step.Source, error) {
	open := s.Open
	if other, ok := r.o.Sources[s.Connection+"."+s.Read.Name]; ok {
		open = other
	}
	return open(r.links.To(s.Connection))
}

// openSource opens what the pipeline reads.
func (r *runner) openSource() (step.Source, error) {
	s, err := r.openStream(&r.p.Source.Stream)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.p.Source.Name, err)
	}
	return s, nil
}

// syncSinks makes what was written safe, where that is for the writer to do.
func syncSinks(ctx context.Context, sinks []sink) error {
	for i := range sinks {
		if s, ok := sinks[i].to.Sink.(step.Syncer); ok {
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

// closeSinks closes the writes that hold something open.
func closeSinks(sinks []sink) {
	for i := range sinks {
		if c, ok := sinks[i].to.Sink.(io.Closer); ok {
			_ = c.Close()
		}
		closeSinks(sinks[i].then)
	}
}

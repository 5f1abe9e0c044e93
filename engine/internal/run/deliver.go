package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/book"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// pace says how large the portions are in which writes go out. What a run that
// is killed leaves unclear, and the next one must look up, is at most a portion.
// Of writes that cannot be looked up that is in doubt then, so theirs are small.
type pace struct {
	time        time.Duration // that a portion should take
	first, most int
}

func (s *sink) pace() pace {
	if s.to.Find || s.to.Idempotent {
		return pace{time.Second, 32, 4096}
	}
	return pace{time.Second / 4, 8, 8}
}

// size returns how many writes make the next portion.
func (s *sink) size() int {
	p := s.pace()
	if s.each == 0 {
		return p.first
	}
	return min(max(int(p.time/s.each), 1), p.most)
}

// took takes down how long a portion took.
func (s *sink) took(n int, d time.Duration) {
	s.each = max(d/time.Duration(n), time.Microsecond)
}

// job is a write that is to be made, and its row in the ledger.
type job struct {
	row int64
	// entry is what the row is made of, until it has a number.
	entry *ledger.Delivery
	write string // the row's name for the write
	sink  *sink
	// frame is what further writes are evaluated in. After a restart it is nil
	// until one needs it; origin is then what it is made from.
	frame    item.Frame
	origin   *ledger.Row
	attempts int
	step.Delivery
}

// numbered takes over the rows that the ledger gave to new jobs.
func numbered(jobs []*job) {
	for _, j := range jobs {
		if j.entry != nil {
			j.row, j.entry = j.entry.Row, nil
		}
	}
}

// portion takes the next writes off jobs: those to one sink, as many as should
// be unclear at a time. An operation that takes all records in one call gets
// them.
func portion(jobs []*job) (next, rest []*job) {
	if len(jobs) == 0 {
		return nil, nil
	}
	to, most := jobs[0].sink, jobs[0].sink.size()
	if batch := to.Write.Batch; batch == 0 {
		most = len(jobs)
	} else {
		most = (most + batch - 1) / batch * batch
	}
	for _, j := range jobs {
		if j.sink == to && len(next) < most {
			next = append(next, j)
		} else {
			rest = append(rest, j)
		}
	}
	return next, rest
}

// deliver makes writes, and then the further writes that they start. The
// intents of the portion are in the ledger already; those of every other one
// are recorded in the commit that has the outcomes of the one before. The error
// ends the run; it is not for one write's trouble.
func (r *runner) deliver(ctx context.Context, now, rest []*job) error {
	if r.o.DryRun {
		r.sum.Sent += len(now) + len(rest)
		return nil
	}
	writing, stop := lasting(ctx)
	defer stop()
	for len(now) > 0 {
		began := time.Now()
		p := posted{runner: r}
		p.send(writing, now)
		now[0].sink.took(len(now), time.Since(began))
		if p.end == nil {
			p.end = ctx.Err()
		}
		now, rest = nil, append(p.started, rest...)
		if p.end == nil {
			now, rest = portion(rest)
			p.outcomes = intents(p.outcomes, now)
		} else {
			r.sum.Pending += len(rest)
		}
		if err := p.settle(writing); err != nil {
			return err
		}
		if p.end != nil {
			return p.end
		}
	}
	return nil
}

// lasting returns a context for writes. When ctx ends they are let end: their
// outcomes are worth waiting for. But a run that lost its lease may not write.
func lasting(ctx context.Context) (context.Context, func()) {
	writing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if !book.LeaseLost(context.Cause(ctx)) {
			t := time.NewTimer(grace)
			defer t.Stop()
			select {
			case <-t.C:
			case <-writing.Done():
			}
		}
		cancel()
	})
	return writing, func() { stop(); cancel() }
}

// posted is a portion that was sent: what is to be recorded of it.
type posted struct {
	*runner
	outcomes []ledger.Outcome
	started  []*job // further writes
	end      error  // why the run cannot go on
}

// send makes the writes of a portion, which go to one sink.
func (p *posted) send(ctx context.Context, jobs []*job) {
	to := jobs[0].sink
	ds := make([]*step.Delivery, len(jobs))
	for i, j := range jobs {
		ds[i] = &j.Delivery
	}
	p.outcomes = make([]ledger.Outcome, len(jobs), len(jobs)+len(jobs)/2)
	for i, res := range to.to.Deliver(ctx, ds) {
		p.outcomes[i] = p.outcome(ctx, jobs[i], res)
		if f, ok := errors.AsType[*step.FatalError](res.Err); ok && p.end == nil {
			p.end = fmt.Errorf("%s: %w", to.Target, f)
		}
	}
}

// intents adds to outcomes that jobs are about to be made. New rows are made so.
func intents(outcomes []ledger.Outcome, jobs []*job) []ledger.Outcome {
	for _, j := range jobs {
		switch {
		case j.entry != nil:
			j.entry.State = ledger.Sending
		case !j.Again: // those are so already
			outcomes = append(outcomes, ledger.Outcome{Row: j.row, State: ledger.Sending, Attempts: j.attempts})
		}
	}
	return outcomes
}

// settle records the outcomes, and gives the further writes their rows.
func (p *posted) settle(ctx context.Context) error {
	if p.book.Writes() {
		if err := syncSinks(ctx, p.sinks); err != nil {
			return err
		}
	}
	if err := p.book.Settle(ctx, p.outcomes); err != nil {
		return err
	}
	numbered(p.started)
	return nil
}

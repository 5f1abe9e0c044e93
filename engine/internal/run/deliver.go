package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

const (
	// maxAttempts is how many runs may try a write before it is dead, or in
	// doubt if it may have happened. Within a run the connector retries by itself.
	maxAttempts = 10
	// maxResends is how often a run sends a write anew that was looked up and not
	// found.
	maxResends = 3
	// maxAnswer is how much of a vendor's answer the ledger keeps, in bytes.
	maxAnswer = 4 << 10
)

// deliver makes writes, and then the further writes that they start, and
// records their outcomes. The error ends the run; it is not for one write's
// trouble.
func (r *runner) deliver(ctx context.Context, jobs []*job) error {
	if r.o.DryRun {
		r.sum.Sent += len(jobs)
		return nil
	}
	for len(jobs) > 0 {
		var err error
		if jobs, err = r.send(ctx, jobs); err != nil {
			return err
		}
	}
	return nil
}

// send makes writes, records what became of them, and returns the further
// writes that are to be made.
func (r *runner) send(ctx context.Context, jobs []*job) ([]*job, error) {
	// Writes in flight are let end when the run is told to stop: their outcomes
	// are worth waiting for.
	writing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()

	outcomes := make([]ledger.Outcome, len(jobs))
	var started []*job
	var fatal error
	for i, res := range r.write(writing, jobs) {
		var then []*job
		outcomes[i], then = r.outcome(writing, jobs[i], res)
		started = append(started, then...)
		if f := (*step.FatalError)(nil); errors.As(res.Err, &f) && fatal == nil {
			fatal = fmt.Errorf("%s: %w", jobs[i].sink.Target, res.Err)
		}
	}
	if r.book.writes() {
		if err := syncSinks(writing, r.sinks); err != nil {
			return nil, err
		}
		if err := r.book.led.Settle(ctx, r.book.lease, r.book.run, outcomes); err != nil {
			return nil, err
		}
	}
	next := 0
	for i := range outcomes {
		for _, d := range outcomes[i].Then {
			if d.State == ledger.Sending {
				started[next].row = d.Row
				next++
			}
		}
	}
	if fatal == nil {
		fatal = ctx.Err()
	}
	return started, fatal
}

// write makes writes, those of one sink together, and looks up those whose
// answers were lost. The results are in the order of the jobs.
func (r *runner) write(ctx context.Context, jobs []*job) []step.Result {
	results := make([]step.Result, len(jobs))
	groups := map[*sink][]int{}
	var order []*sink
	for i, j := range jobs {
		if groups[j.sink] == nil {
			order = append(order, j.sink)
		}
		groups[j.sink] = append(groups[j.sink], i)
	}
	for _, s := range order {
		var ds []*step.Delivery
		var at []int
		for _, i := range groups[s] {
			if !jobs[i].Again {
				ds, at = append(ds, &jobs[i].Delivery), append(at, i)
			}
		}
		for k, res := range s.send(ctx, ds) {
			results[at[k]] = res
		}
		for _, i := range groups[s] {
			if jobs[i].Again || results[i].State == step.Unknown {
				results[i] = s.resolve(ctx, &jobs[i].Delivery, results[i])
			}
		}
	}
	return results
}

// send makes writes in calls of at most Batch.
func (s *sink) send(ctx context.Context, ds []*step.Delivery) []step.Result {
	if s.Batch <= 0 || len(ds) <= s.Batch {
		if len(ds) == 0 {
			return nil
		}
		return s.to.Write(ctx, ds)
	}
	results := make([]step.Result, 0, len(ds))
	for from := 0; from < len(ds); from += s.Batch {
		results = append(results, s.to.Write(ctx, ds[from:min(from+s.Batch, len(ds))])...)
	}
	return results
}

// resolve finds out what became of a write that may or may not have reached
// the vendor, and sends it again if it did not.
func (s *sink) resolve(ctx context.Context, d *step.Delivery, res step.Result) step.Result {
	finder, canFind := s.to.(step.Finder)
	canFind = canFind && s.Write.Find
	for range maxResends {
		d.Again = true
		switch {
		case canFind:
			found := finder.Find(ctx, d)
			if found.State != step.Absent {
				return found
			}
		case !s.Write.Idempotent:
			return step.Result{State: step.Unknown, Err: &inDoubtError{res.Err}}
		}
		if res = s.to.Write(ctx, []*step.Delivery{d})[0]; res.State != step.Unknown {
			return res
		}
	}
	return res
}

// inDoubtError says that nobody can tell whether a write happened.
type inDoubtError struct{ lost error }

func (e *inDoubtError) Error() string {
	const said = "it may or may not have been written, and the vendor cannot be asked"
	if e.lost == nil {
		return said
	}
	return said + ": " + e.lost.Error()
}

func (e *inDoubtError) Unwrap() error { return e.lost }

// outcome tells in the ledger's terms what became of a write, counts it, and
// returns the further writes that it starts.
func (r *runner) outcome(ctx context.Context, j *job, res step.Result) (ledger.Outcome, []*job) {
	o := ledger.Outcome{Row: j.row, Attempts: j.attempts + 1, Cause: ledger.Cause{Answer: cut(res.Answer)}}
	if res.Err != nil {
		o.Error = res.Err.Error()
	}
	var doubt *inDoubtError
	var fatal *step.FatalError
	switch {
	case res.State == step.Sent:
		o.State, o.Reference, o.Answer = ledger.Sent, reference(res), nil
		r.countSent(j)
		var then []*job
		o.Then, then = r.further(ctx, j, res)
		return o, then
	case res.State == step.Refused:
		o.State, o.Reason = ledger.Dead, fmt.Sprintf("%s refused it: %s", j.sink.Target, o.Error)
		r.fail(j.Key, o.Reason, j.sink.Place)
	case errors.As(res.Err, &doubt), res.State == step.Unknown && o.Attempts >= maxAttempts:
		o.State, o.Reason = ledger.InDoubt, "its answer was lost"
		r.sum.InDoubt++
	case res.State == step.Unknown:
		o.State = ledger.Sending
		r.sum.Pending++
	case errors.As(res.Err, &fatal): // the run ends: it is nothing about this record
		o.State, o.Attempts = ledger.Pending, j.attempts
		r.sum.Pending++
	case o.Attempts >= maxAttempts:
		o.State, o.Reason = ledger.Dead, fmt.Sprintf("gave up after %d runs: %s", o.Attempts, o.Error)
		r.fail(j.Key, o.Reason, j.sink.Place)
	default:
		o.State, o.Next = ledger.Pending, time.Now().Add(max(res.RetryAfter, backoff(o.Attempts)))
		r.sum.Pending++
	}
	o.Place = j.sink.Place.String()
	return o, nil
}

func (r *runner) countSent(j *job) {
	switch {
	case j.origin != nil:
		r.sum.Resumed++
	case j.sink.Written != nil:
		r.sum.Further++
	default:
		r.sum.Sent++
	}
}

// backoff is how long a write waits after so many runs have tried it.
func backoff(attempts int) time.Duration {
	return min(time.Minute<<min(attempts, 10), 6*time.Hour)
}

// reference is what the ledger keeps of the vendor's answer, as JSON: further
// writes see it as `written`.
func reference(res step.Result) []byte {
	if len(res.Answer) > 0 && json.Valid(res.Answer) {
		return res.Answer
	}
	if res.Reference == "" {
		return nil
	}
	data, err := json.Marshal(res.Reference)
	if err != nil { // a text: it cannot fail
		return nil
	}
	return data
}

func cut(answer []byte) []byte {
	if len(answer) > maxAnswer {
		return answer[:maxAnswer]
	}
	return answer
}

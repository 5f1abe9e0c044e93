package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/dispatch"
	"github.com/sluicehq/sluice/engine/step"
)

const (
	// maxAttempts is how many runs may try a write before it is dead. Within a
	// run the connector retries by itself.
	maxAttempts = 10
	// maxAnswer is how much of a vendor's answer the ledger keeps, in bytes.
	maxAnswer = 16 << 10
)

// outcome tells in the ledger's terms what became of a write, counts it, and
// prepares the further writes that it starts.
func (p *posted) outcome(ctx context.Context, j *job, res step.Result) ledger.Outcome {
	o := ledger.Outcome{Row: j.row, Attempts: j.attempts + 1, Cause: ledger.Cause{Answer: p.answer(res)}}
	if res.Err != nil {
		o.Error = res.Err.Error()
	}
	if cutShort(res.Err) {
		o.Attempts = j.attempts // nobody tried in earnest
	}
	switch {
	case res.State == step.Sent:
		return p.sent(ctx, j, o, res)
	case res.State == step.Refused:
		o.State, o.Reason = ledger.Dead, fmt.Sprintf("%s refused it: %s", j.sink.Target, o.Error)
	case res.State == step.Unknown:
		if o.State = ledger.Sending; isDoubt(res.Err) {
			o.State, o.Reason = ledger.InDoubt, "its answer was lost"
		}
	case o.Attempts >= maxAttempts && !cutShort(res.Err):
		o.State, o.Reason = ledger.Dead, fmt.Sprintf("gave up after %d runs: %s", o.Attempts, o.Error)
	default:
		if o.State = ledger.Pending; !cutShort(res.Err) {
			o.Next = time.Now().Add(max(res.RetryAfter, backoff(o.Attempts)))
		}
	}
	o.Place = j.sink.Place.String()
	switch o.State {
	case ledger.Dead:
		p.fail(j.Key, o.Reason, j.sink.Place)
	case ledger.InDoubt:
		p.sum.InDoubt++
	default:
		reason := o.Error
		if cutShort(res.Err) {
			reason = "" // it is why the run ends, which is told once
		}
		p.wait(j.Key, reason, j.sink.Place)
	}
	return o
}

// sent is the outcome of a write that the vendor took. If what follows cannot
// be told for now, the write stays to be looked up, so that it is told later.
func (p *posted) sent(ctx context.Context, j *job, o ledger.Outcome, res step.Result) ledger.Outcome {
	rows, jobs, err := p.further(ctx, j, res)
	if err != nil {
		o.State, o.Attempts, o.Error, o.Answer = ledger.Sending, j.attempts, err.Error(), nil
		p.sum.Pending++
		if p.end == nil {
			p.end = err
		}
		return o
	}
	o.State, o.Reference, o.Error = ledger.Sent, reference(res), ""
	o.Then, p.started = rows, append(p.started, jobs...)
	switch {
	case j.origin != nil:
		p.sum.Resumed++
	case j.sink.Written != nil:
		p.sum.Further++
	default:
		p.sum.Sent++
	}
	return o
}

// cutShort tells of an error that is not about the record: the run is ending.
func cutShort(err error) bool {
	_, fatal := errors.AsType[*step.FatalError](err)
	return fatal || errors.Is(err, context.Canceled)
}

func isDoubt(err error) bool {
	_, doubt := errors.AsType[*dispatch.InDoubtError](err)
	return doubt
}

// backoff is how long a write waits after so many runs have tried it.
func backoff(attempts int) time.Duration {
	return min(time.Minute<<min(attempts, 10), 6*time.Hour)
}

// reference is what the vendor calls what it took, as JSON: its identity if it
// told one, or else its answer if that is short.
func reference(res step.Result) []byte {
	const short = 256
	if res.Reference == "" {
		if len(res.Answer) <= short && json.Valid(res.Answer) {
			return res.Answer
		}
		return nil
	}
	data, err := json.Marshal(res.Reference)
	if err != nil { // a text: it cannot fail
		return nil
	}
	return data
}

// answered is the vendor's answer as JSON, as further writes see it.
func answered(res step.Result) []byte {
	if len(res.Answer) > 0 {
		return res.Answer
	}
	return reference(res)
}

// answer is what the ledger keeps of what the vendor said. Secrets go before it
// is cut, so that no half of one is left.
func (r *runner) answer(res step.Result) []byte {
	said := []byte(r.secrets.Text(string(res.Answer)))
	return said[:min(len(said), maxAnswer)]
}

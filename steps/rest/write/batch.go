package write

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// batch is what goes in one call: deliveries and where their results belong.
type batch struct {
	ds []*step.Delivery
	at []int
}

func (s *sink) writeBatch(ctx context.Context, b batch, results []step.Result, fatal *atomic.Pointer[step.FatalError]) {
	if f := fatal.Load(); f != nil {
		b.settle(results, step.Result{State: step.Retry, Err: f})
		return
	}
	if s.op.Batch == 1 {
		b.settle(results, s.write(ctx, b.ds[0]))
	} else {
		s.writeMany(ctx, b, results)
	}
	s.outage.note(results[b.at[0]])
	if f, ok := errors.AsType[*step.FatalError](results[b.at[0]].Err); ok {
		fatal.CompareAndSwap(nil, f)
	} else if f := s.outage.over.Load(); f != nil {
		fatal.CompareAndSwap(nil, f)
	}
}

// settle gives every delivery of a batch the same result.
func (b batch) settle(results []step.Result, r step.Result) {
	for _, i := range b.at {
		results[i] = r
	}
}

// lanes sorts deliveries into calls, and calls into those that must go one
// after the other. What cannot even be sorted has its result set.
func (s *sink) lanes(ds []*step.Delivery, results []step.Result) [][]batch {
	var lanes [][]batch
	index := map[string]int{}
	for i, d := range ds {
		key := d.Key
		if s.op.Batch != 1 {
			var err error
			if key, err = s.groupOf(d); err != nil {
				results[i] = step.Result{State: step.Refused, Err: s.redacted(err)}
				continue
			}
		}
		at, ok := index[key]
		if !ok {
			at = len(lanes)
			index[key] = at
			lanes = append(lanes, nil)
		}
		lane := lanes[at]
		if n := len(lane); n > 0 && (s.op.Batch == 0 || len(lane[n-1].ds) < s.op.Batch) {
			lane[n-1].ds, lane[n-1].at = append(lane[n-1].ds, d), append(lane[n-1].at, i)
		} else {
			lane = append(lane, batch{[]*step.Delivery{d}, []int{i}})
		}
		lanes[at] = lane
	}
	return lanes
}

func (s *sink) groupOf(d *step.Delivery) (string, error) {
	if s.group == nil {
		return "", nil
	}
	j, err := s.job(d)
	if err != nil {
		return "", err
	}
	defer j.done()
	v, err := s.group.Eval(j.frame)
	return v.String(), err
}

// writeMany sends several deliveries in one call.
func (s *sink) writeMany(ctx context.Context, b batch, results []step.Result) {
	jobs, err := s.jobs(b.ds)
	defer jobs.done()
	if err != nil {
		s.refused(ctx, b, results, step.Result{State: step.Refused, Err: s.redacted(err)})
		return
	}
	first, list := jobs[0], jobs.list()
	first.frame[s.rows.Slot] = list
	req, err := s.request(s.create, first.frame, s.rows, list)
	if err != nil {
		b.settle(results, step.Result{State: step.Refused, Err: s.redacted(err)})
		return
	}
	req.Repeat, req.Rules = s.idempotent, s.rules
	answer, err := s.conn.HTTP.Do(ctx, req)
	if err == nil {
		b.settle(results, s.sent(answer))
		return
	}
	if r := s.failed(ctx, first, err); r.State == step.Refused && s.idempotent {
		s.refused(ctx, b, results, r)
	} else {
		b.settle(results, r)
	}
}

// refused deals with a batch that cannot be taken as it is: which delivery is
// to blame? It is halved until that one stands alone, but not where all must go
// in one call.
func (s *sink) refused(ctx context.Context, b batch, results []step.Result, r step.Result) {
	half := len(b.ds) / 2
	if half == 0 || s.op.Batch == 0 {
		b.settle(results, r)
		return
	}
	s.writeMany(ctx, batch{b.ds[:half], b.at[:half]}, results)
	s.writeMany(ctx, batch{b.ds[half:], b.at[half:]}, results)
}

// jobs are deliveries that go in one call.
type jobs []*job

func (s *sink) jobs(ds []*step.Delivery) (jobs, error) {
	var out jobs
	for _, d := range ds {
		j, err := s.job(d)
		if err != nil {
			return out, err
		}
		out = append(out, j)
	}
	return out, nil
}

// list is what is written.
func (js jobs) list() item.Value {
	values := make([]item.Value, len(js))
	for i, j := range js {
		values[i] = j.out
	}
	return item.List(values...)
}

func (js jobs) done() {
	for _, j := range js {
		j.done()
	}
}

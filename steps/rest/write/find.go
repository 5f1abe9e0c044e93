package write

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// finder is compiled from HTTPFind: it looks for a record at the vendor.
type finder struct {
	*call.Lookup
	pager  *call.Pager
	match  call.Evaluator // the first of candidates that is the one looked for; nil takes any
	list   *item.Var
	settle time.Duration
}

// candidates is the variable in which a match finds the records to choose from.
const candidates = "records_found"

// compileFind compiles a look-up; d may be nil.
func compileFind(b *step.Builder, d *step.HTTPFind, w *writer) *finder {
	if d == nil {
		return nil
	}
	in := b.Inner()
	f := &finder{
		Lookup: call.CompileLookup(in, &d.HTTPLookup),
		pager:  call.CompilePages(in, d.Pages), settle: d.Settle.Std(),
	}
	elem := w.op.Returns
	if elem == nil {
		elem = item.TypeUnknown
	}
	f.list = in.Scope.Declare(candidates, item.ListOf(elem))
	if !d.Match.IsZero() {
		f.match = in.Match(d.Match, candidates)
	}
	if f.Call != nil && f.Method() != http.MethodGet && f.Method() != http.MethodPost {
		b.Findings.Errorf(d.Span, diag.CodeConflict, "a look-up must only read, with get or post")
	}
	says := func(name string) bool { return f.Mentions(name) || strings.Contains(d.Match.Text().Value, name) }
	if f.Call != nil && !says("out") && !says("rows") && !says("idempotency_key") {
		b.Findings.Errorf(d.Span, diag.CodeMissingField, "the look-up does not say what it looks for: any record would do").
			Hint = "name a member of what is written in it, such as match: .number == out.number"
	}
	return f
}

// Doubt tells what can be done about a lost answer.
func (s *sink) Doubt() (find, idempotent bool) {
	return s.inDoubt != nil || s.changes(), s.repeatable()
}

// changes reports whether a write is found and changed, and so can be made again.
func (s *sink) changes() bool { return s.mode != step.Create && s.update != nil }

// Find asks the vendor whether a delivery was taken. A write that changes what
// is there already is not looked for: it can be made again.
func (s *sink) Find(ctx context.Context, d *step.Delivery) step.Result {
	if s.changes() {
		return step.Result{State: step.Absent}
	}
	if s.inDoubt == nil {
		return step.Result{State: step.Unknown, Err: errors.New("the vendor cannot be asked whether it took this write")}
	}
	j, err := s.job(d)
	if err != nil {
		return step.Result{State: step.Unknown, Err: s.redacted(err)}
	}
	defer j.done()
	if r, ok := s.resolveNames(ctx, j); !ok {
		r.State = step.Unknown
		return r
	}
	r := s.find(ctx, j)
	if settle := s.settleTime(d); r.State == step.Absent && settle > 0 {
		return s.findLater(ctx, j, settle)
	}
	return r
}

// settleTime is how long the vendor may still be working on a request that was
// lost: the longer if it was too slow to answer.
func (s *sink) settleTime(d *step.Delivery) time.Duration {
	if _, late := s.late.LoadAndDelete(d.Key); late {
		return max(s.inDoubt.settle, s.conn.HTTP.Timeout())
	}
	return s.inDoubt.settle
}

// findLater looks once more after a time.
func (s *sink) findLater(ctx context.Context, j *job, after time.Duration) step.Result {
	t := time.NewTimer(after)
	defer t.Stop()
	select {
	case <-t.C:
		return s.find(ctx, j)
	case <-ctx.Done():
		return step.Result{State: step.Unknown, Err: ctx.Err()}
	}
}

// find looks once.
func (s *sink) find(ctx context.Context, j *job) step.Result {
	v, err := s.look(ctx, s.inDoubt, j)
	switch {
	case err != nil:
		r := step.Result{State: step.Unknown, Err: s.redacted(err)}
		if e, ok := errors.AsType[*client.Error](err); ok {
			if r.RetryAfter = e.Wait; e.Outcome == client.Denied {
				r.Err = &step.FatalError{Err: e}
			}
		}
		s.outage.note(r)
		if f := s.outage.over.Load(); f != nil {
			r.Err = f
		}
		return r
	case v.Kind() == item.KindMissing:
		return step.Result{State: step.Absent}
	}
	return s.taken(v)
}

// present looks for the record that a write changes. It is Missing when there
// is none. When that could not be told, the result says why, and the write was
// not made.
func (s *sink) present(ctx context.Context, j *job) (item.Value, step.Result, bool) {
	if s.existing == nil {
		return item.Null, step.Result{}, true
	}
	v, err := s.look(ctx, s.existing, j)
	if err == nil {
		return v, step.Result{}, true
	}
	r := step.Result{State: step.Retry, Err: s.redacted(err)}
	if e, ok := errors.AsType[*client.Error](err); ok {
		r.RetryAfter = e.Wait
		switch e.Outcome {
		case client.Denied:
			r.Err = &step.FatalError{Err: e}
		case client.Refused:
			r.State = step.Refused
		}
	}
	return v, r, false
}

// look makes a look-up: it returns the first record that matches, or Missing.
func (s *sink) look(ctx context.Context, f *finder, j *job) (item.Value, error) {
	var found item.Value
	size := f.pager.Chosen(step.HTTPReadOptions{})
	w := &call.Walker{Pager: f.pager, Size: size, Ahead: 1, Fetch: func(ctx context.Context, at call.Spot) (*call.Listing, error) {
		req, err := f.Request(j.frame)
		if err != nil {
			return nil, err
		}
		f.pager.Apply(req, at, size)
		req.Rules = s.rules
		return f.Page(ctx, s.conn, req, f.pager, at)
	}}
	err := w.Walk(ctx, call.Spot{}, func(l *call.Listing, _ bool) (bool, error) {
		v, err := f.choose(s, j, l.Rows)
		found = v
		return v.Kind() == item.KindMissing, err
	})
	if e, ok := errors.AsType[*client.Error](err); ok && s.conn.HTTP.IsAbsent(e) {
		return item.Value{}, nil
	}
	return found, err
}

// choose returns the record that matches; Missing when none does.
func (f *finder) choose(s *sink, j *job, rows []item.Value) (item.Value, error) {
	if len(rows) == 0 {
		return item.Value{}, nil
	}
	if f.match == nil {
		return rows[0], nil
	}
	// The rule wants values as their shape has them.
	raw := item.AppendJSON(nil, item.List(rows...))
	typed, err := item.NewDecoder(f.list.Layout).Decode(raw)
	if err != nil {
		return item.Value{}, fmt.Errorf("the records that were looked up: %w", err)
	}
	j.frame[f.list.Slot] = typed
	v, err := f.match.Eval(j.frame)
	if err != nil {
		return item.Value{}, s.redacted(err)
	}
	if v.IsNull() {
		return item.Value{}, nil
	}
	return v, nil
}

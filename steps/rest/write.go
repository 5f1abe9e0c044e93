package rest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// writer is compiled from HTTPWrite.
type writer struct {
	frames
	op         *step.HTTPOperation
	verdict    *verdict
	create     *call // nil when only records that are there can be changed
	update     *update
	existing   *finder
	inDoubt    *finder
	already    condition
	judged     *verdict // the variables of already
	resolve    []*resolver
	answer     path
	reference  string
	group      evaluator
	idempotent bool
	apart      map[string]bool // members that are not sent

	out, rows, found, idempotency *item.Var
}

// Write compiles an operation.
func (Engine) Write(b *step.Builder, d *step.HTTPWrite, o *step.HTTPOperation) step.OpenSink {
	before := b.Findings.Errors()
	w := &writer{frames: framesOf(b, o.HTTPScope), op: o, idempotent: d.Idempotent, reference: d.Reference.Value, apart: map[string]bool{}}
	in := b.Inner()
	w.declare(in)
	w.verdict = compileVerdict(in, d.Errors)
	if given(&d.HTTPCall) {
		w.create = compileCall(in, &d.HTTPCall)
	}
	w.existing = compileFind(in, d.Existing, w)
	w.inDoubt = compileFind(in, d.InDoubt, w)
	w.update = compileUpdate(in, d.Update)
	if !d.Already.IsZero() {
		w.judged = compileVerdict(in, &step.HTTPVerdict{Failed: d.Already})
		w.already = w.judged.failed
	}
	for name, r := range d.Resolve.All() {
		w.resolve = append(w.resolve, compileResolve(in, name, &r))
	}
	w.answer = compilePath(in, d.Answer)
	w.group = expression(in, d.Group, nil)
	w.check(b, d)
	if b.Findings.Errors() > before {
		return nil
	}
	return w.open
}

func (w *writer) declare(in *step.Builder) {
	takes, returns := w.op.Takes, w.op.Returns
	if takes == nil {
		takes = &item.Type{Kind: item.KindObject, Open: true}
	}
	if returns == nil {
		returns = item.TypeUnknown
	}
	w.out = in.Scope.Declare("out", takes)
	w.rows = in.Scope.Declare("rows", item.ListOf(takes))
	w.found = in.Scope.Declare("found", returns)
	w.idempotency = in.Scope.Declare("idempotency_key", item.TypeText)
}

// check looks across the members of a description.
func (w *writer) check(b *step.Builder, d *step.HTTPWrite) {
	for _, t := range d.NotInBody {
		if takes := w.op.Takes; takes != nil && !takes.Open && !takes.IsMap() {
			if _, ok := takes.Field(t.Value); !ok {
				f := b.Findings.Errorf(t.Span, diag.CodeUnknownMember, "%s has no member %q", takes, t.Value)
				f.Hint = diag.DidYouMean(t.Value, takes.FieldNames())
			}
		}
		w.apart[t.Value] = true
	}
	if d.Update != nil && d.Update.Merge && d.Existing == nil {
		b.Findings.Errorf(b.Place, diag.CodeMissingField, "an update that merges needs %q to know what is there", "existing")
	}
	if w.op.Batch != 1 && (d.Update != nil || d.Resolve.Len() > 0) {
		b.Findings.Errorf(b.Place, diag.CodeConflict, "a write of several records in a call cannot have update or resolve")
	}
}

// open opens the operation for a run.
func (w *writer) open(c *step.Connection, mode step.Mode) (step.Sink, error) {
	made, err := connOf(c)
	if err != nil {
		return nil, err
	}
	of := *w
	of.frames = w.opened(c, w.op.HTTPScope)
	s := &sink{writer: &of, conn: made, mode: mode, names: make([]resolved, len(w.resolve))}
	s.decoders.New = func() any { return item.NewDecoder(w.out.Layout) }
	if w.verdict != nil {
		rules := w.verdict.bind(made, of.frames, made.rules)
		s.rules = &rules
	}
	return s, nil
}

// sink writes records.
type sink struct {
	*writer
	conn     *conn
	mode     step.Mode
	rules    *client.Rules
	decoders sync.Pool
	names    []resolved // what was read for each of resolve
}

var _ step.Finder = (*sink)(nil)

// Write sends deliveries, several calls at once. Those of the same key go one
// after the other, and none is sent after one that tells that all would fail.
func (s *sink) Write(ctx context.Context, ds []*step.Delivery) []step.Result {
	results := make([]step.Result, len(ds))
	var fatal atomic.Pointer[step.FatalError]
	turns := make(chan struct{}, s.conn.http.AtOnce())
	var wg sync.WaitGroup
	for _, lane := range s.lanes(ds, results) {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			for _, batch := range lane {
				s.writeBatch(ctx, batch, results, &fatal)
			}
		})
	}
	wg.Wait()
	return results
}

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
	if ctx.Err() != nil {
		b.settle(results, step.Result{State: step.Retry, Err: ctx.Err()})
		return
	}
	if s.op.Batch == 1 {
		b.settle(results, s.write(ctx, b.ds[0]))
	} else {
		s.writeMany(ctx, b, results)
	}
	if f, ok := errors.AsType[*step.FatalError](results[b.at[0]].Err); ok {
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
		if n := len(lane); n > 0 && s.op.Batch != 1 && (s.op.Batch == 0 || len(lane[n-1].ds) < s.op.Batch) {
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

// job is a delivery that is being worked on: its values in a frame.
type job struct {
	s       *sink
	d       *step.Delivery
	frame   item.Frame
	out     item.Value
	decoder *item.Decoder
}

// job decodes a delivery as it will be sent, and puts it into a frame.
func (s *sink) job(d *step.Delivery) (*job, error) {
	j := &job{s: s, d: d, frame: s.frame(s.conn), decoder: s.decoders.Get().(*item.Decoder)}
	v, err := j.decoder.Decode(bodyOf(d))
	if err != nil {
		j.done()
		return nil, err
	}
	j.out = v
	j.frame[s.out.Slot] = v
	j.frame[s.idempotency.Slot] = item.Text(d.Idempotency)
	return j, nil
}

// done gives the memory of the job's values back.
func (j *job) done() {
	j.decoder.Reset()
	j.s.decoders.Put(j.decoder)
}

// bodyOf returns a delivery as JSON.
func bodyOf(d *step.Delivery) []byte {
	if d.Body == nil {
		return item.AppendJSON(nil, d.Out)
	}
	return d.Body
}

// write sends one delivery.
func (s *sink) write(ctx context.Context, d *step.Delivery) step.Result {
	j, err := s.job(d)
	if err != nil {
		return step.Result{State: step.Refused, Err: s.redacted(err)}
	}
	defer j.done()
	if r, ok := s.resolveNames(ctx, j); !ok {
		return r
	}
	if s.mode == step.Create || s.update == nil {
		return s.send(ctx, j, s.create, j.out)
	}
	found, r, ok := s.present(ctx, j)
	switch {
	case !ok:
		return r
	case found.Kind() != item.KindMissing:
		j.frame[s.found.Slot] = found
		body := j.out
		if s.update.merge {
			body = s.update.merged(found, j.out)
		}
		return s.send(ctx, j, s.update.call, body)
	case s.mode == step.Upsert && s.create != nil:
		return s.send(ctx, j, s.create, j.out)
	}
	return step.Result{State: step.Refused, Err: errors.New("the vendor has no such record to change")}
}

// send makes a call that writes, with body unless the call has one of its own.
func (s *sink) send(ctx context.Context, j *job, c *call, body item.Value) step.Result {
	req, err := s.request(c, j.frame, s.out, body)
	if err != nil {
		return step.Result{State: step.Refused, Err: s.redacted(err)}
	}
	req.Repeat, req.Rules = s.repeatable(), s.rules
	answer, err := s.conn.http.Do(ctx, req)
	if err != nil {
		return s.failed(ctx, j, err)
	}
	return s.sent(answer)
}

// repeatable reports whether sending a write again does no harm: the vendor
// takes it for the same one, or it says what a record is to be, not what to do
// to it.
func (s *sink) repeatable() bool { return s.idempotent || s.mode == step.Update && s.create == nil }

// request makes the request of a call. The variable v, which the body is made
// from, is without the members that only the path and the query need.
func (s *sink) request(c *call, f item.Frame, v *item.Var, body item.Value) (*client.Request, error) {
	req, err := c.head(f)
	if err != nil {
		return nil, err
	}
	sent := s.without(body)
	switch {
	case c.hasPayload():
		before := f[v.Slot]
		f[v.Slot] = sent
		err = c.payload(req, f)
		f[v.Slot] = before
	case req.Method == http.MethodGet || req.Method == http.MethodDelete || len(s.apart) > 0 && sent.Len() == 0:
	default:
		req.Body, req.Type = item.AppendJSON(nil, sent), jsonType
	}
	return req, err
}

// without returns an object, or the objects of a list, without the members
// that are not sent.
func (s *sink) without(v item.Value) item.Value {
	if len(s.apart) == 0 {
		return v
	}
	if v.Kind() == item.KindList {
		var list []item.Value
		for _, e := range v.All() {
			list = append(list, s.without(e))
		}
		return item.List(list...)
	}
	var names []string
	var values []item.Value
	for name, m := range v.Members() {
		if !s.apart[name] {
			names, values = append(names, name), append(values, m)
		}
	}
	return item.Map(names, values)
}

// sent makes the result of a write that the vendor took.
func (s *sink) sent(a *client.Answer) step.Result {
	return s.taken(s.answer.in(a.Value))
}

// taken makes the result of a write that is at the vendor as v.
func (s *sink) taken(v item.Value) step.Result {
	r := step.Result{State: step.Sent}
	if v.Kind() == item.KindMissing {
		return r
	}
	if s.reference != "" {
		if ref := v.Member(s.reference); ref.Kind() != item.KindList && ref.Kind() != item.KindObject {
			r.Reference = ref.String()
		}
	}
	r.Answer = s.conn.http.Redact().JSON(item.AppendJSON(nil, v))
	return r
}

// failed makes the result of a write that failed.
func (s *sink) failed(ctx context.Context, j *job, err error) step.Result {
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		return step.Result{State: step.Unknown, Err: s.redacted(err)}
	}
	r := step.Result{Err: e, RetryAfter: e.Wait}
	if e.Answer != nil {
		r.Answer = s.conn.http.Redact().JSON(e.Answer.Body)
	}
	switch e.Outcome {
	case client.NotSent, client.TurnedAway:
		r.State = step.Retry
	case client.Denied:
		r.State, r.Err = step.Retry, &step.FatalError{Err: e}
	case client.Refused:
		if r.State = step.Refused; s.tookBefore(e) {
			if found := s.find(ctx, j); found.State == step.Sent {
				return found
			}
		}
	default:
		r.State = step.Unknown
	}
	return r
}

// tookBefore reports whether the vendor declined because it took the same before.
func (s *sink) tookBefore(e *client.Error) bool {
	if s.already == nil || s.inDoubt == nil || e.Answer == nil {
		return false
	}
	yes, err := s.already.Holds(s.judged.about(s.frame(s.conn), e.Answer))
	return err == nil && yes
}

// redacted returns an error about values without secrets in it.
func (s *sink) redacted(err error) error {
	if _, ok := errors.AsType[*client.Error](err); ok {
		return err
	}
	return errors.New(s.conn.http.Redact().Text(err.Error()))
}

// writeMany sends several deliveries in one call.
func (s *sink) writeMany(ctx context.Context, b batch, results []step.Result) {
	var rows []item.Value
	var first *job
	for _, d := range b.ds {
		j, err := s.job(d)
		if err != nil {
			b.settle(results, step.Result{State: step.Refused, Err: s.redacted(err)})
			return
		}
		defer j.done()
		if rows = append(rows, j.out); first == nil {
			first = j
		}
	}
	list := item.List(rows...)
	first.frame[s.rows.Slot] = list
	req, err := s.request(s.create, first.frame, s.rows, list)
	if err != nil {
		b.settle(results, step.Result{State: step.Refused, Err: s.redacted(err)})
		return
	}
	req.Repeat, req.Rules = s.idempotent, s.rules
	answer, err := s.conn.http.Do(ctx, req)
	if err == nil {
		b.settle(results, s.sent(answer))
		return
	}
	r := s.failed(ctx, first, err)
	if r.State == step.Refused && s.idempotent && len(b.ds) > 1 {
		// Which of them is to blame? Halve until it stands alone.
		half := len(b.ds) / 2
		s.writeMany(ctx, batch{b.ds[:half], b.at[:half]}, results)
		s.writeMany(ctx, batch{b.ds[half:], b.at[half:]}, results)
		return
	}
	b.settle(results, r)
}

package write

import (
	"context"
	"errors"
	"net/http"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
	"github.com/sluicehq/sluice/steps/rest/client"
)

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
	j := &job{s: s, d: d, frame: s.Frame(s.conn), decoder: s.decoders.Get().(*item.Decoder)}
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
	return s.change(ctx, j)
}

// change changes the record that the vendor has; an upsert creates it if there
// is none.
func (s *sink) change(ctx context.Context, j *job) step.Result {
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
func (s *sink) send(ctx context.Context, j *job, c *call.Call, body item.Value) step.Result {
	req, err := s.request(c, j.frame, s.out, body)
	if err != nil {
		return step.Result{State: step.Refused, Err: s.redacted(err)}
	}
	req.Repeat, req.Rules = s.repeatable(), s.rules
	answer, err := s.conn.HTTP.Do(ctx, req)
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
func (s *sink) request(c *call.Call, f item.Frame, v *item.Var, body item.Value) (*client.Request, error) {
	req, err := c.Head(f)
	if err != nil {
		return nil, err
	}
	sent := s.without(body)
	switch {
	case c.HasPayload():
		before := f[v.Slot]
		f[v.Slot] = sent
		err = c.Payload(req, f)
		f[v.Slot] = before
	case req.Method == http.MethodGet || req.Method == http.MethodDelete || len(s.apart) > 0 && sent.Len() == 0:
	default:
		req.Body, req.Type = item.AppendJSON(nil, sent), call.JSONType
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
	return s.taken(s.answer.In(a.Value))
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
	r.Answer = item.AppendJSON(nil, v)
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
		r.Answer = e.Answer.Body
	}
	switch e.Outcome {
	case client.NotSent, client.TurnedAway:
		r.State = step.Retry
	case client.Denied:
		r.State, r.Err = step.Retry, &step.FatalError{Err: e}
	case client.Refused:
		if r.State = step.Refused; s.doubled(e) {
			if found := s.find(ctx, j); found.State == step.Sent {
				return found
			}
		}
	default:
		if r.State = step.Unknown; e.Late {
			s.late.Store(j.d.Key, true)
		}
	}
	return r
}

// doubled reports whether the vendor declined because it took the same before.
func (s *sink) doubled(e *client.Error) bool {
	if s.already == nil || s.inDoubt == nil || e.Answer == nil {
		return false
	}
	yes, err := s.already.Holds(s.Frame(s.conn), e.Answer)
	return err == nil && yes
}

// redacted returns an error about values without secrets in it.
func (s *sink) redacted(err error) error {
	if _, ok := errors.AsType[*client.Error](err); ok {
		return err
	}
	return errors.New(s.conn.HTTP.Redact().Text(err.Error()))
}

package rest

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// verdict is compiled from HTTPVerdict.
type verdict struct {
	failed       condition
	message      evaluator
	body, status *item.Var
}

// compileVerdict compiles the rules about an answer, which see what is in b's
// scope besides it. d may be nil.
func compileVerdict(b *step.Builder, d *step.HTTPVerdict) *verdict {
	if d == nil {
		return nil
	}
	in := b.Inner()
	v := &verdict{}
	v.body = in.Scope.Declare("body", item.TypeUnknown)
	v.status = in.Scope.Declare("status", item.TypeInt)
	v.failed = holds(in, d.Failed)
	v.message = expression(in, d.Message, nil)
	return v
}

// about puts an answer into a frame.
func (v *verdict) about(f item.Frame, a *client.Answer) item.Frame {
	f[v.body.Slot] = a.Value
	f[v.status.Slot] = item.Int(int64(a.Status))
	return f
}

// bind returns rules with the verdict in them. A verdict that is nil, or says
// nothing of a matter, leaves them as they are.
func (v *verdict) bind(c *conn, fr frames, r client.Rules) client.Rules {
	if v == nil {
		return r
	}
	if v.failed != nil {
		r.Failed = func(a *client.Answer) (bool, error) { return v.failed.Holds(v.about(fr.frame(c), a)) }
	}
	if v.message != nil {
		r.Message = func(a *client.Answer) string {
			words, err := v.message.Eval(v.about(fr.frame(c), a))
			if err != nil {
				return "" // the answer is not as expected; the usual members may still tell
			}
			return client.Words(words)
		}
	}
	return r
}

// compileErrors reads what the statuses mean.
func compileErrors(b *step.Builder, d *step.HTTPErrors) client.Rules {
	r := client.Rules{
		Retry: statuses(d.Retry), TurnedAway: statuses(d.TurnedAway),
		Denied: statuses(d.Fatal), Absent: statuses(d.Absent), Hints: map[int]string{},
	}
	for key, hint := range d.Hints.All() {
		s, err := client.ParseStatus(key.Value)
		if err != nil || s.From != s.To {
			b.Findings.Errorf(key.Span, diag.CodeBadValue, "%q is not an HTTP status", key.Value)
			continue
		}
		r.Hints[s.From] = hint
	}
	return r
}

func statuses(list []step.HTTPStatus) []client.Status {
	out := make([]client.Status, len(list))
	for i, s := range list {
		out[i] = client.Status{From: s.From, To: s.To}
	}
	return out
}

package call

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// Verdict is compiled from HTTPVerdict.
type Verdict struct {
	failed       Condition
	message      Evaluator
	body, status *item.Var
}

// CompileVerdict compiles the rules about an answer, which see what is in b's
// scope besides it. d may be nil.
func CompileVerdict(b *step.Builder, d *step.HTTPVerdict) *Verdict {
	if d == nil {
		return nil
	}
	in := b.Inner()
	v := &Verdict{}
	v.body = in.Scope.Declare("body", item.TypeUnknown)
	v.status = in.Scope.Declare("status", item.TypeInt)
	v.failed = Holds(in, d.Failed)
	v.message = Expression(in, d.Message, nil)
	return v
}

// Holds reports whether the verdict's rule about a failure holds for an answer.
func (v *Verdict) Holds(f item.Frame, a *client.Answer) (bool, error) {
	if v.failed == nil {
		return false, nil
	}
	return v.failed.Holds(v.about(f, a))
}

// about puts an answer into a frame.
func (v *Verdict) about(f item.Frame, a *client.Answer) item.Frame {
	f[v.body.Slot] = a.Value
	f[v.status.Slot] = item.Int(int64(a.Status))
	return f
}

// Bind returns rules with the verdict in them. A verdict that is nil, or says
// nothing of a matter, leaves them as they are.
func (v *Verdict) Bind(c *Conn, fr Frames, r client.Rules) client.Rules {
	if v == nil {
		return r
	}
	if v.failed != nil {
		r.Failed = func(a *client.Answer) (bool, error) { return v.Holds(fr.Frame(c), a) }
	}
	if v.message != nil {
		r.Message = func(a *client.Answer) string {
			words, err := v.message.Eval(v.about(fr.Frame(c), a))
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

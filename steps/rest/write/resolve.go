package write

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// resolver is compiled from HTTPResolve: it puts the vendor's key in the place
// of a name.
type resolver struct {
	*call.Call
	records          call.Path
	from, to, called string
	name, id         string // of a list's objects; "" for an object of keys and names
	required         bool
}

func compileResolve(b *step.Builder, member diag.Text, d *step.HTTPResolve) *resolver {
	r := &resolver{
		Call: call.Compile(b, &d.HTTPCall), records: call.CompilePath(b, d.Records),
		from: member.Value, to: d.To.Value, called: d.Called, name: d.Name.Value, id: d.ID.Value, required: d.Required,
	}
	if r.called == "" {
		r.called = r.from
	}
	return r
}

// resolved holds the names that were read for a resolver.
type resolved struct {
	mu    sync.Mutex
	names []string
	keys  []item.Value
	read  bool
}

// resolveNames puts keys in the place of names in a job. It is false, with a
// result, when that could not be done.
func (s *sink) resolveNames(ctx context.Context, j *job) (step.Result, bool) {
	for i, r := range s.resolve {
		name := j.out.Member(r.from)
		if err := r.choice(name, j.out.Member(r.to)); err != nil {
			return step.Result{State: step.Refused, Err: err}, false
		}
		if name.IsNull() {
			if name.Kind() == item.KindNull {
				j.replace(s, r.from, "", item.Value{})
			}
			continue
		}
		key, err := s.keyOf(ctx, r, &s.names[i], name.String())
		if err != nil {
			return nameTrouble(s, err), false
		}
		j.replace(s, r.from, r.to, key)
	}
	return step.Result{}, true
}

// choice returns what is wrong with giving a name, a key, both or none.
func (r *resolver) choice(name, key item.Value) error {
	switch {
	case r.from != r.to && !name.IsNull() && !key.IsNull():
		return fmt.Errorf("%s and %s are both given; give one of them", r.from, r.to)
	case r.required && name.IsNull() && key.IsNull():
		return fmt.Errorf("neither %s nor %s is given; give one of them", r.from, r.to)
	}
	return nil
}

// nameTrouble makes the result of a write whose names could not be resolved. A
// name that the vendor does not have is a mistake in what was configured.
func nameTrouble(s *sink, err error) step.Result {
	r := step.Result{State: step.Retry, Err: s.redacted(err)}
	e, ok := errors.AsType[*client.Error](err)
	if ok {
		r.RetryAfter = e.Wait
	}
	if !ok || e.Outcome == client.Denied || e.Outcome == client.Refused {
		r.Err = &step.FatalError{Err: r.Err}
	}
	return r
}

// replace puts a member called to in the place of the one called from; without
// to it takes it out.
func (j *job) replace(s *sink, from, to string, key item.Value) {
	var names []string
	var values []item.Value
	for name, v := range j.out.Members() {
		if name == from {
			if name, v = to, key; to == "" {
				continue
			}
		}
		names, values = append(names, name), append(values, v)
	}
	j.out = item.Map(names, values)
	j.frame[s.out.Slot] = j.out
}

// keyOf returns the vendor's key for a name. The names are read once, and once
// more when one is not among them: it may be new.
func (s *sink) keyOf(ctx context.Context, r *resolver, known *resolved, name string) (item.Value, error) {
	known.mu.Lock()
	defer known.mu.Unlock()
	fresh := false
	if !known.read {
		if err := s.readNames(ctx, r, known); err != nil {
			return item.Value{}, err
		}
		fresh = true
	}
	i := slices.Index(known.names, name)
	if i < 0 && !fresh {
		if err := s.readNames(ctx, r, known); err != nil {
			return item.Value{}, err
		}
		i = slices.Index(known.names, name)
	}
	if i < 0 {
		return item.Value{}, r.unknown(name, known.names)
	}
	return known.keys[i], nil
}

func (r *resolver) unknown(name string, names []string) error {
	message := fmt.Sprintf("the vendor has no %s called %q", r.called, name)
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
		return fmt.Errorf("%s; only the letter case differs from %q", message, names[i])
	}
	if hint := diag.DidYouMean(name, names); hint != "" {
		return errors.New(message + "; " + hint)
	}
	return fmt.Errorf("%s; it has %s", message, strings.Join(names, ", "))
}

func (s *sink) readNames(ctx context.Context, r *resolver, known *resolved) error {
	req, err := r.Request(s.Frame(s.conn))
	if err != nil {
		return err
	}
	req.Rules = s.rules
	answer, err := s.conn.Read(ctx, req)
	if err != nil {
		return err
	}
	v := r.records.In(answer.Value)
	if v.Kind() == item.KindMissing {
		return s.conn.HTTP.Said(req, r.records.Missing(answer.Value))
	}
	known.names, known.keys, known.read = nil, nil, true
	if r.name == "" {
		for key, name := range v.Members() {
			known.names, known.keys = append(known.names, name.String()), append(known.keys, bare(key))
		}
		return nil
	}
	for _, e := range v.All() {
		known.names, known.keys = append(known.names, e.Member(r.name).String()), append(known.keys, e.Member(r.id))
	}
	return nil
}

// bare returns a key that stood as a member's name: a number if it looks like
// one.
func bare(key string) item.Value {
	if v, err := item.Convert(item.Text(key), item.TypeInt); err == nil && v.String() == key {
		return v
	}
	return item.Text(key)
}

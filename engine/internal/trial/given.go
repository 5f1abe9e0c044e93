package trial

import (
	"context"
	"fmt"
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// records reads the records of a list in a test file, each typed by the shape.
func records(n *syntax.Node, t *item.Type, fs *diag.List) []step.Raw {
	if n.Kind != syntax.Sequence {
		fs.Errorf(n.Span, diag.CodeWrongType, "expected a list of records, not %s", n.Describe())
		return nil
	}
	var raws []step.Raw
	for _, it := range n.Items {
		raws = append(raws, step.Raw{Data: item.AppendJSON(nil, value(it, t, fs))})
	}
	return raws
}

// value reads a value as the type says; without a type, as YAML does. What the
// test leaves out stays out.
func value(n *syntax.Node, t *item.Type, fs *diag.List) item.Value {
	if t == nil {
		t = item.TypeUnknown
	}
	switch {
	case n.IsNull():
		return item.Null
	case n.Kind == syntax.Sequence:
		elem := item.TypeUnknown
		if t.Kind == item.KindList {
			elem = t.Elem
		}
		var vs []item.Value
		for _, it := range n.Items {
			vs = append(vs, value(it, elem, fs))
		}
		return item.List(vs...)
	case n.Kind == syntax.Mapping:
		return object(n, t, fs)
	}
	if t.Kind == item.KindUnknown {
		return step.Untyped(n)
	}
	v, err := item.Convert(item.Text(n.Text.Value), t)
	if err != nil {
		fs.Errorf(n.Span, diag.CodeWrongType, "%v", err)
		return item.Null
	}
	return v
}

func object(n *syntax.Node, t *item.Type, fs *diag.List) item.Value {
	var names []string
	var values []item.Value
	for _, p := range n.Pairs {
		name := p.Key.Text.Value
		member := item.TypeUnknown
		if t.IsMap() {
			member = t.Elem
		} else if f, ok := t.Field(name); ok {
			member = f.Type
		} else if t.Kind == item.KindObject && !t.Open {
			fs.Errorf(p.Key.Span, diag.CodeUnknownMember, "%s has no member %q", t, name).Hint = diag.DidYouMean(name, t.FieldNames())
			continue
		}
		names, values = append(names, name), append(values, value(p.Value, member, fs))
	}
	return item.Map(names, values)
}

// memory is a stream that a test gives.
type memory struct {
	read    *step.Read
	records []step.Raw
}

// Read hands on the records that a vendor would: those that pass the filters,
// or have one of the keys that were asked for.
func (m *memory) Read(_ context.Context, q step.Query, page func(step.Page) error) error {
	var out []step.Raw
	for _, r := range m.records {
		v, err := item.NewDecoder(item.NewLayout(m.read.Type)).Decode(r.Data)
		if err != nil {
			return fmt.Errorf("given %s: %w", m.read.Name, err)
		}
		if m.read.Key != "" {
			r.Key = v.Member(m.read.Key).String()
		}
		if asked(q, r.Key, v) {
			out = append(out, r)
		}
	}
	return page(step.Page{Records: out})
}

func asked(q step.Query, key string, v item.Value) bool {
	if q.Key != "" && q.Key != key {
		return false
	}
	if q.By != "" && !oneOf(q.Keys, v.Member(q.By)) {
		return false
	}
	for _, f := range q.Filters {
		if got := v.Member(f.Name); !got.IsNull() && len(f.Values) > 0 && !oneOf(f.Values, got) {
			return false
		}
	}
	return true
}

func oneOf(vs []item.Value, v item.Value) bool {
	return slices.ContainsFunc(vs, func(w item.Value) bool { return w.String() == v.String() })
}

// recorder is a write that only keeps what it is given.
type recorder struct {
	target string
	trial  *trial
}

// Write keeps the deliveries and says that they were taken.
func (w *recorder) Write(_ context.Context, ds []*step.Delivery) []step.Result {
	results := make([]step.Result, len(ds))
	for i, d := range ds {
		w.trial.written[w.target] = append(w.trial.written[w.target], slices.Clone(d.Body))
		results[i] = step.Result{State: step.Sent, Reference: "test-" + d.Key}
	}
	return results
}

var _ step.Sink = (*recorder)(nil)

// notGiven is a stream that a case gives no records for.
type notGiven string

// Read says that there are none.
func (n notGiven) Read(context.Context, step.Query, func(step.Page) error) error {
	return fmt.Errorf("the test has no records for %s; give them under given: %s", string(n), string(n))
}

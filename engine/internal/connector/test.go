package connector

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Outcome is what came of a test.
type Outcome struct {
	Name  string
	Place diag.Span
	// Failures say what was not as expected; none when the test passed.
	Failures []string
}

// Test runs the tests of a connector that was loaded without errors. They reach
// no network.
func (l *Loaded) Test(ctx context.Context) []Outcome {
	var out []Outcome
	for i := range l.File.Tests {
		t := &l.File.Tests[i]
		r := &trial{loaded: l, test: t}
		r.run(ctx)
		out = append(out, Outcome{Name: t.Name.Value, Place: t.Name.Span, Failures: r.failures})
	}
	return out
}

// trial is one run of a test.
type trial struct {
	loaded   *Loaded
	test     *Test
	failures []string
	log      bytes.Buffer
	secrets  []string
}

func (t *trial) failf(format string, args ...any) {
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

func (t *trial) run(ctx context.Context) {
	c := t.loaded.Connector
	var fs diag.List
	values := c.Fields.Decode(t.test.Connection, t.test.Span, &fs)
	wire := &replay{exchanges: t.test.Exchanges, base: t.base(values)}
	conn := &step.Connection{
		Name: c.Name, Values: map[string]item.Value{}, Transport: wire,
		Log: slog.New(slog.NewTextHandler(&t.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, v := range values {
		conn.Values[v.Field.Name] = v.Value
		if s := v.Value.String(); v.Field.Secret && s != "" {
			t.secrets = append(t.secrets, s)
		}
	}
	wire.secrets = t.secrets
	client, err := c.Dial(conn)
	if err != nil {
		t.failf("%v", err)
		return
	}
	conn.Client = client
	var problem error
	if t.test.Read.Value != "" {
		problem = t.read(ctx, conn)
	} else {
		problem = t.write(ctx, conn)
	}
	t.error(problem)
	t.failures = append(t.failures, wire.complaints()...)
	t.redacted("the log", t.log.String())
}

// base is the address of the API for these settings; "" when the test's own
// error will tell.
func (t *trial) base(values spec.Values) string {
	if v, ok := values.Get(step.BaseURL); ok && v.Value.String() != "" {
		return v.Value.String()
	}
	l := &loader{file: t.loaded.File, fs: &diag.List{}, fields: t.loaded.Connector.Fields}
	b, scope := l.builder(step.BaseURL, t.test.Span)
	e := b.Template(t.loaded.File.BaseURL)
	if e == nil {
		return ""
	}
	f := b.Scope.NewFrame()
	for i, v := range values {
		f[scope.Fields[i].Var.Slot] = v.Value
	}
	text, err := e.Eval(f)
	if err != nil {
		return ""
	}
	return text.String()
}

// error compares what went wrong with what should have.
func (t *trial) error(err error) {
	want := t.test.Error
	switch {
	case err == nil && want != "":
		t.failf("expected an error with %q, and there was none", want)
	case err != nil && want == "":
		t.failf("unexpected error: %v", err)
	case err != nil && !strings.Contains(err.Error(), want):
		t.failf("expected an error with %q, got: %v", want, err)
	}
	if err != nil {
		t.redacted("the error", err.Error())
	}
}

// redacted sees that a text holds no secret. A very short one stands in other
// words too.
func (t *trial) redacted(what, text string) {
	for _, s := range t.secrets {
		if len(s) > 3 && strings.Contains(text, s) {
			t.failf("%s shows the secret %q", what, s)
		}
	}
}

func (t *trial) read(ctx context.Context, conn *step.Connection) error {
	i := slices.IndexFunc(t.loaded.Connector.Reads, func(r *step.Read) bool { return r.Name == t.test.Read.Value })
	stream := t.loaded.Connector.Reads[i]
	q, err := t.query(stream)
	if err != nil {
		return err
	}
	source, err := stream.Bind(nil, &step.HTTPReadOptions{PageSize: t.test.PageSize})(conn)
	if err != nil {
		return err
	}
	var got []step.Raw
	var cursor []byte
	err = source.Read(ctx, q, func(p step.Page) error {
		got = append(got, p.Records...)
		if p.Cursor != nil {
			cursor = p.Cursor
		}
		return nil
	})
	t.records(stream, got)
	if n := t.test.Leaves; n != nil {
		t.compare("the cursor", n, cursor)
	}
	return err
}

// query makes the query of a test.
func (t *trial) query(stream *step.Read) (step.Query, error) {
	q := step.Query{Key: t.test.Key, By: t.test.By, Overlap: t.test.Overlap.Std()}
	var err error
	if q.Now, err = t.test.now(); err != nil {
		return q, err
	}
	if q.Since, err = moment(t.test.Since.Value); err != nil {
		return q, err
	}
	if t.test.Cursor != nil {
		q.Cursor = toJSON(t.test.Cursor)
	}
	for _, k := range t.test.Keys {
		q.Keys = append(q.Keys, item.Text(k))
	}
	if len(t.test.Known) > 0 {
		q.Known = t.known
	}
	q.Filters, err = t.filters(stream)
	return q, err
}

// filters makes the values of the stream's filters.
func (t *trial) filters(stream *step.Read) ([]step.FilterValue, error) {
	var out []step.FilterValue
	for name, texts := range t.test.Where.All() {
		f := step.FilterValue{Name: name.Value}
		i := slices.IndexFunc(stream.Filters, func(f step.Filter) bool { return f.Name == name.Value })
		for _, s := range texts {
			v, err := item.Convert(item.Text(s), stream.Filters[i].Type)
			if err != nil {
				return nil, fmt.Errorf("where %s: %w", name.Value, err)
			}
			f.Values = append(f.Values, v)
		}
		out = append(out, f)
	}
	return out, nil
}

// known tells which records are known unchanged.
func (t *trial) known(_ context.Context, listed []step.Listed) ([]bool, error) {
	out := make([]bool, len(listed))
	for i, l := range listed {
		out[i] = slices.Contains(t.test.Known, l.Key)
	}
	return out, nil
}

// records compares what was read with what should have been, and with the
// stream's shape.
func (t *trial) records(stream *step.Read, got []step.Raw) {
	decoder := item.NewDecoder(wholeLayout(stream.Type))
	for _, r := range got {
		if r.Err != nil {
			t.failf("record %s: %v", r.Key, r.Err)
			continue
		}
		if _, err := decoder.Decode(r.Data); err != nil {
			t.failf("record %s does not have the shape that the stream says: %v", r.Key, err)
		}
	}
	want := t.test.Records
	if want == nil {
		return
	}
	if len(want.Items) != len(got) {
		t.failf("expected %d records, got %d", len(want.Items), len(got))
		return
	}
	for i, n := range want.Items {
		t.compare(fmt.Sprintf("record %d", i+1), n, got[i].Data)
	}
}

// wholeLayout has a slot for everything that a type declares, so that all of it
// is checked.
func wholeLayout(t *item.Type) *item.Layout {
	l := item.NewLayout(t)
	fill(l)
	return l
}

func fill(l *item.Layout) {
	for _, f := range l.Type().Fields {
		fill(l.Member(l.Slot(f.Name)))
	}
	if l.Type().Elem != nil {
		fill(l.Elem())
	}
}

// compare sees that a value has what is expected of it.
func (t *trial) compare(what string, want *syntax.Node, got []byte) {
	if got == nil {
		t.failf("there is no %s", strings.TrimPrefix(what, "the "))
		return
	}
	v, err := item.FromJSON(got)
	if err != nil {
		t.failf("%s: %v", what, err)
		return
	}
	w, err := item.FromJSON(toJSON(want))
	if err != nil {
		t.failf("%s: %v", want.Span, err)
		return
	}
	for _, d := range differences(what, w, v, false) {
		t.failf("%s", d)
	}
}

func (t *trial) write(ctx context.Context, conn *step.Connection) error {
	i := slices.IndexFunc(t.loaded.Connector.Writes, func(w *step.Write) bool { return w.Name == t.test.Write.Value })
	w := t.loaded.Connector.Writes[i]
	mode := step.Mode(t.test.Mode)
	if mode == "" && len(w.Modes) > 0 {
		mode = w.Modes[0]
	}
	sink, err := w.Bind(nil, nil)(conn, mode)
	if err != nil {
		return err
	}
	ds, err := t.deliveries(w)
	if err != nil {
		return err
	}
	var r step.Result
	if t.test.Find {
		r = sink.(step.Finder).Find(ctx, ds[0])
	} else {
		r = sink.Write(ctx, ds)[0]
	}
	t.result(r)
	return r.Err
}

// result compares what became of a write with what should have.
func (t *trial) result(r step.Result) {
	if want := t.test.Result; want != "" && want != states[r.State] {
		t.failf("expected the write to be %s, it is %s: %v", want, states[r.State], r.Err)
	}
	if want := t.test.Reference; want != "" && want != r.Reference {
		t.failf("expected the reference %q, got %q", want, r.Reference)
	}
	if t.test.Answer != nil {
		t.compare("the answer", t.test.Answer, r.Answer)
	}
}

// states are the states of a write as tests name them.
var states = map[step.State]string{
	step.Sent: "sent", step.Retry: "retry", step.Refused: "refused", step.Unknown: "unknown", step.Absent: "absent",
}

// deliveries makes what is written, as a pipeline would.
func (t *trial) deliveries(w *step.Write) ([]*step.Delivery, error) {
	nodes := []*syntax.Node{t.test.Out}
	if t.test.Out.Kind == syntax.Sequence {
		nodes = t.test.Out.Items
	}
	layout := wholeLayout(w.Takes)
	var out []*step.Delivery
	for i, n := range nodes {
		v, err := item.NewDecoder(layout).Decode(toJSON(n))
		if err != nil {
			return nil, fmt.Errorf("out: %w", err)
		}
		body, err := item.AppendJSONAs(nil, v, w.Takes)
		if err != nil {
			return nil, fmt.Errorf("out: %w", err)
		}
		out = append(out, &step.Delivery{
			Key: fmt.Sprint(i + 1), Out: v, Body: body, Idempotency: fmt.Sprintf("test-%d", i+1),
			Again: t.test.Find,
		})
	}
	return out, nil
}

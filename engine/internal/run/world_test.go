package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/shape"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps"
)

// fataler is a test, or a check of a property.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// world is a pipeline between a shop and a desk that are made up, with a real
// ledger.
type world struct {
	t     fataler
	shop  *shop
	desk  *desk
	ready *compile.Ready
	// path is the ledger's file; ahead is how far its clock is ahead.
	path  string
	ahead time.Duration
	log   bytes.Buffer
	// checked is the run that was looked at last.
	checked int64
}

const instance = "test/orders"

// newWorld makes a world with the pipeline of a text.
func newWorld(t fataler, dir, text string) *world {
	t.Helper()
	w := &world{t: t, path: filepath.Join(dir, "sluice.db"), desk: &desk{byIdem: map[string]int{}}}
	w.shop = &shop{size: 10}
	w.use(text)
	return w
}

const shapes = `
thing:
  id: text
  n: int
  kind: text
  text: text?
  parts: [part]
  open: true
part: {key: text, n: int}
made: {id: text, open: true}
`

// use compiles the pipeline anew, as after a change of its file.
func (w *world) use(text string) {
	w.t.Helper()
	fs := &diag.List{}
	types := shape.ParseAll(syntax.Parse("shapes.yaml", []byte(shapes), fs), fs)
	p := pipeline.Read("orders.yaml", []byte(text), fs)
	if p == nil {
		w.t.Fatal(fs.Sorted())
	}
	both := []*step.Connector{w.shop.connector(types["thing"]), w.desk.connector(types["made"])}
	w.ready = compile.Compile(compile.Input{
		Pipeline: p, Instance: instance, Connectors: both, StandIns: true, Steps: append(steps.All(), breaking()...),
		Env: pipeline.Env{Lookup: func(string) (string, bool) { return "", false }},
	}, fs)
	if fs.Errors() > 0 {
		w.t.Fatal(fs.Sorted())
	}
}

// breaking are steps that fail as no step should.
func breaking() []*step.Definition {
	type config struct {
		// The rule for the records that the step breaks at.
		On step.Rule `yaml:"on" validate:"required"`
	}
	build := func(do func(r *step.Record)) func(c *config, b *step.Builder) step.Transform {
		return func(c *config, b *step.Builder) step.Transform {
			on := b.Condition(c.On)
			if on == nil {
				return nil
			}
			return &fragile{on: on, do: do}
		}
	}
	return []*step.Definition{
		step.Define("panics", "Panics.", "", build(func(r *step.Record) {
			var none []int
			r.Key = strconv.Itoa(none[len(r.Key)])
		})).WithHead("on", false),
		step.Define("loses", "Loses records.", "", build(nil)).WithHead("on", false),
	}
}

// fragile is a step that fails at some records.
type fragile struct {
	on *step.Condition
	do func(*step.Record)
}

func (f *fragile) Apply(_ context.Context, in []*step.Record) ([]*step.Record, error) {
	out := in[:0]
	for _, r := range in {
		holds, err := f.on.Holds(r.Frame)
		if err != nil {
			return nil, err
		}
		if holds && f.do != nil {
			f.do(r)
		}
		if !holds {
			out = append(out, r)
		}
	}
	return out, nil
}

// open opens the ledger.
func (w *world) open() *ledger.Ledger {
	w.t.Helper()
	ahead := w.ahead
	led, err := ledger.Open(context.Background(), "sqlite:"+w.path, ledger.Options{Now: func() time.Time { return time.Now().Add(ahead) }})
	if err != nil {
		w.t.Fatal(err)
	}
	return led
}

// options are those of a run by hand.
func (w *world) options(led *ledger.Ledger) Options {
	w.log.Reset()
	return Options{
		Ledger: led, Owner: "a test", Trigger: "by hand", Now: time.Now().UTC(), Workers: 2,
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
}

// run runs the pipeline, and sees that the books balance.
func (w *world) run(change ...func(*Options)) (*Summary, error) {
	w.t.Helper()
	return w.runCtx(context.Background(), change...)
}

func (w *world) runCtx(ctx context.Context, change ...func(*Options)) (*Summary, error) {
	w.t.Helper()
	led := w.open()
	defer func() { _ = led.Close() }()
	o := w.options(led)
	for _, f := range change {
		f(&o)
	}
	sum, err := Run(ctx, w.ready, o)
	if balance := led.Balance(context.Background(), instance); balance != nil {
		w.t.Errorf("%v", balance)
	}
	w.checkSummary(led, sum, o.DryRun)
	return sum, err
}

// must runs the pipeline and wants no error.
func (w *world) must(change ...func(*Options)) *Summary {
	w.t.Helper()
	sum, err := w.run(change...)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, &w.log)
	}
	return sum
}

// checkSummary holds a summary against the rows that the run decided.
func (w *world) checkSummary(led *ledger.Ledger, s *Summary, dry bool) {
	w.t.Helper()
	runs, err := led.Runs(context.Background(), instance, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	if dry || len(runs) == 0 || runs[0].Number == w.checked || runs[0].Ended.IsZero() || w.ready.AtLeastOnce {
		return // it did not even begin
	}
	w.checked = runs[0].Number
	got := map[ledger.State]int{}
	for _, r := range w.rows(led) {
		if r.DecidedRun == runs[0].Number {
			got[r.State]++
		}
	}
	for _, c := range []struct {
		what      string
		said, has int
	}{
		{"sent", s.Sent + s.Further + s.Resumed, got[ledger.Sent]},
		{"filtered", s.FilteredTotal(), got[ledger.Filtered]},
		{"in doubt", s.InDoubt, got[ledger.InDoubt]},
	} {
		// A run that failed may not have written down what it did last.
		if c.said != c.has && (runs[0].Error == "" || c.said < c.has) {
			w.t.Errorf("run %d says %d %s, and the ledger has %d", runs[0].Number, c.said, c.what, c.has)
		}
	}
	// Of what this run left open, a newer version may have taken the place since.
	if s.Dead < got[ledger.Dead] || runs[0].Error == "" && s.Pending < got[ledger.Pending]+got[ledger.Sending] {
		w.t.Errorf("run %d says %d dead and %d pending, and the ledger has %v", runs[0].Number, s.Dead, s.Pending, got)
	}
	if n := int64(s.Seen); n != runs[0].Listed && runs[0].Error == "" {
		w.t.Errorf("run %d says it saw %d records, and the ledger %d", runs[0].Number, n, runs[0].Listed)
	}
}

// rows returns all rows of the ledger.
func (w *world) rows(led *ledger.Ledger) []ledger.Row {
	w.t.Helper()
	rows, err := led.List(context.Background(), instance, ledger.States(), 0, 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// states lists what became of each write: "1 sink sent".
func (w *world) states() []string {
	w.t.Helper()
	led := w.open()
	defer func() { _ = led.Close() }()
	var out []string
	for _, r := range w.rows(led) {
		line := fmt.Sprintf("%s %s %s", r.Key, r.Write, r.State)
		if r.Reason != "" {
			line += ": " + r.Reason
		}
		out = append(out, line)
	}
	return out
}

// wantStates compares what became of each write.
func (w *world) wantStates(want ...string) {
	w.t.Helper()
	if got := w.states(); !slices.Equal(got, want) {
		w.t.Errorf("got\n\t%q\nwant\n\t%q", got, want)
	}
}

// crash puts the world where a process that is killed at this moment leaves it:
// it takes the ledger's files as they are now. What goes on of the run has no
// effect any more.
func (w *world) crash() {
	w.shop.epoch.kill()
	dir := filepath.Dir(w.path)
	next := filepath.Join(dir, fmt.Sprintf("after-%d.db", w.shop.epoch.now()))
	for _, tail := range []string{"", "-wal"} {
		data, err := os.ReadFile(w.path + tail)
		if err == nil {
			err = os.WriteFile(next+tail, data, 0o600)
		}
		if err != nil {
			w.t.Errorf("%v", err)
		}
	}
	w.path = next
	w.ahead += time.Minute // the lease of the killed process has run out
}

// epoch counts the processes that were killed.
type epoch struct {
	mu sync.Mutex
	n  int
}

func (e *epoch) kill() { e.mu.Lock(); e.n++; e.mu.Unlock() }

func (e *epoch) now() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.n
}

// event is a record as the shop showed it at a time.
type event struct {
	key, version, body string
	err                error
}

// shop is a source: a log of changes, read from the cursor on.
type shop struct {
	epoch
	mu     sync.Mutex
	log    []event
	size   int // of a page
	again  int // events before the cursor that are shown again
	asked  []step.Query
	noKey  bool // the stream does not say what identifies a record
	detail bool // what is known is not shown
	cut    string
	// released counts the pages that were handed back.
	released int
	// before, if set, is called before a page is handed on.
	before func(page int) error
}

func (s *shop) add(events ...event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, events...)
}

// thing is a record.
func thing(key string, version, n int) event {
	return event{key: key, version: fmt.Sprintf("v%d.%d", version, n),
		body: fmt.Sprintf(`{"id":%q,"n":%d,"kind":"a","text":"version %d"}`, key, n, version)}
}

func (s *shop) connector(thing *item.Type) *step.Connector {
	read := &step.Read{Name: "things", Record: "thing", Type: thing, Since: true,
		Bind: func(*step.Builder, any) step.OpenSource {
			return func(*step.Connection) (step.Source, error) { return &reading{s, s.epoch.now()}, nil }
		}}
	if !s.noKey {
		read.Key, read.ByKey = "id", true
	}
	return &step.Connector{Name: "shop", Reads: []*step.Read{read}}
}

// reading is the shop as a process sees it.
type reading struct {
	*shop
	born int
}

func (r *reading) Read(ctx context.Context, q step.Query, page func(step.Page) error) error {
	r.mu.Lock()
	r.asked = append(r.asked, q)
	log := slices.Clone(r.log)
	r.mu.Unlock()
	if q.Key != "" {
		return r.one(log, q.Key, page)
	}
	from := 0
	if q.Cursor != nil {
		at, err := strconv.Atoi(string(q.Cursor))
		if err != nil {
			return err
		}
		from = max(0, at-r.again)
	}
	for n := 0; from < len(log); n++ {
		if r.before != nil {
			if err := r.before(n); err != nil {
				return err
			}
		}
		if r.born != r.epoch.now() {
			return context.Canceled
		}
		to := min(from+r.size, len(log))
		p, err := r.page(ctx, q, current(log[from:to], log, q.Cursor, from))
		if err != nil {
			return err
		}
		p.Cursor = []byte(strconv.Itoa(to))
		if err := page(p); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// current leaves out what lies before the cursor and has changed since: a
// listing shows records as they are.
func current(events, log []event, cursor []byte, from int) []event {
	until, err := strconv.Atoi(string(cursor))
	var out []event
	for i, e := range events {
		newer := slices.ContainsFunc(log[from+i+1:], func(l event) bool { return l.key == e.key && l.key != "" })
		if err != nil || from+i >= until || !newer {
			out = append(out, e)
		}
	}
	return out
}

func (r *reading) page(ctx context.Context, q step.Query, events []event) (step.Page, error) {
	p := step.Page{Cut: r.cut, Release: func() {
		r.mu.Lock()
		r.released++
		r.mu.Unlock()
	}}
	known := make([]bool, len(events))
	if r.detail {
		listed := make([]step.Listed, len(events))
		for i, e := range events {
			listed[i] = step.Listed{Key: e.key, Version: e.version}
		}
		var err error
		if known, err = q.Known(ctx, listed); err != nil {
			return p, err
		}
	}
	for i, e := range events {
		if known[i] {
			p.Known++
		} else {
			p.Records = append(p.Records, e.raw(r.noKey))
		}
	}
	return p, nil
}

func (e event) raw(noKey bool) step.Raw {
	raw := step.Raw{Key: e.key, Version: e.version, Data: []byte(e.body), Err: e.err}
	if noKey {
		raw.Key = ""
	}
	return raw
}

// one shows the newest version of a record.
func (r *reading) one(log []event, key string, page func(step.Page) error) error {
	for _, e := range slices.Backward(log) {
		if e.key == key {
			if e.err != nil {
				return e.err
			}
			return page(step.Page{Records: []step.Raw{e.raw(false)}})
		}
	}
	return page(step.Page{})
}

// taken is a write that the desk has.
type taken struct{ op, key, idem, body string }

// act is what the desk makes of a write.
type act struct {
	apply  bool
	result step.State // 0 is Sent
	err    error
	crash  bool // the process is killed, after the write was applied or not
}

// desk is a vendor that takes things.
type desk struct {
	mu     sync.Mutex
	taken  []taken
	byIdem map[string]int
	calls  int
	found  int
	sizes  []int
	// onWrite says what becomes of a write, onFind of a look-up.
	onWrite func(op string, d *step.Delivery) act
	onFind  func(op string, d *step.Delivery) act
	crash   func()
	epoch   *epoch
	returns *item.Type
}

// connector offers create, which can be looked up; blind, which cannot; same,
// which may be repeated; and upsert.
func (d *desk) connector(made *item.Type) *step.Connector {
	d.returns = made
	write := func(name string, mode step.Mode, batch int) *step.Write {
		return &step.Write{Name: name, Returns: made, Modes: []step.Mode{mode}, Batch: batch, Find: name != "blind" && name != "same",
			Idempotent: name == "same", Bind: func(*step.Builder, any) step.OpenSink {
				return func(*step.Connection, step.Mode) (step.Sink, error) { return d.open(name), nil }
			}}
	}
	return &step.Connector{Name: "desk", Writes: []*step.Write{
		write("create", step.Create, 1), write("blind", step.Create, 1), write("same", step.Create, 1),
		write("upsert", step.Upsert, 1), write("notes", step.Create, 1), write("bulk", step.Create, 5), write("whole", step.Create, 0),
	}}
}

func (d *desk) open(op string) *writing {
	w := &writing{desk: d, op: op}
	if d.epoch != nil {
		w.born = d.epoch.now()
	}
	return w
}

// writing is an operation of the desk as a process sees it.
type writing struct {
	*desk
	op   string
	born int
}

func (w *writing) dead() bool { return w.epoch != nil && w.born != w.epoch.now() }

func (w *writing) Write(ctx context.Context, ds []*step.Delivery) []step.Result {
	w.mu.Lock()
	w.sizes = append(w.sizes, len(ds))
	w.mu.Unlock()
	out := make([]step.Result, len(ds))
	for i, d := range ds {
		out[i] = w.one(ctx, d)
	}
	return out
}

func (w *writing) one(ctx context.Context, d *step.Delivery) step.Result {
	if w.dead() || ctx.Err() != nil {
		return step.Result{State: step.Retry, Err: context.Canceled}
	}
	a := act{apply: true}
	if w.onWrite != nil {
		a = w.onWrite(w.op, d)
	}
	w.mu.Lock()
	w.calls++
	if a.result == step.Refused && w.op == "same" && w.byIdem[w.op+d.Idempotency] > 0 {
		a = act{apply: true} // what it has taken it takes again, and does not decline
	}
	if a.apply {
		w.apply(d)
	}
	w.mu.Unlock()
	if a.crash {
		w.crash()
		return step.Result{State: step.Unknown, Err: context.Canceled}
	}
	if a.result == 0 {
		return step.Result{State: step.Sent, Answer: w.answer(d)}
	}
	return step.Result{State: a.result, Err: a.err}
}

// apply takes a write. One that may be repeated is taken once.
func (w *writing) apply(d *step.Delivery) {
	if w.byIdem[w.op+d.Idempotency]++; w.byIdem[w.op+d.Idempotency] > 1 && w.op == "same" {
		return
	}
	w.taken = append(w.taken, taken{w.op, d.Key, d.Idempotency, string(d.Body)})
}

func (w *writing) answer(d *step.Delivery) []byte {
	data, err := json.Marshal(map[string]string{"id": w.op + "-" + d.Key})
	if err != nil {
		panic(err)
	}
	return data
}

func (w *writing) Find(_ context.Context, d *step.Delivery) step.Result {
	if w.dead() {
		return step.Result{State: step.Unknown, Err: context.Canceled}
	}
	if w.onFind != nil {
		if a := w.onFind(w.op, d); a.result != 0 || a.crash {
			if a.crash {
				w.crash()
			}
			return step.Result{State: max(a.result, step.Unknown), Err: a.err}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.found++
	if w.byIdem[w.op+d.Idempotency] == 0 {
		return step.Result{State: step.Absent}
	}
	return step.Result{State: step.Sent, Answer: w.answer(d)}
}

// count counts the writes of a record to an operation.
func (d *desk) count(op, key string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, t := range d.taken {
		if t.op == op && t.key == key {
			n++
		}
	}
	return n
}

// has lists what the desk took: "create 1".
func (d *desk) has() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, t := range d.taken {
		out = append(out, t.op+" "+t.key)
	}
	return out
}

// wantTaken compares what the desk took.
func (w *world) wantTaken(want ...string) {
	w.t.Helper()
	if got := w.desk.has(); !slices.Equal(got, want) {
		w.t.Errorf("the desk took %q, want %q", got, want)
	}
}

package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// A step that panics costs the record that it panics at, and no other.
func TestAStepThatPanics(t *testing.T) {
	w := newWorld(t, t.TempDir(), strings.Replace(plain, "sink:", "  - limit: 3\n  - panics: thing.n == 7\nsink:", 1))
	w.shop.add(thing("a", 1, 1), thing("b", 1, 7), thing("c", 1, 1), thing("d", 1, 1))
	s := w.must()
	if s.Sent != 2 || s.Dead != 1 || s.FilteredTotal() != 1 || s.Failures[0].Place != "orders.yaml:8:5" {
		t.Errorf("got %+v", s)
	}
	if got := s.Failures[0].Reason; !strings.HasPrefix(got, "a fault in sluice itself, which should be reported: runtime error: index out of range") {
		t.Errorf("the reason is %q", got)
	}
	w.wantTaken("create a", "create c")
	if !strings.Contains(w.log.String(), "world_test.go") {
		t.Errorf("the log has no stack: %s", &w.log)
	}
}

// What a step does in halves when it panics is not done twice.
func TestAStepThatPanicsAfterASplit(t *testing.T) {
	text := strings.Replace(splitting, "sink:", "  - panics: part.n == 7\nsink:", 1)
	w := newWorld(t, t.TempDir(), text)
	w.shop.add(parts("a", 1, 7, 2), parts("b", 3))
	w.must()
	w.wantTaken("create a", "create a", "create b")
}

// A record that a step neither hands on nor gives a reason for is not written.
func TestAStepThatLosesRecords(t *testing.T) {
	w := newWorld(t, t.TempDir(), strings.Replace(plain, "sink:", "  - loses: thing.n == 7\nsink:", 1))
	w.shop.add(thing("a", 1, 1), thing("b", 1, 7), thing("c", 1, 1))
	if s := w.must(); s.Sent != 2 || s.Dead != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a sink sent", "b sink dead: a step lost the record, which is a fault in the step", "c sink sent")
}

// A write that panics may have happened, and is looked up like any other.
func TestAWriteThatPanics(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1))
	n := 0
	w.desk.onWrite = func(_ string, d *step.Delivery) act {
		if n++; n == 2 {
			panic("a bug")
		}
		return act{apply: true}
	}
	if s := w.must(); s.Sent != 2 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create a", "create b")
}

// A write that does not tell what became of its records is looked up.
func TestAWriteThatTellsNothing(t *testing.T) {
	for _, results := range [][]step.Result{nil, {{}}, {{State: step.Absent}}, {{State: step.Sent}, {State: step.Sent}}} {
		w := newWorld(t, t.TempDir(), plain)
		w.shop.add(thing("a", 1, 1))
		w.replace(&mute{w.desk.open("create"), results})
		if s := w.must(); s.Pending != 1 {
			t.Errorf("%v: got %+v", results, s)
		}
	}
}

type mute struct {
	*writing
	results []step.Result
}

func (m *mute) Write(context.Context, []*step.Delivery) []step.Result { return m.results }

func TestMoreFaults(t *testing.T) {
	for name, break1 := range map[string]func(w *world){
		"what is written": func(w *world) {
			w.ready.Sinks[0].Out = func(f item.Frame) (item.Value, error) { return f[1000], nil }
		},
		"a look-up": func(w *world) {
			w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Unknown, err: errors.New("reset")} }
			w.desk.onFind = func(string, *step.Delivery) act { panic("a bug") }
		},
	} {
		w := newWorld(t, t.TempDir(), plain)
		w.shop.add(thing("a", 1, 1))
		break1(w)
		if s := w.must(); s.Dead+s.Pending != 1 {
			t.Errorf("%s: got %+v", name, s)
		}
	}
}

// Records that cannot be read are accounted for, once, under a name that they
// are given.
func TestRecordsThatCannotBeRead(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.noKey = true
	w.use(strings.Replace(plain, "shop.things}", "shop.things, key: thing.id}", 1))
	w.shop.add(event{body: `{"id":"a"`}, thing("b", 1, 1), event{body: `{"id":"","n":1,"kind":"a"}`}, event{body: `{"n":1,"kind":"a"}`})
	s := w.must()
	if s.Sent != 1 || s.Dead != 3 {
		t.Errorf("got %+v", s)
	}
	w.shop.again = 4
	if s := w.must(); s.Unchanged != 4 || s.Dead != 0 {
		t.Errorf("the second time: got %+v", s)
	}
	for _, want := range []string{
		" sink dead: the record cannot be read: ",
		" sink dead: the record has no key: it is empty",
	} {
		if all := strings.Join(w.states(), "\n"); !strings.Contains(all, "unreadable-") || !strings.Contains(all, want) {
			t.Errorf("there is no %q in\n%s", want, all)
		}
	}
}

// later is an error that may be gone by the next time.
type later struct{ error }

func (later) Temporary() bool { return true }

// A record that the source lists and cannot give for now is read again by its
// key, by later runs.
func TestRecordsThatCannotBeReadForNow(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.detail = true
	broken := thing("a", 1, 1)
	broken.err = later{errors.New("500 Internal Server Error")}
	w.shop.add(broken, thing("b", 1, 1))
	if s := w.must(); s.Sent != 1 || s.Pending != 1 || s.Dead != 0 || len(s.Waiting) != 1 || s.Waiting[0].Reason != "500 Internal Server Error" {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a (read) pending: the source lists it, but could not give it", "b sink sent")
	if s := w.must(); s.Pending != 1 {
		t.Errorf("got %+v", s)
	}
	if s := w.must(func(o *Options) { o.Patient = true }); s.Pending != 0 {
		t.Errorf("a patient run did not wait: %+v", s)
	}
	w.shop.log[0].err = nil
	if s := w.must(); s.Sent != 1 || s.Seen != 1 {
		t.Errorf("got %+v", s)
	}
	w.must()
	w.wantTaken("create b", "create a")
	w.wantStates("a (read) superseded: a newer version took its place", "b sink sent", "a sink sent")
}

func TestRecordsThatStayUnreadable(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	broken := event{key: "a", version: "v1", body: `{"id":"a"}`, err: later{errors.New("500")}}
	w.shop.add(broken)
	for range maxAttempts - 1 {
		if s := w.must(); s.Pending != 1 {
			t.Fatalf("got %+v", s)
		}
	}
	if s := w.must(); s.Dead != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a (read) dead: the source could not give it in 10 runs: 500")

	w = newWorld(t, t.TempDir(), plain)
	w.shop.add(broken)
	w.must()
	w.shop.log = nil
	if s := w.must(); s.FilteredTotal() != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a (read) filtered: the source has it no more")

	w = newWorld(t, t.TempDir(), plain)
	w.shop.add(event{key: "a", version: "v1", body: `{"id":"a"}`, err: errors.New("404 Not Found")})
	w.must()
	w.wantStates("a sink dead: the record cannot be read: 404 Not Found")
}

const passing1 = `
pipeline: orders
connections: {shop: shop, desk: desk}
delivery: at_least_once
source: {read: shop.things}
steps:
  - filter: {where: thing.n >= 0, reason: it is negative}
sink: {write: desk.blind, map: {id: "${ thing.id }"}}
then:
  - write: desk.notes
    when: thing.n > 1
    map: {id: "${ written.id }"}
`

// A pipeline that keeps no rows moves its cursor only past what was written.
func TestAtLeastOnce(t *testing.T) {
	w := newWorld(t, t.TempDir(), passing1)
	w.shop.size = 2
	for i := range 5 {
		w.shop.add(thing(fmt.Sprint(i), 1, i-1))
	}
	refuse, fail := "2", "3"
	w.desk.onWrite = func(_ string, d *step.Delivery) act {
		switch d.Key {
		case refuse:
			return act{result: step.Refused, err: errors.New("no")}
		case fail:
			return act{result: step.Unknown, err: errors.New("reset")}
		}
		return act{apply: true}
	}
	s, err := w.run()
	if err == nil || err.Error() != `desk.blind: record "3": reset` || s.Dead != 1 {
		t.Errorf("got %v and %+v", err, s)
	}
	w.wantTaken("blind 1")
	fail = ""
	s = w.must()
	w.wantTaken("blind 1", "blind 3", "notes 3", "blind 4", "notes 4")
	if s.Sent != 2 || s.Further != 2 || s.Seen != 3 {
		t.Errorf("got %+v", s)
	}
	if w.must().Seen != 0 {
		t.Error("the cursor did not move")
	}
}

// Of a pipeline that keeps no rows, the records that cannot go on have some all
// the same, once for each write that could not be made.
func TestAtLeastOnceDead(t *testing.T) {
	text := strings.Replace(passing1, "  - filter", "  - check: {that: thing.n != 7, message: seven}\n  - filter", 1)
	text += "  - write: desk.upsert\n    map: {id: \"${ 10 / thing.n > 0 }\"}\n"
	w := newWorld(t, t.TempDir(), text)
	w.shop.size = 1
	w.shop.add(thing("a", 1, 7), thing("b", 1, -1), thing("c", 1, 2), thing("d", 1, 3), thing("e", 1, 0), thing("f", 1, 4), event{key: "g", body: "{"})
	w.desk.onWrite = func(op string, d *step.Delivery) act {
		if d.Key == "c" && op == "blind" || d.Key == "d" && op != "blind" {
			return act{result: step.Refused, err: errors.New("no")}
		}
		return act{apply: true}
	}
	if s := w.must(func(o *Options) { o.DryRun = true }); s.Sent != 4 || len(w.desk.taken) > 0 {
		t.Errorf("got %+v", s)
	}
	s := w.must()
	if s.Sent != 3 || s.Further != 2 || s.Dead != 6 || s.FilteredTotal() != 1 || s.Seen != 7 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a sink dead: seven", "c sink dead: desk.blind refused it: no", "d then[0] dead: desk.notes refused it: no", "d then[1] dead: desk.upsert refused it: no",
		"e then[1] dead: division by zero",
		"g sink dead: the record cannot be read: thing: not valid JSON at byte 2: expected the name of a member, but the text ends")
	led := w.open()
	defer func() { _ = led.Close() }()
	for _, r := range w.rows(led) {
		if r.Key != "g" && !strings.Contains(string(r.Record), fmt.Sprintf("%q", r.Key)) || r.Error != r.Reason {
			t.Errorf("got %+v", r)
		}
	}
	runs, err := led.Runs(t.Context(), instance, 1)
	if err != nil || runs[0].Listed != 7 || runs[0].Passed != 2 || len(runs[0].Windows) != 1 {
		t.Errorf("got %+v, %v", runs, err)
	}
}

// When the writes cannot go on the reader ends, however much it has left.
func TestTheReaderEnds(t *testing.T) {
	w := newWorld(t, t.TempDir(), passing1)
	w.shop.size = 1
	for i := range 50 {
		w.shop.add(thing(fmt.Sprint(i), 1, 1))
	}
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Unknown, err: errors.New("reset")} }
	if s, err := w.run(); err == nil || s.Seen != 1 {
		t.Errorf("got %v and %+v", err, s)
	}
}

func TestAtLeastOnceStops(t *testing.T) {
	w := newWorld(t, t.TempDir(), passing1)
	w.shop.size = 1
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1), thing("c", 1, 1))
	ctx, cancel := context.WithCancel(context.Background())
	w.desk.onWrite = func(_ string, d *step.Delivery) act {
		if d.Key == "b" {
			cancel()
		}
		return act{apply: true}
	}
	if _, err := w.runCtx(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w.must()
	w.wantTaken("blind a", "blind b", "blind c")
}

// What was written is safe before the cursor moves past it, or before the
// ledger says that it was sent.
func TestSyncBeforeTheBooks(t *testing.T) {
	for _, text := range []string{plain, passing1} {
		w := newWorld(t, t.TempDir(), text)
		w.shop.add(thing("a", 1, 1))
		w.replace(&unsafe{w.desk.open("create")})
		if _, err := w.run(); err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("got %v", err)
		}
		if w.ready.AtLeastOnce {
			if w.must1(t) != 1 {
				t.Error("the cursor moved")
			}
		} else {
			w.wantStates("a sink sending")
		}
	}
}

// must1 runs with a desk that works, and returns how many records were seen.
func (w *world) must1(t *testing.T) int {
	t.Helper()
	w.replace(w.desk.open("create"))
	return w.must().Seen
}

type unsafe struct{ *writing }

func (*unsafe) Sync(context.Context) error { return errors.New("the disk is full") }

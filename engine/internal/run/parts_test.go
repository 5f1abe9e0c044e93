package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

// parts is a record with parts.
func parts(key string, ns ...int) event {
	var list []string
	for i, n := range ns {
		list = append(list, fmt.Sprintf(`{"key":"p%d","n":%d}`, i, n))
	}
	return event{key: key, version: "v1",
		body: fmt.Sprintf(`{"id":%q,"n":1,"kind":"a","text":null,"parts":[%s]}`, key, strings.Join(list, ","))}
}

const splitting = `
pipeline: orders
connections: {shop: shop, desk: desk}
source: {read: shop.things}
steps:
  - split: thing.parts as part
    key: part.key
  - filter: {where: part.n > 0, reason: it is empty}
  - check: {that: part.n < 9, message: it is too many}
sink: {write: desk.create, map: {id: "${ thing.id }", part: "${ part.key }"}}
`

// Each part of a split record is accounted for by itself.
func TestSplit(t *testing.T) {
	w := newWorld(t, t.TempDir(), splitting)
	w.shop.add(parts("a", 1, 0, 9, 2), parts("b"), parts("c", 3))
	s := w.must()
	if s.Seen != 3 || s.Sent != 3 || s.FilteredTotal() != 2 || s.Dead != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a sink#p0 sent", "a sink#p1 filtered: it is empty", "a sink#p2 dead: it is too many", "a sink#p3 sent",
		"b sink filtered: thing.parts is empty", "c sink#p0 sent")
	w.shop.again = 3
	if s := w.must(); s.Unchanged != 3 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create a", "create a", "create c")
}

// When some parts of a record are looked at again, those whose write was taken,
// or may have been, are not written again, and the others are.
func TestPartsThatWereTaken(t *testing.T) {
	lost := act{apply: true, result: step.Unknown, err: errors.New("reset")}
	for _, tt := range []struct {
		op     string
		first  act
		want   string
		refuse string // what the pipeline has in place of its check then
		taken  int
	}{
		{"create", act{apply: true}, "a sink#p1 filtered: it was sent already, as it is", "", 2},
		{"upsert", act{apply: true}, "a sink#p1 filtered: it was sent already, as it is", "", 2},
		{"create", lost, "a sink#p1 filtered: an earlier write of it to desk.create is not known to have ended", "", 2},
		{"upsert", lost, "a sink#p1 filtered: an earlier write of it to desk.upsert is not known to have ended", "", 2},
		{"blind", lost, "a sink#p1 filtered: an earlier write of it to desk.blind is in doubt", "", 2},
		{"create", act{apply: true}, "a sink#p1 dead: it is too many", "part.n < 1", 2},
		{"create", act{result: step.Refused, err: errors.New("no")}, "a sink#p1 sent", "", 2},
	} {
		w := newWorld(t, t.TempDir(), strings.Replace(splitting, "desk.create", "desk."+tt.op, 1))
		w.shop.add(parts("a", 0, 1))
		w.desk.onWrite = func(string, *step.Delivery) act { return tt.first }
		w.desk.onFind = func(string, *step.Delivery) act { return act{result: step.Unknown, err: lost.err} }
		w.must()
		w.desk.onWrite = nil
		text := strings.Replace(splitting, "part.n > 0", "part.n >= 0", 1)
		if tt.refuse != "" {
			text = strings.Replace(text, "part.n < 9", tt.refuse, 1)
		}
		w.use(strings.Replace(text, "desk.create", "desk."+tt.op, 1))
		w.shop.again = 1
		w.must()
		got := w.states()
		if len(w.desk.taken) != tt.taken || got[2] != "a sink#p0 sent" || got[3] != tt.want {
			t.Errorf("%s %+v: the desk has %q, and the ledger %q", tt.op, tt.first, w.desk.has(), got)
		}
	}
}

const following = plain + `
then:
  - write: desk.notes
    when: thing.n < 5
    map: {id: "${ written.id }", note: "${ thing.text }"}
  - write: desk.upsert
    map: {id: "${ written.id }", n: "${ thing.n }"}
`

func TestFurtherWrites(t *testing.T) {
	w := newWorld(t, t.TempDir(), following)
	w.shop.add(thing("a", 1, 1), thing("b", 1, 7), thing("c", 1, -1))
	w.desk.onWrite = func(op string, d *step.Delivery) act {
		if op == "upsert" && d.Key == "a" {
			return act{result: step.Refused, err: errors.New("locked")}
		}
		return act{apply: true}
	}
	s := w.must()
	if s.Sent != 2 || s.Further != 2 || s.Dead != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create a", "create b", "notes a", "upsert b")
	w.wantStates("a sink sent", "b sink sent", "c sink filtered: it is negative",
		"a then[0] sent", "a then[1] dead: desk.upsert refused it: locked", "b then[1] sent")
	if body := w.desk.taken[2].body; body != `{"id":"create-a","note":"version 1"}` {
		t.Errorf("the note is %s", body)
	}
}

// What follows a write that is found taken only after a restart is made all the
// same, from the record as it was kept.
func TestFurtherWritesAfterARestart(t *testing.T) {
	w := newWorld(t, t.TempDir(), following)
	w.shop.add(thing("a", 1, 1))
	lost := errors.New("reset")
	w.desk.onWrite = func(op string, _ *step.Delivery) act {
		return act{apply: true, result: step.Unknown, err: lost}
	}
	w.desk.onFind = func(string, *step.Delivery) act { return act{result: step.Unknown, err: lost} }
	if s := w.must(); s.Pending != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a sink sending")
	w.desk.onFind = nil
	if s := w.must(); s.Resumed != 3 || s.Pending != 0 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create a", "notes a", "upsert a")
	w.wantStates("a sink sent", "a then[0] sent", "a then[1] sent")
}

// A further write that is put off waits for the next run, however soon its row
// comes up; and parts are taken up by theirs.
func TestFurtherWritesThatArePutOff(t *testing.T) {
	then := following[len(plain):strings.LastIndex(following, "  - write")]
	w := newWorld(t, t.TempDir(), strings.Replace(splitting+then, "thing.n < 5", "part.n < 5", 1))
	w.shop.add(parts("a", 1, 2))
	tried, off := map[string]int{}, "create"
	w.desk.onWrite = func(op string, _ *step.Delivery) act {
		if tried[op]++; op == off {
			return act{result: step.Retry, err: errors.New("429")}
		}
		return act{apply: true}
	}
	w.must()
	off = "notes"
	if s := w.must(); s.Resumed != 2 || s.Pending != 2 || tried["notes"] != 2 {
		t.Errorf("got %+v after %v", s, tried)
	}
	off = ""
	if s := w.must(); s.Resumed != 2 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a sink#p0 sent", "a sink#p1 sent", "a then[0]#p0 sent", "a then[0]#p1 sent")
	led := w.open()
	defer func() { _ = led.Close() }()
	runs, err := led.Runs(t.Context(), instance, 0)
	if err != nil || runs[1].Counts["resumed"] != 2 || runs[1].Counts["pending"] != 2 || runs[2].Counts["seen"] != 1 {
		t.Errorf("got %+v, %v", runs, err)
	}
}

// A record that no longer comes through the steps has no further writes, and
// that is told.
func TestFurtherWritesThatCannotBeToldAnyMore(t *testing.T) {
	const token = "s3cret-token"
	then := following[len(plain):]
	for _, tt := range []struct {
		name, text, now, write, want string
	}{
		{"left out", following, strings.Replace(following, "thing.n >= 0", "thing.n > 1", 1), "sink",
			"the record no longer passes the steps: it is negative"},
		{"another part", splitting + then, strings.Replace(splitting+then, "key: part.key", "key: part.n", 1), "sink#p0",
			"the record no longer has this part"},
		{"another secret", following, following, "sink",
			"the record is not kept any more, or has a secret in it that has changed"},
	} {
		w := newWorld(t, t.TempDir(), tt.text)
		w.ready.Secrets = []string{token}
		e := parts("a", 1)
		e.body = strings.Replace(e.body, `"kind":"a"`, `"kind":"`+token+`"`, 1)
		w.shop.add(e)
		w.desk.onWrite = func(string, *step.Delivery) act {
			return act{apply: true, result: step.Unknown, err: errors.New("reset")}
		}
		w.desk.onFind = func(string, *step.Delivery) act { return act{result: step.Unknown, err: errors.New("reset")} }
		w.must()
		w.desk.onFind = nil
		if w.use(tt.now); tt.now != tt.text {
			w.ready.Secrets = []string{token}
		}
		w.must()
		part := strings.TrimPrefix(tt.write, "sink")
		w.wantStates("a "+tt.write+" sent", "a then[0]"+part+" dead: "+tt.want, "a then[1]"+part+" dead: "+tt.want)
	}
}

// What follows a write that is found taken may be impossible to tell for now:
// the write is looked up again later then, and what follows is made once.
func TestFurtherWritesThatCannotBeToldNow(t *testing.T) {
	w := newWorld(t, t.TempDir(), following)
	w.shop.add(thing("a", 1, 0))
	lost := act{apply: true, result: step.Unknown, err: errors.New("reset")}
	w.desk.onWrite = func(string, *step.Delivery) act { return lost }
	w.desk.onFind = func(string, *step.Delivery) act { return act{result: step.Unknown, err: lost.err} }
	w.must()
	w.desk.onWrite, w.desk.onFind = nil, nil
	w.use(strings.Replace(following, "sink:", "  - loses: 10 / thing.n > 99\nsink:", 1))
	if s, err := w.run(); err == nil || !strings.Contains(err.Error(), "steps[1].loses: orders.yaml:7:12: division by zero") || s.Pending != 1 {
		t.Errorf("got %v and %+v", err, s)
	}
	w.wantStates("a sink sending")
	w.use(following)
	w.must()
	w.wantTaken("create a", "notes a", "upsert a")
	w.wantStates("a sink sent", "a then[0] sent", "a then[1] sent")
}

// A run that must end has not begun what follows: the next one needs to look
// nothing up.
func TestFurtherWritesOfARunThatEnds(t *testing.T) {
	w := newWorld(t, t.TempDir(), strings.Replace(following, "desk.notes", "desk.blind", 1))
	w.shop.add(thing("a", 1, 1))
	ctx, cancel := context.WithCancel(context.Background())
	w.desk.onWrite = func(string, *step.Delivery) act {
		cancel()
		return act{apply: true}
	}
	if s, err := w.runCtx(ctx); !errors.Is(err, context.Canceled) || s.Pending != 2 {
		t.Errorf("got %v and %+v", err, s)
	}
	w.wantStates("a sink sent", "a then[0] pending", "a then[1] pending")
	w.desk.onWrite = nil
	w.must()
	w.wantStates("a sink sent", "a then[0] sent", "a then[1] sent")
}

const routing = `
pipeline: orders
connections: {shop: shop, desk: desk}
source: {read: shop.things}
steps:
  - route:
      branches:
        - name: big
          when: thing.n > 5
          sink:
            write: desk.create
            map: {id: "${ thing.id }"}
            then: [{write: desk.notes, map: {id: "${ written.id }", of: big}}]
        - name: small
          when: thing.n > 0
          sink:
            write: desk.upsert
            map: {id: "${ thing.id }"}
            then: [{write: desk.notes, map: {id: "${ written.id }", of: small}}]
`

// Each branch has writes of its own, and so have those that follow them.
func TestRoutes(t *testing.T) {
	w := newWorld(t, t.TempDir(), routing)
	w.shop.add(thing("a", 1, 9), thing("b", 1, 2), thing("c", 1, -1))
	lost := true
	w.desk.onWrite = func(op string, _ *step.Delivery) act {
		if op == "notes" && lost {
			return act{result: step.Retry, err: errors.New("429")}
		}
		return act{apply: true}
	}
	if s := w.must(); s.Sent != 2 || s.Pending != 2 || s.FilteredTotal() != 1 {
		t.Errorf("got %+v", s)
	}
	lost = false
	if s := w.must(); s.Resumed != 2 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a big sent", "b small sent", "c big filtered: no branch takes it", "a big.then[0] sent", "b small.then[0] sent")
	if a, b := w.desk.taken[2].body, w.desk.taken[3].body; a != `{"id":"create-a","of":"big"}` || b != `{"id":"upsert-b","of":"small"}` {
		t.Errorf("the notes are %s and %s", a, b)
	}
}

// An older version whose write is unclear must not be sent over a newer one.
func TestANewerVersionWasWrittenSince(t *testing.T) {
	w := newWorld(t, t.TempDir(), strings.Replace(plain, "desk.create", "desk.upsert", 1))
	w.shop.add(thing("a", 1, 1))
	w.shop.add(thing("a", 2, 2))
	w.shop.size = 1
	lost := errors.New("reset")
	n := 0
	w.desk.onWrite = func(string, *step.Delivery) act {
		if n++; n == 1 {
			return act{result: step.Unknown, err: lost}
		}
		return act{apply: true}
	}
	w.desk.onFind = func(string, *step.Delivery) act { return act{result: step.Unknown, err: lost} }
	w.must()
	w.wantStates("a sink sending", "a sink sent")
	w.desk.onFind = nil
	if s := w.must(); s.Superseded != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("upsert a")
	w.wantStates("a sink superseded: a newer version was written since", "a sink sent")
}

// A record whose older version waits is written once, as it is now.
func TestANewerVersionOfWhatWaits(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1))
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Retry, err: errors.New("429")} }
	w.must()
	w.shop.add(thing("a", 2, 2))
	w.desk.onWrite = func(_ string, d *step.Delivery) act {
		return act{apply: strings.Contains(string(d.Body), "version 2"), result: step.Retry, err: errors.New("429")}
	}
	w.must()
	w.desk.onWrite = nil
	w.desk.taken = nil
	w.must()
	w.wantTaken("create a")
	w.wantStates("a sink superseded: a newer version took its place", "a sink sent")
}

// A write that the pipeline has no more is told of, and kept.
func TestAWriteThatIsGone(t *testing.T) {
	w := newWorld(t, t.TempDir(), routing)
	w.shop.add(thing("a", 1, 9))
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Retry, err: errors.New("429")} }
	w.must()
	w.use(strings.Replace(routing, "name: big", "name: large", 1))
	s := w.must()
	if s.Pending != 1 || s.Warnings[`waits for the write "big", which the pipeline no longer has`] != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a big pending")
}

// What has to be sent again is kept only for a time.
func TestWhatIsNoLongerKept(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1))
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Retry, err: errors.New("429")} }
	w.must()
	led := w.open()
	defer func() { _ = led.Close() }()
	for _, r := range w.rows(led) {
		if r.State != ledger.Pending || len(r.Result) == 0 {
			t.Fatalf("got %+v", r)
		}
		r.Result = nil
		w.desk.onWrite = nil
		o := reopened{runner: newRunner(w.ready, w.options(led))}
		o.sinks = []sink{{Sink: &w.ready.Sinks[0]}}
		o.row(&r)
		r.State = ledger.Sending
		o.row(&r)
		dead, doubt := o.changes[0], o.changes[1]
		if len(o.jobs) > 0 || dead.State != ledger.Dead || doubt.State != ledger.InDoubt || o.sum.Dead != 1 || o.sum.InDoubt != 1 {
			t.Errorf("got %+v and %+v", o, o.sum)
		}
		if dead.Reason != "what is to be sent is not kept any more, or has a secret in it that has changed" || dead.Place != "orders.yaml:7:15" ||
			doubt.Reason != "its answer was lost, and what was sent is not kept any more, or had a secret in it that has changed" || doubt.Place != dead.Place {
			t.Errorf("got %+v and %+v", dead, doubt)
		}
	}
}

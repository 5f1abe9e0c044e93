package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/step"
)

const plain = `
pipeline: orders
connections: {shop: shop, desk: desk}
source: {read: shop.things}
steps:
  - filter: {where: thing.n >= 0, reason: it is negative}
sink: {write: desk.create, map: {id: "${ thing.id }", text: "${ thing.text }"}}
`

func TestASecondRunSendsNothing(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1), thing("b", 1, -1), thing("c", 1, 3))
	if s := w.must(); s.Seen != 3 || s.Sent != 2 || s.FilteredTotal() != 1 {
		t.Errorf("got %+v", s)
	}
	w.shop.again = 3
	if s := w.must(); s.Seen != 3 || s.Unchanged != 3 || s.Sent != 0 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create a", "create c")
	w.wantStates("a sink sent", "b sink filtered: it is negative", "c sink sent")
}

func TestAChangedRecord(t *testing.T) {
	for _, tt := range []struct {
		op     string
		taken  []string
		states []string
	}{
		{"create", []string{"create a"}, []string{"a sink sent", "a sink filtered: changed after it was sent; desk.create only creates"}},
		{"upsert", []string{"upsert a", "upsert a"}, []string{"a sink sent", "a sink sent"}},
	} {
		w := newWorld(t, t.TempDir(), strings.Replace(plain, "desk.create", "desk."+tt.op, 1))
		w.shop.add(thing("a", 1, 1))
		w.must()
		w.shop.add(thing("a", 2, 2))
		w.must()
		w.wantTaken(tt.taken...)
		w.wantStates(tt.states...)
	}
}

// Of the versions that one page shows of a record, the last one counts.
func TestSeveralVersionsInAPage(t *testing.T) {
	w := newWorld(t, t.TempDir(), strings.Replace(plain, "desk.create", "desk.upsert", 1))
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1), thing("a", 2, 2), thing("a", 2, 2), thing("b", 1, 1))
	if s := w.must(); s.Sent != 2 || s.Superseded != 1 || s.Unchanged != 2 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("upsert a", "upsert b")
	w.wantStates("a sink superseded: a newer version came right behind it", "a sink sent", "b sink sent")
	// The last one is what the ledger has: what came before it is of no interest.
	w.shop.add(thing("a", 3, 3), thing("a", 2, 2))
	if s := w.must(); s.Sent != 0 || s.Unchanged != 2 {
		t.Errorf("got %+v", s)
	}
}

// The same content that comes again after another one is written again, and not
// taken for the first by a vendor that takes a repeated write for the same.
func TestContentThatComesBack(t *testing.T) {
	w := newWorld(t, t.TempDir(), strings.Replace(plain, "desk.create", "desk.upsert", 1))
	for _, version := range []int{1, 2, 1} {
		w.shop.add(thing("a", version, 1))
		w.must()
	}
	w.wantTaken("upsert a", "upsert a", "upsert a")
	if a, c := w.desk.taken[0], w.desk.taken[2]; a.idem == c.idem || a.body != c.body {
		t.Errorf("the first write is %v and the last one %v", a, c)
	}
}

func TestLostAnswers(t *testing.T) {
	for _, tt := range []struct {
		op      string
		applied bool
		taken   int
		states  string
	}{
		{"create", true, 1, "sent"},
		{"create", false, 1, "sent"},
		{"same", true, 1, "sent"},
		{"same", false, 1, "sent"},
		{"blind", true, 1, "in doubt: its answer was lost"},
		{"blind", false, 0, "in doubt: its answer was lost"},
	} {
		w := newWorld(t, t.TempDir(), strings.Replace(plain, "desk.create", "desk."+tt.op, 1))
		w.shop.add(thing("a", 1, 1))
		lost := false
		w.desk.onWrite = func(string, *step.Delivery) act {
			if lost {
				return act{apply: true}
			}
			lost = true
			return act{apply: tt.applied, result: step.Unknown, err: errors.New("the connection was reset")}
		}
		if s := w.must(); s.Failed() != (tt.op == "blind") {
			t.Errorf("%s: got %+v", tt.op, s)
		}
		w.must()
		if got := w.desk.count(tt.op, "a"); got != tt.taken {
			t.Errorf("%s, applied %t: the desk has it %d times", tt.op, tt.applied, got)
		}
		w.wantStates("a sink " + tt.states)
	}
}

// What the vendor cannot tell now stays open, however often that happens.
func TestLookUpsThatFail(t *testing.T) {
	for _, op := range []string{"create", "upsert"} {
		w := newWorld(t, t.TempDir(), strings.Replace(plain, "desk.create", "desk."+op, 1))
		w.shop.add(thing("a", 1, 1))
		lost := errors.New("503")
		w.desk.onWrite = func(string, *step.Delivery) act { return act{apply: true, result: step.Unknown, err: lost} }
		w.desk.onFind = func(string, *step.Delivery) act { return act{result: step.Unknown, err: lost} }
		for range maxAttempts + 2 {
			if s := w.must(); s.Pending != 1 {
				t.Fatalf("got %+v", s)
			}
		}
		w.wantStates("a sink sending")
		w.desk.onFind = nil
		if s := w.must(); s.Resumed != 1 {
			t.Errorf("got %+v", s)
		}
		w.wantTaken(op + " a")
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1), thing("c", 1, 1))
	w.desk.onWrite = func(_ string, d *step.Delivery) act {
		if d.Key == "b" {
			return act{result: step.Refused, err: errors.New("no such folder")}
		}
		return act{apply: true}
	}
	s := w.must()
	if s.Sent != 2 || s.Dead != 1 || s.Failures[0].Reason != "desk.create refused it: no such folder" || s.Failures[0].Place != "orders.yaml:7:15" {
		t.Errorf("got %+v", s)
	}
	w.must()
	w.wantTaken("create a", "create c")
}

// A write that is put off waits for the next run, and is dead after many.
func TestPutOff(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1))
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Retry, err: errors.New("429")} }
	for n := 1; n < maxAttempts; n++ {
		if s := w.must(); s.Pending != 1 {
			t.Fatalf("run %d: got %+v", n, s)
		}
	}
	if s := w.must(func(o *Options) { o.Patient = true }); s.Pending != 0 || w.desk.calls != maxAttempts-1 {
		t.Errorf("a patient run did not wait: %+v", s)
	}
	if s := w.must(func(o *Options) { o.Patient, o.Now = true, o.Now.Add(7*time.Hour) }); s.Dead != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantStates("a sink dead: gave up after 10 runs: 429")
}

// Wrong credentials end the run: nothing is lost, and no record is to blame.
func TestFatal(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1), thing("c", 1, 1))
	w.desk.onWrite = func(_ string, d *step.Delivery) act {
		if d.Key == "a" {
			return act{apply: true}
		}
		return act{result: step.Retry, err: &step.FatalError{Err: errors.New("401: the token has expired")}}
	}
	for range maxAttempts + 1 {
		if s, err := w.run(); err == nil || err.Error() != "desk.create: 401: the token has expired" || len(s.Waiting) > 0 {
			t.Fatalf("got %v and %+v", err, s)
		}
	}
	w.wantStates("a sink sent", "b sink pending", "c sink pending")
	if s, err := w.run(func(o *Options) { o.Patient = true }); err == nil || s.Pending != 2 {
		t.Errorf("a patient run waits, for what was not the writes' fault: %v, %+v", err, s)
	}
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Retry, err: errors.New("429")} }
	if s := w.must(); s.Dead > 0 {
		t.Errorf("the runs that were denied count as attempts: %+v", s)
	}
	w.desk.onWrite = nil
	if s := w.must(); s.Resumed != 2 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create a", "create b", "create c")
}

// A write that the vendor never takes and never refuses, as one that answers
// with 500, is dead in the end, and never doubled.
func TestAnswersOfFailure(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1))
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Unknown, err: errors.New("500")} }
	for n := 1; n < maxAttempts; n++ {
		if s := w.must(); s.Pending != 1 {
			t.Fatalf("run %d: got %+v", n, s)
		}
	}
	if s := w.must(); s.Dead != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken()
}

func TestDryRun(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1), thing("b", 1, -1))
	dry := func(o *Options) { o.DryRun = true }
	if s := w.must(dry); s.Sent != 1 || s.FilteredTotal() != 1 || !s.DryRun {
		t.Errorf("got %+v", s)
	}
	w.wantTaken()
	w.wantStates()
	w.must()
	w.shop.again = 2
	w.shop.add(thing("c", 1, 1))
	if s := w.must(dry); s.Sent != 1 || s.Unchanged != 2 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create a")
}

func TestOneRecord(t *testing.T) {
	for _, noKey := range []bool{false, true} {
		text := plain
		if noKey { // a source that cannot be asked for one record is read whole
			text = strings.Replace(plain, "shop.things}", "shop.things, key: thing.id}", 1)
		}
		dir := t.TempDir()
		w := newWorld(t, dir, plain)
		w.shop.noKey = noKey
		w.use(text)
		w.shop.add(thing("a", 1, 1), thing("b", 1, 1), thing("c", 1, -1))
		key := func(k string) func(*Options) { return func(o *Options) { o.Key = k } }
		if s := w.must(key("b")); s.Seen != 1 || s.Sent != 1 {
			t.Errorf("got %+v", s)
		}
		w.wantTaken("create b")
		if s := w.must(); s.Seen != 3 || s.Sent != 1 || s.Unchanged != 1 {
			t.Errorf("the cursor moved: %+v", s)
		}
		// A record that was left out is looked at again for who asks; one that
		// was sent is not.
		if s := w.must(key("c")); s.FilteredTotal() != 1 {
			t.Errorf("got %+v", s)
		}
		if s := w.must(key("b")); s.Unchanged != 1 || s.Sent != 0 {
			t.Errorf("got %+v", s)
		}
		if s := w.must(key("nobody")); s.Seen != 0 {
			t.Errorf("got %+v", s)
		}
	}
}

// A run for one record leaves the open writes of others alone.
func TestOneRecordLeavesOthers(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1))
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Retry, err: errors.New("429")} }
	w.must()
	w.desk.onWrite = nil
	if s := w.must(func(o *Options) { o.Key = "b" }); s.Resumed != 1 || s.Unchanged != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create b")
}

func TestSince(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1))
	w.must()
	from := w.options(nil).Now
	w.shop.add(thing("c", 1, 1))
	w.must(func(o *Options) { o.Since = from })
	last := w.shop.asked[len(w.shop.asked)-1]
	if !last.Since.Equal(from) || last.Cursor != nil {
		t.Errorf("asked %+v", last)
	}
	w.shop.add(thing("b", 1, 1))
	w.must()
	if last := w.shop.asked[len(w.shop.asked)-1]; string(last.Cursor) != "1" {
		t.Errorf("the cursor moved: %q", last.Cursor)
	}
	w.wantTaken("create a", "create c", "create b")
}

// A filter that is changed lets records through that were left out before, and
// sends nothing again that was sent.
func TestAChangedPipeline(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1), thing("b", 1, -1))
	w.must()
	w.use(strings.Replace(plain, "thing.n >= 0", "thing.n >= -5", 1))
	w.shop.again = 2
	if s := w.must(); s.Sent != 1 || s.Unchanged != 1 {
		t.Errorf("got %+v", s)
	}
	w.wantTaken("create a", "create b")
}

// firstPortion is how many writes go out at first.
const firstPortion = 32

// Writes go out in portions, as large as go out in about a second: what a
// killed run leaves unclear is little. Of writes that cannot be looked up, it is
// very little.
func TestPortions(t *testing.T) {
	dir := t.TempDir()
	for i, tt := range []struct {
		op    string
		takes time.Duration
		want  []int
	}{
		{"create", 0, []int{32, 268}},
		{"create", 100 * time.Millisecond, []int{32, 10, 10, 10}},
		{"create", 3 * time.Second, []int{32, 1, 1, 1}},
		{"bulk", 100 * time.Millisecond, []int{35, 10, 10, 10}}, // the sink itself makes calls of five
		{"same", 0, []int{32, 268}},
		{"blind", 0, []int{8, 8, 8, 8}},
		{"blind", 100 * time.Millisecond, []int{8, 2, 2, 2}},
	} {
		at := fmt.Sprintf("%s/%d", dir, i)
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, at, strings.Replace(plain, "desk.create", "desk."+tt.op, 1))
			w.shop.size = 500
			for i := range 300 {
				w.shop.add(thing(strings.Repeat("x", i+1), 1, 1))
			}
			w.desk.onWrite = func(string, *step.Delivery) act {
				time.Sleep(tt.takes)
				return act{apply: true}
			}
			w.must()
			if got := w.desk.sizes[:len(tt.want)]; !slices.Equal(got, tt.want) || len(w.desk.taken) != 300 {
				t.Errorf("%s: %s a write: went out in portions of %v…, want %v…", tt.op, tt.takes, got, tt.want)
			}
		})
	}
}

// Operations that take several records to a call get them, those of a smaller
// batch in the pipeline not more, and those that take all at once all.
func TestBatches(t *testing.T) {
	for sink, want := range map[string][]int{
		"desk.bulk":           {35, 5}, // the sink itself makes calls of five
		"desk.bulk, batch: 3": {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 3, 2},
		"desk.whole":          {40},
	} {
		w := newWorld(t, t.TempDir(), strings.Replace(plain, "desk.create", sink, 1))
		w.shop.size = 100
		for i := range 40 {
			w.shop.add(thing(strings.Repeat("x", i+1), 1, 1))
		}
		w.must()
		if !slices.Equal(w.desk.sizes, want) {
			t.Errorf("%s: calls of %v, want %v", sink, w.desk.sizes, want)
		}
	}
}

func TestProgressAndObserve(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.size = 2
	w.shop.add(thing("a", 1, 1), thing("b", 1, -1), event{key: "c", body: "{"})
	var seen []int
	var told []Observation
	w.must(func(o *Options) {
		o.Progress = func(s *Summary) { seen = append(seen, s.Seen) }
		o.Observe = func(ob Observation) { told = append(told, ob) }
	})
	if !slices.Equal(seen, []int{2, 3}) || len(told) != 2 || told[0] != (Observation{"b", "filtered", "it is negative"}) ||
		told[1].Key != "c" || told[1].State != "dead" {
		t.Errorf("got %v and %v", seen, told)
	}
}

// A source that fails leaves what was read before it on the books.
func TestAFailingSource(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.size = 1
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1), thing("c", 1, 1))
	w.shop.before = func(page int) error {
		if page == 2 {
			return errors.New("502 Bad Gateway")
		}
		return nil
	}
	if _, err := w.run(); err == nil || !strings.Contains(err.Error(), "502 Bad Gateway") {
		t.Fatalf("got %v", err)
	}
	w.wantTaken("create a", "create b")
	w.shop.before = func(int) error { panic("no pages") }
	if _, err := w.run(); err == nil || !strings.Contains(err.Error(), "a fault in sluice itself") {
		t.Fatalf("got %v", err)
	}
	w.shop.before = nil
	if s := w.must(); s.Seen != 1 || s.Sent != 1 {
		t.Errorf("got %+v", s)
	}
}

func TestARunAtATime(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.add(thing("a", 1, 1))
	w.shop.before = func(int) error {
		led := w.open()
		defer func() { _ = led.Close() }()
		if _, err := Run(context.Background(), w.ready, w.options(led)); err == nil || !strings.Contains(err.Error(), "is being run by a test") {
			t.Errorf("got %v", err)
		}
		return nil
	}
	w.must()
}

// A summary tells why writes wait, each reason once and only the first few.
func TestReasonsToWait(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	reasons := []string{"busy", "busy", "ill", "away", "gone"}
	var results []step.Result
	for i, reason := range reasons {
		w.shop.add(thing(string(rune('a'+i)), 1, 1))
		results = append(results, step.Result{State: step.Retry, Err: errors.New(reason)})
	}
	w.replace(&mute{w.desk.open("create"), results})
	s := w.must()
	var told []string
	for _, f := range s.Waiting {
		told = append(told, f.Key+" "+f.Reason)
	}
	if got := strings.Join(told, ", "); s.Pending != len(reasons) || got != "a busy, c ill, d away" {
		t.Errorf("%d wait: %s", s.Pending, got)
	}
}

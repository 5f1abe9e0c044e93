package run

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

// kept returns the rows of the ledger.
func (w *world) kept() []ledger.Row {
	w.t.Helper()
	led := w.open()
	defer func() { _ = led.Close() }()
	return w.rows(led)
}

// What the ledger keeps of a write: what the vendor calls it, what it said, and
// when it is tried again.
func TestWhatIsKeptOfAWrite(t *testing.T) {
	long := `{"id":"` + strings.Repeat("x", 300) + `"}`
	huge := strings.Repeat("s3cret-token.", 2000)
	for _, tt := range []struct {
		res               step.Result
		state             ledger.State
		reference, answer string
		wait              time.Duration
	}{
		{step.Result{State: step.Sent, Answer: []byte(`{"id":7}`)}, ledger.Sent, `{"id":7}`, `{"id":7}`, 0},
		{step.Result{State: step.Sent, Answer: []byte(`{"id":7}`), Reference: "T-7"}, ledger.Sent, `"T-7"`, `{"id":7}`, 0},
		{step.Result{State: step.Sent, Answer: []byte(`"` + long[:254] + `"`)}, ledger.Sent, "", `"` + long[:254] + `"`, 0},
		{step.Result{State: step.Sent, Answer: []byte(`"` + strings.Repeat("x", 254) + `"`)}, ledger.Sent, `"` + strings.Repeat("x", 254) + `"`, `"` + strings.Repeat("x", 254) + `"`, 0},
		{step.Result{State: step.Sent, Answer: []byte(long)}, ledger.Sent, "", long, 0},
		{step.Result{State: step.Sent, Answer: []byte("OK")}, ledger.Sent, "", "OK", 0},
		{step.Result{State: step.Refused, Err: errors.New("no"), Answer: []byte(huge)}, ledger.Dead, "", strings.Repeat("***.", 2000), 0},
		{step.Result{State: step.Refused, Err: errors.New("no"), Answer: []byte(strings.Repeat("x", 20000))}, ledger.Dead, "", strings.Repeat("x", 16384), 0},
		{step.Result{State: step.Retry, Err: errors.New("429")}, ledger.Pending, "", "", 2 * time.Minute},
		{step.Result{State: step.Retry, Err: errors.New("429"), RetryAfter: time.Hour}, ledger.Pending, "", "", time.Hour},
		{step.Result{State: step.Retry, Err: errors.New("429"), RetryAfter: time.Second}, ledger.Pending, "", "", 2 * time.Minute},
	} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, dir, plain)
			w.ready.Secrets = []string{"s3cret-token"}
			w.shop.add(thing("a", 1, 1))
			w.replace(&mute{w.desk.open("create"), []step.Result{tt.res}})
			w.must()
			r := w.kept()[0]
			if r.State != tt.state || string(r.Reference) != tt.reference || string(r.Answer) != tt.answer || r.Attempts != 1 {
				t.Errorf("%+v: got %+v", tt.res, r)
			}
			if tt.state != ledger.Sent && r.Place != "orders.yaml:7:15" || tt.state == ledger.Sent && r.Error != "" {
				t.Errorf("%+v: got %q at %s", tt.res, r.Error, r.Place)
			}
			if tt.wait > 0 && time.Until(r.Next) != tt.wait {
				t.Errorf("%+v: it waits for %s", tt.res, time.Until(r.Next))
			}
		})
	}
	for attempts, want := range map[int]time.Duration{1: 2 * time.Minute, 3: 8 * time.Minute, 8: 256 * time.Minute, 9: 6 * time.Hour, 1000: 6 * time.Hour} {
		if got := backoff(attempts); got != want {
			t.Errorf("after %d runs a write waits for %s, want %s", attempts, got, want)
		}
	}
}

// Further writes see all that the vendor said of the write before, or what it
// called it, or nothing.
func TestWhatFurtherWritesSee(t *testing.T) {
	text := strings.Replace(following[:strings.LastIndex(following, "  - write")], "${ written.id }", "${ written?.id ?? 'none' }", 1)
	for _, tt := range []struct{ answer, reference, want string }{
		{`{"id":"` + strings.Repeat("x", 300) + `"}`, "T-7", `{"id":"` + strings.Repeat("x", 300) + `","note":"version 1"}`},
		{"", "", `{"id":"none","note":"version 1"}`},
		{"", "T-7", ""}, // a text, which has no id
	} {
		w := newWorld(t, t.TempDir(), text)
		w.shop.add(thing("a", 1, 1))
		w.replace(&mute{w.desk.open("create"), []step.Result{{State: step.Sent, Answer: []byte(tt.answer), Reference: tt.reference}}})
		w.must()
		got := ""
		if len(w.desk.taken) == 1 {
			got = w.desk.taken[0].body
		}
		if got != tt.want {
			t.Errorf("after %q: got %q and %q", tt.answer, got, w.states())
		}
	}
}

const watching = `
pipeline: orders
connections: {shop: shop, desk: desk}
source: {read: shop.things}
steps:
  - check: {that: thing.n < 9, else: warn, message: it is many}
  - filter: {where: thing.kind == "a", reason: "it is {{ thing.id }}"}
  - check: {that: thing.n != 0, message: it is none}
sink: {write: desk.create, map: {id: "${ thing.id }", n: "${ 10 / (thing.n + 1) }"}}
`

// What a rule looked at is kept with what it decided, and a slip in the case of
// letters is warned of, for so many sentences and no more.
func TestWhatARuleLookedAt(t *testing.T) {
	for _, delivery := range []string{"", "delivery: at_least_once\n"} {
		w := newWorld(t, t.TempDir(), strings.Replace(watching, "source:", delivery+"source:", 1))
		big, other := thing("big", 1, 9), thing("other", 1, -1)
		big.body = strings.Replace(big.body, `"kind":"a"`, `"kind":"A"`, 1)
		other.body = strings.Replace(other.body, `"kind":"a"`, `"kind":"b"`, 1)
		w.shop.add(big, big, other, thing("none", 1, 0), thing("many", 1, 9))
		for i := range maxWarnings + 5 {
			w.shop.add(event{key: fmt.Sprint(i), body: strings.Replace(big.body, `"id":"big"`, fmt.Sprintf(`"id":"%d"`, i), 1)})
		}
		s := w.must()
		values := map[string]string{}
		for _, r := range w.kept() {
			values[r.Key+" "+r.Reason] = string(r.Values)
		}
		want := map[string]string{
			"big it is big": `"value":"\"A\"","note":"only the letter case differs from \"a\""`, "other it is other": `{"text":"thing.kind","value":"\"b\""}`,
			"none it is none": `{"text":"thing.n","value":"0"}`,
		}
		warnings := maxWarnings
		if delivery != "" { // it is too dear to look at every record that a bulk job leaves out
			want, warnings = map[string]string{"none it is none": want["none it is none"]}, 1
		}
		for key, want := range want {
			if !strings.Contains(values[key], want) {
				t.Errorf("%s: got %q", key, values)
			}
		}
		if delivery == "" && s.Warnings[`it is big; of "A", only the letter case differs from "a"`] != 1 || len(s.Warnings) != warnings || s.Warnings["it is many"] == 0 {
			t.Errorf("got %d warnings: %v", len(s.Warnings), s.Warnings)
		}
	}
}

// Batches are used again for page after page, and keep nothing of the one before.
func TestBatchesAreUsedAgain(t *testing.T) {
	text := strings.Replace(plain, "  - filter", "  - limit: 19\n  - filter", 1)
	w := newWorld(t, t.TempDir(), strings.Replace(text, "text: ", "by: \"${ run.trigger }\", text: ", 1))
	w.shop.size, w.shop.detail = 1, true
	lost := thing("lost", 1, 1)
	lost.err = later{errors.New("500")}
	w.shop.add(lost)
	for i := range 20 {
		w.shop.add(thing(fmt.Sprint(i), 1, 1))
	}
	s := w.must(func(o *Options) { o.Workers = 1 })
	if s.Sent != 19 || s.Pending != 1 || s.FilteredTotal() != 1 || w.shop.released != 21 {
		t.Errorf("got %+v, and %d pages were released", s, w.shop.released)
	}
	if body := w.desk.taken[18].body; body != `{"id":"18","by":"by hand","text":"version 1"}` {
		t.Errorf("got %s", body)
	}
	w.shop.again = 21
	if s := w.must(); s.Unchanged != 21 || s.Seen != 21 {
		t.Errorf("got %+v", s)
	}
}

// That a listing was cut short is told, and the run's window says so too.
func TestACutListing(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.cut = "it shows 100 pages and no more"
	w.shop.add(thing("a", 1, 1))
	if s := w.must(); s.Sent != 1 || !maps.Equal(s.Warnings, map[string]int{"shop.things: it shows 100 pages and no more, so some may not have been read": 0}) {
		t.Errorf("got %+v", s)
	}
	led := w.open()
	defer func() { _ = led.Close() }()
	runs, err := led.Runs(t.Context(), instance, 1)
	if err != nil || len(runs) != 1 || runs[0].Windows[0].Cut != w.shop.cut || runs[0].Windows[0].Complete {
		t.Errorf("got %+v, %v", runs, err)
	}
}

// A person may ask what the source shows of a record, and what would come of it.
// Nothing is written, and no secret shown.
func TestAsk(t *testing.T) {
	w := newWorld(t, t.TempDir(), strings.Replace(splitting, "it is empty", "it is s3cret-token", 1))
	w.ready.Secrets = []string{"s3cret-token"}
	a := parts("a", 1, 0, 9, 2)
	a.body = strings.Replace(a.body, `"kind":"a"`, `"kind":"s3cret-token"`, 1)
	w.shop.add(a, event{key: "b", err: errors.New("not s3cret-token")})
	for _, tt := range []struct {
		key, err string
		found    bool
		writes   int
		drops    []string
	}{
		{"a", "", true, 2, []string{"it is ***", "it is too many"}},
		{"b", "shop.things: not ***", false, 0, nil},
		{"c", "", false, 0, nil},
	} {
		got, err := Ask(t.Context(), w.ready, Options{Key: tt.key, Now: time.Now()})
		if fmt.Sprint(err) != cmp.Or(tt.err, "<nil>") {
			t.Errorf("%s: got %v", tt.key, err)
		}
		if err != nil {
			continue
		}
		var drops []string
		for _, d := range got.Drops {
			drops = append(drops, d.Reason)
		}
		if got.Found != tt.found || got.Writes != tt.writes || !slices.Equal(drops, tt.drops) ||
			tt.found && (got.Version != "v1" || !strings.Contains(string(got.Record), `"kind":"***"`)) {
			t.Errorf("%s: got %+v", tt.key, got)
		}
	}
	w.wantTaken()
}

// doubter is a writer that says for itself what it offers, and that is to be
// closed.
type doubter struct {
	*writing
	find, idempotent bool
	closed           *int
}

func (d *doubter) Doubt() (find, idempotent bool) { return d.find, d.idempotent }

func (d *doubter) Close() error { *d.closed++; return nil }

// What a writer says of itself goes before what its operation says; and all
// writers are closed in the end.
func TestWritersThatSayWhatTheyOffer(t *testing.T) {
	for _, tt := range []struct {
		find, idempotent bool
		want             string
		calls, found     int
	}{
		{true, false, "a sink sent", 1, 1},
		{false, true, "a sink sent", 2, 0},
		{false, false, "a sink in doubt: its answer was lost", 1, 0},
	} {
		w := newWorld(t, t.TempDir(), following)
		w.shop.add(thing("a", 1, 1))
		closed := 0
		open := func(op string) step.OpenSink {
			return func(*step.Connection, step.Mode) (step.Sink, error) {
				return &doubter{w.desk.open(op), tt.find, tt.idempotent, &closed}, nil
			}
		}
		w.ready.Sinks[0].Open = open("same")
		w.ready.Sinks[0].Then[0].Open = open("notes")
		lost := false
		w.desk.onWrite = func(op string, _ *step.Delivery) act {
			if op == "same" && !lost {
				lost = true
				return act{apply: true, result: step.Unknown, err: errors.New("reset")}
			}
			return act{result: step.Refused, err: errors.New("no")}
		}
		w.must()
		calls := w.desk.calls
		if lost && w.desk.count("same", "a") == 1 && strings.HasSuffix(tt.want, "sent") {
			calls -= 2 // those of the writes that follow
		}
		if got := w.states()[0]; got != tt.want || calls != tt.calls || w.desk.found != tt.found || closed != 2 {
			t.Errorf("%+v: got %s after %d calls and %d look-ups; %d were closed", tt, got, calls, w.desk.found, closed)
		}
	}
}

// A trial gives the records itself, in the place of a stream.
func TestSourcesOfATrial(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	other := &shop{size: 10}
	other.add(thing("of the trial", 1, 1))
	s, err := Run(t.Context(), w.ready, Options{DryRun: true, Now: time.Now(), Sources: map[string]step.OpenSource{
		"shop.things": func(*step.Connection) (step.Source, error) { return &reading{other, 0}, nil },
	}})
	if err != nil || s.Sent != 1 || len(w.shop.asked) > 0 {
		t.Errorf("got %+v, %v", s, err)
	}
}

// Of many records that cannot go on a summary tells the first.
func TestManyFailures(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	for i := range maxFailures + 5 {
		w.shop.add(thing(fmt.Sprint(i), 1, 1))
	}
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Refused, err: errors.New("no")} }
	s := w.must()
	if s.Dead != maxFailures+5 || len(s.Failures) != maxFailures || s.Failures[maxFailures-1].Key != "19" || !s.Failed() {
		t.Errorf("got %+v", s)
	}
}

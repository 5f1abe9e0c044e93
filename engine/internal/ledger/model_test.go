package ledger

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// model is what a ledger should say, kept in maps.
type model struct {
	rows   []modelRow // in order; row n is rows[n-1]
	listed int
	cursor string
}

type modelRow struct {
	key, version string
	state        State
	main         int64
}

func (m *model) clone() model {
	c := *m
	c.rows = slices.Clone(m.rows)
	return c
}

func (m *model) admit(records []Record, unchanged int, cursor string) {
	m.listed += len(records) + unchanged
	m.cursor = cursor
	for _, r := range records {
		for i, row := range m.rows { // a record's own row comes before its others
			own := row.main == 0 || m.rows[row.main-1].state == Superseded
			if row.key == r.Key && (row.state == Pending || row.state == Dead) && own {
				m.rows[i].state = Superseded
			}
		}
	}
	for _, r := range records {
		main := int64(0)
		for _, d := range r.Deliveries {
			m.rows = append(m.rows, modelRow{r.Key, r.Version, d.State, main})
			if main == 0 {
				main = int64(len(m.rows))
			}
		}
	}
}

// may reports whether the ledger must take the outcome.
func (r modelRow) may(to State) bool {
	switch r.state {
	case Sent, Filtered, Superseded:
		return false
	case Pending, Dead:
		return to != Sent
	}
	return true
}

// testModel does a run's steps at random, with faults, and compares.
func testModel(t *testing.T, open opener) {
	fewerChecks(t, 30)
	shared := newDesk(t, open) // one ledger for all: their instances do not meet
	rapid.Check(t, func(rt *rapid.T) {
		d := shared.fresh()
		var m model
		fault := errors.New("a fault")
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) { compare(rt, d, &m) },
			"admit": func(rt *rapid.T) {
				b := drawBatch(rt, d)
				next := m.clone()
				next.admit(b.Records, b.Unchanged, string(b.Cursors[0].Position))
				fails := rapid.Bool().Draw(rt, "fails")
				d.fault = faultIf(fails, fault)
				if err := d.Ledger.Admit(d.ctx(), d.x, &b); errors.Is(err, fault) != fails {
					rt.Fatal(err)
				}
				if !fails {
					m = next
				}
			},
			"settle": func(rt *rapid.T) {
				outcomes, next, allowed := drawOutcomes(rt, &m)
				fails := rapid.Bool().Draw(rt, "fails")
				d.fault = faultIf(fails, fault)
				err := d.Ledger.Settle(d.ctx(), d.x, d.run, outcomes)
				switch {
				case (err == nil) != (allowed && !fails):
					rt.Fatalf("got %v for %v of %v", err, outcomes, m.rows)
				case err == nil:
					m = next
				}
			},
			"a new holder": func(rt *rapid.T) {
				d.fault = nil
				d.time = d.time.Add(time.Hour)
				x, err := d.Acquire(d.ctx(), d.name, "the next", time.Minute)
				if err != nil {
					rt.Fatal(err)
				}
				d.x = x
				d.begin("c2")
			},
		})
	})
}

// fewerChecks keeps a test whose every step is synced to the disk short, unless
// the command line asks for a number of checks.
func fewerChecks(t *testing.T, n int) {
	checks := flag.Lookup("rapid.checks")
	if was := checks.Value.String(); was == checks.DefValue {
		t.Cleanup(func() { _ = checks.Value.Set(was) })
		if err := checks.Value.Set(strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
	}
}

func faultIf(fails bool, err error) func(string) error {
	return func(point string) error {
		if fails && point == "commit" {
			return err
		}
		return nil
	}
}

func drawBatch(rt *rapid.T, d *desk) Batch {
	b := Batch{Run: d.run, Unchanged: rapid.IntRange(0, 3).Draw(rt, "unchanged")}
	b.Cursors = []Cursor{{"s", []byte(rapid.StringMatching(`[a-z]{0,3}`).Draw(rt, "cursor"))}}
	for range rapid.IntRange(0, 20).Draw(rt, "records") {
		r := rec(fmt.Sprint(rapid.IntRange(0, 12).Draw(rt, "key")), rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "version"), "")
		r.Deliveries = nil
		for n := range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(rt, "deliveries") {
			state := rapid.SampledFrom([]State{Pending, Sending, Sending, Filtered, Dead}).Draw(rt, "state")
			r.Deliveries = append(r.Deliveries, Delivery{Write: fmt.Sprint("sink#", n), State: state})
		}
		b.Records = append(b.Records, r)
	}
	return b
}

// drawOutcomes draws outcomes for distinct rows, and says what the model
// becomes by them and whether they are allowed.
func drawOutcomes(rt *rapid.T, m *model) ([]Outcome, model, bool) {
	next, allowed := m.clone(), true
	var outcomes []Outcome
	some := map[int]bool{}
	for range rapid.IntRange(0, min(20, len(m.rows))).Draw(rt, "outcomes") {
		some[rapid.IntRange(0, len(m.rows)-1).Draw(rt, "row")] = true
	}
	careful := rapid.Bool().Draw(rt, "careful")
	for _, i := range slices.Sorted(maps.Keys(some)) {
		to := rapid.SampledFrom([]State{Sent, Sent, Dead, InDoubt, Pending, Sending, Filtered}).Draw(rt, "to")
		if careful && !m.rows[i].may(to) {
			continue
		}
		allowed = allowed && m.rows[i].may(to)
		o := Outcome{Row: int64(i + 1), State: to}
		next.rows[i].state = to
		if to == Sent && rapid.Bool().Draw(rt, "then") {
			o.Then = []Delivery{{Write: "then[0]", State: Sending}}
		}
		outcomes = append(outcomes, o)
	}
	for _, o := range outcomes {
		for _, then := range o.Then {
			r := next.rows[o.Row-1]
			main := o.Row
			if r.main > 0 {
				main = r.main
			}
			next.rows = append(next.rows, modelRow{r.key, r.version, then.State, main})
		}
	}
	return outcomes, next, allowed
}

func compare(rt *rapid.T, d *desk, m *model) {
	var wantRows, gotRows []string
	want := Counts{map[State]int64{}, map[State]int64{}}
	for i, r := range m.rows {
		wantRows = append(wantRows, fmt.Sprint(i+1, r.key, r.version, r.state, r.main))
		if r.main == 0 {
			want.Records[r.state]++
		} else {
			want.Further[r.state]++
		}
	}
	got, err := d.Counts(d.ctx(), d.name)
	if err != nil {
		rt.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		rt.Fatal(diff)
	}
	if err := d.Balance(d.ctx(), d.name); err != nil {
		rt.Fatal(err)
	}
	rows, err := d.List(d.ctx(), d.name, States(), 0, 1<<30)
	if err != nil {
		rt.Fatal(err)
	}
	for _, r := range rows {
		gotRows = append(gotRows, fmt.Sprint(r.Row, r.Key, r.Version, r.State, r.Main))
	}
	if diff := cmp.Diff(wantRows, gotRows); diff != "" {
		rt.Fatal(diff)
	}
	if pos, err := d.Cursor(d.ctx(), d.name, "s"); err != nil || string(pos) != m.cursor {
		rt.Fatalf("the cursor is at %q, %v, and should be at %q", pos, err, m.cursor)
	}
	checkKnown(rt, d, m)
}

// checkKnown compares what is known of every key with the newest row of it.
func checkKnown(rt *rapid.T, d *desk, m *model) {
	var keys, want []string
	for n := range 14 {
		newest, key := "", fmt.Sprint(n)
		for i, r := range m.rows {
			if r.key == key && r.main == 0 {
				newest = fmt.Sprint(i+1, r.version, r.state)
			}
		}
		keys, want = append(keys, key), append(want, newest)
	}
	known, err := d.Known(d.ctx(), d.name, keys)
	if err != nil {
		rt.Fatal(err)
	}
	for i, k := range known {
		got := fmt.Sprint(k.Row, k.Version, k.State)
		if k.Row == 0 {
			got = ""
		}
		if got != want[i] || k.Key != keys[i] {
			rt.Fatalf("record %s is known as %s, want %s; all: %s", keys[i], got, want[i], strings.Join(want, ", "))
		}
	}
}

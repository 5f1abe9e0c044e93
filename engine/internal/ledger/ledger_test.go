package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// opener opens an empty ledger for a test; opening the same place again gives
// the same ledger. A second database passes the suite by giving its own.
type opener func(t *testing.T, place string, opts Options) *Ledger

func openSQLite(t *testing.T, place string, opts Options) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), "sqlite:"+filepath.Join(place, "sluice.db"), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestSQLite(t *testing.T) { suite(t, openSQLite) }

// suite is what every database must pass.
func suite(t *testing.T, open opener) {
	for name, test := range map[string]func(*testing.T, opener){
		"a batch is whole or absent":          testWholeOrAbsent,
		"what was admitted is read back":      testReadBack,
		"known and unchanged":                 testKnown,
		"what the vendor has":                 testTaken,
		"a newer version supersedes":          testSupersede,
		"outcomes":                            testOutcomes,
		"outcomes that are refused":           testRefusedOutcomes,
		"further writes":                      testFurtherWrites,
		"the lease":                           testLease,
		"a lost lease":                        testFenced,
		"runs and windows":                    testRuns,
		"cursors":                             testCursors,
		"unfinished rows in pages":            testUnfinished,
		"payloads go when their time is over": testPurge,
		"readers and writers at once":         testConcurrent,
		"a model of the books":                testModel,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

// desk is a ledger with a lease and a run, for a test.
type desk struct {
	*testing.T
	*Ledger
	name string
	x    *Lease
	run  int64
	time time.Time
}

const instance = "acme/orders"

func newDesk(t *testing.T, open opener) *desk {
	t.Helper()
	d := &desk{T: t, name: instance, time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	d.Ledger = open(t, t.TempDir(), Options{Now: func() time.Time { return d.time }})
	d.take()
	return d
}

// take takes the lease of the desk's instance and begins a run.
func (d *desk) take() {
	d.Helper()
	var err error
	d.x, err = d.Acquire(d.ctx(), d.name, "a test", time.Minute)
	d.must(err)
	d.begin("c1")
}

// fresh makes the desk work at an instance that has not run yet.
func (d *desk) fresh() *desk {
	d.fault = nil
	d.name = fmt.Sprintf("acme/orders %d", d.x.id)
	d.take()
	return d
}

func (d *desk) ctx() context.Context { return d.T.Context() }

func (d *desk) begin(config string) {
	d.Helper()
	run, err := d.Begin(d.ctx(), d.x, Run{Trigger: "by hand", LogicalTime: d.time, Config: config})
	d.must(err)
	d.run = run
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// admit records records and returns the rows of their first deliveries.
func (d *desk) admit(records ...Record) []int64 {
	d.Helper()
	d.must(d.Ledger.Admit(d.ctx(), d.x, &Batch{Run: d.run, Records: records}))
	rows := make([]int64, len(records))
	for i := range records {
		rows[i] = records[i].Deliveries[0].Row
	}
	return rows
}

func (d *desk) settle(outcomes ...Outcome) {
	d.Helper()
	d.must(d.Ledger.Settle(d.ctx(), d.x, d.run, outcomes))
}

func (d *desk) states(key string) string {
	d.Helper()
	var states []string
	for _, r := range d.rowsOf(key) {
		states = append(states, fmt.Sprintf("%s %s %s", r.Version, r.Write, r.State))
	}
	return strings.Join(states, "; ")
}

// rowsOf returns the rows of a record.
func (d *desk) rowsOf(key string) []Row {
	d.Helper()
	h, err := d.Ledger.Why(d.ctx(), instance, key)
	d.must(err)
	return h.Rows
}

func (d *desk) want(key, want string) {
	d.Helper()
	if got := d.states(key); got != want {
		d.Errorf("record %s: got %q, want %q", key, got, want)
	}
}

func (d *desk) balanced() {
	d.Helper()
	d.must(d.Balance(d.ctx(), instance))
}

func rec(key, version string, state State) Record {
	return Record{
		Key: key, Version: version, Source: "at " + version,
		Payload:    []byte(`{"order_id":9007199254740993,"version":"` + version + `","price":"20.00","sku":"12E4"}`),
		Deliveries: []Delivery{{Write: "sink", State: state, Idempotency: key + "/" + version, Result: []byte(`{"source_id":"` + key + `"}`)}},
	}
}

func testWholeOrAbsent(t *testing.T, open opener) {
	d := newDesk(t, open)
	d.admit(rec("1", "a", Dead))
	broken := errors.New("the power went")
	d.fault = func(point string) error {
		if point == "commit" {
			return broken
		}
		return nil
	}
	b := Batch{Run: d.run, Records: []Record{rec("1", "b", Sending), rec("2", "a", Sending)},
		Cursors: []Cursor{{"shop.orders", []byte("2")}}, Unchanged: 3}
	if err := d.Admit(d.ctx(), d.x, &b); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	d.fault = nil
	d.want("1", "a sink dead")
	d.want("2", "")
	if pos, err := d.Cursor(d.ctx(), instance, "shop.orders"); pos != nil || err != nil {
		t.Errorf("cursor %q, %v", pos, err)
	}
	d.balanced()
	if b.Records[0].Deliveries[0].Row != 0 {
		t.Error("a batch that was not recorded has rows")
	}

	d.must(d.Admit(d.ctx(), d.x, &b))
	d.want("1", "a sink superseded; b sink sending")
	d.want("2", "a sink sending")
	d.balanced()
}

func testReadBack(t *testing.T, open opener) {
	d := newDesk(t, open)
	r := Record{
		Key: "9007199254740993", Version: "v", Source: "2026-01-02", Payload: []byte(`{"metadata":[]}`),
		Deliveries: []Delivery{
			{Write: "sink", State: Sending, Idempotency: "idem", Result: []byte(`{"price":20.00}`), Attempts: 2, Next: d.time.Add(time.Hour)},
			{Write: "sink#2", State: Filtered, Cause: Cause{
				Reason: "an item is kept elsewhere", Place: "orders.yaml:12:7", Values: []byte(`{"location":"West"}`)}},
			{Write: "sink#3", State: Dead, Result: []byte(`{}`), Cause: Cause{Error: "400", Answer: []byte("no")}},
		},
	}
	d.admit(r)
	h, err := d.Ledger.Why(d.ctx(), instance, r.Key)
	d.must(err)
	base := Row{Key: r.Key, Version: "v", Source: "2026-01-02", Run: d.run, DecidedRun: d.run, Seen: d.time, Decided: d.time, Record: r.Payload}
	var want []Row
	for i, del := range r.Deliveries {
		w := base
		w.Row, w.Write, w.State, w.Idempotency, w.Cause = del.Row, del.Write, del.State, del.Idempotency, del.Cause
		w.Attempts, w.Next, w.Result = del.Attempts, del.Next, del.Result
		if i > 0 {
			w.Main = r.Deliveries[0].Row
		}
		want = append(want, w)
	}
	if diff := cmp.Diff(want, h.Rows); diff != "" {
		t.Error(diff)
	}
	if run := h.Runs[d.run]; run.Config != "c1" || run.Trigger != "by hand" || !run.LogicalTime.Equal(d.time) {
		t.Errorf("got run %+v", run)
	}
	n, err := d.Counts(d.ctx(), instance)
	d.must(err)
	if diff := cmp.Diff(Counts{map[State]int64{Sending: 1}, map[State]int64{Filtered: 1, Dead: 1}}, n); diff != "" {
		t.Error(diff)
	}
	d.balanced()
}

func testKnown(t *testing.T, open opener) {
	d := newDesk(t, open)
	keys := []string{"never", "sent", "filtered", "dead", "sending", "sent", "unmarked"}
	unmarked := rec("unmarked", "a", Sending)
	unmarked.Source = ""
	d.admit(unmarked)
	rows := d.admit(rec("sent", "a", Sending), rec("filtered", "a", Filtered), rec("dead", "a", Dead), rec("sending", "a", Sending))
	d.settle(Outcome{Row: rows[0], State: Sent})
	known, err := d.Known(d.ctx(), instance, keys)
	d.must(err)
	for i, k := range known {
		if k.Key != keys[i] {
			t.Errorf("answer %d is about %q, not %q", i, k.Key, keys[i])
		}
		for _, c := range []struct {
			source, version, config string
			same                    string // the keys that need no second look
		}{
			{"at a", "", "c1", "sent filtered dead sending"},
			{"at a", "", "c2", "sent sending"},
			{"", "a", "c1", "sent filtered dead sending unmarked"},
			{"", "a", "c2", "sent sending unmarked"},
			{"at b", "", "c1", ""},
			{"at b", "a", "c1", "sent filtered dead sending unmarked"},
			{"at b", "b", "c1", ""},
			{"", "", "c1", ""},
		} {
			want := strings.Contains(c.same, k.Key)
			if got := k.Unchanged(c.source, c.version, c.config); got != want {
				t.Errorf("%s listed as %q %q under %s: unchanged is %v", k.Key, c.source, c.version, c.config, got)
			}
		}
	}

	d.begin("c2")
	d.admit(rec("filtered", "a", Sending))
	known, err = d.Known(d.ctx(), instance, []string{"filtered"})
	d.must(err)
	if known[0].Config != "c2" || known[0].State != Sending {
		t.Errorf("got %+v", known[0])
	}
	d.want("filtered", "a sink filtered; a sink sending")

	none, err := d.Known(d.ctx(), "nobody", []string{"sent"})
	if err != nil || none[0].Row != 0 {
		t.Errorf("got %+v, %v", none, err)
	}
}

func testTaken(t *testing.T, open opener) {
	d := newDesk(t, open)
	split := rec("split", "a", Filtered)
	split.Deliveries = append(split.Deliveries, Delivery{Write: "sink#2", State: Sending})
	rows := d.admit(rec("sent", "a", Sending), rec("doubt", "a", Sending), rec("refused", "a", Sending), split)
	d.settle(Outcome{Row: rows[0], State: Sent, Reference: []byte(`{"id":7}`)},
		Outcome{Row: rows[1], State: InDoubt}, Outcome{Row: rows[2], State: Dead},
		Outcome{Row: split.Deliveries[1].Row, State: Sent, Reference: []byte(`{"id":8}`)})
	d.admit(rec("sent", "b", Filtered), rec("doubt", "b", Filtered))

	keys := []string{"sent", "doubt", "refused", "split", "never", "sent"}
	got, err := d.Taken(d.ctx(), instance, "sink", keys)
	d.must(err)
	sent := &Taken{Row: rows[0], Version: "a", State: Sent, Reference: []byte(`{"id":7}`)}
	want := []*Taken{sent, {Row: rows[1], Version: "a", State: InDoubt}, nil, nil, nil, sent}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = d.Taken(d.ctx(), instance, "sink#2", []string{"split", "sent"})
	d.must(err)
	want = []*Taken{{Row: split.Deliveries[1].Row, Version: "a", State: Sent, Reference: []byte(`{"id":8}`)}, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func testSupersede(t *testing.T, open opener) {
	d := newDesk(t, open)
	parts := rec("1", "a", Pending)
	parts.Deliveries = append(parts.Deliveries, Delivery{Write: "sink#2", State: Dead}, Delivery{Write: "sink#3", State: Sending})
	d.admit(parts, rec("2", "a", Sending), rec("3", "a", Filtered), rec("4", "a", Dead), rec("10", "a", Pending))
	d.admit(rec("1", "b", Filtered), rec("2", "b", Sending), rec("3", "b", Sending), rec("4", "b", Sending))
	d.want("1", "a sink superseded; a sink#2 superseded; a sink#3 sending; b sink filtered")
	d.want("2", "a sink sending; b sink sending")
	d.want("3", "a sink filtered; b sink sending")
	d.want("4", "a sink superseded; b sink sending")
	d.want("10", "a sink pending")
	d.admit(rec("10", "b", Pending), rec("10", "c", Pending))
	d.want("10", "a sink superseded; b sink pending; c sink pending")
	d.balanced()
}

func testOutcomes(t *testing.T, open opener) {
	d := newDesk(t, open)
	var records []Record
	for i := range 137 {
		records = append(records, rec(fmt.Sprint(i), "a", Sending))
	}
	rows := d.admit(records...)
	d.time = d.time.Add(time.Minute)
	states := []State{Sent, Dead, InDoubt, Pending, Filtered}
	var outcomes []Outcome
	for i, row := range rows {
		o := Outcome{Row: row, State: states[i%len(states)], Attempts: 1}
		switch o.State {
		case Sent:
			o.Reference = []byte(`{"id":1}`)
		case Dead:
			o.Cause = Cause{Error: "400: no such folder", Answer: []byte(`{"message":"no such folder"}`)}
		case Pending:
			o.Next = d.time.Add(time.Second)
		}
		outcomes = append(outcomes, o)
	}
	d.settle(outcomes...)
	n, err := d.Counts(d.ctx(), instance)
	d.must(err)
	want := map[State]int64{Sent: 28, Dead: 28, InDoubt: 27, Pending: 27, Filtered: 27}
	if diff := cmp.Diff(want, n.Records); diff != "" {
		t.Error(diff)
	}
	d.balanced()

	dead, err := d.List(d.ctx(), instance, []State{Dead}, 0, 1)
	d.must(err)
	if r := dead[0]; string(r.Answer) != `{"message":"no such folder"}` || r.Error != "400: no such folder" ||
		string(r.Result) != `{"source_id":"1"}` || !r.Decided.Equal(d.time) || r.Idempotency != "1/a" {
		t.Errorf("got %+v", r)
	}
	// Outcomes come in the order in which the vendor answers.
	d.settle(Outcome{Row: rows[136], State: Pending, Cause: Cause{Answer: []byte("later")}}, Outcome{Row: rows[3], State: Dead, Cause: Cause{Answer: []byte("no")}},
		Outcome{Row: rows[8], State: Dead, Cause: Cause{Answer: []byte("never")}})
	for key, want := range map[string]string{"136": "later", "3": "no", "8": "never"} {
		if r := d.rowsOf(key)[0]; string(r.Answer) != want {
			t.Errorf("%s was answered with %q, want %q", key, r.Answer, want)
		}
	}
	// A reference that came with the doubt stays when the doubt is gone.
	d.settle(Outcome{Row: rows[2], State: InDoubt, Reference: []byte(`{"request":9}`)})
	d.settle(Outcome{Row: rows[2], State: Sent})
	taken, err := d.Taken(d.ctx(), instance, "sink", []string{"2"})
	if err != nil || string(taken[0].Reference) != `{"request":9}` {
		t.Errorf("got %+v, %v", taken[0], err)
	}
	// A person has the record sent with another result.
	d.settle(Outcome{Row: rows[1], State: Sending, Result: []byte(`{"source_id":"one"}`), Idempotency: "again"})
	d.settle(Outcome{Row: rows[1], State: Sent, Reference: []byte(`{"id":2}`)})
	h, err := d.Ledger.Why(d.ctx(), instance, "1")
	d.must(err)
	if r := h.Rows[0]; r.State != Sent || string(r.Result) != `{"source_id":"one"}` || r.Idempotency != "again" || r.Error != "" {
		t.Errorf("got %+v", r)
	}
}

func testRefusedOutcomes(t *testing.T, open opener) {
	d := newDesk(t, open)
	rows := d.admit(rec("1", "a", Sending), rec("2", "a", Pending), rec("3", "a", Sending))
	d.settle(Outcome{Row: rows[0], State: Sent})
	ended := d.run
	d.begin("c1")
	for _, c := range []struct {
		run  int64
		give []Outcome
		want string
	}{
		{d.run, []Outcome{{Row: rows[0], State: Sent}}, "row 1 is sent already and cannot become sent"},
		{d.run, []Outcome{{Row: rows[2], State: Sent}, {Row: rows[0], State: Dead}}, "row 1 is sent already and cannot become dead"},
		{d.run, []Outcome{{Row: rows[1], State: Sent}}, "row 2 is pending: it must be sending before it is sent"},
		{d.run, []Outcome{{Row: rows[2], State: Sent}, {Row: rows[2], State: Dead}}, "row 3 has two outcomes"},
		{d.run, []Outcome{{Row: 99, State: Dead}}, "there is no row 99"},
		{d.run, []Outcome{{Row: rows[2], State: "gone"}}, `row 3 is to be in no known state ("gone")`},
		{ended, []Outcome{{Row: rows[2], State: Sent}}, "run 1 has ended or never began"},
		{77, nil, "run 77 has ended or never began"},
	} {
		err := d.Ledger.Settle(d.ctx(), d.x, c.run, c.give)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	d.want("3", "a sink sending")

	for want, b := range map[string]Batch{
		`record "1" has no version or no delivery`:                        {Run: d.run, Records: []Record{{Key: "1", Version: "a"}}},
		`record "1": delivery "sink" is in no known state ("")`:           {Run: d.run, Records: []Record{rec("1", "b", "")}},
		"a batch counts fewer than no records: -1 unchanged, 0 passed":    {Run: d.run, Unchanged: -1},
		`record a batch of "acme/orders": run 1 has ended or never began`: {Run: ended},
	} {
		if err := d.Ledger.Admit(d.ctx(), d.x, &b); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	d.balanced()
}

func testFurtherWrites(t *testing.T, open opener) {
	d := newDesk(t, open)
	rows := d.admit(rec("1", "a", Sending), rec("2", "a", Sending), rec("3", "a", Sending))
	outcomes := []Outcome{
		{Row: rows[0], State: Sent, Reference: []byte(`{"id":1}`), Then: []Delivery{
			{Write: "then[0]", State: Sending, Result: []byte(`{"note":"Order Desk 1"}`)},
			{Write: "then[1]", State: Filtered, Cause: Cause{Reason: "no note is wanted"}}}},
		{Row: rows[1], State: Dead, Cause: Cause{Error: "422"}},
		{Row: rows[2], State: Sent, Then: []Delivery{{Write: "then[0]", State: Dead, Result: []byte("{}"), Cause: Cause{Answer: []byte("no")}}}},
	}
	d.settle(outcomes...)
	for i, want := range map[int]string{0: "then[0] {\"note\":\"Order Desk 1\"} ; then[1]  ; ", 2: "then[0] {} no; "} {
		got := ""
		for _, then := range outcomes[i].Then {
			for _, r := range d.rowsOf(fmt.Sprint(i + 1)) {
				if r.Row == then.Row && r.Main == rows[i] {
					got += fmt.Sprintf("%s %s %s; ", r.Write, r.Result, r.Answer)
				}
			}
		}
		if got != want {
			t.Errorf("record %d has the further writes %q, want %q", i+1, got, want)
		}
	}
	note := outcomes[0].Then[0].Row
	d.settle(Outcome{Row: note, State: Sent, Then: []Delivery{{Write: "then[0].then[0]", State: Pending}}})
	d.want("1", "a sink sent; a then[0] sent; a then[1] filtered; a then[0].then[0] pending")
	d.balanced()
	open1, err := d.Unfinished(d.ctx(), instance, 0, 10)
	d.must(err)
	if len(open1) != 1 || open1[0].Main != rows[0] || !strings.Contains(string(open1[0].Record), `"version":"a"`) {
		t.Errorf("got %+v", open1)
	}
	// The newer version leaves the further writes of one that was sent alone.
	d.admit(rec("1", "b", Sending))
	d.want("1", "a sink sent; a then[0] sent; a then[1] filtered; a then[0].then[0] pending; b sink sending")
}

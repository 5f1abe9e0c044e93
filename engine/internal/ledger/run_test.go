package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testRuns(t *testing.T, open opener) {
	d := newDesk(t, open)
	window := Window{Number: 1, Stream: "shop.orders", From: "2026-01-01", To: "2026-01-02", Filters: json.RawMessage(`{"status":"paid"}`), Pages: 1, Records: 25}
	d.must(d.Ledger.Admit(d.ctx(), d.x, &Batch{Run: d.run, Records: []Record{rec("1", "a", Filtered)}, Unchanged: 23, Passed: 1,
		Windows: []Window{window}, Requests: map[string]int64{"shop": 1}}))
	window.From, window.To, window.Pages, window.Records, window.Cut = "2025-12-31", "2026-01-03", 2, 50, "the page limit of 2"
	second := Window{Number: 2, Stream: "shop.orders", Complete: true}
	d.must(d.Ledger.Admit(d.ctx(), d.x, &Batch{Run: d.run, Unchanged: 25, Windows: []Window{window, second}}))
	d.time = d.time.Add(time.Minute)
	first := d.run
	d.begin("c2")
	d.must(d.End(d.ctx(), d.x, d.run, RunEnd{Counts: map[string]int64{"sent": 2}, Requests: map[string]int64{"desk": 3}, Error: "the shop did not answer"}))
	if err := d.End(d.ctx(), d.x, d.run, RunEnd{}); err == nil {
		t.Error("a run ended twice")
	}
	second.Filters = json.RawMessage(`{}`)
	began := d.time.Add(-time.Minute)
	want := []Run{
		{Number: d.run, Trigger: "by hand", LogicalTime: d.time, Config: "c2", Began: d.time, Ended: d.time,
			Counts: map[string]int64{"sent": 2}, Requests: map[string]int64{"desk": 3}, Error: "the shop did not answer"},
		{Number: first, Trigger: "by hand", LogicalTime: began, Config: "c1", Began: began, Ended: d.time,
			Listed: 50, Unchanged: 48, Passed: 1, Counts: map[string]int64{}, Requests: map[string]int64{"shop": 1},
			Error: Interrupted, Windows: []Window{window, second}},
	}
	got, err := d.Runs(d.ctx(), instance, 0)
	d.must(err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = d.Runs(d.ctx(), instance, 1)
	d.must(err)
	if diff := cmp.Diff(want[:1], got); diff != "" {
		t.Error(diff)
	}
	if got, err := d.Runs(d.ctx(), "nobody", 0); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	// A record that was never seen has no rows, and that is no error.
	h, err := d.Ledger.Why(d.ctx(), instance, "404")
	if err != nil || len(h.Rows) != 0 {
		t.Errorf("got %+v, %v", h, err)
	}
	d.balanced()
}

func testCursors(t *testing.T, open opener) {
	d := newDesk(t, open)
	for _, b := range []Batch{
		{Cursors: []Cursor{{"shop.orders", []byte("2026-01-01")}, {"shop.products", []byte{0, 255}}}},
		{Cursors: []Cursor{{"shop.orders", []byte("2026-01-02")}}},
		{Records: []Record{rec("1", "a", Sending)}}, // a backfill leaves the cursor alone
		{Cursors: []Cursor{{"shop.empty", nil}}},
	} {
		b.Run = d.run
		d.must(d.Ledger.Admit(d.ctx(), d.x, &b))
	}
	for stream, want := range map[string][]byte{
		"shop.orders": []byte("2026-01-02"), "shop.products": {0, 255}, "shop.empty": {}, "shop.never": nil,
	} {
		got, err := d.Cursor(d.ctx(), instance, stream)
		if err != nil || !bytes.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%s: got %q, %v; want %q", stream, got, err, want)
		}
	}
	if got, err := d.Cursor(d.ctx(), "another", "shop.orders"); got != nil || err != nil {
		t.Errorf("another instance: got %q, %v", got, err)
	}
}

func testUnfinished(t *testing.T, open opener) {
	d := newDesk(t, open)
	var want []string
	var records []Record
	for i := range 2500 {
		state := []State{Sending, Filtered, Pending, Dead}[i%4]
		r := rec(fmt.Sprint(i), "a", state)
		r.Payload = fmt.Appendf(nil, `{"order_id":%d,"note":"%s"}`, i, strings.Repeat("x", 300))
		records = append(records, r)
		if state == Sending || state == Pending {
			want = append(want, r.Key)
		}
	}
	d.admit(records...)
	var got []string
	after := int64(0)
	for {
		rows, err := d.Unfinished(d.ctx(), instance, after, 333)
		d.must(err)
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			got = append(got, r.Key)
			if !bytes.HasPrefix(r.Record, fmt.Appendf(nil, `{"order_id":%s,`, r.Key)) || string(r.Result) != `{"source_id":"`+r.Key+`"}` {
				t.Fatalf("row %d has the payloads %.30s and %s", r.Row, r.Record, r.Result)
			}
			after = r.Row
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	filtered, err := d.List(d.ctx(), instance, []State{Filtered, Dead}, 0, 3)
	d.must(err)
	if len(filtered) != 3 || filtered[0].Key != "1" || filtered[1].Key != "3" {
		t.Errorf("got %v", filtered)
	}
	if none, err := d.List(d.ctx(), instance, nil, 0, 3); len(none) != 0 || err != nil {
		t.Errorf("got %v, %v", none, err)
	}
}

func testPurge(t *testing.T, open opener) {
	d := newDesk(t, open)
	split := rec("parts", "a", Sending)
	split.Deliveries = append(split.Deliveries, Delivery{Write: "sink#2", State: Dead, Result: []byte("{}")})
	rows := d.admit(rec("sent", "a", Sending), rec("dead", "a", Dead), split)
	d.admit(rec("gone", "a", Filtered))
	d.settle(Outcome{Row: rows[0], State: Sent}, Outcome{Row: rows[2], State: Sent})
	d.time = d.time.Add(90 * 24 * time.Hour)
	d.admit(rec("new", "a", Filtered))

	p, err := d.Purge(d.ctx(), d.time)
	d.must(err)
	if p.Payloads != 4 || p.Bytes <= 0 {
		t.Errorf("purged %+v", p)
	}
	for key, want := range map[string]bool{"sent": false, "dead": true, "parts": true, "gone": false, "new": true} {
		h, err := d.Ledger.Why(d.ctx(), instance, key)
		d.must(err)
		if got := h.Rows[0].Record != nil; got != want {
			t.Errorf("%s: its record is kept: %v", key, got)
		}
	}
	d.must(d.Ledger.Settle(d.ctx(), d.x, d.run, []Outcome{{Row: rows[1], State: Filtered, Cause: Cause{Reason: "dropped"}}}))
	if p, err := d.Purge(d.ctx(), d.time); err != nil || p.Payloads != 2 {
		t.Errorf("purged %+v, %v", p, err)
	}
	if p, err := d.Purge(d.ctx(), d.time); err != nil || p.Payloads != 0 {
		t.Errorf("purged %+v, %v", p, err)
	}
	d.balanced()
}

// testConcurrent has readers look on while batches are recorded and settled
// side by side: none sees a batch in part.
func testConcurrent(t *testing.T, open opener) {
	d := newDesk(t, open)
	const batches, size = 30, 20
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				n, err := d.Counts(d.ctx(), instance)
				sum := int64(0)
				for _, count := range n.Records {
					sum += count
				}
				if err != nil || sum%size != 0 || n.Records[Sent]%size != 0 {
					t.Errorf("a reader saw %v, %v", n, err)
				}
				if err := d.Balance(d.ctx(), instance); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for w := range 2 {
		writers.Go(func() {
			for b := range batches {
				if err := d.oneBatch(fmt.Sprintf("%d/%d", w, b), size); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	n, err := d.Counts(d.ctx(), instance)
	if err != nil || n.Records[Sent] != 2*batches*size {
		t.Errorf("got %v, %v", n, err)
	}
}

// oneBatch takes new records all the way.
func (d *desk) oneBatch(name string, size int) error {
	b := Batch{Run: d.run}
	for i := range size {
		b.Records = append(b.Records, rec(fmt.Sprintf("%s/%d", name, i), "a", Sending))
	}
	err := d.Ledger.Admit(d.ctx(), d.x, &b)
	var outcomes []Outcome
	for _, r := range b.Records {
		outcomes = append(outcomes, Outcome{Row: r.Deliveries[0].Row, State: Sent})
	}
	return errors.Join(err, d.Ledger.Settle(d.ctx(), d.x, d.run, outcomes))
}

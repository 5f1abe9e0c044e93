package ledger

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// BenchmarkTwoCommits is what the ledger costs a run: intents and outcomes of
// 100,000 new records in two commits a batch. "rows" is that and no more; "all"
// is what a run does: it asks what is known of the records, hashes them, and
// keeps them, of about 2.8 kB each.
func BenchmarkTwoCommits(b *testing.B) {
	const total = 100_000
	for _, what := range []string{"rows", "all"} {
		for _, size := range []int{25, 100, 1000} {
			b.Run(fmt.Sprintf("%s/batch=%d", what, size), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					l, x, run := benchLedger(b)
					records := benchRecords(size)
					b.StartTimer()
					for n := 0; n < total; n += size {
						renumber(records, n, what == "all")
						benchBatch(b, l, x, run, records)
					}
					b.StopTimer()
					if err := l.Close(); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				b.ReportMetric(float64(total)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
			})
		}
	}
}

// BenchmarkKnown is what a record costs that is listed again unchanged, in a
// ledger of 100,000.
func BenchmarkKnown(b *testing.B) {
	l, x, run := benchLedger(b)
	defer func() { _ = l.Close() }()
	records := benchRecords(1000)
	for n := 0; n < 100_000; n += len(records) {
		renumber(records, n, true)
		benchBatch(b, l, x, run, records)
	}
	keys := make([]string, 100)
	for n := 0; b.Loop(); n++ {
		for i := range keys {
			keys[i] = strconv.FormatInt(int64(9007199254740993+(n*7919+i*31)%100_000), 10)
		}
		known, err := l.Known(context.Background(), x.Instance, keys)
		if err != nil || !known[99].Unchanged(records[0].Source, "", "c1") {
			b.Fatal(known, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(keys)), "ns/record")
}

func benchLedger(b *testing.B) (*Ledger, *Lease, int64) {
	ctx := context.Background()
	l, err := Open(ctx, "sqlite:"+filepath.Join(b.TempDir(), "sluice.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	x, err := l.Acquire(ctx, "acme/orders", "bench", time.Minute)
	if err != nil {
		b.Fatal(err)
	}
	run, err := l.Begin(ctx, x, Run{Trigger: "by hand", Config: "c1"})
	if err != nil {
		b.Fatal(err)
	}
	return l, x, run
}

func benchRecords(n int) []Record {
	records := make([]Record, n)
	for i := range records {
		records[i] = Record{Source: "2026-01-02T03:04:05Z", Deliveries: []Delivery{{Write: "sink", State: Sending}}}
	}
	return records
}

// renumber makes the records new ones.
func renumber(records []Record, from int, kept bool) {
	for i := range records {
		r := &records[i]
		r.Key = strconv.FormatInt(int64(9007199254740993+from+i), 10)
		if !kept {
			r.Version = "0123456789abcdef0123456789abcdef"
			continue
		}
		if r.Payload == nil {
			r.Payload = []byte(order(int64(i)))
			r.Deliveries[0].Result = r.Payload[:len(r.Payload)/3]
		}
		r.Version = VersionOf(r.Payload)
		r.Deliveries[0].Idempotency = r.Version
	}
}

func benchBatch(b *testing.B, l *Ledger, x *Lease, run int64, records []Record) {
	ctx := context.Background()
	keys := make([]string, len(records))
	for i := range records {
		keys[i] = records[i].Key
	}
	if records[0].Payload != nil {
		if _, err := l.Known(ctx, x.Instance, keys); err != nil {
			b.Fatal(err)
		}
	}
	batch := Batch{Run: run, Records: records, Cursors: []Cursor{{"shop.orders", []byte(keys[0])}}}
	if err := l.Admit(ctx, x, &batch); err != nil {
		b.Fatal(err)
	}
	outcomes := make([]Outcome, len(records))
	for i := range records {
		outcomes[i] = Outcome{Row: records[i].Deliveries[0].Row, State: Sent, Reference: []byte(`{"id":"123456"}`), Attempts: 1}
	}
	if err := l.Settle(ctx, x, run, outcomes); err != nil {
		b.Fatal(err)
	}
}

// order returns an order of about 2.8 kB whose texts differ with its id.
func order(id int64) string {
	s := fmt.Sprintf(`{"order_id":%d,"status":"paid","grand_total":"20.00","customer_email":"person%d@example.com","line_items":[`,
		9007199254740993+id, id*7919)
	for n := range 8 {
		if n > 0 {
			s += ","
		}
		s += fmt.Sprintf(`{"id":%d,"final_sku":"12E4-%d","name":"Cap with a logo, size %d","quantity":%d,"unit_price":"%d.%02d","total_price":"20.00",`+
			`"product_image":"https://images.example.com/%x/%x.png","options":[{"name":"Colour","value":"navy"},{"name":"Print","value":"front %d"}]}`,
			id*100+int64(n), id*31+int64(n), n, n%3+1, id%90, n, id*2654435761, id*40503, id%17)
	}
	return s + `],"metadata":[]}`
}

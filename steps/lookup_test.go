package steps_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

func TestLookup(t *testing.T) {
	for _, c := range []struct{ name, example string }{
		{"one key", `
steps:
  - {lookup: stock, read: other.rows, by: code, keys: record.sku}
  - map: {n: "${ stock[record.sku].n }"}
given: [{id: 1, sku: A}, {id: 2, sku: B}]
rows: [{code: B, n: 2}, {code: A, n: 1}]
expect: [{n: 1}, {n: 2}]`},
		{"keys that are numbers", `
steps:
  - {lookup: stock, read: other.rows, by: code, keys: record.sku}
  - map: {n: "${ stock[text(record.sku)].n }"}
given: [{id: 1, sku: 9007199254740993}]
rows: [{code: 9007199254740993, n: 1}, {code: 9007199254740992, n: 2}]
expect: [{n: 1}]`},
		{"no key", `
steps:
  - {lookup: stock, read: other.rows, by: code, keys: record.sku}
  - map: {n: "${ stock[\"x\"] == nil }"}
given: [{id: 1, sku: null}, {id: 2, sku: []}]
rows: [{code: null, n: 1}]
expect: [{n: true}, {n: true}]`},
		{"many rows with a key", `
steps:
  - {lookup: stock, read: other.rows, by: code, keys: record.skus, many: true}
  - map: {places: {each: record.skus as sku, map: "${ map(stock[sku] ?? [], .place) }"}}
given: [{id: 1, skus: [A, B, C]}]
rows: [{code: A, place: East}, {code: B, place: East}, {code: A, place: West}]
expect: [{places: [[East, West], [East], []]}]`},
		{"many rows where one is expected", `
steps:
  - {lookup: stock, read: other.rows, by: code, keys: record.sku}
  - map: {n: "${ stock[record.sku]?.n }"}
given: [{id: 1, sku: A}, {id: 2, sku: B}]
rows: [{code: A, n: 1}, {code: A, n: 2}, {code: B, n: 3}]
expect: [{n: 3}]
dead: [{key: 1, reason: "rows has 2 rows whose code is \"A\"; many: true takes them all"}]`},
		{"keys that fail", `
steps:
  - {lookup: stock, read: other.rows, by: code, keys: 1 / record.sku}
  - map: {n: "${ stock[\"1\"]?.n }"}
given: [{id: 1, sku: 0}, {id: 2, sku: 1}]
rows: [{code: 1, n: 7}]
expect: [{n: 7}]
dead: [{key: 1, reason: division by zero}]`},
	} {
		t.Run(c.name, func(t *testing.T) { steptest.New(t, steps.All(), c.example).Check() })
	}
}

const stock = `
steps:
  - {lookup: stock, read: other.STREAM, by: code, keys: record.skus, CACHE}
  - map: {n: {each: record.skus as sku, map: "${ stock[sku]?.n }"}}
given: [{id: 1, skus: [A, B]}, {id: 2, skus: [B, C]}]
rows: [{code: A, n: 1}, {code: B, n: 2}]
`

func stockTrial(t *testing.T, stream, cache string) *steptest.Trial {
	t.Helper()
	tr := steptest.New(t, steps.All(), strings.NewReplacer("STREAM", stream, "CACHE", cache).Replace(stock))
	if fs := tr.Findings(); len(fs) > 0 {
		t.Fatal(fs)
	}
	return tr
}

// asked gives the keys of the queries.
func asked(qs []step.Query) []string {
	var out []string
	for _, q := range qs {
		var keys []string
		for _, k := range q.Keys {
			keys = append(keys, k.String())
		}
		out = append(out, q.By+"="+strings.Join(keys, ","))
	}
	return out
}

func pass(t *testing.T, s step.Transform, in []*step.Record) {
	t.Helper()
	if _, err := s.Apply(context.Background(), in); err != nil {
		t.Fatal(err)
	}
}

// The keys of all records of a page are asked for together and once, also those
// that there is no row for; a stream that cannot be asked is read once.
func TestLookupAsksOnce(t *testing.T) {
	tr := stockTrial(t, "rows", "many: false")
	s := tr.Start(steptest.Noon)[0]
	pass(t, s, tr.Records())
	pass(t, s, tr.Records())
	tr.Given = append(tr.Given, `{"id": 3, "skus": ["D", "A"]}`)
	pass(t, s, tr.Records())
	steptest.Equal(t, "asked", asked(tr.Rows.Asked), []string{"code=A,B,C", "code=D"})

	tr = stockTrial(t, "every_row", "many: false")
	s = tr.Start(steptest.Noon)[0]
	pass(t, s, tr.Records())
	tr.Given = append(tr.Given, `{"id": 3, "skus": ["D", "A"]}`)
	pass(t, s, tr.Records())
	steptest.Equal(t, "asked of a stream that cannot be asked", asked(tr.Rows.Asked), []string{"="})
}

// Rows live for one run, or for as long as cache says.
func TestLookupCache(t *testing.T) {
	for _, c := range []struct {
		cache string
		after time.Duration
		asks  int
	}{
		{"many: false", time.Second, 2},
		{"cache: 10m", 9 * time.Minute, 1},
		{"cache: 10m", 10 * time.Minute, 2},
	} {
		tr := stockTrial(t, "rows", c.cache)
		pass(t, tr.Start(steptest.Noon)[0], tr.Records())
		pass(t, tr.Start(steptest.Noon.Add(c.after))[0], tr.Records())
		if got := len(tr.Rows.Asked); got != c.asks {
			t.Errorf("%s, after %v: asked %d times, want %d", c.cache, c.after, got, c.asks)
		}
	}
}

func TestLookupFails(t *testing.T) {
	tr := stockTrial(t, "rows", "many: false")
	tr.Rows.Err = errors.New("the vendor is down")
	_, err := tr.Start(steptest.Noon)[0].Apply(context.Background(), tr.Records())
	if err == nil || err.Error() != "steps[0].lookup: the vendor is down" {
		t.Errorf("got %v", err)
	}
	tr.Rows.Err, tr.Rows.JSON = nil, []string{`{"code": `}
	_, err = tr.Start(steptest.Noon)[0].Apply(context.Background(), tr.Records())
	if err == nil || !strings.HasPrefix(err.Error(), "steps[0].lookup: a row of rows: ") {
		t.Errorf("got %v", err)
	}
}

// Several goroutines may use the rows at once.
func TestLookupAtOnce(t *testing.T) {
	tr := stockTrial(t, "rows", "cache: 1h")
	s := tr.Start(steptest.Noon)
	var wg sync.WaitGroup
	for range 4 {
		in := tr.Records()
		wg.Go(func() {
			out := in
			var err error
			for _, tf := range s {
				if out, err = tf.Apply(context.Background(), out); err != nil {
					t.Error(err)
				}
			}
			if len(out) != 2 {
				t.Errorf("%d records came out", len(out))
			}
		})
	}
	wg.Wait()
}

package read_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/rest"
)

// shop is a vendor whose records change while they are listed. It lists them
// the newest first by pages, or sorted by their last change by offset.
type shop struct {
	mu         sync.Mutex
	records    map[int]time.Time // the last change of each
	next       int
	exclusive  bool // the ends of ranges are not included
	ascending  bool
	vendorSize int                  // the most rows of a page
	most       int                  // the most rows of all pages; 0 for all
	slow       func() time.Duration // how long a request takes to arrive
	disturb    func(s *shop)        // happens before a request is handled
}

type shopRow struct {
	ID      int    `json:"id"`
	Updated string `json:"updated_at"`
}

// touch changes a record now; vendors stamp whole seconds.
func (s *shop) touch(id int) { s.records[id] = time.Now().UTC().Truncate(time.Second) }

func (s *shop) add() { s.next++; s.touch(s.next) }

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.slow != nil {
		time.Sleep(s.slow())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.disturb != nil {
		s.disturb(s)
	}
	q := r.URL.Query()
	from, _ := time.Parse(time.RFC3339, q.Get("from"))
	to, err := time.Parse(time.RFC3339, q.Get("to"))
	if err != nil {
		http.Error(w, `{"message":"to is missing"}`, http.StatusUnprocessableEntity)
		return
	}
	in := func(t time.Time) bool {
		if s.exclusive {
			return t.After(from) && t.Before(to)
		}
		return !t.Before(from) && !t.After(to)
	}
	ids := slices.DeleteFunc(slices.Collect(maps.Keys(s.records)), func(id int) bool { return !in(s.records[id]) })
	slices.SortFunc(ids, func(a, b int) int {
		if s.ascending {
			return cmp.Or(s.records[a].Compare(s.records[b]), cmp.Compare(a, b))
		}
		return cmp.Compare(b, a)
	})
	if s.most > 0 {
		ids = ids[:min(len(ids), s.most)]
	}
	size, _ := strconv.Atoi(q.Get("size"))
	size = min(size, s.vendorSize)
	offset, _ := strconv.Atoi(q.Get("offset"))
	if p, _ := strconv.Atoi(q.Get("page")); p > 1 {
		offset = (p - 1) * size
	}
	rows := []shopRow{}
	for _, id := range ids[min(offset, len(ids)):min(offset+size, len(ids))] {
		rows = append(rows, shopRow{id, s.records[id].Format(time.RFC3339)})
	}
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if err := json.NewEncoder(w).Encode(map[string]any{"rows": rows, "meta": map[string]any{"total": strconv.Itoa(len(ids))}}); err != nil {
		panic(err)
	}
}

// shopFile is a connector for a shop.
func shopFile(sorted, pages, extra string) string {
	return fmt.Sprintf(`
connector: shop
summary: A shop.
base_url: http://shop.test
shapes:
  row: {id: int, updated_at: time}
reads:
  rows:
    record: row
    key: id
    get: /rows
    cursor: {field: updated_at, from: from, to: to, sorted: %s, overlap: 5s%s}
    pages: {kind: %s, size: {param: size, max: 3}, total: meta.total}
    records: rows
`, sorted, extra, pages)
}

// follow reads the stream again and again from its cursor, and keeps what was
// handed on: the version of each record that was last seen.
type follow struct {
	a      *steptest.Account
	cursor []byte
	seen   map[string]string
	count  int
}

func (f *follow) run() error {
	pages, err := f.a.Pages("rows", step.Query{Cursor: f.cursor})
	for _, p := range pages {
		for _, r := range p.Records {
			f.seen[r.Key] = r.Version
			f.count++
		}
		if p.Cursor != nil {
			f.cursor = p.Cursor
		}
	}
	return err
}

// missing lists the records whose last change was not seen.
func (f *follow) missing(s *shop) []string {
	var out []string
	for id, t := range s.records {
		if f.seen[strconv.Itoa(id)] != t.Format(time.RFC3339) {
			out = append(out, fmt.Sprintf("%d at %s", id, t.Format(time.TimeOnly)))
		}
	}
	slices.Sort(out)
	return out
}

// TestNothingIsLost reads shops whose records change at any moment while they
// are read, and sees that no change is missed. It is the invariant on which
// everything else rests.
func TestNothingIsLost(t *testing.T) {
	files := map[string]string{
		"pages, newest first":  shopFile("id descending", "number, param: page", ""),
		"pages, short windows": shopFile("id descending", "number, param: page", ", window: 60s"),
		"cut listings":         shopFile("id descending", "number, param: page, most: 20", ""),
		"offsets, no order":    shopFile("id ascending", "offset, param: offset", ""),
		"read on by time":      shopFile("updated_at ascending", "offset, param: offset", ""),
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			l := steptest.Connector(t, rest.Engine{}, file)
			rapid.Check(t, func(rt *rapid.T) {
				seed := rapid.Uint64().Draw(rt, "seed")
				exclusive := rapid.Bool().Draw(rt, "exclusive")
				size := rapid.IntRange(1, 4).Draw(rt, "size")
				start := rapid.IntRange(0, 30).Draw(rt, "records")
				busy := rapid.IntRange(0, 3).Draw(rt, "busy")
				var lost []string
				var failed error
				synctest.Test(t, func(t *testing.T) {
					s := &shop{records: map[int]time.Time{}, exclusive: exclusive, vendorSize: size, ascending: name == "read on by time"}
					if name == "cut listings" {
						s.most = 20
					}
					random := lcg(seed)
					for range start {
						s.add()
						time.Sleep(time.Duration(random(40)) * time.Second)
					}
					s.slow = func() time.Duration { return time.Duration(random(1500)) * time.Millisecond }
					s.disturb = func(s *shop) {
						for range random(busy + 1) {
							if s.next == 0 || random(4) == 0 {
								s.add()
							} else {
								s.touch(1 + random(s.next))
							}
						}
					}
					f := &follow{a: steptest.Dial(t, l, &steptest.Vendor{Handler: s}), seen: map[string]string{}}
					for range 4 {
						if err := f.run(); err != nil {
							t.Logf("a run failed, as it may: %v", err)
						}
						time.Sleep(time.Duration(random(60)) * time.Second)
					}
					s.disturb = nil
					time.Sleep(time.Minute)
					failed = f.run()
					lost = f.missing(s)
				})
				if failed != nil && strings.Contains(failed.Error(), "too short a time to be cut in two") {
					return // nothing is lost without a word: the cursor stays before it
				}
				if failed != nil || len(lost) > 0 {
					rt.Fatalf("lost %v; the last run: %v", lost, failed)
				}
			})
		})
	}
}

// TestCut holds that a vendor which lists only so many records is asked for
// shorter stretches of time, and that it is said where that cannot be.
func TestCut(t *testing.T) {
	file := shopFile("id descending", "number, param: page, most: 6", "")
	plain := strings.Replace(file, "cursor: {field: updated_at, from: from, to: to, sorted: id descending, overlap: 5s}",
		`query: {to: "2100-01-01T00:00:00Z"}`, 1)
	for _, tt := range []struct {
		name, file string
		apart      time.Duration
		want       int
		cut, err   string
	}{
		{"in parts", file, time.Minute, 20, "", ""},
		{"all at once", file, 0, 0, "", "the vendor lists no more than 6 records, and there are as many that changed between "},
		{"without a cursor", plain, time.Minute, 6, "the vendor lists no more than 6 records", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &shop{records: map[int]time.Time{}, vendorSize: 3, most: 6}
			for range 20 {
				s.add()
				time.Sleep(tt.apart)
			}
			time.Sleep(time.Minute)
			seen, cut := map[string]bool{}, ""
			err := dial(t, tt.file, &steptest.Vendor{Handler: s}).Source("rows", step.HTTPReadOptions{}).
				Read(t.Context(), step.Query{Now: time.Now()}, func(p step.Page) error {
					for _, r := range p.Records {
						seen[r.Key] = true
					}
					cut = p.Cut
					return nil
				})
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) || len(seen) != tt.want || cut != tt.cut {
				t.Errorf("%s: %d records, cut %q, %v", tt.name, len(seen), cut, err)
			}
		})
	}
}

// lcg is a source of small numbers below n that is the same for a seed.
func lcg(seed uint64) func(n int) int {
	var mu sync.Mutex
	return func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		seed = seed*6364136223846793005 + 1442695040888963407
		if n < 1 {
			return 0
		}
		return int((seed >> 33) % uint64(n))
	}
}

// TestPageShift shows the hazard itself: a record that changes while the first
// page is worked on shifts the next page, and the one that slipped is seen all
// the same.
func TestPageShift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{records: map[int]time.Time{}, vendorSize: 3}
		for range 7 {
			s.add()
			time.Sleep(time.Minute)
		}
		requests := 0
		s.slow = func() time.Duration { return 2 * time.Second }
		s.disturb = func(s *shop) {
			if requests++; requests == 2 {
				s.touch(6)
			}
		}
		v := &steptest.Vendor{Handler: s}
		f := &follow{a: dial(t, shopFile("id descending", "number, param: page", ""), v), seen: map[string]string{}}
		if err := f.run(); err != nil {
			t.Fatal(err)
		}
		first := len(v.Requests)
		if first <= 3 {
			t.Errorf("the listing changed and was read once: %v", v.Requests)
		}
		if f.count != 7 {
			t.Errorf("%d records were handed on, want 7", f.count)
		}
		if f.cursor == nil {
			t.Error("there is no cursor")
		}
		time.Sleep(time.Minute)
		if err := f.run(); err != nil {
			t.Fatal(err)
		}
		if lost := f.missing(s); len(lost) > 0 {
			t.Errorf("lost %v", lost)
		}
	})
}

// TestUnsteady holds that a listing which never holds still is not taken for
// read: the cursor stays.
func TestUnsteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Minute)
		var flip atomic.Int32
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := flip.Add(1)
			fmt.Fprintf(w, `{"rows":[{"id":%d,"updated_at":"2026-01-01T00:00:00Z"}],"meta":{"total":%d}}`, n, 6+n%2)
		})
		a := dial(t, shopFile("id descending", "number, param: page", ""), &steptest.Vendor{Handler: h})
		pages, err := a.Pages("rows", step.Query{})
		if err == nil {
			t.Fatal("no error")
		}
		for _, p := range pages {
			if p.Cursor != nil {
				t.Errorf("the cursor moved: %s", p.Cursor)
			}
		}
	})
}

// TestCursor holds where reading begins and what cursor it leaves.
func TestCursor(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	now := at("2026-03-04T12:00:00Z")
	tests := []struct {
		name   string
		q      step.Query
		lag    time.Duration
		from   string // of the first request
		to     string
		date   string // the vendor's clock
		cursor string
		cut    string
	}{
		{"from the beginning", step.Query{}, 0, "", "2026-03-04T12:00:00Z", "", "2026-03-04T12:00:00Z", ""},
		{"since", step.Query{Since: at("2026-01-01T00:00:00Z")}, 0, "2026-01-01T00:00:00Z", "2026-03-04T12:00:00Z", "", "2026-03-04T12:00:00Z", ""},
		{"the connector's overlap", step.Query{Cursor: []byte(`{"until":"2026-03-04T11:00:00Z"}`)}, 0,
			"2026-03-04T10:59:55Z", "2026-03-04T12:00:00Z", "", "2026-03-04T12:00:00Z", ""},
		{"the pipeline's overlap", step.Query{Cursor: []byte(`{"until":"2026-03-04T11:00:00Z"}`), Overlap: 10 * time.Minute}, 0,
			"2026-03-04T10:50:00Z", "2026-03-04T12:00:00Z", "", "2026-03-04T12:00:00Z", ""},
		{"not before since", step.Query{Cursor: []byte(`{"until":"2026-03-04T11:00:00Z"}`), Since: at("2026-03-04T11:30:00Z")}, 0,
			"2026-03-04T11:30:00Z", "2026-03-04T12:00:00Z", "", "2026-03-04T12:00:00Z", ""},
		{"a lag", step.Query{Since: at("2026-01-01T00:00:00Z")}, 30 * time.Minute,
			"2026-01-01T00:00:00Z", "2026-03-04T11:30:00Z", "", "2026-03-04T11:30:00Z", ""},
		{"the vendor's clock is behind", step.Query{}, 0, "", "2026-03-04T12:00:00Z",
			"Wed, 04 Mar 2026 11:58:00 GMT", "2026-03-04T11:58:00Z", ""},
		{"the vendor's clock is ahead", step.Query{}, 0, "", "2026-03-04T12:00:00Z",
			"Wed, 04 Mar 2026 12:02:00 GMT", "2026-03-04T12:00:00Z", ""},
		{"nothing new yet", step.Query{Since: at("2026-03-04T12:00:00Z")}, 0, "", "", "", "", ""},
		{"not yet since", step.Query{Since: at("2026-03-05T12:00:00Z")}, 0, "", "", "", "", ""},
		{"nothing new behind a lag", step.Query{Cursor: []byte(`{"until":"2026-03-04T11:59:00Z"}`)}, 30 * time.Minute, "", "", "", "", ""},
		{"the own clock was set back", step.Query{Cursor: []byte(`{"until":"2026-03-04T13:00:00Z"}`)}, 0, "", "", "", "",
			"the clock of this machine says 2026-03-04T12:00:00Z, and an earlier run has read on from 2026-03-04T12:59:55Z already"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var from, to string
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				from, to = r.URL.Query().Get("from"), r.URL.Query().Get("to")
				if tt.date != "" {
					w.Header().Set("Date", tt.date)
				}
				fmt.Fprint(w, `{"rows":[],"meta":{"total":0}}`)
			})
			a := dial(t, shopFile("id descending", "number, param: page", ""), &steptest.Vendor{Handler: h})
			tt.q.Now = now
			var cursor, cut string
			err := a.Source("rows", step.HTTPReadOptions{Lag: step.Duration(tt.lag)}).Read(t.Context(), tt.q, func(p step.Page) error {
				if p.Cursor != nil {
					cursor = string(p.Cursor)
				}
				cut = p.Cut
				return nil
			})
			want := tt.cursor
			if want != "" {
				want = `{"until":"` + want + `"}`
			}
			if err != nil || from != tt.from || to != tt.to || cursor != want || cut != tt.cut {
				t.Errorf("read from %q to %q, left %s, cut %q (%v); want from %q to %q, left %s", from, to, cursor, cut, err, tt.from, tt.to, want)
			}
		})
	}
	a := dial(t, shopFile("id descending", "number, param: page", ""), &steptest.Vendor{Handler: steptest.Answer(200, `{}`)})
	if _, err := a.Pages("rows", step.Query{Cursor: []byte("x")}); err == nil {
		t.Error("a broken cursor was taken")
	}
}

// TestUnsorted holds that a vendor whose listing is not sorted as the
// description says is noticed.
func TestUnsorted(t *testing.T) {
	h := steptest.Answer(200, `{"rows":[{"id":1,"updated_at":"2026-01-02T00:00:00Z"},{"id":2,"updated_at":"2026-01-01T00:00:00Z"}],"meta":{"total":2}}`)
	a := dial(t, shopFile("updated_at ascending", "offset, param: offset", ""), &steptest.Vendor{Handler: h})
	if _, err := a.Pages("rows", step.Query{}); err == nil {
		t.Error("no error")
	}
}

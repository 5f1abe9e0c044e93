package file

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// writing is a file that is written to, as Bind would make it.
func writing(path string, o Write) *sink {
	o.Header = true
	format, _ := formatOf(path)
	s := &sink{location: location{path: path, name: filepath.Base(path), format: format, gzip: strings.HasSuffix(path, ".gz")}, options: &o}
	if format == "csv" {
		s.csv = newCSVRows(&o, ',')
	}
	return s
}

func deliver(key, body string) *step.Delivery {
	v, err := item.FromJSON([]byte(body))
	if err != nil {
		panic(err)
	}
	return &step.Delivery{Key: key, Out: v, Body: []byte(body), Idempotency: key}
}

// content returns what is in a file, decompressed.
func content(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return string(data)
}

func closed(t testing.TB, s *sink) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestWrite holds what is written, and that a second run adds to it.
func TestWrite(t *testing.T) {
	tests := []struct {
		name, file, before string
		o                  Write
		want               string
	}{
		{"lines", "a.ndjson", "", Write{}, "{\"id\":9007199254740993,\"price\":20.00}\n{\"id\":2}\n"},
		{"after a line without an end", "a.ndjson", "{}", Write{}, "{}\n{\"id\":9007199254740993,\"price\":20.00}\n{\"id\":2}\n"},
		{"after a line with an end", "a.ndjson", "{}\n", Write{}, "{}\n{\"id\":9007199254740993,\"price\":20.00}\n{\"id\":2}\n"},
		{"compressed", "a.ndjson.gz", "{}\n", Write{}, "{}\n{\"id\":9007199254740993,\"price\":20.00}\n{\"id\":2}\n"},
		{"rows", "a.csv", "", Write{}, "id,price\n9007199254740993,20.00\n2,\n"},
		{"rows to those that are there", "a.csv", "price,id\n1,\"a,b\"", Write{}, "price,id\n1,\"a,b\"\n20.00,9007199254740993\n,2\n"},
		{"rows compressed", "a.csv.gz", "price,id\n", Write{}, "price,id\n20.00,9007199254740993\n,2\n"},
		{"columns", "a.csv", "", Write{Columns: []string{"x", "price", "id"}}, "x,price,id\n,20.00,9007199254740993\n,,2\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.file)
			if tt.before != "" {
				write(t, path, tt.before)
			}
			for _, d := range []*step.Delivery{deliver("a", `{"id":9007199254740993,"price":20.00}`), deliver("b", `{"id":2}`)} {
				s := writing(path, tt.o)
				r := s.Write(t.Context(), []*step.Delivery{d})[0]
				if r.State != step.Sent || !strings.HasPrefix(r.Reference, tt.file+":") {
					t.Errorf("%+v", r)
				}
				closed(t, s)
				closed(t, s)
			}
			if got := content(t, path); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestCells holds how values are written in CSV.
func TestCells(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	s := writing(path, Write{})
	defer closed(t, s)
	results := s.Write(t.Context(), []*step.Delivery{
		deliver("1", `{"a":"x\"y","b":null,"c":{"d":[1]},"e":true}`),
		deliver("2", `{"a":"line\nbreak"}`),
		deliver("3", `{"z":1}`),
		deliver("4", `[1]`),
		deliver("5", `{"e":false}`),
	})
	want := "a,b,c,e\n\"x\"\"y\",,\"{\"\"d\"\":[1]}\",true\n\"line\nbreak\",,,\n,,,false\n"
	if got := content(t, path); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, state := range []step.State{step.Sent, step.Sent, step.Refused, step.Refused, step.Sent} {
		if results[i].State != state {
			t.Errorf("record %d: %+v", i+1, results[i])
		}
	}
	if !strings.Contains(results[2].Err.Error(), `a.csv: the file has no column "z"`) {
		t.Error(results[2].Err)
	}
}

// TestWriteTrouble holds what is said about files that cannot be written.
func TestWriteTrouble(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "other.csv"), "x,y\n")
	dry := writing(filepath.Join(dir, "dry.ndjson"), Write{})
	dry.dry = true
	for name, s := range map[string]*sink{
		"no such file or directory": writing(filepath.Join(dir, "none", "a.ndjson"), Write{}),
		"is a directory":            writing(dir, Write{}),
		`has the columns`:           writing(filepath.Join(dir, "other.csv"), Write{Columns: []string{"x"}}),
		"dry run":                   dry,
	} {
		r := s.Write(t.Context(), []*step.Delivery{deliver("a", `{"x":1}`)})[0]
		_, fatal := errors.AsType[*step.FatalError](r.Err)
		if r.State != step.Retry || !fatal || !strings.Contains(r.Err.Error(), name) || strings.Contains(r.Err.Error(), dir) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "dry.ndjson")); err == nil {
		t.Error("a dry run made a file")
	}
	s := writing(filepath.Join(dir, "b.ndjson"), Write{})
	defer closed(t, s)
	r := s.Write(t.Context(), []*step.Delivery{{Key: "a", Body: []byte("{\n}")}, deliver("b", `{}`)})
	if r[0].State != step.Refused || r[1].State != step.Sent || content(t, s.path) != "{}\n" {
		t.Errorf("%+v", r)
	}
}

// TestStandardOutput holds that it is written to, and cannot be looked at.
func TestStandardOutput(t *testing.T) {
	var out bytes.Buffer
	s := writing(standard, Write{})
	s.stdout = &out
	if r := s.Write(t.Context(), []*step.Delivery{deliver("a", `{"x":1}`)})[0]; r.State != step.Sent || out.String() != "{\"x\":1}\n" || s.file != nil {
		t.Errorf("%+v, %q", r, out.String())
	}
	if r := s.Find(t.Context(), deliver("a", `{"x":1}`)); r.State != step.Unknown {
		t.Errorf("%+v", r)
	}
}

// TestFindWritten holds that records with the same bytes are told apart, and
// those found that take less room in the file than they have bytes.
func TestFindWritten(t *testing.T) {
	for _, name := range []string{"a.ndjson", "a.ndjson.gz", "a.csv"} {
		path := filepath.Join(t.TempDir(), name)
		s := writing(path, Write{})
		body := `{"a":"` + strings.Repeat("x", 1000) + `"}`
		first, second := deliver("1", body), deliver("2", body)
		sent := s.Write(t.Context(), []*step.Delivery{first})[0]
		closed(t, s)
		s = writing(path, Write{})
		if r := s.Find(t.Context(), first); r.State != step.Sent || r.Reference != sent.Reference {
			t.Errorf("%s: the first is %+v, was %+v", name, r, sent)
		}
		if r := s.Find(t.Context(), second); r.State != step.Absent {
			t.Errorf("%s: the second is %+v", name, r)
		}
		closed(t, s)
	}
}

// TestFindAfterMoreRuns holds that what runs wrote is found by those that write
// and by later ones, and that an entry which lacks but its last byte is none.
func TestFindAfterMoreRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ndjson")
	var journal string
	runs := func(keys ...string) {
		t.Helper()
		s := writing(path, Write{})
		defer closed(t, s)
		for _, key := range keys {
			if r := s.Write(t.Context(), []*step.Delivery{deliver(key, `{}`)})[0]; r.State != step.Sent {
				t.Fatalf("%+v", r)
			}
			if r := s.Find(t.Context(), deliver(key, `{}`)); r.State != step.Sent {
				t.Errorf("%s, which was just written, is %+v", key, r)
			}
		}
		journal = s.journal.path
	}
	runs("1", "2")
	runs("3")
	size := sizeOf(path)
	runs("4")
	if err := errors.Join(os.Truncate(journal, sizeOf(journal)-1), os.Truncate(path, size)); err != nil {
		t.Fatal(err)
	}
	runs("5")
	s := writing(path, Write{})
	defer closed(t, s)
	for key, want := range map[string]step.State{"1": step.Sent, "2": step.Sent, "3": step.Sent, "4": step.Absent, "5": step.Sent} {
		if r := s.Find(t.Context(), deliver(key, `{}`)); r.State != want {
			t.Errorf("%s is %+v", key, r)
		}
	}
}

// TestKilledAnywhere ends runs at any byte that they write, whether to the file
// or to its journal, and does what the next run does: it looks every record up
// and writes those that are absent. Each is in the file once.
func TestKilledAnywhere(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		name := rapid.SampledFrom([]string{"a.ndjson", "a.ndjson.gz", "a.csv"}).Draw(rt, "file")
		path := filepath.Join(dir, fmt.Sprint(n), name)
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			rt.Fatal(err)
		}
		var all []*step.Delivery
		for i := range rapid.IntRange(1, 12).Draw(rt, "records") {
			all = append(all, deliver(fmt.Sprint(i), fmt.Sprintf(`{"n":%d,"pad":%q}`, i, strings.Repeat("x", rapid.IntRange(0, 40).Draw(rt, "pad")))))
		}
		pending := slices.Clone(all)
		for range rapid.IntRange(0, 5).Draw(rt, "kills") {
			pending = killed(t, rt, path, pending)
		}
		s := writing(path, Write{})
		defer closed(t, s)
		for _, d := range pending {
			if s.Find(t.Context(), d).State == step.Absent {
				if r := s.Write(t.Context(), []*step.Delivery{d})[0]; r.State != step.Sent {
					rt.Fatalf("%+v", r)
				}
			}
		}
		got := read(t, reading(path, Read{}), nil)
		seen := map[string]int{}
		for _, l := range got.lines {
			_, data, _ := strings.Cut(l, " ")
			v, err := item.FromJSON([]byte(data))
			if err != nil {
				rt.Fatalf("%s: %v", l, err)
			}
			seen[v.Member("n").String()]++
		}
		for i := range all {
			if seen[fmt.Sprint(i)] != 1 {
				rt.Fatalf("record %d is there %d times: %q", i, seen[fmt.Sprint(i)], got.lines)
			}
		}
	})
}

// killed writes records in batches as a run does that is killed somewhere: in
// the journal, in the file, or between the two. It returns the records whose
// outcome the run did not learn.
func killed(t *testing.T, rt *rapid.T, path string, pending []*step.Delivery) []*step.Delivery {
	s := writing(path, Write{})
	var absent []*step.Delivery
	for _, d := range pending {
		if s.Find(t.Context(), d).State == step.Absent {
			absent = append(absent, d)
		}
	}
	settled := rapid.IntRange(0, len(absent)).Draw(rt, "settled")
	for i := 0; i < settled; {
		size := min(rapid.IntRange(1, 3).Draw(rt, "batch"), settled-i)
		s.Write(t.Context(), absent[i:i+size])
		i += size
	}
	if settled == len(absent) {
		closed(t, s)
		return absent[settled:]
	}
	last := absent[settled:min(len(absent), settled+rapid.IntRange(1, 3).Draw(rt, "last"))]
	before, journal := s.size, s.journal.size
	s.Write(t.Context(), last)
	closed(t, s)
	// The run was killed while it wrote the last batch: take off its end.
	if rapid.Bool().Draw(rt, "in the journal") {
		truncate(rt, path, before)
		truncate(rt, s.journal.path, rapid.Int64Range(journal, sizeOf(s.journal.path)).Draw(rt, "journal"))
	} else {
		truncate(rt, path, rapid.Int64Range(before, sizeOf(path)).Draw(rt, "size"))
	}
	return absent[settled:]
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func truncate(rt *rapid.T, path string, size int64) {
	if err := os.Truncate(path, size); err != nil && !errors.Is(err, os.ErrNotExist) {
		rt.Fatal(err)
	}
}

// TestJournalStaysSmall holds that the journal forgets what is long past, and
// that the last entries are there when it was just written anew.
func TestJournalStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ndjson")
	s := writing(path, Write{})
	var lasts []*step.Delivery
	for size, rewrites := int64(0), 0; rewrites < 2; {
		var ds []*step.Delivery
		for k := range 100 {
			ds = append(ds, deliver(fmt.Sprintf("key-%d-%d-%s", len(lasts), k, strings.Repeat("k", 40)), `{}`))
		}
		s.Write(t.Context(), ds)
		lasts = append(lasts, ds[99])
		was := size
		if size = sizeOf(s.journal.path); size < was {
			rewrites++
		}
		if size > maxJournal || len(s.journal.entries) > keptEntries {
			t.Fatalf("the journal has %d bytes and %d entries", size, len(s.journal.entries))
		}
	}
	closed(t, s)
	s = writing(path, Write{})
	defer closed(t, s)
	for _, d := range lasts[len(lasts)-keptEntries:] {
		if r := s.Find(t.Context(), d); r.State != step.Sent {
			t.Errorf("%s is %+v", d.Key, r)
		}
	}
	if n := len(s.journal.entries); n > keptEntries {
		t.Errorf("%d entries are read", n)
	}
}

// TestJournalFirst holds that nothing is written that the journal was not told
// of.
func TestJournalFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ndjson")
	s := writing(path, Write{})
	defer closed(t, s)
	if err := s.open(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.journal.path, 0o700); err != nil {
		t.Fatal(err)
	}
	if r := s.Write(t.Context(), []*step.Delivery{deliver("a", `{}`)})[0]; r.State != step.Retry || content(t, path) != "" {
		t.Errorf("%+v, and the file has %q", r, content(t, path))
	}
}

// TestBulk holds that records without an idempotency key, as in a pipeline
// without a ledger, leave no journal behind.
func TestBulk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ndjson")
	s := writing(path, Write{})
	s.Write(t.Context(), []*step.Delivery{{Body: []byte(`{}`)}, {Body: []byte(`{}`)}})
	closed(t, s)
	if n := sizeOf(s.journal.path); n != 0 || content(t, path) != "{}\n{}\n" {
		t.Errorf("journal of %d bytes, %q", n, content(t, path))
	}
}

func BenchmarkWrite(b *testing.B) {
	body := []byte(`{"id":1,"pad":"` + strings.Repeat("x", 1000) + `"}`)
	ds := make([]*step.Delivery, 400)
	for i := range ds {
		ds[i] = &step.Delivery{Body: body}
	}
	s := writing(filepath.Join(b.TempDir(), "a.ndjson"), Write{})
	defer closed(b, s)
	b.SetBytes(int64(len(ds) * (len(body) + 1)))
	b.ReportAllocs()
	for b.Loop() {
		s.Write(b.Context(), ds)
	}
}

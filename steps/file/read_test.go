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

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// reading is a file that is read, as Bind would make it.
func reading(path string, o Read) *source {
	if o.Empty == "" {
		o.Empty = "text"
	}
	delimiter := ','
	if o.Delimiter.Value != "" {
		delimiter = []rune(o.Delimiter.Value)[0]
	}
	format := o.Format
	if format == "" {
		format, _ = formatOf(path)
	}
	name := filepath.Base(path)
	return &source{location: location{path: path, name: name, format: format, gzip: strings.HasSuffix(path, ".gz")}, options: &o, delimiter: delimiter}
}

// result is what was read: a line for each record, and the last cursor.
type result struct {
	lines  []string
	cursor []byte
}

func read(t testing.TB, s *source, cursor []byte) result {
	t.Helper()
	r, err := tryRead(t, s, cursor)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tryRead(t testing.TB, s *source, cursor []byte) (result, error) {
	out := result{cursor: cursor}
	err := s.Read(t.Context(), step.Query{Cursor: cursor}, func(p step.Page) error {
		for _, r := range p.Records {
			line := r.Key + " " + string(r.Data)
			if r.Err != nil {
				line = r.Key + " ERROR " + r.Err.Error()
			}
			out.lines = append(out.lines, line)
		}
		if p.Cursor != nil {
			out.cursor = p.Cursor
		}
		return nil
	})
	return out, err
}

// put writes a file and returns its path.
func put(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	write(t, path, content)
	return path
}

func write(t testing.TB, path, content string) {
	t.Helper()
	data := []byte(content)
	if strings.HasSuffix(path, ".gz") {
		var buf bytes.Buffer
		w := gzip.NewWriter(&buf)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data = buf.Bytes()
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRead holds what is read from each kind of file.
func TestRead(t *testing.T) {
	tests := []struct {
		name, file, content string
		o                   Read
		want                []string
	}{
		{"lines", "a.ndjson", "{\"id\":9007199254740993}\n{\"b\": 2.00}\n", Read{}, []string{`a.ndjson:1 {"id":9007199254740993}`, `a.ndjson:2 {"b": 2.00}`}},
		{"blank lines, CRLF and a mark", "a.jsonl", "\uFEFF{\"a\":1}\r\n\r\n  \n{\"a\":2}\r\n", Read{}, []string{`a.jsonl:1 {"a":1}`, `a.jsonl:4 {"a":2}`}},
		{"no end of the last line", "a.ndjson", "{}\n[1]", Read{}, []string{`a.ndjson:1 {}`, `a.ndjson:2 [1]`}},
		{"a bad line stays where it is", "a.ndjson", "{}\n{oops\n{}\n", Read{}, []string{`a.ndjson:1 {}`, `a.ndjson:2 {oops`, `a.ndjson:3 {}`}},
		{"nothing", "a.ndjson", "", Read{}, nil},
		{"blanks alone", "a.ndjson", "\n \n", Read{}, nil},
		{"compressed", "a.ndjson.gz", "{\"a\":1}\n", Read{}, []string{`a.ndjson.gz:1 {"a":1}`}},

		{"columns", "a.csv", "code,qty,note\n12E4,0012,\"a, \"\"b\"\"\nc\"\nX,1,\n", Read{},
			[]string{`a.csv:2 {"code":"12E4","qty":"0012","note":"a, \"b\"\nc"}`, `a.csv:4 {"code":"X","qty":"1","note":""}`}},
		{"nulls", "a.csv", "a,b\n,x\n", Read{Empty: "null"}, []string{`a.csv:2 {"a":null,"b":"x"}`}},
		{"semicolons and a mark", "a.csv", "\uFEFFa;b\n1;2", Read{Delimiter: diag.Text{Value: ";"}}, []string{`a.csv:2 {"a":"1","b":"2"}`}},
		{"tabs", "a.tsv", "a\tb\n1\t2\n", Read{Delimiter: diag.Text{Value: "\t"}}, []string{`a.tsv:2 {"a":"1","b":"2"}`}},
		{"names given", "a.csv", "1,2\n", Read{Columns: []string{"x", "y"}}, []string{`a.csv:1 {"x":"1","y":"2"}`}},
		{"bad rows", "a.csv", "a,b\n1\n1,2,3\n4,5\n6,x\"y\n7,\xff\n8,9\n", Read{}, []string{
			"a.csv:2 ERROR a.csv:2: the row has 1 columns, not 2", "a.csv:3 ERROR a.csv:3: the row has 3 columns, not 2",
			`a.csv:4 {"a":"4","b":"5"}`, `a.csv:5 ERROR a.csv:5: bare " in non-quoted-field`,
			`a.csv:6 ERROR a.csv:6: the column "b" is not UTF-8`, `a.csv:7 {"a":"8","b":"9"}`,
		}},
		{"header alone", "a.csv", "a,b\n", Read{}, nil},
		{"nothing in CSV", "a.csv", "", Read{}, nil},

		{"a list", "a.json", " [ {\"a\": 1}, 2.50 , [3]\n] ", Read{}, []string{`a.json:1 {"a": 1}`, `a.json:2 2.50`, `a.json:3 [3]`}},
		{"a list inside", "a.json", `{"x":[9],"data":{"y":1,"rows":[{"a":1}]},"z":2}`, readMember("data.rows"), []string{`a.json:1 {"a":1}`}},
		{"one object", "a.json", `{"a":1}`, Read{}, []string{`a.json:1 {"a":1}`}},
		{"nothing in JSON", "a.json", ` `, Read{}, nil},
		{"compressed JSON", "a.json.gz", `[1]`, Read{}, []string{`a.json.gz:1 1`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := read(t, reading(put(t, tt.file, tt.content), tt.o), nil)
			if !slices.Equal(got.lines, tt.want) {
				t.Errorf("got %q, want %q", got.lines, tt.want)
			}
		})
	}
}

func readMember(m string) Read {
	var r Read
	r.Member.Value = m
	return r
}

// TestReadTrouble holds what is said about files that cannot be read.
func TestReadTrouble(t *testing.T) {
	tests := []struct {
		name, file, content string
		o                   Read
		want                []string // read before the error
		says                string
	}{
		{"broken JSON", "a.json", `[{"a":1},{"a":}]`, Read{}, []string{`a.json:1 {"a":1}`}, "a.json: record 2: not valid JSON at byte 14"},
		{"no such member", "a.json", `{"a":{"b":1}}`, readMember("a.c"), nil, `a.json: there is no "a.c"`},
		{"not an object", "a.json", `[1]`, readMember("a"), nil, `a.json: there is no "a"`},
		{"a column twice", "a.csv", "a,a\n", Read{}, nil, `a.csv: two columns are called "a"`},
		{"a column without a name", "a.csv", "a,,b\n", Read{}, nil, `a.csv: column 2 has no name`},
		{"not compressed", "a.csv.gz", "", Read{}, nil, "not compressed by gzip"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, tt.file, tt.content)
			if tt.name == "not compressed" {
				if err := os.WriteFile(path, []byte("plain text"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := tryRead(t, reading(path, tt.o), nil)
			if err == nil || !strings.Contains(err.Error(), tt.says) || !slices.Equal(got.lines, tt.want) {
				t.Errorf("got %q and %v, want %q and %q", got.lines, err, tt.want, tt.says)
			}
		})
	}
	if _, err := tryRead(t, reading(filepath.Join(t.TempDir(), "none.csv"), Read{}), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := tryRead(t, reading(t.TempDir(), Read{Format: "csv"}), nil); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
	stop := errors.New("stop")
	err := reading(put(t, "a.ndjson", "{}\n"), Read{}).Read(t.Context(), step.Query{}, func(step.Page) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want the page's own error", err)
	}
}

// TestResume holds that a second run goes on where the first has stopped, and
// begins anew with another file.
func TestResume(t *testing.T) {
	long := strings.Repeat(`{"id":1,"pad":"`+strings.Repeat("x", 100)+"\"}\n", 100)
	tests := []struct {
		name, file, first, second string
		want                      []string
	}{
		{"nothing new", "a.ndjson", "{\"a\":1}\n", "{\"a\":1}\n", nil},
		{"a line more", "a.ndjson", "{\"a\":1}\n", "{\"a\":1}\n{\"a\":2}\n", []string{`a.ndjson:2 {"a":2}`}},
		{"many lines before", "a.ndjson", long, long + "{}\n", []string{"a.ndjson:101 {}"}},
		{"compressed", "a.ndjson.gz", long, long + "{}\n", []string{"a.ndjson.gz:101 {}"}},
		{"a torn line that is complete now", "a.ndjson", "{}\n{\"a\":1", "{}\n{\"a\":1}\n{\"a\":2}\n", []string{`a.ndjson:2 {"a":1}`, `a.ndjson:3 {"a":2}`}},
		{"a torn line still torn", "a.ndjson", "{}\n{\"a\":1}", "{}\n{\"a\":1}", nil},
		{"a line that got its end", "a.ndjson", "{}\n{\"a\":1}", "{}\n{\"a\":1}\n", []string{`a.ndjson:2 {"a":1}`}},
		{"another file", "a.ndjson", "{\"a\":1}\n", "{\"b\":1}\n{\"b\":2}\n", []string{`a.ndjson:1 {"b":1}`, `a.ndjson:2 {"b":2}`}},
		{"a shorter file", "a.ndjson", "{}\n{\"a\":1}\n", "{}\n", []string{`a.ndjson:1 {}`}},
		{"the same head, another tail", "a.ndjson", long + "{\"a\":1}\n", long + "{\"a\":2}\n{}\n", nil},
		{"rows", "a.csv", "a,b\n1,2\n", "a,b\n1,2\n3,4\n", []string{`a.csv:3 {"a":"3","b":"4"}`}},
		{"rows after a mark", "a.csv", "\uFEFFa,b\n1,2\n", "\uFEFFa,b\n1,2\n3,4\n", []string{`a.csv:3 {"a":"3","b":"4"}`}},
		{"a torn row", "a.csv", "a,b\n1,2\n3,\"4\n5", "a,b\n1,2\n3,\"4\n56\"\n", []string{`a.csv:3 {"a":"3","b":"4\n56"}`}},
		{"a row with lines in it", "a.csv", "a,b\n1,\"2\n3\"\n", "a,b\n1,\"2\n3\"\n4,5\n", []string{`a.csv:4 {"a":"4","b":"5"}`}},
		{"lists are read anew", "a.json", "[1]", "[1]", []string{"a.json:1 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, tt.file, tt.first)
			first := read(t, reading(path, Read{}), nil)
			write(t, path, tt.second)
			second := read(t, reading(path, Read{}), first.cursor)
			if tt.name == "the same head, another tail" {
				if len(second.lines) != 102 {
					t.Errorf("%d lines, want all 102", len(second.lines))
				}
				return
			}
			if !slices.Equal(second.lines, tt.want) {
				t.Errorf("got %q, want %q; the cursor was %s", second.lines, tt.want, first.cursor)
			}
			if third := read(t, reading(path, Read{}), second.cursor); tt.file != "a.json" && len(third.lines) > 0 {
				t.Errorf("a third run read %q again; the cursor was %s", third.lines, second.cursor)
			}
		})
	}
	if _, err := tryRead(t, reading(put(t, "a.csv", "a\n"), Read{}), []byte(`{"until":1}`)); err == nil {
		t.Error("a cursor of another kind was taken")
	}
}

// TestResumeAnywhere cuts files at any byte, reads, completes them and reads
// on: every record comes, in order, with its line.
func TestResumeAnywhere(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		var whole strings.Builder
		var want []string
		name := rapid.SampledFrom([]string{"a.ndjson", "a.ndjson.gz", "a.csv"}).Draw(rt, "file")
		csv := name == "a.csv"
		if csv {
			whole.WriteString("n,pad\n")
		}
		for i := range rapid.IntRange(1, 60).Draw(rt, "records") {
			pad := strings.Repeat("ü", rapid.IntRange(0, 300).Draw(rt, "pad"))
			line := i + 1
			if csv {
				fmt.Fprintf(&whole, "%d,%s\n", i, pad)
				line++
			} else {
				fmt.Fprintf(&whole, "{\"n\":\"%d\",\"pad\":%q}\n", i, pad)
			}
			want = append(want, fmt.Sprintf(`%s:%d {"n":"%d","pad":%q}`, name, line, i, pad))
		}
		path := filepath.Join(dir, name)
		cuts := rapid.SliceOfN(rapid.IntRange(0, whole.Len()), 0, 3).Draw(rt, "cuts")
		slices.Sort(cuts)
		last := map[string]string{}
		var cursor []byte
		for _, cut := range append(cuts, whole.Len()) {
			write(t, path, whole.String()[:cut])
			r, err := tryRead(t, reading(path, Read{}), cursor)
			if err != nil {
				if csv && cut < len("n,pad\n") {
					continue // a header that is cut is none
				}
				rt.Fatal(err)
			}
			cursor = r.cursor
			for _, l := range r.lines {
				key, _, _ := strings.Cut(l, " ")
				last[key] = l
			}
		}
		for _, w := range want {
			key, _, _ := strings.Cut(w, " ")
			if last[key] != w {
				rt.Fatalf("got %q, want %q (cut at %v)", last[key], w, cuts)
			}
		}
	})
}

// TestLargeFiles holds that chunks are cut at line ends, however long the lines
// are, and that records do not share memory across chunks.
func TestLargeFiles(t *testing.T) {
	var content strings.Builder
	var want []string
	for i := range 3000 {
		line := fmt.Sprintf(`{"n":%d,"pad":"%s"}`, i, strings.Repeat("x", (i*37)%3000))
		if i == 1500 {
			line = fmt.Sprintf(`{"n":%d,"pad":"%s"}`, i, strings.Repeat("y", 3<<20))
		}
		content.WriteString(line + "\n")
		want = append(want, fmt.Sprintf("a.ndjson:%d %s", i+1, line))
	}
	s := reading(put(t, "a.ndjson", content.String()), Read{})
	var raws []step.Raw
	pages := 0
	err := s.Read(t.Context(), step.Query{}, func(p step.Page) error {
		raws = append(raws, p.Records...)
		pages++
		return nil
	})
	if err != nil || len(raws) != len(want) || pages < 4 {
		t.Fatalf("%d records in %d pages, %v", len(raws), pages, err)
	}
	for i, r := range raws {
		if r.Key+" "+string(r.Data) != want[i] {
			t.Fatalf("record %d is %.80s", i, r.Data)
		}
		if cap(r.Data) != len(r.Data) {
			t.Fatal("a record can be appended to, over the next one")
		}
	}
}

// TestTooLong holds the bound on a line.
func TestTooLong(t *testing.T) {
	s := reading(standard, Read{Format: "ndjson"})
	s.name, s.stdin = "standard input", io.MultiReader(strings.NewReader("{}\n"), endless{})
	if _, err := tryRead(t, s, nil); err == nil || !strings.Contains(err.Error(), "standard input: line 2 is longer than 64 MiB") {
		t.Errorf("got %v", err)
	}
}

// TestTooLongRow has a quote that is never closed: the row is not kept in memory
// without end, and reading goes on at it once the file is mended.
func TestTooLongRow(t *testing.T) {
	s := reading(standard, Read{Format: "csv"})
	s.name, s.stdin = "standard input", io.MultiReader(strings.NewReader("a,b\n1,x\n2,\"y\n"), endless{})
	got, err := tryRead(t, s, nil)
	if err == nil || !strings.Contains(err.Error(), "standard input: the row that begins at line 3: it is longer than 64 MiB; most likely a quote in it is not closed") {
		t.Errorf("got %v", err)
	}
	if len(got.lines) != 1 {
		t.Errorf("got %.200q", got.lines)
	}
	s.stdin = io.MultiReader(strings.NewReader("a,\"b\n"), endless{})
	if _, err := tryRead(t, s, nil); err == nil || !strings.Contains(err.Error(), "the first line has no names of columns") {
		t.Errorf("got %v", err)
	}
}

// TestCutOff reads files of which gzip's end is missing, as while they are being
// copied: that is never taken for their end, and once they are whole each record
// has been read once.
func TestCutOff(t *testing.T) {
	var rows, lines strings.Builder
	for i := range 3000 {
		n := uint64(i+1) * 0x9e3779b97f4a7c15 // hardly compressible, so that it is cut within a row as well
		fmt.Fprintf(&rows, "\"%d\n%d\"\n", i, n)
		fmt.Fprintf(&lines, "{\"a\":\"%d\\n%d\"}\n", i, n)
	}
	for name, content := range map[string]string{
		"a.ndjson.gz": lines.String(), "a.csv.gz": "a\n" + rows.String(),
		"a.json.gz": "[" + strings.ReplaceAll(strings.TrimSpace(lines.String()), "\n", ",") + "]",
	} {
		path := put(t, name, content)
		want := read(t, reading(path, Read{}), nil).lines
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for size := 11; size < len(whole); size += 997 {
			if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := tryRead(t, reading(path, Read{}), nil)
			if err == nil {
				t.Fatalf("%s: %d of %d bytes are taken for all of it", name, size, len(whole))
			}
			if strings.Contains(fmt.Sprint(got.lines), "ERROR") {
				t.Errorf("%s: %d bytes: a row that is cut off is one of its own: %q", name, size, got.lines)
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			cursor := got.cursor
			rest := read(t, reading(path, Read{}), cursor).lines
			if cursor == nil {
				rest = append(got.lines[:0:0], rest...)
			} else {
				rest = append(got.lines, rest...)
			}
			if !slices.Equal(rest, want) {
				t.Errorf("%s: %d bytes and then all: got %q, want %q", name, size, rest, want)
			}
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestStandardInput holds that it is read like a file, without a cursor.
func TestStandardInput(t *testing.T) {
	for format, in := range map[string]string{"ndjson": "{\"a\":\"1\"}\n", "csv": "a\n1\n", "json": `[{"a":"1"}]`} {
		s := reading(standard, Read{Format: format})
		s.name, s.stdin = "standard input", strings.NewReader(in)
		r := read(t, s, nil)
		if len(r.lines) != 1 || !strings.HasSuffix(r.lines[0], ` {"a":"1"}`) || r.cursor != nil {
			t.Errorf("%s: got %q, %s", format, r.lines, r.cursor)
		}
	}
	var long strings.Builder
	long.WriteString("a\n")
	for i := range 5000 {
		fmt.Fprintln(&long, i)
	}
	s := reading(standard, Read{Format: "csv"})
	s.name, s.stdin = "standard input", strings.NewReader(long.String())
	if r := read(t, s, nil); len(r.lines) != 5000 || r.lines[4999] != `standard input:5001 {"a":"4999"}` {
		t.Errorf("%d lines", len(r.lines))
	}
}

// FuzzCSV reads any bytes as CSV: no panic, every record valid JSON, and each
// row either read or reported.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\uFEFFa\n\"x\ny\"\n", "a\n\"", "a;b\r\n;\r\n", "a\n\xff\n", "\n\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		s := reading(standard, Read{Format: "csv"})
		s.name, s.stdin = "in", strings.NewReader(content)
		err := s.Read(t.Context(), step.Query{}, func(p step.Page) error {
			for _, r := range p.Records {
				if r.Err != nil {
					continue
				}
				if v, err := item.FromJSON(r.Data); err != nil || v.Kind() != item.KindObject {
					t.Errorf("%q gave %q: %v", content, r.Data, err)
				}
			}
			return nil
		})
		_ = err // a file without a usable first line is refused
	})
}

func BenchmarkLines(b *testing.B) {
	line := `{"order_id":9007199254740993,"pad":"` + strings.Repeat("x", 2750) + "\"}\n"
	path := put(b, "a.ndjson", strings.Repeat(line, 20000))
	b.SetBytes(int64(len(line) * 20000))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		if err := reading(path, Read{}).Read(b.Context(), step.Query{}, func(p step.Page) error {
			n += len(p.Records)
			return nil
		}); err != nil || n != 20000 {
			b.Fatal(n, err)
		}
	}
}

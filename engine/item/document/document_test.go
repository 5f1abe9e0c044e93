package document

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/testdata/bench/orders"
	"pgregory.net/rapid"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct{ in, path, want string }{
		{`[1,{"a":[2,3]}, "x,]" ]`, "", `1|{"a":[2,3]}|"x,]"`},
		{`{"meta":{"orders":[9]},"orders":[ {"id":1} , {"id":2} ]}`, "orders", `{"id":1}|{"id":2}`},
		{`{"data":{"or\u0064ers":{"edges":[[]]}}}`, "data orders edges", `[]`},
		{`{"orders":[]}`, "orders", ""},
		{`{"orders":null}`, "orders", ""},
		{" [ ] ", "", ""},
	} {
		parts, err := Split([]byte(c.in), strings.Fields(c.path)...)
		var got []string
		for _, p := range parts {
			got = append(got, string(p))
		}
		if err != nil || strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q, %v", c.in, got, err)
		}
	}
	for _, c := range []struct{ in, path, want string }{
		{`{"orders":[1]}`, "items", "items: is missing"},
		{`{"data":{"orders":[1]}}`, "data items", "data.items: is missing"},
		{`{"data":[{"orders":[1]}]}`, "data orders", "data: expected object, got list"},
		{`{"orders":{"id":1}}`, "orders", "orders: expected list, got object"},
		{`"<html>"`, "", "expected list, got text"},
		{`<html>`, "orders", `not valid JSON at byte 1: expected a value, got "<"`},
		{`[1,2`, "", `not valid JSON at byte 5: expected "," or "]", but the text ends`},
		{`[{"a":1,"a":2}]`, "", "[0].a: is given twice"},
		{`[1] 2`, "", "not valid JSON at byte 5: more after the end of the value"},
	} {
		var path *item.PathError
		if _, err := Split([]byte(c.in), strings.Fields(c.path)...); !errors.As(err, &path) || err.Error() != c.want {
			t.Errorf("%s: %v", c.in, err)
		}
	}
}

func TestFind(t *testing.T) {
	in := []byte(` {"order": {"id": 1, "x" : [ 2 ] } } `)
	for path, want := range map[string]string{"": `{"order": {"id": 1, "x" : [ 2 ] } }`, "order": `{"id": 1, "x" : [ 2 ] }`, "order id": "1", "order x": "[ 2 ]"} {
		if got, err := Find(in, strings.Fields(path)...); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", path, got, err)
		}
	}
	for path, want := range map[string]string{"id": "id: is missing", "order id y": "order.id: expected object, got a number"} {
		if _, err := Find(in, strings.Fields(path)...); err == nil || err.Error() != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Find([]byte("{"), "a"); err == nil {
		t.Error("half a document")
	}
}

func TestHash(t *testing.T) {
	h := Hash([]byte(`{"id":1,"name":"a  b\" ","l":[1,2]}`))
	for _, same := range []string{`{ "id" : 1, "name":"a  b\" ","l":[1, 2]}`, "{\"id\":1,\n\"name\":\"a  b\\\" \",\t\"l\":[ 1,2 ]}\r\n"} {
		if Hash([]byte(same)) != h {
			t.Errorf("%s has another hash", same)
		}
	}
	for _, other := range []string{`{"id":1,"name":"a b\" ","l":[1,2]}`, `{"name":"a  b\" ","id":1,"l":[1,2]}`, `{"id":1,"name":"a  b\" ","l":[1,2.0]}`} {
		if Hash([]byte(other)) == h {
			t.Errorf("%s has the same hash", other)
		}
	}
}

// drain reads until the end.
func drain(next func() ([]byte, error)) ([]string, error) {
	var all []string
	for {
		part, err := next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, string(part))
	}
}

func TestLines(t *testing.T) {
	in := "\ufeff{\"a\":1}\r\n\n  \n{\"b\":\"é\"} \nlast"
	for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "bytewise": iotest.OneByteReader(strings.NewReader(in)), "with the end": iotest.DataErrReader(strings.NewReader(in))} {
		l := NewLines(r)
		got, err := drain(l.Next)
		if d := cmp.Diff([]string{`{"a":1}`, `{"b":"é"}`, "last"}, got); d != "" || err != nil || l.Line() != 5 {
			t.Errorf("%s: %v at line %d: %s", name, err, l.Line(), d)
		}
	}
	if got, err := drain(NewLines(strings.NewReader("")).Next); len(got) != 0 || err != nil {
		t.Error(got, err)
	}
	l := NewLines(io.MultiReader(strings.NewReader("1\n2\n3"), iotest.ErrReader(errors.New("the disk is gone"))))
	got, err := drain(l.Next)
	if len(got) != 2 || err == nil || err.Error() != "read line 3: the disk is gone" {
		t.Error(got, err)
	}
	if _, err := drain(NewLines(endless{}).Next); err == nil || err.Error() != "line 1 is longer than 64 MiB: is it NDJSON?" {
		t.Error(err)
	}
}

// endless is a file without a line end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestLinesStay sees that lines do not change when more are read.
func TestLinesStay(t *testing.T) {
	var in strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&in, "line %d %sx\n", i, strings.Repeat("x", i%97))
	}
	l := NewLines(iotest.HalfReader(strings.NewReader(in.String())))
	var lines [][]byte
	for {
		line, err := l.Next()
		if err != nil {
			break
		}
		lines = append(lines, line)
	}
	for i, line := range lines {
		if want := fmt.Sprintf("line %d %sx", i, strings.Repeat("x", i%97)); string(line) != want {
			t.Fatalf("line %d is %q", i, line)
		}
	}
	if len(lines) != 60_000 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestElements(t *testing.T) {
	for _, c := range []struct{ in, path, want, err string }{
		{`[1, {"a":2} ,[3]]`, "", `1|{"a":2}|[3]`, ""},
		{"\ufeff[1]", "", "1", ""},
		{"[]", "", "", ""},
		{`{"x":[0],"data":{"y":{},"orders":[{"a":1},{"a":2}]},"z":1}`, "data orders", `{"a":1}|{"a":2}`, ""},
		{`[1] 2`, "", "1", "not valid JSON at byte 4: more after the end of the value"},
		{`[1, x]`, "", "1", `not valid JSON at byte 5: invalid character 'x' at start of value`},
		{`[1, {"a":`, "", "1", "not valid JSON at byte 10: unexpected EOF"},
		{``, "", "", "not valid JSON: the text ends at byte 0, inside the document"},
		{`{"a":1}`, "", "", "expected list, got object"},
		{`{"a":1}`, "a", "", "a: expected list, got a number"},
		{`{"a":1}`, "b", "", "b: is missing"},
		{`{"a":[]}`, "a b", "", "a: expected object, got list"},
		{`[{"a":1,"a":2}]`, "", "", "[0].a: is given twice"},
	} {
		got, err := drain(NewElements(strings.NewReader(c.in), strings.Fields(c.path)...).Next)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if strings.Join(got, "|") != c.want || !strings.Contains(text, c.err) || (err == nil) != (c.err == "") {
			t.Errorf("%s: %q, %v", c.in, got, err)
		}
	}
	e := NewElements(io.MultiReader(strings.NewReader("[1,2"), iotest.ErrReader(errors.New("the disk is gone"))))
	if got, err := drain(e.Next); err == nil || !strings.Contains(err.Error(), "the disk is gone") {
		t.Error(got, err)
	}
}

// TestSplitAgrees sees that the two ways to take a list apart agree.
func TestSplitAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{`1`, `"a,b"`, `[1,[2]]`, `{"a":"}"}`, `{ "b" : [ ] }`, `null`, `"\""`, `"\\"`})
		in := "[" + strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, "parts"), rapid.SampledFrom([]string{",", " ,\n"}).Draw(t, "comma")) + "]"
		split, err := Split([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		streamed, err := drain(NewElements(strings.NewReader(in)).Next)
		if err != nil || len(split) != len(streamed) {
			t.Fatalf("%s: %q, %q, %v", in, split, streamed, err)
		}
		for i := range split {
			if string(split[i]) != streamed[i] {
				t.Fatalf("%s: %q, %q", in, split, streamed)
			}
		}
	})
}

func BenchmarkHash(b *testing.B) {
	g := orders.New(1)
	all := make([][]byte, 1000)
	for i := range all {
		all[i] = append([]byte(nil), g.Next()...)
	}
	for i := 0; b.Loop(); i++ {
		_ = Hash(all[i%len(all)])
	}
}

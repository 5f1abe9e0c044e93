package call

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// TestNextLink reads Link headers as RFC 8288 has them, and as vendors do.
func TestNextLink(t *testing.T) {
	for header, want := range map[string]string{
		``:                             "",
		`<https://a.test/2>; rel=next`: "https://a.test/2",
		`<https://a.test/1>; rel="prev", <https://a.test/3>; rel="next"`:          "https://a.test/3",
		`<https://a.test/3>; title="a, \"b\"; c"; REL="last Next"`:                "https://a.test/3",
		`<https://a.test/3>;rel=first,<https://a.test/4,5;6> ; x ; rel = "next" `: "https://a.test/4,5;6",
		`<https://a.test/3>; rel="first"; rel="next"`:                             "",
		`<https://a.test/3; rel="next"`:                                           "",
		`https://a.test/3; rel="next"`:                                            "",
		`<https://a.test/3>; rel="next`:                                           "https://a.test/3",
		`<>; rel=prev, </x?a=b>; rel=next`:                                        "/x?a=b",
	} {
		if got := nextLink([]string{header}); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
	if got := nextLink([]string{`<a>; rel=prev`, `<b>; rel=next`}); got != "b" {
		t.Errorf("of two headers: got %q", got)
	}
}

// FuzzNextLink reads any header: it ends, and what it returns stood in angle
// brackets.
func FuzzNextLink(f *testing.F) {
	for _, s := range []string{`<a>; rel=next`, `<a>;rel="next";x,<b>;`, `<a>; t="\`, `;,<>,;=`, `<a>; rel="`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := nextLink([]string{header}); got != "" && !strings.Contains(header, "<"+got+">") {
			t.Errorf("%q gave %q", header, got)
		}
	})
}

// TestWalk walks listings of any size, with vendors who give fewer rows than
// they are asked for, and sees that every row comes once, in order.
func TestWalk(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(0, 60).Draw(rt, "rows")
		asked := rapid.IntRange(1, 10).Draw(rt, "asked")
		given := min(asked, rapid.IntRange(1, 10).Draw(rt, "given"))
		p := &Pager{kind: rapid.SampledFrom([]string{"number", "offset"}).Draw(rt, "kind")}
		total := rapid.Bool().Draw(rt, "total") || given < asked
		w := &Walker{Pager: p, Size: asked, Ahead: rapid.IntRange(1, 5).Draw(rt, "ahead")}
		w.Fetch = func(_ context.Context, at Spot) (*Listing, error) {
			offset := at.Offset
			if p.kind == "number" {
				offset = at.Index * given
			}
			l := &Listing{At: at, Total: -1, Answer: &client.Answer{Body: []byte(fmt.Sprint(at.Index))}}
			if total {
				l.Total = rows
			}
			for i := offset; i < min(rows, offset+given); i++ {
				l.Rows = append(l.Rows, item.Int(int64(i)))
			}
			return l, nil
		}
		var got []int64
		lasts := 0
		err := w.Walk(t.Context(), Spot{}, func(l *Listing, last bool) (bool, error) {
			for _, r := range l.Rows {
				got = append(got, r.AsInt())
			}
			if last {
				lasts++
			}
			return true, nil
		})
		if err != nil || lasts != 1 || len(got) != rows || !slices.IsSorted(got) {
			rt.Fatalf("got %v, %d last pages, %v", got, lasts, err)
		}
	})
}

// TestWalkEnds holds that a walk ends early when told, and with the first
// error.
func TestWalkEnds(t *testing.T) {
	fetch := func(_ context.Context, at Spot) (*Listing, error) {
		if at.Index == 3 {
			return nil, errors.New("no page 4")
		}
		return &Listing{At: at, Total: 100, Rows: []item.Value{item.Int(1)}, Answer: &client.Answer{Body: []byte(fmt.Sprint(at.Index))}}, nil
	}
	w := &Walker{Pager: &Pager{kind: "number"}, Size: 1, Ahead: 4, Fetch: fetch}
	n := 0
	err := w.Walk(t.Context(), Spot{}, func(*Listing, bool) (bool, error) { n++; return n < 2, nil })
	if err != nil || n != 2 {
		t.Errorf("%d pages, %v", n, err)
	}
	w = &Walker{Pager: &Pager{kind: "number"}, Size: 1, Ahead: 4, Fetch: fetch}
	n = 0
	err = w.Walk(t.Context(), Spot{}, func(*Listing, bool) (bool, error) { n++; return true, nil })
	if err == nil || n != 3 {
		t.Errorf("%d pages, %v", n, err)
	}
}

// TestAfter holds how an answer names the page after it.
func TestAfter(t *testing.T) {
	for _, tt := range []struct {
		pager      Pager
		at         string // the cursor of the page
		body, link string
		want       string // the next cursor; "" for none
		err        string
	}{
		{Pager{kind: "cursor", next: Path{"n"}}, "a", `{"n":"b"}`, "", "b", ""},
		{Pager{kind: "cursor", next: Path{"n"}}, "a", `{"n":7}`, "", "7", ""},
		{Pager{kind: "cursor", next: Path{"n"}}, "a", `{"n":null}`, "", "", ""},
		{Pager{kind: "next", next: Path{"n"}}, "a", `{}`, "", "", ""},
		{Pager{kind: "next", next: Path{"n"}}, "a", `{"n":"a"}`, "", "", "the listing goes in circles: its next page is the same one"},
		{Pager{kind: "link"}, "", `[]`, `<b>; rel=next`, "b", ""},
		{Pager{kind: "link"}, "", `[]`, `<b>; rel=prev`, "", ""},
		{Pager{kind: "cursor", next: Path{"n"}, more: Path{"m"}}, "a", `{"n":"b","m":true}`, "", "b", ""},
		{Pager{kind: "cursor", next: Path{"n"}, more: Path{"m"}}, "a", `{"n":"b","m":false}`, "", "", ""},
		{Pager{kind: "cursor", next: Path{"n"}, more: Path{"m"}}, "a", `{"n":"b","m":"x"}`, "", "b", ""},
		{Pager{kind: "cursor", next: Path{"n"}, more: Path{"m"}}, "a", `{"n":"b"}`, "", "", `the answer has no "m"; it has n`},
	} {
		v, err := item.FromJSON([]byte(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		l := &Listing{At: Spot{Index: 3, Offset: 6, Cursor: tt.at}, Rows: make([]item.Value, 2), Answer: &client.Answer{Value: v, Header: http.Header{"Link": {tt.link}}}}
		at, more, err := tt.pager.After(l)
		if more != (tt.want != "") || more && at != (Spot{4, 8, tt.want}) || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("%s %s %s: got %v, %t, %v; want %q, %q", tt.pager.kind, tt.body, tt.link, at, more, err, tt.want, tt.err)
		}
	}
}

// TestApply holds what is asked for a page.
func TestApply(t *testing.T) {
	for _, tt := range []struct {
		pager Pager
		at    Spot
		size  int
		want  string
	}{
		{Pager{kind: "number", param: "p", first: 1}, Spot{Index: 2}, 0, "/rows?a=b&p=3"},
		{Pager{kind: "offset", param: "o", first: 1, sizeParam: "n"}, Spot{Offset: 4}, 2, "/rows?a=b&n=2&o=5"},
		{Pager{kind: "offset", sizeParam: "n"}, Spot{Offset: 4}, 0, "/rows?a=b"},
		{Pager{kind: "offset"}, Spot{}, 5, "/rows?a=b"},
		{Pager{kind: "cursor", param: "c"}, Spot{}, 0, "/rows?a=b"},
		{Pager{kind: "cursor", param: "c"}, Spot{Cursor: "x"}, 0, "/rows?a=b&c=x"},
		{Pager{kind: "link", sizeParam: "n"}, Spot{}, 2, "/rows?a=b&n=2"},
		{Pager{kind: "link", sizeParam: "n"}, Spot{Cursor: "http://x/y?z"}, 2, "http://x/y?z given"},
		{Pager{kind: "next"}, Spot{Cursor: "?z"}, 2, "/rows?z given"},
	} {
		r := &client.Request{Path: "/rows", Query: url.Values{"a": {"b"}}}
		tt.pager.Apply(r, tt.at, tt.size)
		got := r.Path
		if len(r.Query) > 0 {
			got += "?" + r.Query.Encode()
		}
		if r.Given {
			got += " given"
		}
		if got != tt.want {
			t.Errorf("%s, %v: got %s, want %s", tt.pager.kind, tt.at, got, tt.want)
		}
	}
}

// TestPaths holds what is found in an answer, and what is said where nothing is.
func TestPaths(t *testing.T) {
	for _, tt := range []struct {
		path Path
		body string
		want string // the rows
		err  string
	}{
		{nil, `[1,2]`, "[1 2]", ""},
		{nil, `{"a":1}`, `[{"a":1}]`, ""},
		{Path{"a", "b"}, `{"a":{"b":[1]}}`, "[1]", ""},
		{Path{"a", "b"}, `{"a":{"b":null}}`, "[]", ""},
		{Path{"a", "b"}, `{"a":{"c":1}}`, "[]", `the answer has no "a.b"; it has a`},
		{Path{"a"}, `{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1}`, "[]", `the answer has no "a"; it has 1, 2, 3, 4, 5, 6, 7, 8`},
		{Path{"a"}, `{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"10":1}`, "[]", `the answer has no "a"; it has 1, 2, 3, 4, 5, 6, 7, 8, …`},
		{Path{"a"}, `{}`, "[]", `the answer has no "a": it is an object`},
		{Path{"a"}, `[]`, "[]", `the answer has no "a": it is a list`},
		{Path{"a"}, `null`, "[]", `the answer has no "a": it is nothing`},
		{Path{"a"}, `"x"`, "[]", `the answer has no "a": it is a text`},
		{Path{"a"}, ``, "[]", `the answer is empty, without "a"`},
		{nil, ``, "[]", `the answer is empty`},
		{Path{"a"}, `{"a":1.5}`, "[]", `"a" of the answer is a number, not a list or an object`},
		{Path{"a"}, `{"a":1}`, "[]", `"a" of the answer is a number, not a list or an object`},
		{Path{"a"}, `{"a":true}`, "[]", `"a" of the answer is a bool, not a list or an object`},
	} {
		var v item.Value
		if tt.body != "" {
			var err error
			if v, err = item.FromJSON([]byte(tt.body)); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := tt.path.Rows(v)
		if got := fmt.Sprint(rows); got != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("%s of %s: got %s, %v; want %s, %q", tt.path, tt.body, got, err, tt.want, tt.err)
		}
	}
}

// TestWalkAsks holds which pages are asked for, and how many rows are taken to
// make one, when vendors give fewer rows or say otherwise later.
func TestWalkAsks(t *testing.T) {
	type page struct{ rows, total int }
	for _, tt := range []struct {
		name        string
		kind        string
		size, ahead int
		pages       []page
		want        string // the offsets asked for
		err         string
	}{
		{"whole", "", 2, 1, []page{{2, 9}}, "0", ""},
		{"no rows", "offset", 2, 1, []page{{0, -1}}, "0", ""},
		{"no rows, whatever the total", "offset", 2, 1, []page{{0, 9}}, "0", ""},
		{"a short page", "offset", 2, 1, []page{{2, -1}, {1, -1}}, "0 2", ""},
		{"a short first page", "offset", 2, 1, []page{{1, -1}, {1, -1}}, "0", ""},
		{"a full last page", "offset", 2, 1, []page{{2, -1}, {2, -1}, {0, -1}}, "0 2 4", ""},
		{"no size", "offset", 0, 1, []page{{3, -1}, {2, -1}}, "0 3", ""},
		{"more rows than asked for", "offset", 2, 1, []page{{3, -1}, {1, -1}}, "0 2", ""},
		{"fewer rows than asked for", "offset", 5, 1, []page{{2, 5}, {2, 5}, {1, 5}}, "0 2 4", ""},
		{"as many as there are", "offset", 5, 1, []page{{2, 2}}, "0", ""},
		{"a total of whole pages", "offset", 2, 1, []page{{2, 4}, {2, 4}}, "0 2", ""},
		{"a total that grows", "offset", 2, 1, []page{{2, 4}, {2, 6}, {2, 6}}, "0 2 4", ""},
		{"a total that shrinks", "offset", 2, 1, []page{{2, 6}, {2, 4}}, "0 2", ""},
		{"a page that came short", "offset", 2, 1, []page{{2, 4}, {1, 4}, {1, 4}}, "0 2 4", ""},
		{"none after a page that came short", "offset", 2, 1, []page{{2, 4}, {1, 4}, {0, 4}}, "0 2 4", ""},
		{"some ahead", "offset", 1, 3, []page{{1, 6}, {1, 6}, {1, 6}, {1, 6}, {1, 6}, {1, 6}}, "0 1 2 3 4 5", ""},
		{"the same page again", "number", 1, 1, []page{{1, -1}, {7, -1}, {7, -1}}, "0 1 2", "the listing goes in circles: page 3 is the same as the one before"},
		{"a page of that size", "number", 7, 1, []page{{7, -1}, {1, -1}}, "0 7", ""},
	} {
		var asked []string
		w := &Walker{Pager: &Pager{kind: tt.kind}, Size: tt.size, Ahead: tt.ahead}
		w.Fetch = func(_ context.Context, at Spot) (*Listing, error) {
			p := tt.pages[min(at.Index, len(tt.pages)-1)]
			l := &Listing{At: at, Total: p.total, Answer: &client.Answer{Body: []byte(fmt.Sprint(at.Index))}}
			if p.rows == 7 { // it is always the same
				l.Answer.Body = []byte("seven")
			}
			for range p.rows {
				l.Rows = append(l.Rows, item.Int(1))
			}
			return l, nil
		}
		err := w.Walk(t.Context(), Spot{}, func(l *Listing, _ bool) (bool, error) {
			asked = append(asked, fmt.Sprint(l.At.Offset))
			return true, nil
		})
		if got := strings.Join(asked, " "); tt.err == "" && got != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("%s: asked for %s, %v; want %s, %q", tt.name, got, err, tt.want, tt.err)
		}
	}
}

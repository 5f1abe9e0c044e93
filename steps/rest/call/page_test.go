package call

import (
	"context"
	"errors"
	"fmt"
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

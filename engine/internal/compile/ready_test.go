package compile_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

const top = "pipeline: p\nconnections: {shop: shop, desk: desk}\nsource: {read: shop.orders}\n"

// A table gives the row of a text, its default for others, and without one
// fails the record alone.
func TestTables(t *testing.T) {
	for _, c := range []struct{ name, tables, expr, want, dead string }{
		{"a row", `{t: {paid: Paid, default: Other}}`, `t(order.status)`, `"Paid"`, ""},
		{"the default", `{t: {new: New, default: Other}}`, `t(order.status)`, `"Other"`, ""},
		{"numbers", `{t: {paid: 1, default: 2.50}}`, `t(order.status) * 2`, `2`, ""},
		{"numbers beside a text are texts", `{t: {paid: 0012, new: 7, default: x}}`, `t("new") + t(order.status)`, `"70012"`, ""},
		{"a setting", `{t: {paid: "${ settings.folder + \"!\" }", default: x}}`, `t(order.status)`, `"New!"`, ""},
		{"a template", `{t: {paid: "in {{ settings.folder }}", default: x}}`, `t(order.status)`, `"in New"`, ""},
		{"a table of another", `{a: {paid: b, default: c}, t: {paid: "${ a(\"paid\") }", default: x}}`, `t(order.status)`, `"b"`, ""},
		{"null", `{t: {paid: null, default: x}}`, `t(order.status) ?? "none"`, `"none"`, ""},
		{"not in the table", `{t: {a: b}}`, `t(order.note ?? "")`, "", `t: "" is not in the table, which has no default`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, fs := compiled(t, top+"settings: {folder: {type: text, default: New}}\ntables: "+c.tables+
				"\nsteps:\n  - map: {x: '${ "+c.expr+" }'}\nsink: {write: desk.anything, as: out}")
			if fs.Errors() > 0 {
				t.Fatal(said(fs))
			}
			in, out := apply(t, r, `{"order_id":1,"status":"paid","note":null}`)
			if c.dead != "" {
				if d := in[0].Drop; d == nil || !d.Dead || d.Reason != c.dead || d.Step != "steps[0].map" || d.Place.File != "p.yaml" {
					t.Errorf("dropped with %+v", d)
				}
				return
			}
			if len(out) != 1 {
				t.Fatalf("dropped: %+v", in[0].Drop)
			}
			if got := written(t, r, out[0]); got != `{"x":`+c.want+`}` {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Further writes see the answer of the sink, and what the steps made.
func TestThen(t *testing.T) {
	r, fs := compiled(t, top+`
steps:
  - let: {double: "${ order.grand_total * 2 }"}
  - map: {source_id: "B-{{ order.order_id }}"}
sink: {write: desk.orders}
then:
  - write: desk.anything
    when: order.grand_total > 5
    map: {answer: "Order {{ written.id }}", double: "${ double }", sent: "${ out.source_id }"}
  - write: desk.anything
    map: {id: "${ written?.id ?? \"none\" }"}
`)
	noFindings(t, fs)
	then := r.Sinks[0].Then
	if len(then) != 2 || then[0].Name != "then[0]" || then[1].Name != "then[1]" || then[0].When == nil || then[1].When != nil {
		t.Fatalf("%+v", then)
	}
	_, out := apply(t, r, `{"order_id":1,"grand_total":6.50}`, `{"order_id":2,"grand_total":5}`)
	answer, err := item.NewDecoder(then[0].Written.Layout).Decode([]byte(`{"id":"77"}`))
	if err != nil {
		t.Fatal(err)
	}
	out[0].Frame[then[0].Written.Slot] = answer
	if holds, err := then[0].When.Holds(out[0].Frame); err != nil || !holds {
		t.Errorf("when: %v, %v", holds, err)
	}
	if holds, err := then[0].When.Holds(out[1].Frame); err != nil || holds {
		t.Errorf("when of the second: %v, %v", holds, err)
	}
	for i, want := range []string{`{"answer":"Order 77","double":13.00,"sent":"B-1"}`, `{"id":"77"}`} {
		v, err := then[i].Out(out[0].Frame)
		if got := string(item.AppendJSON(nil, v)); err != nil || got != want {
			t.Errorf("then[%d] writes %s, %v, want %s", i, got, err, want)
		}
	}
	out[0].Frame[then[0].Written.Slot] = item.Null
	if v, err := then[1].Out(out[0].Frame); err != nil || string(item.AppendJSON(nil, v)) != `{"id":"none"}` {
		t.Errorf("without an answer it writes %v, %v", v, err)
	}
}

// Each branch writes to its own sink, with its own further writes.
func TestBranches(t *testing.T) {
	r, fs := compiled(t, top+`
steps:
  - route:
      branches:
        - name: big
          when: order.grand_total > 100
          steps: [{map: {source_id: "big {{ order.order_id }}"}}]
          sink: {write: desk.orders, mode: update, batch: 3, then: [{write: desk.anything, map: {a: "${ written.id }"}}]}
        - name: small
          when: order.grand_total < 10
          sink: {write: desk.anything, map: {small: "${ order.order_id }"}}
      otherwise: {}
  - map: {rest: "${ order.order_id }"}
sink: {write: desk.anything}
`)
	if fs.Errors() > 0 {
		t.Fatal(said(fs))
	}
	var names []string
	for _, s := range r.Sinks {
		names = append(names, s.Name+" "+s.Target+" "+string(s.Mode))
	}
	if want := []string{"sink desk.anything create", "big desk.orders update", "small desk.anything create"}; !slices.Equal(names, want) {
		t.Fatalf("sinks %q", names)
	}
	if r.Sinks[1].Batch != 3 || len(r.Sinks[1].Then) != 1 || r.Sinks[1].Layout == nil {
		t.Errorf("the branch's sink is %+v", r.Sinks[1])
	}
	_, out := apply(t, r, `{"order_id":1,"grand_total":500}`, `{"order_id":2,"grand_total":50}`, `{"order_id":3,"grand_total":5}`)
	var got []string
	for _, rec := range out {
		got = append(got, written(t, r, rec))
	}
	if want := []string{`{"source_id":"big 1"}`, `{"rest":2}`, `{"small":3}`}; !slices.Equal(got, want) {
		t.Errorf("written %q, want %q", got, want)
	}
}

// Without a map the record itself goes out, as it came in.
func TestRecordItself(t *testing.T) {
	r, fs := compiled(t, top+"steps: [{filter: order.order_id > 0}]\nsink: {write: desk.anything}")
	noFindings(t, fs)
	const raw = `{"order_id":9007199254740993,"grand_total":"20.00","unknown":{"z":1.50,"a":[]},"line_items":[]}`
	_, out := apply(t, r, raw)
	if got := written(t, r, out[0]); got != raw {
		t.Errorf("got %s", got)
	}
}

// A null goes out as null, is left out where the write can do without it, and
// is never taken for an empty text.
func TestNulls(t *testing.T) {
	r, fs := compiled(t, top+`
steps: [{map: {source_id: a, email: "${ order.note }", checkout_data: {Note: "${ order.note ?? \"\" }"}}}]
sink: {write: desk.orders}`)
	noFindings(t, fs)
	_, out := apply(t, r, `{"order_id":1,"note":null}`, `{"order_id":2}`, `{"order_id":3,"note":"x"}`)
	var got []string
	for _, rec := range out {
		got = append(got, written(t, r, rec))
	}
	want := []string{`{"source_id":"a","checkout_data":{"Note":""}}`, `{"source_id":"a","checkout_data":{"Note":""}}`, `{"source_id":"a","email":"x","checkout_data":{"Note":"x"}}`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Templates and rules see the run's time, in the pipeline's zone.
func TestTimeOfTheRun(t *testing.T) {
	r, fs := compiled(t, top+`
time_zone: America/New_York
steps: [{map: {rule: "${ now() }", again: "${ run.logical_time }", template: "{{ 'now'|date('Y-m-d H:i') }}", trigger: "${ run.trigger }"}}]
sink: {write: desk.anything}`)
	noFindings(t, fs)
	_, out := apply(t, r, `{"order_id":1}`)
	const want = `{"rule":"2026-03-04T09:00:00Z","again":"2026-03-04T09:00:00Z","template":"2026-03-04 04:00","trigger":"test"}`
	if got := written(t, r, out[0]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := r.Frame(compile.RunInfo{}); err == nil {
		t.Error("a run without its time was given a frame")
	}
}

func TestFiltersOfTheVendor(t *testing.T) {
	r, fs := compiled(t, `
pipeline: p
connections: {shop: shop, desk: desk}
settings: {statuses: {type: list, of: text, enum: [new, paid], default: [paid, new]}}
source:
  read: shop.orders
  where: {status: "${ settings.statuses }", min_total: 10}
  since: ${ run.logical_time - duration("24h") }
  overlap: 1h30m
sink: {write: desk.anything}`)
	noFindings(t, fs)
	f, err := r.Frame(compile.RunInfo{ID: 1, Time: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range r.Source.Filters {
		v, err := x.Value.Eval(f)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, x.Name+"="+string(item.AppendJSON(nil, v)))
	}
	since, err := r.Source.Since.Eval(f)
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, since.String(), r.Source.Overlap.String(), r.Source.Connection, r.Source.Read.Name)
	if want := []string{`status=["paid","new"]`, `min_total=10`, "2026-03-03T09:00:00Z", "1h30m0s", "shop", "orders"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A shape that the pipeline declares types the records of a stream that has
// none.
func TestOwnShape(t *testing.T) {
	const p = `
pipeline: p
connections: {shop: shop, desk: desk}
shapes:
  event: {id: int, price: decimal, lines: [line]}
  line: {sku: text}
source: {read: shop.events, as: e, key: "e.id", shape: SHAPE}
steps: [{map: {p: "${ e.price * 2 }", s: "${ e.lines[0].sku }"}}]
sink: {write: desk.anything}`
	for _, shape := range []string{"event", "{id: int, price: decimal, lines: [line]}"} {
		r, fs := compiled(t, strings.Replace(p, "SHAPE", shape, 1))
		noFindings(t, fs)
		in, out := apply(t, r, `{"id":"7","price":"1.50","lines":[{"sku":"12E4"}]}`)
		if got := written(t, r, out[0]); got != `{"p":3.00,"s":"12E4"}` {
			t.Errorf("got %s", got)
		}
		if key, err := r.Source.Key.Eval(in[0].Frame); err != nil || key.String() != "7" {
			t.Errorf("key %v, %v", key, err)
		}
	}
	_, fs := compiled(t, strings.NewReplacer("SHAPE", "evnt", "e.price * 2", "e.price").Replace(p))
	if got := said(fs); !strings.HasPrefix(got, `p.yaml:7:56: unknown type "evnt" [bad-value] (did you mean "event"?)`) || strings.Count(got, "\n") != 1 {
		t.Errorf("got %s", got)
	}
}

// A compiled pipeline is used by several workers at once.
func TestAtOnce(t *testing.T) {
	r, fs := compiled(t, straight)
	noFindings(t, fs)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				base, err := r.Frame(compile.RunInfo{ID: 1, Time: time.Unix(0, 0)})
				if err != nil {
					t.Error(err)
					return
				}
				v, err := item.NewDecoder(r.Source.Record.Layout).Decode([]byte(anOrder))
				if err != nil {
					t.Error(err)
					return
				}
				base[r.Source.Record.Slot] = v
				out := []*step.Record{{Key: "1", Frame: base}}
				for _, s := range r.Steps {
					if out, err = s.Apply(context.Background(), out); err != nil || len(out) != 1 {
						t.Errorf("%d records, %v", len(out), err)
						return
					}
				}
				if got, err := r.Sinks[0].Out(out[0].Frame); err != nil || got.Member("source_id").AsText() != "BS-9007199254740993" {
					t.Errorf("got %v, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

package pipeline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// whole has every member that a pipeline can have.
const whole = `
pipeline: brightstores-orders
summary: Bring paid orders into a folder.
connections: {shop: brightstores, desk: orderdesk}
settings:
  statuses: {type: list, of: text, default: [paid], help: Which orders.}
  folder: {type: text, help: The folder.}
triggers:
  - cron: "*/15 * * * *"
    time_zone: America/New_York
    overlap: queue
    missed: all
  - {cron: "0 3 * * *", window: 24h, only_after_quiet: 1h}
  - webhook: shop.order_created
tables:
  folder_for: {paid: "${ settings.folder }", default: Other}
shapes:
  thing: {id: int}
source:
  read: shop.orders
  where: {status: "${ settings.statuses }"}
  since: 2026-01-01
  overlap: 10m
  as: order
  key: order.id
  page_size: 100
steps:
  - filter: order.id > 0
sink:
  write: desk.orders
  mode: create
  batch: 25
  map: {id: "${ order.id }"}
  lane: slow
then:
  - {write: shop.note, when: order.id > 1, map: {a: b}}
expect: [{at_least: 3, within: 24h, on: weekdays}]
delivery: exactly_once
dialect: twig
strict: true
time_zone: Europe/Berlin
`

func TestRead(t *testing.T) {
	var fs diag.List
	p := pipeline.Read("p.yaml", []byte(whole), &fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	for _, c := range []struct {
		what string
		ok   bool
	}{
		{"name", p.Pipeline.Value == "brightstores-orders" && p.Pipeline.Span.String() == "p.yaml:2:11"},
		{"connections", slices.Equal(p.Connections.Keys(), []string{"shop", "desk"})},
		{"settings", len(p.Settings.Fields) == 2 && p.Settings.Fields[0].Type.String() == "list of text" && p.Settings.Fields[1].Required},
		{"triggers", len(p.Triggers) == 3 && p.Triggers[0].Overlap == "queue" && p.Triggers[1].Missed == "once" && p.Triggers[1].Window.String() == "1d" && p.Triggers[2].Webhook.Value == "shop.order_created"},
		{"tables", len(p.Tables.Entries) == 1 && len(p.Tables.Entries[0].Value.Rows) == 1 && p.Tables.Entries[0].Value.Default != nil},
		{"shapes", p.Shapes.Get("thing") != nil},
		{"source", p.Source.Read.Value == "shop.orders" && p.Source.Overlap.String() == "10m" && !p.Source.Since.IsZero() && !p.Source.Key.IsZero()},
		{"rest of the source", len(p.Source.Rest) == 1 && p.Source.Rest[0].Key.Text.Value == "page_size"},
		{"steps", len(p.Steps) == 1},
		{"sink", p.Sink.Mode.Value == "create" && p.Sink.Batch.Value == "25" && !p.Sink.Map.IsZero()},
		{"rest of the sink", len(p.Sink.Rest) == 1 && p.Sink.Rest[0].Key.Text.Value == "lane"},
		{"then", len(p.Then) == 1 && !p.Then[0].When.IsZero()},
		{"expect", p.Expect[0].AtLeast == 3 && slices.Equal(p.Expect[0].Days(), []int{0, 1, 2, 3, 4})},
		{"the rest", p.Delivery == "exactly_once" && p.Dialect == "twig" && p.Strict && p.Zone().String() == "Europe/Berlin"},
	} {
		if !c.ok {
			t.Errorf("%s: %+v", c.what, p)
		}
	}
}

func TestDefaults(t *testing.T) {
	var fs diag.List
	p := pipeline.Read("p.yaml", []byte("pipeline: p\nsource: {read: a.b}\ntriggers: [{cron: 0 * * * *}]\nexpect: [{within: 1h}]"), &fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	if p.Sink != nil || p.Delivery != "exactly_once" || p.Dialect != "twig" || p.Zone().String() != "UTC" ||
		p.Triggers[0].Overlap != "skip" || p.Expect[0].AtLeast != 1 || len(p.Expect[0].Days()) != 7 {
		t.Errorf("%+v", p)
	}
}

func TestReadFindings(t *testing.T) {
	const ok = "pipeline: p\nsource: {read: a.b}\n"
	for _, c := range []struct{ name, yaml, want string }{
		{"empty", "", "p.yaml:1:1: the file is empty, not a pipeline [missing-field]"},
		{"only comments", "# nothing\n", "p.yaml:1:1: the file is empty, not a pipeline [missing-field]"},
		{"a list", "- a", "p.yaml:1:1: expected a pipeline, not a list [wrong-type]"},
		{"YAML", "a: [", `p.yaml:1:4: the bracket "[" is not closed [syntax]`},
		{"unknown key", ok + "sourc: 1", `p.yaml:3:1: unknown key "sourc" [unknown-key]`},
		{"no name", "source: {read: a.b}", `p.yaml:1:1: the field "pipeline" is missing [missing-field]`},
		{"name", "pipeline: a/b\nsource: {read: a.b}", `p.yaml:1:11: "a/b" cannot name a pipeline [bad-value]`},
		{"connection", ok + "connections: {a-b: shop}", `p.yaml:3:15: "a-b" cannot name a connection [bad-value]`},
		{"connections", ok + "connections: [a]", `p.yaml:3:14: "connections" must be a mapping, not a list [wrong-type]`},
		{"table", ok + "tables: {a b: {x: y}}", `p.yaml:3:10: "a b" cannot name a table [bad-value]`},
		{"table that is none", ok + "tables: {t: x}", `p.yaml:3:13: a table is a mapping from texts to values, not a text [wrong-type]`},
		{"delivery", ok + "delivery: twice", `p.yaml:3:11: "delivery" must be "exactly_once" or "at_least_once", not "twice" [bad-value]`},
		{"duration", ok + "triggers: [{cron: 0 * * * *, window: 1x}]", `p.yaml:3:38: "1x" is not a duration [bad-value]`},
		{"zone", ok + "triggers: [{cron: 0 * * * *, time_zone: Berlin}]", `p.yaml:3:41: unknown time zone "Berlin" [bad-time-zone]`},
		{"trigger of nothing", ok + "triggers: [{missed: all}]", `p.yaml:3:12: a trigger needs cron or webhook [missing-field]`},
		{"day", ok + "expect: [{within: 1h, on: \"mon, tus\"}]", `p.yaml:3:28: "mon, tus" does not name days [bad-value]`},
		{"rule that is a list", "pipeline: p\nsource: {read: a.b, key: [x]}", `p.yaml:2:26: expected an expression, not a list [wrong-type]`},
		{"value that is a mapping", "pipeline: p\nsource: {read: a.b, since: {x: y}}", `p.yaml:2:28: expected a single value or a list, not a mapping [wrong-type]`},
		{"mapping that is a text", ok + "sink: {write: a.b, map: x}", `p.yaml:3:25: expected a mapping from names to values, not a text [wrong-type]`},
		{"when of a sink", ok + "sink: {write: a.b, when: x}", `p.yaml:3:26: a sink takes every record; only a write under then has a when [conflict]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fs diag.List
			pipeline.Read("p.yaml", []byte(c.yaml), &fs)
			if fs.Len() != 1 || fs.Sorted()[0].Error() != c.want {
				t.Errorf("got  %v\nwant %s", fs.Sorted(), c.want)
			}
		})
	}
}

func TestReadWorkspace(t *testing.T) {
	var fs diag.List
	w := pipeline.ReadWorkspace("sluice.yaml", []byte(`
state: sqlite:sluice.db
connections:
  acme-shop: {connector: brightstores, subdomain: acme, budget: {requests: 2000, per: day}}
use:
  - {pipelines: ./mine, name: acme, connections: {shop: acme-shop}, settings: {folder: New}, enabled: false}
  - pipelines: ./other
alerts: [{when: dead_letters > 0, write: acme-shop.note, map: {a: b}, priority: high}]
`), &fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	a, _ := w.Connections.Get("acme-shop")
	if a.Connector.Value != "brightstores" || len(a.Rest) != 1 || a.Budget.Per != "day" {
		t.Errorf("account %+v", a)
	}
	if w.Use[0].Enabled || !w.Use[1].Enabled || w.Use[0].Settings.Get("folder") == nil || len(w.Alerts[0].Rest) != 1 {
		t.Errorf("uses %+v, alerts %+v", w.Use, w.Alerts)
	}
}

func TestReadTest(t *testing.T) {
	var fs diag.List
	f := pipeline.ReadTest("p_test.yaml", []byte(`
pipeline: p.yaml
settings: {folder: New}
cases:
  - name: one
    now: 2026-03-04T09:00:00Z
    given: {shop.orders: [{id: 1}]}
    expect: {desk.orders: []}
  - name: two
    twins: {shop: {orders: 3}}
    expect: {desk.orders: 3}
`), &fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	if len(f.Cases) != 2 || f.Cases[0].Given.Keys()[0] != "shop.orders" || f.Cases[1].Twins.Keys()[0] != "shop" {
		t.Errorf("%+v", f)
	}
	pipeline.ReadTest("p_test.yaml", []byte(`
pipeline: p.yaml
cases:
  - {name: one, now: noon, given: {orders: []}, expect: {}}
  - {name: one, expect: {desk.orders: 3}}
`), &fs)
	var got []string
	for _, f := range fs.Sorted() {
		got = append(got, f.Error())
	}
	want := []string{
		`p_test.yaml:4:22: "noon" is not a time [bad-value]`,
		`p_test.yaml:4:36: "orders" is not a stream [bad-value]`,
		`p_test.yaml:5:12: two cases are called "one" [conflict]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A resolved value stays a text: it never becomes structure, another type or
// something that is resolved again.
func TestResolve(t *testing.T) {
	env := pipeline.Env{
		Lookup: func(name string) (string, bool) {
			v, ok := map[string]string{"LIST": "[a, b]", "NULL": "null", "AGAIN": "${ env.LIST }", "EMPTY": ""}[name]
			return v, ok
		},
		ReadFile: func(name string) ([]byte, error) {
			if name == "a b" {
				return []byte("x: y\r\n"), nil
			}
			return nil, errors.New("none")
		},
	}
	var fs diag.List
	n := syntax.Parse("w.yaml", []byte(`
a: [ "${ env.LIST }", '${env.NULL}', plain ]
b: {c: "${ env.AGAIN }", d: "${ file('a b') }", e: "${ env.EMPTY }"}
`), &fs)
	got := env.Resolve(n, nil, &fs)
	if fs.Len() > 0 {
		t.Fatal(fs.Sorted())
	}
	texts := []string{}
	for _, it := range got.Get("a").Items {
		texts = append(texts, it.Text.Value)
	}
	for _, p := range got.Get("b").Pairs {
		texts = append(texts, p.Value.Text.Value)
	}
	want := []string{"[a, b]", "null", "plain", "${ env.LIST }", "x: y", ""}
	if !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
	for i, it := range got.Get("a").Items {
		if it.IsNull() || it.Kind != syntax.Scalar || it.Span != n.Get("a").Items[i].Span {
			t.Errorf("item %d became %+v", i, it)
		}
	}
	if n.Get("a").Items[0].Text.Value != "${ env.LIST }" {
		t.Error("the tree that was given has changed")
	}
}

// Every type has a stand-in that is a value of it.
func TestStandIn(t *testing.T) {
	for _, typ := range []*item.Type{
		item.TypeText, item.TypeInt, item.TypeDecimal, item.TypeBool, item.TypeDate, item.TypeTime,
		item.ListOf(item.TypeInt), {Kind: item.KindText, Enum: []string{"b", "a"}}, item.TypeInt.Optional(),
	} {
		v := pipeline.StandIn(typ)
		if v.Kind() != typ.Kind && (!typ.Nullable || !v.IsNull()) {
			t.Errorf("the stand-in of %s is %v", typ, v)
		}
		if typ.Enum != nil && v.AsText() != "b" {
			t.Errorf("the stand-in of %s is %v", typ, v)
		}
	}
}

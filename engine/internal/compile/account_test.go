package compile_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/steps"
)

// secret is the value of every variable and file; no finding may show it.
const secret = "t0p-s3cret"

func environment(offline bool) pipeline.Env {
	return pipeline.Env{
		Offline: offline,
		Lookup: func(name string) (string, bool) {
			switch name {
			case "TOKEN", "WORD":
				return secret, true
			case "NUMBER":
				return "12", true
			}
			return "", false
		},
		ReadFile: func(name string) ([]byte, error) {
			if name == "token" {
				return []byte(secret + "\n"), nil
			}
			return nil, errors.New("no such file")
		},
	}
}

// isSaid compares findings, a line each. A line of want that ends in … is the
// beginning of one: the words after it are another package's.
func isSaid(got, want string) bool {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	return slices.EqualFunc(g, w, func(g, w string) bool {
		begin, open := strings.CutSuffix(w, "…")
		return g == w || open && strings.HasPrefix(g, begin)
	})
}

func said(fs *diag.List) string {
	var b strings.Builder
	for _, f := range fs.Sorted() {
		b.WriteString(f.Error())
		if f.Hint != "" {
			b.WriteString(" (" + f.Hint + ")")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func workspace(t *testing.T, yaml string, offline bool) (*pipeline.Workspace, map[string]compile.Account, *diag.List) {
	t.Helper()
	fs := &diag.List{}
	w := pipeline.ReadWorkspace("sluice.yaml", []byte(yaml), fs)
	if w == nil {
		t.Fatal(said(fs))
	}
	return w, compile.Accounts(w, "", connectors(t), environment(offline), fs), fs
}

func TestAccounts(t *testing.T) {
	_, accounts, fs := workspace(t, `
connections:
  a: {connector: shop, domain: acme, token: "${ env.TOKEN }", per_call: "${ env.NUMBER }", budget: {requests: 2000, per: day}}
  b: {connector: shop, domain: "${ file('token') }", token: plain}
`, false)
	noFindings(t, fs)
	a, b := accounts["a"], accounts["b"]
	if a.Connector == nil || a.Connector.Name != "shop" || a.Values["domain"].AsText() != "acme" ||
		a.Values["token"].AsText() != secret || a.Values["per_call"].AsInt() != 12 || a.Budget.Requests != 2000 {
		t.Errorf("a is %+v", a)
	}
	if b.Values["domain"].AsText() != secret || b.Values["per_call"].AsInt() != 50 {
		t.Errorf("b is %+v", b)
	}
	if !slices.Equal(a.Secrets, []string{secret}) || !slices.Equal(b.Secrets, []string{secret, "plain"}) {
		t.Errorf("secrets %q and %q", a.Secrets, b.Secrets)
	}
}

func TestAccountFindings(t *testing.T) {
	for _, c := range []struct{ name, yaml, want, offline string }{
		{"unknown connector", `connections: {a: {connector: shp}}`,
			"sluice.yaml:1:30: unknown connector \"shp\" [unknown-connector] (did you mean \"shop\"?)\n", "same"},
		{"missing field", `connections: {a: {connector: shop, domain: x}}`,
			"sluice.yaml:1:15: the setting \"token\" is missing [missing-field]\n", "same"},
		{"unknown field", `connections: {a: {connector: shop, domain: x, token: y, tokn: z}}`,
			"sluice.yaml:1:57: unknown setting \"tokn\" [unknown-setting]…\n", "same"},
		{"a secret of a wrong type", `connections: {a: {connector: shop, domain: x, token: y, per_call: "${ env.WORD }"}}`,
			"sluice.yaml:1:67: \"per_call\" must be a whole number…\n", "same"},
		{"missing variable", `connections: {a: {connector: shop, domain: x, token: "${ env.NONE }", per_call: "${ env.NO }"}}`,
			"sluice.yaml:1:55: the environment variable NONE is not set [missing-variable] (set it, or check without it: --offline)\n" +
				"sluice.yaml:1:82: the environment variable NO is not set [missing-variable] (set it, or check without it: --offline)\n", ""},
		{"a variable in a comment", "connections: {a: {connector: shop, domain: x, token: y}} # ${ env.NONE }", "", ""},
		{"missing file", `connections: {a: {connector: shop, domain: x, token: "${ file('/none') }"}}`,
			"sluice.yaml:1:55: the file \"/none\" cannot be read [missing-variable] (create it, or check without it: --offline)\n", ""},
		{"something else", `connections: {a: {connector: shop, domain: x, token: "${ settings.x }"}}`,
			"sluice.yaml:1:55: \"settings.x\" is not something that a workspace knows [unknown-variable] (write ${ env.NAME } or ${ file('name') })\n", "same"},
		{"a part of a value", `connections: {a: {connector: shop, domain: x, token: "Bearer ${ env.TOKEN }"}}`,
			"sluice.yaml:1:62: ${ … } stands alone in its value [bad-value] (put the whole value into the variable)\n", "same"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, fs := workspace(t, c.yaml, false)
			if got := said(fs); !isSaid(got, c.want) {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			_, _, fs = workspace(t, c.yaml, true)
			want := c.offline
			if want == "same" {
				want = c.want
			}
			if got := said(fs); !isSaid(got, want) {
				t.Errorf("offline: got\n%swant\n%s", got, want)
			}
			if strings.Contains(said(fs), secret) {
				t.Error("the secret is told")
			}
		})
	}
}

// used compiles a pipeline for the first use of a workspace.
func used(t *testing.T, ws, p string, set map[string]string) (*compile.Ready, *diag.List) {
	t.Helper()
	w, accounts, fs := workspace(t, ws, false)
	file := pipeline.Read("p.yaml", []byte(p), fs)
	in := compile.Input{
		Pipeline: file, Instance: "x", Accounts: accounts, Connectors: connectors(t), Steps: steps.All(),
		Env: environment(false), Set: set,
	}
	if len(w.Use) > 0 {
		in.Use = &w.Use[0]
	}
	return compile.Compile(in, fs), fs
}

const twoAccounts = `
connections:
  acme-shop: {connector: shop, domain: acme, token: t}
  acme-desk: {connector: desk}
`

const chosen = `
pipeline: p
connections: {s: shop, d: desk}
settings:
  folder: {type: text}
  codes: {type: list, of: text, default: []}
  many: {type: int, default: 1}
  from: {type: date, required: false}
source: {read: s.orders, since: "${ settings.from }"}
sink: {write: d.anything, map: {f: "${ settings.folder }", c: "${ settings.codes }", m: "${ settings.many }", id: "${ order.order_id }", run: "${ run.trigger + run.id }"}}
`

func TestSettings(t *testing.T) {
	r, fs := used(t, twoAccounts+`
use:
  - {pipelines: x, connections: {s: acme-shop, d: acme-desk}, settings: {folder: "${ env.WORD }", codes: [12E4, 0012], many: 3, from: 2026-01-02}}
`, chosen, map[string]string{"many": "7"})
	noFindings(t, fs)
	_, out := apply(t, r, `{"order_id":1}`)
	want := `{"f":"` + secret + `","c":["12E4","0012"],"m":7,"id":1,"run":"test7"}`
	if got := written(t, r, out[0]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !slices.Equal(r.Secrets, []string{secret}) {
		t.Errorf("secrets %q", r.Secrets)
	}
	if got := slices.Sorted(maps.Keys(r.Accounts)); !slices.Equal(got, []string{"d", "s"}) || r.Accounts["s"].Name != "acme-shop" {
		t.Errorf("accounts %v", r.Accounts)
	}
	f, err := r.Frame(compile.RunInfo{Time: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := r.Source.Since.Eval(f); err != nil || v.AsText() != "2026-01-02" {
		t.Errorf("since %v, %v", v, err)
	}
	r, fs = used(t, twoAccounts+"use: [{pipelines: x, connections: {s: acme-shop, d: acme-desk}, settings: {folder: a}}]", chosen, map[string]string{"codes": "[a, b]"})
	noFindings(t, fs)
	_, out = apply(t, r, `{"order_id":1}`)
	if got, want := written(t, r, out[0]), `{"f":"a","c":["a","b"],"m":1,"id":1,"run":"test7"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUseFindings(t *testing.T) {
	for _, c := range []struct {
		name, yaml string
		set        map[string]string
		want       string
	}{
		{"a setting that must be chosen", "use: [{pipelines: x, connections: {s: acme-shop, d: acme-desk}}]", nil,
			"sluice.yaml:5:7: the setting \"folder\" is missing [missing-field]\n"},
		{"unknown setting", "use: [{pipelines: x, connections: {s: acme-shop, d: acme-desk}, settings: {folder: a, foldr: b}}]", nil,
			"sluice.yaml:5:87: unknown setting \"foldr\" [unknown-setting]…\n"},
		{"a setting of a wrong type", "use: [{pipelines: x, connections: {s: acme-shop, d: acme-desk}, settings: {folder: a, many: x}}]", nil,
			"sluice.yaml:5:93: \"many\" must be a whole number, not \"x\" [wrong-type]\n"},
		{"a setting given by hand", "use: [{pipelines: x, connections: {s: acme-shop, d: acme-desk}}]", map[string]string{"folder": "a", "mny": "2"},
			"--set mny: unknown setting \"mny\" [unknown-setting] (did you mean \"many\"?)\n"},
		{"a connection that is not bound", "use: [{pipelines: x, connections: {s: acme-shop}, settings: {folder: a}}]", nil,
			"sluice.yaml:5:7: the connection \"d\" of the pipeline \"p\" is not bound to an account [missing-field] (name one under connections in sluice.yaml)\n"},
		{"an account of another connector", "use: [{pipelines: x, connections: {s: acme-desk, d: acme-desk}, settings: {folder: a}}]", nil,
			"sluice.yaml:5:39: the pipeline's connection \"s\" is of shop, and \"acme-desk\" is of desk [conflict]\n"},
		{"a connection that the pipeline has not", "use: [{pipelines: x, connections: {s: acme-shop, d: acme-desk, e: acme-desk}, settings: {folder: a}}]", nil,
			"sluice.yaml:5:64: the pipeline \"p\" has no connection \"e\" [unknown-connection]\n"},
		{"no such account", "use: [{pipelines: x, connections: {s: acme-shp, d: acme-desk}, settings: {folder: a}}]", nil,
			"sluice.yaml:5:39: unknown connection \"acme-shp\" [unknown-connection] (did you mean \"acme-shop\"?)\n"},
		{"two uses of one name", "use: [{pipelines: x, connections: {s: acme-shop, d: acme-desk}, settings: {folder: a}}, {pipelines: x}]", nil,
			"sluice.yaml:5:101: \"x\" is in use twice [conflict] (give each its own name)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, fs := used(t, strings.TrimPrefix(twoAccounts, "\n")+"\n"+c.yaml, chosen, c.set)
			if got := said(fs); !isSaid(got, c.want) {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// Settings of the other pipelines of a use are not unknown to this one.
func TestBeside(t *testing.T) {
	fs := &diag.List{}
	w := pipeline.ReadWorkspace("sluice.yaml", []byte(`
connections: {s: {connector: desk}, t: {connector: desk}}
use: [{pipelines: x, connections: {t: t}, settings: {other: 1}}]`), fs)
	p := pipeline.Read("p.yaml", []byte("pipeline: p\nconnections: {s: desk}\nsource: {read: s.inventory_items}\nsink: {write: s.anything}"), fs)
	q := pipeline.Read("q.yaml", []byte("pipeline: q\nconnections: {t: desk}\nsettings: {other: {type: int}}\nsource: {read: t.inventory_items}\nsink: {write: t.anything}"), fs)
	compile.Compile(compile.Input{
		Pipeline: p, Beside: []*pipeline.Pipeline{q}, Use: &w.Use[0], Connectors: connectors(t), Steps: steps.All(),
		Accounts: compile.Accounts(w, "", connectors(t), environment(false), fs), Env: environment(false),
	}, fs)
	noFindings(t, fs)
}

// The hash changes with what changes what becomes of a record, and not with
// comments and spacing.
func TestHash(t *testing.T) {
	const ws = twoAccounts + "use: [{pipelines: x, connections: {s: acme-shop, d: acme-desk}, settings: {folder: a}}]"
	hash := func(ws, p string, set map[string]string) string {
		r, fs := used(t, ws, p, set)
		noFindings(t, fs)
		return r.Hash
	}
	first := hash(ws, chosen, nil)
	if got := hash(ws, "# hello\n"+strings.ReplaceAll(chosen, "type: text", "type:  text"), nil); got != first {
		t.Error("a comment changes the hash")
	}
	for name, other := range map[string]string{
		"a rule":      hash(ws, strings.ReplaceAll(chosen, "order.order_id", "order.status"), nil),
		"a setting":   hash(ws, chosen, map[string]string{"many": "2"}),
		"an account":  hash(strings.ReplaceAll(ws, "acme-shop", "other-shop"), chosen, nil),
		"a quote":     hash(ws, strings.ReplaceAll(chosen, "default: []", `default: ["a"]`), nil),
		"another use": hash(strings.ReplaceAll(ws, "folder: a", "folder: b"), chosen, nil),
	} {
		if other == first {
			t.Errorf("%s does not change the hash", name)
		}
	}
}

func TestAlerts(t *testing.T) {
	w, accounts, fs := workspace(t, `
connections: {ops: {connector: desk}}
alerts:
  - when: dead_letters > 0 or failed
    write: ops.anything
    map: {text: "{{ pipeline }}: {{ dead_letters }} dead", error: "${ message }"}
`, false)
	compile.CheckAlerts(w, accounts, fs)
	noFindings(t, fs)

	w, accounts, fs = workspace(t, `
connections: {ops: {connector: desk}}
alerts:
  - {when: dead > 0, write: ops.anything, map: {a: b}}
  - {when: failed, write: op.anything, map: {a: b}}
  - {when: failed, write: ops.anythng, map: {a: b}}
  - {when: failed, write: ops.anything}
`, false)
	compile.CheckAlerts(w, accounts, fs)
	var codes []string
	for _, f := range fs.Sorted() {
		codes = append(codes, string(f.Code))
	}
	if want := []string{"unknown-variable", "unknown-connection", "unknown-operation", "missing-field"}; !slices.Equal(codes, want) {
		t.Errorf("findings %s", said(fs))
	}
}

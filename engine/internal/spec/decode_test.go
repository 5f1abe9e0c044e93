package spec_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// word is a type that decodes itself.
type word struct{ node *syntax.Node }

func (w *word) DecodeNode(n *syntax.Node, fs *diag.List) {
	if n.Kind != syntax.Scalar {
		fs.Errorf(n.Span, diag.CodeWrongType, "expected a word, not %s", n.Describe())
		return
	}
	w.node = n
}

func (*word) DescribeForm() spec.Form {
	return spec.Form{Name: "word", Schema: spec.Object{"type": "string"}}
}

type base struct {
	// Name is what it is called.
	Name string    `yaml:"name"`
	At   diag.Span `yaml:",span"`
}

type branch struct {
	When  word     `yaml:"when" validate:"required"`
	Inner []branch `yaml:"inner"`
}

type config struct {
	base
	Where    word                    `yaml:"where"`
	Text     diag.Text               `yaml:"text"`
	Flag     bool                    `yaml:"flag"`
	Maybe    *bool                   `yaml:"maybe"`
	Batch    int                     `yaml:"batch" default:"100" validate:"min=1,max=250"`
	Small    int8                    `yaml:"small"`
	Port     uint16                  `yaml:"port"`
	Every    time.Duration           `yaml:"every" default:"10m" validate:"min=1s,max=24h"`
	Price    item.Decimal            `yaml:"price" validate:"min=0.01,lt=100"`
	Mode     string                  `yaml:"mode" default:"create" validate:"oneof=create update upsert"`
	Modes    []string                `yaml:"modes" validate:"max=2,unique,dive,oneof=a b"`
	Sizes    []int                   `yaml:"sizes" default:"[1, 2]" validate:"dive,min=1"`
	Codes    spec.OneOrMore[string]  `yaml:"codes"`
	Tables   spec.Map[diag.Text]     `yaml:"tables"`
	Groups   spec.Map[spec.Map[int]] `yaml:"groups"`
	Limit    spec.Placed[int]        `yaml:"limit" default:"5" validate:"gt=0"`
	Branch   *branch                 `yaml:"branch"`
	Branches spec.Map[branch]        `yaml:"branches"`
	Raw      *syntax.Node            `yaml:"raw"`
	Secret   int                     `yaml:"secret" secret:"true"`
	Long     string                  `yaml:"long" validate:"max=5"`
	URL      string                  `yaml:"url" validate:"url"`
}

func decode[T any](t *testing.T, text string) (T, *syntax.Node, []string) {
	t.Helper()
	var fs diag.List
	n := syntax.Parse("f.yaml", []byte(text), &fs)
	if fs.Len() > 0 {
		t.Fatalf("parse: %v", fs.Sorted()[0])
	}
	var v T
	ok := spec.For[T]().Decode(n, &v, &fs)
	if ok != (fs.Errors() == 0) {
		t.Errorf("Decode gave %v with %d errors", ok, fs.Errors())
	}
	return v, n, report(&fs)
}

// report writes findings with all that matters in them.
func report(fs *diag.List) []string {
	var out []string
	for _, f := range fs.Sorted() {
		s := strings.TrimPrefix(f.Error(), "f.yaml:")
		if f.Hint != "" {
			s += " | " + f.Hint
		}
		if f.Fix != nil {
			s += fmt.Sprintf(" | fix %d:%d-%d:%d %s", f.Fix.Span.Start.Line, f.Fix.Span.Start.Column, f.Fix.Span.End.Line, f.Fix.Span.End.Column, f.Fix.Text)
		}
		for _, r := range f.Related {
			s += " | " + strings.TrimPrefix(r.Span.String(), "f.yaml:") + " " + r.Message
		}
		out = append(out, s)
	}
	return out
}

func TestDecode(t *testing.T) {
	c, n, bad := decode[config](t, `
name: 0012
where: a == "b"
text: no
flag: true
maybe: false
batch: 250
small: -128
port: 65535
every: 1h30m
price: "1.10"
mode: upsert
modes: [a, b]
codes: 12E4
tables: {z: 1, a: 1.10}
groups:
  g: {x: 1}
  f: {}
limit: 7
branch: {when: x, inner: [{when: y}]}
branches: {one: {when: z}}
raw: [1, {a: b}]
secret: 9
long: hällo
url: https://example.com
`)
	if bad != nil {
		t.Fatal(bad)
	}
	if c.Name != "0012" || c.Text.Value != "no" || c.Codes[0] != "12E4" {
		t.Errorf("texts changed: %q %q %q", c.Name, c.Text.Value, c.Codes[0])
	}
	if got := c.Text.At(0, 2).String(); got != "f.yaml:4:7" {
		t.Errorf("text stands at %s", got)
	}
	if c.Where.node.Text.Value != `a == "b"` || !c.Flag || c.Maybe == nil || *c.Maybe || c.Batch != 250 || c.Small != -128 || c.Port != 65535 {
		t.Errorf("scalars: %+v", c)
	}
	if c.Every != 90*time.Minute || c.Price.String() != "1.10" || c.Mode != "upsert" {
		t.Errorf("every %v, price %v, mode %v", c.Every, c.Price, c.Mode)
	}
	if !cmp.Equal(c.Tables.Keys(), []string{"z", "a"}) {
		t.Errorf("tables %v", c.Tables.Keys())
	}
	if v, _ := c.Tables.Get("a"); v.Value != "1.10" || v.Span.String() != "f.yaml:15:19" {
		t.Errorf("table a: %q at %v", v.Value, v.Span)
	}
	if _, ok := c.Tables.Get("b"); ok {
		t.Error("table b is there")
	}
	if g, _ := c.Groups.Get("g"); c.Groups.Len() != 2 || g.Len() != 1 {
		t.Errorf("groups %v", c.Groups)
	}
	if c.Limit.Value != 7 || !c.Limit.Given || c.Limit.Span.String() != "f.yaml:19:8" {
		t.Errorf("limit %+v", c.Limit)
	}
	if c.Branch.Inner[0].When.node.Text.Value != "y" || c.Branches.Entries[0].Value.When.node.Text.Value != "z" {
		t.Errorf("branches %+v %+v", c.Branch, c.Branches)
	}
	if c.Raw != n.Get("raw") || c.At != n.Span {
		t.Error("raw or span is not the tree's")
	}
	if !cmp.Equal(c.Sizes, []int{1, 2}) {
		t.Errorf("sizes %v", c.Sizes)
	}
}

func TestDefaults(t *testing.T) {
	c, n, bad := decode[config](t, "name: x\nmode:\nlimit: ~\n")
	if bad != nil {
		t.Fatal(bad)
	}
	if c.Batch != 100 || c.Every != 10*time.Minute || c.Mode != "create" || !cmp.Equal(c.Sizes, []int{1, 2}) {
		t.Errorf("defaults: %+v", c)
	}
	if c.Limit.Value != 5 || c.Limit.Given || c.Limit.Span != n.Span {
		t.Errorf("limit %+v", c.Limit)
	}
	if c.Maybe != nil || c.Branch != nil || c.Raw != nil || c.Where.node != nil {
		t.Error("something was made of nothing")
	}
	for _, n := range []*syntax.Node{nil, syntax.Parse("f", nil, new(diag.List))} {
		var fs diag.List
		var c config
		if !spec.For[config]().Decode(n, &c, &fs) || c.Batch != 100 {
			t.Errorf("an empty mapping gave %v, %v", c.Batch, fs.Sorted())
		}
	}
}

func TestFindings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown", "naem: x", `1:1: unknown key "naem" [unknown-key] | did you mean "name"? | fix 1:1-1:5 name`},
		{"unknown, not near", "zzzzzz: x", `1:1: unknown key "zzzzzz" [unknown-key]`},
		{"unknown, taken", "name: a\nnaem: x", `2:1: unknown key "naem" [unknown-key] | did you mean "name"? it is given already`},
		{"inner unknown", "branch: {when: x, wen: y}", `1:19: unknown key "wen" [unknown-key] | did you mean "when"? it is given already`},
		{"inner unknown, not near", "branch: {when: x, zzzzzz: y}", `1:19: unknown key "zzzzzz" [unknown-key] | known here: when, inner`},
		{"not a mapping", "[a]", `1:1: this must be a mapping, not a list [wrong-type]`},
		{"list for int", "batch:\n  - 1", `1:1: "batch" must be a whole number, not a list [wrong-type]`},
		{"flow list for int", "batch: [1]", `1:8: "batch" must be a whole number, not a list [wrong-type]`},
		{"text for int", "batch: many", `1:8: "batch" must be a whole number, not "many" [wrong-type]`},
		{"long text for int", "batch: " + strings.Repeat("ab ", 30) + "c", `1:8: "batch" must be a whole number, not "ab ab ab ab ab ab ab ab ab ab ab ab ab a…" [wrong-type]`},
		{"octal", "batch: 012", `1:8: "batch" must be a whole number, not "012" [wrong-type] | remove the leading zeros`},
		{"underscores", "batch: -1_000", `1:8: "batch" must be a whole number, not "-1_000" [wrong-type] | write it in digits alone: -1000`},
		{"huge", "batch: 99999999999999999999", `1:8: "batch" is too large: "99999999999999999999" [out-of-bounds]`},
		{"int8", "small: 128", `1:8: "small" is too large: "128" [out-of-bounds]`},
		{"negative", "port: -1", `1:7: "port" must be at least 0, not "-1" [out-of-bounds]`},
		{"uint16", "port: 65536", `1:7: "port" is too large: "65536" [out-of-bounds]`},
		{"zero", "batch: 0", `1:8: "batch" must be at least 1, not "0" [out-of-bounds]`},
		{"max", "batch: 251", `1:8: "batch" must be at most 250, not "251" [out-of-bounds]`},
		{"placed", "limit: 0", `1:8: "limit" must be more than 0, not "0" [out-of-bounds]`},
		{"yes", "flag: yes", `1:7: "flag" must be true or false, not "yes" [wrong-type] | write true | fix 1:7-1:10 true`},
		{"Off", "maybe: Off", `1:8: "maybe" must be true or false, not "Off" [wrong-type] | write false | fix 1:8-1:11 false`},
		{"other bool", "flag: maybe", `1:7: "flag" must be true or false, not "maybe" [wrong-type]`},
		{"duration", "every: 10", `1:8: "every" must be a duration, not "10" [wrong-type] | write it as 500ms, 30s, 10m, 24h or 7d`},
		{"short", "every: 1ms", `1:8: "every" must be at least 1s, not "1ms" [out-of-bounds]`},
		{"decimal", "price: 1,10", `1:8: "price" must be a number, not "1,10" [wrong-type] | write it in digits, with a point before the decimals`},
		{"cheap", "price: 0.009", `1:8: "price" must be at least 0.01, not "0.009" [out-of-bounds]`},
		{"dear", "price: 100.00", `1:8: "price" must be less than 100, not "100.00" [out-of-bounds]`},
		{"enum", "mode: creat", `1:7: "mode" must be "create", "update" or "upsert", not "creat" [bad-value] | did you mean "create"? | fix 1:7-1:12 create`},
		{"enum case", "mode: Update", `1:7: "mode" must be "create", "update" or "upsert", not "Update" [bad-value] | did you mean "update"? | fix 1:7-1:13 update`},
		{"item enum", "modes: [a, c]", `1:12: an item of "modes" must be "a" or "b", not "c" [bad-value]`},
		{"too many", "modes: [a, b, a]", `1:8: "modes" must have at most 2 items [out-of-bounds]`},
		{"not unique", "modes:\n- a\n- a", `1:1: "modes" must have each item once [bad-value]`},
		{"item type", "sizes: [1, [2]]", `1:12: an item of "sizes" must be a whole number, not a list [wrong-type]`},
		{"item nothing", "sizes: [1, ~]", `1:12: an item of "sizes" must be a whole number, not nothing [wrong-type]`},
		{"item bound", "sizes: [1, 0]", `1:12: an item of "sizes" must be at least 1, not "0" [out-of-bounds]`},
		{"scalar for list", "sizes: 1", `1:8: "sizes" must be a list, not "1" [wrong-type]`},
		{"one or more", "codes: {a: b}", `1:8: "codes" must be a text, not a mapping [wrong-type]`},
		{"map value", "tables: {a: [1]}", `1:13: "a" must be a text, not a list [wrong-type]`},
		{"deep map value", "groups: {g: {x: y}}", `1:17: "x" must be a whole number, not "y" [wrong-type]`},
		{"map type", "tables: [a]", `1:9: "tables" must be a mapping, not a list [wrong-type]`},
		{"secret", "secret: hunter2", `1:9: "secret" must be a whole number, not the secret that was given [wrong-type]`},
		{"text length", "long: hällöö", `1:7: "long" must be at most 5 characters long, not "hällöö" [out-of-bounds]`},
		{"url", "url: nowhere", `1:6: "url" must be a URL such as https://example.com, not "nowhere" [bad-value]`},
		{"custom", "where: [a]", `1:8: expected a word, not a list [wrong-type]`},
		{"missing inside", "branch: {inner: []}", `1:1: the field "when" is missing [missing-field]`},
		{"missing in item", "branch:\n  when: x\n  inner:\n    - when: y\n    - inner: []", `5:7: the field "when" is missing [missing-field]`},
		{"missing in nothing", "branches:\n  one:\n", `2:3: the field "when" is missing [missing-field]`},
		{"no value", "branch: {when: }", `1:10: "when" has no value [missing-field]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, got := decode[config](t, c.text)
			if diff := cmp.Diff([]string{c.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGoesOnAfterFindings(t *testing.T) {
	c, _, got := decode[config](t, "naem: x\nbatch: many\nmode: upsert\nmodes: [c, a]\nflag: yes\n")
	if len(got) != 4 {
		t.Errorf("got %q", got)
	}
	if c.Mode != "upsert" || c.Batch != 0 || len(c.Modes) != 2 {
		t.Errorf("the rest was not decoded: %+v", c)
	}
}

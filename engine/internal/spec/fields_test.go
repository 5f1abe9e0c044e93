package spec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

const declared = `
statuses:     {type: list, of: text, default: [paid], help: Order statuses to download.}
folder:       {type: text, help: Folder for new orders.}
prefix:       {type: text, default: "", help: Put in front of every order number.}
version:      {type: text, default: 1.10}
limit:        {type: int, default: 9007199254740993}
rate:         {type: decimal, required: false}
active:       {type: bool, default: true}
first_import: {type: date, required: false}
since:        {type: time, required: false}
mode:         {type: text, enum: [one, no], default: one}
modes:        {type: list, of: text, enum: [one, no], required: false}
counts:       {type: list, of: int, required: false}
token:        {type: int, secret: true, required: false}
`

func readFields(t *testing.T, text string) (spec.Fields, []string) {
	t.Helper()
	var fs diag.List
	n := syntax.Parse("f.yaml", []byte(text), &fs)
	f := spec.ReadFields(n, &fs)
	return f, report(&fs)
}

func TestReadFields(t *testing.T) {
	f, bad := readFields(t, declared)
	if bad != nil {
		t.Fatal(bad)
	}
	var got []string
	for _, x := range f {
		s := x.Name + " " + x.Type.String()
		if x.Default.Kind() != item.KindMissing {
			s += " = " + x.Default.Kind().String() + " " + x.Default.String()
		}
		if x.Required {
			s += " required"
		}
		if x.Secret {
			s += " secret"
		}
		got = append(got, s)
	}
	want := []string{
		`statuses list of text = list ["paid"]`, `folder text required`, `prefix text = text `, `version text = text 1.10`,
		`limit int = int 9007199254740993`, `rate decimal or null`, `active bool = bool true`, `first_import date or null`,
		`since time or null`, `mode one of one, no = text one`, `modes list of one of one, no or null`, `counts list of int or null`,
		`token int or null secret`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if x, _ := f.Get("folder"); x.Help != "Folder for new orders." || x.Span.String() != "f.yaml:3:1" {
		t.Errorf("%+v", x)
	}
	if _, ok := f.Get("nothing"); ok {
		t.Error("a field that is not declared is there")
	}
	typ := f.Type()
	if !cmp.Equal(typ.FieldNames(), f.Names()) || !typ.Fields[1].Required || typ.Fields[1].Doc != "Folder for new orders." {
		t.Errorf("%+v", typ)
	}
	if f, bad := readFields(t, ""); f != nil || bad != nil {
		t.Error("nothing declares something")
	}
}

func TestReadFieldsFindings(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[a]", `1:1: this must be a mapping of names to fields, not a list [wrong-type]`},
		{"a: text", `1:4: "a" must be a mapping, not "text" [wrong-type]`},
		{"a:", `1:1: the field "type" is missing [missing-field] | The type of the field's values`},
		{"a: {type: txt}", `1:11: "type" must be "text", "int", "decimal", "bool", "date", "time" or "list", not "txt" [bad-value] | did you mean "text"? | fix 1:11-1:14 text`},
		{"a: {type: list}", `1:5: "type" needs the field "of" beside it [missing-field] | The type of a list's items`},
		{"a: {type: int, of: text}", `1:16: "of" has no meaning with "type" being "int" [conflict] | remove it | 1:11 given here`},
		{"a: {type: int, enum: [x]}", `1:1: only a text can have an enum, and "a" is int [conflict]`},
		{"a: {type: text, enum: []}", `1:23: "enum" must have at least 1 item [out-of-bounds]`},
		{"a: {type: text, enum: [x, x]}", `1:23: "enum" must have each item once [bad-value]`},
		{"a: {type: int, default: x}", `1:25: "default" must be a whole number, not "x" [wrong-type]`},
		{"a: {type: int, default: hunter2, secret: true}", `1:25: "default" must be a whole number, not the secret that was given [wrong-type]`},
		{"a: {type: list, of: int, default: [1, x]}", `1:39: an item of "default" must be a whole number, not "x" [wrong-type]`},
		{"a: {type: text, enum: [x], default: y}", `1:37: "default" must be "x", not "y" [bad-value]`},
		{"a: {type: int, default: 1, required: true}", `1:38: a field with a default is never required [conflict] | remove one of the two`},
		{"a: {type: int, hlep: x}", `1:16: unknown key "hlep" [unknown-key] | did you mean "help"? | fix 1:16-1:20 help`},
	} {
		f, got := readFields(t, c.text)
		if diff := cmp.Diff([]string{c.want}, got); diff != "" {
			t.Errorf("%s\n%s", c.text, diff)
		}
		if strings.HasPrefix(c.text, "a") && len(f) != 1 {
			t.Errorf("%s: %d fields", c.text, len(f))
		}
	}
}

func decodeFields(t *testing.T, f spec.Fields, text string) (spec.Values, []string) {
	t.Helper()
	var fs diag.List
	n := syntax.Parse("f.yaml", []byte(text), &fs)
	at := diag.Span{File: "f.yaml", Start: diag.Pos{Line: 99, Column: 1}, End: diag.Pos{Line: 99, Column: 2}}
	v := f.Decode(n, at, &fs)
	return v, report(&fs)
}

func TestFieldsDecode(t *testing.T) {
	f, _ := readFields(t, declared)
	v, bad := decodeFields(t, f, "folder: no\nprefix: 0012\nlimit: 0\nrate: 20.00\nactive: false\nfirst_import: 2026-01-01\n"+
		"since: 2026-01-01T00:00:00Z\nmode: no\nmodes: [no, one]\nstatuses: []\ncounts: [1, 2]\ntoken: 12\n")
	if bad != nil {
		t.Fatal(bad)
	}
	var got []string
	for _, g := range v {
		s := g.Field.Name + " " + g.Value.Kind().String() + " " + g.Value.String()
		if g.Default {
			s += " default"
		} else {
			s += " " + strings.TrimPrefix(g.Span.String(), "f.yaml:")
		}
		got = append(got, s)
	}
	want := []string{
		"statuses list [] 10:11", "folder text no 1:9", "prefix text 0012 2:9", "version text 1.10 default", "limit int 0 3:8",
		"rate decimal 20.00 4:7", "active bool false 5:9", "first_import date 2026-01-01 6:15", "since time 2026-01-01T00:00:00Z 7:8",
		"mode text no 8:7", `modes list ["no","one"] 9:8`, "counts list [1,2] 11:9", "token int 12 12:8",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	o := v.Object(item.FullLayout(f.Type()))
	if got := o.Member("rate").String(); got != "20.00" {
		t.Errorf("the object has the rate %s", got)
	}
	if g, ok := v.Get("folder"); !ok || g.Value.AsText() != "no" {
		t.Errorf("folder %v", g)
	}
	if _, ok := v.Get("nothing"); ok {
		t.Error("a value of no field is there")
	}
	v, bad = decodeFields(t, f, "folder: x\nlimit:\nrate: ~\n")
	if g, _ := v.Get("limit"); bad != nil || g.Value.AsInt() != 9007199254740993 || !g.Default {
		t.Errorf("%v %v", g, bad)
	}
	if g, _ := v.Get("rate"); !g.Value.IsNull() {
		t.Errorf("rate %v", g)
	}
}

func TestFieldsDecodeFindings(t *testing.T) {
	f, _ := readFields(t, declared)
	for _, c := range []struct{ text, want string }{
		{"", `99:1: the setting "folder" is missing [missing-field] | Folder for new orders`},
		{"folder:", `1:1: the setting "folder" is missing [missing-field] | Folder for new orders`},
		{"folder: ''", `1:9: "folder" must not be empty [missing-field] | Folder for new orders`},
		{"[folder]", `1:1: this must be a mapping of settings, not a list [wrong-type]`},
		{"folder: x\nfoldr: y", `2:1: unknown setting "foldr" [unknown-setting]`},
		{"folder: x\nstatus: [y]", `2:1: unknown setting "status" [unknown-setting] | did you mean "statuses"? | fix 2:1-2:7 statuses`},
		{"folder: [x]", `1:9: "folder" must be a text, not a list [wrong-type]`},
		{"folder: x\nstatuses: paid", `2:11: "statuses" must be a list, not "paid" [wrong-type]`},
		{"folder: x\nstatuses: [a, [b], ~]", `2:15: an item of "statuses" must be a text, not a list [wrong-type]
2:20: an item of "statuses" must be a text, not nothing [wrong-type]`},
		{"folder: x\nlimit: 1.5", `2:8: "limit" must be a whole number, not "1.5" [wrong-type]`},
		{"folder: x\nrate: 1,5", `2:7: "rate" must be a number, not "1,5" [wrong-type] | write it in digits, with a point before the decimals`},
		{"folder: x\nactive: yes", `2:9: "active" must be true or false, not "yes" [wrong-type] | write true | fix 2:9-2:12 true`},
		{"folder: x\nfirst_import: 01/02/2026", `2:15: "first_import" must be a date such as 2026-01-31, not "01/02/2026" [wrong-type]`},
		{"folder: x\nfirst_import: 2026-02-30", `2:15: "first_import" must be a date such as 2026-01-31, not "2026-02-30" [wrong-type]`},
		{"folder: x\nsince: noon", `2:8: "since" must be a time such as 2026-01-31T08:00:00Z, not "noon" [wrong-type]`},
		{"folder: x\nmode: On", `2:7: "mode" must be "one" or "no", not "On" [bad-value]`},
		{"folder: x\nmodes: [one, oen]", `2:14: an item of "modes" must be "one" or "no", not "oen" [bad-value] | did you mean "one"? | fix 2:14-2:17 one`},
		{"folder: x\ncounts: [1, x]", `2:13: an item of "counts" must be a whole number, not "x" [wrong-type]`},
		{"folder: x\ntoken: hunter2", `2:8: "token" must be a whole number, not the secret that was given [wrong-type]`},
	} {
		v, got := decodeFields(t, f, c.text)
		for i, g := range got {
			if strings.Contains(g, "foldr") {
				got[i], _, _ = strings.Cut(g, " |")
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s\n%s", c.text, diff)
		}
		if len(v) != len(f) {
			t.Errorf("%s: %d values of %d fields", c.text, len(v), len(f))
		}
	}
}

// A field with a wrong declaration takes any value, so that one mistake is
// reported once.
func TestFieldsOfWrongDeclaration(t *testing.T) {
	f, _ := readFields(t, "a: {type: nonsense}\nb: {type: int}")
	_, bad := decodeFields(t, f, "a: [1]\nb: 2")
	if bad != nil {
		t.Error(bad)
	}
}

func TestSecretNodes(t *testing.T) {
	f, _ := readFields(t, "port: {type: int}\nmode: {type: text, enum: [a]}\non: {type: bool}")
	var fs diag.List
	n := syntax.Parse("f.yaml", []byte("port: p\nmode: m\non: o"), &fs)
	for i := range n.Pairs {
		n.Pairs[i].Value = n.Pairs[i].Value.WithText("hunter2", true)
	}
	f.Decode(n, n.Span, &fs)
	for _, line := range report(&fs) {
		if strings.Contains(line, "hunter2") {
			t.Error(line)
		}
	}
	if fs.Len() != 3 {
		t.Error(report(&fs))
	}
}

func TestFieldsDescribe(t *testing.T) {
	f, _ := readFields(t, declared)
	d := f.Describe()
	for i, want := range map[int]spec.FieldDoc{
		0:  {Name: "statuses", Type: "list of text", Doc: "Order statuses to download.", Default: "[paid]", HasDefault: true},
		1:  {Name: "folder", Type: "text", Doc: "Folder for new orders.", Required: true},
		10: {Name: "modes", Type: "list of text", Enum: []string{"one", "no"}},
		12: {Name: "token", Type: "int", Secret: true},
	} {
		if diff := cmp.Diff(want, d[i]); diff != "" {
			t.Error(diff)
		}
	}
	if spec.Declaration().Describe(spec.Comments(spec.Sources))[0].Doc != "The type of the field's values." {
		t.Error("a declaration has no comments")
	}
}

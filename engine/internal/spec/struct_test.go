package spec_test

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// Trigger is a struct with rules about which fields are given together.
type trigger struct {
	// Cron is the schedule. It has five fields.
	Cron string `yaml:"cron" validate:"required_without=Webhook,excluded_with=Webhook"`
	// Webhook names what the vendor sends.
	Webhook string `yaml:"webhook" validate:"required_without=Cron,excluded_with=Cron"`
	Zone    string `yaml:"time_zone" validate:"excluded_without=Cron"`
	Kind    string `yaml:"kind" default:"simple" validate:"oneof=simple signed"`
	Key     string `yaml:"key" secret:"true" validate:"required_if=Kind signed,excluded_unless=Kind signed"`
	From    string `yaml:"from" validate:"required_with=To"`
	To      string `yaml:"to"`
	A       string `yaml:"a" validate:"required_with_all=B C"`
	B       string `yaml:"b"`
	C       string `yaml:"c"`
	D       string `yaml:"d" validate:"excluded_if=Kind signed"`
	E       string `yaml:"e" validate:"required_unless=Kind simple"`
}

func TestPresence(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"cron", "cron: x\ntime_zone: UTC", ""},
		{"webhook", "webhook: x", ""},
		{"signed", "webhook: x\nkind: signed\nkey: k\ne: x", ""},
		{"neither", "to: x\nfrom: y", `1:1: one of "cron" and "webhook" is missing [missing-field]`},
		{"neither, nothing", "", `1:1: one of "cron" and "webhook" is missing [missing-field]`},
		{"both", "webhook: x\ncron: y", `2:1: "webhook" and "cron" exclude each other [conflict] | remove one of the two | 1:1 the other one`},
		{"alone", "webhook: x\ntime_zone: UTC", `2:1: "time_zone" has a meaning only with "cron" [conflict] | add "cron"`},
		{"required if", "cron: x\nkind: signed\ne: x", `2:1: "kind" needs the field "key" beside it [missing-field]`},
		{"excluded unless", "cron: x\nkey: hunter2", `2:1: "key" has no meaning here [conflict] | remove it`},
		{"excluded unless, given", "cron: x\nkind: simple\nkey: y", `3:1: "key" has no meaning with "kind" being "simple" [conflict] | remove it | 2:7 given here`},
		{"excluded if", "cron: x\nkind: signed\nkey: y\ne: x\nd: y", `5:1: "d" has no meaning with "kind" being "signed" [conflict] | remove it | 2:7 given here`},
		{"required unless", "cron: x\nkind: signed\nkey: y", `2:1: "kind" needs the field "e" beside it [missing-field]`},
		{"required with", "cron: x\nto: y", `2:1: "to" needs the field "from" beside it [missing-field]`},
		{"required with all", "cron: x\nb: y\nc: z", `2:1: "b" needs the field "a" beside it [missing-field]`},
		{"required with some", "cron: x\nb: y", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, got := decode[trigger](t, c.text)
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Options of a yaml tag.
type options struct {
	Name   string        `yaml:"name" validate:"required"`
	More   inner         `yaml:",inline"`
	Rest   []syntax.Pair `yaml:",rest"`
	Node   *syntax.Node  `yaml:",node"`
	Span   diag.Span     `yaml:",span"`
	Ignore func()        `yaml:"-"`
}

type inner struct {
	Size int `yaml:"size" default:"3"`
}

func TestOptions(t *testing.T) {
	v, n, bad := decode[options](t, "name: x\nsize: 4\nother: [1]\nmore: y\n")
	if bad != nil {
		t.Fatal(bad)
	}
	if v.More.Size != 4 || len(v.Rest) != 2 || v.Rest[0].Key.Text.Value != "other" || v.Rest[1].Value != n.Get("more") || v.Node != n || v.Span != n.Span {
		t.Errorf("%+v", v)
	}
	if !cmp.Equal(spec.For[options]().Names(), []string{"name", "size"}) {
		t.Error(spec.For[options]().Names())
	}
	v, _, _ = decode[options](t, "name: x")
	if v.More.Size != 3 || v.Rest != nil {
		t.Errorf("%+v", v)
	}
	_, _, bad = decode[options](t, "name: ''")
	if len(bad) != 1 || bad[0] != `1:7: "name" must not be empty [missing-field]` {
		t.Error(bad)
	}
	if p, ok := spec.For[options]().New().(*options); !ok || p == nil {
		t.Error("New gave another type")
	}
	if spec.For[options]().Name() != "spec_test.options" {
		t.Error(spec.For[options]().Name())
	}
}

// defaulted has structs that need not be given.
type defaulted struct {
	Inner inner  `yaml:"inner"`
	Far   *inner `yaml:"far"`
	Req   struct {
		Key  string `yaml:"key" validate:"required"`
		Size int    `yaml:"size" default:"5"`
	} `yaml:"req"`
}

func TestStructsNotGiven(t *testing.T) {
	v, _, bad := decode[defaulted](t, "{}")
	if bad != nil || v.Inner.Size != 3 || v.Far != nil || v.Req.Size != 5 {
		t.Errorf("%+v %v", v, bad)
	}
	v, _, bad = decode[defaulted](t, "inner: {}\nfar: {}\nreq:\n  size: 1")
	if v.Far == nil || v.Far.Size != 3 || len(bad) != 1 || bad[0] != `3:1: the field "key" is missing [missing-field]` {
		t.Errorf("%+v %v", v, bad)
	}
}

func TestWrongTags(t *testing.T) {
	for name, read := range map[string]func(){
		"no yaml tag": func() { spec.For[struct{ A string }]() },
		"a float64 cannot": func() {
			spec.For[struct {
				A float64 `yaml:"a"`
			}]()
		},
		"a map[string]string": func() {
			spec.For[struct {
				A map[string]string `yaml:"a"`
			}]()
		},
		"not exported": func() {
			spec.For[struct {
				a string `yaml:"a"`
			}]()
		},
		"given twice": func() {
			spec.For[struct {
				A, B string `yaml:"a"`
			}]()
		},
		"\"sideways\" is not known": func() {
			spec.For[struct {
				A string `yaml:",sideways"`
			}]()
		},
		"option rest is for": func() {
			spec.For[struct {
				A string `yaml:",rest"`
			}]()
		},
		"its default is wrong": func() {
			spec.For[struct {
				A int `yaml:"a" default:"x"`
			}]()
		},
		"required and has": func() {
			spec.For[struct {
				A int `yaml:"a" default:"1" validate:"required"`
			}]()
		},
		"dive needs": func() {
			spec.For[struct {
				A int `yaml:"a" validate:"dive"`
			}]()
		},
		"rules \"nonsense\"": func() {
			spec.For[struct {
				A int `yaml:"a" validate:"nonsense"`
			}]()
		},
		"names B, which": func() {
			spec.For[struct {
				A int `yaml:"a" validate:"excluded_with=B"`
			}]()
		},
		"required_x is not known": func() {
			spec.For[struct {
				A int `yaml:"a" validate:"required_x=B"`
			}]()
		},
		"names no field": func() {
			spec.For[struct {
				A int `yaml:"a" validate:"excluded_with="`
			}]()
		},
		"a value for each": func() {
			spec.For[struct {
				A int `yaml:"a" validate:"required_if=A"`
			}]()
		},
		"has no method": func() {
			spec.For[struct {
				A struct{} `yaml:"a"`
			}]()
		},
		"not a struct": func() { spec.For[int]() },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, name) {
					t.Errorf("%s: %q", name, r)
				}
			}()
			read()
		}()
	}
	defer func() {
		if recover() == nil {
			t.Error("another type was decoded into")
		}
	}()
	spec.For[inner]().Decode(nil, &options{}, new(diag.List))
}

// sources are what the structs look like in Go.
var sources = fstest.MapFS{
	"a.go": {Data: []byte(`package spec_test

// Trigger is a struct with rules
// about which fields are given together.
type trigger struct {
	// Cron is the schedule. It has five fields.
	Cron string
}

type (
	other int
	// Needy needs much.
	needy struct {
		// A is the first (and "best") of them. More about it
		// stands here.
		A string
		B key
		// C comes last:
		//
		//   - or not
		C []int
	}
)
`)},
	"deep/b.go":    {Data: []byte("package spec_test\n\ntype key struct {\n\tKey string // Key opens it.\n}\n")},
	"c_test.go":    {Data: []byte("package spec_test\n\n// Not this.\ntype trigger struct{}\n")},
	"broken.go":    {Data: []byte("package")},
	"deep/text.md": {Data: []byte("no Go here")},
}

func TestDocs(t *testing.T) {
	docs := spec.Comments(sources, fstest.MapFS{})
	s := spec.For[trigger]()
	if got := s.Doc(docs); got != "Trigger is a struct with rules about which fields are given together." {
		t.Errorf("type: %q", got)
	}
	d := s.Describe(docs)
	want := spec.FieldDoc{Name: "cron", Type: "text", Doc: "cron is the schedule. It has five fields.", Owner: "spec_test.trigger", Together: []string{"needed without webhook", "not with webhook"}}
	if diff := cmp.Diff(want, d[0]); diff != "" {
		t.Error(diff)
	}
	want = spec.FieldDoc{Name: "kind", Type: "text", Default: "simple", HasDefault: true, Enum: []string{"simple", "signed"}, Owner: "spec_test.trigger"}
	if diff := cmp.Diff(want, d[3]); diff != "" {
		t.Error(diff)
	}
	if !d[4].Secret {
		t.Error("a secret is described as none")
	}

	var fs diag.List
	documented := spec.For[needy]().Document(docs)
	documented.Decode(syntax.Parse("f.yaml", []byte("b: {}\nc:\n"), new(diag.List)), new(needy), &fs)
	if diff := cmp.Diff([]string{
		`1:1: the field "a" is missing [missing-field] | a is the first (and "best") of them`,
		`1:1: the field "key" is missing [missing-field] | key opens it`,
		`2:1: "c" has no value [missing-field] | c comes last`,
	}, report(&fs)); diff != "" {
		t.Error(diff)
	}
	if spec.For[needy]().Describe(nil)[0].Doc != "" {
		t.Error("Document changed the struct that others use")
	}
}

type needy struct {
	A string `yaml:"a" validate:"required"`
	B key    `yaml:"b"`
	C []int  `yaml:"c" validate:"required"`
}

type key struct {
	Key string `yaml:"key" validate:"required"`
}

func TestDescribe(t *testing.T) {
	d := spec.For[config]().Describe(nil)
	got := map[string]string{}
	for _, f := range d {
		got[f.Name] = f.Type
		if len(f.Bounds) > 0 {
			got[f.Name] += " must " + strings.Join(f.Bounds, "; ")
		}
		for _, in := range f.Fields {
			got[f.Name+"."+in.Name] = in.Type
			if in.Fields != nil {
				t.Error("a struct that holds itself is repeated")
			}
		}
	}
	want := map[string]string{
		"name": "text", "where": "word", "text": "text", "flag": "bool", "maybe": "bool",
		"batch": "int must be at least 1; be at most 250", "small": "int", "port": "int",
		"every": "duration must be at least 1s; be at most 24h", "price": "decimal must be at least 0.01; be less than 100",
		"mode": "text", "modes": "list of text must have at most 2 items; have each item once",
		"sizes": "list of int must each: be at least 1", "codes": "text, or a list of them",
		"tables": "map of text", "groups": "map of map of int", "limit": "int must be more than 0",
		"branch": "object", "branch.when": "word", "branch.inner": "list of object",
		"branches": "map of object", "branches.when": "word", "branches.inner": "list of object",
		"raw": "any", "secret": "int", "long": "text must be at most 5 characters long",
		"url": "text must be a URL such as https://example.com",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Duration is a type that decodes itself and has bounds.
type Duration time.Duration

func (d *Duration) DecodeNode(n *syntax.Node, fs *diag.List) {
	v, err := time.ParseDuration(n.Text.Value)
	if err != nil {
		fs.Errorf(n.Span, diag.CodeBadValue, "%v", err)
	}
	*d = Duration(v)
}

type edges struct {
	Every Duration     `yaml:"every" default:"1h" validate:"min=1m"`
	Mode  string       `yaml:"mode" secret:"true" validate:"oneof=abc def"`
	Count uint         `yaml:"count"`
	On    bool         `yaml:"on" default:"true"`
	Any   *syntax.Node `yaml:"any" default:"{a: true, b: false, c: 12, d: [x, 0x1, ~], e: 'true'}"`
	Inner struct {
		Deep spec.Map[bool] `yaml:"deep" default:"{a: true, b: false}"`
	} `yaml:"inner" default:"{deep: {c: true}}"`
}

func TestEdges(t *testing.T) {
	v, _, bad := decode[edges](t, "count: 0\nevery: 2m")
	if bad != nil || time.Duration(v.Every) != 2*time.Minute || !v.On {
		t.Errorf("%+v %v", v, bad)
	}
	if deep := v.Inner.Deep; deep.Len() != 1 || !deep.Entries[0].Value || v.Any.Get("c").Text.Value != "12" {
		t.Errorf("%+v", v)
	}
	_, _, bad = decode[edges](t, "every: 59s\nmode: abd\ncount: [1]\nany: x")
	if diff := cmp.Diff([]string{
		`1:8: "every" must be at least 1m, not "59s" [out-of-bounds]`,
		`2:7: "mode" must be "abc" or "def", not the secret that was given [bad-value]`,
		`3:8: "count" must be a whole number, not a list [wrong-type]`,
	}, bad); diff != "" {
		t.Error(diff)
	}
	_, _, bad = decode[edges](t, "a1: 1")
	if len(bad) != 1 || bad[0] != `1:1: unknown key "a1" [unknown-key] | known here: every, mode, count, on, any, inner` {
		t.Error(bad)
	}
}

// TestConcurrentUse reads and decodes in several goroutines at once; the race
// detector judges.
func TestConcurrentUse(t *testing.T) {
	var wg sync.WaitGroup
	docs := spec.Comments(sources)
	for range 8 {
		wg.Go(func() {
			var fs diag.List
			n := syntax.Parse("f.yaml", []byte("batch: 0\nmodes: [c]\nbranch: {}\n"), &fs)
			spec.For[config]().Document(docs).Decode(n, new(config), &fs)
			if fs.Len() != 3 {
				t.Errorf("%d findings", fs.Len())
			}
		})
	}
	wg.Wait()
}

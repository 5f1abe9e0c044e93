package spec_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// together has the rules about fields that a schema can say as well.
type together struct {
	Cron    string `yaml:"cron" validate:"required_without=Webhook,excluded_with=Webhook"`
	Webhook string `yaml:"webhook" validate:"required_without=Cron,excluded_with=Cron"`
	Zone    string `yaml:"time_zone" validate:"excluded_without=Cron"`
	From    string `yaml:"from" validate:"required_with=To"`
	To      string `yaml:"to"`
	Body    string `yaml:"body"`
	Form    string `yaml:"form" validate:"excluded_with=Body"`
	Update  string `yaml:"update" validate:"required_without_all=From To"`
}

// TestSchemaTogether sees that the schema and Decode judge alike which fields
// are given together.
func TestSchemaTogether(t *testing.T) {
	s := spec.For[together]()
	w := spec.NewSchema(nil)
	data, err := w.Write("https://example.com/config.json", "A config", w.Struct(s))
	if err != nil {
		t.Fatal(err)
	}
	schema := compileSchema(t, data)
	names := s.Names()
	for set := range 1 << len(names) {
		var given []string
		for i, name := range names {
			if set&(1<<i) != 0 {
				given = append(given, name+": x")
			}
		}
		text := "{" + strings.Join(given, ", ") + "}"
		var fs diag.List
		n := syntax.Parse("f.yaml", []byte(text), &fs)
		ok := s.Decode(n, new(together), &fs)
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(asJSON(n)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != ok {
			t.Errorf("%s: decoded %v, the schema says %v", text, ok, err)
		}
	}
}

func TestTogetherInWords(t *testing.T) {
	got := map[string][]string{}
	for _, f := range spec.For[trigger]().Describe(nil) {
		if f.Together != nil {
			got[f.Name] = f.Together
		}
	}
	if diff := cmp.Diff(map[string][]string{
		"cron":      {"needed without webhook", "not with webhook"},
		"webhook":   {"needed without cron", "not with cron"},
		"time_zone": {"only with cron"},
		"key":       {"needed if kind is signed", "only if kind is signed"},
		"from":      {"needed with to"},
		"a":         {"needed with b and c"},
		"d":         {"not if kind is signed"},
		"e":         {"needed unless kind is simple"},
	}, got); diff != "" {
		t.Error(diff)
	}
}

// hooked has what a file's schema may know more about.
type hooked struct {
	// Where is a rule.
	Where word                     `yaml:"where"`
	Words []word                   `yaml:"words"`
	Raw   *syntax.Node             `yaml:"raw"`
	Raws  spec.Map[*syntax.Node]   `yaml:"raws"`
	Inner *hooked                  `yaml:"inner"`
	Other spec.Map[[]*syntax.Node] `yaml:"other"`
}

func TestSchemaHooks(t *testing.T) {
	w := spec.NewSchema(spec.Comments(fstest.MapFS{"a.go": {Data: []byte("package spec_test\n\ntype hooked struct {\n\t// Where is a rule.\n\tWhere word\n\tWords []word\n}\n")}}))
	w.Tree = func(field string) spec.Object {
		if field == "spec_test.hooked.other" {
			return nil
		}
		return spec.Object{"const": field}
	}
	w.Form = func(name string) (spec.Object, string) { return spec.Object{"title": name}, "Written as a word." }
	props := w.Properties(spec.For[hooked]())["properties"].(spec.Object)
	raw := func(name string) spec.Object { return spec.Object{"const": "spec_test.hooked." + name} }
	note := func(o spec.Object, doc string) spec.Object {
		o["description"], o["markdownDescription"] = doc, strings.TrimSpace(doc+"\n\nWritten as a word.")
		return o
	}
	if diff := cmp.Diff(spec.Object{
		"where": note(spec.Object{"title": "word"}, "where is a rule."),
		"words": note(spec.Object{"type": []string{"array", "null"}, "items": spec.Object{"title": "word"}}, "Where is a rule."),
		"raw":   raw("raw"),
		"raws":  spec.Object{"type": []string{"object", "null"}, "additionalProperties": raw("raws")},
		"inner": spec.Object{"anyOf": []spec.Object{{"$ref": "#/$defs/spec_test.hooked"}, {"type": "null"}}},
		"other": spec.Object{"type": []string{"object", "null"}, "additionalProperties": spec.Object{"type": "array", "items": spec.Object{}}},
	}, props); diff != "" {
		t.Error(diff)
	}
}

func TestDocsWith(t *testing.T) {
	first := spec.Comments(fstest.MapFS{"a.go": {Data: []byte("package a\n\n// A is one.\ntype A struct{}\n")}})
	second := spec.Comments(fstest.MapFS{"b.go": {Data: []byte("package spec_test\n\n// It is the other.\ntype hooked struct{}\n")}})
	if got := spec.For[hooked]().Doc(first.With(nil, second)); got != "It is the other." {
		t.Errorf("got %q", got)
	}
	if got := spec.For[hooked]().Doc(first); got != "" {
		t.Errorf("With changed the comments that it was asked of: %q", got)
	}
}

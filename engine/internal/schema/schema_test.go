package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

type (
	beside struct {
		Rule  step.Rule     `yaml:"rule" validate:"required"`
		After step.Duration `yaml:"after"`
	}
	whole struct {
		Make step.Mapping `yaml:"make" validate:"required"`
		As   string       `yaml:"as" validate:"required"`
	}
	within struct {
		Steps *step.Tree  `yaml:"steps"`
		Sink  *step.Tree  `yaml:"sink"`
		Rest  []step.Pair `yaml:",rest"`
	}
	paged struct {
		Size int `yaml:"size" validate:"min=1"`
	}
	sized struct {
		Size string `yaml:"size" validate:"oneof=small large"`
		Path string `yaml:"path"`
	}
	twinOptions struct {
		Orders int `yaml:"orders"`
	}
)

// known has a step of each form, and connectors whose options overlap.
func known() Known {
	build := func(any, *step.Builder) step.Transform { return nil }
	return Known{
		Steps: []*step.Definition{
			step.Define("keep", "Keeps.", "", func(c *beside, b *step.Builder) step.Transform { return build(c, b) }).WithHead("rule", false),
			step.Define("make", "Makes.", "", func(c *whole, b *step.Builder) step.Transform { return build(c, b) }).WithHead("make", true),
			step.Define("fork", "Forks.", "", func(c *within, b *step.Builder) step.Transform { return build(c, b) }),
		},
		Connectors: []*step.Connector{
			{
				Name: "shop", Summary: "A shop.",
				Fields: step.Settings(
					step.Setting{Name: "token", Type: item.TypeText, Required: true, Secret: true, Help: "The token."},
					step.Setting{Name: "pause", Type: item.TypeInt, Default: item.Int(3), Help: "The pause."},
				),
				Reads:  []*step.Read{{Name: "orders", Options: spec.For[paged]()}, {Name: "items", Options: spec.For[paged]()}, {Name: "plain"}},
				Writes: []*step.Write{{Name: "note", Options: spec.For[sized]()}},
			},
			{Name: "disk", Summary: "A disk.", Reads: []*step.Read{{Name: "files", Options: spec.For[sized]()}}},
		},
		Twins: []*step.TwinDefinition{
			step.DefineTwin("shop", func(*twinOptions) (step.Twin, error) { return nil, nil }),
			step.DefineTwin("other", func(*twinOptions) (step.Twin, error) { return nil, nil }),
		},
		Integrations: []Integration{{Name: "ready", Pipelines: []*pipeline.Pipeline{ready("a", "text"), ready("b", "int")}}},
	}
}

func ready(setting, typ string) *pipeline.Pipeline {
	text := fmt.Sprintf("pipeline: p\nconnections: {%s: shop}\nsettings: {%s: {type: %s}}\nsource: {read: %[1]s.orders}\n", setting, setting, typ)
	return pipeline.Read("p.yaml", []byte(text), &diag.List{})
}

func compiled(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	data, err := known().Write(kind)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(Base+kind+".json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(Base + kind + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// value reads YAML as an editor does.
func value(t *testing.T, text string) any {
	t.Helper()
	var fs diag.List
	n := syntax.Parse("f.yaml", []byte(text), &fs)
	if fs.Len() > 0 {
		t.Fatalf("the test's YAML is wrong: %v in\n%s", fs.Sorted(), text)
	}
	return plain(n)
}

func plain(n *syntax.Node) any {
	switch n.Kind {
	case syntax.Mapping:
		object := map[string]any{}
		for _, p := range n.Pairs {
			object[p.Key.Text.Value] = plain(p.Value)
		}
		return object
	case syntax.Sequence:
		list := []any{}
		for _, e := range n.Items {
			list = append(list, plain(e))
		}
		return list
	}
	switch text := n.Text.Value; {
	case n.IsNull():
		return nil
	case n.Plain && (text == "true" || text == "false"):
		return text == "true"
	case n.Plain && json.Valid([]byte(text)):
		return json.Number(text)
	default:
		return text
	}
}

func TestSchemas(t *testing.T) {
	const head = "pipeline: p\nsource: {read: a.orders}\n"
	schema := map[string]*jsonschema.Schema{}
	for _, kind := range []string{Pipeline, Workspace, Test} {
		schema[kind] = compiled(t, kind)
	}
	for _, c := range []struct {
		kind, text string
		ok         bool
	}{
		{Pipeline, head, true},
		// A step with a head, beside its name or within it.
		{Pipeline, head + "steps: [{keep: x > 1, after: 10m}]", true},
		{Pipeline, head + "steps: [{keep: {rule: x > 1, after: 10m}}]", true},
		{Pipeline, head + "steps: [{keep: {after: 10m}}]", false},
		{Pipeline, head + "steps: [{keep: {rule: x > 1}, after: 10m}]", false},
		{Pipeline, head + "steps: [{keep: x > 1, aftr: 10m}]", false},
		{Pipeline, head + "steps: [{keep: x > 1, after: soon}]", false},
		{Pipeline, head + "steps: [{keep: x > 1, after: \"\"}]", false},
		{Pipeline, head + "steps: [{keep: x > 1, after: 0}]", true},
		// A step whose fields stand at the level of its name.
		{Pipeline, head + "steps: [{make: {a: b}, as: x}]", true},
		{Pipeline, head + "steps: [{make: {a: b}}]", false},
		{Pipeline, head + "steps: [{make: a, as: x}]", false},
		// A step with everything within, and steps and a sink of its own.
		{Pipeline, head + "steps: [{fork: {steps: [{keep: x}], sink: {write: a.b}}}]", true},
		{Pipeline, head + "steps: [{fork: {steps: [{kep: x}]}}]", false},
		{Pipeline, head + "steps: [{fork: {sink: {wrte: a.b}}}]", false},
		{Pipeline, head + "steps: [{fork: {size: 3}}]", true},
		{Pipeline, head + "steps: [{fork: {sze: 3}}]", false},
		{Pipeline, head + "steps: [{}]", false},
		{Pipeline, head + "steps: [keep]", false},
		// Options of streams: of either struct that has them.
		{Pipeline, "pipeline: p\nsource: {read: a.orders, size: 3}", true},
		{Pipeline, "pipeline: p\nsource: {read: a.files, size: small, path: x}", true},
		{Pipeline, "pipeline: p\nsource: {read: a.files, size: 0}", false},
		{Pipeline, "pipeline: p\nsource: {read: a.files, pth: x}", false},
		{Pipeline, head + "sink: {write: a.note, size: large}", true},
		{Pipeline, head + "sink: {write: a.note, size: 3}", false},
		// Accounts, by their connectors.
		{Workspace, "connections: {a: {connector: shop, token: x, pause: \"${ env.PAUSE }\"}}", true},
		{Workspace, "connections: {a: {connector: shop, token: x, pause: long}}", false},
		{Workspace, "connections: {a: {connector: shop}}", false},
		{Workspace, "connections: {a: {connector: shop, token: x, puase: 3}}", false},
		{Workspace, "connections: {a: {connector: mine, puase: 3}}", true},
		// Uses, by their integrations: with the settings of all their pipelines.
		{Workspace, "use: [{pipelines: ready, connections: {a: x, b: y}, settings: {a: x, b: 3}}]", true},
		{Workspace, "use: [{pipelines: ready, settings: {a: x}}]", false},
		{Workspace, "use: [{pipelines: ready, settings: {a: x, b: y}}]", false},
		{Workspace, "use: [{pipelines: ready, connections: {c: x}}]", false},
		{Workspace, "use: [{pipelines: ./mine, connections: {c: x}, settings: {c: 3}}]", true},
		{Test, "pipeline: p.yaml\ncases: [{name: a, twins: {x: {orders: 3}, y: }, expect: {x.y: 3}}]", true},
		{Test, "pipeline: p.yaml\ncases: [{name: a, twins: {x: {ordres: 3}}, expect: {x.y: 3}}]", false},
		{Test, "pipeline: p.yaml\ncases: [{name: a, expect: {x.y: -3}}]", false},
	} {
		if err := schema[c.kind].Validate(value(t, c.text)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	if _, err := known().Write("pipline"); err == nil || err.Error() != `there is no schema of "pipline"` {
		t.Error(err)
	}
}

// TestOptionsSayWhoseTheyAre sees that an editor tells for each option which
// streams have it, and for each connector which streams it has.
func TestOptionsSayWhoseTheyAre(t *testing.T) {
	data, err := known().Write(Pipeline)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Defs map[string]struct {
			Properties map[string]struct{ Description, MarkdownDescription string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	source := doc.Defs["pipeline.Source"].Properties
	if got, want := source["size"].Description, "For disk.files.\nFor shop.orders, shop.items."; got != want {
		t.Errorf("size: %q", got)
	}
	if got := source["read"].MarkdownDescription; !strings.HasSuffix(got, "- disk: `files`\n- shop: `orders`, `items`, `plain`\n") {
		t.Errorf("read: %q", got)
	}
}

func TestDocs(t *testing.T) {
	docs := known().Docs()
	for _, name := range []string{"pipeline.Pipeline", "connector.File", "step.HTTPCall", "spec.declaration"} {
		if docs.Of(name) == "" && name != "spec.declaration" {
			t.Errorf("there is no comment of %s", name)
		}
	}
	if diff := cmp.Diff([]string{"disk", "shop"}, names(&writer{known: known()})); diff != "" {
		t.Error(diff)
	}
}

func names(w *writer) []string {
	var out []string
	for _, o := range w.connectors() {
		out = append(out, o.value)
	}
	if !slices.IsSorted(out) {
		return nil
	}
	return out
}

package reference_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluicehq/sluice/engine/internal/reference"
	"github.com/sluicehq/sluice/engine/internal/schema"
	"github.com/sluicehq/sluice/engine/step"
)

type config struct {
	Head  string  `yaml:"head" validate:"required"`
	Inner []inner `yaml:"inner"`
}

type inner struct {
	shared `yaml:",inline"`
	Name   string `yaml:"name"`
}

type shared struct {
	Get string `yaml:"get"`
}

type options struct {
	Size int `yaml:"size"`
}

func known() schema.Known {
	return schema.Known{
		Steps: []*step.Definition{
			step.Define("keep", "Keeps.", "steps: []", func(*config, *step.Builder) step.Transform { return nil }).WithHead("head", false),
		},
		Connectors: []*step.Connector{
			{Name: "shop", Reads: []*step.Read{{Name: "orders", Options: step.OptionsOf[options]()}, {Name: "plain"}}},
			{Name: "disk"},
		},
	}
}

func names(fields []reference.Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return out
}

// TestStructs sees that fields are found under the struct that declares them,
// wherever they can be written.
func TestStructs(t *testing.T) {
	r := reference.Collect(known())
	for name, want := range map[string][]string{
		"reference_test.config":  {"head", "inner"},
		"reference_test.inner":   {"name"},
		"reference_test.shared":  {"get"},
		"reference_test.options": {"size"},
	} {
		s := r.Structs[name]
		if s == nil {
			t.Errorf("there is no %s", name)
		} else if diff := cmp.Diff(want, names(s.Fields)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, name := range []string{"pipeline.Pipeline", "pipeline.Account", "pipeline.Case", "connector.Read", "step.HTTPCall", "step.HTTPCursor", "spec.declaration"} {
		s := r.Structs[name]
		if s == nil {
			t.Errorf("there is no %s", name)
			continue
		}
		for _, f := range s.Fields {
			if f.Doc == "" {
				t.Errorf("%s: nothing is said about %s", name, f.Name)
			}
		}
	}
	if get := names(r.Structs["step.HTTPCall"].Fields); !slices.Contains(get, "get") || slices.Contains(names(r.Structs["connector.Read"].Fields), "get") {
		t.Errorf("the fields of a call are %v", get)
	}
}

func TestCollect(t *testing.T) {
	r := reference.Collect(known())
	if len(r.Steps) != 1 || r.Steps[0].Name != "keep" || r.Steps[0].Head != "head" || len(r.Steps[0].Fields) != 2 {
		t.Errorf("the steps are %+v", r.Steps)
	}
	if r.Connectors[0].Name != "disk" {
		t.Error("the connectors are not sorted")
	}
	for _, list := range [][]reference.FunctionDoc{r.Functions, r.Loops} {
		for _, f := range list {
			if f.Doc == "" || f.Signature == "" || f.Result == "" || len(f.Examples) == 0 {
				t.Errorf("not everything is said about %s", f.Name)
			}
		}
	}
	for _, c := range []struct {
		list       []reference.TemplateDoc
		name, want string
	}{
		{r.Twig.Filters, "join", "join(glue?, and?)"}, {r.Twig.Filters, "upper", "upper"}, {r.Twig.Filters, "format", "format(…)"},
		{r.Twig.Functions, "parent", "parent()"}, {r.Twig.Functions, "max", "max(value, …)"}, {r.Twig.Tests, "divisible by", "divisible by(divisor)"},
	} {
		i := slices.IndexFunc(c.list, func(d reference.TemplateDoc) bool { return d.Name == c.name })
		if i < 0 || c.list[i].Signature != c.want {
			t.Errorf("%s: %d, %v", c.name, i, c.list[max(i, 0)])
		}
	}
}

package spec_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

var update = flag.Bool("update", false, "write the golden files")

func TestSchema(t *testing.T) {
	w := spec.NewSchema(spec.Comments(sources))
	w.Variables = true
	fields, _ := readFields(t, declared)
	root := spec.Object{
		"type": "object",
		"properties": spec.Object{
			"config": w.Struct(spec.For[config]()), "trigger": w.Struct(spec.For[trigger]()),
			"needy": w.Struct(spec.For[needy]()), "options": w.Struct(spec.For[options]()), "edges": w.Struct(spec.For[edges]()), "fields": w.Fields(fields),
			"shared": w.Define("shared", func() spec.Object { return spec.Object{"type": "null"} }),
		},
	}
	got, err := w.Write("https://example.com/config.json", "A config of <things>", root)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/schema.golden", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/schema.golden")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	if _, ok := root["$id"]; ok {
		t.Error("Write changed what it was given")
	}
	compileSchema(t, got)
}

func compileSchema(t *testing.T, data []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("https://example.com/config.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://example.com/config.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSchemaAgrees sees that an editor with the schema and Decode judge alike.
func TestSchemaAgrees(t *testing.T) {
	w := spec.NewSchema(nil)
	data, err := w.Write("https://example.com/config.json", "A config", w.Struct(spec.For[config]()))
	if err != nil {
		t.Fatal(err)
	}
	schema := compileSchema(t, data)
	for _, text := range []string{
		"{}", "batch:", "mode:", "sizes:", "codes:", "tables:", "every:", "branch:", "where:", "price:", "sizes: [ ]", "tables: {a: }", "modes: [null]", "name: x", "name: 12", "name: [a]", "nmae: x", "where: x", "where: [x]", "flag: true", "flag: yes please", "batch: 1", "batch: 0", "batch: 251",
		"batch: x", "every: 10m", "every: 1h30m", "every: ten", "price: 1.5", "price: 0.001", "price: 100", "mode: create", "mode: make",
		"modes: [a]", "modes: [c]", "modes: [a, b, a]", "modes: [a, a]", "modes: a", "sizes: [1]", "sizes: [0]", "sizes: x", "codes: a", "codes: [a, b]", "codes: {a: b}",
		"tables: {a: b}", "tables: {a: [b]}", "groups: {a: {b: 1}}", "groups: {a: {b: c}}", "limit: 1", "limit: 0", "branch: {when: x}", "branch: {}",
		"branch: {when: x, inner: [{when: y}]}", "branch: {when: x, inner: [{wehn: y}]}", "branches: {a: {when: x}}", "raw: [1, {a: b}]", "raw: x", "long: abcdef", "long: abc",
	} {
		var fs diag.List
		ok := spec.For[config]().Decode(syntax.Parse("f.yaml", []byte(text), &fs), new(config), &fs)
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(asJSON(syntax.Parse("f.yaml", []byte(text), &fs))))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != ok {
			t.Errorf("%s: decoded %v, the schema says %v", text, ok, err)
		}
	}
}

// asJSON writes a tree as an editor reads it, for which 1 is a number.
func asJSON(n *syntax.Node) string {
	var parts []string
	switch n.Kind {
	case syntax.Mapping:
		for _, p := range n.Pairs {
			parts = append(parts, fmt.Sprintf("%q: %s", p.Key.Text.Value, asJSON(p.Value)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case syntax.Sequence:
		for _, i := range n.Items {
			parts = append(parts, asJSON(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if n.IsNull() {
		return "null"
	}
	if n.Plain && json.Valid([]byte(n.Text.Value)) {
		return n.Text.Value
	}
	return fmt.Sprintf("%q", n.Text.Value)
}

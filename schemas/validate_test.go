package schemas_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// schemaOf compiles a committed schema.
func schemaOf(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(kind + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// document reads YAML as an editor does: what looks like a number is one, and a
// date is a text.
func document(t *testing.T, text string) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return plain(n.Content[0])
}

func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return plain(n.Alias)
	case yaml.SequenceNode:
		list := []any{}
		for _, e := range n.Content {
			list = append(list, plain(e))
		}
		return list
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Tag == "!!merge" {
				defer merge(object, plain(n.Content[i+1]))
				continue
			}
			object[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return object
	}
	switch {
	case n.Tag == "!!null":
		return nil
	case n.Tag == "!!bool":
		return strings.ToLower(n.Value) == "true"
	case (n.Tag == "!!int" || n.Tag == "!!float") && json.Valid([]byte(n.Value)):
		return json.Number(n.Value)
	}
	return n.Value
}

// merge adds what an object does not have itself: from one object, or from
// several of which the first goes before the others.
func merge(object map[string]any, from any) {
	switch from := from.(type) {
	case []any:
		for _, f := range from {
			merge(object, f)
		}
	case map[string]any:
		for k, v := range from {
			if _, ok := object[k]; !ok {
				object[k] = v
			}
		}
	}
}

// kindOf tells which schema a file has.
func kindOf(name, text string) string {
	switch {
	case filepath.Base(name) == "sluice.yaml":
		return "workspace"
	case strings.HasSuffix(name, "_test.yaml"):
		return "test"
	}
	for line := range strings.Lines(text) {
		for key, kind := range map[string]string{
			"pipeline:": "pipeline", "connector:": "connector", "use:": "workspace", "connections:": "workspace", "state:": "workspace",
		} {
			if strings.HasPrefix(line, key) {
				return kind
			}
		}
	}
	return ""
}

// TestFilesAreValid validates every file of the repository that lints clean.
func TestFilesAreValid(t *testing.T) {
	var files []string
	for _, dir := range []string{"pipelines", "cmd/sluice/init", "connectors", "testdata/lint/ok", "testdata/bench"} {
		err := filepath.WalkDir(filepath.Join("..", dir), func(name string, d os.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err == nil && strings.HasSuffix(name, ".yaml") {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]int{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		kind := kindOf(name, string(data))
		if kind == "" {
			continue
		}
		seen[kind]++
		if err := schemaOf(t, kind).Validate(document(t, string(data))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, kind := range []string{"pipeline", "workspace", "connector", "test"} {
		if seen[kind] == 0 {
			t.Errorf("there is no file with the schema %s", kind)
		}
	}
	for name, text := range pages(t) {
		if name == "reference/findings.md" {
			continue
		}
		for _, m := range snippet.FindAllStringSubmatch(text, -1) {
			if !whole.MatchString(m[1]) {
				continue
			}
			if err := schemaOf(t, kindOf(fileName(m[1]), m[1])).Validate(document(t, m[1])); err != nil {
				t.Errorf("%s: in the file\n%s%v", name, m[1], err)
			}
		}
	}
}

const (
	pipeline = `pipeline: orders
connections: {in: file, out: file}
source: {read: in.records, path: orders.ndjson, key: record.id}
sink: {write: out.records, path: paid.ndjson}
`
	connector = `connector: parcels
summary: Parcels.
base_url: https://api.parcels.example
`
)

// TestValid and TestInvalid show what a schema can tell.
func TestValid(t *testing.T) {
	for _, c := range []struct{ kind, text string }{
		{"pipeline", pipeline},
		{"pipeline", pipeline + "connections: {shop: one-of-my-own}"},
		{"pipeline", pipeline + "steps:\n  - filter: record.total > 0\n    reason: it is free"},
		{"pipeline", pipeline + "steps:\n  - filter: {where: record.total > 0, reason: it is free}"},
		{"pipeline", pipeline + "steps:\n  - filter: true"},
		{"pipeline", pipeline + "steps: [{let: {a: 1, b: [x, y]}}, {map: {a: {each: x.y as z, map: \"${ z }\"}, b: [1, {when: x, map: {c: d}}]}, as: first}]"},
		{"pipeline", pipeline + "steps:\n  - lookup: stock\n    read: desk.items\n    by: code\n    keys: record.sku\n    page_size: 100"},
		{"pipeline", pipeline + "steps:\n  - route:\n      branches: [{name: a, when: x, steps: [{limit: 3}], sink: {write: out.a}}]\n      otherwise: {steps: [{filter: y}]}"},
		{"pipeline", pipeline + "settings: {a: {type: list, of: text, default: [x]}, b: {type: date, required: false}}"},
		{"pipeline", pipeline + "tables: {t: {a: b, default: 3}}"},
		{"pipeline", pipeline + "shapes: {a: {b: text, c: [int], d: {enum: [x]}, e: {type: decimal, as: text, required: true}, f: {map: text}, open: true}}"},
		{"pipeline", pipeline + "then: [{write: out.note, when: x, map: {a: b}}]"},
		{"workspace", "connections: {a: {connector: orderdesk, store_id: 1, api_key: \"${ env.KEY }\", budget: {requests: 10, per: day}}}"},
		{"workspace", "connections: {a: {connector: mine, anything: 1}}"},
		{"workspace", "use: [{pipelines: ./mine, settings: {anything: 1}}]"},
		{"workspace", "use: [{pipelines: brightstores-orderdesk, connections: {shop: a, desk: b}, settings: {folder: New, first_import: 2026-01-01}}]"},
		{"connector", connector},
		{"connector", connector + "errors: {retry: [429, 5xx], hints: {401: the key is wrong}}\nlimits: {bucket: 5, refill: 3/s, body: 1MiB}"},
		{"connector", connector + "reads: {a: {record: r, get: /a, filters: {b: one, c: {as: many, max: 3, type: int}}}}"},
		{"connector", connector + "writes: {a: {takes: {x: text}, post: /a, body: {x: \"${ out }\"}, in_doubt: {get: /a, match: .x == out.x}}}"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a, given: {in.records: [{id: 1}]}, expect: {out.records: 1, filtered: [{key: 1, reason: x}]}}]"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a, twins: {shop: {orders: 3, fault: {lose_answer_of: [1]}}}, expect: {out.records: []}}]"},
	} {
		if err := schemaOf(t, c.kind).Validate(document(t, dedupe(c.text))); err != nil {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

// dedupe lets a later line take the place of an earlier one with the same key.
func dedupe(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		key, _, ok := strings.Cut(line, ":")
		if ok && slices.ContainsFunc(lines[i+1:], func(l string) bool { return strings.HasPrefix(l, key+":") }) {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

func TestInvalid(t *testing.T) {
	for _, c := range []struct{ kind, text, where string }{
		{"pipeline", "pipeline: orders", "missing property 'source'"},
		{"pipeline", pipeline + "sumary: x", "'sumary' not allowed"},
		{"pipeline", pipeline + "delivery: twice", "/delivery"},
		{"pipeline", pipeline + "source: {read: in.records, wehre: {}}", "'wehre' not allowed"},
		{"pipeline", pipeline + "source: {read: records}", "/source/read"},
		{"pipeline", pipeline + "source: {read: in.records, overlap: ten}", "/source/overlap"},
		{"pipeline", pipeline + "sink: {write: out.records, mode: creat}", "/sink/mode"},
		{"pipeline", pipeline + "sink: {write: out.records, batch: few}", "/sink/batch"},
		{"pipeline", pipeline + "steps: [{fliter: x}]", "missing property 'filter'"},
		{"pipeline", pipeline + "steps: [{filter: {wehre: x}}]", "'wehre' not allowed"},
		{"pipeline", pipeline + "steps: [{filter: {where: x}, reason: y}]", "'reason' not allowed"},
		{"pipeline", pipeline + "steps: [{filter: x, raeson: y}]", "'raeson' not allowed"},
		{"pipeline", pipeline + "steps: [{check: x, else: stop}]", "/steps/0/else"},
		{"pipeline", pipeline + "steps: [{limit: 0}]", "/steps/0/limit"},
		{"pipeline", pipeline + "steps: [{lookup: stock, read: a.b, by: c}]", "missing property 'keys'"},
		{"pipeline", pipeline + "steps: [{lookup: stock, read: a.b, by: c, keys: d, chace: 1h}]", "'chace' not allowed"},
		{"pipeline", pipeline + "steps: [{route: {branches: [{name: a, when: x, steps: [{fliter: y}]}]}}]", "missing property 'filter'"},
		{"pipeline", pipeline + "steps: [{map: {a: {each: x as y, whre: z, map: 1}}}]", "'whre' not allowed"},
		{"pipeline", pipeline + "settings: {a: {type: txt}}", "/settings/a/type"},
		{"pipeline", pipeline + "settings: {2a: {type: text}}", "/settings"},
		{"pipeline", pipeline + "triggers: [{cron: x, overlap: never}]", "/triggers/0/overlap"},
		{"pipeline", pipeline + "shapes: {a: {b: [text, int]}}", "/shapes/a"},
		{"workspace", "connections: {a: {connector: orderdesk, api_key: x}}", "missing property 'store_id'"},
		{"workspace", "connections: {a: {connector: orderdesk, store_id: 1, api_key: x, tokn: y}}", "'tokn' not allowed"},
		{"workspace", "connections: {a: {store_id: 1}}", "missing property 'connector'"},
		{"workspace", "use: [{pipelines: brightstores-orderdesk, settings: {foldr: New}}]", "'foldr' not allowed"},
		{"workspace", "use: [{pipelines: brightstores-orderdesk, connections: {shp: a}}]", "'shp' not allowed"},
		{"workspace", "use: [{name: x}]", "missing property 'pipelines'"},
		{"workspace", "connections: {a: {connector: file, budget: {requests: 0, per: day}}}", "/budget/requests"},
		{"connector", "connector: parcels", "'summary'"},
		{"connector", connector + "reads: {a: {get: /a}}", "missing property 'record'"},
		{"connector", connector + "reads: {a: {record: r, get: /a, filters: {b: som}}}", "/reads/a/filters/b"},
		{"connector", connector + "errors: {retry: [42]}", "/errors/retry/0"},
		{"connector", connector + "limits: {bucket: 3}", "'refill'"},
		{"connector", connector + "writes: {a: {takes: x}}", "/writes/a"},
		{"connector", connector + "auth: {bearr: x}", "'bearr' not allowed"},
		{"connector", connector + "tests: [{name: a, read: b, write: c}]", "/tests/0"},
		{"test", "pipeline: orders.yaml\ncases: []", "/cases"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a}]", "missing property 'expect'"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a, given: {in.records: 1}, expect: {}}]", "/given/in.records"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a, expect: {filtered: [{raeson: x}]}}]", "'raeson' not allowed"},
	} {
		err := schemaOf(t, c.kind).Validate(document(t, dedupe(c.text)))
		if err == nil {
			t.Errorf("nothing is wrong with %s", c.text)
		} else if got := fmt.Sprintf("%#v", err); !strings.Contains(got, c.where) && !strings.Contains(err.Error(), c.where) {
			t.Errorf("%s: no %q in %v", c.text, c.where, err)
		}
	}
}

// TestDescriptions sees that an editor has something to say about everything
// that it completes.
func TestDescriptions(t *testing.T) {
	for _, kind := range []string{"pipeline", "workspace", "connector", "test"} {
		data, err := os.ReadFile(kind + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		described(t, kind, doc)
	}
}

func described(t *testing.T, at string, node any) {
	switch n := node.(type) {
	case []any:
		for i, e := range n {
			described(t, fmt.Sprintf("%s/%d", at, i), e)
		}
	case map[string]any:
		props, _ := n["properties"].(map[string]any)
		for name, p := range props {
			o, ok := p.(map[string]any)
			if _, said := o["description"]; ok && !said && !strings.Contains(at, "/if") {
				t.Errorf("%s: nothing is said about %s", at, name)
			}
		}
		for k, v := range n {
			described(t, at+"/"+k, v)
		}
	}
}

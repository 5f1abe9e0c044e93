package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// committed is where the schemas are that go generate wrote.
const committed = "../../../schemas/"

// schemas compiles the committed schemas, by their kinds.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	all := map[string]*jsonschema.Schema{}
	for _, kind := range []string{Pipeline, Workspace, Connector, Test} {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		s, err := c.Compile(committed + kind + ".json")
		if err != nil {
			t.Fatal(err)
		}
		all[kind] = s
	}
	return all
}

// kindOf tells which schema a file has.
func kindOf(name, text string) string {
	switch {
	case filepath.Base(name) == "sluice.yaml":
		return "workspace"
	case strings.HasSuffix(name, "_test.yaml"):
		return "test"
	}
	text = "\n" + strings.TrimPrefix(text, "\ufeff")
	for _, k := range []struct{ key, kind string }{
		{"pipeline", "pipeline"}, {"connector", "connector"}, {"use", "workspace"}, {"connections", "workspace"}, {"state", "workspace"},
	} {
		if strings.Contains(text, "\n"+k.key+":") {
			return k.kind
		}
	}
	return ""
}

// TestFilesAreValid validates every file of the repository that lints clean, and
// those that the reference pages show.
func TestFilesAreValid(t *testing.T) {
	var files []string
	for _, dir := range []string{"pipelines", "cmd/sluice/init", "connectors", "testdata/lint/ok", "testdata/bench"} {
		err := filepath.WalkDir(filepath.Join("../../..", dir), func(name string, d os.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err == nil && strings.HasPrefix(d.Name(), ".") && d.IsDir() {
				return filepath.SkipDir
			}
			if err == nil && strings.HasSuffix(name, ".yaml") && !strings.HasPrefix(d.Name(), ".") {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	texts := map[string]string{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(data)
	}
	maps.Copy(texts, shown(t))
	seen, schema := map[string]int{}, schemas(t)
	for name, text := range texts {
		kind := kindOf(name, text)
		if kind == "" {
			continue
		}
		seen[kind]++
		if err := schema[kind].Validate(value(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, kind := range []string{Pipeline, Workspace, Connector, Test} {
		if seen[kind] == 0 {
			t.Errorf("there is no file with the schema %s", kind)
		}
	}
}

// shown are the blocks of YAML on the reference pages.
func shown(t *testing.T) map[string]string {
	t.Helper()
	block := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")
	all := map[string]string{}
	for _, page := range []string{"pipeline", "workspace", "connector", "tests"} {
		data, err := os.ReadFile(committed + "reference/" + page + ".md")
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range block.FindAllStringSubmatch(string(data), -1) {
			text := m[1]
			name := fmt.Sprintf("%s.md, block %d", page, i+1)
			if !strings.Contains(text, "\nsource:") && !strings.Contains(text, "\nuse:") && !strings.HasPrefix(text, "connector:") && !strings.HasPrefix(text, "pipeline:") {
				continue // a part of a file
			}
			if strings.Contains(text, "\ncases:") {
				name += "_test.yaml"
			}
			all[name] = text
		}
	}
	return all
}

const (
	somePipeline = `pipeline: orders
connections: {in: file, out: file}
source: {read: in.records, path: orders.ndjson, key: record.id}
sink: {write: out.records, path: paid.ndjson}
`
	someConnector = `connector: parcels
summary: Parcels.
base_url: https://api.parcels.example
`
)

// TestValid and TestInvalid show what a schema can tell.
func TestValid(t *testing.T) {
	schema := schemas(t)
	for _, c := range []struct{ kind, text string }{
		{"pipeline", somePipeline},
		{"pipeline", somePipeline + "connections: {shop: one-of-my-own}"},
		{"pipeline", somePipeline + "steps:\n  - filter: record.total > 0\n    reason: it is free"},
		{"pipeline", somePipeline + "steps:\n  - filter: {where: record.total > 0, reason: it is free}"},
		{"pipeline", somePipeline + "steps:\n  - filter: true"},
		{"pipeline", somePipeline + "steps: [{let: {a: 1, b: [x, y]}}, {map: {a: {each: x.y as z, map: \"${ z }\"}, b: [1, {when: x, map: {c: d}}]}, as: first}]"},
		{"pipeline", somePipeline + "steps:\n  - lookup: stock\n    read: desk.items\n    by: code\n    keys: record.sku\n    page_size: 100"},
		{"pipeline", somePipeline + "steps:\n  - route:\n      branches: [{name: a, when: x, steps: [{limit: 3}], sink: {write: out.a}}]\n      otherwise: {steps: [{filter: y}]}"},
		{"pipeline", somePipeline + "settings: {a: {type: list, of: text, default: [x]}, b: {type: date, required: false}}"},
		{"pipeline", somePipeline + "tables: {t: {a: b, default: 3}}"},
		{"pipeline", somePipeline + "shapes: {a: {b: text, c: [int], d: {enum: [x]}, e: {type: decimal, as: text, required: true}, f: {map: text}, open: true}}"},
		{"pipeline", somePipeline + "then: [{write: out.note, when: x, map: {a: b}}]"},
		{"workspace", "connections: {a: {connector: orderdesk, store_id: 1, api_key: \"${ env.KEY }\", budget: {requests: 10, per: day}}}"},
		{"workspace", "connections: {a: {connector: mine, anything: 1}}"},
		{"workspace", "use: [{pipelines: ./mine, settings: {anything: 1}}]"},
		{"workspace", "use: [{pipelines: brightstores-orderdesk, connections: {shop: a, desk: b}, settings: {folder: New, first_import: 2026-01-01}}]"},
		{"connector", someConnector},
		{"connector", someConnector + "errors: {retry: [429, 5xx], hints: {401: the key is wrong}}\nlimits: {bucket: 5, refill: 3/s, body: 1MiB}"},
		{"connector", someConnector + "reads: {a: {record: r, get: /a, filters: {b: one, c: {as: many, max: 3, type: int}}}}"},
		{"connector", someConnector + "writes: {a: {takes: {x: text}, post: /a, body: {x: \"${ out }\"}, in_doubt: {get: /a, match: .x == out.x}}}"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a, given: {in.records: [{id: 1}]}, expect: {out.records: 1, filtered: [{key: 1, reason: x}]}}]"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a, twins: {shop: {orders: 3, fault: {lose_answer_of: [1]}}}, expect: {out.records: []}}]"},
	} {
		if err := schema[c.kind].Validate(value(t, dedupe(c.text))); err != nil {
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
	schema := schemas(t)
	for _, c := range []struct{ kind, text, where string }{
		{"pipeline", "pipeline: orders", "missing property 'source'"},
		{"pipeline", somePipeline + "sumary: x", "'sumary' not allowed"},
		{"pipeline", somePipeline + "delivery: twice", "/delivery"},
		{"pipeline", somePipeline + "source: {read: in.records, wehre: {}}", "'wehre' not allowed"},
		{"pipeline", somePipeline + "source: {read: records}", "/source/read"},
		{"pipeline", somePipeline + "source: {read: in.records, overlap: ten}", "/source/overlap"},
		{"pipeline", somePipeline + "sink: {write: out.records, mode: creat}", "/sink/mode"},
		{"pipeline", somePipeline + "sink: {write: out.records, batch: few}", "/sink/batch"},
		{"pipeline", somePipeline + "steps: [{fliter: x}]", "missing property 'filter'"},
		{"pipeline", somePipeline + "steps: [{filter: {wehre: x}}]", "'wehre' not allowed"},
		{"pipeline", somePipeline + "steps: [{filter: {where: x}, reason: y}]", "'reason' not allowed"},
		{"pipeline", somePipeline + "steps: [{filter: x, raeson: y}]", "'raeson' not allowed"},
		{"pipeline", somePipeline + "steps: [{check: x, else: stop}]", "/steps/0/else"},
		{"pipeline", somePipeline + "steps: [{limit: 0}]", "/steps/0/limit"},
		{"pipeline", somePipeline + "steps: [{lookup: stock, read: a.b, by: c}]", "missing property 'keys'"},
		{"pipeline", somePipeline + "steps: [{lookup: stock, read: a.b, by: c, keys: d, chace: 1h}]", "'chace' not allowed"},
		{"pipeline", somePipeline + "steps: [{route: {branches: [{name: a, when: x, steps: [{fliter: y}]}]}}]", "missing property 'filter'"},
		{"pipeline", somePipeline + "steps: [{map: {a: {each: x as y, whre: z, map: 1}}}]", "'whre' not allowed"},
		{"pipeline", somePipeline + "settings: {a: {type: txt}}", "/settings/a/type"},
		{"pipeline", somePipeline + "settings: {2a: {type: text}}", "/settings"},
		{"pipeline", somePipeline + "triggers: [{cron: x, overlap: never}]", "/triggers/0/overlap"},
		{"pipeline", somePipeline + "shapes: {a: {b: [text, int]}}", "/shapes/a"},
		{"workspace", "connections: {a: {connector: orderdesk, api_key: x}}", "missing property 'store_id'"},
		{"workspace", "connections: {a: {connector: orderdesk, store_id: 1, api_key: x, tokn: y}}", "'tokn' not allowed"},
		{"workspace", "connections: {a: {store_id: 1}}", "missing property 'connector'"},
		{"workspace", "use: [{pipelines: brightstores-orderdesk, settings: {foldr: New}}]", "'foldr' not allowed"},
		{"workspace", "use: [{pipelines: brightstores-orderdesk, connections: {shp: a}}]", "'shp' not allowed"},
		{"workspace", "use: [{name: x}]", "missing property 'pipelines'"},
		{"workspace", "connections: {a: {connector: file, budget: {requests: 0, per: day}}}", "/budget/requests"},
		{"connector", "connector: parcels", "'summary'"},
		{"connector", someConnector + "reads: {a: {get: /a}}", "missing property 'record'"},
		{"connector", someConnector + "reads: {a: {record: r, get: /a, filters: {b: som}}}", "/reads/a/filters/b"},
		{"connector", someConnector + "errors: {retry: [42]}", "/errors/retry/0"},
		{"connector", someConnector + "limits: {bucket: 3}", "'refill'"},
		{"connector", someConnector + "writes: {a: {takes: x}}", "/writes/a"},
		{"connector", someConnector + "auth: {bearr: x}", "'bearr' not allowed"},
		{"connector", someConnector + "tests: [{name: a, read: b, write: c}]", "/tests/0"},
		{"test", "pipeline: orders.yaml\ncases: []", "/cases"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a}]", "missing property 'expect'"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a, given: {in.records: 1}, expect: {}}]", "/given/in.records"},
		{"test", "pipeline: orders.yaml\ncases: [{name: a, expect: {filtered: [{raeson: x}]}}]", "'raeson' not allowed"},
	} {
		err := schema[c.kind].Validate(value(t, dedupe(c.text)))
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
	for _, kind := range []string{Pipeline, Workspace, Connector, Test} {
		data, err := os.ReadFile(committed + kind + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		sayAll(t, kind, doc)
	}
}

func sayAll(t *testing.T, at string, node any) {
	switch n := node.(type) {
	case []any:
		for i, e := range n {
			sayAll(t, fmt.Sprintf("%s/%d", at, i), e)
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
			sayAll(t, at+"/"+k, v)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sluice runs a command line and returns what it prints.
func sluice(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, environment{
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		getenv: func(string) (string, bool) { return "", false },
	})
	return code, out.String(), errs.String()
}

// filesBelow reads every file below a folder, by its path there.
func filesBelow(t *testing.T, dir string, keep func(string) bool) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || !keep(filepath.ToSlash(rel)) {
			return err
		}
		data, err := os.ReadFile(name)
		all[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestSchemasAreCurrent sees that the schemas and pages in the repository are
// those that the program writes: none differs, is missing or is left over.
func TestSchemasAreCurrent(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := sluice(t, "schema", "--dir", dir, "--reference"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	want := filesBelow(t, dir, func(string) bool { return true })
	got := filesBelow(t, "../../schemas", func(name string) bool {
		return strings.HasPrefix(name, "reference/") || strings.HasSuffix(name, ".json")
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run go generate ./schemas (- is new, + is in the repository)\n%s", diff)
	}
}

func TestSchemaPrints(t *testing.T) {
	for _, kind := range []string{"pipeline", "workspace", "connector", "test"} {
		code, stdout, stderr := sluice(t, "schema", kind)
		var doc struct {
			ID string `json:"$id"`
		}
		if err := json.Unmarshal([]byte(stdout), &doc); code != exitOK || err != nil || stderr != "" {
			t.Errorf("%s: exit code %d, %v, %s", kind, code, err, stderr)
		}
		if !strings.HasSuffix(doc.ID, "/"+kind+".json") {
			t.Errorf("%s: its $id is %q", kind, doc.ID)
		}
	}
}

func TestSchemaLists(t *testing.T) {
	code, stdout, _ := sluice(t, "schema")
	for _, want := range []string{"pipeline   a pipeline\n", "workspace  a workspace, sluice.yaml\n", "sluice schema --dir .sluice"} {
		if code != exitOK || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, no %q in\n%s", code, want, stdout)
		}
	}
}

func TestSchemaWrongUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"schema pipline", `there is no schema of "pipline"; did you mean "pipeline"?`},
		{"schema html", `there is no schema of "html"; there are pipeline, workspace, connector, test`},
		{"connectors brightstores --shape order", `brightstores has no stream or operation "order"; did you mean "orders"?`},
		{"schema --reference", "--reference needs --dir, the folder to write into"},
	} {
		code, stdout, stderr := sluice(t, strings.Fields(c.args)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, %q, %q", c.args, code, stdout, stderr)
		}
	}
}

const ownConnector = `connector: parcels
summary: Parcels, a carrier.
fields:
  account: {type: text, help: The number of the account.}
base_url: https://api.parcels.example/{{ account }}
shapes: {parcel: {id: int}}
reads:
  parcels: {summary: Parcels., record: parcel, key: id, get: /parcels}
`

// TestSchemaOfWorkspace sees that a workspace's own connectors are known, in
// schemas and pages, and that a wrong one is told of.
func TestSchemaOfWorkspace(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "sluice.yaml", "state: sqlite:sluice.db\n")
	write(t, "connectors/parcels.yaml", ownConnector)
	code, stdout, stderr := sluice(t, "schema", "--dir", ".sluice", "--reference")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{
		"wrote .sluice/pipeline.json\n", "wrote .sluice/reference/connectors/parcels.md\n",
		"\na pipeline:\n# yaml-language-server: $schema=.sluice/pipeline.json\n",
		"\na workspace, sluice.yaml:\n# yaml-language-server: $schema=.sluice/workspace.json\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	files := filesBelow(t, ".sluice", func(string) bool { return true })
	if !strings.Contains(files["workspace.json"], "connection-parcels") || !strings.Contains(files["pipeline.json"], "- parcels: `parcels`") {
		t.Error("the schemas do not know the connector")
	}
	if code, stdout, _ := sluice(t, "schema", "connector", "--dir", "one"); code != exitOK || strings.Contains(stdout, "pipeline.json") {
		t.Errorf("exit code %d, one kind alone gives\n%s", code, stdout)
	}

	write(t, "connectors/parcels.yaml", strings.ReplaceAll(ownConnector, "record: parcel,", "record: parcell,"))
	code, _, stderr = sluice(t, "schema", "pipeline")
	if want := `a connector is wrong; sluice lint shows more: connectors/parcels.yaml:`; code != exitFailed || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if code, _, stderr = sluice(t, "schema", "pipeline", "--workspace", "elsewhere.yaml"); code != exitFailed || !strings.Contains(stderr, "elsewhere.yaml") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCommandsAreExplained sees that nothing on the command line is without a
// word of help, which is also all that its page says.
func TestCommandsAreExplained(t *testing.T) {
	list, err := (&program{environment: system()}).commandDocs()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
		if c.Help == "" {
			t.Errorf("%s: nothing is said about it", c.Name)
		}
		for _, o := range slices.Concat(c.Arguments, c.Flags) {
			if o.Help == "" {
				t.Errorf("%s %s: nothing is said about it", c.Name, o.Name)
			}
		}
	}
	for _, name := range []string{"lint", "run", "why", "test", "schema"} {
		if !slices.Contains(names, name) {
			t.Errorf("there is no command %s among %v", name, names)
		}
	}
}

// TestNothingFound sees that a name which fits nothing is not passed over in
// silence.
func TestNothingFound(t *testing.T) {
	t.Chdir("init")
	state := "sqlite:" + filepath.Join(t.TempDir(), "state.db")
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"test --run zzz", exitUsage, `sluice: no test has "zzz" in its name`},
		{"run orders --dry-run --key 99 --state " + state, exitOK, `sluice: the source has no record with the key "99"`},
		{"render {{a}} --data orders.yaml", exitFailed, "sluice: orders.yaml is not JSON"},
	} {
		code, _, stderr := sluice(t, strings.Fields(c.args)...)
		if code != c.code || !strings.HasPrefix(stderr, c.want) {
			t.Errorf("%s: exit code %d, %q", c.args, code, stderr)
		}
	}
}

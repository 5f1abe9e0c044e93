package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/engine/diag"
)

//go:generate go test -run ^TestLint$ -update

var update = flag.Bool("update", false, "write the goldens anew")

// The corpus: each file or folder in lint/err has findings, which stand in the
// golden beside it; those in lint/ok have none.
const corpus = "../../testdata/lint"

// lintEnvironment is what files of the corpus find in the environment.
var lintEnvironment = map[string]string{
	"SHOP_TOKEN": "s3cr3t-t0ken", "DESK_KEY": "s3cr3t-k3y", "STORE": "4821", "FOLDER": "New", "MOST": "12", "YES": "true",
}

// otherFormats are the cases whose findings are kept in the other formats too.
var otherFormats = []string{"several", "across-files", "place-wide-characters", "file-empty", "syntax-colon-in-text", "in-doubt"}

// lintEngine is the engine of all cases, so that the connectors are read once.
var lintEngine = sync.OnceValue(func() *engine.Engine {
	p := &program{environment: environment{
		stdin: strings.NewReader(""), stdout: io.Discard,
		getenv: func(name string) (string, bool) { v, ok := lintEnvironment[name]; return v, ok },
	}}
	return p.engine()
})

// lint runs sluice lint in the current folder and returns what it printed and
// its exit code.
func lint(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := &program{made: lintEngine(), environment: environment{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}}
	code := p.run(context.Background(), append([]string{"lint"}, args...))
	if stderr.Len() > 0 {
		t.Errorf("stderr: %s", stderr.String())
	}
	// SARIF names the folder that its paths are relative to.
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(stdout.String(), "file://"+filepath.ToSlash(here), "file:///corpus"), code
}

// cases lists what is to be linted in a folder of the corpus.
func cases(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) == ".yaml" {
			names = append(names, e.Name())
		}
	}
	return names
}

// golden compares got with a golden, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v; go generate writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestLint lints every case of the corpus.
func TestLint(t *testing.T) {
	for _, part := range []struct {
		dir   string
		check func(*testing.T, string)
	}{{"err", lintErr}, {"ok", lintOK}} {
		t.Run(part.dir, func(t *testing.T) {
			t.Chdir(filepath.Join(corpus, part.dir))
			for _, name := range cases(t, ".") {
				t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
					t.Parallel()
					part.check(t, name)
				})
			}
		})
	}
}

func lintOK(t *testing.T, name string) {
	got, code := lint(t, name)
	if code != exitOK || !strings.HasSuffix(got, ", no findings\n") {
		t.Errorf("exit code %d:\n%s", code, got)
	}
}

func lintErr(t *testing.T, name string) {
	base := strings.TrimSuffix(name, ".yaml")
	got, code := lint(t, name)
	golden(t, base+".golden", got)
	findings := header.FindAllStringSubmatch(got, -1)
	if len(findings) == 0 {
		t.Error("there are no findings")
	}
	for _, f := range findings {
		if !placed.MatchString(f[0]) && f[1] != string(diag.CodeFile) {
			t.Errorf("without a place: %s", f[0])
		}
	}
	want := exitOK
	if strings.Contains(got, ": error: ") {
		want = exitFindings
	}
	if code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	for _, secret := range lintEnvironment {
		if strings.Contains(secret, "s3cr3t") && strings.Contains(got, secret) {
			t.Error("a finding shows a secret")
		}
	}
	if !slices.Contains(otherFormats, base) {
		return
	}
	for _, format := range []diag.Format{diag.FormatLine, diag.FormatJSON, diag.FormatSARIF, diag.FormatGitHub} {
		out, again := lint(t, name, "--format", string(format))
		if again != want {
			t.Errorf("%s: exit code %d, want %d", format, again, want)
		}
		checkFormat(t, format, out, len(findings))
		golden(t, base+"."+string(format)+".golden", out)
	}
}

// checkFormat sees that a program can read what was printed, and finds as many
// findings in it as there are.
func checkFormat(t *testing.T, format diag.Format, out string, want int) {
	t.Helper()
	n := strings.Count(out, "\n")
	switch format {
	case diag.FormatJSON:
		var doc struct{ Findings []json.RawMessage }
		if err := json.Unmarshal([]byte(out), &doc); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		n = len(doc.Findings)
	case diag.FormatSARIF:
		var doc struct {
			Version string
			Runs    []struct{ Results []json.RawMessage }
		}
		if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.Version != "2.1.0" || len(doc.Runs) != 1 {
			t.Fatalf("%s: %v, version %q, %d runs", format, err, doc.Version, len(doc.Runs))
		}
		n = len(doc.Runs[0].Results)
	}
	if n != want {
		t.Errorf("%s: %d findings, want %d", format, n, want)
	}
}

// header is the first line of a finding.
var header = regexp.MustCompile(`(?m)^\S.*: (?:error|warning|note): .* \[([a-z-]+)\]$`)

// placed begins a finding that has a place.
var placed = regexp.MustCompile(`^[^ :]+:[0-9]+:[0-9]+: `)

// TestLintCorpus sees that the corpus has every code, enough cases, and no
// golden without one.
func TestLintCorpus(t *testing.T) {
	bad, good := cases(t, filepath.Join(corpus, "err")), cases(t, filepath.Join(corpus, "ok"))
	if len(bad) < 130 || len(good) < 45 {
		t.Errorf("there are %d cases with findings and %d without", len(bad), len(good))
	}
	goldens, err := filepath.Glob(filepath.Join(corpus, "err", "*.golden"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[diag.Code]bool{}
	for _, name := range goldens {
		base, _, _ := strings.Cut(filepath.Base(name), ".")
		if !slices.Contains(bad, base) && !slices.Contains(bad, base+".yaml") {
			t.Errorf("%s has no case", name)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range header.FindAllSubmatch(text, -1) {
			seen[diag.Code(m[1])] = true
		}
	}
	for _, info := range diag.Codes() {
		if !seen[info.Code] {
			t.Errorf("no case has a finding with the code %s", info.Code)
		}
		delete(seen, info.Code)
	}
	if len(seen) > 0 {
		t.Errorf("findings have codes that nothing explains: %v", slices.Sorted(maps.Keys(seen)))
	}
}

// TestLintExitCodes covers what is wrong with the command line and the machine.
func TestLintExitCodes(t *testing.T) {
	empty := t.TempDir()
	t.Chdir(filepath.Join(corpus, "ok"))
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--format xml .", exitUsage, `sluice: --format must be one of "text","line","json","sarif","github" but got "xml"`},
		{"--formt json .", exitUsage, `sluice: unknown flag --formt; did you mean "--format"?`},
		{empty, exitFailed, "sluice: there is nothing to check in " + empty + ": no file whose name ends in .yaml or .yml"},
		{"nowhere.yaml", exitFailed, `sluice: there is no file or folder "nowhere.yaml"`},
		{". --workspace nowhere.yaml", exitFailed, `sluice: there is no file or folder "nowhere.yaml"`},
	} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), append([]string{"lint"}, strings.Fields(c.args)...), environment{
			stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
			getenv: func(string) (string, bool) { return "", false },
		})
		first, _, _ := strings.Cut(stderr.String(), "\n")
		if got := fmt.Sprint(code, first, stdout.Len()); got != fmt.Sprint(c.code, c.want, 0) {
			t.Errorf("%s: exit code %d, %d bytes of stdout, stderr %s", c.args, code, stdout.Len(), stderr.String())
		}
	}
}

// TestLintOffline sees that missing variables get stand-ins of the right types.
func TestLintOffline(t *testing.T) {
	t.Chdir(filepath.Join(corpus, "err"))
	out, code := lint(t, "--offline", "workspace-missing-variable")
	if code != exitOK {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

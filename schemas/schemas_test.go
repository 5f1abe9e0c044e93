package schemas_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/connectors"
	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/pipelines"
	"github.com/sluicehq/sluice/steps"
	"github.com/sluicehq/sluice/steps/file"
	"github.com/sluicehq/sluice/steps/rest"
)

// newEngine is an engine with everything that the program offers, but for the
// twins.
func newEngine() *engine.Engine {
	return engine.New(engine.Options{
		Steps:          steps.All(),
		Connectors:     []*step.Connector{file.Connector(strings.NewReader(""), &strings.Builder{}), rest.Connector()},
		ConnectorFiles: connectors.Files,
		HTTP:           rest.Engine{},
		Pipelines:      pipelines.Files,
	})
}

// pages returns the reference pages and the README by their names.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	names, err := filepath.Glob("reference/*.md")
	if err != nil || len(names) == 0 {
		t.Fatal("there are no reference pages:", err)
	}
	more, err := filepath.Glob("reference/connectors/*.md")
	if err != nil || len(more) == 0 {
		t.Fatal("there are no pages about connectors:", err)
	}
	for _, name := range append(append(names, more...), "../README.md") {
		data, err := os.ReadFile(name)
		if os.IsNotExist(err) && name == "../README.md" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(data)
	}
	return all
}

var (
	snippet = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")
	// whole is how a file begins, after comments.
	whole = regexp.MustCompile(`^(#.*\n|\n)*(pipeline|connector|state|connections|use)[ ]*:`)
)

// TestSnippets sees that every file which the pages show lints clean. A file of
// tests is for the pipeline shown before it, and its tests pass.
func TestSnippets(t *testing.T) {
	e := newEngine()
	seen := map[string]int{}
	for page, text := range pages(t) {
		if page == "reference/findings.md" {
			continue // the files there are wrong, and TestFindings knows how
		}
		before := ""
		for _, m := range snippet.FindAllStringSubmatch(text, -1) {
			if !whole.MatchString(m[1]) {
				continue
			}
			name := fileName(m[1])
			seen[name]++
			files := map[string][]byte{"orders.yaml": []byte(before)}
			files[name] = []byte(m[1])
			p, err := e.LoadText(name, files, true)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Findings() {
				t.Errorf("%s: in the file\n%s%v (%s)", page, m[1], f, f.Hint)
			}
			if name == "orders_test.yaml" {
				passes(t, p)
			}
			before = m[1]
		}
	}
	for _, name := range []string{"orders.yaml", "orders_test.yaml", "sluice.yaml", "parcels.yaml"} {
		if seen[name] == 0 {
			t.Errorf("no page shows a file such as %s", name)
		}
	}
}

// passes runs the tests of a project and returns how many there are.
func passes(t *testing.T, p *engine.Project) int {
	t.Helper()
	ran := 0
	err := p.Test(t.Context(), "", func(r *engine.TestResult) {
		ran++
		for _, f := range r.Failures {
			t.Errorf("%s: %s", r.Name, f.Message)
		}
		if r.Err != nil {
			t.Errorf("%s: %v", r.Name, r.Err)
		}
	})
	if err != nil || ran == 0 {
		t.Errorf("%d tests ran, %v", ran, err)
	}
	return ran
}

// fileName is a name for a file that is only shown.
func fileName(text string) string {
	switch first := whole.FindStringSubmatch(text)[2]; {
	case strings.Contains(text, "\ncases:"):
		return "orders_test.yaml"
	case first == "pipeline":
		return "orders.yaml"
	case first == "connector":
		return "parcels.yaml"
	}
	return engine.WorkspaceFile
}

// TestConnectorPage sees that the connector on the page about connectors can be
// loaded, and that its tests pass: a stranger begins with it.
func TestConnectorPage(t *testing.T) {
	text := pages(t)["reference/connector.md"]
	i := slices.IndexFunc(snippet.FindAllStringSubmatch(text, -1), func(m []string) bool { return strings.HasPrefix(m[1], "connector:") })
	if i < 0 {
		t.Fatal("the page shows no connector")
	}
	example := snippet.FindAllStringSubmatch(text, -1)[i][1]
	p, err := newEngine().LoadText("parcels.yaml", map[string][]byte{"parcels.yaml": []byte(example)}, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Findings()) > 0 {
		t.Fatal(p.Findings())
	}
	if ran := passes(t, p); ran != strings.Count(example, "\n  - name:") {
		t.Errorf("%d tests ran", ran)
	}
}

// TestFindings sees that the example of each code has the finding that it is an
// example of, and no other.
func TestFindings(t *testing.T) {
	ref, err := newEngine().Reference("")
	if err != nil {
		t.Fatal(err)
	}
	last := regexp.MustCompile(`(?m)^\S.*: (?:error|warning|note): .* \[([a-z-]+)\]$`)
	for _, f := range ref.Findings {
		var codes []string
		for _, m := range last.FindAllStringSubmatch(f.Output, -1) {
			codes = append(codes, m[1])
		}
		if len(codes) == 0 || slices.ContainsFunc(codes, func(c string) bool { return c != string(f.Code) }) {
			t.Errorf("%s: its example gives\n%s", f.Code, f.Output)
		}
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
)

// TestLinks sees that every link between the pages leads somewhere.
func TestLinks(t *testing.T) {
	all := pages(t)
	anchors := map[string][]string{}
	for name, text := range all {
		for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			anchors[name] = append(anchors[name], slug(m[1]))
		}
	}
	for name, text := range all {
		if name == "../README.md" {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			page, section, _ := strings.Cut(m[1], "#")
			at := name
			if page != "" {
				at = filepath.Join(filepath.Dir(name), page)
			}
			if _, ok := all[at]; !ok {
				t.Errorf("%s: there is no page %s", name, m[1])
			} else if section != "" && !slices.Contains(anchors[at], section) {
				t.Errorf("%s: there is no section %s", name, m[1])
			}
		}
	}
	for name, list := range anchors {
		slices.Sort(list)
		if n := len(list); len(slices.Compact(list)) != n {
			t.Errorf("%s: two sections have the same heading", name)
		}
	}
}

// slug is how a heading is linked to, as GitHub has it.
func slug(heading string) string {
	drop := regexp.MustCompile("[^a-z0-9 _-]")
	return strings.ReplaceAll(drop.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// TestPagesSayEverything sees that no row of a table is without a word about
// what the field is for.
func TestPagesSayEverything(t *testing.T) {
	for name, text := range pages(t) {
		in := false
		for line := range strings.Lines(text) {
			switch {
			case strings.HasPrefix(line, "| field |") || strings.HasPrefix(line, "| flag |"):
				in = true
			case !strings.HasPrefix(line, "|"):
				in = false
			case in && strings.HasSuffix(strings.TrimSpace(line), "|  |"):
				t.Errorf("%s: nothing is said about %s", name, strings.TrimSpace(line))
			}
		}
	}
}

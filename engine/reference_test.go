package engine_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/template"
	"github.com/sluicehq/sluice/engine/item"
)

// row is a row of a table of examples: what is written, and what it gives.
var row = regexp.MustCompile("(?m)^\\| (`+)(.+?)`+ \\| `+(.*?)`+ \\|$")

// TestPageOfFunctions evaluates every example on the page of functions: those
// of the operators too, which people wrote.
func TestPageOfFunctions(t *testing.T) {
	page, err := os.ReadFile("../schemas/reference/functions.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := row.FindAllStringSubmatch(string(page), -1)
	if len(rows) < 100 {
		t.Fatalf("only %d examples", len(rows))
	}
	for _, m := range rows {
		expr, want := strings.ReplaceAll(strings.TrimSpace(m[2]), `\|`, "|"), strings.ReplaceAll(m[3], `\|`, "|")
		var fs diag.List
		r := rule.Compile(diag.NewText(expr, diag.Span{}, nil), item.NewScope(), nil, &fs)
		if r == nil {
			t.Errorf("%s: %v", expr, fs.Sorted())
			continue
		}
		v, err := r.Eval(nil)
		if got := string(item.AppendJSON(nil, v)); got != want || err != nil {
			t.Errorf("%s gives %s, %v; the page says %s", expr, got, err, want)
		}
	}
}

// entry is a row of the tables of templates: signature, doc, example, and what
// it gives.
var entry = regexp.MustCompile("(?m)^\\| (`+)([^|]+?)`+ \\| ((?:[^|]|\\\\\\|)+) \\| (`+)(.+?)`+ \\| (`*)(.*?)`* \\|$")

// TestPageOfTemplates renders every example on the page of templates, and sees
// that nothing is missing on it.
func TestPageOfTemplates(t *testing.T) {
	page, err := os.ReadFile("../schemas/reference/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), "\n## Jinja\n")
	if !ok {
		t.Fatal("there is no section about Jinja")
	}
	rest, differences, _ := strings.Cut(rest, "\n## Differences")
	seen := map[template.Dialect]int{}
	for d, text := range map[template.Dialect]string{template.Twig: head, template.Jinja: rest} {
		for _, m := range entry.FindAllStringSubmatch(text, -1) {
			seen[d]++
			src, want := strings.ReplaceAll(m[5], `\|`, "|"), strings.NewReplacer(`\|`, "|", "⏎", "\n").Replace(m[7])
			if got := renderExample(t, src, d); got != want {
				t.Errorf("%s: %s gives %q; the page says %q", d, src, got, want)
			}
		}
	}
	total := map[template.Dialect]int{}
	for _, e := range template.Reference() {
		total[e.Dialect]++
	}
	if !maps.Equal(seen, total) {
		t.Errorf("the page has %v entries; there are %v", seen, total)
	}
	for _, d := range template.Differences() {
		if !strings.Contains(differences, "| "+d.About+" |") {
			t.Errorf("the page does not say how the dialects differ in %s", d.About)
		}
	}
}

// renderExample renders an example with the templates that the page gives it.
func renderExample(t *testing.T, src string, d template.Dialect) string {
	t.Helper()
	q := template.Request{
		Templates: template.Examples(), Main: "main", Data: json.RawMessage(`{"price": 19.90}`), Dialect: d,
		Now: func() time.Time { return time.Date(2024, 3, 15, 12, 0, 0, 0, time.UTC) },
	}
	q.Templates["main"] = src
	got, err := q.Render(t.Context())
	if err != nil {
		t.Errorf("%s: %s: %v", d, src, err)
	}
	return got
}

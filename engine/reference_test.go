package engine_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine"
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

// TestTemplateDocs renders the example of each filter, function and test of
// templates.
func TestTemplateDocs(t *testing.T) {
	ref, err := engine.New(engine.Options{}).Reference("")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{
		"line": "sku {{ sku }}", "base": "{% block b %}base{% endblock %}",
	}
	for _, list := range [][]engine.TemplateDoc{ref.Filters, ref.TemplateFunctions, ref.Tests} {
		if len(list) < 10 {
			t.Errorf("only %d entries", len(list))
		}
		for _, d := range list {
			if d.Doc == "" || d.Example == "" {
				t.Errorf("%s: nothing is said about it", d.Name)
				continue
			}
			named["main"] = d.Example
			q := template.Request{
				Templates: named, Main: "main", Data: json.RawMessage("{}"), Now: func() time.Time { return time.Unix(0, 0) },
			}
			got, err := q.Render(t.Context())
			if err != nil || got != d.Gives {
				t.Errorf("%s: %s gives %q, %v; its doc says %q", d.Name, d.Example, got, err, d.Gives)
			}
		}
	}
}

package diag_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/diag"
)

var update = flag.Bool("update", false, "write the golden files")

func span(file string, l1, c1, l2, c2 int) diag.Span {
	return diag.Span{File: file, Start: diag.Pos{Line: l1, Column: c1}, End: diag.Pos{Line: l2, Column: c2}}
}

// samples are findings of every sort in testdata/orders.yaml.
func samples() []*diag.Finding {
	const file = "testdata/orders.yaml"
	var l diag.List
	f := l.Errorf(span(file, 1, 1, 1, 9), diag.CodeUnknownKey, "unknown key %q", "pipeline")
	f.Hint = `did you mean "pipelines"?`
	f.Fix = &diag.Fix{Span: f.Span, Text: "pipelines"}
	l.Errorf(span(file, 3, 1, 3, 2), diag.CodeSyntax, "a tab cannot indent a line").Hint = "indent with spaces"
	f = l.Warnf(span(file, 4, 27, 4, 32), diag.CodeUnknownMember, "after wide characters and a combining one")
	f.Fix = &diag.Fix{Span: f.Span, Text: "sum"}
	f.Related = []diag.Related{
		{Message: "wide characters are marked in full", Span: span(file, 4, 18, 4, 21)},
		{Message: "first given here", Span: span(file, 1, 1, 1, 9)},
	}
	l.Errorf(span(file, 5, 110, 5, 118), diag.CodeBadValue, "in the middle of a long line")
	l.Errorf(span(file, 6, 7, 6, 306), diag.CodeBadValue, "all of a long line")
	l.Errorf(span(file, 6, 300, 6, 306), diag.CodeBadValue, "at the end of a long line")
	f = l.Errorf(span(file, 7, 7, 8, 5), diag.CodeWrongType, "over two lines: 100%%")
	f.Hint = "first line of the hint\nsecond line"
	f.Fix = &diag.Fix{Span: f.Span, Text: "[1,\n  2,\n]\n"}
	f = l.Errorf(span(file, 8, 5, 8, 5), diag.CodeMissingField, "a place between two characters")
	f.Fix = &diag.Fix{Span: f.Span, Text: "more"}
	f = l.Errorf(span(file, 8, 3, 8, 4), diag.CodeMissingField, "something to remove")
	f.Fix = &diag.Fix{Span: f.Span}
	l.Errorf(diag.Span{File: "gone, or: so/ä b.yaml"}, diag.CodeFile, "no such file")
	l.Errorf(span("testdata/other.yaml", 12345, 1, 12345, 2), diag.CodeSyntax, "a <file> that is not there: \x1b[31m\u202a\u2069")
	l.Add(&diag.Finding{Severity: diag.Note, Code: "own-code", Message: "by the way", Span: span(file, 99, 1, 99, 4)})
	return l.Sorted()
}

// rooted are findings in files in and outside of the folder /a root/shop.
func rooted() []*diag.Finding {
	var fs []*diag.Finding
	for _, file := range []string{"/a root/shop/b/c.yaml", "/a root/other.yaml", "d/e f.yaml", "./g:h.yaml", "../up.yaml", "/a root/shop"} {
		fs = append(fs, &diag.Finding{Code: diag.CodeFile, Message: "m", Span: diag.Span{File: file}, Fix: &diag.Fix{}})
	}
	return fs
}

func TestPrint(t *testing.T) {
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		format diag.Format
		opts   diag.PrintOptions
	}{
		{"text", diag.FormatText, diag.PrintOptions{Source: os.ReadFile}},
		{"text-narrow", diag.FormatText, diag.PrintOptions{Source: os.ReadFile, Width: 40}},
		{"text-colour", diag.FormatText, diag.PrintOptions{Source: os.ReadFile, Colour: true}},
		{"text-without-source", diag.FormatText, diag.PrintOptions{}},
		{"line", diag.FormatLine, diag.PrintOptions{}},
		{"json", diag.FormatJSON, diag.PrintOptions{}},
		{"sarif", diag.FormatSARIF, diag.PrintOptions{Version: "1.2.3"}},
		{"github", diag.FormatGitHub, diag.PrintOptions{Root: root}},
		{"sarif-root", diag.FormatSARIF, diag.PrintOptions{Root: "/a root/shop"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			findings := samples()
			if c.name == "sarif-root" {
				findings = rooted()
			}
			if err := diag.Print(&b, c.format, findings, c.opts); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", c.name+".golden"), b.Bytes())
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestPrintNothing(t *testing.T) {
	for format, want := range map[diag.Format]string{
		diag.FormatText:   "",
		diag.FormatLine:   "",
		diag.FormatGitHub: "",
		diag.FormatJSON:   `{"version":1,"findings":[],"summary":{"errors":0,"warnings":0,"notes":0,"files":0}}`,
		diag.FormatSARIF: `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"sluice","rules":[]}},` +
			`"columnKind":"unicodeCodePoints","results":[]}]}`,
	} {
		var b, compact bytes.Buffer
		if err := diag.Print(&b, format, nil, diag.PrintOptions{}); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if json.Compact(&compact, b.Bytes()) == nil {
			got = compact.String()
		}
		if got != want {
			t.Errorf("%s of nothing is %s", format, got)
		}
	}
}

func TestPrintErrors(t *testing.T) {
	if err := diag.Print(&bytes.Buffer{}, "xml", nil, diag.PrintOptions{}); err == nil || !strings.Contains(err.Error(), `unknown format "xml"`) {
		t.Errorf("an unknown format gave %v", err)
	}
	for _, f := range diag.Formats() {
		if err := diag.Print(brokenWriter{}, diag.Format(f), samples(), diag.PrintOptions{}); err == nil {
			t.Errorf("%s: a failed write was lost", f)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestSummary(t *testing.T) {
	var l diag.List
	if got := diag.Summary(nil); got != "no findings" {
		t.Error(got)
	}
	l.Errorf(diag.Span{File: "a"}, diag.CodeFile, "x")
	if got := diag.Summary(l.Sorted()); got != "1 error in 1 file" {
		t.Error(got)
	}
	l.Errorf(diag.Span{File: "a"}, diag.CodeFile, "y")
	l.Errorf(diag.Span{File: "b"}, diag.CodeFile, "y")
	l.Warnf(diag.Span{File: "b"}, diag.CodeFile, "z")
	if got := diag.Summary(l.Sorted()); got != "3 errors, 1 warning in 2 files" {
		t.Error(got)
	}
}

// TestCaretProperty draws a line and a stretch of it, and sees that what the
// terminal shows above the carets is that stretch.
func TestCaretProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runes := rapid.SliceOfN(rapid.SampledFrom([]rune("ab\t日🎉é ́x")), 1, 80).Draw(t, "line")
		from := rapid.IntRange(0, len(runes)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(runes)).Draw(t, "to")
		width := rapid.IntRange(0, 120).Draw(t, "width")
		s := span("f", 1, from+1, 1, to+1)
		f := &diag.Finding{Code: diag.CodeSyntax, Message: "m", Span: s}
		var b bytes.Buffer
		opts := diag.PrintOptions{Width: width, Source: func(string) ([]byte, error) { return []byte(string(runes)), nil }}
		if err := diag.Print(&b, diag.FormatText, []*diag.Finding{f}, opts); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		text, mark := strings.TrimPrefix(lines[1], "  1 | "), strings.TrimPrefix(lines[2], "    | ")
		shown := terminal(text)
		start, end := strings.IndexByte(mark, '^'), len(mark)
		var marked strings.Builder
		for column, c := range shown {
			if column >= start && column < end {
				marked.WriteString(c)
			}
		}
		// A combining character stands with the letter before it, marked or not.
		strip := strings.NewReplacer("\t", "", " ", "", "\u0301", "")
		want, got := strip.Replace(string(runes[from:to])), strip.Replace(marked.String())
		cut := strings.HasSuffix(text, "…") && strings.HasPrefix(want, got)
		if got != want && !cut && want != "" {
			t.Fatalf("marked %q of %q, not %q:\n%s", got, string(runes), want, b.String())
		}
		if limit := max(width, 26); width > 0 && len(shown)+6 > limit {
			t.Fatalf("%d columns of %d:\n%s", len(shown)+6, limit, text)
		}
	})
}

// terminal lays a text out in columns. The second column of a wide character
// is empty; a combining character stands with the one before it.
func terminal(text string) []string {
	var columns []string
	for _, r := range text {
		switch {
		case r == '\u0301':
			if len(columns) > 0 {
				columns[len(columns)-1] += string(r)
			}
		case r == '日' || r == '🎉':
			columns = append(columns, string(r), "")
		default:
			columns = append(columns, string(r))
		}
	}
	return columns
}

// TestSARIF checks what the SARIF 2.1.0 schema asks of the members that are
// written.
func TestSARIF(t *testing.T) {
	root, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	findings := append(samples(), &diag.Finding{Code: diag.CodeFile, Message: "inside", Span: span(filepath.Join(root, "a b", "c.yaml"), 1, 1, 1, 2)})
	var b bytes.Buffer
	if err := diag.Print(&b, diag.FormatSARIF, findings, diag.PrintOptions{Root: root}); err != nil {
		t.Fatal(err)
	}
	var log map[string]any
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log["version"] != "2.1.0" {
		t.Errorf("version %v", log["version"])
	}
	run := log["runs"].([]any)[0].(map[string]any)
	rules := run["tool"].(map[string]any)["driver"].(map[string]any)["rules"].([]any)
	ids := map[string]bool{}
	for _, r := range rules {
		r := r.(map[string]any)
		id := r["id"].(string)
		if ids[id] {
			t.Errorf("rule %s stands twice", id)
		}
		ids[id] = true
		if r["shortDescription"].(map[string]any)["text"] == "" {
			t.Errorf("rule %s has no description", id)
		}
	}
	results := run["results"].([]any)
	if len(results) != len(findings) {
		t.Fatalf("%d results of %d findings", len(results), len(findings))
	}
	for i, r := range results {
		checkSARIFResult(t, r.(map[string]any), rules, findings[i])
	}
	last := results[len(results)-1].(map[string]any)
	uri := location(last["locations"].([]any)[0])["artifactLocation"].(map[string]any)
	if uri["uri"] != "a%20b/c.yaml" || uri["uriBaseId"] != "%SRCROOT%" {
		t.Errorf("a file below the root stands at %v", uri)
	}
	base := run["originalUriBaseIds"].(map[string]any)["%SRCROOT%"].(map[string]any)["uri"].(string)
	if !strings.HasPrefix(base, "file:///") || !strings.HasSuffix(base, "/testdata/") {
		t.Errorf("the root is %s", base)
	}
}

func location(l any) map[string]any { return l.(map[string]any)["physicalLocation"].(map[string]any) }

func checkSARIFResult(t *testing.T, r map[string]any, rules []any, f *diag.Finding) {
	t.Helper()
	index := int(r["ruleIndex"].(float64))
	if rules[index].(map[string]any)["id"] != r["ruleId"] || r["ruleId"] != string(f.Code) {
		t.Errorf("rule %v at %d", r["ruleId"], index)
	}
	if level := r["level"]; level != f.Severity.String() {
		t.Errorf("level %v of %v", level, f.Severity)
	}
	if r["message"].(map[string]any)["text"] == "" {
		t.Error("no message")
	}
	for _, l := range r["locations"].([]any) {
		checkSARIFLocation(t, location(l), f.Span)
	}
	related, _ := r["relatedLocations"].([]any)
	if len(related) != len(f.Related) {
		t.Errorf("%d related places of %d", len(related), len(f.Related))
	}
	for i, l := range related {
		checkSARIFLocation(t, location(l), f.Related[i].Span)
	}
	fixes, _ := r["fixes"].([]any)
	if (f.Fix != nil) != (len(fixes) == 1) {
		t.Fatalf("%d fixes", len(fixes))
	}
	for _, x := range fixes {
		change := x.(map[string]any)["artifactChanges"].([]any)[0].(map[string]any)
		replacement := change["replacements"].([]any)[0].(map[string]any)
		checkRegion(t, replacement["deletedRegion"].(map[string]any), f.Fix.Span)
		if replacement["insertedContent"].(map[string]any)["text"] != f.Fix.Text {
			t.Errorf("the fix writes %v", replacement["insertedContent"])
		}
	}
}

func checkSARIFLocation(t *testing.T, l map[string]any, s diag.Span) {
	t.Helper()
	uri := l["artifactLocation"].(map[string]any)["uri"].(string)
	u, err := url.Parse(uri)
	if err != nil || u.IsAbs() && u.Scheme != "file" || strings.ContainsAny(uri, " \\") || !utf8.ValidString(uri) {
		t.Errorf("%q is no URI: %v", uri, err)
	}
	region, ok := l["region"].(map[string]any)
	if ok != (s.Start.Line > 0) {
		t.Errorf("region %v of %v", region, s)
	}
	if ok {
		checkRegion(t, region, s)
	}
}

func checkRegion(t *testing.T, region map[string]any, s diag.Span) {
	t.Helper()
	want := map[string]any{
		"startLine": float64(s.Start.Line), "startColumn": float64(s.Start.Column),
		"endLine": float64(s.End.Line), "endColumn": float64(s.End.Column),
	}
	if diff := cmp.Diff(want, region); diff != "" {
		t.Error(diff)
	}
	if region["startLine"].(float64) < 1 || region["startColumn"].(float64) < 1 {
		t.Errorf("region %v counts from 0", region)
	}
}

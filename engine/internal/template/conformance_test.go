package template

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig"
	"github.com/sluicehq/sluice/engine/internal/template/twig/dates"
	"github.com/sluicehq/sluice/engine/item"
)

// conformanceCase is a template with what PHP's Twig printed for it.
type conformanceCase struct {
	Request
	Name, Kind, Scope string
	Expect            *string
	ExpectError       *struct{ Type, Message string } `json:"expect_error"`
}

func readCases(t testing.TB, file string) []conformanceCase {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []conformanceCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var c conformanceCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

// ownCases are the cases that belong to the product.
func ownCases(t testing.TB) []conformanceCase {
	return append(readCases(t, filepath.Join("testdata", "commerce.jsonl")), readCases(t, filepath.Join("testdata", "fuzz.jsonl"))...)
}

// sharedCases are Twig's own cases, which are not part of the product.
func sharedCases(t testing.TB) []conformanceCase {
	file := filepath.Join("..", "..", "..", "..", "shared", "twig", "cases.jsonl")
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("SLUICE_REQUIRE_SHARED") == "1" {
			t.Fatal("Twig's own cases are required, but are not there: ", err)
		}
		t.Skip("Twig's own cases are not there: ", err)
	}
	cases := readCases(t, file)
	return slices.DeleteFunc(cases, func(c conformanceCase) bool { return c.Kind == "commerce" })
}

// wrong lists the cases that do not print what Twig prints, each with its
// reason. There are none.
var wrong = map[string]string{}

func (c *conformanceCase) check(t *testing.T, got string, err error) {
	t.Helper()
	if _, ok := wrong[c.Name]; ok {
		return
	}
	switch {
	case c.Expect == nil && err == nil:
		t.Errorf("%s: %q gave %q, want the error %s", c.Name, c.Templates, got, c.ExpectError.Message)
	case c.Expect != nil && err != nil:
		t.Errorf("%s: %q failed: %v", c.Name, c.Templates, err)
	case c.Expect != nil && got != *c.Expect:
		t.Errorf("%s: %q\n got %q\nwant %q", c.Name, c.Templates, got, *c.Expect)
	}
}

func TestOwnCases(t *testing.T) {
	for _, c := range ownCases(t) {
		got, err := c.Render(context.Background())
		c.check(t, got, err)
	}
}

func TestTwigsCases(t *testing.T) {
	for _, c := range sharedCases(t) {
		got, err := c.Render(context.Background())
		c.check(t, got, err)
	}
}

// TestErrorKinds holds that what is a syntax error to Twig is one here too:
// found without rendering.
func TestErrorKinds(t *testing.T) {
	for _, c := range append(ownCases(t), sharedCases(t)...) {
		if c.ExpectError == nil || !strings.HasSuffix(c.ExpectError.Type, "SyntaxError") || len(c.Templates) > 1 {
			continue
		}
		set := twig.Compile([]twig.Source{{Name: "x", Text: c.Templates[c.Main]}}, twigOptions(nil, Options{}))
		if len(set.Problems("x")) == 0 && !strings.Contains(c.Templates[c.Main], "template_from_string") {
			t.Errorf("%s: %q is no syntax error, want %s", c.Name, c.Templates[c.Main], c.ExpectError.Message)
		}
	}
}

// overScope renders a case as the template of a pipeline: its data is a frame of
// records.
func (c *conformanceCase) overScope(t *testing.T, opts Options) (string, error) {
	t.Helper()
	scope := item.NewScope()
	src := c.Templates[c.Main]
	var data map[string]json.RawMessage
	if err := json.Unmarshal(c.Data, &data); err != nil {
		data = nil
	}
	vars := map[string]*item.Var{}
	set := twig.Compile([]twig.Source{{Name: "x", Text: src}}, twigOptions(nil, Options{}))
	for name := range set.Names {
		if !set.Assigned[name] {
			vars[name] = scope.Declare(name, item.TypeUnknown)
		}
	}
	for name := range data {
		vars[name] = scope.Declare(name, item.TypeUnknown)
	}
	var fs diag.List
	tmpl := Compile(PlainText("case", src), scope, opts, &fs)
	if tmpl == nil {
		return "", fs.Sorted()[0]
	}
	frame := scope.NewFrame()
	for name, raw := range data {
		v, err := item.NewDecoder(vars[name].Layout).Decode(raw)
		if err != nil {
			t.Fatal(c.Name, err)
		}
		frame[vars[name].Slot] = v
	}
	out, err := tmpl.Append(nil, frame)
	return string(out), err
}

// otherOverRecords are the cases that mean something else in a pipeline.
var otherOverRecords = map[string]string{
	"fixture/expressions/_self": "a template of a pipeline has no name",
}

func TestCasesOverRecords(t *testing.T) {
	for _, c := range append(ownCases(t), sharedCases(t)...) {
		cfg := c.Config
		if c.Scope != "single" || len(cfg.DateFormat) > 0 || len(cfg.NumberFormat) > 0 || len(cfg.Globals) > 0 || otherOverRecords[c.Name] != "" {
			continue
		}
		opts := Options{Strict: cfg.Strict, Escape: string(cfg.Autoescape)}
		if cfg.Timezone != "" {
			zone, err := new(dates.Zones).Zone(cfg.Timezone)
			if err != nil {
				t.Fatal(err)
			}
			opts.Zone = zone.Location()
		}
		got, err := c.overScope(t, opts)
		c.check(t, got, err)
	}
}

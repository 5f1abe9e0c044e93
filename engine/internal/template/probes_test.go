package template

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// probe is a template that asks for something odd, with what PHP's Twig printed
// for it: 3.5.1, or 3.15 where that prints something else.
type probe struct {
	Template string
	Others   map[string]string
	Escape   Strategy
	Output   string
	Fails    bool
	Strict   bool
}

// readProbes reads probes and the data that all of them see, which stands on
// the first line.
func readProbes(t *testing.T) (data json.RawMessage, list []probe) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "probes.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if data == nil {
			data = append(data, lines.Bytes()...)
			continue
		}
		var p probe
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if err := lines.Err(); err != nil || len(list) < 4000 {
		t.Fatal(len(list), err)
	}
	return data, list
}

// TestProbes renders every filter, function, test, tag and operator with odd
// operands, and dates in many forms. What fails must fail, and the rest print
// the same bytes. Nothing in it depends on the time, so there is none.
func TestProbes(t *testing.T) {
	data, list := readProbes(t)
	for _, p := range list {
		q := Request{Templates: map[string]string{"index.twig": p.Template}, Main: "index.twig", Data: data, Config: Config{Autoescape: p.Escape, Strict: p.Strict}}
		for name, text := range p.Others {
			q.Templates[name] = text
		}
		got, err := q.Render(t.Context())
		switch {
		case p.Fails && err == nil:
			t.Errorf("%q %q gives %q, want an error", p.Template, p.Others, got)
		case !p.Fails && (err != nil || got != p.Output):
			t.Errorf("%q %q gives %q, %v; want %q", p.Template, p.Others, got, err, p.Output)
		}
	}
}

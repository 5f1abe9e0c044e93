package template

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig/parse"
)

func exampleRequest(src string, d Dialect) *Request {
	templates := Examples()
	templates["main"] = src
	return &Request{
		Templates: templates, Main: "main", Data: json.RawMessage(`{"price": 19.90}`), Dialect: d,
		Now: func() time.Time { return time.Date(2024, 3, 15, 12, 0, 0, 0, time.UTC) },
	}
}

// Every example of the reference gives what it says.
func TestReference(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range Reference() {
		name := e.Dialect.String() + " " + e.Kind + " " + e.Name
		if seen[name] {
			t.Errorf("%s stands there twice", name)
		}
		seen[name] = true
		if e.Doc == "" || e.Example == "" {
			t.Errorf("%s: nothing is said about it", name)
			continue
		}
		if last := e.Doc[len(e.Doc)-1]; last != '.' {
			t.Errorf("%s: %q is no sentence", name, e.Doc)
		}
		got, err := exampleRequest(e.Example, e.Dialect).Render(t.Context())
		if err != nil || got != e.Gives {
			t.Errorf("%s: %s gives %q, %v; want %q", name, e.Example, got, err, e.Gives)
		}
	}
	for _, tag := range parse.Tags() {
		if !seen["twig tag "+tag] {
			t.Errorf("the tag %s is not described", tag)
		}
	}
	if len(seen) < 180 {
		t.Errorf("only %d entries", len(seen))
	}
}

func TestDifferences(t *testing.T) {
	for _, d := range Differences() {
		for dialect, want := range map[Dialect]string{Twig: d.Twig, Jinja: d.Jinja} {
			got, err := exampleRequest(d.Template, dialect).Render(t.Context())
			if err != nil {
				got = Fails
			}
			if got != want {
				t.Errorf("%s: %s gives %q, %v in %s; want %q", d.About, d.Template, got, err, dialect, want)
			}
		}
		if d.Twig == d.Jinja {
			t.Errorf("%s: no difference", d.About)
		}
	}
}

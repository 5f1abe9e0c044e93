package connector_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/connector"
	"github.com/sluicehq/sluice/steps/rest"
)

// load reads a connector file that must be without findings.
func load(t *testing.T, file string) *connector.Loaded {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "connectors", file))
	if err != nil {
		t.Fatal(err)
	}
	var fs diag.List
	l := connector.Load(file, data, rest.Engine{}, &fs)
	for _, f := range fs.Sorted() {
		t.Errorf("%v (%s)", f, f.Hint)
	}
	return l
}

// TestOwnTests runs the tests inside the connector files that come with sluice.
func TestOwnTests(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "connectors", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no connector files: %v", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			l := load(t, name)
			if t.Failed() {
				return
			}
			for _, o := range l.Test(t.Context()) {
				t.Run(o.Name, func(t *testing.T) {
					for _, f := range o.Failures {
						t.Errorf("%s: %s", o.Place, f)
					}
				})
			}
		})
	}
}

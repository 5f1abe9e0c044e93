package steps_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

// The examples that the reference page prints are tests.
func TestExamples(t *testing.T) {
	for _, def := range steps.All() {
		t.Run(def.Name, func(t *testing.T) {
			steptest.New(t, steps.All(), def.Example).Check()
		})
	}
}

// Every function of this package that makes a definition is listed in All.
func TestAllAreListed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	made, listed := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				switch f := call.Fun.(type) {
				case *ast.SelectorExpr:
					if x, ok := f.X.(*ast.Ident); ok && x.Name == "step" && f.Sel.Name == "Define" {
						made[fn.Name.Name] = true
					}
				case *ast.Ident:
					if fn.Name.Name == "All" {
						listed[f.Name] = true
					}
				}
				return true
			})
		}
	}
	if len(made) == 0 {
		t.Fatal("no definition found in the source")
	}
	for name := range made {
		if !listed[name] {
			t.Errorf("the step that %s defines is not listed in All", name)
		}
	}
	names := map[string]bool{}
	for _, def := range steps.All() {
		if names[def.Name] {
			t.Errorf("two steps are called %q", def.Name)
		}
		names[def.Name] = true
		if def.Summary == "" || def.Example == "" {
			t.Errorf("the step %q has no summary or no example", def.Name)
		}
	}
}

package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sluicehq/sluice"

// rooms says which packages of the house each package may import. A name
// ending in "/..." stands for everything below it.
var rooms = map[string][]string{
	"cmd/sluice":               {"engine", "engine/diag", "engine/step", "steps", "steps/...", "connectors", "connectors/...", "pipelines", "schemas"},
	"engine":                   {"engine/...", "pipelines"},
	"engine/diag":              {},
	"engine/item":              {},
	"engine/secret":            {"engine/item"},
	"engine/step":              {"engine/diag", "engine/item", "engine/secret", "engine/internal/syntax", "engine/internal/spec", "engine/internal/rule", "engine/internal/rule/...", "engine/internal/template"},
	"engine/internal/syntax":   {"engine/diag"},
	"engine/internal/spec":     {"engine/diag", "engine/item", "engine/internal/syntax"},
	"engine/internal/shape":    {"engine/diag", "engine/item", "engine/internal/spec", "engine/internal/syntax"},
	"engine/internal/rule":     {"engine/diag", "engine/item", "engine/internal/rule/..."},
	"engine/internal/template": {"engine/diag", "engine/item", "engine/internal/template/..."},
	"engine/internal/pipeline": {"engine/diag", "engine/item", "engine/step", "engine/internal/syntax", "engine/internal/spec", "engine/internal/shape", "engine/internal/schedule"},
	"engine/internal/connector": {"engine/diag", "engine/item", "engine/step", "engine/internal/syntax", "engine/internal/spec",
		"engine/internal/shape", "engine/internal/template", "engine/internal/rule"},
	"engine/internal/reference": {"engine/diag", "engine/item", "engine/step", "engine/internal/connector", "engine/internal/pipeline", "engine/internal/rule",
		"engine/internal/rule/function", "engine/internal/schema", "engine/internal/spec", "engine/internal/template"},
	"engine/internal/schema": {"engine/step", "engine/internal/connector", "engine/internal/pipeline", "engine/internal/spec"},
	"engine/internal/graph":  {},
	"engine/internal/compile": {"engine/diag", "engine/item", "engine/step", "engine/internal/pipeline", "engine/internal/spec", "engine/internal/syntax",
		"engine/internal/shape", "engine/internal/graph", "engine/internal/rule", "engine/internal/rule/...", "engine/internal/template"},
	"engine/internal/run":      {"engine/item", "engine/secret", "engine/step", "engine/internal/graph", "engine/internal/compile", "engine/internal/ledger", "engine/diag"},
	"engine/internal/ledger":   {"engine/item"},
	"engine/internal/schedule": {},
	"engine/internal/trial": {"engine/diag", "engine/item", "engine/step", "engine/internal/compile", "engine/internal/run", "engine/internal/pipeline",
		"engine/internal/ledger", "engine/internal/spec", "engine/internal/syntax"},
	"steps":      {"engine/step", "engine/item", "engine/secret", "engine/diag", "steps/..."},
	"connectors": {"engine/...", "connectors/..."},
	"pipelines":  {},
	"schemas":    {"engine", "engine/...", "steps", "steps/...", "connectors", "connectors/..."},
}

// importers says which packages alone may import a library.
var importers = map[string][]string{
	"gopkg.in/yaml.v3":                       {"engine/internal/syntax"},
	"github.com/expr-lang/expr":              {"engine/internal/rule"},
	"github.com/nikolalohinski/gonja/v2":     {"engine/internal/template"},
	"github.com/go-playground/validator/v10": {"engine/internal/spec"},
	"reflect":                                {"engine/internal/spec"},
	"github.com/robfig/cron/v3":              {"engine/internal/schedule"},
	"modernc.org/sqlite":                     {"engine/internal/ledger"},
	"github.com/govalues/decimal":            {"engine/item", "engine/internal/template"},
	"github.com/alecthomas/kong":             {"cmd/sluice"},
	"github.com/ajstarks/svgo":               {"engine/internal/graph"},
	"unsafe":                                 {},
}

type goPackage struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

// TestHouse holds the arrows between the packages: who may import whom.
func TestHouse(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		room, ok := roomOf(name)
		if !ok {
			t.Errorf("package %s has no room in the table", name)
			continue
		}
		for _, imp := range p.Imports {
			if rest, ok := strings.CutPrefix(imp, module+"/"); ok {
				if !allowed(rooms[room], rest) && !strings.HasPrefix(rest, room+"/") && rest != room {
					t.Errorf("%s must not import %s", name, rest)
				}
				continue
			}
			for lib, who := range importers {
				if (imp == lib || strings.HasPrefix(imp, lib+"/")) && !slices.Contains(who, room) {
					t.Errorf("%s must not import %s; only %v may", name, imp, who)
				}
			}
		}
	}
}

// roomOf gives the entry of the table that the package falls under: its own or
// the nearest one above it.
func roomOf(name string) (string, bool) {
	for {
		if _, ok := rooms[name]; ok {
			return name, true
		}
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return "", false
		}
		name = name[:i]
	}
}

func allowed(list []string, imp string) bool {
	return slices.ContainsFunc(list, func(a string) bool {
		prefix, tree := strings.CutSuffix(a, "/...")
		return a == imp || tree && strings.HasPrefix(imp, prefix+"/")
	})
}

// TestMap holds the list of rooms in doc.go: each room of the engine is in it, and
// imports only those above it.
func TestMap(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	place := map[string]int{}
	for i, m := range regexp.MustCompile(`(?m)^//\t([a-z]+) +[a-zA-Z]`).FindAllSubmatch(doc, -1) {
		place[string(m[1])] = i + 1
	}
	for _, p := range packages(t) {
		name, ok := roomName(p.ImportPath)
		if !ok {
			continue
		}
		if place[name] == 0 {
			t.Errorf("the list in doc.go has no room %s", name)
		}
		for _, imp := range p.Imports {
			if other, ok := roomName(imp); ok && place[other] > place[name] {
				t.Errorf("%s imports %s, which stands below it in the list in doc.go", name, other)
			}
		}
	}
}

// roomName gives the name of the engine's room that a package is in.
func roomName(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, module+"/engine/")
	name, _, _ := strings.Cut(strings.TrimPrefix(rest, "internal/"), "/")
	return name, ok
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "./...")
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
}

package engine_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The bar for the code. The percentiles are over all functions or files;
// p95Plain is over the functions outside the rooms that are excused.
const (
	maxFuncLines, p95FuncLines = 80, 40
	maxCyclomatic, p95Cyclo    = 15, 10
	p95Plain                   = 9
	maxFileLines, p95FileLines = 500, 360
	maxPackageLines            = 2000
	maxParams                  = 5
	maxMethods                 = 5
)

// excused names what may be more complex than the bar, by the beginning of its
// place, with the reason.
var excused = map[string]string{
	"engine/internal/template/": "Twig, PHP's formats and Jinja are languages with many cases: their switches have one for each",
}

// excusedPackages names packages that may have more lines, with the reason.
var excusedPackages = map[string]string{
	"engine":                                "the front door has a way in for every command",
	"engine/item":                           "a record's inside is known here and nowhere else",
	"engine/internal/template/twig":         "compiling each form of Twig's expressions and tags",
	"engine/internal/template/twig/builtin": "Twig's filters, functions and tests, some 120 of them",
	"engine/internal/rule/check":            "checks and lowers each form of the expression language in one pass",
}

type measure struct {
	where string
	n     int
}

// TestBar holds the size and shape of the code: functions, files, packages,
// parameters, interfaces, doc comments.
func TestBar(t *testing.T) {
	var funcLines, cyclo, fileLines []measure
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		total, hasDoc := 0, false
		for _, file := range p.GoFiles {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, file), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			hasDoc = hasDoc || f.Doc != nil
			lines := fset.File(f.Pos()).LineCount()
			total += lines
			fileLines = append(fileLines, measure{name + "/" + file, lines})
			c := checker{t: t, fset: fset, where: name + "/" + file}
			c.file(f)
			funcLines = append(funcLines, c.lines...)
			cyclo = append(cyclo, c.cyclo...)
		}
		switch _, ok := excusedPackages[name]; {
		case total > maxPackageLines && !ok:
			t.Errorf("package %s has %d lines; at most %d", name, total, maxPackageLines)
		case total <= maxPackageLines && ok:
			t.Errorf("package %s needs no excuse any more: it has %d lines", name, total)
		}
		if !hasDoc {
			t.Errorf("package %s has no doc comment", name)
		}
	}
	hold(t, "lines of a function", funcLines, p95FuncLines, maxFuncLines)
	hold(t, complexities, cyclo, p95Cyclo, maxCyclomatic)
	plain := slices.DeleteFunc(cyclo, func(m measure) bool { return isExcused(m.where) })
	hold(t, complexities+" but for languages", plain, p95Plain, maxCyclomatic)
	hold(t, "lines of a file", fileLines, p95FileLines, maxFileLines)
}

const complexities = "cyclomatic complexity"

func isExcused(where string) bool {
	for prefix := range excused {
		if strings.HasPrefix(where, prefix) {
			return true
		}
	}
	return false
}

func hold(t *testing.T, what string, ms []measure, p95, largest int) {
	t.Helper()
	slices.SortFunc(ms, func(a, b measure) int { return a.n - b.n })
	at := ms[len(ms)*95/100]
	t.Logf("%s: 95th percentile %d, largest %d (%s)", what, at.n, ms[len(ms)-1].n, ms[len(ms)-1].where)
	if at.n > p95 {
		t.Errorf("%s: the 95th percentile is %d (%s); at most %d", what, at.n, at.where, p95)
	}
	for _, m := range ms {
		if m.n > largest && (what != complexities || !isExcused(m.where)) {
			t.Errorf("%s: %s has %d; at most %d", what, m.where, m.n, largest)
		}
	}
}

type checker struct {
	t            *testing.T
	fset         *token.FileSet
	where        string
	lines, cyclo []measure
}

func (c *checker) file(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			c.function(d)
		case *ast.GenDecl:
			c.general(d)
		}
	}
}

func (c *checker) function(d *ast.FuncDecl) {
	name := fmt.Sprintf("%s:%s", c.where, d.Name.Name)
	if d.Name.Name == "init" && d.Recv == nil {
		c.t.Errorf("%s: no init functions", name)
	}
	if d.Name.IsExported() && exportedReceiver(d) && d.Doc == nil {
		c.t.Errorf("%s: exported, without a doc comment", name)
	}
	if n := d.Type.Params.NumFields(); n > maxParams {
		c.t.Errorf("%s: %d parameters; at most %d", name, n, maxParams)
	}
	start, end := c.fset.Position(d.Pos()), c.fset.Position(d.End())
	c.lines = append(c.lines, measure{name, end.Line - start.Line + 1})
	c.cyclo = append(c.cyclo, measure{name, complexity(d)})
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return false
		}
	}
}

func (c *checker) general(d *ast.GenDecl) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
				c.t.Errorf("%s:%s: exported, without a doc comment", c.where, s.Name.Name)
			}
			if i, ok := s.Type.(*ast.InterfaceType); ok && i.Methods.NumFields() > maxMethods {
				c.t.Errorf("%s:%s: %d methods; at most %d", c.where, s.Name.Name, i.Methods.NumFields(), maxMethods)
			}
		case *ast.ValueSpec:
			if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				c.t.Errorf("%s:%s: exported, without a doc comment", c.where, s.Names[0].Name)
			}
		}
	}
}

// complexity counts the ways through a function: one, and one more for each
// branch, case and logical operator.
func complexity(d *ast.FuncDecl) int {
	n := 1
	ast.Inspect(d, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if x.List != nil {
				n++
			}
		case *ast.CommClause:
			if x.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if x.Op == token.LAND || x.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

// Package comments reads the doc comments of struct types out of Go sources:
// what Go programmers read beside a field is what users read on its page.
package comments

import (
	"cmp"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"strings"
	"sync"
)

// Docs are the comments of structs. They are read from Go sources when they are
// first asked for.
type Docs struct {
	read func() map[string]string
}

// Read returns the comments in the Go files of the sources, which a package
// embeds for this. The names of two packages must differ.
func Read(sources ...fs.FS) *Docs {
	return &Docs{read: sync.OnceValue(func() map[string]string {
		all := map[string]string{}
		for _, src := range sources {
			// A file that cannot be read has no comments; the test of the
			// reference pages misses them.
			_ = fs.WalkDir(src, ".", func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
					readComments(src, path, all)
				}
				return nil
			})
		}
		return all
	})}
}

// With returns the comments of d and of more.
func (d *Docs) With(more ...*Docs) *Docs {
	return &Docs{read: sync.OnceValue(func() map[string]string {
		all := map[string]string{}
		for _, docs := range append([]*Docs{d}, more...) {
			if docs != nil {
				maps.Copy(all, docs.read())
			}
		}
		return all
	})}
}

// readComments adds the comments of the structs in a file: under "pkg.Type"
// that of the struct, under "pkg.Type.Field" that of a field.
func readComments(src fs.FS, path string, all map[string]string) {
	data, err := fs.ReadFile(src, path)
	if err != nil {
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return
	}
	for _, decl := range file.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range g.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			name := file.Name.Name + "." + t.Name.Name
			if c := plainText(t.Doc); c != "" {
				all[name] = c
			} else {
				all[name] = plainText(g.Doc)
			}
			if s, ok := t.Type.(*ast.StructType); ok {
				readFields(name, s, all)
			}
		}
	}
}

// readFields adds the comments of the fields of a struct. A field without one
// has that of the field before it, with which it belongs.
func readFields(name string, s *ast.StructType, all map[string]string) {
	before := ""
	for _, f := range s.Fields.List {
		c := cmp.Or(plainText(f.Doc), plainText(f.Comment), before)
		before = c
		for _, id := range f.Names {
			all[name+"."+id.Name] = c
		}
	}
}

// plainText returns a comment with its paragraphs on a line each, links and
// lists as go doc shows them.
func plainText(g *ast.CommentGroup) string {
	if g == nil {
		return ""
	}
	var p comment.Parser
	pr := comment.Printer{TextWidth: -1}
	return strings.TrimSpace(string(pr.Text(p.Parse(g.Text()))))
}

// Of returns the comment under a key: "pkg.Type", or "pkg.Type.Field". A nil
// Docs has none.
func (d *Docs) Of(key string) string {
	if d == nil {
		return ""
	}
	return d.read()[key]
}

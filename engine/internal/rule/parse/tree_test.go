package parse

import (
	"slices"
	"strings"
	"testing"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"pgregory.net/rapid"
)

func parsed(t interface{ Fatalf(string, ...any) }, src string) *Tree {
	var fs diag.List
	tree := Expression(&source.Source{Text: diag.NewText(src, diag.Span{}, nil)}, &fs)
	if tree == nil {
		t.Fatalf("%s: %v", src, fs.Sorted())
	}
	return tree
}

// parts lists what the sub-expressions of a tree take of its source.
func parts(tree *Tree, src string) []string {
	var all []string
	var walk func(n ast.Node)
	walk = func(n ast.Node) {
		at := tree.Span(n)
		if part := src[at.From:at.To]; !slices.Contains(all, part) {
			all = append(all, part)
		}
		for _, kid := range children(n) {
			if kid != nil {
				walk(kid)
			}
		}
	}
	walk(tree.Root)
	return all
}

func TestSpan(t *testing.T) {
	for src, want := range map[string]string{
		`a + b * 2`:                `a + b * 2|a|b * 2|b|2`,
		`(a + b) * c`:              `(a + b) * c|a + b|a|b|c`,
		`c * (a + b)`:              `c * (a + b)|c|a + b|a|b`,
		`((a))`:                    `a`,
		`-a`:                       `-a|a`,
		`not (a in b)`:             `not (a in b)|a in b|a|b`,
		`a not in b`:               `a not in b|a|b`,
		`f()`:                      `f()|f`,
		`f( )`:                     `f( )|f`,
		`len(a)`:                   `len(a)|a`,
		`f(a, g(b))`:               `f(a, g(b))|f|a|g(b)|g|b`,
		`x | upper() | trim("-")`:  `x | upper() | trim("-")|x | upper()|x|"-"`,
		`a.b.c`:                    `a.b.c|a.b|a|b|c`,
		`a?.b`:                     `a?.b|a|b`,
		`a["b"]`:                   `a["b"]|a|"b"`,
		`a[1:2]`:                   `a[1:2]|a|1|2`,
		`a[ : ]`:                   `a[ : ]|a`,
		`[a, b]`:                   `[a, b]|a|b`,
		`[]`:                       `[]`,
		`{x: a}`:                   `{x: a}|x: a|x|a`,
		`{}`:                       `{}`,
		`a ? b : c`:                `a ? b : c|a|b|c`,
		`a ?: c`:                   `a ?: c|a|c`,
		`if a {b} else {c}`:        `a {b} else {c}|a|b|c`,
		`let x = a; x + 1`:         `let x = a; x + 1|a|x + 1|x|1`,
		`all(a, .b > 0)`:           `all(a, .b > 0)|a|.b > 0|.b|.|b|0`,
		`all(a, {.b > (0)})`:       `all(a, {.b > (0)})|a|{.b > (0)}|.b > (0)|.b|.|b|0`,
		`reduce(a, #acc + #, (0))`: `reduce(a, #acc + #, (0))|a|#acc + #|#acc|#|0`,
		`"ö" == ü.ß`:               `"ö" == ü.ß|"ö"|ü.ß|ü|ß`,
		"a\n  + b // c":            "a\n  + b|a|b",
		`1 < a < 3`:                `1 < a < 3|1 < a|1|a|a < 3|3`,
		`a ?? (b ?? "x")`:          `a ?? (b ?? "x")|a|b ?? "x"|b|"x"`,
	} {
		if got := strings.Join(parts(parsed(t, src), src), "|"); got != want {
			t.Errorf("%s\n got %s\nwant %s", src, got, want)
		}
	}
}

// However an expression is put together, each part lies in the whole, and
// begins and ends with a token of its own.
func TestSpansNest(t *testing.T) {
	var write func(t *rapid.T, depth int) string
	write = func(t *rapid.T, depth int) string {
		leaf := rapid.SampledFrom([]string{"a", "b.c", "ü?.ß", `"ö"`, "1.50", "[]", "f()", "nil", "all(a, # > 1)"})
		if depth == 0 || rapid.Bool().Draw(t, "leaf") {
			return leaf.Draw(t, "leaf")
		}
		x, y := write(t, depth-1), write(t, depth-1)
		return rapid.SampledFrom([]string{
			"(" + x + " + " + y + ")", "f(" + x + ", " + y + ")", "[" + x + "," + y + "]", "(" + x + " ? " + y + " : 1)",
			"{k: " + x + ", l: " + y + "}", "any(" + x + ", {# == " + y + "})", "(" + x + " | f(" + y + "))", "(" + x + ")[" + y + "]", "-(" + x + ")",
		}).Draw(t, "form")
	}
	rapid.Check(t, func(rt *rapid.T) {
		src := write(rt, rapid.IntRange(0, 5).Draw(rt, "depth"))
		tree := parsed(rt, src)
		var walk func(n ast.Node, outer source.Spot)
		walk = func(n ast.Node, outer source.Spot) {
			at := tree.Span(n)
			if at.From < outer.From || at.To > outer.To || at.From > at.To {
				rt.Fatalf("%s: %v is not in %v", src, at, outer)
			}
			if part := src[at.From:at.To]; part != strings.TrimSpace(part) {
				rt.Fatalf("%s: the part %q has white space around it", src, part)
			}
			for _, kid := range children(n) {
				if kid != nil {
					walk(kid, at)
				}
			}
		}
		walk(tree.Root, source.Spot{To: len(src)})
	})
}

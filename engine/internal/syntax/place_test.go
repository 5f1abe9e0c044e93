package syntax_test

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// file is a text in lines, as editors see it, to check places against.
type file struct{ lines [][]rune }

func newFile(text string) file {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	var f file
	for _, l := range strings.Split(text, "\n") {
		f.lines = append(f.lines, []rune(l))
	}
	return f
}

// at returns the character at a place, a break at the end of a line, and -1 for
// a place that is not in the file.
func (f file) at(p diag.Pos) rune {
	if p.Line < 1 || p.Line > len(f.lines) || p.Column < 1 || p.Column > len(f.lines[p.Line-1])+1 {
		return -1
	}
	if p.Column == len(f.lines[p.Line-1])+1 {
		return '\n'
	}
	return f.lines[p.Line-1][p.Column-1]
}

func (f file) has(s diag.Span) bool {
	return f.at(s.Start) >= 0 && f.at(s.End) >= 0 && !s.End.Before(s.Start)
}

// TestInnerPlaces looks for HERE in a value and for the same word in the file.
func TestInnerPlaces(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"plain", "k: some HERE text"},
		{"plain, wide", "k: 日本 größe HERE 📦"},
		{"plain with tab", "k: some\tHERE text"},
		{"plain with comment", "k: some HERE # HERE not"},
		{"plain in a list", "- - some HERE"},
		{"plain in brackets", "{a: [x, some HERE]}"},
		{"plain over lines", "k: some\n  more HERE\n  text"},
		{"plain over lines, blank lines", "k: some  \n\n\n  \tmore HERE\n  text"},
		{"plain over lines, CRLF", "k: some\r\n\r\n  more HERE\r\n  text"},
		{"plain key", "some HERE: 1"},
		{"single", "k: 'some HERE'"},
		{"single with quotes", "k: 'it''s ''HERE'''"},
		{"single over lines", "k: 'some \n\n  ''more'' HERE\n  '"},
		{"single with a backslash", "k: 'some \\\n  HERE\\'"},
		{"plain with a backslash", "k: some \\\n  HERE\\"},
		{"double", "k: \"some HERE\""},
		{"double with escapes", `k: "a\tb\"c\\ \u00e9\x41\U0001F4E6\N HERE\n"`},
		{"double over lines", "k: \"some\n  more\\\n  and \\\n\n  HERE\n  \""},
		{"double, CRLF", "k: \"some\r\n  more\\\r\n  HERE\r\n  \""},
		{"literal", "k: |\n  some\n    more\n\n  text HERE\nl: 1"},
		{"literal, CRLF", "k: |\r\n  some\r\n\r\n  text HERE\r\nl: 1"},
		{"literal, strip", "k: |-\n  some\n  HERE\n\n"},
		{"literal, keep", "k: |+\n  some\n  HERE\n\n"},
		{"literal, indicator", "k: |2\n    some\n   HERE\n"},
		{"literal, both indicators", "k: |-2 # why\n    some\n   HERE\n"},
		{"literal, blank lines first", "k: |\n\n \n  \n  some\n  HERE\n"},
		{"literal in a list", "- k:\n  - |\n    x\n    HERE"},
		{"literal with tabs", "k: |2\n  \tx\n  y\tHERE"},
		{"literal, wide", "k: |\n  日本\n  größe HERE"},
		{"literal, alone", "|\n x\n HERE\n"},
		{"folded", "k: >\n  some\n  more HERE\n  text\n"},
		{"folded, CRLF", "k: >-\r\n  some\r\n\r\n  more HERE\r\n  text\r\n"},
		{"folded, blank lines", "k: >\n\n  some\n\n\n  more\n  HERE\n"},
		{"folded, more indented", "k: >\n  some\n    more\n\n   and\n  more HERE\n"},
		{"folded, indicator", "k: >2\n    some\n  more HERE\n"},
		{"folded, trailing blanks", "k: >\n  some \n  more\t\n  HERE\n"},
		{"BOM", "\ufeffk: HERE"},
		{"anchor", "k: &x 'some HERE'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fs diag.List
			n := syntax.Parse("f.yaml", []byte(c.text), &fs)
			if fs.Len() > 0 {
				t.Fatal(report(&fs))
			}
			var found *syntax.Node
			walk(n, func(n *syntax.Node) {
				if n.Kind == syntax.Scalar && strings.Contains(n.Text.Value, "HERE") {
					found = n
				}
			})
			if found == nil || !found.Text.Exact() {
				t.Fatalf("no exact text has it:\n%s", outline(n))
			}
			i := strings.Index(found.Text.Value, "HERE")
			got := found.Text.At(i, i+4)
			f := newFile(c.text)
			var want diag.Pos
			for l, line := range f.lines {
				if i := strings.Index(string(line), "HERE"); i >= 0 && want.Line == 0 {
					want = diag.Pos{Line: l + 1, Column: utf8.RuneCountInString(string(line)[:i]) + 1}
				}
			}
			if got.Start != want || got.End != (diag.Pos{Line: want.Line, Column: want.Column + 4}) {
				t.Errorf("HERE stands at %v-%v, not %v", got.Start, got.End, want)
			}
			checkTree(t, c.text, n)
		})
	}
}

func walk(n *syntax.Node, see func(*syntax.Node)) {
	if n == nil {
		return
	}
	see(n)
	for _, p := range n.Pairs {
		walk(p.Key, see)
		walk(p.Value, see)
	}
	for _, i := range n.Items {
		walk(i, see)
	}
}

// checkTree sees that every place of a tree is in the file, and that each
// character of an exact text stands where the text says.
func checkTree(t interface{ Fatalf(string, ...any) }, text string, n *syntax.Node) {
	f := newFile(text)
	seen, count := map[*syntax.Node]bool{}, 0
	var check func(n *syntax.Node)
	check = func(n *syntax.Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		count++
		if !f.has(n.Span) {
			t.Fatalf("%q: a node at %v-%v", text, n.Span.Start, n.Span.End)
		}
		if n.Kind == syntax.Scalar {
			checkText(t, f, n)
		}
		if c := n.Comment; c.Value != "" {
			if !f.has(c.Span) || f.at(c.Span.Start) != '#' || c.Value[0] != '#' {
				t.Fatalf("%q: a comment %q at %v", text, c.Value, c.Span)
			}
		}
		for _, p := range n.Pairs {
			check(p.Key)
			check(p.Value)
		}
		for _, i := range n.Items {
			check(i)
		}
	}
	check(n)
}

func checkText(t interface{ Fatalf(string, ...any) }, f file, n *syntax.Node) {
	text := n.Text
	if !f.has(text.Span) {
		t.Fatalf("text %q at %v-%v", text.Value, text.Span.Start, text.Span.End)
	}
	if !text.Exact() {
		return
	}
	last := text.Span.Start
	for i, r := range text.Value {
		at := text.At(i, i+utf8.RuneLen(r))
		if !f.has(at) || at.Start.Before(last) || text.Span.End.Before(at.Start) {
			t.Fatalf("%q of %q at %v-%v, after %v, within %v-%v", r, text.Value, at.Start, at.End, last, text.Span.Start, text.Span.End)
		}
		last = at.Start
		switch c := f.at(at.Start); {
		case c == r:
		case r == ' ' && c == '\n' && n.Style != syntax.Literal: // a fold
		case c == '\\' && n.Style == syntax.DoubleQuoted: // an escape
		default:
			t.Fatalf("%q of %q stands on %q, style %d", r, text.Value, c, n.Style)
		}
	}
	if end := text.At(len(text.Value), len(text.Value)); !f.has(end) || end.Start.Before(last) {
		t.Fatalf("the end of %q is at %v", text.Value, end.Start)
	}
}

// TestScalarProperty writes a random text in every style that can hold it and
// reads it back, each character from its place.
func TestScalarProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := string(rapid.SliceOfN(rapid.SampledFrom([]rune("ab #:'\"\\{}[],-\té日📦\n\n%@|>?&*!")), 0, 30).Draw(t, "value"))
		indent := strings.Repeat(" ", rapid.IntRange(1, 4).Draw(t, "indent"))
		eol := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "eol")
		for style, scalar := range written(value, indent) {
			text := strings.ReplaceAll("k:\n- x: "+scalar+"\n  y: 1\n", "\n", eol)
			var fs diag.List
			n := syntax.Parse("f.yaml", []byte(text), &fs)
			if fs.Errors() > 0 {
				t.Fatalf("%s: %q\n%s", style, text, report(&fs))
			}
			x := n.Get("k").Items[0].Get("x")
			if x.Text.Value != value {
				t.Fatalf("%s: %q gave %q", style, text, x.Text.Value)
			}
			if !x.Text.Exact() && strings.Trim(value, " \n") != "" {
				t.Fatalf("%s: %q is not exact", style, text)
			}
			checkTree(t, text, n)
		}
	})
}

// written returns the ways in which a value can be written.
func written(value, indent string) map[string]string {
	out := map[string]string{"double": fmt.Sprintf("%+q", value)}
	out["double"] = strings.NewReplacer(`\a`, `\a`).Replace(out["double"])
	if !strings.Contains(value, "\n") {
		out["single"] = "'" + strings.ReplaceAll(value, "'", "''") + "'"
	}
	lines := strings.Split(value, "\n")
	blank := func(l string) bool { return strings.TrimSpace(l) == "" && l != "" }
	if value != "" && !slices.ContainsFunc(lines, blank) && strings.Trim(value, "\n") != "" {
		chomp := map[bool]string{true: "+", false: "-"}[strings.HasSuffix(value, "\n")]
		body := strings.TrimSuffix(value, "\n")
		block := "|" + fmt.Sprint(len(indent)) + chomp + "\n"
		for _, l := range strings.Split(body, "\n") {
			if l != "" {
				l = "  " + indent + l
			}
			block += l + "\n"
		}
		out["literal"] = strings.TrimSuffix(block, "\n")
	}
	return out
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a: 1\nb: [x, 'y', \"z\\n\"]\nc: |\n  l\n  m\nd: >-\n  f\n  g\n",
		"a: &a {k: 1}\nb: *a\nc:\n  <<: *a\n  k: 2\n",
		"a: {{ b }}\nc: ${ d }\ne: {f: ${ g }}\n",
		"\ufeffa: 1\r\n\tb: 2\r\n",
		"where: a == \"x #1\"\n", "a: b: c", "- a\nb", "[a, b", "\"a", "a: \"\\x\"", "%YAML 1.1\n---\n!x a: !!y b\n...\n---\n",
		"? [a]\n: {b: c}\n", "a: x\n  y # z\n  w\n", "a: |1+ # c\n x\n\n", "a:\u2028b: \u0085c", "\xff\xfea",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(holds)
}

// TestSmallFiles takes every file of up to three signs: what trips the reader
// is mostly short, and chance is slow to find it.
func TestSmallFiles(t *testing.T) {
	signs := []string{
		"?", " ", "\n", "!", "&a", ":", "\t", "\r\n", "#", "\ufeff", "\u0085", "-", "{", "}", "a", ",", "[", "]",
		"|", ">", "'", "\"", "*a", "é", "%", "---", "\\", "<<", "${", "\r", "\xff",
	}
	var extend func(text string, n int)
	extend = func(text string, n int) {
		for _, sign := range signs {
			holds(t, []byte(text+sign))
			if n > 1 {
				extend(text+sign, n-1)
			}
		}
	}
	extend("", 3)
}

// holds sees that a file, whatever is in it, is read to an end, into a tree or
// into findings, with all places within the file.
func holds(t *testing.T, data []byte) {
	var fs diag.List
	var n *syntax.Node
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				t.Errorf("%q: %v\n%s", data, r, debug.Stack())
			}
		}()
		n = syntax.Parse("f.yaml", data, &fs)
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatalf("it hangs on %q", data)
	}
	if t.Failed() {
		t.FailNow()
	}
	if n == nil && fs.Errors() == 0 {
		t.Fatalf("%q: no tree and no error", data)
	}
	if !utf8.Valid(data) {
		return
	}
	text := newFile(string(data))
	for _, x := range fs.Sorted() {
		spans := []diag.Span{x.Span}
		if x.Fix != nil {
			spans = append(spans, x.Fix.Span)
		}
		for _, r := range x.Related {
			spans = append(spans, r.Span)
		}
		for _, s := range spans {
			if !text.has(s) {
				t.Fatalf("%q: %v at %v-%v", data, x, s.Start, s.End)
			}
		}
		if x.Message == "" || x.Code == "" || !utf8.ValidString(x.Message) {
			t.Fatalf("%q: finding %+v", data, x)
		}
	}
	if n != nil {
		checkTree(t, string(data), n)
	}
}

package syntax_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// outline writes a tree with the places of everything in it.
func outline(n *syntax.Node) string {
	var b strings.Builder
	writeOutline(&b, n, "")
	return b.String()
}

func writeOutline(b *strings.Builder, n *syntax.Node, indent string) {
	if n == nil {
		b.WriteString("none\n")
		return
	}
	place := func(s diag.Span) string {
		return fmt.Sprintf("%d:%d-%d:%d", s.Start.Line, s.Start.Column, s.End.Line, s.End.Column)
	}
	kind := [...]string{"scalar", "mapping", "sequence"}[n.Kind]
	style := [...]string{"plain", "single", "double", "literal", "folded", "block", "flow"}[n.Style]
	fmt.Fprintf(b, "%s %s %s", style, kind, place(n.Span))
	if n.Kind == syntax.Scalar {
		fmt.Fprintf(b, " %q", n.Text.Value)
		if !n.Text.Exact() {
			b.WriteString(" inexact")
		}
	}
	if n.Comment.Value != "" {
		fmt.Fprintf(b, " comment %s %q", place(n.Comment.Span), n.Comment.Value)
	}
	b.WriteByte('\n')
	for _, p := range n.Pairs {
		fmt.Fprintf(b, "%s  %s %q: ", indent, place(p.Key.Span), p.Key.Text.Value)
		writeOutline(b, p.Value, indent+"  ")
	}
	for _, i := range n.Items {
		b.WriteString(indent + "  - ")
		writeOutline(b, i, indent+"  ")
	}
}

// report writes findings with all that matters in them.
func report(fs *diag.List) string {
	var b strings.Builder
	place := func(s diag.Span) string {
		return fmt.Sprintf("%d:%d-%d:%d", s.Start.Line, s.Start.Column, s.End.Line, s.End.Column)
	}
	for _, f := range fs.Sorted() {
		fmt.Fprintf(&b, "%s %s [%s]", place(f.Span), f.Message, f.Code)
		if f.Hint != "" {
			b.WriteString(" | " + f.Hint)
		}
		if f.Fix != nil {
			fmt.Fprintf(&b, " | fix %s %s", place(f.Fix.Span), f.Fix.Text)
		}
		for _, r := range f.Related {
			fmt.Fprintf(&b, " | %s %s", place(r.Span), r.Message)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestTree(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "plain scalar 1:1-1:1 \"\" inexact"},
		{"comment only", "# nothing\n", "plain scalar 1:1-2:1 \"\" inexact"},
		{"markers", "---\na: 1\n...\n", "block mapping 2:1-2:5\n  2:1-2:2 \"a\": plain scalar 2:4-2:5 \"1\""},
		{"scalar", "just text", "plain scalar 1:1-1:10 \"just text\""},
		{"types stay text", "a: no\nb: 0012\nc: 12E4\nd: 1.10\ne: ~\nf: 2026-01-01\n", `block mapping 1:1-6:14
  1:1-1:2 "a": plain scalar 1:4-1:6 "no"
  2:1-2:2 "b": plain scalar 2:4-2:8 "0012"
  3:1-3:2 "c": plain scalar 3:4-3:8 "12E4"
  4:1-4:2 "d": plain scalar 4:4-4:8 "1.10"
  5:1-5:2 "e": plain scalar 5:4-5:5 "~"
  6:1-6:2 "f": plain scalar 6:4-6:14 "2026-01-01"`},
		{"flow", "a: [1, {b: c, \"d\": }, ] # x\n? e\n: f\ng: {}\n", `block mapping 1:1-4:6
  1:1-1:2 "a": flow sequence 1:4-1:24 comment 1:25-1:28 "# x"
    - plain scalar 1:5-1:6 "1"
    - flow mapping 1:8-1:21
      1:9-1:10 "b": plain scalar 1:12-1:13 "c"
      1:15-1:18 "d": plain scalar 1:20-1:20 ""
  2:3-2:4 "e": plain scalar 3:3-3:4 "f"
  4:1-4:2 "g": flow mapping 4:4-4:6`},
		{"flow over lines", "a: [1, # one\n  2\n  # end\n]\nb: 3", `block mapping 1:1-5:5
  1:1-1:2 "a": flow sequence 1:4-4:2
    - plain scalar 1:5-1:6 "1"
    - plain scalar 2:3-2:4 "2"
  5:1-5:2 "b": plain scalar 5:4-5:5 "3"`},
		{"null values", "a:\nb: # c\nc:\n-\n- x", `block mapping 1:1-5:4
  1:1-1:2 "a": plain scalar 1:3-1:3 ""
  2:1-2:2 "b": plain scalar 2:3-2:3 "" comment 2:4-2:7 "# c"
  3:1-3:2 "c": block sequence 4:1-5:4
    - plain scalar 4:2-4:2 ""
    - plain scalar 5:3-5:4 "x"`},
		{"aliases", "a: &x {k: 1}\nb: *x\nc: [*x, &y z, *y]\n", `block mapping 1:1-3:18
  1:1-1:2 "a": flow mapping 1:7-1:13
    1:8-1:9 "k": plain scalar 1:11-1:12 "1"
  2:1-2:2 "b": flow mapping 1:7-1:13
    1:8-1:9 "k": plain scalar 1:11-1:12 "1"
  3:1-3:2 "c": flow sequence 3:4-3:18
    - flow mapping 1:7-1:13
      1:8-1:9 "k": plain scalar 1:11-1:12 "1"
    - plain scalar 3:12-3:13 "z"
    - plain scalar 3:12-3:13 "z"`},
		{"anchors", "a: &x # c\n  b: 1\n&k c: &y\nd: &z |\n  t\n", `block mapping 1:1-5:4
  1:1-1:2 "a": block mapping 2:3-2:7
    2:3-2:4 "b": plain scalar 2:6-2:7 "1"
  3:4-3:5 "c": plain scalar 3:7-3:7 ""
  4:1-4:2 "d": literal scalar 4:7-5:4 "t\n"`},
		{"merge", "a: &a {k: 1, l: 2}\nb:\n  <<: [*a, {l: 8, m: 9}]\n  k: 3\n\"<<\": 4\n", `block mapping 1:1-5:8
  1:1-1:2 "a": flow mapping 1:7-1:19
    1:8-1:9 "k": plain scalar 1:11-1:12 "1"
    1:14-1:15 "l": plain scalar 1:17-1:18 "2"
  2:1-2:2 "b": block mapping 3:3-4:7
    4:3-4:4 "k": plain scalar 4:6-4:7 "3"
    1:14-1:15 "l": plain scalar 1:17-1:18 "2"
    3:19-3:20 "m": plain scalar 3:22-3:23 "9"
  5:1-5:5 "<<": plain scalar 5:7-5:8 "4"`},
		{"BOM and CRLF", "\ufeffa: 1\r\nb: 'x'\r\nc: |\r\n  l1\r\n  l2\r\n", `block mapping 1:1-5:5
  1:1-1:2 "a": plain scalar 1:4-1:5 "1"
  2:1-2:2 "b": single scalar 2:4-2:7 "x"
  3:1-3:2 "c": literal scalar 3:4-5:5 "l1\nl2\n"`},
		{"old Mac lines", "a: 1\rb: x\r", "block mapping 1:1-2:5\n  1:1-1:2 \"a\": plain scalar 1:4-1:5 \"1\"\n  2:1-2:2 \"b\": plain scalar 2:4-2:5 \"x\""},
		{"wide characters", "größe: 日本 # é\nx: '📦'", `block mapping 1:1-2:7
  1:1-1:6 "größe": plain scalar 1:8-1:10 "日本" comment 1:11-1:14 "# é"
  2:1-2:2 "x": single scalar 2:4-2:7 "📦"`},
		{"lines of YAML alone", "a: \"x\u2028y\"\nb: '\u0085z'\nc: 1", `block mapping 1:1-3:5
  1:1-1:2 "a": double scalar 1:4-1:9 "x\u2028y"
  2:1-2:2 "b": single scalar 2:4-2:8 " z" inexact
  3:1-3:2 "c": plain scalar 3:4-3:5 "1"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fs diag.List
			got := strings.TrimSpace(outline(syntax.Parse("f.yaml", []byte(c.text), &fs)))
			if fs.Len() > 0 {
				t.Errorf("findings:\n%s", report(&fs))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"bad byte", "a: 1\nb: \"\xe9x\"", "2:5-2:6 the byte 0xE9 is not UTF-8 text [encoding] | save the file as UTF-8"},
		{"bad byte after CRLF", "ä: 1\r\n\r\nb: \xff", "3:4-3:5 the byte 0xFF is not UTF-8 text [encoding] | save the file as UTF-8"},
		{"UTF-16", "\xff\xfea\x00:\x00", "1:1-1:1 the file is UTF-16 text [encoding] | save it as UTF-8"},
		{"UTF-16 without mark", "\x00a\x00:", "1:1-1:1 the file is UTF-16 text [encoding] | save it as UTF-8"},
		{"control character", "a: x\x01y", "1:5-1:6 the control character U+0001 is not allowed [encoding] | remove it, or write it as an escape in double quotes"},
		{"second document", "a: 1\n---\nb: 2\n", "2:1-2:4 a second document starts here, and would be ignored [second-document] | put it into a file of its own"},
		{"second document, empty", "a: 1\n---\n", "2:1-2:4 a second document starts here, and would be ignored [second-document] | put it into a file of its own"},
		{"duplicate", "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n'a': 4", "4:3-4:4 the key \"c\" is given twice [duplicate-key] | remove one of the two | 3:3-3:4 first given here\n" +
			"5:1-5:2 the key \"a\" is given twice [duplicate-key] | remove one of the two | 1:1-1:2 first given here\n" +
			"6:1-6:4 the key \"a\" is given twice [duplicate-key] | remove one of the two | 1:1-1:2 first given here"},
		{"two merges", "a: &a {}\nb:\n  <<: *a\n  <<: *a", "4:3-4:5 the key \"<<\" is given twice [duplicate-key] | remove one of the two | 3:3-3:5 first given here"},
		{"merge of a text", "a:\n  <<: text", "2:7-2:11 \"<<\" takes a mapping or a list of mappings, not a text [syntax]"},
		{"merge of a list of texts", "a:\n  <<: [text]", "2:8-2:12 \"<<\" takes mappings, not a text [syntax]"},
		{"unknown alias", "a: 1\n# *b\nb: x*b\nc: *b # *b", "4:4-4:6 the alias \"b\" is not defined before here [alias] | quote the value if it is meant to begin with \"*\""},
		{"alias of itself", "a: &a [x, *a]", "1:11-1:13 the alias \"a\" stands inside the value that it names [alias]"},
		{"alias of itself by merge", "a: &a\n  <<: *a", "2:7-2:9 the alias \"a\" stands inside the value that it names [alias]"},
		{"key of list", "? [a, b]\n: 1", "1:3-1:9 a key must be a text, not a list [syntax] | quote it if it is meant as a text"},
		{"key of alias", "a: &a {x: 1}\n*a : 2", "1:7-1:13 a key must be a text, not a mapping [syntax] | quote it if it is meant as a text"},
		{"no key", ": 1", "1:1-1:2 a key is missing before \":\" [syntax]"},
		{"no key, CRLF", "? ?\r\n", "1:3-1:4 a key must be a text, not a mapping [syntax] | quote it if it is meant as a text\n1:4-1:4 a key is missing before \":\" [syntax]"},
		{"a colon before a rare break", " }:\u0085", "1:2-1:3 the bracket \"}\" closes none [syntax] | remove it, or quote the text that begins with it"},
		{"a colon before a rare break, CRLF", "\r\n}:\u0085", "2:1-2:2 the bracket \"}\" closes none [syntax] | remove it, or quote the text that begins with it"},
		{"tag", "a: !env HOME\nb: !!str 1\n!k c: ! x", "1:4-1:8 tags such as \"!env\" are not used [syntax] | remove it: the place of a value decides its type; quote it if it is a text\n" +
			"2:4-2:9 tags such as \"!!str\" are not used [syntax] | remove it: the place of a value decides its type; quote it if it is a text\n" +
			"3:1-3:3 tags such as \"!k\" are not used [syntax] | remove it: the place of a value decides its type; quote it if it is a text\n" +
			"3:7-3:8 tags such as \"!\" are not used [syntax] | remove it: the place of a value decides its type; quote it if it is a text"},
		{"tag of nothing", "a: !order.paid # x\nb: 1", `1:4-1:15 a text cannot begin with "!" unless it is quoted [syntax] | quote the whole text | fix 1:4-1:15 "!order.paid"`},
		{"cut by a comment", `where: order.note == "a #1"`, `1:25-1:28 the text is cut off here: after a space, "#" begins a comment [cut-comment] | quote the whole text | fix 1:8-1:28 'order.note == "a #1"'`},
		{"bracket cut by a comment", `x: f(a, "b)" #)`, `1:14-1:16 the text is cut off here: after a space, "#" begins a comment [cut-comment] | quote the whole text | fix 1:4-1:16 'f(a, "b)" #)'`},
		{"cut in a list", "- it is (nr. #1)", `1:14-1:17 the text is cut off here: after a space, "#" begins a comment [cut-comment] | quote the whole text | fix 1:3-1:17 "it is (nr. #1)"`},
		{"comments", "a: x == 5 # five\nb: don't # it's\nc: smile :( # (sad)\nd: 5' # 6'\ne: \"q\" # '\nf: x # )\ng: it's 'so' # 'so'", ""},
		{"text of lines cut by a comment", "a: x and\n  b == 1 # one\n  and c\n", "2:10-2:15 the text is cut off here: after a space, \"#\" begins a comment [cut-comment] | quote the whole text, or write it as a block below \"|\" | 3:3-3:8 so this line does not belong to it"},
		{"brackets that do not fit", "x: f(a] # b)", ""},
		{"comment above a wrong line", "a:\n  b: 1 # one\n c: 2\n", "3:2-3:4 the indentation of this line fits none of those above [syntax] | give the lines of one mapping the same indentation"},
		{"comment line above a wrong line", "a:\n  b: 1\n  # one\n c: 2\n", "4:2-4:4 the indentation of this line fits none of those above [syntax] | give the lines of one mapping the same indentation"},
		{"quote in brackets", "a: [\"q\\\"]\", x\nb: 1", "1:4-1:5 the bracket \"[\" is not closed [syntax] | close it, or put commas between its members | 2:4-2:5 what follows does not fit into it from here"},
		{"template", "a: {{ x }}\nb: 1", `1:4-1:11 a text that begins with "{{" must be quoted [unquoted-template] | without quotes, YAML takes the braces for a mapping | fix 1:4-1:11 "{{ x }}"`},
		{"template with quotes", "a: {{ x|default(\"y\") }}", `1:4-1:24 a text that begins with "{{" must be quoted [unquoted-template] | without quotes, YAML takes the braces for a mapping | fix 1:4-1:24 '{{ x|default("y") }}'`},
		{"templates in a list", "a: [{{ x }}, '{{ y }}']", `1:5-1:12 a text that begins with "{{" must be quoted [unquoted-template] | without quotes, YAML takes the braces for a mapping | fix 1:5-1:12 "{{ x }}"`},
		{"text after a template", "a: {{ x }}-{{ y }} # c\nb: 1", `1:4-1:19 a text that begins with "{{" must be quoted [unquoted-template] | without quotes, YAML takes the braces for a mapping | fix 1:4-1:19 "{{ x }}-{{ y }}"`},
		{"tag of a template", "a: {% if x %}y{% endif %}\nb: 1", `1:4-1:26 a text that begins with "{%" must be quoted [unquoted-template] | without quotes, YAML takes the braces for a mapping | fix 1:4-1:26 "{% if x %}y{% endif %}"`},
		{"expression in brackets", "a: {b: ${ x }, c: d}", `1:8-1:14 a text that begins with "${" must be quoted [unquoted-template] | without quotes, YAML takes the braces for a mapping | fix 1:8-1:14 "${ x }"`},
		{"expression in a list over lines", "a: [\n  1,\n  ${ x['y'] }\n]", `3:3-3:14 a text that begins with "${" must be quoted [unquoted-template] | without quotes, YAML takes the braces for a mapping | fix 3:3-3:14 "${ x['y'] }"`},
		{"expression", "a: ${ x }\nb:\n  - ${ y }", ""},
		{"tab", "a:\n\tb: 1", "2:1-2:2 a tab cannot indent a line [syntax] | indent with spaces"},
		{"tabs after spaces", "a:\n  b: 1\n \t\tc: 2\n", "3:2-3:4 a tab cannot indent a line [syntax] | indent with spaces"},
		{"tab in a block", "a: |\n\tx\nc: 1", "2:1-2:2 a tab cannot indent a line [syntax] | indent with spaces"},
		{"second colon", "a: 1\nsummary: New: paid\nb: 1", `2:13-2:14 ": " in a text without quotes [syntax] | quote the whole text | fix 2:10-2:19 "New: paid"`},
		{"second colon among wide characters", "a: 1\nb: 東京: 注文を\nc: 1", `2:6-2:7 ": " in a text without quotes [syntax] | quote the whole text | fix 2:4-2:11 "東京: 注文を"`},
		{"second colon before emoji", "b: x: 🎁🎁🎁🎁\nc: 1", `1:5-1:6 ": " in a text without quotes [syntax] | put "x:" on a line of its own, or quote the whole text`},
		{"second colon in a quoted", "a: 'b: c': d", `1:10-1:11 ": " in a text without quotes [syntax] | quote the whole text`},
		{"second colon in an item", "- a: x: y: z # c", `1:7-1:8 ": " in a text without quotes [syntax] | put "x:" on a line of its own, or quote the whole text`},
		{"member below a value", "a: 1\n  b: 2\nc: 3", "2:3-2:5 this line is indented as if it belonged to the one above, which has a value already [syntax] | give the lines of one mapping the same indentation"},
		{"first line", "a: b: c", `1:5-1:6 ": " in a text without quotes [syntax] | put "b:" on a line of its own, or quote the whole text`},
		{"second colon before a list", "a: b [c: d]", `1:8-1:9 ": " in a text without quotes [syntax] | quote the whole text`},
		{"second colon before emoji, quoted", "b: X: 🎁🎁🎁🎁\nc: 1", `1:5-1:6 ": " in a text without quotes [syntax] | quote the whole text | fix 1:4-1:11 "X: 🎁🎁🎁🎁"`},
		{"indentation", "a:\n  b: 1\n c: 2\nd: 1", "3:2-3:4 the indentation of this line fits none of those above [syntax] | give the lines of one mapping the same indentation"},
		{"item among members", "a: b\n- c\nd: e\n", "2:1-2:4 a list item is not expected here [syntax] | indent it like the items of its list, or remove the \"-\""},
		{"member among items", "- a\nb: 1\nc: 1", "2:1-2:3 expected a list item that begins with \"- \" [syntax] | indent the line further if it belongs to the item above"},
		{"item of a list that has ended", "steps:\n  - filter:\n      where: x\n    - map: y\nq: 1\n", "4:5-4:13 a list item is not expected here [syntax] | indent it like the items of its list, or remove the \"-\""},
		{"text after a quote", "a: 'x' y\nb: 1", "1:8-1:9 nothing may follow the closing quote of a text [syntax] | quote the whole text, with its own quotes doubled or of the other kind"},
		{"two quoted texts", "k: \"a\" \"b\"\ne: f", "1:8-1:11 nothing may follow the closing quote of a text [syntax] | quote the whole text, with its own quotes doubled or of the other kind"},
		{"lost quote", "a: 1\nb: \"x\nc: \"y\"\nd: 1", "3:5-3:7 nothing may follow the closing quote of a text [syntax] | a closing quote may be missing further up | 2:4-2:4 the text begins here"},
		{"text after brackets", "a: [1] 2\nb: 1", "1:8-1:9 nothing may follow the end of a value on its line [syntax]"},
		{"text after an item's quote", "- 'a' b\n- c", "1:7-1:8 nothing may follow the closing quote of a text [syntax] | quote the whole text, with its own quotes doubled or of the other kind"},
		{"open quote", "a:\n  b: 'x\n  c: d", "2:6-2:8 the quote is not closed [syntax] | end the text with '"},
		{"open quote in brackets", "a: [\"b\", \"c]\nd: e", "1:10-1:13 the quote is not closed [syntax] | end the text with \""},
		{"quote over documents", "a: \"b\n---\nc\"", "1:4-1:6 the quote is not closed [syntax] | end the text with \""},
		{"open bracket", "a: 1\nb: [1, 2\n", "2:4-2:5 the bracket \"[\" is not closed [syntax] | close it, or put commas between its members"},
		{"open brace", "a: {b: 1\nc: 2\nd: 3\n", "1:4-1:5 the bracket \"{\" is not closed [syntax] | close it, or put commas between its members | 2:4-2:5 what follows does not fit into it from here"},
		{"open inner bracket", "a: {b: [1, 2}\nd: 3", "1:13-1:14 a comma or a closing bracket is missing before this [syntax] | quote a text that has brackets, commas or \": \" in it"},
		{"colon in brackets", "k: [a b: c: d]\ne: f", "1:13-1:14 a comma or a closing bracket is missing before this [syntax] | quote a text that has brackets, commas or \": \" in it"},
		{"question mark in brackets", "k: {a: b?.c}", "1:9-1:12 a comma or a closing bracket is missing before this [syntax] | quote the text: inside brackets, YAML keeps \"?\" for itself"},
		{"only commas", "a: [,]", "1:5-1:6 a value is missing before \",\" [syntax] | quote the text if it is meant to begin with that"},
		{"lone bracket", "a: 1\nb: ]\nc: 1", "2:4-2:5 a value is missing before \"]\" [syntax] | quote the text if it is meant to begin with that"},
		{"bracket that closes none", "a: 1\n}\nb: 1", "2:1-2:2 the bracket \"}\" closes none [syntax] | remove it, or quote the text that begins with it"},
		{"no colon", "a: b\nccc cc\nd: e", "2:1-2:7 expected a key followed by \": \" [syntax] | indent the line further if it goes on with the text above"},
		{"no colon at the end", "a: b\nccc", "2:1-2:4 expected a key followed by \": \" [syntax] | indent the line further if it goes on with the text above"},
		{"reserved", "a: `x`\nb: 1", "1:4-1:7 a text cannot begin with \"`\" unless it is quoted [syntax] | quote the whole text"},
		{"at", "a: @x\nb: 1", "1:4-1:6 a text cannot begin with \"@\" unless it is quoted [syntax] | quote the whole text"},
		{"percent", "a: %x\nb: 1", "1:4-1:6 a text cannot begin with \"%\" unless it is quoted [syntax] | quote the whole text"},
		{"star", "a: *.x\nb: c", "1:4-1:7 a text cannot begin with \"*\" unless it is quoted [syntax] | quote the whole text"},
		{"ampersand", "a: & b", "1:4-1:5 a text cannot begin with \"&\" unless it is quoted [syntax] | quote the whole text"},
		{"exclamation", "a: !<x\nb: 1\n", "1:4-1:7 a text cannot begin with \"!\" unless it is quoted [syntax] | quote the whole text"},
		{"handle", "a: !x!y z\n", "1:4-1:8 a text cannot begin with \"!\" unless it is quoted [syntax] | quote the whole text"},
		{"escape", "a: \"x\\q\"\nb: 1", `1:6-1:8 \q is not an escape in double quotes [syntax] | write \\ for a backslash, or use single quotes`},
		{"hex escape", "a: \"x\\u12\"\nb: 1", `1:6-1:10 \u12 is not an escape in double quotes [syntax] | write \\ for a backslash, or use single quotes`},
		{"surrogate", "a: \"x\\ud800\"\nb: 1", `1:6-1:12 \ud800 is not an escape in double quotes [syntax] | write \\ for a backslash, or use single quotes`},
		{"item on the line of its key", "a: - b\nc: d", "1:4-1:5 a list cannot begin on the line of its key [syntax] | begin it on the next line, write it as [a, b], or quote a text that begins with \"- \""},
		{"text after >", "when: > 5\nc: 1", "1:7-1:10 text cannot follow \">\" on its line, which begins a block [syntax] | begin the text on the next line, or quote it"},
		{"text after |", "a: |1 x\n  b\nc: 1", "1:4-1:8 text cannot follow \"|\" on its line, which begins a block [syntax] | begin the text on the next line, or quote it"},
		{"indicator 0", "a: |0\n  b", "1:4-1:6 text cannot follow \"|\" on its line, which begins a block [syntax] | begin the text on the next line, or quote it"},
		{"directive", "%FOO\n---\na: 1", "1:1-1:5 a line that begins with \"%\" is a YAML directive, and this one is not known [syntax] | remove it"},
		{"version", "%YAML 2.0\n---\na: 1", "1:1-1:10 a line that begins with \"%\" is a YAML directive, and this one is not known [syntax] | remove it"},
		{"more after the end", "'a'\n'b'", "2:1-2:4 nothing may follow the end of the file's only value [syntax] | a file holds one mapping"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fs diag.List
			syntax.Parse("f.yaml", []byte(c.text), &fs)
			if diff := cmp.Diff(c.want, report(&fs)); diff != "" {
				t.Error(diff)
			}
			checkFixes(t, c.text, &fs)
		})
	}
}

// checkFixes applies the fixes of one-line texts and sees that they mend.
func checkFixes(t *testing.T, text string, fs *diag.List) {
	t.Helper()
	for _, f := range fs.Sorted() {
		if f.Fix == nil {
			continue
		}
		lines := strings.Split(text, "\n")
		line := []rune(lines[f.Fix.Span.Start.Line-1])
		lines[f.Fix.Span.Start.Line-1] = string(line[:f.Fix.Span.Start.Column-1]) + f.Fix.Text + string(line[f.Fix.Span.End.Column-1:])
		var after diag.List
		syntax.Parse("f.yaml", []byte(strings.Join(lines, "\n")), &after)
		if after.Len() >= fs.Len() {
			t.Errorf("the fix leaves\n%s\nin\n%s", report(&after), strings.Join(lines, "\n"))
		}
	}
}

func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	var fs diag.List
	n := syntax.Parse("f.yaml", []byte(b.String()), &fs)
	all := fs.Sorted()
	if len(all) != 1 || all[0].Code != diag.CodeAlias || !strings.Contains(all[0].Message, "100000") {
		t.Fatalf("findings:\n%s", report(&fs))
	}
	if count := size(n, 1_000_000); count > 300_000 {
		t.Errorf("the tree has %d values", count)
	}
}

// size counts the values of a tree as often as they stand in it.
func size(n *syntax.Node, most int) int {
	count := 1
	for _, p := range n.Pairs {
		count += size(p.Value, most)
	}
	for _, i := range n.Items {
		if count > most {
			break
		}
		count += size(i, most)
	}
	return count
}

func TestDepth(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("[", 101) + strings.Repeat("]", 101),
		strings.Repeat("- ", 5000) + "x",
		strings.Repeat("[", 20_000),
	} {
		var fs diag.List
		syntax.Parse("f.yaml", []byte(text), &fs)
		all := fs.Sorted()
		if len(all) != 1 || all[0].Code != diag.CodeSyntax {
			t.Errorf("%.9q: %s", text, report(&fs))
		}
	}
	var fs diag.List
	syntax.Parse("f.yaml", []byte(strings.Repeat("[", 100)+strings.Repeat("]", 100)), &fs)
	if fs.Len() > 0 {
		t.Errorf("100 deep: %s", report(&fs))
	}
}

func TestLargeFile(t *testing.T) {
	var fs diag.List
	if n := syntax.Parse("f.yaml", make([]byte, 17<<20), &fs); n != nil || fs.Len() != 1 {
		t.Errorf("findings:\n%s", report(&fs))
	}
}

func TestNode(t *testing.T) {
	var fs diag.List
	n := syntax.Parse("f.yaml", []byte("a: 1\nb: [x]\nc: ''\nd: NULL\n"), &fs)
	if !cmp.Equal(n.Keys(), []string{"a", "b", "c", "d"}) {
		t.Errorf("keys %v", n.Keys())
	}
	if n.Get("a").Text.Value != "1" || n.Get("z") != nil || n.Pair("z") != nil {
		t.Error("Get")
	}
	if n.Get("a").IsNull() || n.Get("c").IsNull() || !n.Get("d").IsNull() || n.IsNull() {
		t.Error("IsNull")
	}
	if e := syntax.Parse("f.yaml", []byte("# nothing"), &fs); !e.IsNull() {
		t.Error("an empty file has a value")
	}
	var none *syntax.Node
	if !none.IsNull() || none.Get("a") != nil || none.Keys() != nil || none.Describe() != "nothing" {
		t.Error("a nil node is not empty")
	}
	if n.Describe() != "a mapping" || n.Get("b").Describe() != "a list" || n.Get("c").Describe() != "a text" || n.Get("d").Describe() != "nothing" {
		t.Error("Describe")
	}
	s := n.Get("a").WithText("secret", true)
	if s.Text.Value != "secret" || !s.Secret || s.Plain || s.Text.At(2, 3) != n.Get("a").Span || n.Get("a").Text.Value != "1" {
		t.Errorf("WithText gave %+v", s)
	}
	d := syntax.NewScalar("", n.Span)
	if d.IsNull() || d.Text.At(0, 0) != n.Span {
		t.Error("NewScalar")
	}
}

// TestSharedFiles parses the YAML that the design pages show, apart from what
// stands there for more.
func TestSharedFiles(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "design", "2-language.md"))
	if err != nil {
		if os.Getenv("SLUICE_REQUIRE_SHARED") == "1" {
			t.Fatal(err)
		}
		t.Skip("the design pages are not there")
	}
	for i, block := range strings.Split(string(page), "```yaml\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		text = strings.ReplaceAll(text, "{status: ${ settings.statuses }}", "{status: \"${ settings.statuses }\"}")
		var fs diag.List
		n := syntax.Parse("f.yaml", []byte(text), &fs)
		if n == nil || n.Kind != syntax.Mapping || fs.Len() > 0 {
			t.Errorf("block %d:\n%s", i, report(&fs))
		}
	}
}

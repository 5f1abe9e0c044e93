package graph

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawings are the graphs whose drawings are kept in testdata.
func drawings() map[string]struct {
	nodes []Node
	edges []Edge
} {
	type drawing = struct {
		nodes []Node
		edges []Edge
	}
	return map[string]drawing{
		"orders": {[]Node{
			{"source", "shop.orders", "status = paid, overlap 10m", Source},
			{"stock", "stock", "desk.inventory_items by code, cached 10m", Lookup},
			{"filter", "filter", `all(order.line_items, stock[.final_sku]?.location in settings.locations)`, Filter},
			{"let", "let", "goods", Step},
			{"map", "map", "24 fields", Step},
			{"check", "check", "out.order_total == order.grand_total", Step},
			{"sink", "desk.orders", "create", Sink},
			{"then", "shop.order_note", "when settings.leave_note", Sink},
		}, []Edge{{"source", "filter", ""}, {"stock", "filter", ""}, {"filter", "let", ""}, {"let", "map", ""},
			{"map", "check", ""}, {"check", "sink", ""}, {"sink", "then", "once sent"}}},
		"route": {[]Node{
			{"source", "shop.orders", "", Source},
			{"split", "split", "by warehouse", Step},
			{"route", "route", "item.country", Route},
			{"eu", "map", "EU labels", Step},
			{"us", "map", "US labels and a note that is far too long to stand on the lines that there are, so that it is cut somewhere around this place, or a little later", Step},
			{"f", "filter", "item.weight < 30", Filter},
			{"desk-eu", "eu.orders", "", Sink},
			{"desk-us", "us.orders", "", Sink},
			{"rest", "file.rest", "everything else", Sink},
		}, []Edge{{"source", "split", ""}, {"split", "route", ""}, {"route", "eu", "Europe"}, {"route", "us", "United States"},
			{"route", "rest", "otherwise"}, {"eu", "desk-eu", ""}, {"us", "f", ""}, {"f", "desk-us", ""}}},
		"signs": {[]Node{
			{"end", `<script>alert("1 & 2")</script>`, "`a` #quot; %% {b} [c] (d) \\n \"e\" ; --> n2", Step},
			{"quote\"", "Größe 尺寸 📦", "two\nlines\tand\x00\x1b[31ma control", Lookup},
			{"", "", "", Sink}, {"named by its ID", "", "", Filter},
			{"long", strings.Repeat("Unbreakable", 9), strings.Repeat("x", 200), Source},
		}, []Edge{{"end", "quote\"", `"><&'`}, {"quote\"", "", ""}, {"long", "", "]]>"}}},
		"nothing": {},
	}
}

var update = flag.Bool("update", false, "write the drawings anew")

func TestDrawings(t *testing.T) {
	for name, d := range drawings() {
		g, err := New(d.nodes, d.edges)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := g.SVG(&b, "Pipeline "+name+" <&>"); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.String())
		for kind, got := range map[string]string{"mmd": g.Mermaid(), "dot": g.DOT(), "svg": b.String()} {
			file := filepath.Join("testdata", name+"."+kind)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (go test -update writes it anew): %s", file, diff)
			}
		}
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, text)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "script" {
			t.Error("a label became an element")
		}
	}
}

func TestNew(t *testing.T) {
	for want, d := range map[string]struct {
		nodes []Node
		edges []Edge
	}{
		`two nodes are called "a"`:                 {[]Node{{ID: "a"}, {ID: "a"}}, nil},
		`an edge leads from "b", which is no node`: {[]Node{{ID: "a"}}, []Edge{{"b", "a", ""}}},
		`an edge leads to "b", which is no node`:   {[]Node{{ID: "a"}}, []Edge{{"a", "b", ""}}},
	} {
		if _, err := New(d.nodes, d.edges); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct{ edges, want string }{
		{"", "a b c d e"},
		{"b>a", "b a c d e"},
		{"e>a a>b", "c d e a b"},
		{"a>b b>c a>c", "a b c d e"},
		{"d>c c>b b>a", "d c b a e"},
		{"a>b a>b", "a b c d e"},
	} {
		nodes, err := letters(t, c.edges).Order()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range nodes {
			got = append(got, n.ID)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %q, want %q", c.edges, got, c.want)
		}
	}
}

func TestCycle(t *testing.T) {
	for edges, want := range map[string]string{
		"a>a":                     `"a" → "a"`,
		"a>b b>a":                 `"a" → "b" → "a"`,
		"e>d d>e e>a":             `"d" → "e" → "d"`,
		"a>b b>c c>d d>b d>e":     `"b" → "c" → "d" → "b"`,
		"a>c c>b b>a d>a a>e e>d": `"a" → "c" → "b" → "a"`,
	} {
		g := letters(t, edges)
		_, err := g.Order()
		var cycle *CycleError
		if !errors.As(err, &cycle) || err.Error() != "these lead back to where they start: "+want {
			t.Errorf("%s: got %v, want %s", edges, err, want)
		}
		if err := g.SVG(io.Discard, ""); !errors.As(err, &cycle) {
			t.Errorf("%s: drawn with %v", edges, err)
		}
	}
}

// letters makes a graph of a to e and edges such as "a>b".
func letters(t *testing.T, edges string) *Graph {
	t.Helper()
	var nodes []Node
	for _, id := range "abcde" {
		nodes = append(nodes, Node{ID: string(id)})
	}
	var es []Edge
	for e := range strings.FieldsSeq(edges) {
		from, to, _ := strings.Cut(e, ">")
		es = append(es, Edge{From: from, To: to})
	}
	g, err := New(nodes, es)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func drawGraph(rt *rapid.T, forward bool) *Graph {
	n := rapid.IntRange(0, 14).Draw(rt, "nodes")
	var nodes []Node
	for i := range n {
		nodes = append(nodes, Node{ID: fmt.Sprint(i), Kind: Kind(rapid.IntRange(0, 5).Draw(rt, "kind")),
			Label: rapid.String().Draw(rt, "label"), Detail: rapid.String().Draw(rt, "detail")})
	}
	var edges []Edge
	for range rapid.IntRange(0, 2*n).Draw(rt, "edges") {
		from, to := rapid.IntRange(0, n-1).Draw(rt, "from"), rapid.IntRange(0, n-1).Draw(rt, "to")
		if forward && from == to {
			continue
		}
		if forward && from > to {
			from, to = to, from
		}
		edges = append(edges, Edge{fmt.Sprint(from), fmt.Sprint(to), rapid.SampledFrom([]string{"", "yes", "<no>"}).Draw(rt, "label")})
	}
	g, err := New(nodes, edges)
	if err != nil {
		rt.Fatal(err)
	}
	return g
}

// TestOrderProperty: an order has every node once and each edge forward; where
// there is none, the members of the cycle do lead to each other.
func TestOrderProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawGraph(rt, false)
		nodes, err := g.Order()
		at := map[string]int{}
		for i, n := range nodes {
			at[n.ID] = i
		}
		var cycle *CycleError
		if errors.As(err, &cycle) {
			for i, m := range cycle.Members {
				next := cycle.Members[(i+1)%len(cycle.Members)]
				if !slices.ContainsFunc(g.edges, func(e link) bool { return g.nodes[e.from].ID == m && g.nodes[e.to].ID == next }) {
					rt.Fatalf("nothing leads from %s to %s", m, next)
				}
			}
			return
		}
		if err != nil || len(at) != len(g.nodes) {
			rt.Fatalf("%d of %d nodes: %v", len(at), len(g.nodes), err)
		}
		for _, e := range g.edges {
			if at[g.nodes[e.from].ID] >= at[g.nodes[e.to].ID] {
				rt.Fatalf("the edge from %d to %d leads back", e.from, e.to)
			}
		}
	})
}

// TestLayoutProperty: no two cells meet, every edge leads down, all is on the
// page, no label is cut short, and the drawing is well-formed.
func TestLayoutProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawGraph(rt, true)
		var sizes, labels []size
		for _, n := range g.nodes {
			sizes = append(sizes, captionOf(n).box(n.Kind))
		}
		for range g.edges {
			labels = append(labels, size{80, 16})
		}
		l, err := g.arrange(sizes, labels)
		if err != nil {
			rt.Fatal(err)
		}
		const sharp = 1e-6
		for i, a := range l.cells {
			if a.x-a.w/2 < -sharp || a.x+a.w/2 > l.width+sharp || a.y-a.h/2 < -sharp || a.y+a.h/2 > l.height+sharp {
				rt.Fatalf("cell %d is off the page", i)
			}
			for _, b := range l.cells[:i] {
				if a.layer == b.layer && math.Abs(a.x-b.x) < (a.w+b.w)/2+gapAcross-sharp {
					rt.Fatalf("two cells of layer %d meet", a.layer)
				}
				if a.layer != b.layer && (a.layer < b.layer) != (a.y+a.h/2 < b.y-b.h/2) {
					rt.Fatalf("layers %d and %d meet", a.layer, b.layer)
				}
			}
		}
		named := 0
		for i, way := range l.routes {
			if l.cells[way[0]].node != g.edges[i].from || l.cells[way[len(way)-1]].node != g.edges[i].to {
				rt.Fatal("an edge's ends are wrong")
			}
			for j, c := range way {
				if j > 0 && l.cells[c].layer != l.cells[way[j-1]].layer+1 {
					rt.Fatal("an edge skips a layer")
				}
				if l.cells[c].label != "" {
					named++
				}
			}
		}
		for _, e := range g.edges {
			if e.label != "" {
				named--
			}
		}
		if named != 0 {
			rt.Fatal("an edge lost its label, or has it twice")
		}
		var b bytes.Buffer
		if err := g.SVG(&b, "x"); err != nil {
			rt.Fatal(err)
		}
		wellFormed(t, b.String())
	})
}

func TestWrap(t *testing.T) {
	fits := func(s string) bool { return len([]rune(s)) <= 8 }
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"", 2, ""},
		{"short", 2, "short"},
		{"two words", 2, "two|words"},
		{"unbreakable", 2, "unbreaka|ble"},
		{"one two three four", 2, "one two|three f…"},
		{"one two three four", 9, "one two|three|four"},
		{"é尺寸é尺寸é尺寸é", 1, "é尺寸é尺寸é…"},
	} {
		if got := strings.Join(wrap(c.text, c.most, fits), "|"); got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
	if got := wrap("尺寸", 9, func(s string) bool { return s == "" }); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("the pipe is closed") }

func TestWriter(t *testing.T) {
	if err := letters(t, "a>b").SVG(broken{}, ""); err == nil || err.Error() != "the pipe is closed" {
		t.Errorf("got %v", err)
	}
}

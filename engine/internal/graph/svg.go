package graph

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	svg "github.com/ajstarks/svgo"
)

const (
	labelFont   = 14.0
	detailFont  = 12.0
	lineHeight  = 1.35 // of the font's size
	textWidth   = 240.0
	routeWidth  = 150.0
	padAcross   = 16.0
	padDown     = 11.0
	margin      = 20.0
	labelLines  = 2
	detailLines = 3
)

// The colours follow the reader's: dark ones where the page is dark. A viewer
// that knows of no preference shows the light ones, on their own background.
const svgStyle = `
.page { fill: #ffffff }
.node { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.5 }
.node.source, .node.sink { fill: #ddf4ff; stroke: #0969da }
.node.filter { fill: #fff8c5; stroke: #9a6700 }
.node.route { fill: #fbefff; stroke: #8250df }
.node.lookup { fill: #dafbe1; stroke: #1a7f37 }
.edge { fill: none; stroke: #57606a; stroke-width: 1.5 }
.head { fill: #57606a }
text { text-anchor: middle; fill: #1f2328; font: 14px ui-sans-serif, system-ui, "Helvetica Neue", Arial, sans-serif }
text.detail { fill: #4b535d; font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
text.branch { fill: #4b535d; font-size: 12px }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117 }
  .node { fill: #161b22; stroke: #8b949e }
  .node.source, .node.sink { fill: #0c2d6b; stroke: #58a6ff }
  .node.filter { fill: #341a00; stroke: #d29922 }
  .node.route { fill: #271052; stroke: #bc8cff }
  .node.lookup { fill: #04260f; stroke: #3fb950 }
  .edge { stroke: #8b949e }
  .head { fill: #8b949e }
  text { fill: #e6edf3 }
  text.detail, text.branch { fill: #b3bcc6 }
}
`

type size struct{ w, h float64 }

// caption is the text of a node in lines that fit.
type caption struct{ label, detail []string }

// SVG draws the graph. The title is for readers who cannot see it. The error is
// a *CycleError, or the writer's.
func (g *Graph) SVG(w io.Writer, title string) error {
	captions := make([]caption, len(g.nodes))
	sizes := make([]size, len(g.nodes))
	for i, n := range g.nodes {
		captions[i] = captionOf(n)
		sizes[i] = captions[i].box(n.Kind)
	}
	labels := make([]size, len(g.edges))
	for i, e := range g.edges {
		labels[i] = size{sansWidth(branchText(e.label), detailFont) + 8, detailFont * lineHeight}
	}
	l, err := g.arrange(sizes, labels)
	if err != nil {
		return err
	}
	// The library does not report what the writer says.
	var b bytes.Buffer
	g.draw(&b, l, captions, title)
	_, err = w.Write(b.Bytes())
	return err
}

func (g *Graph) draw(w io.Writer, l *layout, captions []caption, title string) {
	width, height := round(l.width+2*margin), round(l.height+2*margin)
	s := svg.New(w)
	s.Startview(width, height, 0, 0, width, height)
	s.Title(oneLine(title))
	s.Style("text/css", svgStyle)
	s.Def()
	s.Marker("head", 9, 5, 7, 7, `viewBox="0 0 10 10"`, `orient="auto"`)
	s.Path("M0 0L10 5L0 10z", `class="head"`)
	s.MarkerEnd()
	s.DefEnd()
	s.Rect(0, 0, width, height, `class="page"`)
	for _, way := range l.routes {
		s.Path(l.path(way), `class="edge"`, `marker-end="url(#head)"`)
	}
	for i := range l.cells {
		c := &l.cells[i]
		switch {
		case c.node >= 0:
			drawNode(s, c, g.nodes[c.node], captions[c.node])
		case c.label != "":
			x, y := c.x+margin, c.y+margin
			s.CenterRect(round(x), round(y), round(c.w), round(c.h), `class="page"`)
			s.Text(round(x), round(y+detailFont*0.35), branchText(c.label), `class="branch"`)
		}
	}
	s.End()
}

// path leads from the lower edge of the first cell through the others to the
// upper edge of the last, straight down in each cell.
func (l *layout) path(way []int) string {
	var b strings.Builder
	first := &l.cells[way[0]]
	x, y := first.x+margin, first.y+first.h/2+margin
	fmt.Fprintf(&b, "M%d %d", round(x), round(y))
	for i, n := range way[1:] {
		c := &l.cells[n]
		top, bottom := c.y-c.h/2+margin, c.y+c.h/2+margin
		if i == len(way)-2 {
			top, bottom = top-2, top-2 // the head's tip touches the node
		}
		bend := (top - y) / 2
		nextX := c.x + margin
		fmt.Fprintf(&b, "C%d %d %d %d %d %d", round(x), round(y+bend), round(nextX), round(top-bend), round(nextX), round(top))
		if bottom > top {
			fmt.Fprintf(&b, "V%d", round(bottom))
		}
		x, y = nextX, bottom
	}
	return b.String()
}

func drawNode(s *svg.SVG, c *cell, n Node, text caption) {
	x, y, w, h := round(c.x-c.w/2+margin), round(c.y-c.h/2+margin), round(c.w), round(c.h)
	s.Group(`class="box"`)
	full := oneLine(n.name())
	if n.Detail != "" {
		full += ": " + oneLine(n.Detail)
	}
	s.Title(full)
	class := `class="node ` + className(n.Kind) + `"`
	switch n.Kind {
	case Source, Sink:
		s.Roundrect(x, y, w, h, h/2, h/2, class)
	case Filter:
		p := h / 4
		s.Polygon([]int{x + p, x + w - p, x + w, x + w - p, x + p, x}, []int{y, y, y + h/2, y + h, y + h, y + h/2}, class)
	case Route:
		s.Polygon([]int{x + w/2, x + w, x + w/2, x}, []int{y, y + h/2, y + h, y + h/2}, class)
	case Lookup:
		s.Path(fmt.Sprintf("M%d %dv%da%d 8 0 0 0 %d 0v%da%d 8 0 0 0 %d 0a%d 8 0 0 0 %d 0",
			x, y+8, h-16, w/2, w, -(h-16), w/2, -w, w/2, w), class)
	default:
		s.Roundrect(x, y, w, h, 6, 6, class)
	}
	top := c.y + margin - text.height()/2
	if n.Kind == Lookup {
		top += 6 // below the lid
	}
	for _, line := range text.label {
		s.Text(round(c.x+margin), round(top+labelFont), line)
		top += labelFont * lineHeight
	}
	for _, line := range text.detail {
		s.Text(round(c.x+margin), round(top+detailFont), line, `class="detail"`)
		top += detailFont * lineHeight
	}
	s.Gend()
}

func className(k Kind) string {
	return [...]string{"step", "source", "filter", "route", "lookup", "sink"}[k]
}

func captionOf(n Node) caption {
	width := textWidth
	if n.Kind == Route {
		width = routeWidth
	}
	return caption{
		label:  wrap(oneLine(n.name()), labelLines, func(s string) bool { return sansWidth(s, labelFont) <= width }),
		detail: wrap(oneLine(n.Detail), detailLines, func(s string) bool { return monoWidth(s, detailFont) <= width }),
	}
}

func (c caption) width() float64 {
	w := 0.0
	for _, line := range c.label {
		w = max(w, sansWidth(line, labelFont))
	}
	for _, line := range c.detail {
		w = max(w, monoWidth(line, detailFont))
	}
	return w
}

func (c caption) height() float64 {
	return (float64(len(c.label))*labelFont + float64(len(c.detail))*detailFont) * lineHeight
}

// box is the size of a shape that has the caption inside it.
func (c caption) box(k Kind) size {
	w, h := max(60, c.width()+2*padAcross), c.height()+2*padDown
	switch k {
	case Source, Sink: // the ends are round
		w += h / 2
	case Filter: // the ends are pointed
		w += h / 2
	case Route: // a rectangle of half its width and height fits a rhombus
		return size{2*c.width() + padAcross, 2*c.height() + padDown}
	case Lookup: // the lid and the bottom are curved
		h += 12
	}
	return size{w, h}
}

func branchText(s string) string {
	return strings.Join(wrap(oneLine(s), 1, func(s string) bool { return sansWidth(s, detailFont) <= textWidth }), "")
}

func round(f float64) int { return int(math.Round(f)) }

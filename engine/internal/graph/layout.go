package graph

import (
	"math"
	"slices"
)

// The layout is in layers, from top to bottom: each node as far down as its
// longest way from the start, the nodes of a layer in an order with few
// crossings, and then as straight above each other as their widths allow. A
// long edge passes through each layer in a cell of its own, and an edge's label
// is such a cell, so nothing is drawn over anything else.

const (
	gapAcross = 36.0 // between two cells of a layer
	gapDown   = 44.0 // between two layers
	gapLabel  = 28.0 // between a layer of labels only and its neighbours
	sweeps    = 12
)

// cell is a place in a layer: a node's, a label's, or an edge's passing through.
type cell struct {
	node  int    // -1 if it is no node's
	label string // of the edge that passes through
	w, h  float64
	x, y  float64 // the middle
	layer int
	up    []int // cells above and below that edges lead from and to
	down  []int
}

// layout is a graph with places.
type layout struct {
	cells  []cell
	layers [][]int
	// routes are the cells that each edge of the graph goes through, ends
	// included.
	routes        [][]int
	width, height float64
}

// arrange lays the graph out; sizes are those of the nodes.
func (g *Graph) arrange(sizes []size, labels []size) (*layout, error) {
	order, err := g.order()
	if err != nil {
		return nil, err
	}
	l := &layout{}
	layer := g.layers(order)
	for i := range g.nodes {
		l.add(cell{node: i, w: sizes[i].w, h: sizes[i].h, layer: layer[i]})
	}
	for i, e := range g.edges {
		l.route(e, labels[i])
	}
	l.untangle()
	l.placeAcross()
	l.placeDown()
	return l, nil
}

// layers gives each node its layer. An edge with a label needs one in between.
func (g *Graph) layers(order []int) []int {
	layer := make([]int, len(g.nodes))
	for _, n := range order {
		for _, e := range g.edges {
			if e.to == n {
				layer[n] = max(layer[n], layer[e.from]+e.length())
			}
		}
	}
	// What nothing leads to, such as a second source, goes close to what needs
	// it, unless it is the beginning of all.
	begin := make([]bool, len(g.nodes))
	for i := range begin {
		begin[i] = !slices.ContainsFunc(g.edges, func(e link) bool { return e.to == i })
	}
	for _, n := range slices.Backward(order) {
		lowest := math.MaxInt
		for _, e := range g.edges {
			if e.from == n {
				lowest = min(lowest, layer[e.to]-e.length())
			}
		}
		if begin[n] && lowest != math.MaxInt {
			layer[n] = lowest
		}
	}
	return layer
}

func (e link) length() int {
	if e.label != "" {
		return 2
	}
	return 1
}

func (l *layout) add(c cell) int {
	for len(l.layers) <= c.layer {
		l.layers = append(l.layers, nil)
	}
	l.cells = append(l.cells, c)
	l.layers[c.layer] = append(l.layers[c.layer], len(l.cells)-1)
	return len(l.cells) - 1
}

// route leads an edge through the layers between its ends.
func (l *layout) route(e link, label size) {
	at := e.from
	way := []int{at}
	for n := l.cells[e.from].layer + 1; n < l.cells[e.to].layer; n++ {
		c := cell{node: -1, w: 8, layer: n}
		if len(way) == 1 && e.label != "" {
			c.label, c.w, c.h = e.label, label.w, label.h
		}
		next := l.add(c)
		l.join(at, next)
		at = next
		way = append(way, at)
	}
	l.join(at, e.to)
	l.routes = append(l.routes, append(way, e.to))
}

func (l *layout) join(upper, lower int) {
	l.cells[upper].down = append(l.cells[upper].down, lower)
	l.cells[lower].up = append(l.cells[lower].up, upper)
}

// untangle orders the cells of each layer by the mean place of their neighbours,
// downwards and upwards by turns, and keeps the best order found.
func (l *layout) untangle() {
	best, fewest := l.copyLayers(), l.crossings()
	for sweep := range sweeps {
		down := sweep%2 == 0
		for i := range l.layers {
			n := i
			if !down {
				n = len(l.layers) - 1 - i
			}
			l.sortLayer(n, down)
		}
		if c := l.crossings(); c < fewest {
			best, fewest = l.copyLayers(), c
		}
	}
	l.layers = best
}

func (l *layout) copyLayers() [][]int {
	c := make([][]int, len(l.layers))
	for i := range c {
		c[i] = slices.Clone(l.layers[i])
	}
	return c
}

// places tells where each cell stands in its layer.
func (l *layout) places() []int {
	at := make([]int, len(l.cells))
	for _, cells := range l.layers {
		for i, c := range cells {
			at[c] = i
		}
	}
	return at
}

func (l *layout) sortLayer(n int, down bool) {
	at := l.places()
	mean := make(map[int]float64, len(l.layers[n]))
	for i, c := range l.layers[n] {
		near := l.cells[c].down
		if down {
			near = l.cells[c].up
		}
		mean[c] = float64(i)
		if len(near) > 0 {
			sum := 0
			for _, o := range near {
				sum += at[o]
			}
			mean[c] = float64(sum) / float64(len(near))
		}
	}
	slices.SortStableFunc(l.layers[n], func(a, b int) int {
		switch {
		case mean[a] < mean[b]:
			return -1
		case mean[a] > mean[b]:
			return 1
		}
		return 0
	})
}

// crossings counts the crossings between all neighbouring layers.
func (l *layout) crossings() int {
	at := l.places()
	n := 0
	for _, cells := range l.layers {
		var ends [][2]int
		for _, c := range cells {
			for _, d := range l.cells[c].down {
				ends = append(ends, [2]int{at[c], at[d]})
			}
		}
		for i, a := range ends {
			for _, b := range ends[:i] {
				if (a[0]-b[0])*(a[1]-b[1]) < 0 {
					n++
				}
			}
		}
	}
	return n
}

// placeAcross moves cells towards the middle of their neighbours, keeping their
// order and distances.
func (l *layout) placeAcross() {
	for i := range l.layers {
		l.settle(i, func(c *cell) float64 { return 0 })
	}
	for sweep := range 4 * sweeps {
		for i := range l.layers {
			n := i
			if sweep%2 == 1 {
				n = len(l.layers) - 1 - i
			}
			l.settle(n, func(c *cell) float64 { return l.middle(c, sweep%2 == 0) })
		}
	}
	left, right := math.Inf(1), math.Inf(-1)
	for i := range l.cells {
		left = min(left, l.cells[i].x-l.cells[i].w/2)
		right = max(right, l.cells[i].x+l.cells[i].w/2)
	}
	for i := range l.cells {
		l.cells[i].x -= left
	}
	l.width = max(0, right-left)
}

// middle is where a cell would like to be: between the cells above it, or
// below, or where it is if there are none.
func (l *layout) middle(c *cell, above bool) float64 {
	near := c.down
	if above {
		near = c.up
	}
	if len(near) == 0 {
		return c.x
	}
	sum := 0.0
	for _, n := range near {
		sum += l.cells[n].x
	}
	return sum / float64(len(near))
}

// settle places the cells of a layer as close as can be to where they would
// like to be without changing their order or coming closer than the gap: cells
// that would push each other form a block, which goes to the mean of its wishes.
func (l *layout) settle(layer int, wish func(*cell) float64) {
	type block struct{ sum, n float64 }
	var blocks []block
	cells := l.layers[layer]
	offset := make([]float64, len(cells)) // of each cell in a row without slack
	for i, n := range cells {
		c := &l.cells[n]
		if i > 0 {
			before := &l.cells[cells[i-1]]
			offset[i] = offset[i-1] + before.w/2 + gapAcross + c.w/2
		}
		b := block{wish(c) - offset[i], 1}
		for len(blocks) > 0 {
			last := blocks[len(blocks)-1]
			if last.sum/last.n <= b.sum/b.n {
				break
			}
			b = block{last.sum + b.sum, last.n + b.n}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	i := 0
	for _, b := range blocks {
		for range int(b.n) {
			l.cells[cells[i]].x = b.sum/b.n + offset[i]
			i++
		}
	}
}

// placeDown gives each layer the height of its highest cell.
func (l *layout) placeDown() {
	y := 0.0
	wasNodes := false
	for n, cells := range l.layers {
		height, nodes := 0.0, false
		for _, c := range cells {
			height = max(height, l.cells[c].h)
			nodes = nodes || l.cells[c].node >= 0
		}
		switch {
		case n == 0:
		case nodes && wasNodes:
			y += gapDown
		default:
			y += gapLabel
		}
		for _, c := range cells {
			l.cells[c].y = y + height/2
		}
		y += height
		wasNodes = nodes
	}
	l.height = y
}

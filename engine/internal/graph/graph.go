// Package graph knows nodes and edges and nothing of what they stand for: it
// puts them in order, names the members of a cycle, and draws them as Mermaid,
// DOT and SVG.
package graph

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what a node does, which decides its shape in a drawing.
type Kind uint8

// The kinds of node.
const (
	// Step works on records: map, let, check, split and so on.
	Step Kind = iota
	// Source is where records come from.
	Source
	// Filter leaves records out.
	Filter
	// Route sends each record down one of several branches.
	Route
	// Lookup asks another stream for more.
	Lookup
	// Sink is where records go.
	Sink
)

// Node is a node of a graph.
type Node struct {
	// ID tells the node apart.
	ID string
	// Label is the node's name, the ID if empty. Detail, if any, is a line
	// about it.
	Label, Detail string
	Kind          Kind
}

func (n *Node) name() string {
	if n.Label == "" {
		return n.ID
	}
	return n.Label
}

// Edge leads from one node to another, both named by their IDs. Its Label, such
// as the name of a branch, may be empty.
type Edge struct{ From, To, Label string }

// Graph is a set of nodes and the edges between them.
type Graph struct {
	nodes []Node
	edges []link
	index map[string]int
}

// link is an edge between the nodes at two indexes.
type link struct {
	from, to int
	label    string
}

// New returns a graph. Each ID must be there once, and each edge must lead from
// and to a node that is there.
func New(nodes []Node, edges []Edge) (*Graph, error) {
	g := &Graph{nodes: slices.Clone(nodes), index: make(map[string]int, len(nodes))}
	for i, n := range nodes {
		if _, ok := g.index[n.ID]; ok {
			return nil, fmt.Errorf("two nodes are called %q", n.ID)
		}
		g.index[n.ID] = i
	}
	for _, e := range edges {
		from, ok := g.index[e.From]
		if !ok {
			return nil, fmt.Errorf("an edge leads from %q, which is no node", e.From)
		}
		to, ok := g.index[e.To]
		if !ok {
			return nil, fmt.Errorf("an edge leads to %q, which is no node", e.To)
		}
		g.edges = append(g.edges, link{from, to, e.Label})
	}
	return g, nil
}

// CycleError says that nodes wait for each other.
type CycleError struct {
	// Members are the IDs of the nodes in the order of their edges; the last
	// leads to the first.
	Members []string
}

// Error names the members of the cycle.
func (e *CycleError) Error() string {
	var b strings.Builder
	for _, m := range e.Members {
		fmt.Fprintf(&b, "%q → ", m)
	}
	fmt.Fprintf(&b, "%q", e.Members[0])
	return "these lead back to where they start: " + b.String()
}

// Order returns the nodes so that each edge leads forward. Where edges leave it
// open, nodes keep the order in which they were given. The error is a
// *CycleError.
func (g *Graph) Order() ([]Node, error) {
	order, err := g.order()
	if err != nil {
		return nil, err
	}
	nodes := make([]Node, len(order))
	for i, n := range order {
		nodes[i] = g.nodes[n]
	}
	return nodes, nil
}

func (g *Graph) order() ([]int, error) {
	waits := make([]int, len(g.nodes)) // for how many edges
	for _, e := range g.edges {
		waits[e.to]++
	}
	out := g.outgoing()
	placed := make([]bool, len(g.nodes))
	var order []int
	for len(order) < len(g.nodes) {
		next := -1
		for i := range g.nodes {
			if !placed[i] && waits[i] == 0 {
				next = i
				break
			}
		}
		if next < 0 {
			return nil, g.cycle(placed, out)
		}
		placed[next] = true
		order = append(order, next)
		for _, to := range out[next] {
			waits[to]--
		}
	}
	return order, nil
}

// outgoing lists where each node's edges lead.
func (g *Graph) outgoing() [][]int {
	out := make([][]int, len(g.nodes))
	for _, e := range g.edges {
		out[e.from] = append(out[e.from], e.to)
	}
	return out
}

// cycle finds a cycle among the nodes that could not be placed. Each of them
// has an edge from another of them, so going back along those must meet itself.
func (g *Graph) cycle(placed []bool, out [][]int) *CycleError {
	before := make([]int, len(g.nodes))
	for from := range slices.Backward(g.nodes) {
		for _, to := range out[from] {
			if !placed[from] && !placed[to] {
				before[to] = from
			}
		}
	}
	at := slices.Index(placed, false)
	seen := map[int]bool{}
	for !seen[at] {
		seen[at] = true
		at = before[at]
	}
	var back []int
	for n := at; len(back) == 0 || n != at; n = before[n] {
		back = append(back, n)
	}
	slices.Reverse(back)
	// It begins with the member that was given first.
	first := slices.Index(back, slices.Min(back))
	e := &CycleError{}
	for i := range back {
		e.Members = append(e.Members, g.nodes[back[(first+i)%len(back)]].ID)
	}
	return e
}

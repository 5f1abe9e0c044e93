package compile

import (
	"strings"

	"github.com/sluicehq/sluice/engine/internal/graph"
)

// sketch collects the nodes and edges of a pipeline's graph while it is
// compiled.
type sketch struct {
	nodes []graph.Node
	edges []graph.Edge
	// ends are the nodes that lead to whatever comes next.
	ends []end
	// streams are the lookups' streams, each a node once.
	streams map[string]bool
	// rejoin has, for a route, the ends of its branches that have no sink.
	rejoin map[string][]end
}

// end is a node that leads to what comes next, and what stands at the edge.
type end struct{ node, label string }

// add adds a node that follows the ends, and is the only one from then on.
func (s *sketch) add(n graph.Node) {
	s.nodes = append(s.nodes, n)
	for _, e := range s.ends {
		s.edges = append(s.edges, graph.Edge{From: e.node, To: n.ID, Label: e.label})
	}
	s.ends = []end{{node: n.ID}}
}

// step adds a step and what it is about.
func (s *sketch) step(path, name, detail string) {
	kind := graph.Step
	switch name {
	case "filter":
		kind = graph.Filter
	case "route":
		kind = graph.Route
	case "lookup":
		kind = graph.Lookup
	}
	s.add(graph.Node{ID: path, Label: name, Detail: detail, Kind: kind})
}

// branch begins a branch of a route.
func (s *sketch) branch(route, name string) { s.ends = []end{{node: route, label: name}} }

// join ends a branch. What comes after the route follows all the branches that
// have no sink of their own.
func (s *sketch) join(route string) {
	if s.rejoin == nil {
		s.rejoin = map[string][]end{}
	}
	s.rejoin[route] = append(s.rejoin[route], s.ends...)
	s.ends = s.rejoin[route]
}

// stream adds a stream that a lookup reads.
func (s *sketch) stream(name, to string) {
	id := "read " + name
	if s.streams == nil {
		s.streams = map[string]bool{}
	}
	if !s.streams[id] {
		s.streams[id] = true
		s.nodes = append(s.nodes, graph.Node{ID: id, Label: name, Kind: graph.Source})
	}
	s.edges = append(s.edges, graph.Edge{From: id, To: to})
}

// sink adds a write at the ends, and those that follow it.
func (s *sketch) sink(sink *Sink, path string) {
	s.add(graph.Node{ID: path, Label: sink.Target, Detail: string(sink.Mode), Kind: graph.Sink})
	for i := range sink.Then {
		then := &sink.Then[i]
		s.add(graph.Node{ID: path + "." + then.Name, Label: then.Target, Detail: then.Name, Kind: graph.Sink})
	}
	s.ends = nil
}

// Graph returns the pipeline's nodes: its source, steps and writes, and the
// streams of its lookups.
func (r *Ready) Graph() (*graph.Graph, error) { return graph.New(r.sketch.nodes, r.sketch.edges) }

// about shortens a rule, or the names that a step makes, to a line.
func about(text string) string {
	const longest = 60
	line := strings.Join(strings.Fields(text), " ")
	if rs := []rune(line); len(rs) > longest {
		return string(rs[:longest]) + "…"
	}
	return line
}

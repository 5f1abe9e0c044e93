package graph

import (
	"fmt"
	"strings"
)

// Mermaid returns the graph as a Mermaid flowchart.
func (g *Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for i, n := range g.nodes {
		open, end := mermaidShape(n.Kind)
		text := mermaidText(n.name())
		if detail := mermaidText(n.Detail); detail != "" {
			text += "<br/><small>" + detail + "</small>"
		}
		fmt.Fprintf(&b, "  n%d%s\"%s\"%s\n", i+1, open, text, end)
	}
	for _, e := range g.edges {
		arrow := "-->"
		if label := mermaidText(e.label); label != "" {
			arrow = fmt.Sprintf("-- \"%s\" -->", label)
		}
		fmt.Fprintf(&b, "  n%d %s n%d\n", e.from+1, arrow, e.to+1)
	}
	return b.String()
}

func mermaidShape(k Kind) (open, end string) {
	switch k {
	case Source, Sink:
		return "([", "])"
	case Filter:
		return "{{", "}}"
	case Route:
		return "{", "}"
	case Lookup:
		return "[(", ")]"
	}
	return "[", "]"
}

// mermaidText escapes a text for a quoted Mermaid label. Whatever could mean
// something there (quotes, tags, entities, Markdown) is written by its number.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if r > 0x7f || r == ' ' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune(".,:-/()=+?!", r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

// DOT returns the graph in the language of Graphviz.
func (g *Graph) DOT() string {
	var b strings.Builder
	b.WriteString("digraph {\n  rankdir=TB\n  node [fontname=\"Helvetica\"]\n  edge [fontname=\"Helvetica\"]\n")
	for i, n := range g.nodes {
		text := dotText(n.name())
		if detail := dotText(n.Detail); detail != "" {
			text += `\n` + detail
		}
		fmt.Fprintf(&b, "  n%d [label=\"%s\", %s]\n", i+1, text, dotShape(n.Kind))
	}
	for _, e := range g.edges {
		fmt.Fprintf(&b, "  n%d -> n%d", e.from+1, e.to+1)
		if label := dotText(e.label); label != "" {
			fmt.Fprintf(&b, " [label=\"%s\"]", label)
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
	return b.String()
}

func dotShape(k Kind) string {
	switch k {
	case Source, Sink:
		return `shape=box, style="rounded,bold"`
	case Filter:
		return "shape=hexagon"
	case Route:
		return "shape=diamond"
	case Lookup:
		return "shape=cylinder"
	}
	return "shape=box"
}

// dotText escapes a text for a quoted DOT string.
func dotText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(oneLine(s))
}

// oneLine makes a text a single line without control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.Join(strings.Fields(s), " ")
}

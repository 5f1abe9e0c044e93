package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine"
)

type connectorsCommand struct {
	Name   string `arg:"" optional:"" help:"The connector to show. Without one they are listed."`
	Shape  string `help:"Show a stream or operation with all members of its shape." placeholder:"STREAM"`
	Format string `help:"How it is printed: ${enum}." enum:"text,json" default:"text"`
}

// Run lists the connectors, or shows one.
func (c *connectorsCommand) Run(p *program) error {
	all, err := p.engine().Connectors()
	if err != nil {
		return err
	}
	if c.Name != "" {
		one, err := engine.FindConnector(all, c.Name)
		if err != nil {
			return usage("%v", err)
		}
		all = []*engine.ConnectorInfo{one}
	}
	if c.Format == "json" {
		return printJSON(p.stdout, all)
	}
	if c.Name == "" {
		for _, info := range all {
			fmt.Fprintf(p.stdout, "%-14s %s\n", info.Name, info.Summary)
		}
		fmt.Fprintln(p.stdout, "\nsluice connectors NAME shows what one can read and write.")
		return nil
	}
	return c.show(p.stdout, all[0])
}

func (c *connectorsCommand) show(w io.Writer, info *engine.ConnectorInfo) error {
	if c.Shape != "" {
		var names []string
		for _, s := range append(info.Reads, info.Writes...) {
			if s.Name == c.Shape {
				if len(s.Members) == 0 {
					fmt.Fprintf(w, "%s.%s has no fixed members; the pipeline says what they are\n", info.Name, s.Name)
				}
				printMembers(w, s.Members, 0)
				return nil
			}
			if !slices.Contains(names, s.Name) { // read and written
				names = append(names, s.Name)
			}
		}
		return usage("%s has no stream or operation %q; %s", info.Name, c.Shape, suggestion(c.Shape, names))
	}
	fmt.Fprintf(w, "%s\n%s\n\nsettings of a connection\n", info.Name, info.Summary)
	for _, f := range info.Fields {
		fmt.Fprintf(w, "  %-18s %-8s %s\n", f.Name, f.Type, f.Doc)
	}
	for _, part := range []struct {
		title   string
		streams []engine.StreamInfo
	}{{"read", info.Reads}, {"write", info.Writes}} {
		if len(part.streams) > 0 {
			fmt.Fprintf(w, "\n%s\n", part.title)
		}
		for _, s := range part.streams {
			fmt.Fprintf(w, "  %-18s %s\n", s.Name, s.Summary)
			for _, note := range s.Notes {
				fmt.Fprintf(w, "  %-18s   %s\n", "", note)
			}
		}
	}
	fmt.Fprintf(w, "\nsluice connectors %s --shape STREAM shows the members of a stream.\n", info.Name)
	return nil
}

func printMembers(w io.Writer, ms []engine.MemberInfo, depth int) {
	for _, m := range ms {
		name := strings.Repeat("  ", depth) + m.Name
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%-28s %-22s %s", name, m.Type, m.Doc), " "))
		printMembers(w, m.Members, depth+1)
	}
}

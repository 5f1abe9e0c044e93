package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
)

type twinCommand struct {
	Vendors []string `arg:"" optional:"" name:"vendor" help:"Whose twins to serve: brightstores, orderdesk. None explains them, their options and faults."`
	Port    int      `help:"The first one's port; the others take the next ones. 0 is any that is free." default:"7801"`
	Seed    int64    `help:"The seed of the invented data." default:"1"`
	Start   string   `help:"The time at which the invented data ends. The default is now." placeholder:"TIME"`
	Set     []string `help:"Set an option of a twin: orders=100, orderdesk:no_rate_limit=true." placeholder:"[VENDOR:]NAME=VALUE" sep:"none"`
	Fault   []string `help:"Let something go wrong: lose_answer:nth=2:POST/orders, orderdesk:rate_limit:every=5." placeholder:"[VENDOR:]FAULT" sep:"none"`
}

// Run serves twins until it is told to stop.
func (c *twinCommand) Run(ctx context.Context, p *program) error {
	if len(c.Vendors) == 0 {
		fmt.Fprint(p.stdout, twin.Help())
		return nil
	}
	opts, err := twin.Configure(c.Vendors, twin.Flags{Seed: c.Seed, Set: c.Set, Fault: c.Fault})
	if err != nil {
		return usage("%v", err)
	}
	at := time.Now().UTC().Truncate(time.Second)
	if c.Start != "" {
		if at, err = parseTime(c.Start); err != nil {
			return usage("--start: %v", err)
		}
	}
	for i, vendor := range c.Vendors {
		opts[i].Start = at
		s, err := twin.New(vendor, opts[i])
		if err != nil {
			return usage("%v", err)
		}
		defer func() { _ = s.Close() }()
		port := c.Port
		if port != 0 {
			port += i
		}
		if err := s.Start(net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s at %s\n", vendor, s.URL())
		fmt.Fprintf(p.stdout, "  in sluice.yaml   %s\n", connectionLine(s))
		fmt.Fprintf(p.stdout, "  to look inside   curl %s/_twin\n", s.URL())
	}
	fmt.Fprintln(p.stdout, "Stop with Ctrl-C.")
	<-ctx.Done()
	return nil
}

// connectionLine is the connection that reaches a twin, as sluice.yaml has it.
func connectionLine(s *twin.Server) string {
	parts := []string{"connector: " + s.Vendor().Name}
	for _, f := range s.Connection() {
		parts = append(parts, f.Name+": "+f.Value)
	}
	return "{" + strings.Join(append(parts, "base_url: "+strconv.Quote(s.BaseURL())), ", ") + "}"
}

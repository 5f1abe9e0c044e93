package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
)

type twinCommand struct {
	Vendors []string `arg:"" optional:"" name:"vendor" help:"Whose twins to serve: brightstores, orderdesk. None lists them, with their options and faults."`
	Port    int      `help:"The first one's port; the others take the next ones. 0 is any that is free." default:"7801"`
	Seed    int64    `help:"The seed of the invented data." default:"1"`
	Start   string   `help:"The time at which the invented data ends. The default is now." placeholder:"TIME"`
	Set     []string `help:"Set an option of a twin, or of one vendor's: orders=100, orderdesk.no_rate_limit=true." placeholder:"[VENDOR.]NAME=VALUE" sep:"none"`
	Fault   []string `help:"Let something go wrong, at every twin or at one: lose_answer:nth=2:POST/orders, orderdesk.429:every=5." placeholder:"[VENDOR.]FAULT" sep:"none"`
}

// Run serves twins until it is told to stop.
func (c *twinCommand) Run(ctx context.Context, p *program) error {
	if len(c.Vendors) == 0 {
		listTwins(p)
		return nil
	}
	for i, vendor := range c.Vendors {
		opts, err := c.options(vendor)
		if err != nil {
			return usage("%v", err)
		}
		s, err := twin.New(vendor, opts)
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

// options are those of one vendor's twin.
func (c *twinCommand) options(vendor string) (twin.Options, error) {
	o, err := twin.Defaults(vendor)
	if err != nil {
		return o, err
	}
	o.Seed = c.Seed
	o.Start = time.Now().UTC().Truncate(time.Second)
	if c.Start != "" {
		t, err := parseTime(c.Start)
		if err != nil {
			return o, err
		}
		o.Start = t
	}
	for _, set := range c.Set {
		name, value, ok := strings.Cut(set, "=")
		if !ok {
			return o, fmt.Errorf("--set %s: write NAME=VALUE", set)
		}
		if name, ok = forVendor(name, vendor); !ok {
			continue
		}
		if err := o.Set(vendor, name, value); err != nil {
			return o, err
		}
	}
	for _, text := range c.Fault {
		text, ok := forVendor(text, vendor)
		if !ok {
			continue
		}
		f, err := fault.Parse(text)
		if err != nil {
			return o, err
		}
		o.Faults = append(o.Faults, f)
	}
	return o, nil
}

// forVendor takes the vendor's name off a text that begins with one, and
// reports whether the text is meant for this vendor.
func forVendor(text, vendor string) (string, bool) {
	for _, v := range twin.Vendors() {
		if rest, ok := strings.CutPrefix(text, v.Name+"."); ok {
			return rest, v.Name == vendor
		}
	}
	return text, true
}

// connectionLine is the connection that reaches a twin, as sluice.yaml has it.
func connectionLine(s *twin.Server) string {
	parts := []string{"connector: " + s.Vendor().Name}
	for _, f := range s.Connection() {
		parts = append(parts, f.Name+": "+f.Value)
	}
	return "{" + strings.Join(append(parts, "base_url: "+strconv.Quote(s.BaseURL())), ", ") + "}"
}

func listTwins(p *program) {
	for _, v := range twin.Vendors() {
		fmt.Fprintf(p.stdout, "%s   %s\n", v.Name, v.Summary)
		for _, o := range twin.OptionsOf(v.Name) {
			fmt.Fprintf(p.stdout, "  --set %-20s %s (%s)\n", o.Name, o.Doc, o.Default)
		}
		fmt.Fprintln(p.stdout)
	}
	fmt.Fprintln(p.stdout, "faults")
	for _, k := range fault.Kinds() {
		fmt.Fprintf(p.stdout, "  --fault %-18s %s\n", k.Kind, k.Doc)
	}
}

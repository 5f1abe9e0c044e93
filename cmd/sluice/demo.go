package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/engine"
)

type demoCommand struct {
	Keep bool `help:"Keep the folder, and the twins until Ctrl-C, to try more commands."`
}

// demoWorkspace is the workspace of the demo; the connections go into it.
const demoWorkspace = `state: sqlite:sluice.db

connections:
  acme-shop: %s
  acme-desk: %s

use:
  - pipelines: brightstores-orderdesk
    name: acme
    connections: {shop: acme-shop, desk: acme-desk}
    settings:
      folder: New
      prefix: BS-
      statuses: [paid, in_progress]
      locations: [East, Bend DC]
      first_import: %s
`

// Run shows the main job against twins, in a temporary folder. Every command
// that it prints is one that a user can type.
func (c *demoCommand) Run(ctx context.Context, p *program) error {
	d := demo{program: p}
	defer d.close()
	if err := d.prepare(); err != nil {
		return err
	}
	d.say("Two twins stand in for a BrightStores shop and an Order Desk store. The desk will lose an answer.")
	d.say("The workspace says which pipeline runs between which accounts:")
	d.show("sluice.yaml")
	d.say("It is checked before anything runs.")
	d.sluice(ctx, "lint")
	d.say("Orders go from the shop to the desk.")
	d.sluice(ctx, "run", "acme")
	d.say("A second run finds nothing new, and sends nothing again.")
	d.sluice(ctx, "run", "acme")
	if err := d.askWhy(ctx); err != nil {
		return err
	}
	d.verdict()
	if d.failed != nil {
		return d.failed
	}
	if c.Keep {
		d.say("The folder is " + d.dir + ". The twins serve until Ctrl-C.")
		<-ctx.Done()
		return nil
	}
	d.say("Try more: sluice demo --keep leaves the twins running; sluice init writes a workspace of your own.")
	return nil
}

// demo is a demo under way.
type demo struct {
	*program
	dir        string
	shop, desk *twin.Server
	failed     error
}

func (d *demo) close() {
	for _, s := range []*twin.Server{d.shop, d.desk} {
		if s != nil {
			_ = s.Close()
		}
	}
	if d.dir != "" {
		_ = os.RemoveAll(d.dir)
	}
}

// prepare starts the twins and writes the workspace.
func (d *demo) prepare() error {
	var err error
	if d.dir, err = os.MkdirTemp("", "sluice-demo-"); err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	if d.shop, err = start("brightstores", now); err != nil {
		return err
	}
	if d.desk, err = start("orderdesk", now, "lose_answer:nth=2:POST/orders"); err != nil {
		return err
	}
	text := fmt.Sprintf(demoWorkspace, connectionLine(d.shop), connectionLine(d.desk), now.AddDate(0, 0, -10).Format(time.DateOnly))
	return os.WriteFile(filepath.Join(d.dir, engine.WorkspaceFile), []byte(text), 0o644)
}

// start starts a twin with faults.
func start(vendor string, now time.Time, faults ...string) (*twin.Server, error) {
	o, err := twin.Defaults(vendor)
	if err != nil {
		return nil, err
	}
	o.Start = now
	if vendor == "orderdesk" {
		o.RateScale = 20 // the vendor's own limit would make the demo wait
	}
	for _, text := range faults {
		f, err := fault.Parse(text)
		if err != nil {
			return nil, err
		}
		o.Faults = append(o.Faults, f)
	}
	s, err := twin.New(vendor, o)
	if err != nil {
		return nil, err
	}
	return s, s.Start("127.0.0.1:0")
}

func (d *demo) say(text string) {
	if d.failed == nil {
		fmt.Fprintf(d.stdout, "\n%s\n", text)
	}
}

func (d *demo) show(name string) {
	data, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		d.failed = err
		return
	}
	for line := range strings.Lines(string(data)) {
		fmt.Fprint(d.stdout, strings.TrimRight("    "+line, " "))
	}
}

// sluice prints a command and runs it as a user would, in the demo's folder.
func (d *demo) sluice(ctx context.Context, args ...string) {
	if d.failed != nil {
		return
	}
	fmt.Fprintf(d.stdout, "\n$ sluice %s\n", strings.Join(args, " "))
	self, err := os.Executable()
	if err == nil {
		cmd := exec.CommandContext(ctx, self, args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = d.dir, d.stdout, d.stderr
		err = cmd.Run()
	}
	if err != nil {
		d.failed = fmt.Errorf("sluice %s: %w", strings.Join(args, " "), err)
	}
}

// askWhy asks about an order that was left out for where it is kept, and about
// one that was sent.
func (d *demo) askWhy(ctx context.Context) error {
	if d.failed != nil {
		return nil
	}
	wanted := map[string]string{"filtered": "kept at a location", "sent": ""}
	for id := int64(48213); id < 48253 && len(wanted) > 0; id++ {
		key := fmt.Sprint(id)
		x, err := d.engine().Why(ctx, "acme", key, engine.WhyOptions{Workspace: filepath.Join(d.dir, engine.WorkspaceFile)})
		if err != nil {
			return err
		}
		if len(x.Outcomes) == 0 {
			continue
		}
		state := x.Outcomes[0].State
		if part, ok := wanted[state]; ok && strings.Contains(x.Conclusion, part) {
			delete(wanted, state)
			if state == "filtered" {
				d.say("Why was order " + key + " left out?")
			} else {
				d.say("And what became of order " + key + "?")
			}
			d.sluice(ctx, "why", "acme", key)
		}
	}
	return nil
}

// verdict counts at the desk itself.
func (d *demo) verdict() {
	if d.failed != nil {
		return
	}
	twice := 0
	created := d.desk.Created()
	for _, c := range created {
		if c.Count != 1 {
			twice++
		}
	}
	d.say(fmt.Sprintf("The desk holds %s, %d of them twice, though the answer to one was lost.", count(len(created), "order"), twice))
}

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/engine/step"
)

type whyCommand struct {
	Pipeline  string `arg:"" help:"A pipeline of the workspace, or a file."`
	Key       string `arg:"" help:"The record's key, such as an order number."`
	Workspace string `help:"The workspace file. The default is sluice.yaml." placeholder:"FILE"`
	State     string `help:"Where the ledger is kept. The default is what the workspace says." placeholder:"URL"`
	Ask       bool   `help:"Read the record from its source now, and say what would become of it. It costs a request."`
	Full      bool   `help:"Show the record, and what was sent, in full."`
	Format    string `help:"How the answer is printed: ${enum}." enum:"text,json" default:"text"`
}

// Run says what became of a record, and why.
func (c *whyCommand) Run(ctx context.Context, p *program) error {
	x, err := p.engine().Why(ctx, c.Pipeline, c.Key, engine.WhyOptions{Workspace: c.Workspace, State: c.State, Ask: c.Ask})
	if err != nil {
		return p.told(err)
	}
	if c.Format == "json" {
		return printJSON(p.stdout, x)
	}
	c.print(visible{p.stdout}, x)
	return nil
}

func (c *whyCommand) print(w io.Writer, x *engine.Explanation) {
	if len(x.Outcomes) == 0 && !x.Untold {
		fmt.Fprintf(w, "%s was never seen by %s\n  %s\n", x.Key, x.Pipeline, x.Conclusion)
	} else {
		fmt.Fprintf(w, "%s in %s: %s\n", x.Key, x.Pipeline, x.Conclusion)
	}
	if x.Now != nil {
		printShown(w, x.Now)
	}
	for _, r := range x.Reads {
		printReading(w, r)
	}
	if x.Now == nil && x.Askable && len(x.Reads) > 0 {
		fmt.Fprintf(w, "  to ask the source itself (1 request): sluice why %s %s --ask\n", x.Pipeline, x.Key)
	}
	for _, o := range x.Outcomes {
		c.printOutcome(w, o)
	}
}

// printShown prints what the source shows of a record now.
func printShown(w io.Writer, s *engine.Shown) {
	if !s.Found {
		fmt.Fprintln(w, "  the source does not show it")
		return
	}
	fmt.Fprintf(w, "  read now: %s\n", s.Would)
	if s.Place != "" {
		fmt.Fprintf(w, "            at %s\n", s.Place)
	}
}

func printReading(w io.Writer, r engine.Reading) {
	if r.Stream == "" {
		fmt.Fprintf(w, "  run %d, %s, failed before it read: %s\n", r.Run, stamp(r.Began), r.Error)
		return
	}
	from, to := r.From, r.To
	if from == "" {
		from = "the beginning"
	}
	end := "to the end"
	switch {
	case r.Cut != "":
		end = r.Cut
	case !r.Complete:
		end = "not to the end"
	}
	fmt.Fprintf(w, "  run %d, %s, read %s from %s to %s: %s in %s, %s\n", r.Run, stamp(r.Began), r.Stream, from, to,
		count(r.Records, "record"), count(r.Pages, "page"), end)
	for _, name := range slices.Sorted(maps.Keys(r.Filters)) {
		fmt.Fprintf(w, "    asking only for %s %s\n", name, strings.Join(r.Filters[name], ", "))
	}
	if r.Error != "" {
		fmt.Fprintf(w, "    the run failed: %s\n", r.Error)
	}
}

func (c *whyCommand) printOutcome(w io.Writer, o engine.Outcome) {
	what := ""
	if o.Further {
		what = o.Write + " "
	}
	if o.Part != "" {
		what += "part " + o.Part + " "
	}
	fmt.Fprintf(w, "\n  %s%s   %s, run %d (%s)\n", what, o.State, stamp(o.Decided), o.Run, o.Trigger)
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "    %-9s %s\n", name, text)
		}
	}
	line("reason", o.Reason)
	if len(o.Looked) > 0 {
		line("rule", o.Place)
	} else {
		line("place", o.Place)
	}
	printLooked(w, o.Looked)
	if !strings.HasSuffix(o.Reason, o.Error) {
		line("error", o.Error)
	}
	if o.Attempts > 1 {
		line("tried", "by "+count(o.Attempts, "run"))
	}
	if !o.Next.IsZero() {
		line("next", "not before "+stamp(o.Next)+", unless by hand")
	}
	line("version", o.Version)
	line("reference", short(string(o.Reference), c.Full))
	if c.Full || o.State == "dead" {
		line("answer", short(o.Answer, c.Full))
	}
	line("sent", short(string(o.Sent), c.Full))
	if c.Full {
		line("record", string(o.Record))
	}
}

// printLooked prints the values that a rule looked at.
func printLooked(w io.Writer, looked []step.Looked) {
	for i, l := range looked {
		name := ""
		if i == 0 {
			name = "values"
		}
		fmt.Fprintf(w, "    %-9s %s = %s\n", name, l.Text, l.Value)
		if l.Note != "" {
			fmt.Fprintf(w, "              note: %s\n", l.Note)
		}
	}
}

// short cuts a long text for the terminal.
func short(s string, full bool) string {
	const most = 160
	if full || len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "… (--full shows all)"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

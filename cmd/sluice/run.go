package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sluicehq/sluice/engine"
)

type runCommand struct {
	Pipeline  string            `arg:"" help:"A pipeline of the workspace, such as acme/brightstores-orders, or a file."`
	Workspace string            `help:"The workspace file. The default is sluice.yaml." placeholder:"FILE"`
	State     string            `help:"Where the ledger is kept, such as sqlite:sluice.db. The default is what the workspace says." placeholder:"URL"`
	Set       map[string]string `help:"Choose a setting, before what the workspace says." placeholder:"NAME=VALUE" mapsep:"none"`
	Since     string            `help:"Read from this time on, such as 2026-01-31 or 2026-01-31T15:00:00Z, whatever the cursor says, and leave the cursor alone." placeholder:"TIME"`
	Key       string            `help:"Run for this record alone." placeholder:"KEY"`
	DryRun    bool              `help:"Read, decide and say what would be sent, but send and keep nothing."`
	Format    string            `help:"How the summary is printed: ${enum}." enum:"text,json" default:"text"`
	Verbose   bool              `short:"v" help:"Log every request to standard error."`
}

// Run runs a pipeline once.
func (c *runCommand) Run(ctx context.Context, p *program) error {
	since, err := parseTime(c.Since)
	if err != nil {
		return usage("--since: %v", err)
	}
	go tuneMemory(ctx, p.getenv)
	show := &progress{w: p.stderr, on: p.terminal && !c.Verbose}
	o := engine.RunOptions{
		Workspace: c.Workspace, State: c.State, Set: c.Set, Key: c.Key, Since: since, DryRun: c.DryRun,
		Log: p.logger(c.Verbose), Progress: show.update,
	}
	sum, err := p.engine().Run(ctx, c.Pipeline, o)
	show.clear()
	if err = p.told(err); errors.Is(err, errFindings) {
		return err
	}
	return c.report(ctx, p, sum, err)
}

// report prints what a run came to, and returns what the program ends with.
func (c *runCommand) report(ctx context.Context, p *program, sum *engine.Summary, err error) error {
	if sum != nil && (err == nil || didSomething(sum)) {
		if err := c.printSummary(p.stdout, sum, err == nil); err != nil {
			return err
		}
	}
	if err == nil && c.Key != "" && sum.Seen == 0 {
		fmt.Fprintf(p.stderr, "sluice: the source has no record with the key %q\n", c.Key)
	}
	switch {
	case err != nil && wasTold(ctx, err):
		return p.stopped(ctx, sum)
	case err != nil:
		return err
	case sum.Failed():
		return errFindings
	}
	return nil
}

// stopped returns what the program ends with when a run ended because it was
// told to, with all that it did on the books. Whoever drains a machine wants no
// more of it; a person who presses a key did not get what was asked for.
func (p *program) stopped(ctx context.Context, sum *engine.Summary) error {
	const said = "stopped; run it again to go on where it stopped"
	if told, ok := errors.AsType[toldToStop](context.Cause(ctx)); !ok || told.signal != syscall.SIGTERM {
		return errors.New(said)
	}
	fmt.Fprintln(p.stderr, "sluice:", said)
	if sum != nil && sum.Dead+sum.InDoubt > 0 { // what is pending only had no time
		return errFindings
	}
	return nil
}

// toldToStop is why a command ends that got a signal.
type toldToStop struct{ signal os.Signal }

// Error names the signal.
func (t toldToStop) Error() string { return "it was told to stop (" + t.signal.String() + ")" }

// wasTold reports whether an error comes from being told to stop, and not from
// something that went wrong at the same time.
func wasTold(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx)))
}

// didSomething reports whether a run that failed came so far that there is
// something to tell of it.
func didSomething(s *engine.Summary) bool {
	return s.Seen+s.Resumed+s.Pending+s.InDoubt+s.Dead > 0 || total(s.Requests) > 0
}

func (p *program) logger(verbose bool) *slog.Logger {
	if !verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// parseTime reads a time or a date; a date begins at midnight UTC.
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write 2026-01-31 or 2026-01-31T15:00:00Z", s)
}

// progress shows the counts of a run on one line of a terminal.
type progress struct {
	w    io.Writer
	on   bool
	last time.Time
}

func (s *progress) update(sum *engine.Summary) {
	if !s.on || time.Since(s.last) < 100*time.Millisecond {
		return
	}
	s.last = time.Now()
	fmt.Fprintf(s.w, "\r\x1b[K%s: %d seen, %d filtered, %d sent, %d dead", sum.Pipeline, sum.Seen, sum.FilteredTotal(), sum.Sent, sum.Dead)
}

func (s *progress) clear() {
	if s.on && !s.last.IsZero() {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
}

// printSummary prints what a run did. whole tells that it came to its end.
func (c *runCommand) printSummary(w io.Writer, s *engine.Summary, whole bool) error {
	if c.Format == "json" {
		return printJSON(w, s)
	}
	w = visible{w}
	t := table{w: w}
	sent := "sent"
	if s.DryRun {
		fmt.Fprintf(w, "%s (dry run)\n", s.Pipeline)
		sent = "to send"
	} else {
		fmt.Fprintln(w, s.Pipeline)
	}
	none := ""
	if whole && c.Key != "" && s.Seen == 0 {
		none = "the source shows no record " + c.Key
	}
	t.row("seen", s.Seen, none)
	t.some("unchanged", s.Unchanged, "")
	t.row("filtered", s.FilteredTotal(), "")
	for _, reason := range s.Reasons() {
		t.sub(s.Filtered[reason], reason)
	}
	t.row(sent, s.Sent, "")
	t.some("further", s.Further, "")
	t.some("resumed", s.Resumed, "left open by an earlier run")
	t.some("superseded", s.Superseded, "a newer version took their place")
	t.some("pending", s.Pending, "the next run goes on with them")
	t.failures(s.Waiting)
	t.some("in doubt", s.InDoubt, "nobody knows whether they were written")
	t.row("dead", s.Dead, "")
	t.failures(s.Failures)
	if more := s.Dead - len(s.Failures); more > 0 {
		fmt.Fprintf(w, "             and %d more\n", more)
	}
	t.row("requests", int(total(s.Requests)), connections(s.Requests))
	fmt.Fprintf(w, "  %-9s %8s\n", "time", s.Elapsed.Round(time.Millisecond))
	for _, warning := range slices.Sorted(maps.Keys(s.Warnings)) {
		about := ""
		if n := s.Warnings[warning]; n > 0 {
			about = " (" + count(n, "record") + ")"
		}
		fmt.Fprintf(w, "  warning: %s%s\n", warning, about)
	}
	return nil
}

type table struct{ w io.Writer }

func (t table) row(name string, n int, note string) {
	fmt.Fprintln(t.w, strings.TrimRight(fmt.Sprintf("  %-10s %7d   %s", name, n, note), " "))
}

func (t table) some(name string, n int, note string) {
	if n > 0 {
		t.row(name, n, note)
	}
}

func (t table) sub(n int, reason string) { fmt.Fprintf(t.w, "  %-9s %8s   %d %s\n", "", "", n, reason) }

func (t table) failures(all []engine.Failure) {
	for _, f := range all {
		fmt.Fprintf(t.w, "             %s: %s\n", f.Key, f.Reason)
		if f.Place != "" {
			fmt.Fprintf(t.w, "               at %s\n", f.Place)
		}
	}
}

func total(requests map[string]int64) (n int64) {
	for _, c := range requests {
		n += c
	}
	return n
}

func connections(requests map[string]int64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		if requests[name] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", name, requests[name]))
		}
	}
	return strings.Join(parts, ", ")
}

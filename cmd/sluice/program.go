package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/sluicehq/sluice/engine/diag"
)

// The exit codes, which scripts depend on.
const (
	exitOK       = 0 // all is fine
	exitFindings = 1 // there are findings, or records failed
	exitUsage    = 2 // the command line is wrong
	exitFailed   = 3 // the command could not do its work
)

// environment is what the program takes from the machine it runs on.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) (string, bool)
	// terminal tells that stderr is one: progress and colour go there only.
	terminal bool
}

func system() environment {
	_, plain := os.LookupEnv("NO_COLOR")
	return environment{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv:   os.LookupEnv,
		terminal: term.IsTerminal(int(os.Stderr.Fd())) && !plain,
	}
}

// commands is the command line.
type commands struct {
	Lint       lintCommand       `cmd:"" help:"Check pipelines, workspaces and connectors, and say where they are wrong."`
	Run        runCommand        `cmd:"" help:"Run a pipeline once."`
	Why        whyCommand        `cmd:"" help:"Say what became of a record, and why."`
	Test       testCommand       `cmd:"" help:"Run the tests that stand beside pipelines and in connectors, offline."`
	Graph      graphCommand      `cmd:"" help:"Draw a pipeline."`
	Render     renderCommand     `cmd:"" help:"Render a template over data."`
	Connectors connectorsCommand `cmd:"" help:"List the connectors, or show what one can read and write."`
	Schema     schemaCommand     `cmd:"" help:"Write the JSON Schemas that editors use for completion."`
	Twin       twinCommand       `cmd:"" help:"Serve twins of vendors on this machine, to try pipelines against."`
	Init       initCommand       `cmd:"" help:"Write a workspace and a first pipeline."`
	Demo       demoCommand       `cmd:"" help:"Show the main job, from lint to why, against twins."`
	Version    kong.VersionFlag  `help:"Print the version."`
}

// failure is an error with the exit code that it asks for.
type failure struct {
	code int
	err  error
}

func (f failure) Error() string { return f.err.Error() }
func (f failure) Unwrap() error { return f.err }

// errFindings ends a command that has printed what is wrong already.
var errFindings = errors.New("there are findings")

func usage(format string, args ...any) error {
	return failure{exitUsage, fmt.Errorf(format, args...)}
}

// suggestion names the one that was probably meant, or all that there are.
func suggestion(word string, known []string) string {
	if hint := diag.DidYouMean(word, known); hint != "" {
		return hint
	}
	if len(known) == 1 {
		return "there is only " + known[0]
	}
	return "there are " + strings.Join(known, ", ")
}

// newParser makes the parser of the command line. It calls exit after --help
// and --version.
func newParser(env environment, exit func(int)) (*kong.Kong, error) {
	parser, err := kong.New(&commands{},
		kong.Name("sluice"),
		kong.Description("Declarative pipelines between shops, order hubs, ERPs and warehouses."),
		kong.Vars{"version": version()},
		kong.Writers(env.stdout, env.stderr),
		kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)
	if err == nil {
		parser.Model.HelpFlag.Help = "Print this help."
	}
	return parser, err
}

// run runs the command line and returns its exit code.
func run(ctx context.Context, args []string, env environment) int {
	return (&program{environment: env}).run(ctx, args)
}

func (p *program) run(ctx context.Context, args []string) int {
	env, exited := p.environment, -1
	parser, err := newParser(env, func(code int) { exited = code })
	if err != nil {
		fmt.Fprintln(env.stderr, "sluice:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help and --version print and ask to exit
		return exited
	}
	if err != nil {
		return p.misused(parser, args, err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return exitCode(parsed.Run(p), env)
}

// misused says what is wrong with the command line. Without a command it shows
// the help, which is what is looked for then.
func (p *program) misused(parser *kong.Kong, args []string, err error) int {
	if len(args) == 0 {
		parser.Stdout = p.stderr
		_, _ = parser.Parse([]string{"--help"}) // it has printed the help before it fails
		return exitUsage
	}
	said, hint, near := strings.Cut(err.Error(), ", did you mean ")
	if word, ok := strings.CutPrefix(said, "unexpected argument "); ok {
		said = fmt.Sprintf("unexpected argument %q", word)
		if word == args[0] {
			said = fmt.Sprintf("there is no command %q", word)
		}
	}
	if near {
		said += "; did you mean " + hint
	}
	fmt.Fprintf(p.stderr, "sluice: %s\nRun \"sluice --help\" for the commands.\n", said)
	return exitUsage
}

func exitCode(err error, env environment) int {
	var f failure
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.As(err, &f):
		fmt.Fprintln(env.stderr, "sluice:", err)
		return f.code
	}
	fmt.Fprintln(env.stderr, "sluice:", err)
	return exitFailed
}

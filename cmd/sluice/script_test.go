package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
)

// TestMain lets scripts run the program: the test binary is it when it is
// called sluice.
func TestMain(m *testing.M) {
	if os.Getenv(raceOptions) == "" {
		// Built with the race detector, the program would sleep for a second at
		// the end of each command.
		if err := os.Setenv(raceOptions, "atexit_sleep_ms=10"); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"sluice": main})
}

// raceOptions is the variable from which Go's race detector takes its options.
const raceOptions = "GORACE"

// TestScripts uses the program as users do. Besides the usual commands, scripts
// have those of scriptCommands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds:                scriptCommands,
		Setup: func(env *testscript.Env) error {
			env.Setenv(raceOptions, os.Getenv(raceOptions))
			env.Values[twinsKey{}] = map[string]*twin.Server{}
			return nil
		},
	})
}

// TestReadyMade runs the tests of the ready-made pipelines and of the connectors.
func TestReadyMade(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), []string{"test", "../../pipelines", "../../connectors"}, environment{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		getenv: func(string) (string, bool) { return "", false },
	})
	if code != exitOK || stderr.Len() > 0 || strings.Count(stdout.String(), "\nok ") < 50 {
		t.Errorf("exit code %d:\n%s%s", code, &stdout, &stderr)
	}
}

var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"api":      startAPI,
	"exits":    exits,
	"twin":     startTwinFor,
	"curl":     curl,
	"requests": requests,
	"created":  created,
	"await":    await,
	"absent":   absent,
	"json":     validJSON,
	"ledger":   dumpLedger,
	"gzip":     compress,
	"gunzip":   decompress,
}

// exits CODE COMMAND ARG... runs a command that must exit with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// twinsKey is the key of a script's twins among its values.
type twinsKey struct{}

func twinOf(ts *testscript.TestScript, vendor string) *twin.Server {
	s := ts.Value(twinsKey{}).(map[string]*twin.Server)[vendor]
	if s == nil {
		ts.Fatalf("there is no twin of %s", vendor)
	}
	return s
}

// twin VENDOR [NAME=VALUE]... [fault=FAULT]... starts a twin for the script.
// VENDOR_URL is the address of its API then, and VENDOR_TWIN what steers it.
// Its data is always the same, and ends now.
func startTwinFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: twin VENDOR [NAME=VALUE]... [fault=FAULT]...")
	}
	vendor := args[0]
	o, err := twin.Defaults(vendor)
	ts.Check(err)
	o.Start = time.Now().UTC().Truncate(time.Second)
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		if name != "fault" {
			ts.Check(o.Set(vendor, name, value))
			continue
		}
		f, err := fault.Parse(value)
		ts.Check(err)
		o.Faults = append(o.Faults, f)
	}
	s, err := twin.New(vendor, o)
	ts.Check(err)
	ts.Check(s.Start("127.0.0.1:0"))
	ts.Defer(func() { _ = s.Close() })
	ts.Value(twinsKey{}).(map[string]*twin.Server)[vendor] = s
	ts.Setenv(strings.ToUpper(vendor)+"_URL", s.BaseURL())
	ts.Setenv(strings.ToUpper(vendor)+"_TWIN", s.URL()+"/_twin")
}

// curl [-X METHOD] [-d BODY] URL makes a request and prints the answer.
func curl(ts *testscript.TestScript, neg bool, args []string) {
	method, body := http.MethodGet, ""
	for len(args) > 2 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-X":
			method = args[1]
		case "-d":
			body = args[1]
		}
		args = args[2:]
	}
	if neg || len(args) != 1 {
		ts.Fatalf("usage: curl [-X METHOD] [-d BODY] URL")
	}
	out, err := fetch(method, args[0], body)
	ts.Check(err)
	_, err = ts.Stdout().Write(out)
	ts.Check(err)
}

func fetch(method, url, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	out, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s: %s", method, url, res.Status, out)
	}
	return out, err
}

// counted asks a twin how many requests it had with the method, or any with *,
// and the route, such as /orders/{id}, or any with **.
func counted(ts *testscript.TestScript, vendor, method, route string) int {
	out, err := fetch(http.MethodGet, twinOf(ts, vendor).URL()+"/_twin/requests", "")
	ts.Check(err)
	var counts struct {
		ByRequest map[string]int `json:"by_request"`
	}
	ts.Check(json.Unmarshal(out, &counts))
	n := 0
	for request, count := range counts.ByRequest {
		m, r, _ := strings.Cut(request, " ")
		if (method == "*" || method == m) && (route == "**" || route == r) {
			n += count
		}
	}
	return n
}

// requests VENDOR METHOD ROUTE COUNT sees that a twin had so many requests.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: requests VENDOR METHOD ROUTE COUNT")
	}
	if n := counted(ts, args[0], args[1], args[2]); strconv.Itoa(n) != args[3] {
		ts.Fatalf("%s had %d requests %s %s, want %s", args[0], n, args[1], args[2], args[3])
	}
}

// await VENDOR METHOD ROUTE waits until a twin had such a request.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: await VENDOR METHOD ROUTE")
	}
	for range 1000 {
		if counted(ts, args[0], args[1], args[2]) > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s had no request %s %s", args[0], args[1], args[2])
}

// created COUNT sees that the twin of Order Desk took so many orders, each of
// them once.
func created(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: created COUNT")
	}
	all := twinOf(ts, "orderdesk").Created()
	for _, c := range all {
		if c.Count != 1 {
			ts.Fatalf("order %s was created %d times", c.SourceID, c.Count)
		}
	}
	if strconv.Itoa(len(all)) != args[0] {
		ts.Fatalf("%d orders were created, want %s", len(all), args[0])
	}
}

// absent TEXT FILE... sees that the text stands in none of the files, whatever
// they hold. FILE may be a pattern, stdout or stderr.
func absent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: absent TEXT FILE...")
	}
	for _, pattern := range args[1:] {
		names := []string{pattern}
		if pattern != "stdout" && pattern != "stderr" {
			var err error
			if names, err = filepath.Glob(ts.MkAbs(pattern)); err != nil || len(names) == 0 {
				ts.Fatalf("no file %s: %v", pattern, err)
			}
		}
		for _, name := range names {
			if strings.Contains(ts.ReadFile(name), args[0]) {
				ts.Fatalf("%s has %q", name, args[0])
			}
		}
	}
}

// json FILE sees that a file, or stdout, is JSON, or a line of JSON each.
func validJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: json FILE")
	}
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	for n := 0; ; n++ {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) && n > 0 {
			return
		} else if err != nil {
			ts.Fatalf("%s: %v", args[0], err)
		}
	}
}

// gzip FILE compresses a file into FILE.gz.
func compress(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gzip FILE")
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0])+".gz", b.Bytes(), 0o644))
}

// gunzip FILE prints what a compressed file holds.
func decompress(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gunzip FILE")
	}
	r, err := gzip.NewReader(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	_, err = io.Copy(ts.Stdout(), r)
	ts.Check(err)
}

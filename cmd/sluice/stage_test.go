package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluicehq/sluice/connectors"
	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/engine"
	"github.com/sluicehq/sluice/pipelines"
)

// stage is a workspace with the main job, between twins that run in the test.
type stage struct {
	t          testing.TB
	dir        string
	shop, desk *front
}

// stageOptions say what a stage is like.
type stageOptions struct {
	// shop is a shop to share; nil for one of the stage's own.
	shop *front
	// shopFaults and deskFaults go wrong.
	shopFaults, deskFaults []string
	// then is added to the pipeline, and source to its source.
	then, source string
	// settings are added to those of the use.
	settings string
	// settle is how long the desk's writes may take after their answers are lost.
	settle time.Duration
	// orders is how many orders the shop begins with.
	orders int
	// limited keeps the desk's rate limit.
	limited bool
}

const stageWorkspace = `state: sqlite:sluice.db
connections:
  acme-shop: %s
  acme-desk: %s
use:
  - pipelines: orders.yaml
    name: acme
    connections: {shop: acme-shop, desk: acme-desk}
    settings:
      folder: New
      prefix: BS-
      statuses: [new, paid, billed, in_progress, split, shipped, completed, back_ordered]
      first_import: 2020-01-01
%s`

func newStage(t testing.TB, o stageOptions) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), shop: o.shop}
	start := time.Now().UTC().Truncate(time.Second)
	if s.shop == nil {
		s.shop = newFront(t, "brightstores", twin.Options{Seed: 7, Orders: o.orders, Start: start}, o.shopFaults)
	}
	s.desk = newFront(t, "orderdesk", twin.Options{Seed: 7, Start: start, NoRateLimit: !o.limited}, o.deskFaults)
	text, err := pipelines.Files.ReadFile("brightstores-orderdesk/orders.yaml")
	if err != nil {
		t.Fatal(err)
	}
	pipeline := replaced(t, string(text), "  read: shop.orders\n", "  read: shop.orders\n"+o.source)
	s.write("orders.yaml", pipeline+o.then)
	s.write("sluice.yaml", fmt.Sprintf(stageWorkspace, s.shop.connection(), s.desk.connection(), o.settings))
	s.ownConnectors(o)
	return s
}

// ownConnectors gives the workspace connectors that wait less than real vendors
// want: the twins are quick.
func (s *stage) ownConnectors(o stageOptions) {
	if o.settle == 0 {
		o.settle = 500 * time.Millisecond
	}
	data, err := connectors.Files.ReadFile("orderdesk.yaml")
	if err != nil {
		s.t.Fatal(err)
	}
	desk := string(data)
	for _, find := range []string{"    in_doubt: *by_source\n", "    in_doubt:\n      get: /orders/{{ out.order_id }}/shipments\n"} {
		own := replaced(s.t, find, "in_doubt: *by_source\n", fmt.Sprintf("in_doubt: {<<: *by_source, settle: %s}\n", o.settle))
		if strings.HasSuffix(find, "shipments\n") {
			own = find + fmt.Sprintf("      settle: %s\n", o.settle)
		}
		desk = replaced(s.t, desk, find, own)
	}
	if !o.limited {
		desk = replaced(s.t, desk, "bucket: 20, refill: 3/s, remaining: X-Tokens-Remaining, ", "")
	}
	s.write("connectors/orderdesk.yaml", desk)
}

// replaced replaces what must be there.
func replaced(t testing.TB, text, old, with string) string {
	t.Helper()
	if !strings.Contains(text, old) && !strings.Contains(old, "by_source") {
		t.Fatalf("there is no %q any more", old)
	}
	return strings.Replace(text, old, with, 1)
}

func (s *stage) write(name, text string) {
	s.t.Helper()
	at := filepath.Join(s.dir, name)
	err := os.MkdirAll(filepath.Dir(at), 0o755)
	if err == nil {
		err = os.WriteFile(at, []byte(text), 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// command is the program, which is the test itself under another name.
func (s *stage) command(args ...string) *exec.Cmd {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	// Under the race detector a program would sleep for a second at its end.
	return &exec.Cmd{Path: self, Args: append([]string{"sluice"}, args...), Dir: s.dir, Env: append(os.Environ(), "GORACE=atexit_sleep_ms=0 halt_on_error=1")}
}

// run runs the program, and returns what it printed and its exit code.
func (s *stage) run(args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	cmd := s.command(args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	if e := cmd.Run(); cmd.ProcessState == nil {
		s.t.Fatal(e)
	}
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

// summary is what `run --format json` prints.
type summary struct {
	Seen, Unchanged, Sent, Further, Resumed, Superseded, Pending, InDoubt, Dead int
	Filtered                                                                    map[string]int
	Failures                                                                    []struct{ Key, Reason, Place string }
	Requests                                                                    map[string]int
}

// sum runs the pipeline and returns its summary. Without one the exit code is
// one of failure.
func (s *stage) sum(args ...string) (summary, string, int) {
	s.t.Helper()
	out, errs, code := s.run(append([]string{"run", "acme", "--format", "json"}, args...)...)
	var sum summary
	if err := json.Unmarshal([]byte(out), &sum); err != nil && code != exitFailed {
		s.t.Errorf("exit %d: %v\n%s%s", code, err, out, errs)
	}
	return sum, errs, code
}

// settled runs the pipeline until nothing is open any more.
func (s *stage) settled() {
	s.t.Helper()
	for range 8 {
		if sum, errs, code := s.sum(); code == exitFailed {
			s.t.Errorf("a run failed: %s", errs)
			return
		} else if sum.Pending == 0 {
			return
		}
	}
	s.t.Error("writes stay open")
}

// engine is an engine as the program has it.
func (s *stage) engine() *engine.Engine {
	p := program{environment: environment{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, getenv: os.LookupEnv}}
	return p.engine()
}

func (s *stage) where() engine.WhyOptions {
	return engine.WhyOptions{Workspace: filepath.Join(s.dir, engine.WorkspaceFile)}
}

// books checks that everything that the shop showed is accounted for.
func (s *stage) books() *engine.Verification {
	s.t.Helper()
	v, err := s.engine().Verify(context.Background(), "acme", s.where())
	if err != nil {
		s.t.Errorf("%v", err)
		return &engine.Verification{}
	}
	return v
}

func (s *stage) why(key string, ask bool) *engine.Explanation {
	s.t.Helper()
	o := s.where()
	o.Ask = ask
	x, err := s.engine().Why(context.Background(), "acme", key, o)
	if err != nil {
		s.t.Errorf("why %s: %v", key, err)
		return &engine.Explanation{}
	}
	return x
}

// created counts how often each order came in at the desk.
func (s *stage) created() map[string]int {
	n := map[string]int{}
	for _, c := range s.desk.twin.Created() {
		n[c.SourceID] = c.Count
	}
	return n
}

// expected are the orders that come in when nothing goes wrong.
func (s *stage) expected(o stageOptions) map[string]int {
	s.t.Helper()
	calm := newStage(s.t, stageOptions{shop: s.shop, source: o.source, settings: o.settings})
	faults := s.shop.twin.Faults()
	if err := s.shop.twin.SetFaults(); err != nil {
		s.t.Fatal(err)
	}
	if sum, errs, code := calm.sum(); code != exitOK || sum.Pending > 0 {
		s.t.Errorf("the calm run ended with %d: %+v\n%s", code, sum, errs)
	}
	for _, f := range faults {
		if err := s.shop.twin.AddFaults(parseFaults(s.t, []string{f.Fault})...); err != nil {
			s.t.Fatal(err)
		}
	}
	return calm.created()
}

// compare sees that the desk has each expected order once, and no other.
func (s *stage) compare(want map[string]int) {
	s.t.Helper()
	got := s.created()
	if len(want) == 0 {
		s.t.Error("no orders are expected")
	}
	for id := range want {
		if got[id] == 0 {
			s.t.Errorf("order %s is lost", id)
		}
	}
	for id, n := range got {
		if n != 1 {
			s.t.Errorf("order %s came in %d times", id, n)
		}
		if want[id] == 0 {
			s.t.Errorf("order %s was not to come in", id)
		}
	}
}

// front stands before a twin and sees every request first.
type front struct {
	twin *twin.Server
	url  string
	// on, if set, serves the requests.
	on atomic.Pointer[handler]
}

// handler serves a request in the place of a twin.
type handler func(f *front, w http.ResponseWriter, r *http.Request, body []byte)

// serveBy lets h serve the requests; nil is the twin.
func (f *front) serveBy(h handler) {
	if h == nil {
		f.on.Store(nil)
	} else {
		f.on.Store(&h)
	}
}

func parseFaults(t testing.TB, texts []string) []fault.Fault {
	t.Helper()
	var all []fault.Fault
	for _, text := range texts {
		f, err := fault.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

func newFront(t testing.TB, vendor string, o twin.Options, faults []string) *front {
	t.Helper()
	if o.Orders == 0 && vendor == "brightstores" {
		o.Orders = 40
	}
	o.Faults = parseFaults(t, faults)
	s, err := twin.New(vendor, o)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{twin: s}
	server := httptest.NewServer(http.HandlerFunc(f.serve))
	f.url = server.URL
	t.Cleanup(func() {
		_ = s.Close()
		server.Close()
	})
	return f
}

// connection is the front in the workspace.
func (f *front) connection() string {
	parts := []string{"connector: " + f.twin.Vendor().Name, fmt.Sprintf("base_url: %q", f.url+f.twin.Vendor().Root)}
	for _, c := range f.twin.Connection() {
		parts = append(parts, c.Name+": "+c.Value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (f *front) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has gone
	}
	if h := f.on.Load(); h != nil {
		(*h)(f, w, r, body)
		return
	}
	f.pass(r.Context(), w, r, body)
}

// pass gives a request to the twin.
func (f *front) pass(ctx context.Context, w http.ResponseWriter, r *http.Request, body []byte) {
	again := r.Clone(ctx)
	again.Body = io.NopCloser(bytes.NewReader(body))
	f.twin.ServeHTTP(w, again)
}

// apply lets the twin work on a request whose answer nobody gets.
func (f *front) apply(r *http.Request, body []byte) (rec *httptest.ResponseRecorder) {
	rec = httptest.NewRecorder()
	defer func() { _ = recover() }() // the twin's way to lose an answer
	f.pass(context.Background(), rec, r, body)
	return rec
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluicehq/sluice/connectors"
	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
)

// killPoints is how often runs are ended by SIGKILL, all scenarios together.
const killPoints = 200

// killWorkspace is the main job, with nothing left out for where it is kept.
const killWorkspace = `state: sqlite:sluice.db
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
      statuses: [new, paid, billed, in_progress, split, shipped, completed, back_ordered]
      first_import: 2020-01-01
`

// TestKill ends runs by SIGKILL at random points, while the desk loses answers,
// and starts them again until they are done. In the end the desk must hold each
// expected order once.
func TestKill(t *testing.T) {
	points := int64(killPoints)
	if testing.Short() {
		points = 20
	}
	bin := filepath.Join(t.TempDir(), "sluice")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	want := newKilled(t, bin, rand.New(rand.NewPCG(0, 0)), 0).untilDone(0)
	if len(want) < 20 {
		t.Fatalf("a run that nobody kills brings only %d orders", len(want))
	}
	var kills, seed atomic.Int64
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for kills.Load() < points && !t.Failed() {
				n := uint64(seed.Add(1))
				k := newKilled(t, bin, rand.New(rand.NewPCG(1, n)), 0.2)
				k.compare(want, k.untilDone(40))
				kills.Add(k.kills)
			}
		})
	}
	wg.Wait()
	t.Logf("%d kills in %d scenarios; each of %d orders was there once at the end of each", kills.Load(), seed.Load(), len(want))
}

// killed is one scenario: two twins, a workspace, and a program that is killed.
type killed struct {
	t          *testing.T
	bin, dir   string
	random     *rand.Rand
	shop, desk *twin.Server
	kills      int64
}

func newKilled(t *testing.T, bin string, random *rand.Rand, lost float64) *killed {
	k := &killed{t: t, bin: bin, dir: t.TempDir(), random: random}
	var faults []fault.Fault
	if lost > 0 {
		f, err := fault.Parse(fmt.Sprintf("lose_answer:chance=%g:POST/orders", lost))
		if err != nil {
			t.Fatal(err)
		}
		faults = append(faults, f)
	}
	k.shop, k.desk = k.serve("brightstores", nil), k.serve("orderdesk", faults)
	k.withoutLimit()
	text := fmt.Sprintf(killWorkspace, connectionLine(k.shop), connectionLine(k.desk))
	if err := os.WriteFile(filepath.Join(k.dir, "sluice.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return k
}

// withoutLimit gives the workspace a connector of its own for the desk, which
// does not keep to the vendor's limit: the runs would do nothing but wait.
func (k *killed) withoutLimit() {
	data, err := connectors.Files.ReadFile("orderdesk.yaml")
	if err != nil {
		k.t.Fatal(err)
	}
	const limit = "bucket: 20, refill: 3/s, remaining: X-Tokens-Remaining, "
	own := strings.Replace(string(data), limit, "", 1)
	if own == string(data) {
		k.t.Fatalf("the connector no longer says %q", limit)
	}
	if err := os.Mkdir(filepath.Join(k.dir, "connectors"), 0o755); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(k.dir, "connectors", "orderdesk.yaml"), []byte(own), 0o644); err != nil {
		k.t.Fatal(err)
	}
}

func (k *killed) serve(vendor string, faults []fault.Fault) *twin.Server {
	o, err := twin.Defaults(vendor)
	if err != nil {
		k.t.Fatal(err)
	}
	o.Faults, o.Start = faults, time.Now().UTC().Truncate(time.Second)
	o.NoRateLimit = vendor == "orderdesk"
	s, err := twin.New(vendor, o)
	if err == nil {
		err = s.Start("127.0.0.1:0")
	}
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = s.Close() })
	return s
}

// untilDone runs the pipeline until a run ends by itself, killing at most so
// many, and then once more. It returns how often each order came in.
func (k *killed) untilDone(kills int64) map[string]int {
	for k.kills < kills && k.run(true) {
		k.kills++
	}
	for range 3 { // a write whose answer was lost again is looked up by the next
		k.run(false)
	}
	before := k.created()
	k.run(false)
	if after := k.created(); len(after) != len(before) {
		k.t.Errorf("a run with nothing new to do brought %d orders", len(after)-len(before))
	}
	return k.created()
}

func (k *killed) requests() int { return k.shop.Requests().Total + k.desk.Requests().Total }

// run runs the pipeline; deadly runs are killed at a random point, unless they
// end before. It reports whether the run was killed.
func (k *killed) run(deadly bool) bool {
	cmd := exec.Command(k.bin, "run", "acme")
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = k.dir, &out, &out
	if err := cmd.Start(); err != nil {
		k.t.Error(err)
		return false
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if deadly {
		// Half of the points fall among the first requests, where a run looks up
		// what the one before left open; the rest anywhere. The further time
		// lets kills fall into commits as well.
		most := 90
		if k.random.IntN(2) == 0 {
			most = 12
		}
		at := k.requests() + 1 + k.random.IntN(most)
		later := time.Duration(k.random.IntN(4000)) * time.Microsecond
		tick := time.NewTicker(100 * time.Microsecond)
		defer tick.Stop()
		for k.requests() < at {
			select {
			case err := <-ended:
				k.verdict(err, &out)
				return false
			case <-tick.C:
			}
		}
		select {
		case err := <-ended:
			k.verdict(err, &out)
			return false
		case <-time.After(later):
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				k.t.Error(err)
			}
			<-ended
			return true
		}
	}
	k.verdict(<-ended, &out)
	return false
}

func (k *killed) verdict(err error, out *bytes.Buffer) {
	if err != nil {
		k.t.Errorf("a run failed: %v\n%s", err, out)
	}
}

func (k *killed) created() map[string]int {
	n := map[string]int{}
	for _, c := range k.desk.Created() {
		n[c.SourceID] = c.Count
	}
	return n
}

func (k *killed) compare(want, got map[string]int) {
	for id := range want {
		if got[id] == 0 {
			k.t.Errorf("order %s is lost", id)
		}
	}
	for id, n := range got {
		if n != 1 {
			k.t.Errorf("order %s came in %d times", id, n)
		}
		if want[id] == 0 {
			k.t.Errorf("order %s was not to come in", id)
		}
	}
}

package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// killPoints is how often the program is ended by SIGKILL, all scenarios of the
// main job together.
const (
	killPoints      = 200
	killPointsShort = 24
)

// TestKill ends runs of the main job by SIGKILL at random requests, before and
// after the vendor acted on them, and in the commits behind them, while the desk
// loses answers and acts late, and starts them again until they are done. In
// the end the desk has each expected order once, and the ledger can tell of
// every order why it is where it is.
func TestKill(t *testing.T) {
	points := killPoints
	if testing.Short() {
		points = killPointsShort
	}
	killAll(t, points, stageOptions{
		source: "  page_size: 15\n", orders: 45,
		deskFaults: []string{
			"lose_answer:chance=0.08:POST/orders",
			"slow:apply=last,delay=200ms,chance=0.06:POST/orders",
			"reset:chance=0.04:POST/orders",
			"server_error:chance=0.03:POST/orders",
		},
	})
}

// TestKillWithFurtherWrites does so with writes that follow: one that the vendor
// can be asked about, and one that it cannot, which may be in doubt.
func TestKillWithFurtherWrites(t *testing.T) {
	points := 40
	if testing.Short() {
		points = 8
	}
	killAll(t, points, stageOptions{
		orders: 30,
		deskFaults: []string{
			"lose_answer:chance=0.08:POST/**",
			"slow:apply=last,delay=200ms,chance=0.06:POST/**",
		},
		then: `
then:
  - write: desk.shipment
    map: {order_id: "${ written.id }", tracking_number: "T-{{ order.order_id }}", carrier_code: UPS}
  - write: desk.order_history
    map: {order_id: "${ written.id }", note: "order {{ order.order_id }} was imported"}
`,
	})
}

// killAll plays scenarios, several at once, until there were enough kills.
func killAll(t *testing.T, points int, o stageOptions) {
	t.Helper()
	const each = 20
	var mu sync.Mutex
	places := map[string]int{}
	orders, total := 0, 0
	turns := make(chan struct{}, 5)
	var wg sync.WaitGroup
	for n := 0; n*each < points; n++ {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			k := newKiller(t, o, uint64(n))
			k.play(min(each, points-n*each))
			mu.Lock()
			defer mu.Unlock()
			orders += len(k.created())
			total += k.kills
			for place, count := range k.places {
				places[place] += count
			}
		})
	}
	wg.Wait()
	var lines []string
	for _, place := range slices.Sorted(maps.Keys(places)) {
		lines = append(lines, fmt.Sprintf("  %4d  %s", places[place], place))
	}
	t.Logf("%d kills, after which each of %d orders was there once:\n%s", total, orders, strings.Join(lines, "\n"))
	if total < points {
		t.Errorf("there were only %d kills", total)
	}
}

// mode is how a process is killed at a request.
type mode string

const (
	before   mode = "before the vendor acted on"
	late     mode = "before the vendor acted, late, on"
	after    mode = "after the vendor acted on"
	answered mode = "in commits and the like, after the answer to"
)

// killer is one scenario: the main job, and a program that is killed.
type killer struct {
	*stage
	options stageOptions
	random  *rand.Rand
	kills   int
	all     bool // asks about every order, not only about some
	places  map[string]int
	further map[string]int // further writes that the desk acted on, by their paths

	mu     sync.Mutex
	proc   *os.Process // to be killed; nil when that is done
	seen   int
	at     int  // the request to kill at
	writes bool // only writes count
	mode   mode
	share  float64 // of the longest delay
}

func newKiller(t *testing.T, o stageOptions, n uint64) *killer {
	k := &killer{stage: newStage(t, o), options: o, random: rand.New(rand.NewPCG(42, n)), all: n == 0,
		places: map[string]int{}, further: map[string]int{}}
	k.shop.serveBy(k.serve)
	k.desk.serveBy(k.serve)
	return k
}

// play kills so many times, and then lets the program end its work.
func (k *killer) play(kills int) {
	for k.kills < kills && !k.t.Failed() {
		if k.deadly() {
			k.kills++
			continue
		}
		// It ended by itself: there must be more to do.
		if _, err := k.shop.twin.Add(1+k.random.IntN(8), 0); err != nil {
			k.t.Error(err)
		}
	}
	k.settled()
	k.shop.serveBy(nil)
	k.desk.serveBy(nil)
	k.compare(k.expected(k.options))
	before := k.desk.twin.Requests().ByRequest
	if sum, errs, code := k.sum(); sum.Sent+sum.Further+sum.Resumed > 0 || code == exitFailed {
		k.t.Errorf("a run with nothing new to do: exit %d, %+v\n%s", code, sum, errs)
	}
	for request, n := range k.desk.twin.Requests().ByRequest {
		if strings.HasPrefix(request, "POST") && n != before[request] {
			k.t.Errorf("a run with nothing new to do sent %s", request)
		}
	}
	k.explain()
	k.checkFurther()
}

// deadly runs the program, which is killed unless it ends before. It reports
// whether it was.
func (k *killer) deadly() bool {
	cmd := k.command("run", "acme")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	k.mu.Lock()
	// Some points fall among the first requests, where a run looks up what the
	// one before left open, some at writes, the others anywhere.
	k.seen, k.at = 0, 1+k.random.IntN([]int{5, 25, 70}[k.random.IntN(3)])
	if k.writes = k.random.IntN(5) < 2; k.writes {
		k.at = 1 + k.random.IntN(12)
	}
	k.mode = []mode{before, late, after, answered, answered}[k.random.IntN(5)]
	k.share = k.random.Float64()
	begins := k.random.IntN(12) == 0
	if err := cmd.Start(); err != nil {
		k.mu.Unlock()
		k.t.Error(err)
		return false
	}
	k.proc = cmd.Process
	k.mu.Unlock()
	if begins {
		time.Sleep(time.Duration(k.share * float64(60*time.Millisecond)))
		if proc := k.take(); proc != nil {
			_ = proc.Kill()
			k.place("by the clock, while it began")
		}
	}
	err := cmd.Wait()
	if k.take() == nil && !cmd.ProcessState.Exited() {
		k.place(k.left())
		return true
	}
	// Writes that cannot be looked up may be in doubt, which is told by 1.
	if code := cmd.ProcessState.ExitCode(); code != exitOK && (code != exitFindings || k.options.then == "") {
		k.t.Errorf("a run ended with %d: %v\n%s", code, err, &out)
	}
	return false
}

// take returns the process that is to be killed, if it was not yet.
func (k *killer) take() *os.Process {
	k.mu.Lock()
	defer k.mu.Unlock()
	proc := k.proc
	k.proc = nil
	return proc
}

func (k *killer) place(where string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.places[where]++
}

// left tells what a kill left in the ledger.
func (k *killer) left() string {
	if _, err := os.Stat(k.dir + "/sluice.db"); err != nil {
		return "(the ledger had not begun)"
	}
	v := k.books()
	if v.Records["sending"]+v.Further["sending"] > 0 {
		return "(the ledger had writes that may or may not have happened)"
	}
	return "(the ledger had no such write)"
}

// serve kills the program at the request that was chosen.
func (k *killer) serve(f *front, w http.ResponseWriter, r *http.Request, body []byte) {
	k.mu.Lock()
	counts := !k.writes || r.Method == http.MethodPost
	if counts {
		k.seen++
	}
	var proc *os.Process
	if counts && k.seen == k.at {
		proc, k.proc = k.proc, nil
	}
	how, share := k.mode, k.share
	k.mu.Unlock()
	if proc == nil {
		k.pass(f, w, r, body)
		return
	}
	k.place(string(how) + " " + kindOf(f, r))
	switch how {
	case before, late:
		_ = proc.Kill()
		if how == late {
			time.Sleep(time.Duration(share * float64(200*time.Millisecond)))
			k.acted(r, f.apply(r, body).Code)
		}
	case after:
		k.acted(r, f.apply(r, body).Code)
		_ = proc.Kill()
	default:
		k.pass(f, w, r, body)
		go func() {
			time.Sleep(time.Duration(share * float64(8*time.Millisecond)))
			_ = proc.Kill()
		}()
	}
}

// pass serves a request as usual.
func (k *killer) pass(f *front, w http.ResponseWriter, r *http.Request, body []byte) {
	k.acted(r, http.StatusOK)
	f.pass(r.Context(), w, r, body)
}

// acted notes a further write that the desk acts on.
func (k *killer) acted(r *http.Request, code int) {
	if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/orders/") && code == http.StatusOK {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.further[r.URL.Path]++
	}
}

// kindOf names a request.
func kindOf(f *front, r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, f.twin.Vendor().Root)
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if i > 1 && p != "" && p[0] >= '0' && p[0] <= '9' {
			parts[i] = "{id}"
		}
	}
	kind := f.twin.Vendor().Name + " " + r.Method + " " + strings.Join(parts, "/")
	if r.URL.Query().Has("source_id") {
		kind += " (look-up)"
	}
	return kind
}

// explain asks the ledger about the orders of the shop.
func (k *killer) explain() {
	v := k.books()
	for _, state := range []string{"pending", "sending", "in doubt", "dead"} {
		if v.Records[state] > 0 {
			k.t.Errorf("%d records are %s in the end", v.Records[state], state)
		}
	}
	created := k.created()
	for _, o := range k.shop.twin.State().Orders {
		if !k.all && k.random.IntN(8) > 0 {
			continue
		}
		x := k.why(o.ID, false)
		sent := 0
		for _, out := range x.Outcomes {
			if out.State == "sent" && !out.Further {
				sent++
			}
		}
		if came := created["BS-"+o.ID]; len(x.Outcomes) == 0 || x.Conclusion == "" || sent != came {
			k.t.Errorf("order %s came in %d times, and the ledger says %q", o.ID, came, x.Conclusion)
		}
	}
}

// checkFurther sees that each order has what follows it once.
func (k *killer) checkFurther() {
	if k.options.then == "" {
		return
	}
	shipped := map[string]int{}
	for _, s := range k.desk.twin.State().Shipments {
		shipped[s.TrackingNumber]++
	}
	created := k.created()
	for id := range created {
		if n := shipped["T-"+strings.TrimPrefix(id, "BS-")]; n != 1 {
			k.t.Errorf("order %s was shipped %d times", id, n)
		}
	}
	for path, n := range k.further {
		if strings.HasSuffix(path, "/order-history") && n > 1 {
			k.t.Errorf("%s was written %d times", path, n)
		}
	}
	v := k.books()
	if v.Further["pending"]+v.Further["sending"]+v.Further["dead"] > 0 {
		k.t.Errorf("further writes are left: %v", v.Further)
	}
	if v.Further["sent"]+v.Further["in doubt"] != int64(2*len(created)) {
		k.t.Errorf("%d orders have the further writes %v", len(created), v.Further)
	}
	k.place(fmt.Sprintf("(of %d further writes, half of which cannot be looked up, %d are in doubt)", 2*len(created), v.Further["in doubt"]))
}

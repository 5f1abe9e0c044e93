package run

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

// TestNothingIsLostOrDoubled draws records in several versions, duplicates,
// faults of the vendor, and points at which the process is killed; in the end
// every record is accounted for, and every write was made exactly once, or is
// in doubt and was made at most once.
func TestNothingIsLostOrDoubled(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	if was := checks.Value.String(); was == checks.DefValue { // every commit is synced to the disk
		t.Cleanup(func() { _ = checks.Value.Set(was) })
		n := "40"
		if testing.Short() {
			n = "10"
		}
		if err := checks.Value.Set(n); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		at := fmt.Sprintf("%s/%d", dir, n)
		if err := os.Mkdir(at, 0o700); err != nil {
			rt.Fatal(err)
		}
		op := rapid.SampledFrom([]string{"create", "create", "same", "blind", "upsert", "bulk"}).Draw(rt, "operation")
		text := strings.Replace(plain, "desk.create", "desk."+op, 1)
		if rapid.Bool().Draw(rt, "further writes") {
			text += "then:\n  - {write: desk.notes, when: thing.n < 8, map: {id: \"${ written.id }\", of: \"${ thing.id }\"}}\n"
		}
		g := &game{rt: rt, w: newWorld(rt, at, text), op: op, refused: map[string]bool{},
			chance: map[string]int{}, asked: map[string]int{}}
		g.play()
		if err := os.RemoveAll(at); err != nil {
			rt.Fatal(err)
		}
	})
}

// game is one drawn course of events.
type game struct {
	rt      *rapid.T
	w       *world
	op      string
	refused map[string]bool // writes that the vendor declined for good
	calm    bool            // faults are over
	kills   int
	died    bool // the process that runs now

	// What happens when is decided by the seed and by what it happens to, since
	// several goroutines ask.
	seed   uint64
	chance map[string]int // of a fault, in a hundred
	mu     sync.Mutex
	asked  map[string]int
}

// faults are what goes wrong.
var faults = []string{"stopped", "killed before a page", "killed before a write", "killed after a write", "killed before a look-up",
	"lost", "applied", "put off", "refused", "denied", "look-up fails"}

// happens decides about the next time that something could happen to a thing.
func (g *game) happens(what, thing string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.calm {
		return false
	}
	g.asked[what+thing]++
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s %d", g.seed, what, thing, g.asked[what+thing])
	return int(h.Sum64()>>7%100) < g.chance[what]
}

func (g *game) play() {
	w, rt := g.w, g.rt
	w.shop.size = rapid.IntRange(1, 6).Draw(rt, "page size")
	w.shop.again = rapid.IntRange(0, 4).Draw(rt, "overlap")
	w.shop.detail = rapid.Bool().Draw(rt, "details")
	w.desk.epoch, w.desk.crash = &w.shop.epoch, func() { g.mayDie("now", "") }
	g.chance["killed now"] = 100
	w.desk.onWrite, w.desk.onFind = g.onWrite, g.onFind
	w.shop.before = func(page int) error {
		g.mayDie("before a page", strconv.Itoa(page))
		return nil
	}
	g.seed = rapid.Uint64().Draw(rt, "seed")
	for _, f := range faults {
		g.chance[f] = rapid.SampledFrom([]int{0, 0, 3, 10, 30}).Draw(rt, f)
	}
	for range rapid.IntRange(1, 4).Draw(rt, "days") {
		g.change()
		for range rapid.IntRange(1, 3).Draw(rt, "runs") {
			g.run()
		}
	}
	g.calm = true
	for range maxAttempts + 2 {
		if !g.run() {
			break
		}
	}
	g.check()
}

// change lets the shop change: new records, new versions, the same again.
func (g *game) change() {
	for range rapid.IntRange(1, 8).Draw(g.rt, "changes") {
		key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}).Draw(g.rt, "key")
		version := rapid.IntRange(1, 3).Draw(g.rt, "version")
		g.w.shop.add(thing(key, version, rapid.IntRange(-2, 9).Draw(g.rt, "n")))
	}
}

// run runs once, and reports whether something is still open.
func (g *game) run() bool {
	led := g.w.open()
	defer func() { _ = led.Close() }()
	g.died = false
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if g.happens("stopped", "") {
		cancel()
	}
	sum, err := Run(ctx, g.w.ready, g.w.options(led))
	if g.died {
		return true // what it says is nobody's
	}
	if err := led.Balance(context.Background(), instance); err != nil {
		g.rt.Errorf("%v", err)
	}
	g.w.checkSummary(led, sum, false)
	_, fatal := errors.AsType[*step.FatalError](err)
	if err != nil && !fatal && ctx.Err() == nil {
		g.rt.Fatalf("%v\n%s", err, &g.w.log)
	}
	return sum.Pending > 0 || err != nil
}

// mayDie kills the process, if that is to be now, and not too often.
func (g *game) mayDie(where, thing string) bool {
	if !g.happens("killed "+where, thing) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.died || g.kills > 8 {
		return g.died
	}
	g.died = true
	g.kills++
	g.w.crash()
	return true
}

func (g *game) onWrite(op string, d *step.Delivery) act {
	id := op + d.Key + string(d.Body)
	switch {
	case g.refused[id]:
		return act{result: step.Refused, err: errors.New("declined")}
	case g.mayDie("before a write", id):
		return act{result: step.Unknown}
	case g.happens("lost", id):
		return act{result: step.Unknown, err: errors.New("reset")}
	case g.happens("applied", id):
		return act{apply: true, result: step.Unknown, err: errors.New("reset")}
	case g.happens("put off", id):
		return act{result: step.Retry, err: errors.New("429")}
	case !g.repeated(op, d) && g.happens("refused", id):
		g.refused[id] = true
		return act{result: step.Refused, err: errors.New("declined")}
	case g.happens("denied", id):
		return act{result: step.Retry, err: &step.FatalError{Err: errors.New("401")}}
	case g.happens("killed after a write", id):
		return act{apply: true, crash: true}
	}
	return act{apply: true}
}

// repeated reports whether the desk took a write already that may be repeated:
// it answers then as it did, and does not decline.
func (g *game) repeated(op string, d *step.Delivery) bool {
	g.w.desk.mu.Lock()
	defer g.w.desk.mu.Unlock()
	return op == "same" && g.w.desk.byIdem[op+d.Idempotency] > 0
}

func (g *game) onFind(op string, d *step.Delivery) act {
	if g.mayDie("before a look-up", op+d.Key) || g.happens("look-up fails", op+d.Key) {
		return act{result: step.Unknown, err: errors.New("503")}
	}
	return act{}
}

// check looks at what is left.
func (g *game) check() {
	led := g.w.open()
	defer func() { _ = led.Close() }()
	if err := led.Balance(context.Background(), instance); err != nil {
		g.rt.Errorf("%v", err)
	}
	rows := g.w.rows(led)
	made := map[string]int{} // by operation and idempotency key
	for _, t := range g.w.desk.taken {
		made[t.op+t.idem]++
	}
	known := map[string]bool{}
	var all []string
	for _, r := range rows {
		op := g.op
		if strings.HasPrefix(r.Write, "then") {
			op = "notes"
		}
		known[op+r.Idempotency] = true
		all = append(all, fmt.Sprintf("%d %s %s %s %s (%s) made %d times", r.Row, r.Key, r.Write, r.State, r.Reason, r.Error, made[op+r.Idempotency]))
		n := made[op+r.Idempotency]
		if r.Idempotency == "" {
			n = 0
		}
		switch r.State {
		case ledger.Sent:
			if n != 1 {
				g.rt.Errorf("row %d was sent, and made %d times", r.Row, n)
			}
		case ledger.InDoubt:
			if n > 1 || op != "blind" {
				g.rt.Errorf("row %d to %s is in doubt, and was made %d times", r.Row, op, n)
			}
		case ledger.Superseded:
			if n > 1 {
				g.rt.Errorf("row %d gave way to a newer version, and was made %d times", r.Row, n)
			}
		case ledger.Filtered, ledger.Dead:
			if n > 0 {
				g.rt.Errorf("row %d is %s, and was made %d times", r.Row, r.State, n)
			}
		default:
			g.rt.Errorf("row %d is %s in the end", r.Row, r.State)
		}
	}
	for key := range made {
		if !known[key] {
			g.rt.Errorf("the vendor has a write that the ledger does not know: %s", key)
		}
	}
	g.checkKeys(rows)
	if g.rt.Failed() {
		g.rt.Logf("%s", strings.Join(all, "\n"))
	}
}

// checkKeys sees that every record of the shop is there, in its last version,
// and that an operation that only creates did so once.
func (g *game) checkKeys(rows []ledger.Row) {
	newest := map[string]string{}
	for _, r := range rows {
		if r.Main == 0 {
			newest[r.Key] = string(r.Record)
		}
	}
	last := map[string]string{}
	for _, e := range g.w.shop.log {
		last[e.key] = e.body
	}
	for key, body := range last {
		if newest[key] != body {
			g.rt.Errorf("the shop shows %s, and the ledger has %s", body, newest[key])
		}
		if n := g.w.desk.count(g.op, key); n > 1 && g.op != "upsert" {
			g.rt.Errorf("%s was created %d times", key, n)
		}
		if g.op == "upsert" {
			g.checkLast(rows, key)
		}
	}
}

// checkLast sees that the vendor has the newest version that was sent, and not
// an older one over it.
func (g *game) checkLast(rows []ledger.Row, key string) {
	sent := ""
	for _, r := range rows {
		if r.Key == key && r.Main == 0 && r.State == ledger.Sent {
			sent = r.Idempotency
		}
	}
	has := ""
	for _, t := range g.w.desk.taken {
		if t.op == g.op && t.key == key {
			has = t.idem
		}
	}
	if has != sent && sent != "" {
		g.rt.Errorf("the vendor has %s of %s, and the newest that was sent is %s", has, key, sent)
	}
}

package ledger

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

func testLease(t *testing.T, open opener) {
	place := t.TempDir()
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	opts := Options{Now: func() time.Time { return now }}
	a, b := open(t, place, opts), open(t, place, opts)
	first, err := a.Acquire(t.Context(), instance, "sluice run", time.Minute)
	if err != nil || !first.Until().Equal(now.Add(time.Minute)) {
		t.Fatalf("got a lease until %v, %v", first.Until(), err)
	}
	_, err = b.Acquire(t.Context(), instance, "sluice serve", time.Minute)
	var held *HeldError
	if !errors.As(err, &held) || held.Owner != "sluice run" || !held.Until.Equal(now.Add(time.Minute)) || held.PID == 0 {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{`"acme/orders" is being run by sluice run`, "2026-03-04T05:07:07Z", "process " + strconv.Itoa(held.PID)} {
		if !strings.Contains(held.Error(), part) {
			t.Errorf("%q does not say %q", held, part)
		}
	}
	if _, err := b.Acquire(t.Context(), "acme/stock", "sluice serve", time.Minute); err != nil {
		t.Errorf("another instance: %v", err)
	}

	now = now.Add(50 * time.Second)
	if err := a.Renew(t.Context(), first); err != nil || !first.Until().Equal(now.Add(time.Minute)) {
		t.Errorf("renewed until %v, %v", first.Until(), err)
	}
	now = now.Add(59 * time.Second)
	if _, err := b.Acquire(t.Context(), instance, "sluice serve", time.Minute); !errors.As(err, &held) {
		t.Fatalf("got %v", err)
	}
	now = now.Add(time.Second)
	second, err := b.Acquire(t.Context(), instance, "sluice serve", time.Minute)
	if err != nil || second.Fence <= first.Fence {
		t.Fatalf("got %+v, %v", second, err)
	}
	until := first.Until()
	if err := a.Renew(t.Context(), first); !errors.Is(err, ErrFenced) || !first.Until().Equal(until) {
		t.Errorf("got %v, and the lost lease counts until %v", err, first.Until())
	}
	// The loser cannot give back what is not its own.
	if err := a.Release(t.Context(), first); err != nil {
		t.Error(err)
	}
	if err := b.Renew(t.Context(), second); err != nil {
		t.Error(err)
	}
	if err := b.Release(t.Context(), second); err != nil {
		t.Error(err)
	}
	if err := b.Renew(t.Context(), second); !errors.Is(err, ErrFenced) {
		t.Errorf("got %v", err)
	}
	if _, err := a.Acquire(t.Context(), instance, "sluice run", time.Minute); err != nil {
		t.Error(err)
	}
	for name, ttl := range map[string]time.Duration{"": time.Minute, "acme/none": 0, "acme/less": -time.Minute} {
		if _, err := a.Acquire(t.Context(), name, "sluice run", ttl); err == nil {
			t.Errorf("a lease of %q for %s was given", name, ttl)
		}
	}
	names, err := a.Instances(t.Context())
	if got := strings.Join(names, " "); err != nil || got != "acme/orders acme/stock" {
		t.Errorf("got %q, %v", got, err)
	}
}

// testFenced has a worker go on after its lease ran out: while nobody took it,
// its commits count; once somebody did, none does.
func testFenced(t *testing.T, open opener) {
	d := newDesk(t, open)
	rows := d.admit(rec("1", "a", Sending))
	d.time = d.time.Add(time.Hour)
	d.settle(Outcome{Row: rows[0], State: Pending})
	if !d.x.Until().Equal(d.time.Add(time.Minute)) {
		t.Errorf("a commit did not renew the lease: it ends %v", d.x.Until())
	}
	d.time = d.time.Add(time.Hour)
	if _, err := d.Acquire(t.Context(), instance, "another", time.Minute); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for what, err := range map[string]error{
		"Admit":  d.Ledger.Admit(ctx, d.x, &Batch{Run: d.run, Records: []Record{rec("2", "a", Sending)}}),
		"Settle": d.Ledger.Settle(ctx, d.x, d.run, []Outcome{{Row: rows[0], State: Dead}}),
		"End":    d.End(ctx, d.x, d.run, RunEnd{}),
		"Begin":  func() error { _, err := d.Begin(ctx, d.x, Run{}); return err }(),
	} {
		if !errors.Is(err, ErrFenced) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	d.want("1", "a sink pending")
	d.want("2", "")
	d.balanced()
}

// TestStopped has the program told to stop between a write and its outcome:
// the outcome is recorded all the same, and nothing new is begun.
func TestStopped(t *testing.T) {
	d := newDesk(t, openSQLite)
	rows := d.admit(rec("1", "a", Sending))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	d.must(d.Ledger.Settle(ctx, d.x, d.run, []Outcome{{Row: rows[0], State: Sent}}))
	d.want("1", "a sink sent")
	if err := d.Ledger.Admit(ctx, d.x, &Batch{Run: d.run, Records: []Record{rec("2", "a", Sending)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	d.must(d.End(ctx, d.x, d.run, RunEnd{}))
	d.must(d.Release(ctx, d.x))
	d.take()
}

func TestEnded(t *testing.T) {
	self := thisProcess()
	if self.space == "" {
		t.Skip("this system does not tell processes apart well enough")
	}
	elsewhere := self
	elsewhere.space = "another boot pid:[1]"
	older := self
	older.start = "1"
	unknown := self
	unknown.space, unknown.start = "", ""
	for _, c := range []struct {
		what   string
		holder process
		pid    int
		ended  bool
	}{
		{"this process", self, self.pid, false},
		{"a pid that was given out again", older, self.pid, true},
		{"a pid that nobody has", self, 1 << 30, true},
		{"a process of another machine or container", elsewhere, 1 << 30, false},
		{"a process that nothing is known of", unknown, 1 << 30, false},
	} {
		if got := self.ended(c.holder.id(), c.pid); got != c.ended {
			t.Errorf("%s: ended is %v", c.what, got)
		}
	}
	// One that has ended, and that its parent does not collect.
	cmd := exec.Command("cat")
	held, err := cmd.StdinPipe()
	if err := errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	child := process{space: self.space, start: startOf(strconv.Itoa(cmd.Process.Pid))}
	if self.ended(child.id(), cmd.Process.Pid) {
		t.Error("a process that goes on counts as ended")
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); !self.ended(child.id(), cmd.Process.Pid); runtime.Gosched() {
		if time.Since(began) > 20*time.Second {
			t.Fatal("a process that has ended does not count as ended")
		}
	}
	_ = cmd.Wait()
	if self.ended("", 1<<30) {
		t.Error("a lease without a process counts as ended")
	}
}

package run

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/book"
	"github.com/sluicehq/sluice/engine/step"
)

// A run that is told to stop lets the writes in flight end, records what became
// of them, and leaves the others to the next run, which sends them without
// looking them up.
func TestStop(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.size = 1000
	for i := range 100 {
		w.shop.add(thing(strings.Repeat("x", i+1), 1, 1))
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	told := errors.New("terminated")
	w.desk.onWrite = func(string, *step.Delivery) act {
		cancel(told)
		return act{apply: true}
	}
	s, err := w.runCtx(ctx)
	if !errors.Is(err, told) || s.Sent != firstPortion || s.Pending != 100-firstPortion {
		t.Errorf("got %v and %+v", err, s)
	}
	w.desk.onWrite = nil
	if s := w.must(); s.Resumed != 100-firstPortion {
		t.Errorf("got %+v", s)
	}
	if w.desk.found > 0 || len(w.desk.taken) != 100 {
		t.Errorf("%d look-ups, %d writes", w.desk.found, len(w.desk.taken))
	}
}

// A write that does not end is given up after the grace. It is looked up later.
func TestStopWithAWriteThatHangs(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, dir, plain)
		w.shop.add(thing("a", 1, 1), thing("b", 1, 1))
		ctx, cancel := context.WithCancel(context.Background())
		hang := &hanging{then: make(chan struct{})}
		w.replace(hang)
		go func() {
			<-hang.then
			cancel()
		}()
		began := time.Now()
		s, err := w.runCtx(ctx)
		if took := time.Since(began); !errors.Is(err, context.Canceled) || took != grace || s.Elapsed != grace {
			t.Errorf("ended after %s with %v", took, err)
		}
		w.wantStates("a sink sending", "b sink pending")
		led := w.open()
		defer func() { _ = led.Close() }()
		if b := w.rows(led)[1]; b.Attempts != 0 || !b.Next.IsZero() {
			t.Errorf("that the run had to end counts as an attempt: %+v", b)
		}
	})
}

// hanging is a write that has no answer until the run is over, and makes but one
// of those that it is given.
type hanging struct{ then chan struct{} }

func (h *hanging) Write(ctx context.Context, ds []*step.Delivery) []step.Result {
	close(h.then)
	<-ctx.Done()
	out := make([]step.Result, len(ds))
	for i := range out {
		out[i] = step.Result{State: step.Retry, Err: ctx.Err()}
	}
	out[0].State = step.Unknown
	return out
}

func (h *hanging) Find(context.Context, *step.Delivery) step.Result {
	return step.Result{State: step.Unknown, Err: errors.New("it cannot be asked now")}
}

// replace puts another writer in the place of the desk.
func (w *world) replace(s step.Sink) {
	for i := range w.ready.Sinks {
		w.ready.Sinks[i].Open = func(*step.Connection, step.Mode) (step.Sink, error) { return s, nil }
	}
}

// A run that is told to stop before anything was written has nothing to end.
func TestStopWhileReading(t *testing.T) {
	w := newWorld(t, t.TempDir(), plain)
	w.shop.size = 1
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1))
	ctx, cancel := context.WithCancel(context.Background())
	w.shop.before = func(page int) error {
		cancel()
		<-ctx.Done()
		return nil
	}
	if _, err := w.runCtx(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w.shop.before = nil
	if s := w.must(); s.Sent != 2 {
		t.Errorf("got %+v", s)
	}
}

// While a vendor takes its time the lease is kept, and nobody else can run.
func TestTheLeaseIsKept(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, dir, plain)
		w.shop.add(thing("a", 1, 1))
		w.desk.onWrite = func(string, *step.Delivery) act {
			for range 10 {
				time.Sleep(book.LeaseTime / 2)
				led := w.open()
				var held *ledger.HeldError
				if _, err := led.Acquire(context.Background(), instance, "another", time.Minute); !errors.As(err, &held) {
					t.Errorf("got %v", err)
				}
				_ = led.Close()
			}
			return act{apply: true}
		}
		w.must()
		w.wantTaken("create a")
	})
}

// A run whose lease was lost writes nothing more, without any grace: its
// successor does, and looks up what was in flight.
func TestTheLeaseIsLost(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, dir, plain)
		w.shop.size = 1000
		for i := range 2 * firstPortion {
			w.shop.add(thing(strings.Repeat("x", i+1), 1, 1))
		}
		began := time.Now()
		w.desk.onWrite = func(string, *step.Delivery) act {
			if len(w.desk.taken) < 5 {
				return act{apply: true}
			}
			w.takeOver(t)
			time.Sleep(book.LeaseTime/4 + time.Second) // until it is noticed
			return act{result: step.Unknown, err: errors.New("the connection was reset")}
		}
		led := w.open()
		defer func() { _ = led.Close() }()
		sum, err := Run(context.Background(), w.ready, w.options(led))
		if !errors.Is(err, ledger.ErrFenced) || time.Since(began) > grace/2 {
			t.Errorf("got %v and %+v after %s", err, sum, time.Since(began))
		}
		for _, a := range w.desk.taken {
			if n := w.desk.count("create", a.key); n != 1 {
				t.Errorf("%s was written %d times", a.key, n)
			}
		}
		if n := len(w.desk.taken); n != 2*firstPortion || w.desk.found < firstPortion {
			t.Errorf("%d were written, %d looked up", n, w.desk.found)
		}
	})
}

// takeOver lets another process, whose clock is ahead, run the pipeline. Of the
// portion that the first one has just sent it finds everything.
func (w *world) takeOver(t *testing.T) {
	mine := w.ahead
	w.ahead += time.Hour
	defer func() { w.ahead = mine }()
	led := w.open()
	defer func() { _ = led.Close() }()
	onWrite := w.desk.onWrite
	w.desk.onWrite = nil
	defer func() { w.desk.onWrite = onWrite }()
	if _, err := Run(context.Background(), w.ready, w.options(led)); err != nil {
		t.Error(err)
	}
}

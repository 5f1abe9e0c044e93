package book_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/book"
	"github.com/sluicehq/sluice/engine/step"
)

func openLedger(t *testing.T, path string) *ledger.Ledger {
	t.Helper()
	led, err := ledger.Open(context.Background(), "sqlite:"+path, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return led
}

func options(led *ledger.Ledger) book.Options {
	return book.Options{Ledger: led, Instance: "x", Stream: "shop.orders", Config: "c", Owner: "a test", Trigger: "by hand", Now: time.Now()}
}

// stopped opens a book whose renewals have stopped, as those of a process that
// sleeps.
func stopped(t *testing.T, led *ledger.Ledger) *book.Book {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	b, err := book.Open(ctx, options(led), func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	synctest.Wait()
	return b
}

// A process that slept past its lease may write on if nobody took the lease.
func TestAllowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	synctest.Test(t, func(t *testing.T) {
		led := openLedger(t, path)
		defer func() { _ = led.Close() }()
		b := stopped(t, led)
		if err := b.Allowed(); err != nil {
			t.Error(err)
		}
		time.Sleep(10 * book.LeaseTime)
		if err := b.Allowed(); err != nil {
			t.Errorf("nobody took the lease: %v", err)
		}
		if err := b.Admit(context.Background(), &ledger.Batch{}, nil); err != nil {
			t.Error(err)
		}

		time.Sleep(10 * book.LeaseTime)
		next := stopped(t, led)
		err := b.Allowed()
		if _, fatal := errors.AsType[*step.FatalError](err); !fatal || !book.LeaseLost(err) {
			t.Errorf("another took the lease: %v", err)
		}
		if err := b.Admit(context.Background(), &ledger.Batch{}, nil); !errors.Is(err, ledger.ErrFenced) {
			t.Errorf("another took the lease: %v", err)
		}
		if err := next.Close(context.Background(), ledger.RunEnd{}, nil); err != nil {
			t.Error(err)
		}
	})
}

// A lease that another took is noticed while the run waits.
func TestLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	synctest.Test(t, func(t *testing.T) {
		led := openLedger(t, path)
		defer func() { _ = led.Close() }()
		ctx, cancel := context.WithCancelCause(context.Background())
		defer cancel(nil)
		if _, err := book.Open(ctx, options(led), cancel); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * book.LeaseTime)
		if ctx.Err() != nil {
			t.Fatal(context.Cause(ctx))
		}
		ahead, err := ledger.Open(ctx, "sqlite:"+path, ledger.Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ahead.Close() }()
		if _, err := ahead.Acquire(ctx, "x", "another", time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(book.LeaseTime / 4)
		synctest.Wait()
		if !book.LeaseLost(context.Cause(ctx)) {
			t.Errorf("got %v", context.Cause(ctx))
		}
	})
}

// A book without a ledger, or of a dry run, keeps nothing.
func TestReadOnly(t *testing.T) {
	led := openLedger(t, filepath.Join(t.TempDir(), "sluice.db"))
	defer func() { _ = led.Close() }()
	dry := options(led)
	dry.ReadOnly = true
	for _, o := range []book.Options{{}, dry} {
		b, err := book.Open(t.Context(), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		page := step.Page{Cursor: []byte("7")}
		err = errors.Join(b.Admit(t.Context(), &ledger.Batch{}, &page), b.Settle(t.Context(), make([]ledger.Outcome, 1)),
			b.Complete(t.Context()), b.Allowed(), b.Close(t.Context(), ledger.RunEnd{}, nil))
		cursor, err2 := b.Cursor(t.Context())
		known, err3 := b.Listed(t.Context(), []step.Listed{{Key: "a"}})
		if err := errors.Join(err, err2, err3); err != nil || cursor != nil || known[0] || b.Writes() || b.Run() != 0 {
			t.Errorf("got %v, %q, %v", err, cursor, known)
		}
	}
	if runs, err := led.Runs(t.Context(), "x", 0); err != nil || len(runs) > 0 {
		t.Errorf("got %v and %v", runs, err)
	}
}

// The window that is kept is what all pages cover together.
func TestWindow(t *testing.T) {
	led := openLedger(t, filepath.Join(t.TempDir(), "sluice.db"))
	defer func() { _ = led.Close() }()
	b, err := book.Open(t.Context(), options(led), func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	b.Reads(map[string][]string{"status": {"paid"}}, "")
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	for _, w := range []step.Window{{From: day(1), To: day(10)}, {From: day(10), To: day(20)}, {From: day(3), To: day(4)}} {
		page := step.Page{Window: w, Known: 2}
		if err := b.Admit(t.Context(), &ledger.Batch{Unchanged: 2}, &page); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(b.Complete(t.Context()), b.Close(t.Context(), ledger.RunEnd{}, errors.New("it rained"))); err != nil {
		t.Fatal(err)
	}
	runs, err := led.Runs(t.Context(), "x", 0)
	if err != nil || len(runs) != 1 || len(runs[0].Windows) != 1 || runs[0].Error != "it rained" {
		t.Fatalf("got %+v, %v", runs, err)
	}
	w := runs[0].Windows[0]
	if w.From != "2026-03-01T00:00:00Z" || w.To != "2026-03-20T00:00:00Z" || w.Pages != 3 || w.Records != 6 || !w.Complete {
		t.Errorf("got %+v", w)
	}
}

package book_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/book"
	"github.com/sluicehq/sluice/engine/secret"
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

func open(t *testing.T, o book.Options) *book.Book {
	t.Helper()
	b, err := book.Open(t.Context(), o, func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// page is one that lists records of a version.
func page(version string, keys ...string) *step.Page {
	p := &step.Page{Cursor: []byte("at " + version)}
	for _, k := range keys {
		p.Records = append(p.Records, step.Raw{Key: k, Version: version})
	}
	return p
}

// sent is the batch of a page whose records are on their way.
func sent(p *step.Page) *ledger.Batch {
	b := &ledger.Batch{}
	for _, r := range p.Records {
		b.Records = append(b.Records, ledger.Record{Key: r.Key, Version: r.Version, Source: r.Version,
			Deliveries: []ledger.Delivery{{Write: "sink", State: ledger.Sending}}})
	}
	return b
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
	b := open(t, options(led))
	b.Reads(map[string][]string{"status": {"paid"}}, "")
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	for _, w := range []step.Window{{From: day(3), To: day(4)}, {From: day(1), To: day(10)}, {}, {From: day(10), To: day(20)}, {From: day(5), To: day(6)}} {
		page := step.Page{Window: w, Records: make([]step.Raw, 1), Known: 2}
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
	if w.From != "2026-03-01T00:00:00Z" || w.To != "2026-03-20T00:00:00Z" || w.Pages != 5 || w.Records != 15 || !w.Complete ||
		w.Stream != "shop.orders" || string(w.Filters) != `{"status":["paid"]}` {
		t.Errorf("got %+v", w)
	}
}

// A renewal that fails is tried again for as long as the lease lasts. Then
// nothing may be written any more.
func TestRenewalsThatFail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	synctest.Test(t, func(t *testing.T) {
		led := openLedger(t, path)
		ctx, cancel := context.WithCancelCause(context.Background())
		b, err := book.Open(ctx, options(led), cancel)
		if err != nil {
			t.Fatal(err)
		}
		if err := led.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(book.LeaseTime - time.Second)
		if err := errors.Join(context.Cause(ctx), b.Allowed()); err != nil {
			t.Errorf("the lease lasts, and the run ends: %v", err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if cause := context.Cause(ctx); !book.LeaseLost(cause) || errors.Is(cause, ledger.ErrFenced) {
			t.Errorf("got %v", cause)
		}
		if err := b.Allowed(); !book.LeaseLost(err) {
			t.Errorf("got %v", err)
		}
	})
}

// A run for a record, or from a time on, leaves the cursor where it is; so does a
// page that has none. A reading that was cut is not complete.
func TestCursor(t *testing.T) {
	led := openLedger(t, filepath.Join(t.TempDir(), "sluice.db"))
	defer func() { _ = led.Close() }()
	for _, tt := range []struct {
		fixed bool
		page  step.Page
		want  string
	}{
		{false, step.Page{Cursor: []byte("1")}, "1"},
		{true, step.Page{Cursor: []byte("2")}, "1"},
		{false, step.Page{}, "1"},
		{false, step.Page{Cursor: []byte("3"), Cut: "a page limit"}, "3"},
	} {
		o := options(led)
		o.Fixed = tt.fixed
		b := open(t, o)
		b.Reads(nil, "")
		if err := errors.Join(b.Admit(t.Context(), &ledger.Batch{}, &tt.page), b.Complete(t.Context()), b.Close(t.Context(), ledger.RunEnd{}, nil)); err != nil {
			t.Fatal(err)
		}
		cursor, err := b.Cursor(t.Context())
		runs, err2 := led.Runs(t.Context(), "x", 1)
		if err := errors.Join(err, err2); err != nil || string(cursor) != tt.want {
			t.Errorf("%+v: the cursor is %q, %v", tt, cursor, err)
		}
		if w := runs[0].Windows[0]; w.Cut != tt.page.Cut || w.Complete != (tt.page.Cut == "") || runs[0].Trigger != "by hand" || !runs[0].LogicalTime.Equal(o.Now.Truncate(time.Microsecond)) {
			t.Errorf("%+v: got %+v", tt, runs[0])
		}
	}
}

// A listing leaves out what is on the books, and nothing of which another
// version is on its way there.
func TestListed(t *testing.T) {
	led := openLedger(t, filepath.Join(t.TempDir(), "sluice.db"))
	defer func() { _ = led.Close() }()
	b := open(t, options(led))
	lists := func(version string, want bool) {
		t.Helper()
		known, err := b.Listed(t.Context(), []step.Listed{{Key: "a", Version: version}})
		if err != nil || known[0] != want {
			t.Errorf("version %s: got %v, %v, want %v", version, known, err, want)
		}
	}
	admit := func(version string) {
		t.Helper()
		p := page(version, "a")
		if err := b.Admit(t.Context(), sent(p), p); err != nil {
			t.Fatal(err)
		}
	}
	lists("1", false)
	admit("1")
	lists("1", true)
	lists("2", false) // fetched, and not on the books yet
	lists("1", false) // so the record has changed back, and this is a third version
	admit("2")
	lists("1", false)
	lists("2", false) // one is on its way still
	admit("1")
	admit("1")
	admit("2")
	lists("2", true)

	lists("3", false)
	b.Pass(page("3", "a"), 1, nil)
	lists("2", true) // a pipeline without rows never has it on the books

	o := options(led)
	o.Again = true
	b = &book.Book{Options: o}
	lists("2", false)
}

// The books of passed records wait for others to be committed with, but for no
// more than a second, and with no more than 256 dead records.
func TestPass(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	synctest.Test(t, func(t *testing.T) {
		led := openLedger(t, path)
		defer func() { _ = led.Close() }()
		b := stopped(t, led)
		dead := sent(page("1", "a")).Records
		dead[0].Deliveries[0].State = ledger.Dead
		for _, tt := range []struct {
			after time.Duration
			dead  int
			want  bool
		}{{0, 1, false}, {time.Second, 0, false}, {time.Millisecond, 0, true}, {0, 1, false}, {time.Second, 0, false}, {0, 255, false}, {0, 1, true}} {
			time.Sleep(tt.after)
			p := step.Page{Cursor: []byte("7"), Known: 2}
			if got := b.Pass(&p, 3, slices.Repeat(dead, tt.dead)); got != tt.want {
				t.Errorf("%+v: got %v", tt, got)
			}
			if tt.want {
				if err := b.CommitPassed(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		cursor, err := b.Cursor(t.Context())
		runs, err2 := led.Runs(t.Context(), "x", 0)
		if err := errors.Join(err, err2); err != nil || string(cursor) != "7" {
			t.Fatalf("the cursor is %q, %v", cursor, err)
		}
		if r := runs[0]; r.Unchanged != 14 || r.Passed != 21 || r.Listed != 14+21+258 {
			t.Errorf("got %+v", r)
		}
	})
}

// What is kept has no secret in it, and what is to be sent comes back whole for
// as long as the secret is the same.
func TestSecrets(t *testing.T) {
	led := openLedger(t, filepath.Join(t.TempDir(), "sluice.db"))
	defer func() { _ = led.Close() }()
	const secret1 = `"s3cret-token"`
	o := options(led)
	o.Secrets = secret.New("s3cret-token")
	b := open(t, o)
	cause := ledger.Cause{Reason: secret1, Error: secret1}
	first := ledger.Delivery{Write: "sink", State: ledger.Sending, Result: []byte(secret1), Cause: cause}
	batch := ledger.Batch{Records: []ledger.Record{{Key: "a", Version: "1", Payload: []byte(secret1), Deliveries: []ledger.Delivery{first, first}}}}
	if err := b.Admit(t.Context(), &batch, nil); err != nil {
		t.Fatal(err)
	}
	admitted := rows(t, led)
	then := ledger.Delivery{Write: "then[0]", State: ledger.Pending, Result: []byte(secret1), Cause: cause}
	err := b.Settle(t.Context(), []ledger.Outcome{{Row: 1, State: ledger.Sent, Reference: []byte(secret1), Result: []byte(secret1), Cause: cause,
		Then: []ledger.Delivery{then}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range append(admitted, rows(t, led)...) {
		if said := fmt.Sprintf("%q", []string{string(r.Record), string(r.Result), string(r.Reference), r.Reason, r.Error}); strings.Contains(said, "s3cret") {
			t.Errorf("row %d in the state %q shows a secret: %s", r.Row, r.State, said)
		}
		if r.Reason != `"***"` && r.State != ledger.Superseded {
			t.Errorf("row %d: the reason is %s", r.Row, r.Reason)
		}
		again := r
		b.Reveal(&again)
		if string(again.Record) != secret1 || string(again.Result) != secret1 {
			t.Errorf("row %d: got %s and %s", r.Row, again.Record, again.Result)
		}
		changed := book.Book{Options: book.Options{Secrets: secret.New("an0ther-one")}}
		changed.Reveal(&r)
		if r.Record != nil || r.Result != nil {
			t.Errorf("row %d: the secret has changed, and yet there is %s", r.Row, r.Result)
		}
	}
	looked := b.Looked([]step.Looked{{Text: "order.token", Value: secret1, Note: "not " + secret1}})
	if string(looked) != `[{"text":"order.token","value":"\"***\"","note":"not \"***\""}]` || b.Looked(nil) != nil {
		t.Errorf("got %s", looked)
	}
}

func rows(t *testing.T, led *ledger.Ledger) []ledger.Row {
	t.Helper()
	all, err := led.List(t.Context(), "x", ledger.States(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

package ledger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The kill test runs this test program again as a worker that moves numbered
// records to a vendor (a file with a line for each record that it took), kills
// it, and looks at what it left.
const (
	envFolder = "SLUICE_LEDGER_WORKER" // the folder to work in
	envStop   = "SLUICE_LEDGER_STOP"   // point:n, where the worker kills itself; or a number of records to end at
	envPoints = "SLUICE_KILL_POINTS"   // how many times the test kills
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(envFolder); dir != "" {
		if err := work(context.Background(), dir, os.Getenv(envStop)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// worker is a run reduced to what the ledger sees of it.
type worker struct {
	*Ledger
	x      *Lease
	run    int64
	vendor *os.File
	has    map[string]bool // what the vendor has, asked for once
}

func work(ctx context.Context, dir, stop string) error {
	l, err := Open(ctx, "sqlite:"+filepath.Join(dir, "sluice.db"), Options{})
	if err != nil {
		return err
	}
	point, text, _ := strings.Cut(stop, ":")
	if n, err := strconv.Atoi(text); err == nil {
		l.fault = func(at string) error {
			if at == point {
				n--
			}
			if n < 0 {
				kill(os.Getpid())
			}
			return nil
		}
	}
	w := worker{Ledger: l}
	if err := w.begin(ctx, dir); err != nil {
		return err
	}
	if err := w.resume(ctx); err != nil {
		return err
	}
	end, err := strconv.Atoi(stop)
	if err != nil {
		end = 1 << 30
	}
	for n := -1; n < end; {
		if n, err = w.batch(ctx); err != nil {
			return err
		}
		fmt.Println(n)
	}
	return errors.Join(l.End(ctx, w.x, w.run, RunEnd{}), l.Release(ctx, w.x), l.Close())
}

func kill(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
		select {} // the end comes from outside
	}
}

// begin takes the lease, which the killed worker before held for an hour.
func (w *worker) begin(ctx context.Context, dir string) (err error) {
	if w.vendor, err = os.OpenFile(filepath.Join(dir, "vendor"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600); err != nil {
		return err
	}
	w.has = map[string]bool{}
	for lines := bufio.NewScanner(w.vendor); lines.Scan(); {
		w.has[lines.Text()] = true
	}
	if w.x, err = w.Acquire(ctx, instance, "a worker", time.Hour); err != nil {
		return err
	}
	w.run, err = w.Begin(ctx, w.x, Run{Trigger: "by hand", Config: "c1"})
	return err
}

// resume looks up what was being sent when the worker before was killed.
func (w *worker) resume(ctx context.Context) error {
	rows, err := w.Unfinished(ctx, instance, 0, 1000)
	if err != nil {
		return err
	}
	var outcomes []Outcome
	for _, r := range rows {
		if want := payload(r.Key); string(r.Record) != want {
			return fmt.Errorf("record %s: its bytes are %q, not %q", r.Key, r.Record, want)
		}
		if !w.has[r.Key] {
			if err := w.send(r.Key); err != nil {
				return err
			}
		}
		outcomes = append(outcomes, Outcome{Row: r.Row, State: Sent})
	}
	return w.Settle(ctx, w.x, w.run, outcomes)
}

func (w *worker) send(key string) error {
	_, err := w.vendor.WriteString(key + "\n")
	return err
}

func payload(key string) string { return `{"order_id":` + key + `,"price":"20.00"}` }

// batch takes the next records, and returns how many have been taken in all.
func (w *worker) batch(ctx context.Context) (int, error) {
	pos, err := w.Cursor(ctx, instance, "numbers")
	if err != nil {
		return 0, err
	}
	from, _ := strconv.Atoi(string(pos)) // none yet is 0
	to := from + 1 + from%17
	b := Batch{Run: w.run, Cursors: []Cursor{{"numbers", []byte(strconv.Itoa(to))}},
		Windows: []Window{{Number: 1, Stream: "numbers", To: strconv.Itoa(to)}}}
	for n := from; n < to; n++ {
		key := strconv.Itoa(n)
		b.Records = append(b.Records, Record{Key: key, Version: "a", Payload: []byte(payload(key)),
			Deliveries: []Delivery{{Write: "sink", State: Sending, Result: []byte(key)}}})
	}
	if err := w.Admit(ctx, w.x, &b); err != nil {
		return 0, err
	}
	var outcomes []Outcome
	for _, r := range b.Records {
		if err := w.send(r.Key); err != nil {
			return 0, err
		}
		outcomes = append(outcomes, Outcome{Row: r.Deliveries[0].Row, State: Sent, Reference: []byte(r.Key)})
	}
	return to, w.Settle(ctx, w.x, w.run, outcomes)
}

// TestKilled kills a worker at chosen points of its commits and at moments that
// nobody chose, and has the next one go on. No batch may be torn, no record
// lost, none sent twice, and no worker kept waiting for a dead one's lease.
func TestKilled(t *testing.T) {
	if thisProcess().space == "" {
		t.Skip("this system does not tell that a process has ended, so its lease must run out")
	}
	points := 30
	if n, err := strconv.Atoi(os.Getenv(envPoints)); err == nil {
		points = n
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	for n := range points {
		switch n % 3 {
		case 0:
			runWorker(t, dir, fmt.Sprint("commit:", random.IntN(9)), -1)
		case 1:
			runWorker(t, dir, fmt.Sprint("committed:", random.IntN(9)), -1)
		case 2:
			runWorker(t, dir, "", random.IntN(6))
		}
		whole(t, dir)
	}
	total := whole(t, dir)
	runWorker(t, dir, strconv.Itoa(total+1), -1)
	if now := whole(t, dir); now <= total {
		t.Errorf("the last worker took nothing: %d records, and before %d", now, total)
	}
	exactlyOnce(t, dir)
}

// runWorker runs a worker until it is killed: by itself, or after it has said
// that so many batches are done.
func runWorker(t *testing.T, dir, stop string, batches int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envFolder+"="+dir, envStop+"="+stop)
	var fault strings.Builder
	cmd.Stderr = &fault
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; n != batches && lines.Scan(); n++ {
	}
	if batches >= 0 {
		_ = cmd.Process.Kill()
	}
	for lines.Scan() {
	}
	err = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code > 0 || fault.Len() > 0 {
		t.Fatalf("the worker failed: %v\n%s", err, fault.String())
	}
}

// whole checks that every batch is there in full or not at all, and returns
// how many records there are.
func whole(t *testing.T, dir string) int {
	t.Helper()
	l := openSQLite(t, dir, Options{})
	defer func() { _ = l.Close() }()
	ctx := t.Context()
	pos, err := l.Cursor(ctx, instance, "numbers")
	if err != nil {
		t.Fatal(err)
	}
	taken, _ := strconv.Atoi(string(pos))
	n, err := l.Counts(ctx, instance)
	if err != nil || n.Records[Sent]+n.Records[Sending] != int64(taken) || len(n.Further) > 0 {
		t.Fatalf("the cursor says %d records, the rows %v, %v", taken, n, err)
	}
	if n.Records[Sending] > 17 {
		t.Errorf("%d records are being sent, more than a batch", n.Records[Sending])
	}
	if err := errors.Join(l.Balance(ctx, instance), l.Check(ctx)); err != nil {
		t.Error(err)
	}
	runs, err := l.Runs(ctx, instance, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if r.Listed > 0 && (len(r.Windows) != 1 || r.Windows[0].To != string(pos)) {
			t.Errorf("the cursor is at %s, the window of run %d at %v", pos, r.Number, r.Windows)
		}
	}
	return taken
}

// exactlyOnce compares the vendor's records with the ledger's.
func exactlyOnce(t *testing.T, dir string) {
	t.Helper()
	l := openSQLite(t, dir, Options{})
	rows, err := l.List(t.Context(), instance, States(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "vendor"))
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, key := range strings.Fields(string(data)) {
		times[key]++
	}
	for n, r := range rows {
		if r.Key != strconv.Itoa(n) || r.State != Sent || times[r.Key] != 1 {
			t.Fatalf("record %d has row %+v, and the vendor has it %d times", n, r, times[r.Key])
		}
	}
	if len(rows) != len(times) {
		t.Errorf("the ledger has %d records, the vendor %d", len(rows), len(times))
	}
	t.Logf("%d records, each sent once", len(rows))
}

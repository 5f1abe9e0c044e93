// Command compare measures sluice beside hand-written Go: the reference job in
// pairs, one program after the other, and the linting of many files. It prints
// the median of each figure and checks that both programs write the same bytes.
//
// To put Bento beside them, give its reference job, with the same input and
// output files, as a command: -other 'bento run job.yaml'.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	orders := flag.Int("orders", 100_000, "how many orders")
	runs := flag.Int("runs", 5, "how many pairs are counted")
	files := flag.Int("files", 1000, "how many files are linted")
	other := flag.String("other", "", "a third command for the reference job, split at spaces")
	flag.Parse()
	if err := compare(*orders, *runs, *files, strings.Fields(*other)); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(3)
	}
}

// bench is a folder with the programs and their input.
type bench struct {
	dir  string
	runs int
}

func compare(orders, runs, files int, other []string) error {
	dir, err := os.MkdirTemp("", "sluice-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := bench{dir, runs}
	if err := b.prepare(orders); err != nil {
		return err
	}
	if err := b.job(orders, other); err != nil {
		return err
	}
	return b.lint(files)
}

// prepare builds the programs and makes the orders.
func (b bench) prepare(orders int) error {
	for name, pkg := range map[string]string{
		"sluice": "./cmd/sluice", "typed": "./testdata/bench/typed", "generate": "./testdata/bench/generate",
	} {
		if out, err := exec.Command("go", "build", "-o", filepath.Join(b.dir, name), pkg).CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", pkg, err, out)
		}
	}
	for _, name := range []string{"sluice.yaml", "pipeline.yaml"} {
		data, err := os.ReadFile(filepath.Join("testdata", "bench", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(b.dir, name), data, 0o644); err != nil {
			return err
		}
	}
	_, err := b.measure("./generate", "-n", fmt.Sprint(orders), "-out", "orders.ndjson")
	return err
}

// figures are what one run of a program took.
type figures struct {
	cpu, wall time.Duration
	peak      float64 // MB
}

func (b bench) measure(name string, args ...string) (figures, error) {
	cmd := exec.Command(name, args...)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = b.dir, &out, &out
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return figures{}, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out.Bytes())
	}
	f := figures{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(began)}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.peak = float64(u.Maxrss) / 1024
	}
	return f, nil
}

// job measures the reference job.
func (b bench) job(orders int, other []string) error {
	programs := []struct {
		name string
		argv []string
	}{
		{"hand-written, json/v2", []string{"./typed", "-in", "orders.ndjson", "-out", "typed.ndjson"}},
		{"sluice run", []string{"./sluice", "run", "reference-job"}},
	}
	if len(other) > 0 {
		programs = append(programs, struct {
			name string
			argv []string
		}{other[0], other})
	}
	all := make([][]figures, len(programs))
	for run := range b.runs + 1 { // the first is not counted
		for i, p := range programs {
			for _, stale := range []string{"mapped.ndjson", "bench.db", "bench.db-wal", "bench.db-shm"} {
				if i == 1 {
					_ = os.Remove(filepath.Join(b.dir, stale))
				}
			}
			f, err := b.measure(p.argv[0], p.argv[1:]...)
			if err != nil {
				return err
			}
			if run > 0 {
				all[i] = append(all[i], f)
			}
		}
	}
	if err := b.same("typed.ndjson", "mapped.ndjson"); err != nil {
		return err
	}
	fmt.Printf("reference job, %d orders, medians of %d\n", orders, b.runs)
	fmt.Printf("  %-24s %12s %12s %10s\n", "", "CPU µs/order", "orders/s", "peak MB")
	base := median(all[0], func(f figures) float64 { return f.cpu.Seconds() })
	for i, p := range programs {
		cpu := median(all[i], func(f figures) float64 { return f.cpu.Seconds() })
		wall := median(all[i], func(f figures) float64 { return f.wall.Seconds() })
		peak := median(all[i], func(f figures) float64 { return f.peak })
		fmt.Printf("  %-24s %12.1f %12.0f %10.0f   %.2f x hand-written\n", p.name,
			cpu*1e6/float64(orders), float64(orders)/wall, peak, cpu/base)
	}
	return nil
}

func median(fs []figures, of func(figures) float64) float64 {
	var xs []float64
	for _, f := range fs {
		xs = append(xs, of(f))
	}
	slices.Sort(xs)
	return xs[len(xs)/2]
}

func (b bench) same(one, two string) error {
	x, err := os.ReadFile(filepath.Join(b.dir, one))
	if err != nil {
		return err
	}
	y, err := os.ReadFile(filepath.Join(b.dir, two))
	if err != nil {
		return err
	}
	if !bytes.Equal(x, y) {
		return fmt.Errorf("%s and %s differ", one, two)
	}
	return nil
}

// lint measures the linting of many different files, and of one.
func (b bench) lint(files int) error {
	if err := os.Mkdir(filepath.Join(b.dir, "many"), 0o755); err != nil {
		return err
	}
	for i := range files {
		name := filepath.Join(b.dir, "many", fmt.Sprintf("p%04d.yaml", i))
		if err := os.WriteFile(name, lintFile(i), 0o644); err != nil {
			return err
		}
	}
	for _, target := range []string{"many", "many/p0000.yaml"} {
		var all []figures
		for run := range b.runs + 1 {
			f, err := b.measure("./sluice", "lint", target)
			if err != nil {
				return err
			}
			if run > 0 {
				all = append(all, f)
			}
		}
		fmt.Printf("lint %-18s wall %6.0f ms   CPU %6.0f ms\n", target,
			1000*median(all, func(f figures) float64 { return f.wall.Seconds() }),
			1000*median(all, func(f figures) float64 { return f.cpu.Seconds() }))
	}
	return nil
}

// lintFile makes a pipeline of 35 rules and templates, no two files with the
// same ones.
func lintFile(i int) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, "pipeline: p%d\nconnections: {in: file, out: file}\n", i)
	w.WriteString("source:\n  read: in.records\n  path: orders.ndjson\n  as: order\n  key: order.id\n  shape:\n" +
		"    id: int\n    status: {enum: [new, paid, shipped]}\n    email: text\n    total: decimal\n" +
		"    lines: [{sku: text, quantity: int, price: decimal}]\n")
	w.WriteString("steps:\n")
	for r := range 5 {
		fmt.Fprintf(&w, "  - filter:\n      where: order.total > %d.%02d and order.status in ['paid', 'shipped'] and all(order.lines, .quantity < %d)\n", r, i%100, 1000+i*5+r)
	}
	w.WriteString("  - map:\n")
	for r := range 20 {
		fmt.Fprintf(&w, "      a%d: \"${ order.status == 'paid' ? order.total * %d : round(order.total / %d, 2) }\"\n", r, i+r+1, i+r+2)
	}
	for r := range 10 {
		fmt.Fprintf(&w, "      t%d: \"{{ order.email|lower }} %d {{ order.id }}-%d {%% if order.total > %d %%}big{%% endif %%}\"\n", r, i, r, i+r)
	}
	w.WriteString("sink: {write: out.records, path: out.ndjson}\n")
	return w.Bytes()
}

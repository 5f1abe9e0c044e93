// Command typed does the reference job as one would write it by hand in Go for
// nothing but this job: structs with just the members that it needs, json/v2,
// chunks of lines handed to workers, output in input order. It is what sluice
// is measured against.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"syscall"
	"time"
)

func main() {
	in := flag.String("in", "", "the NDJSON file of orders")
	out := flag.String("out", "", "the NDJSON file to write")
	workers := flag.Int("workers", 2, "how many workers")
	gogc := flag.Int("gogc", 400, "the garbage collector's percentage")
	flag.Parse()
	debug.SetGCPercent(*gogc)
	if err := run(*in, *out, *workers); err != nil {
		fmt.Fprintln(os.Stderr, "typed:", err)
		os.Exit(3)
	}
}

func run(in, out string, workers int) error {
	start := time.Now()
	r, err := os.Open(in)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.Create(out)
	if err != nil {
		return err
	}
	read, kept, err := transfer(r, w, workers)
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return report(read, kept, time.Since(start))
}

// report prints one line of figures.
func report(read, kept int, wall time.Duration) error {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return err
	}
	cpu := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	fmt.Printf("%d orders read, %d written, %.0f orders/s, %.1f µs CPU an order, %d MB at most\n",
		read, kept, float64(read)/wall.Seconds(), float64(cpu.Microseconds())/float64(read), u.Maxrss>>10)
	return nil
}

const chunkSize = 1 << 20

// chunk is a part of the input on its way through a worker to the output.
type chunk struct {
	lines      []byte
	out        bytes.Buffer
	read, kept int
	err        error
	done       chan struct{}
}

// transfer reads chunks, has workers work on them, and writes them in order.
func transfer(r io.Reader, w io.Writer, workers int) (read, kept int, err error) {
	work := make(chan *chunk)
	order := make(chan *chunk, workers+1)
	free := make(chan *chunk, workers+3)
	for range cap(free) {
		free <- &chunk{done: make(chan struct{}, 1)}
	}
	for range workers {
		go worker(work)
	}
	failed := make(chan error, 1)
	go func() {
		failed <- cut(bufio.NewReaderSize(r, chunkSize), free, work, order)
		close(order)
		close(work)
	}()
	for c := range order {
		<-c.done
		if c.err != nil {
			return read, kept, c.err
		}
		if _, err := w.Write(c.out.Bytes()); err != nil {
			return read, kept, err
		}
		read, kept = read+c.read, kept+c.kept
		free <- c
	}
	return read, kept, <-failed
}

// cut cuts the input at line ends.
func cut(r *bufio.Reader, free <-chan *chunk, work, order chan<- *chunk) error {
	for {
		c := <-free
		c.lines = c.lines[:0]
		for len(c.lines) < chunkSize {
			line, err := r.ReadSlice('\n')
			c.lines = append(c.lines, line...)
			if err == bufio.ErrBufferFull {
				continue
			}
			if err == io.EOF {
				order <- c
				work <- c
				return nil
			}
			if err != nil {
				return err
			}
		}
		order <- c
		work <- c
	}
}

// Command generate writes the orders of the reference job as NDJSON.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"

	"github.com/sluicehq/sluice/testdata/bench/orders"
)

func main() {
	n := flag.Int("n", 100_000, "how many orders")
	seed := flag.Uint64("seed", 1, "the same seed gives the same orders")
	out := flag.String("out", "", "the file to write; standard output when empty")
	flag.Parse()
	if err := generate(*n, *seed, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(3)
	}
}

func generate(n int, seed uint64, out string) error {
	file := os.Stdout
	if out != "" {
		f, err := os.Create(out)
		if err != nil {
			return err
		}
		file = f
	}
	w := bufio.NewWriterSize(file, 1<<20)
	g := orders.New(seed)
	for range n {
		if _, err := w.Write(append(g.Next(), '\n')); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if out == "" {
		return nil
	}
	return file.Close()
}

// Command sluice checks, tests and runs declarative pipelines between shops,
// order hubs, ERPs and warehouses.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		// A second signal ends the process at once: every commit so far is whole.
		signal.Stop(signals)
		stop(toldToStop{s})
	}()
	os.Exit(run(ctx, os.Args[1:], system()))
}

package engine_test

import (
	"bufio"
	"fmt"
	"io"
	"testing"

	"github.com/sluicehq/sluice/engine"
)

// A program that asks for one template after the other gets each answer before
// it asks for the next.
func TestBatchAnswersAtOnce(t *testing.T) {
	requests, ask := io.Pipe()
	answers, answer := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- engine.RenderBatch(t.Context(), requests, answer, "twig") }()
	lines := bufio.NewScanner(answers)
	for i := range 3 {
		fmt.Fprintf(ask, `{"templates": {"t": "{{ n + 1 }}"}, "main": "t", "data": {"n": %d}}`+"\n", i)
		if want := fmt.Sprintf(`{"output":"%d"}`, i+1); !lines.Scan() || lines.Text() != want {
			t.Fatalf("%s, %v; want %s", lines.Text(), lines.Err(), want)
		}
	}
	ask.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

package engine_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"
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

// A line that is too long is answered, and those behind it are, too.
func TestBatchGoesOnBehindALongLine(t *testing.T) {
	small := `{"templates": {"t": "x"}, "main": "t"}`
	long := io.MultiReader(strings.NewReader(`{"main": "`), io.LimitReader(letters{}, 64<<20), strings.NewReader("\"}\n"+small))
	var out strings.Builder
	if err := engine.RenderBatch(t.Context(), long, &out, "twig"); err != nil {
		t.Fatal(err)
	}
	want := `{"error":"the request is longer than 64 MiB; hand over less data at once"}` + "\n" + `{"output":"x"}` + "\n"
	if out.String() != want {
		t.Errorf("got %.200q, want %q", out.String(), want)
	}
}

// letters is text without an end.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

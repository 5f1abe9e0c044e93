package steps_test

import (
	"context"
	"testing"

	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

// The records are counted over all pages of a run, and anew in the next.
func TestLimit(t *testing.T) {
	tr := steptest.New(t, steps.All(), "steps: [{limit: {count: 3}}]\ngiven: [{id: 1}, {id: 2}]")
	for range 2 {
		limit := tr.Start(steptest.Noon)[0]
		var got []int
		for range 3 {
			out, err := limit.Apply(context.Background(), tr.Records())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, len(out))
		}
		if got[0] != 2 || got[1] != 1 || got[2] != 0 {
			t.Errorf("%v records went on, want 2, 1, 0", got)
		}
	}
}

package steps_test

import (
	"testing"

	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct{ name, example string }{
		{"short form", `
steps: [{check: record.total > 5}]
given: [{id: 1, total: 6}, {id: 2, total: 5}]
expect: [{id: 1, total: 6}]
dead: [{key: 2, reason: it does not hold that record.total > 5}]`},
		{"a rule that fails", `
steps: [{check: {that: 10 / record.total > 5, else: warn}}]
given: [{id: 1, total: 0}]
dead: [{key: 1, reason: division by zero}]`},
	} {
		t.Run(c.name, func(t *testing.T) { steptest.New(t, steps.All(), c.example).Check() })
	}
}

func TestCheckWarns(t *testing.T) {
	tr := steptest.New(t, steps.All(), `
steps: [{check: {that: record.total > 5, else: warn, message: "{{ record.total }} is little"}}]
given: [{id: 1, total: 5}, {id: 2, total: 6}]`)
	_, out := tr.Run()
	if len(out) != 2 {
		t.Fatalf("%d records went on", len(out))
	}
	steptest.Equal(t, "warnings of the first", out[0].Warnings, []string{"5 is little"})
	steptest.Equal(t, "warnings of the second", out[1].Warnings, nil)
}

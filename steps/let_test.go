package steps_test

import (
	"testing"

	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

func TestLet(t *testing.T) {
	for _, c := range []struct{ name, example string }{
		{"kinds of values", `
steps:
  - let: {a: "${ record.total }", b: "n {{ a }}", c: 12, d: [1, "${ a }"]}
  - map: {a: "${ a }", b: "${ b }", c: "${ c + 1 }", d: "${ d }"}
given: [{id: 1, total: 6}]
expect: [{a: 6, b: n 6, c: 13, d: [1, 6]}]`},
		{"a value that fails", `
steps:
  - let: {a: "${ 1 / record.total }"}
  - filter: a > 0
given: [{id: 1, total: 0}]
dead: [{key: 1, reason: division by zero}]`},
	} {
		t.Run(c.name, func(t *testing.T) { steptest.New(t, steps.All(), c.example).Check() })
	}
}

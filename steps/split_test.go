package steps_test

import (
	"testing"

	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct{ name, example string }{
		{"parts are records of their own", `
steps:
  - let: {before: "${ record.id * 10 }"}
  - split: record.parts as part
    key: part.n
  - filter: {where: part.n != 2, reason: two}
  - map: {b: "${ before }", n: "${ part.n }"}
given: [{id: 1, parts: [{n: 1}, {n: 2}]}, {id: 2, parts: [{n: 3}]}]
expect: [{b: 10, n: 1}, {b: 20, n: 3}]
filtered: [{key: 1/2, reason: two}]`},
		{"two parts with one key", `
steps:
  - split: {each: record.parts as part, key: part.n}
  - filter: part.n > 0
given: [{id: 1, parts: [{n: 1}, {n: 1}]}, {id: 2, parts: [{n: 1}]}]
expect: [{id: 2, parts: [{n: 1}]}]
dead: [{key: 1, reason: two parts have the key "1"}]`},
		{"a part without a key", `
steps:
  - split: {each: record.parts as part, key: part.n}
  - filter: part.n > 0
given: [{id: 1, parts: [{n: null}]}]
dead: [{key: 1, reason: "the key of a part, part.n, is empty"}]`},
		{"no list", `
steps:
  - split: {each: record.parts as part, key: part.n}
  - filter: part.n > 0
given: [{id: 1, parts: none}]
dead: [{key: 1, reason: "record.parts is a text, not a list"}]`},
	} {
		t.Run(c.name, func(t *testing.T) { steptest.New(t, steps.All(), c.example).Check() })
	}
}

// A part knows its record, and what happens to it does not happen to the others.
func TestSplitParts(t *testing.T) {
	tr := steptest.New(t, steps.All(), `
steps:
  - split: {each: record.parts as part, key: part.n}
  - let: {n: "${ part.n }"}
  - map: {n: "${ n }"}
given: [{id: 1, parts: [{n: 1}, {n: 2}]}]`)
	in, out := tr.Run()
	if len(out) != 2 || len(in[0].Parts) != 2 || in[0].Parts[0] != out[0] || out[1].Key != "1/2" {
		t.Fatalf("parts %v, out %v", in[0].Parts, out)
	}
	steptest.Equal(t, "written", tr.Written(out), []string{`{"n":1}`, `{"n":2}`})
}

package steps_test

import (
	"testing"

	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

func TestRoute(t *testing.T) {
	for _, c := range []struct{ name, example string }{
		{"the order stays", `
steps:
  - route:
      branches:
        - {name: odd, when: record.id % 2 == 1, steps: [{filter: record.id != 3}]}
        - name: even
          when: record.id % 2 == 0
          steps:
            - split: {each: record.parts as part, key: part}
            - filter: part > 1
given: [{id: 1, parts: []}, {id: 2, parts: [1, 2, 3]}, {id: 3, parts: []}, {id: 4, parts: [4]}, {id: 5, parts: []}]
expect: [{id: 1, parts: []}, {id: 2, parts: [1, 2, 3]}, {id: 2, parts: [1, 2, 3]}, {id: 4, parts: [4]}, {id: 5, parts: []}]
filtered: [{key: 2/1, reason: "it does not meet: part > 1"}, {key: 3, reason: "it does not meet: record.id != 3"}]`},
		{"no branch", `
steps:
  - route: {branches: [{name: a, when: record.id == 1}]}
given: [{id: 1}, {id: 2}]
expect: [{id: 1}]
filtered: [{key: 2, reason: no branch takes it}]`},
		{"a rule that fails", `
steps:
  - route: {branches: [{name: a, when: 1 / record.n == 1}], otherwise: {}}
given: [{id: 1, n: 0}, {id: 2, n: 2}]
expect: [{id: 2, n: 2}]
dead: [{key: 1, reason: division by zero}]`},
		{"a state within a branch", `
steps:
  - route: {branches: [{name: a, when: record.n, steps: [{limit: 1}]}], otherwise: {}}
given: [{id: 1, n: true}, {id: 2, n: true}, {id: 3, n: false}]
expect: [{id: 1, n: true}, {id: 3, n: false}]
filtered: [{key: 2, reason: "the limit of 1 records a run is reached"}]`},
		{"names of a branch are its own", `
steps:
  - route:
      branches:
        - {name: a, when: record.id == 1, steps: [{let: {x: 1}}, {filter: x == 1}]}
        - {name: b, when: record.id == 2, steps: [{let: {x: 2}}, {filter: x == 2}]}
given: [{id: 1}, {id: 2}]
expect: [{id: 1}, {id: 2}]`},
	} {
		t.Run(c.name, func(t *testing.T) { steptest.New(t, steps.All(), c.example).Check() })
	}
}

// A branch with a sink of its own sends its records there; one without leaves
// them where they were going.
func TestRouteSinks(t *testing.T) {
	tr := steptest.New(t, steps.All(), `
steps:
  - route:
      branches:
        - name: big
          when: record.n > 5
          steps: [{map: {big: "${ record.n }"}, as: it}]
          sink: {write: sink.others, as: it}
        - name: bigger
          when: record.n > 3
          sink: {write: sink.others, map: {bigger: "${ record.n }"}}
      otherwise: {}
given: [{id: 1, n: 4}, {id: 2, n: 6}, {id: 3, n: 1}]`)
	if fs := tr.Findings(); len(fs) > 0 {
		t.Fatal(fs)
	}
	_, out := tr.Run()
	if len(out) != 3 || out[0].Sink != 2 || out[1].Sink != 1 || out[2].Sink != 0 {
		t.Fatalf("the sinks are wrong: %+v", out)
	}
	steptest.Equal(t, "written", tr.Written(out), []string{`{"bigger":4}`, `{"big":6}`, `{"id":3,"n":1}`})
}

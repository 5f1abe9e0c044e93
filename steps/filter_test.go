package steps_test

import (
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

func TestFilter(t *testing.T) {
	for _, c := range []struct{ name, example string }{
		{"short form", `
steps: [{filter: record.total > 5}]
given: [{id: 1, total: 6}, {id: 2, total: 5}]
expect: [{id: 1, total: 6}]
filtered: [{key: 2, reason: "it does not meet: record.total > 5"}]`},
		{"unless", `
steps: [{filter: {where: record.total > 5, unless: record.free, reason: too small}}]
given: [{id: 1, total: 1, free: true}, {id: 2, total: 1, free: false}]
expect: [{id: 1, total: 1, free: true}]
filtered: [{key: 2, reason: too small}]`},
		{"a reason with the record's values", `
steps: [{filter: {where: record.total > 5, reason: "{{ record.total }} is too small"}}]
given: [{id: 2, total: 5}]
filtered: [{key: 2, reason: 5 is too small}]`},
		{"a rule that fails", `
steps: [{filter: 10 / record.total > 5}]
given: [{id: 1, total: 0}, {id: 2, total: 1}]
expect: [{id: 2, total: 1}]
dead: [{key: 1, reason: division by zero}]`},
		{"an unless that fails", `
steps: [{filter: {where: record.total == 3, unless: 10 / record.total > 5}}]
given: [{id: 1, total: 0}, {id: 3, total: 3}]
expect: [{id: 3, total: 3}]
dead: [{key: 1, reason: division by zero}]`},
	} {
		t.Run(c.name, func(t *testing.T) { steptest.New(t, steps.All(), c.example).Check() })
	}
}

// A record that is left out tells which rule did it, where it stands, and what
// the rule looked at; also when only capitals differ.
func TestFilterExplains(t *testing.T) {
	tr := steptest.New(t, steps.All(), `steps:
  - filter:
      where: all(record.items, .location in ["East", "West"]) and record.total > 0
given: [{id: 1, total: 3, items: [{location: East}, {location: west}]}]
`)
	in, _ := tr.Run()
	d := in[0].Drop
	if d == nil || d.Dead || d.Step != "steps[0].filter" || d.Place.String() != "example.yaml:3:14" {
		t.Fatalf("dropped with %+v", d)
	}
	var got []string
	for _, l := range d.Looked() {
		got = append(got, strings.TrimSpace(l.Text+" = "+l.Value+" "+l.Note))
	}
	want := []string{`record.items[1].location = "west" only the letter case differs from "West"`}
	steptest.Equal(t, "looked at", got, want)
}

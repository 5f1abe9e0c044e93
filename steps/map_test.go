package steps_test

import (
	"testing"

	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps"
)

func TestMap(t *testing.T) {
	for _, c := range []struct{ name, example string }{
		{"two results", `
steps:
  - map: {total: "${ record.total * 2 }"}
    as: first
  - map: {double: "${ first.total }", again: "${ first }"}
given: [{id: 1, total: 6.50}]
expect: [{double: 13.00, again: {total: 13.00}}]`},
		{"a template that fails is the record's trouble", `
steps:
  - map: {total: "${ 10 / record.total }"}
given: [{id: 1, total: 0}, {id: 2, total: 5}]
expect: [{total: 2}]
dead: [{key: 1, reason: division by zero}]`},
		{"numbers stay what they are", `
steps:
  - map: {id: "${ record.id }", price: "${ record.price }", sku: "${ record.sku }", none: "${ record.none }", quantity: "${ record.quantity }"}
given: [{id: 9007199254740993, price: 20.00, sku: 12E4, none: [], quantity: 0}]
expect: [{id: 9007199254740993, price: 20.00, sku: 12E4, none: [], quantity: 0}]`},
	} {
		t.Run(c.name, func(t *testing.T) { steptest.New(t, steps.All(), c.example).Check() })
	}
}

package steps

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/step"
)

// mapConfig configures a map.
type mapConfig struct {
	// What the result is made of: names with a value, an object or a list each.
	Mapping step.Mapping `yaml:"map" validate:"required"`
	// The name of the result.
	As diag.Text `yaml:"as" default:"out"`
}

// Map makes a new object of what a record holds.
func Map() *step.Definition {
	return step.Define("map", "Makes the object that is written of what a record holds.", `
steps:
  - map:
      number: "BS-{{ record.id }}"
      address: {city: "${ upper(record.city) }"}
      lines:
        each: record.items as line
        where: line.quantity > 0
        map: {code: "${ line.sku }", quantity: "${ line.quantity }"}
given: [{id: 7, city: Bend, items: [{sku: CAP, quantity: 2}, {sku: PIN, quantity: 0}]}]
expect: [{number: BS-7, address: {city: BEND}, lines: [{code: CAP, quantity: 2}]}]
`, buildMap).WithHead("map", true)
}

func buildMap(c *mapConfig, b *step.Builder) step.Transform {
	p := b.Mapping(c.Mapping, b.Targets[c.As.Value])
	if p == nil {
		b.DeclareBroken(c.As)
		return nil
	}
	v := b.DeclareResult(c.As, p)
	if v == nil {
		return nil
	}
	return step.TransformFunc(func(r *step.Record) {
		out, err := p.Eval(r.Frame)
		if err != nil {
			r.Trouble(b.Path, b.Place, err)
			return
		}
		r.Frame[v.Slot] = out
	})
}

package steps

import (
	"github.com/sluicehq/sluice/engine/step"
)

// checkConfig configures a check.
type checkConfig struct {
	// The rule that every record must meet.
	That step.Rule `yaml:"that" validate:"required"`
	// What becomes of a record that does not: dead_letter stops it until a person
	// has looked, warn lets it go on with a remark.
	Else string `yaml:"else" validate:"oneof=dead_letter warn" default:"dead_letter"`
	// What is wrong then, in words for whoever looks.
	Message step.Template `yaml:"message"`
}

// Check stops records that are not as they should be.
func Check() *step.Definition {
	return step.Define("check", "Stops the records that are not as they should be.", `
steps:
  - check:
      that: sum(record.items, .price) == record.total
      message: "the lines do not add up to {{ record.total }}"
given:
  - {id: 1, total: 12.50, items: [{price: 10.00}, {price: 2.50}]}
  - {id: 2, total: 13.00, items: [{price: 10.00}, {price: 2.50}]}
expect: [{id: 1, total: 12.50, items: [{price: 10.00}, {price: 2.50}]}]
dead: [{key: 2, reason: the lines do not add up to 13.00}]
`, buildCheck).WithHead("that", false)
}

func buildCheck(c *checkConfig, b *step.Builder) step.Transform {
	that := b.Condition(c.That)
	said := b.Template(c.Message)
	if that == nil {
		return nil
	}
	warnConstant(b, that)
	place := that.Text().Span
	return step.TransformFunc(func(r *step.Record) {
		holds, err := that.Holds(r.Frame)
		if err != nil {
			r.Trouble(b.Path, place, err)
			return
		}
		if holds {
			return
		}
		reason := sentence(said, r.Frame, "it does not hold that "+that.Text().Value)
		if c.Else == "warn" {
			r.Warnf("%s", reason)
			return
		}
		r.Fail(step.Drop{Step: b.Path, Place: place, Reason: reason, Looked: that.Explain(r.Frame)})
	})
}

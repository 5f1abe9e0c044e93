package steps

import (
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// letConfig configures a let.
type letConfig struct {
	// Names and their values. Each sees those before it.
	Values step.Map[step.Value] `yaml:"let" validate:"required"`
}

// Let gives names to values.
func Let() *step.Definition {
	return step.Define("let", "Gives names to values that later steps use.", `
steps:
  - let:
      goods: ${ sum(record.items, .price) }
      owed: ${ goods + record.shipping }
  - map: {total: "${ owed }"}
given: [{id: 1, shipping: 4.50, items: [{price: 10.00}, {price: 2.50}]}]
expect: [{total: 17.00}]
`, buildLet).WithHead("let", true)
}

func buildLet(c *letConfig, b *step.Builder) step.Transform {
	type name struct {
		v    *item.Var
		eval *step.Evaluator
	}
	var names []name
	ok := true
	for _, e := range c.Values.Entries {
		value := e.Value
		if value.IsZero() && !e.Node.IsNull() { // no value, which was reported
			b.DeclareBroken(e.Key)
			ok = false
			continue
		}
		if value.IsZero() {
			value = step.NewValue(e.Node) // a null
		}
		eval := b.Value(value, nil)
		if eval == nil {
			b.DeclareBroken(e.Key)
			ok = false
			continue
		}
		v := b.Declare(e.Key, eval.Layout())
		ok = ok && v != nil
		names = append(names, name{v, eval})
	}
	if !ok {
		return nil
	}
	return step.TransformFunc(func(r *step.Record) {
		for _, n := range names {
			v, err := n.eval.Eval(r.Frame)
			if err != nil {
				r.Trouble(b.Path, n.eval.Text().Span, err)
				return
			}
			r.Frame[n.v.Slot] = v
		}
	})
}

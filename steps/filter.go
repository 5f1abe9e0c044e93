package steps

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// filterConfig configures a filter.
type filterConfig struct {
	// The rule that a record must meet to go on.
	Where step.Rule `yaml:"where" validate:"required"`
	// A rule that lets every record go on while it holds, as when the filter is
	// switched off by a setting.
	Unless step.Rule `yaml:"unless"`
	// Why records are left out, in words for whoever asks.
	Reason step.Template `yaml:"reason"`
}

// Filter leaves out records that do not meet a rule.
func Filter() *step.Definition {
	return step.Define("filter", "Leaves out the records that do not meet a rule.", `
steps:
  - filter:
      where: record.total >= 10
      reason: the order is too small
given: [{id: 1, total: 10.00}, {id: 2, total: 9.99}]
expect: [{id: 1, total: 10.00}]
filtered: [{key: 2, reason: the order is too small}]
`, buildFilter).WithHead("where", false)
}

func buildFilter(c *filterConfig, b *step.Builder) step.Transform {
	where := b.Condition(c.Where)
	unless := b.Condition(c.Unless)
	reason := b.Template(c.Reason)
	if where == nil {
		return nil
	}
	warnConstant(b, where)
	place := where.Text().Span
	return step.TransformFunc(func(r *step.Record) {
		if unless != nil {
			holds, err := unless.Holds(r.Frame)
			if err != nil {
				r.Trouble(b.Path, unless.Text().Span, err)
				return
			}
			if holds {
				return
			}
		}
		switch holds, err := where.Holds(r.Frame); {
		case err != nil:
			r.Trouble(b.Path, place, err)
		case !holds:
			r.Filter(step.Drop{
				Step: b.Path, Place: place,
				Reason: sentence(reason, r.Frame, "it does not meet: "+where.Text().Value),
				Looked: where.Explain(r.Frame),
			})
		}
	})
}

// warnConstant warns of a rule that no record can change.
func warnConstant(b *step.Builder, c *step.Condition) {
	if always, ok := c.Constant(); ok {
		f := b.Findings.Warnf(c.Text().Span, diag.CodeUnreachable, "the rule is always %t", always)
		if always {
			f.Hint = "remove the step, or say what records must meet"
		} else {
			f.Hint = "no record gets past this step"
		}
	}
}

// sentence gives the text of a template for people, or other where there is
// none or it fails.
func sentence(t *step.Evaluator, f item.Frame, other string) string {
	if t == nil {
		return other
	}
	v, err := t.Eval(f)
	if err != nil || v.AsText() == "" {
		return other
	}
	return v.AsText()
}

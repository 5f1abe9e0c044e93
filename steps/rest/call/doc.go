// Package call compiles the calls that a description of an API has in it, and
// what they have in common: the connection that they go through, what an answer
// means, where the records are in it, and how a listing goes on.
package call

import (
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Evaluator makes a value from the variables in scope: a rule, a template, a
// literal or a mapping.
type Evaluator interface {
	Eval(f item.Frame) (item.Value, error)
}

// Condition is a rule whose result is a bool.
type Condition interface {
	Holds(f item.Frame) (bool, error)
}

// Expression compiles a rule. It is a true nil after an error finding, or when
// there is no rule.
func Expression(b *step.Builder, r step.Rule, want *item.Type) Evaluator {
	if c := b.Rule(r, want); c != nil {
		return c
	}
	return nil
}

// Holds compiles a rule whose result is a bool.
func Holds(b *step.Builder, r step.Rule) Condition {
	if c := b.Rule(r, item.TypeBool); c != nil {
		return c
	}
	return nil
}

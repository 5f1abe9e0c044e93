// Package rest reads and writes over HTTP as a description says: the one in a
// connector's YAML file, or the one that a pipeline gives to the http connector.
// Nothing in it is about any vendor; what a vendor needs and it lacks is added
// here, with a test, and then said in YAML.
//
// Reading loses nothing. A listing that is not sorted by the time of the last
// change is read inside a window of time with a fixed end, since records that
// change meanwhile leave the window and shift the pages behind them; when the
// window turns out to have changed it is read again, and the cursor moves only
// once it was read whole. A listing that is sorted so is read on from the last
// time seen, without pages.
//
// Writing doubles nothing. A request that the vendor may have acted on is never
// sent again unless the description says that this does no harm: its result is
// Unknown, and Find tells.
package rest

import (
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Engine is the step.HTTPEngine. It holds nothing.
type Engine struct{}

var _ step.HTTPEngine = Engine{}

// evaluator makes a value from the variables in scope: a rule, a template, a
// literal or a mapping.
type evaluator interface {
	Eval(f item.Frame) (item.Value, error)
}

// condition is a rule whose result is a bool.
type condition interface {
	Holds(f item.Frame) (bool, error)
}

// expression compiles a rule. It is a true nil after an error finding, or when
// there is no rule.
func expression(b *step.Builder, r step.Rule, want *item.Type) evaluator {
	if c := b.Rule(r, want); c != nil {
		return c
	}
	return nil
}

// holds compiles a rule whose result is a bool.
func holds(b *step.Builder, r step.Rule) condition {
	if c := b.Rule(r, item.TypeBool); c != nil {
		return c
	}
	return nil
}

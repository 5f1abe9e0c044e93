package field

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/item"
)

// Condition is a compiled rule that holds or does not.
type Condition struct{ rule *rule.Rule }

// Condition compiles a rule whose result is a bool. It returns nil after an
// error finding, and for a rule that was not given.
func (b *Compiler) Condition(r Rule) *Condition {
	c := b.Rule(r, item.TypeBool)
	if c == nil {
		return nil
	}
	return &Condition{c}
}

// Holds evaluates the rule over the variables in f.
func (c *Condition) Holds(f item.Frame) (bool, error) {
	holds, err := c.rule.Holds(f)
	if err != nil {
		return false, FaultOf(err, c.rule.Text().Span)
	}
	return holds, nil
}

// Explain tells what the rule looked at, when it is asked.
func (c *Condition) Explain(f item.Frame) func() []Looked { return explain(c.rule, f) }

// Text returns the rule as it is written, with its place.
func (c *Condition) Text() diag.Text { return c.rule.Text() }

// Constant tells what the rule gives if no record can change that.
func (c *Condition) Constant() (holds, ok bool) {
	v, ok := c.rule.Constant()
	return ok && v.AsBool(), ok
}

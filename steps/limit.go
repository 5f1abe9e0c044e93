package steps

import (
	"strconv"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/step"
)

// limitConfig configures a limit.
type limitConfig struct {
	// How many records of a run go on.
	Count int64 `yaml:"count" validate:"required,min=1"`
}

// Limit lets a number of records go on, for trying a pipeline out.
func Limit() *step.Definition {
	return step.Define("limit", "Lets the first records of a run go on and leaves out the others, for trying a pipeline out.", `
steps:
  - limit: 2
given: [{id: 1}, {id: 2}, {id: 3}]
expect: [{id: 1}, {id: 2}]
filtered: [{key: 3, reason: "the limit of 2 records a run is reached"}]
`, func(c *limitConfig, b *step.Builder) step.Transform {
		return &limit{most: c.Count, path: b.Path, drop: step.Drop{
			Step: b.Path, Place: b.Place,
			Reason: "the limit of " + strconv.FormatInt(c.Count, 10) + " records a run is reached",
		}}
	}).WithHead("count", false)
}

// limit counts the records of a run.
type limit struct {
	step.TransformFunc
	most int64
	path string
	drop step.Drop
}

// Start returns a limit that counts anew.
func (l *limit) Start(*step.Run) (step.Transform, error) {
	var seen atomic.Int64
	return step.TransformFunc(func(r *step.Record) {
		if seen.Add(1) > l.most {
			r.Filter(l.drop)
		}
	}), nil
}

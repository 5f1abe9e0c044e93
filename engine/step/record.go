package step

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
)

// Record is one record on its way through a pipeline. It belongs to one
// goroutine at a time.
type Record struct {
	// Key identifies the record in its stream. The parts of a split record
	// have the record's key followed by "/" and their own.
	Key string
	// Version is the source's own mark of the content, such as the updated_at of
	// the listing; empty when it gives none.
	Version string
	// Raw is the record's JSON as the source sent it.
	Raw []byte
	// Frame holds the values of the variables in scope.
	Frame item.Frame
	// Drop says why the record stops here; nil while it goes on.
	Drop *Drop
	// Parts are what a split made of the record; they go on in its place.
	Parts []*Record
	// Sink is the write that takes the record: an index into the pipeline's
	// sinks, 0 being the one under `sink:`. A route's branch may choose another.
	Sink int
	// Warnings are remarks that do not stop the record.
	Warnings []string
}

// Drop is the reason why a record was not written.
type Drop struct {
	// Dead records could not go on; the others were left out by a rule.
	Dead bool
	// Step names the step, such as "filter" or "steps[2].check".
	Step string
	// Place is where in the YAML the rule stands.
	Place diag.Span
	// Reason is the sentence that users read.
	Reason string
	// Looked gives the values that the rule looked at. It is called, if at all,
	// before the record's Frame changes again; nil when there is nothing to show.
	Looked func() []Looked
}

// Filter ends the record's way because a rule left it out.
func (r *Record) Filter(d Drop) { d.Dead = false; r.Drop = &d }

// Fail ends the record's way because it cannot go on.
func (r *Record) Fail(d Drop) { d.Dead = true; r.Drop = &d }

// Warnf adds a remark.
func (r *Record) Warnf(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

// Trouble ends the record's way because what the step computes went wrong. at
// is the place for an error that does not bring its own.
func (r *Record) Trouble(step string, at diag.Span, err error) {
	f := FaultOf(err, at)
	r.Fail(Drop{Step: step, Place: f.Place, Reason: f.Message})
}

// Package compile turns a checked pipeline, the connectors and the step
// definitions into a graph of ready steps. Shapes flow along its edges here:
// each rule, template and mapping is checked against what the source gives and
// what the writes take. After compile there are no findings any more.
package compile

import (
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/pipeline"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Ready is a pipeline that is ready to run, for one instance of it. It is not
// changed any more and may be run by several goroutines.
type Ready struct {
	// Name is the pipeline's; Instance is the name under which the ledger keeps
	// it, such as "acme/brightstores-orders".
	Name, Instance string
	// Hash changes whenever the pipeline or a setting does that could change
	// what becomes of a record.
	Hash string
	// Pipeline is the file, for its triggers and what it expects.
	Pipeline *pipeline.Pipeline
	// AtLeastOnce pipelines keep no rows for records that were sent or filtered.
	AtLeastOnce bool

	Source Source
	Steps  []Step
	// Sinks are the writes: the one under `sink:` first, then those of branches.
	Sinks []Sink
	// Accounts are the connections, by the pipeline's own names.
	Accounts map[string]Account
	// Secrets are settings that no message may show.
	Secrets []string
	// Uses lists the members of a record that the pipeline looks at, such as
	// "status" and "shipping_address.city"; the elements of a list count as the
	// list.
	Uses []string

	scope  *item.Scope
	sketch sketch
	base   func(f item.Frame, info RunInfo) error
}

// RunInfo is what rules see as `run`.
type RunInfo struct {
	ID      int64
	Time    time.Time
	Trigger string
}

// Frame returns a frame with the variables that are the same for every record
// of a run: settings and `run`. A record's frame begins as a copy of it.
func (r *Ready) Frame(info RunInfo) (item.Frame, error) {
	f := r.scope.NewFrame()
	return f, r.base(f, info)
}

// Account is a connection bound to a real account.
type Account struct {
	// Name is what the workspace calls it.
	Name      string
	Connector *step.Connector
	// Values are its settings, secrets included.
	Values map[string]item.Value
	// Secrets are the values that no message may show.
	Secrets []string
	// Written are the places of secrets that stand in the workspace file itself.
	Written []diag.Span
	// Dir is what relative file names are relative to.
	Dir string
	// Budget is how many requests may be spent; nil for any number.
	Budget *pipeline.Budget
}

// Source is where records come from.
type Source struct {
	// Stream is what is read: its Connection is a key of Accounts.
	step.Stream
	// Name is "connection.stream", as the pipeline has it.
	Name string
	// Record is the variable that holds a record; its Layout decodes one.
	Record *item.Var
	// Filters are what the vendor is asked to filter by; Since is where reading
	// begins without a cursor (nil for the beginning). Both are evaluated in the
	// run's base frame.
	Filters []Filter
	Since   *step.Evaluator
	Overlap time.Duration
	// Key gives a record's key where the source does not; nil when it does.
	Key *rule.Rule
}

// Filter is a vendor's filter and the value for it.
type Filter struct {
	Name  string
	Value *step.Evaluator
}

// Step is a transform with its name, such as "steps[2].filter".
type Step struct {
	Name  string
	Place diag.Span
	step.Transform
}

// Sink is a write.
type Sink struct {
	// Name tells the pipeline's writes apart in the ledger: "sink", the branch's
	// name, or "then[0]".
	Name string
	// Connection is a key of Accounts; Target is "connection.operation".
	Connection, Target string
	Place              diag.Span
	Write              *step.Write
	Mode               step.Mode
	Open               step.OpenSink
	// When, if not nil, must hold for the write to happen; only further writes
	// have one.
	When *rule.Rule
	// Out gives what is written. Written, if not nil, is the variable that gets
	// the answer of the write before, for further writes.
	Out     func(f item.Frame) (item.Value, error)
	Written *item.Var
	// Layout lays out what Out gives, so that a kept body can be decoded again.
	Layout *item.Layout
	// Takes is the shape that the body is checked against; nil takes anything.
	Takes *item.Type
	// Then are further writes once this one has taken the record, in order.
	Then []Sink
	// Batch is the largest number of records to a call, as the pipeline wants it
	// within what the operation allows.
	Batch int
}

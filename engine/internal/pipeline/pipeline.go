// Package pipeline holds what users write: pipelines, workspaces and tests of
// pipelines, as structs that are decoded and checked as far as a file can be
// checked by itself. What needs the connectors is checked by compile.
package pipeline

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/step"
)

// Pipeline is a pipeline file.
type Pipeline struct {
	// The pipeline's name, by which commands and tests know it.
	Pipeline diag.Text `yaml:"pipeline" validate:"required"`
	// What the pipeline does, in a sentence.
	Summary string `yaml:"summary"`
	// The connections that the pipeline uses: a name of its own for each and the
	// connector that it must be of. sluice.yaml binds them to real accounts.
	Connections spec.Map[diag.Text] `yaml:"connections"`
	// What whoever uses the pipeline can choose.
	Settings Settings `yaml:"settings"`
	// When the pipeline runs by itself.
	Triggers []Trigger `yaml:"triggers"`
	// Tables that rules call as functions.
	Tables spec.Map[Table] `yaml:"tables"`
	// Templates that those of fields can include, extend and import by name: for
	// notes, packing slips and the like.
	Templates spec.Map[diag.Text] `yaml:"templates"`
	// Shapes of records that no connector describes, such as those of files.
	Shapes *syntax.Node `yaml:"shapes"`
	// Where the records come from.
	Source Source `yaml:"source" validate:"required"`
	// What is done with each record, in order.
	Steps []*syntax.Node `yaml:"steps"`
	// Where the records go.
	Sink *Sink `yaml:"sink"`
	// Further writes once the sink has taken a record.
	Then []Sink `yaml:"then"`
	// Alarms for when nothing happened.
	Expect []Expect `yaml:"expect"`
	// exactly_once keeps every record's outcome in the ledger; at_least_once
	// keeps the cursor alone, for bulk jobs between files.
	Delivery string `yaml:"delivery" validate:"oneof=exactly_once at_least_once" default:"exactly_once"`
	// The language of the templates.
	Dialect string `yaml:"dialect" validate:"oneof=twig jinja" default:"twig"`
	// Makes a template fail where it prints something undefined, instead of
	// printing nothing.
	Strict bool `yaml:"strict"`
	// The time zone in which templates read and write times, such as
	// America/New_York.
	TimeZone diag.Text `yaml:"time_zone"`

	// Span is where the pipeline stands.
	Span diag.Span `yaml:",span"`
	// Node is the tree that the pipeline was read from.
	Node *syntax.Node `yaml:",node"`
}

// Settings are what whoever uses a pipeline can choose.
type Settings struct{ spec.Fields }

// DecodeNode reads the declarations of the settings.
func (s *Settings) DecodeNode(n *syntax.Node, fs *diag.List) { s.Fields = spec.ReadFields(n, fs) }

// DescribeForm describes the settings for the schema.
func (*Settings) DescribeForm() spec.Form {
	return spec.Form{Name: "map of setting", Schema: spec.Object{"type": "object"}}
}

// Trigger is one way in which a pipeline starts by itself.
type Trigger struct {
	// Five fields: minute, hour, day of the month, month and day of the week.
	Cron diag.Text `yaml:"cron"`
	// The time zone of the cron times, such as America/New_York; UTC if left out.
	TimeZone diag.Text `yaml:"time_zone"`
	// What to do when the run before has not ended.
	Overlap string `yaml:"overlap" validate:"oneof=skip queue" default:"skip"`
	// What to do about times that passed while nothing was running.
	Missed string `yaml:"missed" validate:"oneof=once all none" default:"once"`
	// Reads this much again, whatever the cursor says, and leaves the cursor
	// where it was.
	Window step.Duration `yaml:"window"`
	// Skips the run unless no webhook came for so long.
	OnlyAfterQuiet step.Duration `yaml:"only_after_quiet"`
	// A connection's webhook, such as shop.order_created.
	Webhook diag.Text `yaml:"webhook"`

	// Span is where the trigger stands.
	Span diag.Span `yaml:",span"`
	// Node is the tree that the trigger was read from.
	Node *syntax.Node `yaml:",node"`
}

// Source says where the records come from. What else stands in it belongs to
// the stream.
type Source struct {
	// The connection and the stream, such as shop.orders.
	Read diag.Text `yaml:"read" validate:"required"`
	// What the vendor itself shall filter by.
	Where spec.Map[step.Value] `yaml:"where"`
	// Leaves out what did not change from this time on.
	Since step.Value `yaml:"since"`
	// Reads this much behind the cursor again, for records that come late.
	Overlap step.Duration `yaml:"overlap"`
	// The name by which rules see a record, instead of the stream's own.
	As diag.Text `yaml:"as"`
	// An expression for what identifies a record, if the stream does not say.
	Key step.Rule `yaml:"key"`
	// The shape of a record, if the stream does not say: the name of one under
	// shapes, or one written here.
	Shape *syntax.Node `yaml:"shape"`

	// Rest holds the members that are not among these.
	Rest []syntax.Pair `yaml:",rest"`
	// Span is where the source stands.
	Span diag.Span `yaml:",span"`
}

// Sink is a write. What else stands in it belongs to the operation.
type Sink struct {
	// The connection and the operation, such as desk.orders.
	Write diag.Text `yaml:"write" validate:"required"`
	// What to do with a record that the vendor has already.
	Mode diag.Text `yaml:"mode"`
	// How many records go in one call: a number, or all.
	Batch diag.Text `yaml:"batch"`
	// The mapped result to write, if it is not out.
	As diag.Text `yaml:"as"`
	// What to write, if no map step says so.
	Map step.Mapping `yaml:"map"`
	// Writes only if the rule holds. Under then alone.
	When step.Rule `yaml:"when"`
	// Further writes once this one has taken a record. In the sink of a branch
	// alone; a pipeline has its own then.
	Then []Sink `yaml:"then"`

	// Rest holds the members that are not among these.
	Rest []syntax.Pair `yaml:",rest"`
	// Span is where the sink stands.
	Span diag.Span `yaml:",span"`
}

// Expect is an alarm for when too little happened.
type Expect struct {
	// The smallest number of records that is fine.
	AtLeast int `yaml:"at_least" validate:"min=1" default:"1"`
	// The stretch of time in which they must come.
	Within step.Duration `yaml:"within" validate:"required"`
	// The days that count: every day, weekdays, weekends, or some of mon, tue,
	// wed, thu, fri, sat, sun.
	On diag.Text `yaml:"on"`
}

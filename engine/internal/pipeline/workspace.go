package pipeline

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/step"
)

// Workspace is a sluice.yaml: which pipelines run, between which accounts.
type Workspace struct {
	// Where the state is kept: sqlite:FILE.
	State diag.Text `yaml:"state"`
	// The accounts that pipelines can use.
	Connections spec.Map[Account] `yaml:"connections"`
	// The pipelines that run, each with its own settings and state.
	Use []Use `yaml:"use"`
	// Writes that tell somebody when something is wrong.
	Alerts []Alert `yaml:"alerts"`
}

// Account is one account at a vendor. What else stands in it are the settings
// of its connector.
type Account struct {
	// The connector that knows the vendor.
	Connector diag.Text `yaml:"connector" validate:"required"`
	// How many requests may be spent on the account.
	Budget *Budget `yaml:"budget"`

	// Rest holds the settings of the connector.
	Rest []syntax.Pair `yaml:",rest"`
	// Span is where the account stands.
	Span diag.Span `yaml:",span"`
}

// Budget is how many requests may be spent in a stretch of time.
type Budget struct {
	// The number of requests.
	Requests int `yaml:"requests" validate:"required,min=1"`
	// The stretch of time that they are for.
	Per string `yaml:"per" validate:"required,oneof=minute hour day month"`
}

// Use is a pipeline, or all of an integration, that runs with accounts and
// settings of its own.
type Use struct {
	// A ready-made integration, or a folder or file of one's own.
	Pipelines diag.Text `yaml:"pipelines" validate:"required"`
	// What this use is called; pipelines in it are NAME/PIPELINE. It may be left
	// out for the only use of a pipeline.
	Name diag.Text `yaml:"name"`
	// The account for each connection of the pipelines.
	Connections spec.Map[diag.Text] `yaml:"connections"`
	// What is chosen for the settings of the pipelines.
	Settings *syntax.Node `yaml:"settings"`
	// Whether it runs by itself.
	Enabled bool `yaml:"enabled" default:"true"`

	// Span is where the use stands.
	Span diag.Span `yaml:",span"`
	// Node is the tree that the use was read from.
	Node *syntax.Node `yaml:",node"`
}

// Alert is a write that tells somebody when something is wrong.
type Alert struct {
	// An expression over seen, filtered, sent, dead_letters, in_doubt and failed
	// of a run.
	When step.Rule `yaml:"when" validate:"required"`
	// The account and the operation, such as ops-mail.message.
	Write diag.Text `yaml:"write" validate:"required"`
	// What to write.
	Map step.Mapping `yaml:"map"`

	// Rest holds the options of the operation.
	Rest []syntax.Pair `yaml:",rest"`
	// Span is where the alert stands.
	Span diag.Span `yaml:",span"`
}

// Test is a file of tests for a pipeline.
type Test struct {
	// The file of the pipeline, relative to this one.
	Pipeline diag.Text `yaml:"pipeline" validate:"required"`
	// What is chosen for the settings in every case.
	Settings *syntax.Node `yaml:"settings"`
	// The cases.
	Cases []Case `yaml:"cases" validate:"required,min=1"`
}

// Case is a test of a pipeline: what is there, and what must come of it.
type Case struct {
	// What the case shows.
	Name diag.Text `yaml:"name" validate:"required"`
	// What is chosen for the settings in this case, before the file's own.
	Settings *syntax.Node `yaml:"settings"`
	// The time at which the case happens.
	Now diag.Text `yaml:"now"`
	// The records of each stream, such as shop.orders.
	Given spec.Map[*syntax.Node] `yaml:"given"`
	// The vendors' servers to run against, with their data and faults.
	Twins spec.Map[*syntax.Node] `yaml:"twins"`
	// What was written by each operation, and what was filtered or dead.
	Expect spec.Map[*syntax.Node] `yaml:"expect" validate:"required"`

	// Span is where the case stands.
	Span diag.Span `yaml:",span"`
}

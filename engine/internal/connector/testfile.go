package connector

import (
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/step"
)

// Test is a test of a connector: exchanges with the vendor as they were
// recorded, and what must come of them.
type Test struct {
	// What the test shows.
	Name diag.Text `yaml:"name" validate:"required"`
	// The settings of the connection.
	Connection *syntax.Node `yaml:"connection"`

	// The stream that is read.
	Read diag.Text `yaml:"read" validate:"required_without=Write,excluded_with=Write"`
	// The values of the stream's filters.
	Where spec.Map[[]string] `yaml:"where"`
	// Leaves out what did not change from this time on.
	Since diag.Text `yaml:"since"`
	// The cursor of an earlier run.
	Cursor *syntax.Node `yaml:"cursor"`
	// How far behind the cursor reading begins.
	Overlap step.Duration `yaml:"overlap"`
	// The time at which the test happens.
	Now diag.Text `yaml:"now" default:"2026-03-05T00:00:00Z"`
	// The only record to read.
	Key string `yaml:"key"`
	// The member and the values to look records up by.
	By   string   `yaml:"by"`
	Keys []string `yaml:"keys"`
	// The keys of records that are known unchanged.
	Known []string `yaml:"known"`
	// How many records to ask for in one call.
	PageSize int `yaml:"page_size" validate:"min=1"`
	// What must be read, in order. Members that are left out may be anything.
	Records *syntax.Node `yaml:"records"`
	// The cursor that must be left.
	Leaves *syntax.Node `yaml:"leaves"`

	// The operation that writes.
	Write diag.Text `yaml:"write"`
	// The mode of the operation.
	Mode string `yaml:"mode" validate:"oneof=create update upsert"`
	// What is written; a list for several records.
	Out *syntax.Node `yaml:"out" validate:"required_with=Write"`
	// Looks the write up, as after a lost answer, in place of writing.
	Find bool `yaml:"find"`
	// What must become of it: sent, retry, refused, unknown or absent.
	Result string `yaml:"result" validate:"oneof=sent retry refused unknown absent"`
	// The vendor's own identity of what was written.
	Reference string `yaml:"reference"`
	// The vendor's answer as it is kept.
	Answer *syntax.Node `yaml:"answer"`

	// Words of the error that must come.
	Error string `yaml:"error"`
	// What goes over the wire.
	Exchanges []Exchange `yaml:"exchanges"`

	// Span is where the test stands.
	Span diag.Span `yaml:",span"`
}

// Exchange is a request and the vendor's answer.
type Exchange struct {
	// The request, such as GET /orders?page=1. Parameters that carry secrets may
	// be left out.
	Request diag.Text `yaml:"request" validate:"required"`
	// Headers that the request must have.
	Headers spec.Map[string] `yaml:"headers"`
	// The JSON body that the request must have.
	Body *syntax.Node `yaml:"body"`
	// The form that the request must have.
	Form spec.Map[string] `yaml:"form"`
	// The answer.
	Answer Reply `yaml:"answer"`
	// Cuts the connection in place of an answer.
	Lost bool `yaml:"lost"`
}

// Reply is a vendor's answer.
type Reply struct {
	// The HTTP status.
	Status int `yaml:"status" default:"200" validate:"min=100,max=599"`
	// Headers of the answer.
	Headers spec.Map[string] `yaml:"headers"`
	// The body as JSON.
	Body *syntax.Node `yaml:"body"`
	// The body as it is.
	Text string `yaml:"text"`
}

// now is the time at which a test happens.
func (t *Test) now() (time.Time, error) { return time.Parse(time.RFC3339, t.Now.Value) }

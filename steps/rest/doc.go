// Package rest reads and writes over HTTP as a description says: the one in a
// connector's YAML file, or the one that a pipeline gives to the http connector.
// Nothing in it is about any vendor; what a vendor needs and it lacks is added
// here, with a test, and then said in YAML.
//
// The package client sends requests, call compiles them, read and write make
// streams and operations of them.
package rest

import (
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
	"github.com/sluicehq/sluice/steps/rest/read"
	"github.com/sluicehq/sluice/steps/rest/write"
)

// Engine is the step.HTTPEngine. It holds nothing.
type Engine struct{}

var _ step.HTTPEngine = Engine{}

// Client compiles how one talks to a vendor.
func (Engine) Client(b *step.Builder, d *step.HTTPClient, fields []step.HTTPField) func(*step.Connection) (any, error) {
	return call.Client(b, d, fields)
}

// Read compiles a stream.
func (Engine) Read(b *step.Builder, d *step.HTTPRead, s *step.HTTPStream) step.HTTPReader {
	return read.Compile(b, d, s)
}

// Write compiles an operation.
func (Engine) Write(b *step.Builder, d *step.HTTPWrite, o *step.HTTPOperation) step.OpenSink {
	return write.Compile(b, d, o)
}

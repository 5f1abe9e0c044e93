// Package connector reads connector files: YAML that says everything sluice
// knows about a vendor's API. It makes of each what a connector written in Go
// would be, so nobody else can tell them apart. How HTTP is spoken it is given.
package connector

import (
	"embed"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/step"
)

// Sources has the comments of the structs in this package, for the reference
// page.
//
//go:embed file.go testfile.go
var Sources embed.FS

// File is a connector file.
type File struct {
	// The connector's name, by which connections choose it.
	Connector diag.Text `yaml:"connector" validate:"required"`
	// What the connector connects to, in a sentence.
	Summary string `yaml:"summary" validate:"required"`
	// The settings of a connection, such as its API key.
	Fields *syntax.Node `yaml:"fields"`

	step.HTTPClient `yaml:",inline"`

	// The shapes of what is read and written.
	Shapes *syntax.Node `yaml:"shapes"`
	// The streams that can be read.
	Reads spec.Map[Read] `yaml:"reads"`
	// The operations that write.
	Writes spec.Map[Write] `yaml:"writes"`
	// What the vendor sends by itself.
	Webhooks spec.Map[Webhook] `yaml:"webhooks"`
	// Recorded exchanges with the vendor and what must come of them.
	Tests []Test `yaml:"tests"`

	// Span is where the connector stands.
	Span diag.Span `yaml:",span"`
}

// Read is a stream of a connector file.
type Read struct {
	// What the stream gives, in a sentence.
	Summary string `yaml:"summary"`
	// The name by which rules see a record, and its shape if shape says nothing
	// else.
	Record diag.Text `yaml:"record" validate:"required"`
	// The shape of a record.
	Shape *syntax.Node `yaml:"shape"`
	// The shape of a record in the listing, if it has fewer members there.
	Row *syntax.Node `yaml:"row"`
	// The member that identifies a record.
	Key diag.Text `yaml:"key"`

	step.HTTPRead `yaml:",inline"`

	// Span is where the stream stands.
	Span diag.Span `yaml:",span"`
}

// Write is an operation of a connector file.
type Write struct {
	// What the operation does, in a sentence.
	Summary string `yaml:"summary"`
	// The shape of what is written.
	Takes *syntax.Node `yaml:"takes" validate:"required"`
	// The shape of the written record in the vendor's answer.
	Returns *syntax.Node `yaml:"returns"`
	// What the call does with a record that the vendor has already: create,
	// update or upsert. It need not be said where post creates, and put and patch
	// update.
	Mode string `yaml:"mode" validate:"oneof=create update upsert"`
	// The largest number of records in a call, or all.
	Batch diag.Text `yaml:"batch" default:"1"`

	step.HTTPWrite `yaml:",inline"`

	// Span is where the operation stands.
	Span diag.Span `yaml:",span"`
}

// Webhook is something that a vendor sends by itself.
type Webhook struct {
	// When the vendor sends it, in a sentence.
	Summary string `yaml:"summary"`
	// The name by which rules see the record, and its shape if shape says nothing
	// else.
	Record diag.Text `yaml:"record" validate:"required"`
	// The shape of the record.
	Shape *syntax.Node `yaml:"shape"`
	// The member that identifies the record.
	Key diag.Text `yaml:"key" validate:"required"`
	// The member that changes with the content.
	Version diag.Text `yaml:"version"`
	// The form field that holds the record as JSON; without it the body does.
	Form string `yaml:"form"`
	// Where in the JSON the record is.
	Records diag.Text `yaml:"records"`
	// How the vendor proves that it is the sender.
	Signature *Signature `yaml:"signature"`
	// The header that is the same each time a delivery is tried again.
	Delivery string `yaml:"delivery"`
}

// Signature is how a vendor proves that it is the sender of a webhook.
type Signature struct {
	// The header with the signature.
	Header string `yaml:"header" validate:"required"`
	// The shared key.
	Key step.Value `yaml:"key" validate:"required"`
	// The keyed hash.
	Hash string `yaml:"hash" validate:"oneof=sha1 sha256 sha512" default:"sha256"`
	// How the signature is written.
	Encoding string `yaml:"encoding" validate:"oneof=hex base64" default:"hex"`
	// What is signed: the body, or the form field as it was before JSON.
	Over string `yaml:"over" validate:"oneof=body form" default:"body"`
}

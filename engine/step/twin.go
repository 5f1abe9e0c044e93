package step

import (
	"io/fs"

	"github.com/sluicehq/sluice/engine/internal/spec"
)

// TwinDefinition describes a local server that behaves like a vendor, for
// tests of pipelines.
type TwinDefinition struct {
	// Vendor is the name of the vendor's connector.
	Vendor string
	// Options describes what a test can choose.
	Options *spec.Struct
	// New returns empty options to decode into; Start starts a server with them.
	New   func() any
	Start func(opts any) (Twin, error)
}

// Twin is a server that behaves like a vendor.
type Twin interface {
	// Values are the settings of a connection that reaches it.
	Values() map[string]string
	// Taken counts what an operation of the vendor's connector has written;
	// false when the twin does not count that.
	Taken(operation string) (int, bool)
	Close() error
}

// DefineTwin makes a TwinDefinition from an options struct, whose comments are
// in the sources.
func DefineTwin[O any](vendor string, start func(*O) (Twin, error), sources ...fs.FS) *TwinDefinition {
	return &TwinDefinition{
		Vendor: vendor, Options: spec.For[O]().Document(spec.Comments(sources...)),
		New:   func() any { return new(O) },
		Start: func(opts any) (Twin, error) { return start(opts.(*O)) },
	}
}

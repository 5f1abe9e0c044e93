// Package steps holds the transform steps that come with sluice, each in a file
// of its own.
package steps

import (
	"embed"

	"github.com/sluicehq/sluice/engine/step"
)

// Sources has the comments of the steps' configs, for the reference page.
//
//go:embed *.go
var Sources embed.FS

// All returns the steps, in the order of the reference page.
func All() []*step.Definition {
	return step.Document(Sources,
		Filter(),
		Let(),
		Lookup(),
		Map(),
		Check(),
		Split(),
		Route(),
		Limit(),
	)
}

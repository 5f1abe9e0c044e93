package step

import (
	"io/fs"

	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/item"
)

// Setting describes a setting of the connections of a connector written in Go.
type Setting struct {
	Name string
	// Help says what the setting is, in a sentence.
	Help string
	Type *item.Type
	// Default is the value when none is given; Missing without one.
	Default item.Value
	// Required settings must be given.
	Required bool
	// Secret values are kept out of everything that is said.
	Secret bool
}

// Settings makes the fields of a connector written in Go.
func Settings(list ...Setting) spec.Fields {
	fields := make(spec.Fields, len(list))
	for i, s := range list {
		t := s.Type
		if !s.Required && s.Default.Kind() == item.KindMissing {
			t = t.Optional()
		}
		fields[i] = spec.Field{Name: s.Name, Help: s.Help, Type: t, Default: s.Default, Required: s.Required, Secret: s.Secret}
	}
	return fields
}

// OptionsOf describes the options of a stream or operation of a connector
// written in Go: a config struct as a step has one, whose comments are in the
// sources.
func OptionsOf[C any](sources ...fs.FS) *spec.Struct {
	return spec.For[C]().Document(spec.Comments(sources...))
}

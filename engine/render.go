package engine

import (
	"errors"
	"io"

	"github.com/sluicehq/sluice/engine/diag"
)

// RenderOptions say how a template is rendered.
type RenderOptions struct {
	// Dialect is twig or jinja.
	Dialect string
	// Strict fails where something undefined is printed.
	Strict bool
}

// Render renders a template.
func Render(name, text string, data []byte, o RenderOptions) ([]byte, []*diag.Finding, error) {
	return nil, nil, errors.New("not yet")
}

// RenderBatch renders a stream.
func RenderBatch(r io.Reader, w io.Writer, dialect string) error { return errors.New("not yet") }

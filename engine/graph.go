package engine

import (
	"bytes"
	"fmt"
)

// Draw draws a pipeline, as Mermaid, DOT or SVG text. It connects to nothing.
func (e *Engine) Draw(name, format string, o LoadOptions) ([]byte, error) {
	p, u, err := e.look(name, o)
	if err != nil {
		return nil, err
	}
	if u.ready == nil || u.findings.Errors() > 0 {
		p.units = []*unit{u}
		return nil, &FindingsError{p}
	}
	g, err := u.ready.Graph()
	if err != nil {
		return nil, err
	}
	switch format {
	case "mermaid":
		return []byte(g.Mermaid()), nil
	case "dot":
		return []byte(g.DOT()), nil
	case "svg":
		var out bytes.Buffer
		err := g.SVG(&out, u.instance)
		return out.Bytes(), err
	}
	return nil, fmt.Errorf("there is no format %q", format)
}

// look loads the pipeline called name, to be looked at and not run: whatever
// it would need from outside may be missing.
func (e *Engine) look(name string, o LoadOptions) (*Project, *unit, error) {
	o.Offline = true
	p, err := e.Load(o.naming(name))
	if err != nil {
		return nil, nil, err
	}
	u, err := p.find(name)
	if err != nil && p.Errors() > 0 {
		return nil, nil, &FindingsError{p}
	}
	return p, u, err
}

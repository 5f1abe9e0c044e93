package engine

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
)

// written lists the places in a file where secrets are written out.
func (p *Project) written(file string) []diag.Span {
	var all []diag.Span
	for _, a := range p.accounts {
		all = append(all, a.Written...)
	}
	for _, u := range p.units {
		if u.use != nil && u.pipeline != nil {
			all = append(all, compile.WrittenSecrets(u.use.Settings, u.pipeline.Settings.Fields)...)
		}
	}
	if p.workspace != nil && strings.Contains(p.workspace.State.Value, "@") { // an address with a password
		all = append(all, p.workspace.State.Span)
	}
	return slices.DeleteFunc(all, func(s diag.Span) bool { return s.File != file })
}

// covered returns the text of a file with a star for each character in the
// places, so that all else stays where it is.
func covered(data []byte, places []diag.Span) []byte {
	if len(places) == 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	at := diag.Pos{Line: 1, Column: 1}
	rest := data
	if mark := []byte("\uFEFF"); bytes.HasPrefix(rest, mark) {
		out, rest = append(out, mark...), rest[len(mark):]
	}
	for len(rest) > 0 {
		r, n := utf8.DecodeRune(rest)
		inside := slices.ContainsFunc(places, func(s diag.Span) bool { return !at.Before(s.Start) && at.Before(s.End) })
		switch {
		case r == '\n', r == '\r' && !bytes.HasPrefix(rest[n:], []byte("\n")):
			at = diag.Pos{Line: at.Line + 1, Column: 1}
			out = append(out, rest[:n]...)
		case inside && r != ' ' && r != '\r':
			at.Column++
			out = append(out, '*')
		default:
			at.Column++
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
	return out
}

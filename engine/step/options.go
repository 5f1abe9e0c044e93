package step

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// Options decodes the members of a source, lookup or sink that are not its own
// as the options of the stream or operation that it names. Members that are
// not among them, which are all if s is nil, are reported. known are the names
// that the source, lookup or sink has itself. The result is a pointer to what s
// was read from; nil without options.
func Options(rest []Pair, s *spec.Struct, at diag.Span, known []string, fs *diag.List) any {
	if s == nil {
		for _, p := range rest {
			f := fs.Errorf(p.Key.Span, diag.CodeUnknownKey, "unknown key %q", p.Key.Text.Value)
			f.Hint = diag.DidYouMean(p.Key.Text.Value, known)
		}
		return nil
	}
	into := s.New()
	s.Decode(&syntax.Node{Kind: syntax.Mapping, Span: at, Pairs: rest}, into, fs)
	return into
}

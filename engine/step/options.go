package step

import (
	"slices"
	"strings"

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
	var names []string
	if s != nil {
		names = s.Names()
	}
	own := &Tree{Kind: syntax.Mapping, Span: at}
	for _, p := range rest {
		if slices.Contains(names, p.Key.Text.Value) {
			own.Pairs = append(own.Pairs, p)
			continue
		}
		f := fs.Errorf(p.Key.Span, diag.CodeUnknownKey, "unknown key %q", p.Key.Text.Value)
		all := slices.Concat(known, names)
		if f.Hint = diag.DidYouMean(p.Key.Text.Value, all); f.Hint == "" {
			f.Hint = "known here: " + strings.Join(all, ", ")
		}
	}
	if s == nil {
		return nil
	}
	into := s.New()
	s.Decode(own, into, fs)
	return into
}

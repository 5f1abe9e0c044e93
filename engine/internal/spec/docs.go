package spec

import (
	"io/fs"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/spec/comments"
)

// Docs are the comments of config structs.
type Docs = comments.Docs

// Comments returns the comments in the Go files of the sources, which a package
// embeds for this. The names of two packages must differ.
func Comments(sources ...fs.FS) *Docs { return comments.Read(sources...) }

// Doc returns the comment of the struct.
func (s *Struct) Doc(docs *Docs) string { return docs.Of(s.name) }

// doc returns the comment of a field, which calls the field by the name that
// users write.
func (f *field) doc(docs *Docs) string {
	text := docs.Of(f.owner + "." + f.goName)
	if rest, ok := strings.CutPrefix(text, f.goName+" "); ok {
		return f.name + " " + rest
	}
	return text
}

// hint returns the first sentence of a field's comment without its full stop,
// as hints are written.
func (f *field) hint(docs *Docs) string {
	text, _, _ := strings.Cut(f.doc(docs), "\n")
	text, _, _ = strings.Cut(text, ". ")
	return strings.TrimSuffix(strings.TrimRight(text, ":"), ".")
}

package syntax

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax/place"
)

const (
	// maxDepth bounds how deep values nest.
	maxDepth = 100
	// maxAliased bounds how many values the aliases of a file stand for.
	maxAliased = 100_000
)

// source is a file with what is known of YAML beyond its characters.
type source struct{ *place.File }

// Parse reads the one document of a YAML file. Findings go to fs; after one
// that leaves nothing to go on with, the result is nil. A file without a
// document gives a null scalar that spans the file.
func Parse(file string, data []byte, fs *diag.List) *Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !place.Check(file, data, fs) {
		return nil
	}
	src := &source{place.New(file, data)}
	root, next, err := readDocuments(data)
	if err != nil {
		explain(src, err, fs)
		return nil
	}
	if next != nil {
		c := src.Cursor()
		off := c.Offset(next.Line, next.Column)
		f := fs.Errorf(src.Span(off, src.LineEnd(off)), diag.CodeSecondDocument, "a second document starts here, and would be ignored")
		f.Hint = "put it into a file of its own"
	}
	if root == nil || len(root.Content) == 0 {
		return src.empty()
	}
	b := &builder{src: src, at: src.Cursor(), fs: fs, anchors: map[*yaml.Node]*anchor{}}
	return b.node(root.Content[0], 1).node
}

// readDocuments returns the first document and, if there is one, the second.
func readDocuments(data []byte) (first, second *yaml.Node, err error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	first, err = readDocument(d)
	if errors.Is(err, io.EOF) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	second, err = readDocument(d)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return first, second, err
}

// readDocument keeps a fault of the parser's own from ending the program.
func readDocument(d *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	n = new(yaml.Node)
	if err = d.Decode(n); err != nil {
		return nil, err
	}
	return n, nil
}

func (s *source) empty() *Node {
	span := s.Span(0, len(s.Data))
	return &Node{Plain: true, Span: span, Text: diag.NewText("", span, nil)}
}

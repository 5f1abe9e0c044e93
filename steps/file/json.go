package file

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// array takes a JSON file apart: the elements of one list in it, or the file's
// only value. A file that is broken somewhere cannot be read beyond that.
type array struct {
	dec   *jsontext.Decoder
	keys  keys
	count int
	list  bool // inside the list
	done  bool
	err   error // what ended the reading before its end
}

func newJSONChunker(s *source, in io.Reader) (chunker, error) {
	a := &array{dec: jsontext.NewDecoder(in), keys: keys{name: s.name}}
	if member := s.options.Member.Value; member != "" {
		if err := a.find(strings.Split(member, "."), member); err != nil {
			return nil, err
		}
	}
	switch a.dec.PeekKind() {
	case '[':
		if _, err := a.dec.ReadToken(); err != nil {
			return nil, err
		}
		a.list = true
	case jsontext.KindInvalid:
		if _, err := a.dec.ReadToken(); errors.Is(err, io.EOF) {
			return empty{}, nil
		} else if err != nil {
			return nil, broken(err)
		}
	}
	return a, nil
}

// find goes to the member that a path leads to.
func (a *array) find(path []string, whole string) error {
	for _, name := range path {
		if a.dec.PeekKind() != '{' {
			return fmt.Errorf("there is no %q: what should hold %q is not an object", whole, name)
		}
		if _, err := a.dec.ReadToken(); err != nil {
			return broken(err)
		}
		for {
			t, err := a.dec.ReadToken()
			if err != nil {
				return broken(err)
			}
			if t.Kind() == '}' {
				return fmt.Errorf("there is no %q", whole)
			}
			if t.String() == name {
				break
			}
			if err := a.dec.SkipValue(); err != nil {
				return broken(err)
			}
		}
	}
	return nil
}

func broken(err error) error {
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Errorf("not valid JSON at byte %d: %w", e.ByteOffset, e.Err)
	}
	return fmt.Errorf("not valid JSON: %w", err)
}

// next returns the next elements.
func (a *array) next() (chunk, error) {
	var p piece
	for a.err == nil && !a.done && len(p.buf) < chunkSize {
		a.element(&p)
	}
	records := p.cut(&a.keys)
	switch {
	case len(records) > 0: // those before an error go out first
		return chunk{records: records}, nil
	case a.err != nil:
		return chunk{}, a.err
	}
	return chunk{}, io.EOF
}

// element reads the next element into a piece, if there is one.
func (a *array) element(p *piece) {
	if a.list && a.dec.PeekKind() == ']' {
		a.done = true
		return
	}
	v, err := a.dec.ReadValue()
	if err != nil {
		a.err = fmt.Errorf("record %d: %w", a.count+1, broken(err))
		return
	}
	a.done = !a.list
	a.count++
	p.buf = append(p.buf, v...)
	p.end(nil)
	a.keys.add(a.count)
}

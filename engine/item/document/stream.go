package document

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/sluicehq/sluice/engine/item"
)

const (
	lineChunk = 1 << 20
	maxLine   = 64 << 20
)

// byteOrderMark is what some Windows programs put in front of a text.
var byteOrderMark = []byte("\ufeff")

// Lines reads the records of NDJSON: one on each line that is not blank. It
// does not look into them.
type Lines struct {
	r    io.Reader
	buf  []byte // what was read and not yet handed out
	line int
	err  error // of r
}

// NewLines returns a reader of the lines of r.
func NewLines(r io.Reader) *Lines { return &Lines{r: r} }

// Line returns the number of the line that Next returned, from 1.
func (l *Lines) Line() int { return l.line }

// Next returns the next line without its end, or io.EOF after the last one.
// The bytes stay as they are for as long as they are used.
func (l *Lines) Next() ([]byte, error) {
	for searched := 0; ; {
		if i := bytes.IndexByte(l.buf[searched:], '\n'); i >= 0 {
			end := searched + i
			line := l.take(end, end+1)
			searched = 0
			if len(line) > 0 {
				return line, nil
			}
			continue
		}
		searched = len(l.buf)
		switch {
		case searched > maxLine:
			return nil, fmt.Errorf("line %d is longer than %d MiB: is it NDJSON?", l.line+1, maxLine>>20)
		case l.err == nil:
			l.fill()
			continue
		case !errors.Is(l.err, io.EOF):
			return nil, fmt.Errorf("read line %d: %w", l.line+1, l.err)
		}
		if searched > 0 {
			if line := l.take(searched, searched); len(line) > 0 {
				return line, nil
			}
		}
		return nil, io.EOF
	}
}

// take cuts the line that ends at end off the buffer.
func (l *Lines) take(end, next int) []byte {
	line := l.buf[:end:end]
	l.buf = l.buf[next:]
	l.line++
	if l.line == 1 {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	return bytes.Trim(line, " \t\r")
}

// fill reads more into the buffer, and into a new one when it is full: lines
// that were handed out stay where they are.
func (l *Lines) fill() {
	if cap(l.buf)-len(l.buf) < bufio.MaxScanTokenSize {
		l.buf = append(make([]byte, 0, max(lineChunk, 2*len(l.buf))), l.buf...)
	}
	for range 100 {
		n, err := l.r.Read(l.buf[len(l.buf):cap(l.buf)])
		l.buf, l.err = l.buf[:len(l.buf)+n], err
		if n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// Elements reads the elements of a list inside a JSON document one after the
// other, so that the document may be larger than the memory.
type Elements struct {
	dec   *jsontext.Decoder
	path  []string
	begun bool
	err   error
}

// NewElements returns a reader of the elements of the list in r that the path
// of members leads to; without a path the document is the list.
func NewElements(r io.Reader, path ...string) *Elements {
	b := bufio.NewReaderSize(r, 1<<16)
	if mark, err := b.Peek(len(byteOrderMark)); err == nil && bytes.Equal(mark, byteOrderMark) {
		_, _ = b.Discard(len(mark)) // it was peeked at, so it is there
	}
	return &Elements{dec: jsontext.NewDecoder(b), path: path}
}

// Next returns the JSON of the next element, valid until the next call, or
// io.EOF after the last one. What stands behind a list that a path leads to is
// not read.
func (e *Elements) Next() ([]byte, error) {
	if e.err == nil && !e.begun {
		e.begun = true
		e.err = e.begin()
	}
	if e.err == nil && e.dec.PeekKind() == ']' {
		e.err = e.end()
	}
	if e.err != nil {
		return nil, e.err
	}
	v, err := e.dec.ReadValue()
	if err != nil {
		e.err = e.explain(err)
		return nil, e.err
	}
	return v, nil
}

// begin goes to the first element.
func (e *Elements) begin() error {
	for n, name := range e.path {
		if err := e.open('{', n); err != nil {
			return err
		}
		if err := e.seek(name, n); err != nil {
			return err
		}
	}
	return e.open('[', len(e.path))
}

// open reads the beginning of an object or a list, n steps into the path.
func (e *Elements) open(kind jsontext.Kind, n int) error {
	tok, err := e.dec.ReadToken()
	if err != nil {
		return e.explain(err)
	}
	if tok.Kind() != kind {
		return &item.PathError{
			Path:    strings.Join(e.path[:n], "."),
			Message: "expected " + rawKind(byte(kind)) + ", got " + rawKind(byte(tok.Kind())),
		}
	}
	return nil
}

// seek goes to the value of the member called name.
func (e *Elements) seek(name string, n int) error {
	for e.dec.PeekKind() != '}' {
		tok, err := e.dec.ReadToken()
		if err != nil {
			return e.explain(err)
		}
		if tok.String() == name {
			return nil
		}
		if err := e.dec.SkipValue(); err != nil {
			return e.explain(err)
		}
	}
	return &item.PathError{Path: strings.Join(e.path[:n+1], "."), Message: "is missing"}
}

// end reads past the list. Nothing may follow a document.
func (e *Elements) end() error {
	if _, err := e.dec.ReadToken(); err != nil {
		return e.explain(err)
	}
	if len(e.path) > 0 {
		return io.EOF
	}
	end := e.dec.InputOffset()
	if _, err := e.dec.ReadToken(); errors.Is(err, io.EOF) {
		return io.EOF
	}
	return malformed("not valid JSON at byte %d: more after the end of the value", end+1)
}

// explain says what is wrong in the words of this package.
func (e *Elements) explain(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return &item.PathError{Path: pointed(syntax.JSONPointer), Message: "is given twice"}
	case syntax != nil:
		return malformed("not valid JSON at byte %d: %s", syntax.ByteOffset+1, strings.TrimPrefix(syntax.Err.Error(), "jsontext: "))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return malformed("not valid JSON: the text ends at byte %d, inside the document", e.dec.InputOffset())
	}
	return fmt.Errorf("read the document: %w", err)
}

// pointed writes a JSON pointer as item.PathError has paths.
func pointed(p jsontext.Pointer) string {
	path := ""
	for step := range p.Tokens() {
		switch {
		case step != "" && strings.Trim(step, "0123456789") == "":
			path += "[" + step + "]"
		case path == "":
			path = step
		default:
			path += "." + step
		}
	}
	return path
}

func malformed(format string, args ...any) error {
	return &item.PathError{Message: fmt.Sprintf(format, args...)}
}

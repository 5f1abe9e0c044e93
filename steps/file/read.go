package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/klauspost/compress/gzip"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/step"
)

const (
	// chunkSize is how much of a file is read at a time.
	chunkSize = 128 << 10
	// maxRecord is the largest record.
	maxRecord = 64 << 20
)

func bindRead(b *step.Builder, o *Read, stdin io.Reader) step.OpenSource {
	f, ok := bindForm(b, o.Path, o.Format, o.Gzip, o.Delimiter)
	if !ok {
		return nil
	}
	if o.Format != "" && o.Format != "json" && o.Member.Value != "" {
		b.Findings.Errorf(o.Member.Span, diag.CodeConflict, "only a JSON file has members to look for records in")
		return nil
	}
	return func(c *step.Connection) (step.Source, error) {
		at, err := f.locate(c)
		if err != nil {
			return nil, err
		}
		return &source{location: at, options: o, delimiter: f.delimiter, stdin: stdin}, nil
	}
}

// source reads a file.
type source struct {
	location
	options   *Read
	delimiter rune
	stdin     io.Reader
}

// chunker takes a file apart.
type chunker interface {
	// next returns the next records, and where the file has been read up to. At
	// the end it returns io.EOF, and no records.
	next() (chunk, error)
}

// chunk is a piece of a file.
type chunk struct {
	records []step.Raw
	// at is where reading can go on; nil where it cannot.
	at *position
	// release takes the records' memory back; nil where it is not used again.
	release func()
}

// Read reads the file, from where an earlier run stopped if it is still the
// same one. The next piece is read while one is worked on.
func (s *source) Read(ctx context.Context, q step.Query, page func(step.Page) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages := make(chan step.Page)
	var failed error
	go func() {
		defer close(pages)
		failed = s.produce(ctx, q, pages)
	}()
	for p := range pages {
		if err := page(p); err != nil {
			cancel()
			for range pages { // until the producer has seen that it is over
			}
			return err
		}
	}
	return failed
}

func (s *source) produce(ctx context.Context, q step.Query, pages chan<- step.Page) error {
	in, err := s.open()
	if err != nil {
		return err
	}
	defer in.Close()
	from, err := s.resume(q.Cursor, in)
	if err != nil || from.done {
		return s.wrong(err)
	}
	c, err := s.chunker(from)
	for err == nil {
		err = s.next(ctx, c, from, pages)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.wrong(err)
}

// next hands on the next records.
func (s *source) next(ctx context.Context, c chunker, from *start, pages chan<- step.Page) error {
	piece, err := c.next()
	if err != nil {
		return err
	}
	p := step.Page{Records: piece.records}
	if piece.at != nil && s.path != standard {
		p.Cursor = from.cursor(piece.at)
	}
	select {
	case pages <- p:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wrong names the file in an error.
func (s *source) wrong(err error) error {
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

// input is an open file, decompressed.
type input struct {
	io.Reader
	file  *os.File // nil for standard input
	plain bool     // what is read is the file itself
	close []io.Closer
}

// Close closes the file.
func (in *input) Close() error {
	var errs []error
	for _, c := range in.close {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

func (s *source) open() (*input, error) {
	in := &input{Reader: s.stdin, plain: !s.gzip}
	if s.path != standard {
		f, err := os.Open(s.path)
		if err != nil {
			if named, ok := errors.AsType[*fs.PathError](err); ok {
				err = named.Err // the name comes in front
			}
			return nil, fmt.Errorf("%s cannot be read: %w", s.path, err)
		}
		in.Reader, in.file, in.close = f, f, []io.Closer{f}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, errors.Join(fmt.Errorf("%s is a folder, not a file", s.path), in.Close())
		}
	}
	if s.gzip {
		z, err := gzip.NewReader(in.Reader)
		if errors.Is(err, io.EOF) {
			in.Reader = eof{}
			return in, nil // an empty file
		}
		if err != nil {
			return nil, errors.Join(s.wrong(fmt.Errorf("not compressed by gzip: %w", err)), in.Close())
		}
		in.Reader, in.close = compressed{z}, append([]io.Closer{z}, in.close...)
	}
	return in, nil
}

// compressed reads what gzip compressed.
type compressed struct{ *gzip.Reader }

var errCut = errors.New("it ends in the middle of what gzip compressed: the file is not whole")

// Read reads on. A file that is cut off is no file that has ended.
func (c compressed) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCut
	}
	return n, err
}

type eof struct{}

// Read ends at once.
func (eof) Read([]byte) (int, error) { return 0, io.EOF }

func (s *source) chunker(from *start) (chunker, error) {
	switch s.format {
	case "json":
		return newJSONChunker(s, from.in)
	case "csv":
		return newCSVChunker(s, from)
	}
	return newLines(s, from), nil
}

// keys makes the keys of a chunk's records, NAME:LINE, in one piece of memory.
type keys struct {
	name string
	buf  []byte
	ends []int
}

func (k *keys) add(line int) {
	k.buf = append(append(k.buf, k.name...), ':')
	k.buf = strconv.AppendInt(k.buf, int64(line), 10)
	k.ends = append(k.ends, len(k.buf))
}

// set gives each record its key, in the order of add.
func (k *keys) set(records []step.Raw) {
	all, start := string(k.buf), 0
	for i, end := range k.ends {
		records[i].Key = all[start:end]
		start = end
	}
	k.buf, k.ends = k.buf[:0], k.ends[:0]
}

// piece collects records in one piece of memory.
type piece struct {
	buf  []byte
	ends []int
	errs []error
}

// end ends a record; err says what is wrong with it.
func (p *piece) end(err error) { p.ends, p.errs = append(p.ends, len(p.buf)), append(p.errs, err) }

// cut returns the records with their keys.
func (p *piece) cut(k *keys) []step.Raw {
	records, start := make([]step.Raw, len(p.ends)), 0
	for i, end := range p.ends {
		records[i] = step.Raw{Data: p.buf[start:end:end], Err: p.errs[i]}
		start = end
	}
	k.set(records)
	return records
}

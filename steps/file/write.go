package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/sluicehq/sluice/engine/step"
)

func bindWrite(b *step.Builder, o *Write, stdout io.Writer) step.OpenSink {
	f, ok := bindForm(b, o.Path, o.Format, o.Gzip, o.Delimiter)
	if !ok {
		return nil
	}
	return func(c *step.Connection, _ step.Mode) (step.Sink, error) {
		at, err := f.locate(c)
		if err != nil {
			return nil, err
		}
		if at.format == "json" {
			return nil, fmt.Errorf("%s: records cannot be added to a JSON file; use ndjson", at.name)
		}
		s := &sink{location: at, options: o, dry: c.DryRun, stdout: stdout}
		if at.format == "csv" {
			s.csv = newCSVRows(o, f.delimiter)
		}
		return s, nil
	}
}

// sink adds records to a file. Each Write leaves the file whole: a run that is
// killed leaves at most one torn piece behind, which the next run takes off.
type sink struct {
	location
	options *Write
	csv     *csvRows // nil for NDJSON
	dry     bool
	stdout  io.Writer

	mu      sync.Mutex
	file    *os.File
	size    int64
	synced  int64 // the size at the last Sync
	journal *journal
	buf     bytes.Buffer
	gz      *gzip.Writer
}

var _ step.Finder = (*sink)(nil)

var errDry = errors.New("a dry run writes no files")

// Write adds the records in their order.
func (s *sink) Write(_ context.Context, ds []*step.Delivery) []step.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	results := make([]step.Result, len(ds))
	if err := s.open(); err != nil {
		return all(results, step.Result{State: step.Retry, Err: &step.FatalError{Err: err}})
	}
	s.buf.Reset()
	if s.csv != nil {
		if err := s.csv.begin(s, ds); err != nil {
			return all(results, step.Result{State: step.Retry, Err: &step.FatalError{Err: s.wrong(err)}})
		}
	}
	e := entry{Start: s.size}
	for i, d := range ds {
		results[i] = s.add(d, &e)
	}
	if failed := s.flush(&e); failed != nil {
		for i := range results {
			if results[i].State == step.Sent {
				results[i] = *failed
			}
		}
	}
	return results
}

func all(results []step.Result, r step.Result) []step.Result {
	for i := range results {
		results[i] = r
	}
	return results
}

// add adds one record to what is to be written, and to what the journal will
// say of it.
func (s *sink) add(d *step.Delivery, e *entry) step.Result {
	from := s.buf.Len()
	if err := s.append(d); err != nil {
		s.buf.Truncate(from)
		return step.Result{State: step.Refused, Err: s.wrong(err)}
	}
	if d.Idempotency == "" {
		return step.Result{State: step.Sent}
	}
	e.Keys, e.Offsets, e.Lengths = append(e.Keys, d.Idempotency), append(e.Offsets, from), append(e.Lengths, s.buf.Len()-from)
	return step.Result{State: step.Sent, Reference: s.reference(e.Start + int64(from))}
}

// reference names a place in the file.
func (s *sink) reference(at int64) string { return s.name + ":" + strconv.FormatInt(at, 10) }

// append adds one record as it is written.
func (s *sink) append(d *step.Delivery) error {
	if s.csv != nil {
		return s.csv.append(&s.buf, d)
	}
	if bytes.IndexByte(d.Body, '\n') >= 0 {
		return errors.New("a record with a line break in its JSON cannot be a line of NDJSON")
	}
	s.buf.Write(d.Body)
	s.buf.WriteByte('\n')
	return nil
}

// flush writes what was added. The journal is told first what is to come, so
// that whatever stands in the file can be told to be whole or torn.
func (s *sink) flush(e *entry) *step.Result {
	out := s.buf.Bytes()
	if s.gzip {
		packed, err := s.pack(out)
		if err != nil {
			return &step.Result{State: step.Retry, Err: s.wrong(err)}
		}
		out = packed
	}
	if s.path == standard {
		if _, err := s.stdout.Write(out); err != nil {
			return &step.Result{State: step.Unknown, Err: s.wrong(err)}
		}
		return nil
	}
	e.Size = int64(len(out))
	if len(e.Keys) > 0 || s.gzip {
		if err := s.journal.add(e); err != nil {
			return &step.Result{State: step.Retry, Err: s.wrong(err)}
		}
	}
	return s.put(out)
}

// put adds a piece to the end of the file. A piece that could not be written
// whole is taken off again.
func (s *sink) put(out []byte) *step.Result {
	_, err := s.file.WriteAt(out, s.size)
	if err == nil {
		s.size += int64(len(out))
		return nil
	}
	if back := s.file.Truncate(s.size); back != nil {
		return &step.Result{State: step.Unknown, Err: s.wrong(errors.Join(err, back))}
	}
	return &step.Result{State: step.Retry, Err: s.wrong(err)}
}

// pack compresses a piece, which stands in the file by itself.
func (s *sink) pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	if s.gz == nil {
		s.gz = gzip.NewWriter(&out)
	} else {
		s.gz.Reset(&out)
	}
	if _, err := s.gz.Write(b); err != nil {
		return nil, err
	}
	if err := s.gz.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// wrong names the file in an error.
func (s *sink) wrong(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

// open opens the file when it is first needed, and takes off what a run that
// was killed left torn.
func (s *sink) open() error {
	switch {
	case s.dry:
		return errDry
	case s.file != nil || s.path == standard:
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return s.wrong(err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return errors.Join(s.wrong(err), f.Close())
	}
	s.file, s.size, s.journal = f, info.Size(), newJournal(s.path)
	if err := s.mend(); err != nil {
		s.file = nil
		return errors.Join(s.wrong(err), f.Close())
	}
	return nil
}

// mend makes the file whole.
func (s *sink) mend() error {
	last, err := s.journal.read()
	switch {
	case err != nil:
		return err
	case last != nil && last.torn(s.size):
		s.size = last.whole(s.size, s.gzip)
		return s.file.Truncate(s.size)
	case s.size == 0, s.gzip:
		return nil
	}
	return s.endLine()
}

// endLine ends a line that does not end: somebody else wrote last.
func (s *sink) endLine() error {
	end := make([]byte, 1)
	if _, err := s.file.ReadAt(end, s.size-1); err != nil || end[0] == '\n' {
		return err
	}
	if _, err := s.file.WriteAt([]byte{'\n'}, s.size); err != nil {
		return err
	}
	s.size++
	return nil
}

// Find tells whether a delivery is in the file: whether it stands whole where
// the journal says that it was to be written.
func (s *sink) Find(_ context.Context, d *step.Delivery) step.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.path == standard {
		return step.Result{State: step.Unknown, Err: errors.New("what went to standard output cannot be looked up")}
	}
	if err := s.open(); err != nil {
		return step.Result{State: step.Unknown, Err: err}
	}
	at, ok := s.journal.find(d.Idempotency, s.size, s.gzip)
	if !ok {
		return step.Result{State: step.Absent}
	}
	return step.Result{State: step.Sent, Reference: s.reference(at)}
}

// Sync makes what was written outlast the machine.
func (s *sink) Sync(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil || s.synced == s.size {
		return nil
	}
	if err := s.file.Sync(); err != nil {
		return s.wrong(err)
	}
	s.synced = s.size
	return nil
}

// Close closes the file.
func (s *sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.journal.close(), s.file.Close())
	s.file = nil
	return err
}

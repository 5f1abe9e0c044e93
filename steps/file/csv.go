package file

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/item"
)

// table takes CSV apart: a record a row, each column a member that is a text.
type table struct {
	in      *counting
	csv     *csv.Reader
	columns [][]byte // the names as JSON, with what stands before and behind
	names   []string
	null    bool // empty columns are null
	keys    keys
	base    int      // lines before what csv reads
	at      position // behind the rows handed on
	last    int64    // where the last row began, as csv counts
	err     error
	failed  int64 // where the row began that could not be read; 0 if there is none
}

var errLongRow = fmt.Errorf("it is longer than %d MiB; most likely a quote in it is not closed", maxRecord>>20)

// counting remembers the end of what was read, to tell a file by.
type counting struct {
	io.Reader
	offset int64
	buf    []byte // what was read from offset on
}

// Read reads on, but not without end for one row, such as one whose quotes are
// not closed.
func (c *counting) Read(p []byte) (int, error) {
	if len(c.buf) > maxRecord {
		return 0, errLongRow
	}
	n, err := c.Reader.Read(p)
	c.buf = append(c.buf, p[:n]...)
	return n, err
}

// upTo returns what was read from the last call up to an offset.
func (c *counting) upTo(offset int64) []byte {
	part := c.buf[:offset-c.offset]
	c.buf, c.offset = c.buf[offset-c.offset:], offset
	return part
}

func newCSVChunker(s *source, from *start) (chunker, error) {
	names := s.options.Columns
	if names == nil {
		var err error
		if names, err = s.header(from); err != nil {
			return nil, err
		}
		if names == nil {
			return empty{}, nil
		}
	}
	t := &table{null: s.options.Empty == "null", keys: keys{name: s.name}, at: from.position, base: int(from.lines)}
	in := from.in.Reader
	if from.offset == 0 {
		in = &withoutBOM{Reader: in, t: t}
	}
	t.in = &counting{Reader: in}
	t.csv = s.reader(t.in)
	t.csv.FieldsPerRecord = len(names)
	t.name(names)
	if from.offset == 0 && s.options.Columns == nil {
		if _, err := t.csv.Read(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// name gives the columns their names.
func (t *table) name(names []string) {
	t.names = names
	for i, n := range names {
		quoted := item.AppendJSON([]byte(","), item.Text(n))
		if i == 0 {
			quoted[0] = '{'
		}
		t.columns = append(t.columns, append(quoted, ':'))
	}
}

func (s *source) reader(in io.Reader) *csv.Reader {
	r := csv.NewReader(in)
	r.Comma, r.ReuseRecord = s.delimiter, true
	return r
}

// header reads the names of the columns from the beginning of the file; none
// if the file is empty.
func (s *source) header(from *start) ([]string, error) {
	in := io.Reader(bytes.NewReader(from.head))
	if len(from.head) == edge {
		again, err := s.open()
		if err != nil {
			return nil, err
		}
		defer again.Close()
		if again.file != nil {
			in = again
		}
	}
	r := s.reader(&withoutBOM{Reader: io.LimitReader(in, maxRecord)})
	r.ReuseRecord = false
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the first line has no names of columns: %w", err)
	}
	return names, checkNames(names)
}

// checkNames sees that the names of columns can be those of members.
func checkNames(names []string) error {
	for i, n := range names {
		switch {
		case n == "":
			return fmt.Errorf("column %d has no name in the first line; name all columns, or give columns", i+1)
		case slices.Contains(names[:i], n):
			return fmt.Errorf("two columns are called %q", n)
		case !utf8.ValidString(n):
			return fmt.Errorf("the name of column %d is not UTF-8", i+1)
		}
	}
	return nil
}

// empty is a file without anything in it.
type empty struct{}

func (empty) next() (chunk, error) { return chunk{}, io.EOF }

// withoutBOM leaves out the mark at the beginning of the file.
type withoutBOM struct {
	io.Reader
	t     *table
	begun bool
}

// Read reads on.
func (r *withoutBOM) Read(p []byte) (int, error) {
	if r.begun {
		return r.Reader.Read(p)
	}
	r.begun = true
	head := make([]byte, len(bom))
	n, err := io.ReadFull(r.Reader, head)
	head = head[:n]
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if bytes.Equal(head, bom) {
		if r.t != nil {
			r.t.at.offset, r.t.at.tail = int64(n), head
		}
		head = nil
	}
	r.Reader = io.MultiReader(bytes.NewReader(head), r.Reader)
	return r.Reader.Read(p)
}

// next returns the rows of the next chunk.
func (t *table) next() (chunk, error) {
	var p piece
	for begun := t.csv.InputOffset(); t.err == nil && t.csv.InputOffset()-begun < chunkSize; {
		t.row(&p)
	}
	records := p.cut(&t.keys)
	if len(records) == 0 {
		return chunk{}, t.err
	}
	return chunk{records: records, at: t.position()}, nil
}

// row reads the next row into a piece, if there is one.
func (t *table) row(p *piece) {
	before := t.csv.InputOffset()
	row, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		t.err = io.EOF
		return
	}
	line, bad := t.line(row, err)
	if line == 0 { // the file itself cannot be read
		t.err, t.failed = fmt.Errorf("the row that begins at line %d: %w", t.lineAt(before), err), before
		return
	}
	t.last = before
	if bad == nil {
		p.buf = t.append(p.buf, row)
	}
	p.end(bad)
	t.keys.add(t.base + line)
}

// lineAt returns the line that begins at an offset behind what was handed on.
func (t *table) lineAt(offset int64) int {
	return int(t.at.lines) + bytes.Count(t.in.buf[:offset-t.in.offset], []byte{'\n'}) + 1
}

// line returns the line on which a row begins and what is wrong with the row.
// The line is 0 for an error that is not about a row.
func (t *table) line(row []string, err error) (int, error) {
	if err != nil {
		e, ok := errors.AsType[*csv.ParseError](err)
		if !ok {
			return 0, err
		}
		if errors.Is(err, csv.ErrFieldCount) {
			return e.StartLine, fmt.Errorf("%s:%d: the row has %d columns, not %d", t.keys.name, t.base+e.StartLine, len(row), len(t.names))
		}
		return e.StartLine, fmt.Errorf("%s:%d: %w", t.keys.name, t.base+e.Line, e.Err)
	}
	line, _ := t.csv.FieldPos(0)
	for i, v := range row {
		if !utf8.ValidString(v) {
			return line, fmt.Errorf("%s:%d: the column %q is not UTF-8", t.keys.name, t.base+line, t.names[i])
		}
	}
	return line, nil
}

// append appends a row as JSON.
func (t *table) append(dst []byte, row []string) []byte {
	for i, v := range row {
		dst = append(dst, t.columns[i]...)
		if v == "" && t.null {
			dst = append(dst, "null"...)
		} else {
			dst = item.AppendJSON(dst, item.Text(v))
		}
	}
	return append(dst, '}')
}

// position returns the place behind the rows read so far.
func (t *table) position() *position {
	end := t.csv.InputOffset()
	if t.failed > 0 {
		end = t.failed
	}
	whole := t.in.upTo(max(t.last, t.in.offset)) // all but the last row
	last := t.in.upTo(end)
	t.at.offset += int64(len(whole) + len(last))
	t.at.tail = tailOf(tailOf(t.at.tail, whole), last)
	t.at.lines += int64(bytes.Count(whole, []byte{'\n'}))
	if t.err != nil && len(last) > 0 && last[len(last)-1] != '\n' {
		t.at.torn = int64(len(last))
	} else {
		t.at.lines += int64(bytes.Count(last, []byte{'\n'}))
	}
	p := t.at
	return &p
}

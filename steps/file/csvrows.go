package file

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// csvRows writes records as rows.
type csvRows struct {
	delimiter rune
	header    bool
	columns   []string
	known     bool // columns are settled
	row       []string
}

func newCSVRows(o *Write, delimiter rune) *csvRows {
	return &csvRows{delimiter: delimiter, header: o.Header, columns: o.Columns}
}

// begin settles the columns before the first row, and adds the line with their
// names to a file that is empty.
func (r *csvRows) begin(s *sink, ds []*step.Delivery) error {
	if r.known {
		return nil
	}
	if err := r.settle(s, ds[0]); err != nil {
		return err
	}
	r.known = true
	if s.size == 0 && r.header {
		return r.write(&s.buf, r.columns)
	}
	return nil
}

// settle decides which columns there are: those of the file, those that were
// given, or those of the first record.
func (r *csvRows) settle(s *sink, first *step.Delivery) error {
	if s.size > 0 && r.header {
		return r.adopt(s)
	}
	if len(r.columns) > 0 {
		return nil
	}
	v, err := valueOf(first)
	if err != nil {
		return err
	}
	for name := range v.Members() {
		r.columns = append(r.columns, name)
	}
	if len(r.columns) == 0 {
		return errors.New("there are no columns: the first record has no members")
	}
	return nil
}

// adopt takes the columns of the file that is there.
func (r *csvRows) adopt(s *sink) error {
	in := &source{location: s.location, delimiter: r.delimiter}
	file, err := in.open()
	if err != nil {
		return err
	}
	defer file.Close()
	reader := in.reader(&withoutBOM{Reader: io.LimitReader(file, chunkSize)})
	names, err := reader.Read()
	if err != nil {
		return fmt.Errorf("the names of the columns cannot be read: %w", err)
	}
	names = slices.Clone(names)
	if r.columns != nil && !slices.Equal(names, r.columns) {
		return fmt.Errorf("the file has the columns %q, not %q", names, r.columns)
	}
	r.columns = names
	return nil
}

// append adds a record. A list or an object is written as JSON.
func (r *csvRows) append(buf *bytes.Buffer, d *step.Delivery) error {
	v, err := valueOf(d)
	if err != nil {
		return err
	}
	for name := range v.Members() {
		if !slices.Contains(r.columns, name) {
			return fmt.Errorf("the file has no column %q", name)
		}
	}
	r.row = r.row[:0]
	for _, c := range r.columns {
		r.row = append(r.row, v.Member(c).String())
	}
	return r.write(buf, r.row)
}

func (r *csvRows) write(buf *bytes.Buffer, row []string) error {
	w := csv.NewWriter(buf)
	w.Comma = r.delimiter
	if err := w.Write(row); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

// valueOf returns what a delivery writes, as it is written.
func valueOf(d *step.Delivery) (item.Value, error) {
	v := d.Out
	if d.Body != nil {
		var err error
		if v, err = item.FromJSON(d.Body); err != nil {
			return v, err
		}
	}
	if v.Kind() != item.KindObject {
		return v, errors.New("a row is made of an object")
	}
	return v, nil
}

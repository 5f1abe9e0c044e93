package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/sluicehq/sluice/engine/item"
)

// position is a place in a file's content, and what stands around it, so that
// it can be told whether a file is still the one that was read.
type position struct {
	// offset is the number of bytes before it.
	offset int64
	// torn is how long the last record is, if its line did not end: more of it
	// may come.
	torn int64
	// lines is the number of lines before it, a torn record not counted.
	lines int64
	// tail is what stands before it, at most edge bytes.
	tail []byte
}

// edge is how many bytes at the beginning of a file and before a position tell
// a file from another one.
const edge = 4096

// start is where reading begins.
type start struct {
	in *input
	position
	// head is the beginning of the file as far as it has been seen.
	head []byte
	done bool // nothing was added to the file
}

// cursor is a position as the ledger keeps it.
func (s *start) cursor(at *position) []byte {
	return item.AppendJSON(nil, item.Map(
		[]string{"offset", "lines", "torn", "head", "tail"},
		[]item.Value{
			item.Int(at.offset), item.Int(at.lines), item.Int(at.torn),
			item.Text(digest(s.head[:min(int64(len(s.head)), at.offset)])), item.Text(digest(at.tail)),
		}))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// stored is a cursor as it was read back.
type stored struct {
	offset, lines, torn int64
	head, tail          string
}

func parseCursor(b []byte) (stored, error) {
	v, err := item.FromJSON(b)
	if err != nil || v.Member("offset").Kind() != item.KindInt {
		return stored{}, errors.New("the stored cursor is not that of a file; reset it to read from the beginning")
	}
	return stored{
		offset: v.Member("offset").AsInt(), lines: v.Member("lines").AsInt(), torn: v.Member("torn").AsInt(),
		head: v.Member("head").String(), tail: v.Member("tail").String(),
	}, nil
}

// resume reads past what an earlier run has read. A file that is another one,
// or was written anew, is read from the beginning.
func (s *source) resume(cursor []byte, in *input) (*start, error) {
	from := &start{in: in}
	if cursor == nil || s.format == "json" || s.path == standard {
		return from, from.peek()
	}
	was, err := parseCursor(cursor)
	if err != nil {
		return nil, err
	}
	same, err := from.skip(was)
	if err != nil {
		return nil, err
	}
	if !same {
		again, err := s.open()
		if err != nil {
			return nil, err
		}
		in.close = append(in.close, again.close...)
		from = &start{in: again}
		return from, from.peek()
	}
	return from, nil
}

// peek reads the beginning of the file, which stays to be read.
func (s *start) peek() error {
	head, err := io.ReadAll(io.LimitReader(s.in, edge))
	if err != nil {
		return err
	}
	s.head = head
	s.in.Reader = io.MultiReader(bytes.NewReader(head), s.in.Reader)
	return nil
}

// skip reads up to where an earlier run stopped. It reports whether all that
// was read then still stands there. A line that had not ended is read again.
func (s *start) skip(was stored) (bool, error) {
	if err := s.peek(); err != nil {
		return false, err
	}
	if int64(len(s.head)) < min(was.offset, edge) || digest(s.head[:min(was.offset, edge)]) != was.head {
		return false, nil
	}
	kept, err := s.reach(was)
	if err != nil || kept == nil {
		return false, err
	}
	if digest(kept[max(0, len(kept)-edge):]) != was.tail {
		return false, nil
	}
	s.offset, s.lines, s.tail = was.offset, was.lines, kept
	if was.torn == 0 {
		return true, nil
	}
	return true, s.again(kept[int64(len(kept))-was.torn:])
}

// reach reads up to where an earlier run stopped and returns what stands before
// that: the torn line, and enough to compare. It is nil when the file ends
// before.
func (s *start) reach(was stored) ([]byte, error) {
	kept := make([]byte, max(min(was.offset, edge), was.torn))
	before := was.offset - int64(len(kept))
	if s.in.plain && s.in.file != nil {
		if _, err := s.in.file.Seek(before, io.SeekStart); err != nil {
			return nil, err
		}
		s.in.Reader = s.in.file
	} else if _, err := io.CopyN(io.Discard, s.in, before); err != nil {
		return nil, unlessEnd(err)
	}
	if _, err := io.ReadFull(s.in, kept); err != nil {
		return nil, unlessEnd(err)
	}
	return kept, nil
}

// again puts a torn line back, to be read with what follows. If nothing does,
// there is nothing to read.
func (s *start) again(line []byte) error {
	more := make([]byte, 1)
	switch _, err := io.ReadFull(s.in, more); {
	case errors.Is(err, io.EOF):
		s.done = true
		return nil
	case err != nil:
		return err
	}
	s.offset -= int64(len(line))
	s.tail = s.tail[:len(s.tail)-len(line)]
	s.in.Reader = io.MultiReader(bytes.NewReader(append(bytes.Clone(line), more...)), s.in.Reader)
	return nil
}

// unlessEnd returns nil for the error of a file that ends too early.
func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return fmt.Errorf("cannot be read again: %w", err)
}

// tailOf returns the last edge bytes of what was read: of chunk, and before it
// of the tail so far.
func tailOf(before, chunk []byte) []byte {
	if len(chunk) >= edge {
		return chunk[len(chunk)-edge:]
	}
	both := append(bytes.Clone(before), chunk...)
	return both[max(0, len(both)-edge):]
}

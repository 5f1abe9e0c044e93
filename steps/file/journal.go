package file

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"
)

// journal says, beside a file that is written, what was to be written where:
// an entry for each piece, written before it. Only the last entries are kept.
type journal struct {
	path    string
	entries []entry
	file    *os.File
	size    int64
}

// entry is a piece of the file.
type entry struct {
	// Start is where the piece begins in the file, Size how long it is there.
	Start int64 `json:"start"`
	Size  int64 `json:"size"`
	// Keys are the idempotency keys of the records in the piece, Offsets and
	// Lengths where they are in it before it is compressed.
	Keys    []string `json:"keys"`
	Offsets []int    `json:"offsets"`
	Lengths []int    `json:"lengths"`
}

// torn reports whether a file of a size ends inside the piece.
func (e *entry) torn(size int64) bool { return size >= e.Start && size < e.Start+e.Size }

// whole returns the end of the last record that stands whole in a file of a
// size. In a compressed file a piece is whole or nothing.
func (e *entry) whole(size int64, gzip bool) int64 {
	end := e.Start
	for i := range e.Offsets {
		if stop := e.Start + int64(e.Offsets[i]+e.Lengths[i]); stop <= size && !gzip {
			end = max(end, stop)
		}
	}
	return end
}

const (
	// keptEntries is how many entries stay when the journal is written anew.
	keptEntries = 64
	// maxJournal is the size at which that happens.
	maxJournal = 1 << 20
)

func newJournal(path string) *journal {
	dir, name := filepath.Split(path)
	return &journal{path: dir + "." + name + ".sluice"}
}

// read reads the journal and returns the last entry; nil without one. An entry
// that is torn was not followed by its piece.
func (j *journal) read() (*entry, error) {
	data, err := os.ReadFile(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(data) {
		var e entry
		if line[len(line)-1] != '\n' || json.Unmarshal(line, &e) != nil {
			break
		}
		j.entries = append(j.entries, e)
		j.size += int64(len(line))
	}
	if len(j.entries) == 0 {
		return nil, nil
	}
	j.forget()
	return &j.entries[len(j.entries)-1], nil
}

func (j *journal) forget() {
	if n := len(j.entries) - keptEntries; n > 0 {
		j.entries = slices.Delete(j.entries, 0, n)
	}
}

// add writes an entry. Nothing of its piece may be written before.
func (j *journal) add(e *entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if j.file == nil {
		if j.file, err = os.OpenFile(j.path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
			return err
		}
		if err := j.file.Truncate(j.size); err != nil { // a torn entry
			return err
		}
	}
	j.entries = append(j.entries, *e)
	if j.size+int64(len(line)) > maxJournal {
		return j.rewrite()
	}
	if _, err := j.file.WriteAt(line, j.size); err != nil {
		j.entries = j.entries[:len(j.entries)-1]
		return err
	}
	j.size += int64(len(line))
	j.forget()
	return nil
}

// rewrite writes the last entries to a new journal, which takes the place of
// the old one at once.
func (j *journal) rewrite() error {
	j.forget()
	var buf bytes.Buffer
	for i := range j.entries {
		line, err := json.Marshal(&j.entries[i])
		if err != nil {
			return err
		}
		buf.Write(append(line, '\n'))
	}
	fresh := j.path + ".new"
	if err := os.WriteFile(fresh, buf.Bytes(), 0o600); err != nil {
		return err
	}
	if err := os.Rename(fresh, j.path); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	old := j.file
	j.file, j.size = f, int64(buf.Len())
	return old.Close()
}

// find returns where a record stands in a file of a size; false when it does
// not stand there whole. In a compressed file a piece is whole or nothing.
func (j *journal) find(key string, size int64, gzip bool) (int64, bool) {
	// Where a later piece begins before the end of an earlier one, the earlier
	// one was torn and taken off.
	for i := len(j.entries) - 1; i >= 0; i-- {
		e := &j.entries[i]
		if at := slices.Index(e.Keys, key); at >= 0 {
			start := e.Start + int64(e.Offsets[at])
			end := start + int64(e.Lengths[at])
			if gzip {
				end = e.Start + e.Size
			}
			if end <= size {
				return start, true
			}
		}
		size = min(size, e.Start)
	}
	return 0, false
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

package file

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/sluicehq/sluice/engine/step"
)

// lines takes NDJSON apart: a record a line. What is in a line is checked by
// whoever decodes it.
type lines struct {
	in   io.Reader
	at   position
	rest []byte // the beginning of a line whose end is still to come
	keys keys
	err  error // what ended the file

	buffers buffers
}

func newLines(s *source, from *start) *lines {
	return &lines{in: from.in, at: from.position, keys: keys{name: s.name}}
}

// next returns the lines of the next chunk. Each chunk has memory of its own,
// which the records are parts of.
func (l *lines) next() (chunk, error) {
	for {
		buf, err := l.fill()
		if err != nil {
			return chunk{}, err
		}
		if len(buf) == 0 {
			return chunk{}, io.EOF
		}
		records := l.cut(buf)
		l.at.offset += int64(len(buf))
		l.at.tail = tailOf(l.at.tail, buf)
		if len(records) == 0 && l.err == nil {
			continue // nothing but blank lines
		}
		at := l.at
		if at.torn > 0 {
			at.lines--
		}
		return chunk{records: records, at: &at, release: func() { l.buffers.give(buf) }}, nil
	}
}

// fill reads a chunk that ends with a line, or with the file.
func (l *lines) fill() ([]byte, error) {
	if l.err != nil {
		return nil, nil
	}
	size := chunkSize
	for {
		buf := append(l.buffers.take(max(size, len(l.rest)+chunkSize/2)), l.rest...)
		n, err := io.ReadFull(l.in, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			l.rest, l.err = nil, io.EOF
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
		if end := bytes.LastIndexByte(buf, '\n'); end >= 0 {
			l.rest = append(l.rest[:0], buf[end+1:]...)
			return buf[:end+1], nil
		}
		if len(buf) > maxRecord {
			return nil, fmt.Errorf("line %d is longer than %d MiB", l.at.lines+1, maxRecord>>20)
		}
		l.rest, size = buf, 2*len(buf)
	}
}

// cut cuts a chunk into its lines.
func (l *lines) cut(buf []byte) []step.Raw {
	records := make([]step.Raw, 0, bytes.Count(buf, []byte{'\n'})+1)
	l.at.torn = 0
	for len(buf) > 0 {
		l.at.lines++
		end := bytes.IndexByte(buf, '\n')
		line := buf
		if end >= 0 {
			line, buf = buf[:end], buf[end+1:]
		} else {
			buf, l.at.torn = nil, int64(len(line))
		}
		if l.at.lines == 1 {
			line = bytes.TrimPrefix(line, bom)
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		records = append(records, step.Raw{Data: line[:len(line):len(line)]})
		l.keys.add(int(l.at.lines))
	}
	l.keys.set(records)
	return records
}

// bom is the mark that some programs put at the beginning of UTF-8.
var bom = []byte("\uFEFF")

// buffers keeps the memory of chunks that nobody needs any more for later ones.
type buffers struct {
	mu   sync.Mutex
	free [][]byte
}

// take returns an empty buffer with room for at least size bytes.
func (b *buffers) take(size int) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	for n := len(b.free) - 1; n >= 0; n-- {
		buf := b.free[n]
		b.free = b.free[:n]
		if cap(buf) >= size {
			return buf[:0]
		}
	}
	return make([]byte, 0, size)
}

// give takes a buffer back.
func (b *buffers) give(buf []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, buf)
}

package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// Kinds of payload. Their letters are in the file: they never change.
const (
	payloadRecord byte = 'r'
	payloadResult byte = 'm'
	payloadValues byte = 'v'
	payloadAnswer byte = 'a'
)

const (
	// chunkBytes is how much goes into a chunk before compression: enough for
	// like records to compress together, little enough to read one of them.
	chunkBytes = 256 << 10
	// chunkSpan is the most row numbers that a chunk reaches over, so that the
	// chunks that may hold a row are found without an index of their own.
	chunkSpan = 1000
	// chunkLimit guards against a damaged chunk that would unpack without end.
	chunkLimit = 1 << 30
)

// packer compresses chunks. It is safe for concurrent use.
type packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newPacker() (packer, error) {
	enc, encErr := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(chunkBytes), zstd.WithLowerEncoderMem(true))
	dec, decErr := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(chunkLimit))
	return packer{enc, dec}, errors.Join(encErr, decErr)
}

func (p packer) close() error {
	p.dec.Close()
	return p.enc.Close()
}

// chunk is a stretch of payloads: for each, the row counted from first, the
// kind, the length and the bytes.
type chunk struct {
	first, last int64
	data        []byte
}

// chunker fills chunks with the payloads of rows that come in order.
type chunker struct {
	pack packer
	raw  []byte
	open chunk
	done []chunk
}

// add adds a payload. Empty ones are not kept.
func (b *chunker) add(row int64, kind byte, data []byte) {
	if len(data) == 0 {
		return
	}
	if len(b.raw) > 0 && (len(b.raw)+len(data) > chunkBytes || row-b.open.first >= chunkSpan) {
		b.flush()
	}
	if len(b.raw) == 0 {
		b.open.first = row
	}
	b.put(row, kind, data)
}

// put adds a payload to the open chunk.
func (b *chunker) put(row int64, kind byte, data []byte) {
	b.open.last = row
	b.raw = binary.AppendUvarint(b.raw, uint64(row-b.open.first))
	b.raw = append(b.raw, kind)
	b.raw = binary.AppendUvarint(b.raw, uint64(len(data)))
	b.raw = append(b.raw, data...)
}

func (b *chunker) flush() {
	if len(b.raw) == 0 {
		return
	}
	b.open.data = b.pack.enc.EncodeAll(b.raw, nil)
	b.done = append(b.done, b.open)
	b.raw = b.raw[:0]
}

// chunks ends the last chunk and returns all.
func (b *chunker) chunks() []chunk {
	b.flush()
	return b.done
}

var errChunk = &damage{"a stored record cannot be unpacked"}

// unpack calls use with each payload of a chunk. Its bytes are only lent.
func (p packer) unpack(c chunk, use func(row int64, kind byte, data []byte)) error {
	raw, err := p.dec.DecodeAll(c.data, nil)
	if err != nil {
		return errChunk
	}
	for len(raw) > 0 {
		offset, n := binary.Uvarint(raw)
		if n <= 0 || n+1 >= len(raw) {
			return errChunk
		}
		kind := raw[n]
		raw = raw[n+1:]
		size, n := binary.Uvarint(raw)
		if n <= 0 || size > uint64(len(raw)-n) {
			return errChunk
		}
		use(c.first+int64(offset), kind, raw[n:n+int(size)])
		raw = raw[n+int(size):]
	}
	return nil
}

// keep stores chunks whose rows count from base.
func (c *commit) keep(chunks []chunk, base int64) error {
	for _, k := range chunks {
		c.chunk++
		_, err := c.exec(`
			INSERT INTO payloads (instance, first_row, chunk, last_row, kept_at, data)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
			c.lease.id, base+k.first, c.chunk, base+k.last, c.now, k.data)
		if err != nil {
			return err
		}
	}
	return nil
}

// payloadKey names a payload.
type payloadKey struct {
	row  int64
	kind byte
}

// payloads reads what is kept of some rows. A payload that is kept twice counts
// as it was kept last.
func (l *Ledger) payloads(ctx context.Context, instance int64, rows []int64) (map[payloadKey][]byte, error) {
	rows = slices.Clone(rows)
	slices.Sort(rows)
	found := map[payloadKey][]byte{}
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n]-rows[n-1] < chunkSpan {
			n++
		}
		if err := l.payloadsBetween(ctx, instance, rows[:n], found); err != nil {
			return nil, err
		}
		rows = rows[n:]
	}
	return found, nil
}

func (l *Ledger) payloadsBetween(ctx context.Context, instance int64, rows []int64, found map[payloadKey][]byte) error {
	q, err := l.readers.QueryContext(ctx, `
		SELECT first_row, last_row, data FROM payloads
		WHERE instance = ? AND first_row > ? AND first_row <= ? AND last_row >= ? ORDER BY chunk`,
		instance, rows[0]-chunkSpan, rows[len(rows)-1], rows[0])
	return each(q, err, func() error {
		var c chunk
		if err := q.Scan(&c.first, &c.last, &c.data); err != nil {
			return err
		}
		return l.pack.unpack(c, func(row int64, kind byte, data []byte) {
			if _, ok := slices.BinarySearch(rows, row); ok {
				found[payloadKey{row, kind}] = slices.Clone(data)
			}
		})
	})
}

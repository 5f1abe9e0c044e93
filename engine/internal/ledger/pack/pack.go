// Package pack compresses the payloads of rows, many to a chunk, because like
// records compress far better together.
package pack

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/klauspost/compress/zstd"
)

const (
	// chunkBytes is how much goes into a chunk before compression: enough for
	// like records to compress together, little enough to read one of them.
	chunkBytes = 256 << 10
	// Span is the most row numbers that a chunk reaches over, so that the
	// chunks that may hold a row are found without an index of their own.
	Span = 1000
	// chunkLimit guards against a damaged chunk that would unpack without end.
	chunkLimit = 1 << 30
)

// ErrBroken means that a chunk is not what was packed.
var ErrBroken = errors.New("a stored record cannot be unpacked")

// Packer compresses chunks. It is safe for concurrent use.
type Packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
	raw sync.Pool // of *[]byte, for chunks before compression
}

// New returns a Packer.
func New() (*Packer, error) {
	enc, encErr := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(chunkBytes), zstd.WithLowerEncoderMem(true))
	dec, decErr := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(chunkLimit))
	return &Packer{enc: enc, dec: dec}, errors.Join(encErr, decErr)
}

// Close frees what the Packer holds.
func (p *Packer) Close() error {
	p.dec.Close()
	return p.enc.Close()
}

// Chunk is a stretch of payloads: for each, the row counted from First, the
// kind, the length and the bytes, all compressed.
type Chunk struct {
	First, Last int64
	Data        []byte
}

// Chunker fills chunks with the payloads of rows that come in order.
type Chunker struct {
	pack *Packer
	raw  []byte
	open Chunk
	done []Chunk
}

// Chunker returns a Chunker without payloads.
func (p *Packer) Chunker() *Chunker {
	b := &Chunker{pack: p}
	if raw, ok := p.raw.Get().(*[]byte); ok {
		b.raw = *raw
	}
	return b
}

// Add adds a payload. Empty ones are not kept.
func (b *Chunker) Add(row int64, kind byte, data []byte) {
	if len(data) == 0 {
		return
	}
	if len(b.raw) > 0 && (len(b.raw)+len(data) > chunkBytes || row-b.open.First >= Span) {
		b.flush()
	}
	if len(b.raw) == 0 {
		b.open.First = row
	}
	b.open.Last = row
	b.raw = binary.AppendUvarint(b.raw, uint64(row-b.open.First))
	b.raw = append(b.raw, kind)
	b.raw = binary.AppendUvarint(b.raw, uint64(len(data)))
	b.raw = append(b.raw, data...)
}

func (b *Chunker) flush() {
	if len(b.raw) == 0 {
		return
	}
	b.open.Data = b.pack.enc.EncodeAll(b.raw, nil)
	b.done = append(b.done, b.open)
	b.raw = b.raw[:0]
}

// Chunks ends the last chunk and returns all.
func (b *Chunker) Chunks() []Chunk {
	b.flush()
	raw := b.raw
	b.pack.raw.Put(&raw)
	b.raw = nil
	return b.done
}

// Unpack calls use with each payload of a chunk. Its bytes are only lent.
func (p *Packer) Unpack(c Chunk, use func(row int64, kind byte, data []byte)) error {
	raw, err := p.dec.DecodeAll(c.Data, nil)
	if err != nil {
		return ErrBroken
	}
	for len(raw) > 0 {
		offset, n := binary.Uvarint(raw)
		if n <= 0 || n+1 >= len(raw) {
			return ErrBroken
		}
		kind := raw[n]
		raw = raw[n+1:]
		size, n := binary.Uvarint(raw)
		if n <= 0 || size > uint64(len(raw)-n) {
			return ErrBroken
		}
		use(c.First+int64(offset), kind, raw[n:n+int(size)])
		raw = raw[n+int(size):]
	}
	return nil
}

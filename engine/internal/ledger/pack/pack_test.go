package pack

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestRoundTrip packs payloads and unpacks the same ones, in chunks that keep
// to their limits.
func TestRoundTrip(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	rapid.Check(t, func(rt *rapid.T) {
		b := p.Chunker()
		var want, got []string
		row := int64(rapid.IntRange(0, 1<<40).Draw(rt, "first"))
		for range rapid.IntRange(0, 40).Draw(rt, "payloads") {
			row += int64(rapid.SampledFrom([]int{0, 1, 1, 1, 999, 1000, 5000}).Draw(rt, "step"))
			kind := rapid.SampledFrom([]byte("rmva")).Draw(rt, "kind")
			data := bytes.Repeat([]byte(rapid.String().Draw(rt, "data")), rapid.SampledFrom([]int{1, 1, 9_000}).Draw(rt, "times"))
			b.Add(row, kind, data)
			if len(data) > 0 {
				want = append(want, fmt.Sprintln(row, kind, len(data), crc32.ChecksumIEEE(data)))
			}
		}
		last := int64(-1)
		for _, c := range b.Chunks() {
			if c.First > c.Last || c.Last-c.First >= Span || c.First < last {
				rt.Fatalf("a chunk from %d to %d after %d", c.First, c.Last, last)
			}
			last = c.Last
			total, n := 0, 0
			err := p.Unpack(c, func(row int64, kind byte, data []byte) {
				got = append(got, fmt.Sprintln(row, kind, len(data), crc32.ChecksumIEEE(data)))
				if row < c.First || row > c.Last {
					rt.Errorf("row %d in a chunk from %d to %d", row, c.First, c.Last)
				}
				total, n = total+len(data), n+1
			})
			if err != nil || n > 1 && total > chunkBytes {
				rt.Fatalf("%d bytes in a chunk of %d payloads: %v", total, n, err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// FuzzUnpack unpacks what nobody packed: an error, not a panic.
func FuzzUnpack(f *testing.F) {
	p, err := New()
	if err != nil {
		f.Fatal(err)
	}
	b := p.Chunker()
	b.Add(7, 'r', []byte(strings.Repeat("order", 9)))
	b.Add(9, 'm', []byte("{}"))
	f.Add(b.Chunks()[0].Data, false)
	f.Add([]byte("\x00r\x05ab"), true)
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xffr"), true)
	f.Add([]byte("\x00r\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), true)
	f.Fuzz(func(t *testing.T, data []byte, raw bool) {
		if raw { // as if it had been packed so
			data = p.enc.EncodeAll(data, nil)
		}
		size := 0
		err := p.Unpack(Chunk{First: 1, Data: data}, func(_ int64, _ byte, payload []byte) { size += len(payload) })
		if err != nil && !errors.Is(err, ErrBroken) {
			t.Error(err)
		}
	})
}

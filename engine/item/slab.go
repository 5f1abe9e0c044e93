package item

// slab hands out slices of one kind, and takes them all back at once.
type slab[T any] struct {
	chunks [][]T
	used   int // chunks begun since the last reset
	free   []T // the rest of the chunk in use
}

// Chunks double from firstLen on, up to chunkLen: many a decoder reads one small
// value in its life.
const (
	firstLen  = 16
	chunkLen  = 512
	maxChunks = 64 // kept for use again; the others are left to the collector
)

// take returns n zero values.
func (s *slab[T]) take(n int) []T {
	if n > len(s.free) {
		s.grow(n)
	}
	part := s.free[:n:n]
	s.free = s.free[n:]
	clear(part)
	return part
}

func (s *slab[T]) grow(n int) {
	for s.used < len(s.chunks) {
		s.free = s.chunks[s.used]
		s.used++
		if n <= len(s.free) {
			return
		}
	}
	size := chunkLen
	if len(s.chunks) < 5 {
		size = firstLen << len(s.chunks)
	}
	s.free = make([]T, max(n, size))
	if len(s.chunks) < maxChunks && n <= chunkLen {
		s.chunks = append(s.chunks, s.free)
		s.used++
	}
}

func (s *slab[T]) reset() { s.used, s.free = 0, nil }

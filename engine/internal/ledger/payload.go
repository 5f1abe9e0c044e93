package ledger

import (
	"context"
	"slices"

	"github.com/sluicehq/sluice/engine/internal/ledger/pack"
	"github.com/sluicehq/sluice/engine/internal/ledger/store"
)

// Kinds of payload. Their letters are in the file: they never change.
const (
	payloadRecord byte = 'r'
	payloadResult byte = 'm'
	payloadValues byte = 'v'
	payloadAnswer byte = 'a'
)

// keep stores chunks whose rows count from base.
func (c *commit) keep(chunks []pack.Chunk, base int64) error {
	for _, k := range chunks {
		c.chunk++
		_, err := c.exec(`
			INSERT INTO payloads (instance, first_row, chunk, last_row, kept_at, data)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
			c.lease.id, base+k.First, c.chunk, base+k.Last, c.now, k.Data)
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

// payloads reads what is kept of some rows, which it sorts. A payload that is
// kept twice counts as it was kept last.
func (l *Ledger) payloads(ctx context.Context, instance int64, rows []int64) (map[payloadKey][]byte, error) {
	slices.Sort(rows)
	found := map[payloadKey][]byte{}
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n]-rows[n-1] < pack.Span {
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
	q, err := l.db.Readers.QueryContext(ctx, `
		SELECT first_row, last_row, data FROM payloads
		WHERE instance = ? AND first_row > ? AND first_row <= ? AND last_row >= ? ORDER BY chunk`,
		instance, rows[0]-pack.Span, rows[len(rows)-1], rows[0])
	return each(q, err, func() error {
		var c pack.Chunk
		if err := q.Scan(&c.First, &c.Last, &c.Data); err != nil {
			return err
		}
		return l.unpack(c, func(row int64, kind byte, data []byte) {
			if _, ok := slices.BinarySearch(rows, row); ok {
				found[payloadKey{row, kind}] = slices.Clone(data)
			}
		})
	})
}

// unpack calls use with each payload of a chunk. Its bytes are only lent.
func (l *Ledger) unpack(c pack.Chunk, use func(row int64, kind byte, data []byte)) error {
	if err := l.pack.Unpack(c, use); err != nil {
		return store.Damaged(err.Error())
	}
	return nil
}

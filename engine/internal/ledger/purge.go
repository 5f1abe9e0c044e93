package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger/pack"
)

// Purged says what Purge took away.
type Purged struct {
	// Payloads counts records, results, values and answers; Bytes is what they
	// took up. The file does not shrink: the room is used again.
	Payloads int
	Bytes    int64
}

// Purge takes away the payloads that were kept before a time, except those of
// rows that are open: they are needed until somebody decides. The rows stay.
func (l *Ledger) Purge(ctx context.Context, before time.Time) (Purged, error) {
	var sum Purged
	needed, err := l.needed(ctx)
	if err != nil {
		return sum, l.db.Explain(err)
	}
	var due []chunkKey
	rows, err := l.db.Readers.QueryContext(ctx,
		"SELECT instance, first_row, chunk FROM payloads WHERE kept_at < ?", micros(before))
	err = each(rows, err, func() error {
		var k chunkKey
		err := rows.Scan(&k.instance, &k.first, &k.chunk)
		due = append(due, k)
		return err
	})
	if err != nil {
		return sum, l.db.Explain(err)
	}
	for _, k := range due {
		p, err := l.purge(ctx, k, needed)
		if err != nil {
			return sum, err
		}
		sum.Payloads += p.Payloads
		sum.Bytes += p.Bytes
	}
	return sum, nil
}

type chunkKey struct{ instance, first, chunk int64 }

// rowKey names a row among all instances.
type rowKey struct{ instance, row int64 }

// needed returns the rows whose payloads must stay: the open ones, and the
// records that they belong to. A row that is not among them cannot become open
// later, so the answer stays safe while runs go on.
func (l *Ledger) needed(ctx context.Context) (map[rowKey]bool, error) {
	found := map[rowKey]bool{}
	rows, err := l.db.Readers.QueryContext(ctx,
		"SELECT instance, row, main FROM entries WHERE state IN ('pending', 'sending', 'dead', 'in doubt')")
	err = each(rows, err, func() error {
		var instance, row, main int64
		err := rows.Scan(&instance, &row, &main)
		found[rowKey{instance, row}] = true
		if main != 0 {
			found[rowKey{instance, main}] = true
		}
		return err
	})
	return found, err
}

// purge takes what is not needed out of one chunk.
func (l *Ledger) purge(ctx context.Context, k chunkKey, needed map[rowKey]bool) (Purged, error) {
	var p Purged
	err := l.transact(ctx, func(tx *sql.Tx) error {
		c := pack.Chunk{First: k.first}
		err := tx.QueryRowContext(ctx, "SELECT data FROM payloads WHERE instance = ? AND first_row = ? AND chunk = ?",
			k.instance, k.first, k.chunk).Scan(&c.Data)
		if errors.Is(err, sql.ErrNoRows) { // purged by another in the meantime
			return nil
		}
		if err != nil {
			return err
		}
		rest := l.pack.Chunker()
		err = l.unpack(c, func(row int64, kind byte, data []byte) {
			if needed[rowKey{k.instance, row}] {
				rest.Add(row, kind, data)
			} else {
				p.Payloads++
			}
		})
		if err != nil || p.Payloads == 0 {
			return err
		}
		p.Bytes = int64(len(c.Data))
		kept := rest.Chunks() // one at most, since they were one before
		if len(kept) == 0 {
			_, err := tx.ExecContext(ctx, "DELETE FROM payloads WHERE instance = ? AND first_row = ? AND chunk = ?",
				k.instance, k.first, k.chunk)
			return err
		}
		p.Bytes -= int64(len(kept[0].Data))
		_, err = tx.ExecContext(ctx, `
			UPDATE payloads SET first_row = ?, last_row = ?, data = ?
			WHERE instance = ? AND first_row = ? AND chunk = ?`,
			kept[0].First, kept[0].Last, kept[0].Data, k.instance, k.first, k.chunk)
		return err
	})
	return p, err
}

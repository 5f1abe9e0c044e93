package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/ledger/pack"
)

// Batch is what one page or chunk of a source comes to.
type Batch struct {
	// Run is the number that Begin gave.
	Run int64
	// Records are the new and the changed records, in the source's order.
	Records []Record
	// Unchanged counts the records that are known and unchanged; Passed counts
	// those that go on without rows of their own.
	Unchanged, Passed int
	// Cursors are how far the source has been read, with this batch.
	Cursors []Cursor
	// Windows are what was asked for, as far as it has come.
	Windows []Window
	// Requests, if given, counts the calls of the run so far, by connection.
	Requests map[string]int64
}

// Cursor is how far a stream has been read. What a position means is the
// source's affair.
type Cursor struct {
	Stream   string
	Position []byte
}

// Admit records a batch: all of it, with the cursors, or nothing. Once it
// returns, the source need not be asked for these records again. It sets the
// Row of each delivery.
//
// Older versions of the same records that are pending or dead are superseded.
// One that is being sent is not: settle it before its newer version is admitted,
// or the vendor may get the two in the wrong order. Two versions of one record
// in a batch are both kept, in their order.
func (l *Ledger) Admit(ctx context.Context, x *Lease, b *Batch) error {
	if err := b.check(); err != nil {
		return err
	}
	chunks := l.packRecords(b.Records)
	requests, err := jsonOf(b.Requests)
	if err != nil {
		return err
	}
	var first int64
	err = l.commit(ctx, x, func(c *commit) error {
		first = c.row + 1
		if err := c.goesOn(b.Run); err != nil {
			return err
		}
		if err := c.supersede(b); err != nil {
			return err
		}
		if err := c.keep(chunks, first); err != nil {
			return err
		}
		if err := c.insertRecords(b); err != nil {
			return err
		}
		return c.progress(b, requests)
	})
	if err != nil {
		return fmt.Errorf("record a batch of %q: %w", x.Instance, err)
	}
	b.number(first)
	return nil
}

// check refuses a batch that would break the ledger's books.
func (b *Batch) check() error {
	if b.Unchanged < 0 || b.Passed < 0 {
		return fmt.Errorf("a batch counts fewer than no records: %d unchanged, %d passed", b.Unchanged, b.Passed)
	}
	for i := range b.Records {
		r := &b.Records[i]
		if r.Version == "" || len(r.Deliveries) == 0 {
			return fmt.Errorf("record %q has no version or no delivery", r.Key)
		}
		for j := range r.Deliveries {
			if err := r.Deliveries[j].check(); err != nil {
				return fmt.Errorf("record %q: %w", r.Key, err)
			}
		}
	}
	return nil
}

func (d *Delivery) check() error {
	if !d.State.valid() {
		return fmt.Errorf("delivery %q is in no known state (%q)", d.Write, d.State)
	}
	return nil
}

// number gives each delivery its row.
func (b *Batch) number(row int64) {
	for i := range b.Records {
		for j := range b.Records[i].Deliveries {
			b.Records[i].Deliveries[j].Row = row
			row++
		}
	}
}

// packRecords packs the payloads of a batch whose first row is row 0.
func (l *Ledger) packRecords(records []Record) []pack.Chunk {
	b := l.pack.Chunker()
	row := int64(0)
	for i := range records {
		b.Add(row, payloadRecord, records[i].Payload)
		for j := range records[i].Deliveries {
			addPayloads(b, row, &records[i].Deliveries[j])
			row++
		}
	}
	return b.Chunks()
}

func addPayloads(b *pack.Chunker, row int64, d *Delivery) {
	b.Add(row, payloadResult, d.Result)
	b.Add(row, payloadValues, d.Values)
	b.Add(row, payloadAnswer, d.Answer)
}

// supersede closes the older versions of a batch's records that were not sent,
// and then the parts of such versions. One that is being sent, or may have been,
// stays: its outcome is still wanted.
func (c *commit) supersede(b *Batch) error {
	const entries = `
		UPDATE entries SET state = 'superseded', reason = 'a newer version took its place',
		  decided_run = ?2, decided_at = ?3
		WHERE instance = ?1 AND state IN ('pending', 'dead') AND `
	const ofOld = `EXISTS (SELECT 1 FROM entries m
		WHERE m.instance = entries.instance AND m.row = entries.main AND m.state = 'superseded')`
	keys := make([]string, len(b.Records))
	for i := range b.Records {
		keys[i] = b.Records[i].Key
	}
	for _, which := range [...]string{"main = 0", "main > 0 AND " + ofOld} {
		err := keyParts(keys, func(part []any) error {
			args := append([]any{c.lease.id, b.Run, c.now}, part...)
			_, err := c.exec(entries+which+" AND key IN ("+places(len(part))+")", args...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// insertRecords inserts a row for each delivery.
func (c *commit) insertRecords(b *Batch) error {
	type entry struct {
		main int64
		r    *Record
		d    *Delivery
	}
	var entries []entry
	for i := range b.Records {
		main := int64(0)
		own := c.row + int64(len(entries)) + 1
		for j := range b.Records[i].Deliveries {
			entries = append(entries, entry{main, &b.Records[i], &b.Records[i].Deliveries[j]})
			main = own
		}
	}
	const head = `
		INSERT INTO entries (instance, run, decided_run, seen_at, decided_at, row, main,
		  key, version, source, target, state, idempotency, reason, place, error, attempts, next_at) VALUES `
	return inParts(len(entries), func(from, to int) error {
		args := make([]any, 4, 4+12*(to-from))
		args[0], args[1], args[2], args[3] = c.lease.id, b.Run, c.now, c.row
		for _, e := range entries[from:to] {
			args = append(args, e.main, e.r.Key, e.r.Version, e.r.Source, e.d.Write, string(e.d.State), e.d.Idempotency,
				nullText(e.d.Reason), nullText(e.d.Place), nullText(e.d.Error), e.d.Attempts, nullMicros(e.d.Next))
		}
		c.row += int64(to - from)
		_, err := c.exec(head+insertRows(to-from), args...)
		return err
	})
}

// insertRows returns the VALUES of n entries: the numbers that they share come
// first, the row is counted up, twelve values are each entry's own.
func insertRows(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(?1, ?2, ?2, ?3, ?3, ?4 + ")
		b.WriteString(strconv.Itoa(i + 1))
		b.WriteString(", ")
		b.WriteString(places(12))
		b.WriteByte(')')
	}
	return b.String()
}

// progress moves the run's counts, windows and cursors.
func (c *commit) progress(b *Batch, requests string) error {
	listed := len(b.Records) + b.Unchanged + b.Passed
	_, err := c.exec(`
		UPDATE runs SET listed = listed + ?1, unchanged = unchanged + ?2, passed = passed + ?3,
		  requests = CASE WHEN ?4 = '{}' THEN requests ELSE ?4 END
		WHERE instance = ?5 AND run = ?6`,
		listed, b.Unchanged, b.Passed, requests, c.lease.id, b.Run)
	if err != nil {
		return err
	}
	for i := range b.Windows {
		if err := c.setWindow(b.Run, &b.Windows[i]); err != nil {
			return err
		}
	}
	for _, cur := range b.Cursors {
		position := cur.Position
		if position == nil {
			position = []byte{}
		}
		_, err := c.exec(`
			INSERT INTO cursors (instance, stream, position, run, set_at) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (instance, stream) DO UPDATE SET position = excluded.position,
			  run = excluded.run, set_at = excluded.set_at`,
			c.lease.id, cur.Stream, position, b.Run, c.now)
		if err != nil {
			return err
		}
	}
	return nil
}

// partSize is the most things that a statement is made for.
const partSize = 128

// inParts calls do for consecutive parts of n things. The sizes of parts are
// powers of two, so that few statements are made for them.
func inParts(n int, do func(from, to int) error) error {
	from := 0
	for size := partSize; size > 0; size /= 2 {
		for ; n-from >= size; from += size {
			if err := do(from, from+size); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyParts calls do for parts of keys. The last part is made up to a power of two
// by keys that are there already, for statements to which that is the same.
func keyParts(keys []string, do func(part []any) error) error {
	for part := range slices.Chunk(keys, partSize) {
		size := 1
		for size < len(part) {
			size *= 2
		}
		args := make([]any, size)
		for i := range args {
			args[i] = part[min(i, len(part)-1)]
		}
		if err := do(args); err != nil {
			return err
		}
	}
	return nil
}

// places returns n placeholders. They go without numbers, which cost the driver
// a search each; ?1 and so on are for the few values that are used repeatedly.
func places(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}

func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

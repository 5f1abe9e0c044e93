package read

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"slices"
	"time"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
)

// row is a record of a listing.
type row struct {
	step.Listed
	value item.Value
	err   error // why it cannot go on, though it was listed
}

// raw returns the row as a record.
func (r *row) raw(data []byte) step.Raw {
	return step.Raw{Key: r.Key, Version: r.Version, Data: data, Err: r.err}
}

// mark tells the row from others, also from another version of the same record
// where the vendor marks none.
func (r *row) mark() step.Listed {
	if r.Version != "" {
		return r.Listed
	}
	return step.Listed{Key: r.Key, Version: string(item.AppendJSON(nil, r.value))}
}

// rows takes the records of a page apart. One that nothing identifies does not
// hold up the others; when none is identified, the listing is another than the
// description says.
func (s *source) rows(a *ask, l *call.Listing) ([]row, error) {
	out := make([]row, 0, len(l.Rows))
	nameless := 0
	for i, v := range l.Rows {
		v, err := s.completed(a, v)
		if err != nil {
			return nil, err
		}
		r := row{value: v}
		if r.Key = keyOf(v, s.stream.Key); r.Key == "" && s.stream.Key != "" {
			r.err = fmt.Errorf("record %d of page %d has no %q, which identifies it", i+1, l.At.Index+1, s.stream.Key)
			if nameless++; nameless == len(l.Rows) {
				return nil, r.err
			}
		}
		if s.version != "" {
			r.Version = v.Member(s.version).String()
		}
		out = append(out, r)
	}
	return out, nil
}

// keyOf returns the member that identifies a record; nothing if it is not a
// single value.
func keyOf(v item.Value, member string) string {
	k := v.Member(member)
	if k.Kind() == item.KindList || k.Kind() == item.KindObject {
		return ""
	}
	return k.String()
}

// completed returns a record with the members that the vendor leaves out.
func (s *source) completed(a *ask, v item.Value) (item.Value, error) {
	if s.wrap != "" && v.Kind() != item.KindObject {
		v = item.Map([]string{s.wrap}, []item.Value{v})
	}
	if len(s.add) == 0 || v.Kind() != item.KindObject {
		return v, nil
	}
	return s.complete(s.values(a), v)
}

func (s *source) complete(f item.Frame, v item.Value) (item.Value, error) {
	var names []string
	var values []item.Value
	for _, p := range s.add {
		if v.Member(p.Name).Kind() != item.KindMissing {
			continue
		}
		m, err := p.Value.Eval(f)
		if err != nil {
			return v, err
		}
		if field, ok := s.stream.Type.Field(p.Name); ok {
			if m, err = item.Convert(m, field.Type); err != nil {
				return v, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
		names, values = append(names, p.Name), append(values, m)
	}
	if len(names) == 0 {
		return v, nil
	}
	for name, m := range v.Members() {
		names, values = append(names, name), append(values, m)
	}
	return item.Map(names, values), nil
}

// seen remembers which records were handed on, so that a listing that is read
// again does not hand them on again. Past a number it remembers no more: what
// is handed on twice is known to the ledger.
type seen struct {
	seed maphash.Seed
	keys map[uint64]struct{}
}

const maxSeen = 1 << 18

func newSeen() *seen { return &seen{seed: maphash.MakeSeed(), keys: map[uint64]struct{}{}} }

// add reports whether the record is new.
func (s *seen) add(l step.Listed) bool {
	h := maphash.String(s.seed, l.Key+"\x00"+l.Version)
	if _, ok := s.keys[h]; ok {
		return false
	}
	if len(s.keys) < maxSeen {
		s.keys[h] = struct{}{}
	}
	return true
}

func (s *seen) full() bool { return len(s.keys) >= maxSeen }

// readAll reads a listing that has no cursor.
func (s *source) readAll(ctx context.Context, q step.Query, a *ask, out emit) error {
	w := &windowed{source: s, query: q, ask: a, out: out, handed: newSeen(), loose: true}
	return w.read(ctx, func() []byte { return nil })
}

// readWindows reads a stream from its cursor on.
func (s *source) readWindows(ctx context.Context, q step.Query, asks []*ask, out emit) error {
	all, any, err := s.cursor.span(q, s.options.Lag.Std())
	switch {
	case err != nil:
		return err
	case !any && all.from.After(q.Now) && !q.Since.After(q.Now): // by the cursor
		return out(step.Page{Cut: fmt.Sprintf("the clock of this machine says %s, and an earlier run has read on from %s already",
			q.Now.UTC().Format(time.RFC3339), all.from.UTC().Format(time.RFC3339))})
	case !any:
		return nil
	}
	for i, a := range asks {
		for _, w := range s.cursor.slices(all) {
			a.window = w
			r := &windowed{source: s, query: q, ask: a, out: out, handed: newSeen()}
			// With several listings the cursor can move only when all were read.
			r.silent = i < len(asks)-1 || len(asks) > 1 && !w.to.Equal(all.to)
			if err := r.window(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// windowed reads the listing of one ask inside one window.
type windowed struct {
	*source
	query  step.Query
	ask    *ask
	out    emit
	handed *seen
	silent bool // hands on no cursor
	loose  bool // settles for a listing that does not hold still

	clock time.Time // the vendor's, when the reading began
}

func (w *windowed) window(ctx context.Context) error {
	if w.cursor.ascending {
		return w.ascend(ctx)
	}
	return w.read(ctx, func() []byte { return w.upTo(w.ask.window.to) })
}

// upTo returns the cursor for having read up to t. Where the vendor's clock is
// behind ours, what it stamps next lies before t: the cursor then stays behind
// as well.
func (w *windowed) upTo(t time.Time) []byte {
	if w.silent {
		return nil
	}
	if !w.clock.IsZero() && w.clock.Before(t) {
		t = w.clock
	}
	return cursorBytes(t)
}

const maxWalks = 4

// read walks the pages of a listing until it held still: nothing that is
// listed may change while it is walked, or records slip from one page to
// another unseen. A window that keeps changing is read in two halves, which
// have fewer pages. What was handed on is not handed on again, and unchanged
// records cost nothing but the listing.
func (w *windowed) read(ctx context.Context, done func() []byte) error {
	for try := 1; try <= maxWalks; try++ {
		c, err := w.walk(ctx, done)
		if err != nil || c.still && c.cut == "" || w.loose && c.cut != "" {
			return err
		}
		if w.loose || try == 1 && c.cut == "" {
			continue
		}
		if a, b, ok := w.source.cursor.halves(w.ask.window); ok {
			return w.split(ctx, a, b)
		}
		if c.cut != "" {
			return fmt.Errorf("the listing of %s: %s, and there are as many that changed between %s and %s, which is too short a time to be cut in two",
				w.stream.Record, c.cut, w.ask.window.from.Format(time.RFC3339), w.ask.window.to.Format(time.RFC3339))
		}
	}
	if w.loose {
		w.conn.HTTP.Log().Warn("the listing kept changing while it was read", "record", w.stream.Record, "times", maxWalks)
		return nil
	}
	return fmt.Errorf("the listing of %s changed each of the %d times that it was read, so records may have been missed; nothing is lost, the next run reads it again",
		w.stream.Record, maxWalks)
}

func (w *windowed) split(ctx context.Context, windows ...window) error {
	for i, part := range windows {
		a := *w.ask
		a.window = part
		half := *w
		half.ask = &a
		// The cursor may not pass what is still to be read.
		if err := half.read(ctx, func() []byte { return half.upTo(part.to) }); err != nil {
			return fmt.Errorf("part %d: %w", i+1, err)
		}
	}
	return nil
}

// walk walks the pages once, up to where the vendor ends the listing. It reports
// whether the listing held still; only then, and if it is whole, the last page
// has the cursor.
func (w *windowed) walk(ctx context.Context, done func() []byte) (census, error) {
	c := census{total: -1, still: true, keyed: w.stream.Key != "", keys: newSeen()}
	err := w.walker(w.ask).Walk(ctx, call.Spot{}, func(l *call.Listing, last bool) (bool, error) {
		w.note(l)
		rows, err := w.rows(w.ask, l)
		if err != nil {
			return false, w.located(l, err)
		}
		c.count(l, rows, last)
		c.rows += len(l.Rows)
		if c.cut = w.cut(l.Total, c.rows); c.cut != "" && !w.loose {
			return false, nil
		}
		var cursor []byte
		if last && c.still {
			cursor = done()
		}
		return c.cut == "", w.hand(ctx, w.fresh(rows), cursor, c.cut)
	})
	return c, err
}

// cut says why there may be more records than are listed. A listing that cannot
// be read in parts is read as far as it goes.
func (w *windowed) cut(total, rows int) string {
	if w.loose {
		total = 0
	}
	return w.pager.Cut(total, rows)
}

// fresh returns the rows that were not handed on before.
func (w *windowed) fresh(rows []row) []row {
	if w.stream.Key == "" {
		return rows
	}
	return slices.DeleteFunc(rows, func(r row) bool { return !w.handed.add(r.mark()) })
}

// census finds out whether a listing held still: its total stayed the same, and
// in the end as many records were seen.
type census struct {
	total int
	still bool
	keyed bool // records have keys
	keys  *seen
	rows  int    // that were listed
	cut   string // why there may be more records than the vendor lists
}

func (c *census) count(l *call.Listing, rows []row, last bool) {
	if l.At.Index == 0 {
		c.total = l.Total
	}
	for _, r := range rows {
		c.keys.add(r.mark())
	}
	c.still = c.still && l.Total == c.total && (!last || c.complete(l))
}

// complete reports whether, with the last page, as many records were seen as
// there are. A single page is always whole.
func (c *census) complete(l *call.Listing) bool {
	return l.At.Index == 0 || !c.keyed || c.keys.full() || len(c.keys.keys) >= c.total
}

// note keeps the vendor's clock as it was at the first page.
func (w *windowed) note(l *call.Listing) {
	if w.clock.IsZero() && w.source.cursor != nil {
		if t, err := http.ParseTime(l.Answer.Header.Get("Date")); err == nil {
			w.clock = t.Truncate(w.source.cursor.step)
		}
	}
}

// located puts the call of a page in front of what is wrong with it.
func (s *source) located(l *call.Listing, err error) error {
	return fmt.Errorf("page %d of the listing of %s: %w", l.At.Index+1, s.stream.Record, err)
}

// hand hands on a page: its records as they are, or as a further call each
// gives them.
func (w *windowed) hand(ctx context.Context, rows []row, cursor []byte, cut string) error {
	p := step.Page{Cursor: cursor, Window: step.Window{From: w.ask.window.from, To: w.ask.window.to}, Cut: cut}
	rows, known, err := w.unknown(ctx, rows)
	if err != nil {
		return err
	}
	if p.Known = known; w.detail == nil {
		p.Records = records(rows)
	} else if p.Records, err = w.details(ctx, w.ask, rows); err != nil {
		return err
	}
	return w.out(p)
}

// unknown returns the rows that the ledger does not have unchanged. It is only
// asked where that spares a call.
func (w *windowed) unknown(ctx context.Context, rows []row) ([]row, int, error) {
	if spares := w.detail != nil && w.version != ""; !spares || w.query.Known == nil || len(rows) == 0 {
		return rows, 0, nil
	}
	listed := make([]step.Listed, len(rows))
	for i, r := range rows {
		listed[i] = r.Listed
	}
	known, err := w.query.Known(ctx, listed)
	if err == nil && len(known) != len(rows) {
		err = errors.New("the ledger was asked about some records and told about others")
	}
	if err != nil {
		return nil, 0, err
	}
	i := -1
	rows = slices.DeleteFunc(slices.Clone(rows), func(row) bool { i++; return known[i] })
	return rows, len(known) - len(rows), nil
}

// records writes rows as JSON, all into one piece of memory.
func records(rows []row) []step.Raw {
	var buf []byte
	ends := make([]int, len(rows))
	for i, r := range rows {
		buf = item.AppendJSON(buf, r.value)
		ends[i] = len(buf)
	}
	out := make([]step.Raw, len(rows))
	start := 0
	for i, r := range rows {
		out[i] = r.raw(buf[start:ends[i]:ends[i]])
		start = ends[i]
	}
	return out
}

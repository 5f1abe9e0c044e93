package steps

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// lookup is a lookup that is ready. Its rows are laid out by layout, which has
// all its slots once the pipeline is compiled.
type lookup struct {
	stream *step.Stream
	layout *item.Layout
	by     string
	many   bool
	slot   int
	path   string
	place  diag.Span
	keys   func(item.Frame) (item.Value, error)
	age    time.Duration
	kept   *rowStore // rows that outlive a run

	// Set by Start.
	source step.Source
	rows   *rowStore
	now    time.Time
}

// rowStore holds rows by key.
type rowStore struct {
	mu   sync.Mutex
	rows map[string]held
	all  time.Time // when every row was read; zero if they were not
}

// held are the rows of a key, none if there is no such row, and when they were
// read.
type held struct {
	rows []item.Value
	at   time.Time
}

// Start opens the stream.
func (l *lookup) Start(run *step.Run) (step.Transform, error) {
	source, err := run.Open(l.stream)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l.path, err)
	}
	s := *l
	s.source, s.now, s.rows = source, run.Now, l.kept
	if l.age == 0 {
		s.rows = &rowStore{}
	}
	return &s, nil
}

// Apply gives each record the rows of its keys, reading those that are not at
// hand for all of the records together.
func (l *lookup) Apply(ctx context.Context, in []*step.Record) ([]*step.Record, error) {
	out := in[:0]
	keys := make([][]string, 0, len(in))
	var wanted []item.Value
	for _, r := range in {
		v, err := l.keys(r.Frame)
		if err != nil {
			r.Trouble(l.path, l.place, err)
			continue
		}
		ks, vs := flat(v)
		keys, wanted = append(keys, ks), append(wanted, vs...)
		out = append(out, r)
	}
	l.rows.mu.Lock()
	defer l.rows.mu.Unlock()
	if err := l.read(ctx, wanted); err != nil {
		return nil, fmt.Errorf("%s: %w", l.path, err)
	}
	found := out[:0]
	for i, r := range out {
		rows, err := l.found(keys[i])
		if err != nil {
			r.Trouble(l.path, l.place, err)
			continue
		}
		r.Frame[l.slot] = rows
		found = append(found, r)
	}
	return found, nil
}

// flat returns the keys, which may be one or a list, as texts and as they are.
// Those that are null are nobody's.
func flat(v item.Value) (texts []string, values []item.Value) {
	if v.Kind() != item.KindList {
		v = item.List(v)
	}
	for _, e := range v.All() {
		if !e.IsNull() {
			texts, values = append(texts, e.String()), append(values, e.Clone())
		}
	}
	return texts, values
}

// found makes the object of the rows with the keys.
func (l *lookup) found(keys []string) (item.Value, error) {
	names := make([]string, 0, len(keys))
	values := make([]item.Value, 0, len(keys))
	seen := make(map[string]bool, len(keys))
	for _, k := range keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		rows := l.rows.rows[k].rows
		switch {
		case l.many:
			values = append(values, item.List(rows...))
		case len(rows) > 1:
			return item.Value{}, fmt.Errorf("%s has %d rows whose %s is %q; many: true takes them all", l.stream.Read.Name, len(rows), l.by, k)
		case len(rows) == 1:
			values = append(values, rows[0])
		default:
			values = append(values, item.Null)
		}
		names = append(names, k)
	}
	return item.Map(names, values), nil
}

// read makes sure that the rows with the keys are at hand.
func (l *lookup) read(ctx context.Context, wanted []item.Value) error {
	s := l.rows
	if s.rows == nil {
		s.rows = map[string]held{}
	}
	if l.fresh(s.all) {
		return nil
	}
	var missing []item.Value
	asked := map[string]bool{}
	for _, v := range wanted {
		key := v.String()
		if h, ok := s.rows[key]; !asked[key] && (!ok || !l.fresh(h.at)) {
			asked[key] = true
			missing = append(missing, v)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return l.fetch(ctx, missing)
}

func (l *lookup) fresh(at time.Time) bool {
	return !at.IsZero() && (l.age == 0 || l.now.Sub(at) < l.age)
}

// fetch reads the rows with the keys, or every row from a stream that cannot
// be asked for some.
func (l *lookup) fetch(ctx context.Context, keys []item.Value) error {
	q := step.Query{Now: l.now}
	some := false
	for _, by := range l.stream.Read.By {
		if by == l.by {
			q.By, q.Keys, some = l.by, keys, true
		}
	}
	read := map[string]held{}
	for _, k := range keys {
		read[k.String()] = held{at: l.now}
	}
	d := item.NewDecoder(l.layout)
	err := l.source.Read(ctx, q, func(p step.Page) error {
		if p.Cut != "" {
			return fmt.Errorf("rows of %s may be missing: %s", l.stream.Read.Name, p.Cut)
		}
		for _, raw := range p.Records {
			row, err := d.Decode(raw.Data)
			if err != nil {
				return fmt.Errorf("a row of %s: %w", l.stream.Read.Name, err)
			}
			row = row.Clone()
			key := row.Member(l.by)
			if key.IsNull() {
				continue
			}
			h := read[key.String()]
			read[key.String()] = held{rows: append(h.rows, row), at: l.now}
		}
		d.Reset()
		return nil
	})
	if err != nil {
		return err
	}
	maps.Copy(l.rows.rows, read)
	if !some {
		l.rows.all = l.now
	}
	return nil
}

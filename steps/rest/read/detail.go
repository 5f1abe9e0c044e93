package read

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// details makes the further call for each row, several at once, and returns
// the records in the order of the rows.
//
// A record that the vendor cannot give does not hold up the others: it is
// handed on with its error. But when none can be had the vendor is the trouble,
// and the reading fails.
func (s *source) details(ctx context.Context, a *ask, rows []row) ([]step.Raw, error) {
	out := make([]step.Raw, len(rows))
	errs := make([]error, len(rows))
	s.sideBySide(ctx, len(rows), func(i int) {
		if rows[i].err != nil { // there is nothing to ask for
			out[i] = rows[i].raw(item.AppendJSON(nil, rows[i].value))
			return
		}
		out[i], errs[i] = s.readDetail(ctx, a, rows[i])
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	failed := 0
	for i, err := range errs {
		if err == nil {
			continue
		}
		if failed++; !ofRecord(err) {
			return nil, err
		}
		out[i] = step.Raw{Key: rows[i].Key, Version: rows[i].Version, Data: item.AppendJSON(nil, rows[i].value), Err: err}
	}
	if failed > 0 && failed == len(rows) && (failed > 1 || !refused(errs[0])) {
		return nil, errs[0]
	}
	return out, nil
}

// sideBySide does something n times, as many at once as requests may be under
// way, until ctx is done.
func (s *source) sideBySide(ctx context.Context, n int, do func(i int)) {
	turns := make(chan struct{}, s.conn.HTTP.AtOnce())
	var wg sync.WaitGroup
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		turns <- struct{}{}
		wg.Go(func() {
			do(i)
			<-turns
		})
	}
	wg.Wait()
}

// ofRecord reports whether an error may be about one record alone: no call could
// be made of it, or the vendor answered, and not that it would answer nobody.
func ofRecord(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return !ok || e.Status > 0 && (e.Outcome == client.Refused || e.Outcome == client.Unknown)
}

// refused reports whether there was no call to make, or the vendor declined it,
// which is not trouble that may pass.
func refused(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return !ok || e.Outcome == client.Refused
}

func (s *source) readDetail(ctx context.Context, a *ask, r row) (step.Raw, error) {
	raw := step.Raw{Key: r.Key, Version: r.Version}
	f := s.values(a)
	decoder := s.typed.Get().(*item.Decoder)
	defer s.typed.Put(decoder)
	decoder.Reset()
	typed, err := decoder.Decode(item.AppendJSON(nil, r.value))
	if err != nil {
		return raw, fmt.Errorf("the listing of %s: %w", s.stream.Record, err)
	}
	f[s.row[0].Slot] = typed
	for _, v := range s.row[1:] {
		f[v.Slot] = typed.Member(v.Name)
	}
	if key := typed.Member(s.stream.Key); key.Kind() != item.KindMissing {
		f[s.key.Slot] = key
	}
	v, err := s.single(ctx, s.detail, f)
	if err != nil {
		return raw, err
	}
	if v, err = s.complete(f, v); err != nil {
		return raw, err
	}
	raw.Data = item.AppendJSON(nil, v)
	return raw, nil
}

// single makes a call that is answered with one record.
func (s *source) single(ctx context.Context, l *call.Lookup, f item.Frame) (item.Value, error) {
	rows, req, err := l.Rows(ctx, s.conn, s.rules, f)
	if err == nil && len(rows) != 1 {
		err = s.conn.HTTP.Said(req, fmt.Errorf("the answer has %d records, not one", len(rows)))
	}
	if err != nil {
		return item.Value{}, err
	}
	return rows[0], nil
}

// readOne reads the record with a key. The page is empty when the vendor has
// none.
func (s *source) readOne(ctx context.Context, key string, out emit) error {
	if s.one == nil {
		return fmt.Errorf("%s cannot be read by key", s.stream.Record)
	}
	k, err := item.Convert(item.Text(key), s.oneKey.Type)
	if err != nil {
		return fmt.Errorf("%q cannot be the key of %s: %w", key, s.stream.Record, err)
	}
	f := s.Frame(s.conn)
	f[s.oneKey.Slot], f[s.key.Slot] = k, k
	v, err := s.single(ctx, s.one, f)
	if e, ok := errors.AsType[*client.Error](err); ok && s.conn.HTTP.IsAbsent(e) {
		return out(step.Page{})
	}
	if err != nil {
		return err
	}
	if v, err = s.complete(f, v); err != nil {
		return err
	}
	r := row{value: v, Listed: step.Listed{Key: key}}
	if s.version != "" {
		r.Version = v.Member(s.version).String()
	}
	return out(step.Page{Records: records([]row{r})})
}

// readBy reads the records whose member q.By has one of the values q.Keys.
func (s *source) readBy(ctx context.Context, q step.Query, out emit) error {
	if len(q.Keys) == 0 {
		return nil
	}
	narrowed := append(slices.Clone(q.Filters), step.FilterValue{Name: q.By, Values: q.Keys})
	asks, err := s.asks(narrowed)
	if err != nil {
		return err
	}
	first, err := s.collect(ctx, q, asks[0])
	if err != nil {
		return err
	}
	if s.ignored(q, first) {
		s.conn.HTTP.Log().Warn("the vendor passes over a filter, so everything is read", "record", s.stream.Record, "filter", q.By)
		q.By = ""
		return s.produce(ctx, q, out)
	}
	pages, errs := make([][]step.Page, len(asks)), make([]error, len(asks))
	pages[0] = first
	s.sideBySide(ctx, len(asks)-1, func(i int) { pages[i+1], errs[i+1] = s.collect(ctx, q, asks[i+1]) })
	if err := errors.Join(ctx.Err(), errors.Join(errs...)); err != nil {
		return err
	}
	for _, p := range slices.Concat(pages...) {
		if err := out(p); err != nil {
			return err
		}
	}
	return nil
}

// collect reads a listing whole. There is nothing in one that does not exist.
func (s *source) collect(ctx context.Context, q step.Query, a *ask) ([]step.Page, error) {
	var pages []step.Page
	err := s.readAll(ctx, q, a, func(p step.Page) error {
		pages = append(pages, p)
		return nil
	})
	if e, ok := errors.AsType[*client.Error](err); ok && s.conn.HTTP.IsAbsent(e) {
		return nil, nil
	}
	return pages, err
}

// ignored reports whether the vendor answered the first call of a lookup with
// records that were not asked for, and with none that was.
func (s *source) ignored(q step.Query, pages []step.Page) bool {
	f := s.filters[slices.IndexFunc(s.filters, func(f *filter) bool { return f.Name == q.By })]
	asked := q.Keys[:min(f.most, len(q.Keys))]
	some := false
	for _, p := range pages {
		for _, raw := range p.Records {
			v, err := item.FromJSON(raw.Data)
			if err != nil {
				return false
			}
			has := v.Member(q.By).String()
			if slices.ContainsFunc(asked, func(k item.Value) bool { return k.String() == has }) {
				return false
			}
			some = true
		}
	}
	return some
}

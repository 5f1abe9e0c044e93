package read

import (
	"context"
	"fmt"
	"time"

	"github.com/sluicehq/sluice/steps/rest/call"
)

// ascend reads a listing that is sorted by the time of the last change. It is
// read on from the last time seen rather than page by page, so that records
// which change meanwhile, and move to the end, shift nothing. Each page has a
// cursor. Reading goes back by a step each time, since records of the last
// moment may be still to come and the vendor may not include it.
func (w *windowed) ascend(ctx context.Context) error {
	back := w.source.cursor.step
	from, moment := w.ask.window.from, time.Time{}
	for {
		a := *w.ask
		a.window.from = from
		l, err := w.fetch(ctx, &a, call.Spot{})
		if err != nil {
			return err
		}
		w.note(l)
		rows, newest, err := w.sorted(&a, l)
		if err != nil {
			return err
		}
		if w.ended(l) {
			return w.hand(ctx, rows, w.upTo(w.ask.window.to), "")
		}
		if err := w.hand(ctx, rows, w.upTo(newest), ""); err != nil {
			return err
		}
		switch next := newest.Add(-back).Truncate(back); {
		case next.After(from):
			from = next
		case newest.Equal(moment):
			// All of that moment was read, and the vendor does include it.
			from = newest.Add(back)
		default:
			if err := w.moment(ctx, window{from, newest.Add(back)}); err != nil {
				return err
			}
			from, moment = newest, newest
		}
	}
}

// moment reads a stretch of time with more records than a page holds and too
// short to be read on from. It is read by pages, as whole as any window.
func (w *windowed) moment(ctx context.Context, stretch window) error {
	a := *w.ask
	a.window = stretch
	part := *w
	part.ask = &a
	return part.read(ctx, func() []byte { return nil })
}

// ended reports whether a page is the last one from its time on.
func (w *windowed) ended(l *call.Listing) bool {
	size := w.pager.Chosen(w.options)
	switch {
	case len(l.Rows) == 0:
		return true
	case l.Total >= 0:
		return len(l.Rows) >= l.Total
	}
	return size == 0 || len(l.Rows) < size
}

// sorted returns the rows of a page that were not handed on, and the time of
// the last one. It sees that the page is sorted as the description says, since
// everything depends on it.
func (w *windowed) sorted(a *ask, l *call.Listing) ([]row, time.Time, error) {
	var last time.Time
	rows, err := w.rows(a, l)
	if err != nil {
		return nil, last, w.located(l, err)
	}
	var fresh []row
	for i, r := range rows {
		t, err := w.source.cursor.time(r.value)
		if err != nil {
			return nil, last, w.located(l, err)
		}
		if t.Before(last) {
			return nil, last, w.located(l, fmt.Errorf("record %d is older than the one before it, but the listing should be sorted by %s",
				i+1, w.source.cursor.field))
		}
		last = t
		if w.stream.Key == "" || w.handed.add(r.mark()) {
			fresh = append(fresh, r)
		}
	}
	return fresh, last, nil
}

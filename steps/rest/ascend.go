package rest

import (
	"context"
	"fmt"
	"time"
)

// ascend reads a listing that is sorted by the time of the last change. It is
// read on from the last time seen rather than page by page, so that records
// which change meanwhile, and move to the end, shift nothing. Each page has a
// cursor. Reading goes back by a step each time, since records of the last
// moment may be still to come and the vendor may not include it.
func (w *windowed) ascend(ctx context.Context) error {
	c := w.source.cursor
	from, at, total, tries := w.ask.window.from, spot{}, -1, 0
	for {
		a := *w.ask
		a.window.from = from
		l, err := w.fetch(ctx, &a, at)
		if err != nil {
			return err
		}
		w.note(l)
		if at.offset > 0 && l.total != total && tries < maxWalks {
			// Rows of this very moment went away and shifted the others.
			at, tries = spot{}, tries+1
			continue
		}
		total = l.total
		rows, newest, err := w.sorted(&a, l)
		if err != nil {
			return err
		}
		if w.ended(l, at) {
			return w.hand(ctx, rows, w.upTo(w.ask.window.to))
		}
		if err := w.hand(ctx, rows, w.upTo(newest)); err != nil {
			return err
		}
		if next := newest.Add(-c.step).Truncate(c.step); next.After(from) {
			from, at, tries = next, spot{}, 0
			continue
		}
		// A whole page of one moment: only then rows are counted.
		if at, err = w.further(l, at); err != nil {
			return err
		}
	}
}

// ended reports whether a page is the last one from its time on.
func (w *windowed) ended(l *listing, at spot) bool {
	size := w.pager.chosen(w.options)
	switch {
	case len(l.rows) == 0:
		return true
	case l.total >= 0:
		return at.offset+len(l.rows) >= l.total
	}
	return size == 0 || len(l.rows) < size
}

// further returns the page after l from the same time on.
func (w *windowed) further(l *listing, at spot) (spot, error) {
	if w.pager.positional() {
		return spot{index: at.index + 1, offset: at.offset + len(l.rows)}, nil
	}
	next, more, err := w.pager.after(l)
	if err == nil && !more {
		err = fmt.Errorf("the listing of %s has more records of one moment than the vendor gives in a page", w.stream.Record)
	}
	return next, err
}

// sorted returns the rows of a page that were not handed on, and the time of
// the last one. It sees that the page is sorted as the description says, since
// everything depends on it.
func (w *windowed) sorted(a *ask, l *listing) ([]row, time.Time, error) {
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
		if w.stream.Key == "" || w.handed.add(r.Listed) {
			fresh = append(fresh, r)
		}
	}
	return fresh, last, nil
}

package read

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// cursor is compiled from HTTPCursor.
type cursor struct {
	field     string
	typ       *item.Type // of the field
	form      *item.Type // of the times in requests
	from, to  string
	ascending bool // the listing is sorted by the field, upwards
	overlap   time.Duration
	slice     time.Duration
	step      time.Duration
}

// compileCursor compiles how a stream is read from a time on; d may be nil.
func compileCursor(b *step.Builder, d *step.HTTPCursor, s *step.HTTPStream) *cursor {
	if d == nil {
		return nil
	}
	c := &cursor{
		field: d.Field.Value, typ: item.TypeTime, from: d.From, to: d.To,
		overlap: d.Overlap.Std(), slice: d.Window.Std(), step: max(d.Step.Std(), time.Millisecond),
	}
	if f, ok := s.Row.Field(c.field); ok {
		if c.typ = f.Type; c.typ.Kind != item.KindTime && c.typ.Kind != item.KindDate {
			b.Findings.Errorf(d.Field.Span, diag.CodeWrongType, "%q is %s, not a time", c.field, c.typ)
		}
	} else if !mayHave(s.Row, c.field) {
		f := b.Findings.Errorf(d.Field.Span, diag.CodeUnknownMember, "%s has no member %q", s.Row, c.field)
		f.Hint = diag.DidYouMean(c.field, s.Row.FieldNames())
	}
	form := d.Format
	if form == "" {
		form = c.typ.Format
	}
	if form == "" {
		form = time.RFC3339
	}
	c.form = &item.Type{Kind: item.KindTime, Format: form}
	c.sorted(b, d)
	return c
}

// sorted reads "updated_at ascending".
func (c *cursor) sorted(b *step.Builder, d *step.HTTPCursor) {
	if d.Sorted.Value == "" {
		return
	}
	field, order, ok := strings.Cut(d.Sorted.Value, " ")
	order = strings.TrimSpace(order)
	if !ok || order != "ascending" && order != "descending" {
		b.Findings.Errorf(d.Sorted.Span, diag.CodeBadValue, "%q does not tell an order", d.Sorted.Value).
			Hint = "write a member and ascending or descending, such as updated_at ascending"
		return
	}
	c.ascending = field == c.field && order == "ascending"
	if c.ascending && c.from == "" {
		b.Findings.Errorf(d.Sorted.Span, diag.CodeMissingField, "a listing that is read on from the last time seen needs %q", "from")
	}
}

// window is a stretch of the vendor's time, both ends included. A zero from is
// the beginning of time.
type window struct{ from, to time.Time }

// value gives the window to templates, with its times as requests have them.
func (w window) value(c *cursor) item.Value {
	from, to := item.Null, item.Null
	if c != nil {
		from, to = c.moment(w.from), c.moment(w.to)
	}
	return item.Map([]string{"from", "to"}, []item.Value{from, to})
}

// moment writes a time as requests have it; null for none.
func (c *cursor) moment(t time.Time) item.Value {
	if t.IsZero() {
		return item.Null
	}
	v, err := item.Convert(item.Time(t.UTC()), c.form)
	if err != nil {
		return item.Null
	}
	return v
}

// apply puts the window into the query of a request.
func (c *cursor) apply(r *client.Request, w window) {
	for _, end := range []struct {
		param string
		t     time.Time
	}{{c.from, w.from}, {c.to, w.to}} {
		if end.param != "" && !end.t.IsZero() {
			r.Query.Set(end.param, c.moment(end.t).String())
		}
	}
}

// time reads the time of the last change of a row.
func (c *cursor) time(row item.Value) (time.Time, error) {
	v := row.Member(c.field)
	if v.IsNull() {
		return time.Time{}, fmt.Errorf("a record has no %q", c.field)
	}
	v, err := item.Convert(v, present(c.typ))
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", c.field, err)
	}
	return v.Time()
}

// span returns the window that q asks for; false when there is nothing in it.
func (c *cursor) span(q step.Query, lag time.Duration) (window, bool, error) {
	w := window{from: q.Since, to: q.Now.Add(-lag).Truncate(c.step)}
	if q.Cursor != nil {
		until, err := parseCursor(q.Cursor)
		if err != nil {
			return w, false, err
		}
		overlap := q.Overlap
		if overlap == 0 {
			overlap = c.overlap
		}
		// One step at least: whether the ends are included is the vendor's secret.
		if from := until.Add(-max(overlap, c.step)); from.After(w.from) {
			w.from = from
		}
	}
	return w, w.from.Before(w.to), nil
}

// slices cuts a window into those that are read one after the other. They
// overlap by a step, since their ends may not be included.
func (c *cursor) slices(w window) []window {
	if c.slice < 4*c.step || w.from.IsZero() {
		return []window{w}
	}
	var out []window
	for w.to.Sub(w.from) > c.slice {
		cut := w.from.Add(c.slice)
		out = append(out, window{w.from, cut.Add(c.step)})
		w.from = cut
	}
	return append(out, w)
}

// halves cuts a window in two; false when it is too short.
func (c *cursor) halves(w window) (a, b window, ok bool) {
	from := w.from
	if from.IsZero() {
		from = time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC) // before there were shops
	}
	length := w.to.Sub(from)
	if length <= 4*c.step {
		return a, b, false
	}
	cut := from.Add(length / 2).Truncate(c.step)
	return window{w.from, cut.Add(c.step)}, window{cut, w.to}, true
}

// cursorBytes is the cursor as the ledger keeps it.
func cursorBytes(until time.Time) []byte {
	return item.AppendJSON(nil, item.Map([]string{"until"}, []item.Value{item.Time(until.UTC())}))
}

func parseCursor(b []byte) (time.Time, error) {
	v, err := item.FromJSON(b)
	if err == nil {
		var until item.Value
		if until, err = item.Convert(v.Member("until"), item.TypeTime); err == nil {
			return until.Time()
		}
	}
	return time.Time{}, errors.New("the stored cursor is not one of this stream; reset it to read from the beginning")
}

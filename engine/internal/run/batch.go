package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// batch is a page of records on its way through the steps. Its memory is used
// again for later pages: nothing of it may be kept once it was handed back.
type batch struct {
	page    step.Page
	decoder *item.Decoder
	records []step.Record // one for each record of the page
	frames  []item.Value
	bodies  []byte
	live    []*step.Record
	leaves  []leaf
	err     error // ends the run
	done    chan struct{}
}

// leaf is a record, or a part of a split one, at the end of its way: dropped,
// or ready to be written.
type leaf struct {
	root *step.Record
	rec  *step.Record
	out  item.Value
	body []byte
}

// process takes the records of a batch through the steps.
func (r *runner) process(ctx context.Context, b *batch, base item.Frame) {
	b.err = r.transform(ctx, b, base)
	close(b.done)
}

func (r *runner) transform(ctx context.Context, b *batch, base item.Frame) error {
	r.load(b, base)
	live := b.live
	for i, t := range r.steps {
		if len(live) == 0 {
			break
		}
		var err error
		if live, err = t.Apply(ctx, live); err != nil {
			return fmt.Errorf("%s (%s): %w", r.p.Steps[i].Name, r.p.Steps[i].Place, err)
		}
	}
	b.finish(r)
	return nil
}

// load decodes the page's records, each into a frame of its own.
func (r *runner) load(b *batch, base item.Frame) {
	n, size := len(b.page.Records), len(base)
	b.records = resize(b.records, n)
	b.frames = resize(b.frames, n*size)
	b.live = b.live[:0]
	for i := range b.page.Records {
		raw, rec := &b.page.Records[i], &b.records[i]
		frame := item.Frame(b.frames[i*size : (i+1)*size : (i+1)*size])
		copy(frame, base)
		*rec = step.Record{Key: raw.Key, Version: raw.Version, Raw: raw.Data, Frame: frame}
		r.decode(b, rec, raw.Err)
		if rec.Drop == nil {
			b.live = append(b.live, rec)
		}
	}
}

// decode fills the record's variable and its key; unread says that the source
// could not read it.
func (r *runner) decode(b *batch, rec *step.Record, unread error) {
	src := &r.p.Source
	v, err := item.Value{}, unread
	if err == nil {
		v, err = b.decoder.Decode(rec.Raw)
	}
	if err != nil {
		rec.Fail(step.Drop{Step: "source", Reason: fmt.Sprintf("the record cannot be read: %v", err)})
	} else {
		rec.Frame[src.Record.Slot] = v
	}
	if src.Key == nil || err != nil {
		return
	}
	key, err := src.Key.Eval(rec.Frame)
	switch {
	case err != nil:
		rec.Fail(step.Drop{Step: "source", Place: src.Key.Text().Span, Reason: fmt.Sprintf("the record has no key: %v", err)})
	case key.IsNull() || key.String() == "":
		rec.Fail(step.Drop{Step: "source", Place: src.Key.Text().Span, Reason: "the record's key is empty"})
	default:
		rec.Key = key.String()
	}
}

// finish collects the leaves of every record and makes the bodies of those
// that are to be written.
func (b *batch) finish(r *runner) {
	b.leaves, b.bodies = b.leaves[:0], b.bodies[:0]
	for i := range b.records {
		b.collect(&b.records[i], &b.records[i])
	}
	for i := range b.leaves {
		if l := &b.leaves[i]; l.rec.Drop == nil {
			b.body(r, l)
		}
	}
}

func (b *batch) collect(root, rec *step.Record) {
	if rec.Drop == nil && rec.Parts != nil {
		for _, part := range rec.Parts {
			b.collect(root, part)
		}
		return
	}
	b.leaves = append(b.leaves, leaf{root: root, rec: rec})
}

// body makes what is written of a record, checked against the write's shape.
func (b *batch) body(r *runner, l *leaf) {
	s := &r.sinks[l.rec.Sink]
	start := len(b.bodies)
	bodies, out, err := render(b.bodies, s, l.rec.Frame)
	if err != nil {
		l.rec.Fail(step.Drop{Step: s.Name, Place: placeOf(err, s.Place), Reason: reasonOf(err)})
		return
	}
	b.bodies = bodies
	l.out, l.body = out, bodies[start:len(bodies):len(bodies)]
}

// render appends what a write sends for a frame.
func render(dst []byte, s *sink, f item.Frame) ([]byte, item.Value, error) {
	out, err := s.Out(f)
	if err != nil {
		return dst, out, err
	}
	if s.Takes == nil {
		return item.AppendJSON(dst, out), out, nil
	}
	dst, err = item.AppendJSONAs(dst, out, s.Takes)
	return dst, out, err
}

// placeOf gives the place that an error brings along, or at.
func placeOf(err error, at diag.Span) diag.Span {
	if f := (*step.Fault)(nil); errors.As(err, &f) && f.Place.Start.Line > 0 {
		return f.Place
	}
	return at
}

func reasonOf(err error) string {
	if f := (*step.Fault)(nil); errors.As(err, &f) {
		return f.Message
	}
	return err.Error()
}

// resize returns a slice of length n, of s's memory if that suffices. What it
// held is cleared.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

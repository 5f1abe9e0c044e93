// Package flow takes records through the steps of a pipeline, up to what is to
// be written of them. A record that a step cannot take, even one at which the
// program itself fails, stops alone.
package flow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/run/guard"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// Flow is the steps of a pipeline, ready for a run.
type Flow struct {
	// Base is what every record's frame begins with.
	Base item.Frame
	// Key, if not empty, lets through the record of this key alone.
	Key string
	Log *slog.Logger

	p     *compile.Ready
	steps []step.Transform
}

// New returns the flow of a pipeline. Start must be called before Through.
func New(p *compile.Ready, base item.Frame, log *slog.Logger) *Flow {
	return &Flow{Base: base, Log: log, p: p}
}

// Start readies the steps that keep state. open opens the streams that they
// read.
func (f *Flow) Start(now time.Time, open func(*step.Stream) (step.Source, error)) error {
	for _, s := range f.p.Steps {
		t := s.Transform
		if starter, ok := t.(step.Starter); ok {
			var err error
			if t, err = starter.Start(&step.Run{Now: now, Open: open}); err != nil {
				return f.failed(len(f.steps), err)
			}
		}
		f.steps = append(f.steps, t)
	}
	return nil
}

// Batch is a page of records on its way through the steps. Its memory is used
// again for later pages: nothing of it may be kept once it was handed back.
type Batch struct {
	Page step.Page
	// Records are those of the page, Leaves what they came to, in order.
	Records []step.Record
	Leaves  []Leaf
	// Unread says why the source could not read some records; it may later.
	Unread map[*step.Record]error

	decoder *item.Decoder
	frames  []item.Value
	bodies  []byte
	live    []*step.Record
	before  []*step.Record // those that went into the step at work
}

// NewBatch returns a batch for page after page of the flow's source.
func (f *Flow) NewBatch() *Batch {
	return &Batch{decoder: item.NewDecoder(f.p.Source.Record.Layout)}
}

// Recycle hands back what the batch holds of its page.
func (b *Batch) Recycle() {
	b.decoder.Reset()
	if b.Page.Release != nil {
		b.Page.Release()
	}
}

// Leaf is a record, or a part of a split one, at the end of its way: dropped,
// or ready to be written.
type Leaf struct {
	// Root is the record of the page, Rec it or a part of it.
	Root, Rec *step.Record
	// Out is what is written, and Body the same as JSON.
	Out  item.Value
	Body []byte
}

// Through takes the records of a batch's page through the steps. The error ends
// the run; it is not for one record's trouble.
func (f *Flow) Through(ctx context.Context, b *Batch) error {
	f.load(b)
	live := b.live
	for i := range f.steps {
		if len(live) == 0 {
			break
		}
		b.before = append(b.before[:0], live...)
		var err error
		if live, err = f.apply(ctx, i, live); guard.IsFault(err) {
			live, err = f.applyEach(ctx, i, b.before)
		}
		if err != nil {
			return f.failed(i, err)
		}
	}
	f.finish(b, live)
	return nil
}

// failed says which step an error comes from, if it does not say so itself.
func (f *Flow) failed(i int, err error) error {
	s := &f.p.Steps[i]
	if strings.HasPrefix(err.Error(), s.Name) {
		return fmt.Errorf("%s: %w", s.Place, err)
	}
	return fmt.Errorf("%s: %s: %w", s.Place, s.Name, err)
}

func (f *Flow) apply(ctx context.Context, i int, in []*step.Record) (out []*step.Record, err error) {
	err = guard.Do(f.Log, func() error {
		out, err = f.steps[i].Apply(ctx, in)
		return err
	})
	return out, err
}

// applyEach applies a step that panicked to the same records one by one, so
// that only those that it cannot take stop.
func (f *Flow) applyEach(ctx context.Context, i int, in []*step.Record) ([]*step.Record, error) {
	var out []*step.Record
	for _, rec := range in {
		rec.Drop, rec.Parts = nil, nil
		one, err := f.apply(ctx, i, []*step.Record{rec})
		switch {
		case guard.IsFault(err):
			rec.Fail(step.Drop{Step: f.p.Steps[i].Name, Place: f.p.Steps[i].Place, Reason: err.Error()})
		case err != nil:
			return nil, err
		}
		out = append(out, one...)
	}
	return out, nil
}

// load decodes the page's records, each into a frame of its own. A run for one
// record passes over those that a source without such a read shows besides.
func (f *Flow) load(b *Batch) {
	n, size := len(b.Page.Records), len(f.Base)
	b.Records = resize(b.Records, n)[:0]
	b.frames = resize(b.frames, n*size)
	b.live, b.Unread = b.live[:0], nil
	for i := range b.Page.Records {
		raw := &b.Page.Records[i]
		frame := item.Frame(b.frames[i*size : (i+1)*size : (i+1)*size])
		copy(frame, f.Base)
		b.Records = append(b.Records, step.Record{Key: raw.Key, Version: raw.Version, Raw: raw.Data, Frame: frame})
		rec := &b.Records[len(b.Records)-1]
		if err := guard.Do(f.Log, func() error { return f.decode(b, rec, raw.Err) }); err != nil {
			rec.Trouble("source", diag.Span{}, err)
		}
		if f.Key != "" && rec.Key != f.Key {
			b.Records = b.Records[:len(b.Records)-1]
			continue
		}
		switch {
		case rec.Drop == nil:
			b.live = append(b.live, rec)
		case temporary(raw.Err):
			if b.Unread == nil {
				b.Unread = map[*step.Record]error{}
			}
			b.Unread[rec] = raw.Err
		}
	}
}

// temporary reports whether an error may be gone when the same is tried later.
func temporary(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Temporary() bool
	}](err)
	return ok && t.Temporary()
}

// decode fills the record's variable and its key; unread says that the source
// could not read it.
func (f *Flow) decode(b *Batch, rec *step.Record, unread error) error {
	src := &f.p.Source
	v, err := item.Value{}, unread
	if err == nil {
		v, err = b.decoder.Decode(rec.Raw)
	}
	if err != nil {
		return fmt.Errorf("the record cannot be read: %w", err)
	}
	rec.Frame[src.Record.Slot] = v
	if src.Key == nil {
		return nil
	}
	key, err := src.Key.Eval(rec.Frame)
	if err == nil && (key.IsNull() || key.String() == "") {
		err = errors.New("it is empty")
	}
	if err != nil {
		f := step.FaultOf(err, src.Key.Text().Span)
		return &step.Fault{Place: f.Place, Message: "the record has no key: " + f.Message}
	}
	rec.Key = key.String()
	return nil
}

// finish collects the leaves of every record and makes the bodies of those
// that are to be written. live are the records that came through all steps.
func (f *Flow) finish(b *Batch, live []*step.Record) {
	b.Leaves, b.bodies = b.Leaves[:0], b.bodies[:0]
	for i := range b.Records {
		b.collect(&b.Records[i], &b.Records[i])
	}
	through := 0
	for i := range b.Leaves {
		if b.Leaves[i].Rec.Drop == nil {
			through++
		}
	}
	if through != len(live) {
		b.findLost(live)
	}
	for i := range b.Leaves {
		if l := &b.Leaves[i]; l.Rec.Drop == nil {
			f.body(b, l)
		}
	}
}

func (b *Batch) collect(root, rec *step.Record) {
	if rec.Drop == nil && rec.Parts != nil {
		for _, part := range rec.Parts {
			b.collect(root, part)
		}
		return
	}
	b.Leaves = append(b.Leaves, Leaf{Root: root, Rec: rec})
}

// findLost stops the records that a step neither handed on nor gave a reason
// for: nobody meant them to be written.
func (b *Batch) findLost(live []*step.Record) {
	through := make(map[*step.Record]bool, len(live))
	for _, rec := range live {
		through[rec] = true
	}
	for i := range b.Leaves {
		if rec := b.Leaves[i].Rec; rec.Drop == nil && !through[rec] {
			rec.Fail(step.Drop{Step: "steps", Reason: "a step lost the record, which is a fault in the step"})
		}
	}
}

// body makes what is written of a record, checked against the write's shape.
func (f *Flow) body(b *Batch, l *Leaf) {
	s := &f.p.Sinks[l.Rec.Sink]
	start := len(b.bodies)
	err := guard.Do(f.Log, func() error {
		bodies, out, err := Render(b.bodies, s, l.Rec.Frame)
		if err == nil {
			b.bodies, l.Out = bodies, out
		}
		return err
	})
	if err != nil {
		l.Rec.Trouble(s.Name, s.Place, err)
		return
	}
	l.Body = b.bodies[start:len(b.bodies):len(b.bodies)]
}

// Render appends what a write sends for a frame.
func Render(dst []byte, s *compile.Sink, frame item.Frame) ([]byte, item.Value, error) {
	out, err := s.Out(frame)
	if err != nil {
		return dst, out, err
	}
	if s.Takes == nil {
		return item.AppendJSON(dst, out), out, nil
	}
	dst, err = item.AppendJSONAs(dst, out, s.Takes)
	return dst, out, err
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

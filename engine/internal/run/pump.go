package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// pump reads the source to its end. One goroutine reads, several take batches
// through the steps, and this one commits and writes them in the order in
// which they were read.
func (r *runner) pump(ctx context.Context) error {
	base, err := r.p.Frame(r.info)
	if err != nil {
		return err
	}
	query, err := r.query(ctx, base)
	if err != nil {
		return err
	}
	source, err := r.open(&r.p.Source.Stream)
	if err != nil {
		return fmt.Errorf("%s: %w", r.p.Source.Name, err)
	}
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	l := r.line(reading, base)
	read := make(chan error, 1)
	go func() {
		err := source.Read(reading, query, func(p step.Page) error { return l.put(reading, p) })
		close(l.work)
		close(l.order)
		read <- err
	}()
	r.book.window = r.window(query)
	err = r.drain(ctx, l)
	cancel()
	for b := range l.order { // let the reader and the workers end
		<-b.done
	}
	if e := <-read; err == nil {
		err = e
	}
	if r.p.AtLeastOnce { // what was written is on the books even if reading failed
		err = errors.Join(err, r.commitPassed(context.WithoutCancel(ctx)))
	}
	if err == nil {
		err = r.book.complete(ctx)
	}
	return err
}

// line is the batches between the reader, the workers and the committer.
type line struct {
	work  chan *batch
	order chan *batch
	free  chan *batch
}

// line starts the workers. There are never more batches than free holds, so
// neither sending on work nor on order waits.
func (r *runner) line(ctx context.Context, base item.Frame) *line {
	workers := r.o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	n := workers + 2
	l := &line{work: make(chan *batch, n), order: make(chan *batch, n), free: make(chan *batch, n)}
	for range n {
		l.free <- &batch{decoder: item.NewDecoder(r.p.Source.Record.Layout)}
	}
	for range workers {
		go func() {
			for b := range l.work {
				r.process(ctx, b, base)
			}
		}()
	}
	return l
}

// put hands a page on as soon as a batch is free.
func (l *line) put(ctx context.Context, p step.Page) error {
	select {
	case b := <-l.free:
		b.page, b.done = p, make(chan struct{})
		l.work <- b
		l.order <- b
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drain commits and writes the batches in order.
func (r *runner) drain(ctx context.Context, l *line) error {
	for b := range l.order {
		<-b.done
		err := b.err
		if err == nil {
			err = r.settleBatch(ctx, b)
		}
		if err != nil {
			return err
		}
		r.progress()
		b.decoder.Reset()
		if b.page.Release != nil {
			b.page.Release()
		}
		l.free <- b
	}
	return nil
}

func (r *runner) progress() {
	if r.o.Progress != nil {
		r.sum.Requests = r.requests()
		r.o.Progress(r.sum)
	}
}

// query says what to read.
func (r *runner) query(ctx context.Context, base item.Frame) (step.Query, error) {
	src := &r.p.Source
	q := step.Query{Key: r.o.Key, Since: r.o.Since, Overlap: src.Overlap, Now: r.o.Now, Known: r.book.listed}
	for _, f := range src.Filters {
		v, err := f.Value.Eval(base)
		if err != nil {
			return q, err
		}
		q.Filters = append(q.Filters, step.FilterValue{Name: f.Name, Values: values(v)})
	}
	if q.Key != "" || !q.Since.IsZero() {
		return q, nil
	}
	if src.Since != nil {
		v, err := src.Since.Eval(base)
		if err != nil {
			return q, err
		}
		if !v.IsNull() {
			if q.Since, err = v.Time(); err != nil {
				return q, fmt.Errorf("%s: since: %w", src.Name, err)
			}
		}
	}
	var err error
	q.Cursor, err = r.book.cursor(ctx)
	return q, err
}

// values takes a list apart; anything else is one value.
func values(v item.Value) []item.Value {
	if v.Kind() != item.KindList {
		return []item.Value{v}
	}
	var vs []item.Value
	for _, e := range v.All() {
		vs = append(vs, e)
	}
	return vs
}

// window describes what the source is asked for, so that a record that
// was never seen can be explained.
func (r *runner) window(q step.Query) ledger.Window {
	filters := map[string][]string{}
	for _, f := range q.Filters {
		for _, v := range f.Values {
			filters[f.Name] = append(filters[f.Name], v.String())
		}
	}
	if q.Key != "" {
		filters["key"] = []string{q.Key}
	}
	w := ledger.Window{Number: 1, Stream: r.p.Source.Name, To: q.Now.UTC().Format(time.RFC3339)}
	if !q.Since.IsZero() && q.Cursor == nil {
		w.From = q.Since.UTC().Format(time.RFC3339)
	}
	w.Filters, _ = json.Marshal(filters) // texts in a map: it cannot fail
	return w
}

package run

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/sluicehq/sluice/engine/internal/run/flow"
	"github.com/sluicehq/sluice/engine/internal/run/guard"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// pump reads the source to its end. One goroutine reads, several take batches
// through the steps, and this one commits and writes them in the order in
// which they were read.
func (r *runner) pump(ctx context.Context) error {
	query, err := r.query(ctx)
	if err != nil {
		return err
	}
	source, err := r.openSource()
	if err != nil {
		return err
	}
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	l := r.line(reading)
	read := make(chan error, 1)
	go func() {
		err := guard.Do(r.o.Log, func() error {
			return source.Read(reading, query, func(p step.Page) error { return l.put(reading, p) })
		})
		close(l.work)
		close(l.order)
		if err != nil {
			err = fmt.Errorf("%s: %w", r.p.Source.Name, err)
		}
		read <- err
	}()
	r.reads(query)
	err = r.drain(ctx, l)
	cancel()
	for w := range l.order { // let the reader and the workers end
		<-w.done
	}
	if e := <-read; err == nil {
		err = e
	}
	if r.p.AtLeastOnce { // what was written is on the books even if reading failed
		err = errors.Join(err, r.commitPassed(context.WithoutCancel(ctx)))
	}
	if err == nil {
		err = r.book.Complete(ctx)
	}
	return err
}

// line is the batches between the reader, the workers and the committer.
type line struct {
	work, order, free chan *work
}

// work is a batch being worked on.
type work struct {
	flow.Batch
	err  error // ends the run
	done chan struct{}
}

// line starts the workers. There are never more batches than free holds, so
// neither sending on work nor on order waits.
func (r *runner) line(ctx context.Context) *line {
	workers := r.o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	n := workers + 2
	l := &line{work: make(chan *work, n), order: make(chan *work, n), free: make(chan *work, n)}
	for range n {
		l.free <- &work{Batch: *r.flow.NewBatch()}
	}
	for range workers {
		go func() {
			for w := range l.work {
				w.err = guard.Do(r.o.Log, func() error { return r.flow.Through(ctx, &w.Batch) })
				close(w.done)
			}
		}()
	}
	return l
}

// put hands a page on as soon as a batch is free.
func (l *line) put(ctx context.Context, p step.Page) error {
	select {
	case w := <-l.free:
		w.Page, w.done = p, make(chan struct{})
		l.work <- w
		l.order <- w
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drain commits and writes the batches in order.
func (r *runner) drain(ctx context.Context, l *line) error {
	for w := range l.order {
		<-w.done
		err := w.err
		if err == nil {
			err = r.settleBatch(ctx, &w.Batch)
		}
		if err != nil {
			return err
		}
		r.progress()
		w.Recycle()
		l.free <- w
	}
	return nil
}

func (r *runner) progress() {
	if r.o.Progress != nil {
		r.sum.Requests = r.links.Requests()
		r.o.Progress(r.sum)
	}
}

// query says what to read.
func (r *runner) query(ctx context.Context) (step.Query, error) {
	src := &r.p.Source
	q := step.Query{Since: r.o.Since, Overlap: src.Overlap, Now: r.o.Now, Known: r.book.Listed}
	if !q.Since.IsZero() && !src.Read.Since {
		return q, fmt.Errorf("%s cannot be read from a time on", src.Name)
	}
	for _, f := range src.Filters {
		v, err := f.Value.Eval(r.flow.Base)
		if err != nil {
			return q, fmt.Errorf("%s: %s: %w", src.Name, f.Name, err)
		}
		q.Filters = append(q.Filters, step.FilterValue{Name: f.Name, Values: values(v)})
	}
	switch {
	case r.o.Key != "" && src.Read.ByKey:
		q.Key = r.o.Key
		return q, nil
	case r.o.Key != "": // it is all read, and the record taken out of it
		q.Since = time.Time{}
		return q, nil
	case !q.Since.IsZero():
		return q, nil
	}
	if src.Since != nil {
		v, err := src.Since.Eval(r.flow.Base)
		if err == nil && !v.IsNull() {
			q.Since, err = v.Time()
		}
		if err != nil {
			return q, fmt.Errorf("%s: since: %w", src.Name, err)
		}
	}
	var err error
	q.Cursor, err = r.book.Cursor(ctx)
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

// reads tells the book what the source is asked for.
func (r *runner) reads(q step.Query) {
	filters := map[string][]string{}
	for _, f := range q.Filters {
		for _, v := range f.Values {
			filters[f.Name] = append(filters[f.Name], r.secrets.Text(v.String()))
		}
	}
	if r.o.Key != "" {
		filters["key"] = []string{r.o.Key}
	}
	from := ""
	switch {
	case q.Cursor != nil:
		from = "where the run before stopped"
	case !q.Since.IsZero():
		from = q.Since.UTC().Format(time.RFC3339)
	}
	r.book.Reads(filters, from)
}

package write

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// writer is compiled from HTTPWrite.
type writer struct {
	call.Frames
	op         *step.HTTPOperation
	verdict    *call.Verdict
	create     *call.Call // nil when only records that are there can be changed
	update     *update
	existing   *finder
	inDoubt    *finder
	already    *call.Verdict // holds for a write that was made before
	resolve    []*resolver
	answer     call.Path
	reference  string
	group      call.Evaluator
	idempotent bool
	apart      map[string]bool // members that are not sent

	out, rows, found, idempotency *item.Var
}

// Compile compiles an operation. It is nil after an error finding.
func Compile(b *step.Builder, d *step.HTTPWrite, o *step.HTTPOperation) step.OpenSink {
	before := b.Findings.Errors()
	w := &writer{Frames: call.FramesOf(b, o.HTTPScope), op: o, idempotent: d.Idempotent, reference: d.Reference.Value, apart: map[string]bool{}}
	in := b.Inner()
	w.declare(in)
	w.verdict = call.CompileVerdict(in, d.Errors)
	if d.Direct() {
		w.create = call.Compile(in, &d.HTTPCall)
	}
	w.existing = compileFind(in, d.Existing, w)
	w.inDoubt = compileFind(in, d.InDoubt, w)
	w.update = compileUpdate(in, d.Update)
	if !d.Already.IsZero() {
		w.already = call.CompileVerdict(in, &step.HTTPVerdict{Failed: d.Already})
	}
	for name, r := range d.Resolve.All() {
		w.resolve = append(w.resolve, compileResolve(in, name, &r))
	}
	w.answer = call.CompilePath(in, d.Answer)
	w.group = call.Expression(in, d.Group, nil)
	w.check(b, d)
	if b.Findings.Errors() > before {
		return nil
	}
	return w.open
}

func (w *writer) declare(in *step.Builder) {
	takes, returns := w.op.Takes, w.op.Returns
	if takes == nil {
		takes = &item.Type{Kind: item.KindObject, Open: true}
	}
	if returns == nil {
		returns = item.TypeUnknown
	}
	w.out = in.Scope.Declare("out", takes)
	if w.op.Batch != 1 {
		w.rows = in.Scope.Declare("rows", item.ListOf(takes))
	}
	w.found = in.Scope.Declare("found", returns)
	w.idempotency = in.Scope.Declare("idempotency_key", item.TypeText)
}

// check looks across the members of a description.
func (w *writer) check(b *step.Builder, d *step.HTTPWrite) {
	for _, t := range d.NotInBody {
		if !w.mayTake(t.Value) {
			f := b.Findings.Errorf(t.Span, diag.CodeUnknownMember, "%s has no member %q", w.op.Takes, t.Value)
			f.Hint = diag.DidYouMean(t.Value, w.op.Takes.FieldNames())
		}
		w.apart[t.Value] = true
	}
	if d.Update != nil && d.Update.Merge && d.Existing == nil {
		b.Findings.Errorf(d.Update.Span, diag.CodeMissingField, "an update that merges needs %q to know what is there", "existing")
	}
	if w.op.Batch != 1 && (d.Update != nil || d.Resolve.Len() > 0) {
		b.Findings.Errorf(b.Place, diag.CodeConflict, "a write of several records in a call cannot have update or resolve")
	}
}

// mayTake reports whether what is written may have a member.
func (w *writer) mayTake(name string) bool {
	t := w.op.Takes
	if t == nil || t.Open || t.IsMap() {
		return true
	}
	_, ok := t.Field(name)
	return ok
}

// open opens the operation for a run.
func (w *writer) open(c *step.Connection, mode step.Mode) (step.Sink, error) {
	made, err := call.ConnOf(c)
	if err != nil {
		return nil, err
	}
	if w.create == nil && mode == step.Create {
		return nil, fmt.Errorf("connection %q: this operation changes what is there and cannot create", c.Name)
	}
	of := *w
	of.Frames = w.Opened(c, w.op.HTTPScope)
	s := &sink{writer: &of, conn: made, mode: mode, names: make([]resolved, len(w.resolve)), rules: made.Rules(w.verdict, of.Frames)}
	s.decoders.New = func() any { return item.NewDecoder(w.out.Layout) }
	return s, nil
}

// sink writes records.
type sink struct {
	*writer
	conn     *call.Conn
	mode     step.Mode
	rules    *client.Rules
	decoders sync.Pool
	names    []resolved // what was read for each of resolve
	late     sync.Map   // keys of writes that the vendor may still be working on
	outage   outage
}

var _ step.Finder = (*sink)(nil)

// Write sends deliveries, several calls at once. Those of the same key go one
// after the other, and none is sent after one that tells that all would fail.
func (s *sink) Write(ctx context.Context, ds []*step.Delivery) []step.Result {
	results := make([]step.Result, len(ds))
	var fatal atomic.Pointer[step.FatalError]
	fatal.Store(s.outage.over.Load())
	turns := make(chan struct{}, s.conn.HTTP.AtOnce())
	var wg sync.WaitGroup
	for _, lane := range s.lanes(ds, results) {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			for _, batch := range lane {
				s.writeBatch(ctx, batch, results, &fatal)
			}
		})
	}
	wg.Wait()
	return results
}

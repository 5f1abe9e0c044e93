package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// job is a write that is to be made, and its row in the ledger.
type job struct {
	row   int64
	write string // the row's name for the write
	sink  *sink
	// frame is what further writes are evaluated in. After a restart it is nil
	// until one needs it; origin is then what it is made from.
	frame    item.Frame
	origin   *ledger.Row
	attempts int
	step.Delivery
}

// settleBatch accounts for a batch: the new records and their intents in one
// commit, then the writes, then their outcomes in another.
func (r *runner) settleBatch(ctx context.Context, b *batch) error {
	r.sum.Seen += len(b.records) + b.page.Known
	r.sum.Unchanged += b.page.Known
	if r.p.AtLeastOnce {
		return r.passBatch(ctx, b)
	}
	known, err := r.known(ctx, b)
	if err != nil {
		return err
	}
	t := tally{runner: r, known: known, batch: ledger.Batch{Unchanged: b.page.Known}}
	groups := t.fresh(b.leaves)
	if err := t.leaveTaken(ctx, groups); err != nil {
		return err
	}
	for _, leaves := range groups {
		t.record(leaves)
	}
	if err := r.book.admit(ctx, &t.batch, &b.page); err != nil {
		return err
	}
	for i, j := range t.jobs {
		j.row = t.batch.Records[t.at[i].record].Deliveries[t.at[i].delivery].Row
	}
	return r.deliver(ctx, t.jobs)
}

// known asks the ledger for what it has of the batch's records, by key.
func (r *runner) known(ctx context.Context, b *batch) (map[string]*ledger.Known, error) {
	found := make(map[string]*ledger.Known, len(b.records))
	if r.book.led == nil || len(b.records) == 0 {
		return found, nil
	}
	keys := make([]string, 0, len(b.records))
	for i := range b.records {
		keys = append(keys, b.records[i].Key)
	}
	ks, err := r.book.led.Known(ctx, r.p.Instance, keys)
	for i := range ks {
		found[ks[i].Key] = &ks[i]
	}
	return found, err
}

// tally collects what a batch comes to.
type tally struct {
	*runner
	known map[string]*ledger.Known
	batch ledger.Batch
	jobs  []*job
	at    []struct{ record, delivery int } // where each job's row stands in batch
}

// fresh returns the leaves of each record that the ledger does not have as it
// is, and counts the others.
func (t *tally) fresh(leaves []leaf) [][]leaf {
	var groups [][]leaf
	seen := map[[2]string]bool{} // a listing may show a record twice
	for from := 0; from < len(leaves); {
		root, to := leaves[from].root, from+1
		for to < len(leaves) && leaves[to].root == root {
			to++
		}
		id := [2]string{root.Key, ledger.VersionOf(root.Raw)}
		if seen[id] || t.unchanged(t.known[root.Key], id[1]) {
			t.sum.Unchanged++
			t.batch.Unchanged++
		} else {
			groups = append(groups, leaves[from:to])
		}
		seen[id] = true
		from = to
	}
	return groups
}

// unchanged reports whether the ledger has this content of the record. A record
// that a person asked for by its key is looked at again unless it was sent.
func (t *tally) unchanged(k *ledger.Known, version string) bool {
	if k == nil || t.book.again && k.State != ledger.Sent && k.State != ledger.Sending {
		return false
	}
	return k.Unchanged("", version, t.book.config)
}

// leaveTaken leaves out what a write that only creates has taken already, in an
// earlier version.
func (t *tally) leaveTaken(ctx context.Context, groups [][]leaf) error {
	wanted := map[string][]*leaf{}
	for _, leaves := range groups {
		k := t.known[leaves[0].root.Key]
		if k == nil || k.Row == 0 {
			continue
		}
		for i := range leaves {
			if l := &leaves[i]; l.rec.Drop == nil && t.sinks[l.rec.Sink].Mode == step.Create {
				name := writeName(t.sinks[l.rec.Sink].Name, l)
				wanted[name] = append(wanted[name], l)
			}
		}
	}
	for write, ls := range wanted {
		keys := make([]string, len(ls))
		for i, l := range ls {
			keys[i] = l.root.Key
		}
		taken, err := t.book.led.Taken(ctx, t.p.Instance, write, keys)
		if err != nil {
			return err
		}
		for i, l := range ls {
			if s := &t.sinks[l.rec.Sink]; taken[i] != nil {
				l.rec.Filter(step.Drop{Step: s.Name, Place: s.Place, Reason: takenReason(s, taken[i])})
			}
		}
	}
	return nil
}

// record accounts for one record: the leaves that it came to.
func (t *tally) record(leaves []leaf) {
	root := leaves[0].root
	version := ledger.VersionOf(root.Raw)
	rec := ledger.Record{Key: keyOf(root, version), Version: version, Source: root.Version, Payload: root.Raw}
	for i := range leaves {
		t.leaf(&rec, &leaves[i], &t.sinks[leaves[i].rec.Sink])
	}
	t.batch.Records = append(t.batch.Records, rec)
}

func takenReason(s *sink, taken *ledger.Taken) string {
	switch taken.State {
	case ledger.InDoubt:
		return fmt.Sprintf("an earlier version is in doubt at %s, which only creates", s.Target)
	case ledger.Sending:
		return fmt.Sprintf("an earlier version is being sent to %s, which only creates", s.Target)
	}
	return fmt.Sprintf("changed after it was sent; %s only creates", s.Target)
}

// leaf adds the delivery that a leaf comes to.
func (t *tally) leaf(rec *ledger.Record, l *leaf, s *sink) {
	for _, w := range l.rec.Warnings {
		t.sum.Warnings[w]++
	}
	d := ledger.Delivery{Write: writeName(s.Name, l)}
	if drop := l.rec.Drop; drop != nil {
		d.State, d.Cause = t.drop(l.rec.Key, drop)
		rec.Deliveries = append(rec.Deliveries, d)
		return
	}
	d.State, d.Result = ledger.Sending, l.body
	d.Idempotency = t.idempotency(rec.Key, rec.Version, d.Write)
	t.at = append(t.at, struct{ record, delivery int }{len(t.batch.Records), len(rec.Deliveries)})
	rec.Deliveries = append(rec.Deliveries, d)
	t.jobs = append(t.jobs, &job{
		write: d.Write, sink: s, frame: l.rec.Frame,
		Delivery: step.Delivery{Key: rec.Key, Out: l.out, Body: l.body, Idempotency: d.Idempotency},
	})
}

// drop counts a record that stopped and tells why in the ledger's terms.
func (r *runner) drop(key string, d *step.Drop) (ledger.State, ledger.Cause) {
	cause := ledger.Cause{Reason: d.Reason, Place: d.Place.String()}
	if r.book.writes() && (d.Dead || !r.p.AtLeastOnce) {
		cause.Values = looked(d)
	}
	if !d.Dead {
		r.sum.Filtered[d.Reason]++
		r.observe(key, ledger.Filtered, d.Reason)
		return ledger.Filtered, cause
	}
	r.fail(key, d.Reason, d.Place)
	cause.Error = d.Reason
	return ledger.Dead, cause
}

// fail counts a record that cannot go on.
func (r *runner) fail(key, reason string, at diag.Span) {
	r.sum.fail(Failure{Key: key, Reason: reason, Place: at.String()})
	r.observe(key, ledger.Dead, reason)
}

func (r *runner) observe(key string, state ledger.State, reason string) {
	if r.o.Observe != nil {
		r.o.Observe(Observation{key, string(state), reason})
	}
}

// writeName tells the writes of a record apart: that of a part has the part's
// own key behind it.
func writeName(sink string, l *leaf) string {
	if l.rec == l.root {
		return sink
	}
	return sink + "#" + strings.TrimPrefix(l.rec.Key, l.root.Key+"/")
}

// idempotency is the same for every attempt of a write and differs for every
// other write.
func (r *runner) idempotency(key, version, write string) string {
	h := sha256.New()
	for _, s := range [...]string{r.p.Instance, key, version, write} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

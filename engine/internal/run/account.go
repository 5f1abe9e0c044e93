package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run/flow"
	"github.com/sluicehq/sluice/engine/internal/run/guard"
	"github.com/sluicehq/sluice/engine/step"
)

// settleBatch accounts for a batch: the new records and the intents of the
// first of their writes in one commit, then the writes and their outcomes.
func (r *runner) settleBatch(ctx context.Context, b *flow.Batch) error {
	r.sum.Seen += len(b.Records) + b.Page.Known
	r.sum.Unchanged += b.Page.Known
	if b.Page.Cut != "" {
		r.sum.Warnings[r.p.Source.Name+": "+b.Page.Cut+", so some may not have been read"] = 0
	}
	if r.p.AtLeastOnce {
		return r.passBatch(ctx, b)
	}
	groups := groupsOf(b)
	known, err := r.known(ctx, groups)
	if err != nil {
		return err
	}
	t := tally{runner: r, batch: ledger.Batch{Unchanged: b.Page.Known}}
	groups = t.fresh(groups, known)
	if err := t.leaveTaken(ctx, groups, known); err != nil {
		return err
	}
	for i := range groups {
		t.record(&groups[i], b.Unread)
	}
	first, rest := portion(t.name())
	intents(nil, first)
	if err := r.book.Admit(ctx, &t.batch, &b.Page); err != nil {
		return err
	}
	numbered(t.jobs)
	return r.deliver(ctx, first, rest)
}

// group is a record of a batch: the leaves that it came to.
type group struct {
	root    *step.Record
	key     string
	version string
	leaves  []flow.Leaf
	// passed tells that a newer version of the record comes in the same batch.
	passed bool
	// before is the row of the record's version before; 0 if there is none.
	before int64
}

// groupsOf sorts the leaves by their records.
func groupsOf(b *flow.Batch) []group {
	groups := make([]group, 0, len(b.Records))
	for from := 0; from < len(b.Leaves); {
		root, to := b.Leaves[from].Root, from+1
		for to < len(b.Leaves) && b.Leaves[to].Root == root {
			to++
		}
		version := ledger.VersionOf(root.Raw)
		groups = append(groups, group{root: root, key: keyOf(root, version), version: version, leaves: b.Leaves[from:to]})
		from = to
	}
	return groups
}

// keyOf names a record that has no key, so that it is accounted for as well.
func keyOf(rec *step.Record, version string) string {
	if rec.Key != "" {
		return rec.Key
	}
	return fmt.Sprintf("unreadable-%.12s", version)
}

// known asks the ledger for what it has of the batch's records, by key.
func (r *runner) known(ctx context.Context, groups []group) (map[string]*ledger.Known, error) {
	found := make(map[string]*ledger.Known, len(groups))
	if r.o.Ledger == nil || len(groups) == 0 {
		return found, nil
	}
	keys := make([]string, len(groups))
	for i := range groups {
		keys[i] = groups[i].key
	}
	ks, err := r.o.Ledger.Known(ctx, r.p.Instance, keys)
	for i := range ks {
		if ks[i].Row != 0 {
			found[ks[i].Key] = &ks[i]
		}
	}
	return found, err
}

// tally collects what a batch comes to.
type tally struct {
	*runner
	batch ledger.Batch
	jobs  []*job
	at    []struct{ record, delivery int } // where each job's row stands in batch
}

// fresh returns the records that the ledger does not have as they are, and
// counts the others. Of a record that a listing shows in several versions, the
// last one counts: it goes over the listing from its end.
func (t *tally) fresh(groups []group, known map[string]*ledger.Known) []group {
	fresh := len(groups)
	last := make(map[string]int, len(groups)) // where the newest version is; len(groups) if unchanged
	for i := len(groups) - 1; i >= 0; i-- {
		g := groups[i]
		newer, again := last[g.key]
		k := known[g.key]
		if k != nil {
			g.before = k.Row
		}
		switch {
		case again && (newer == len(groups) || groups[newer].version == g.version), !again && t.unchanged(k, g.version):
			if !again {
				last[g.key] = len(groups)
			}
			t.sum.Unchanged++
			t.batch.Unchanged++
			continue
		case again:
			g.passed = true
		default:
			last[g.key] = fresh - 1
		}
		fresh--
		groups[fresh] = g
	}
	return groups[fresh:]
}

// unchanged reports whether the ledger has this content of the record. What was
// left out, or is dead, is looked at again for a person who asks for it by key.
func (t *tally) unchanged(k *ledger.Known, version string) bool {
	if k == nil || t.rereading || t.book.Again && (k.State == ledger.Filtered || k.State == ledger.Dead) {
		return false
	}
	return k.Unchanged("", version, t.book.Config)
}

// leaveTaken leaves out the writes that were made already: for an operation
// that only creates, in whatever version; for others, in this one.
func (t *tally) leaveTaken(ctx context.Context, groups []group, known map[string]*ledger.Known) error {
	wanted := map[string][]*flow.Leaf{}
	keys := map[string][]string{}
	versions := map[*flow.Leaf]string{}
	for i := range groups {
		g := &groups[i]
		k := known[g.key]
		if k == nil {
			continue
		}
		for i := range g.leaves {
			l := &g.leaves[i]
			if l.Rec.Drop == nil && (t.sinks[l.Rec.Sink].Mode == step.Create || k.Version == g.version) {
				name := writeName(t.sinks[l.Rec.Sink].Name, l)
				wanted[name], keys[name] = append(wanted[name], l), append(keys[name], g.key)
				versions[l] = g.version
			}
		}
	}
	for write, ls := range wanted {
		taken, err := t.o.Ledger.Taken(ctx, t.p.Instance, write, keys[write])
		if err != nil {
			return err
		}
		for i, l := range ls {
			s := &t.sinks[l.Rec.Sink]
			if reason := takenReason(s, taken[i], versions[l]); reason != "" {
				l.Rec.Filter(step.Drop{Step: s.Name, Place: s.Place, Reason: reason})
			}
		}
	}
	return nil
}

// takenReason says why a version of a record is not written: that it was, or
// that another was to an operation that only creates. It is empty if neither is
// so.
func takenReason(s *sink, taken *ledger.Taken, version string) string {
	switch {
	case taken == nil:
	case taken.Version == version && taken.State == ledger.Sent:
		return "it was sent already, as it is"
	case s.Mode != step.Create && taken.Version != version:
	case taken.State == ledger.InDoubt:
		return fmt.Sprintf("an earlier write of it to %s is in doubt", s.Target)
	case taken.State == ledger.Sending:
		return fmt.Sprintf("an earlier write of it to %s is not known to have ended", s.Target)
	default:
		return fmt.Sprintf("changed after it was sent; %s only creates", s.Target)
	}
	return ""
}

// record accounts for one record.
func (t *tally) record(g *group, unread map[*step.Record]error) {
	rec := ledger.Record{Key: g.key, Version: g.version, Source: g.root.Version, Payload: g.root.Raw}
	for i := range g.leaves {
		l := &g.leaves[i]
		switch {
		case g.passed:
			t.sum.Superseded++
			rec.Deliveries = append(rec.Deliveries, ledger.Delivery{
				Write: writeName(t.sinks[l.Rec.Sink].Name, l), State: ledger.Superseded,
				Cause: ledger.Cause{Reason: "a newer version came right behind it"},
			})
		case t.rereads(g.root, unread[g.root]):
			rec.Deliveries = append(rec.Deliveries, t.toRead(g.root, unread[g.root]))
		default:
			t.leaf(&rec, g, l)
		}
	}
	t.batch.Records = append(t.batch.Records, rec)
}

// leaf adds the delivery that a leaf comes to.
func (t *tally) leaf(rec *ledger.Record, g *group, l *flow.Leaf) {
	s := &t.sinks[l.Rec.Sink]
	t.warn(l.Rec)
	d := ledger.Delivery{Write: writeName(s.Name, l)}
	if drop := l.Rec.Drop; drop != nil {
		d.State, d.Cause = t.drop(l.Rec.Key, drop)
		rec.Deliveries = append(rec.Deliveries, d)
		return
	}
	d.State, d.Result = ledger.Pending, l.Body
	d.Idempotency = t.idempotency(rec.Key, rec.Version, d.Write, g.before)
	t.at = append(t.at, struct{ record, delivery int }{len(t.batch.Records), len(rec.Deliveries)})
	rec.Deliveries = append(rec.Deliveries, d)
	t.jobs = append(t.jobs, &job{
		write: d.Write, sink: s, frame: l.Rec.Frame,
		Delivery: step.Delivery{Key: rec.Key, Out: l.Out, Body: l.Body, Idempotency: d.Idempotency},
	})
}

// name gives the jobs their entries in the batch, which is whole now.
func (t *tally) name() []*job {
	for i, j := range t.jobs {
		j.entry = &t.batch.Records[t.at[i].record].Deliveries[t.at[i].delivery]
	}
	return t.jobs
}

// drop counts a record that stopped and tells why in the ledger's terms.
func (r *runner) drop(key string, d *step.Drop) (ledger.State, ledger.Cause) {
	reason := r.secrets.Text(d.Reason)
	cause := ledger.Cause{Reason: reason, Place: d.Place.String()}
	if d.Looked != nil && (d.Dead || !r.p.AtLeastOnce) {
		// Values that cannot be told are only not shown.
		_ = guard.Do(r.o.Log, func() error {
			looked := d.Looked()
			cause.Values = r.book.Looked(looked)
			r.warnCase(reason, looked)
			return nil
		})
	}
	if !d.Dead {
		r.sum.Filtered[reason]++
		r.observe(key, ledger.Filtered, reason)
		return ledger.Filtered, cause
	}
	r.fail(key, reason, d.Place)
	cause.Error = reason
	return ledger.Dead, cause
}

// warnCase warns of a rule that would have decided otherwise but for the case of
// letters, which most likely is a slip in a setting. A record counts once.
func (r *runner) warnCase(reason string, looked []step.Looked) {
	i := slices.IndexFunc(looked, func(l step.Looked) bool { return l.LetterCase })
	if i < 0 {
		return
	}
	warning := r.secrets.Text(fmt.Sprintf("%s; of %s, %s", reason, looked[i].Value, looked[i].Note))
	if _, told := r.sum.Warnings[warning]; told || len(r.sum.Warnings) < maxWarnings {
		r.sum.Warnings[warning]++
	}
}

// warn counts the remarks that were made on a record.
func (r *runner) warn(rec *step.Record) {
	for _, w := range rec.Warnings {
		r.sum.Warnings[r.secrets.Text(w)]++
	}
}

// fail counts a record that cannot go on.
func (r *runner) fail(key, reason string, at diag.Span) {
	reason = r.secrets.Text(reason)
	r.sum.fail(Failure{Key: key, Reason: reason, Place: at.String()})
	r.observe(key, ledger.Dead, reason)
}

// wait counts a write that is to be tried again, and tells why.
func (r *runner) wait(key, reason string, at diag.Span) {
	r.sum.wait(Failure{Key: key, Reason: r.secrets.Text(reason), Place: at.String()})
}

func (r *runner) observe(key string, state ledger.State, reason string) {
	if r.o.Observe != nil {
		r.o.Observe(Observation{key, string(state), reason})
	}
}

// writeName tells the writes of a record apart: that of a part has the part's
// own key behind it.
func writeName(sink string, l *flow.Leaf) string {
	if l.Rec == l.Root {
		return sink
	}
	return sink + "#" + strings.TrimPrefix(l.Rec.Key, l.Root.Key+"/")
}

// idempotency is the same for every attempt of a write and differs for every
// other write. before tells apart the same content that comes again after
// another one.
func (r *runner) idempotency(key, version, write string, before int64) string {
	h := sha256.New()
	for _, s := range [...]string{r.p.Instance, key, version, write, strconv.FormatInt(before, 10)} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

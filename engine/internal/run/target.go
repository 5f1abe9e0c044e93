package run

import (
	"context"
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/ledger"
)

// targets tells where writes go, by their names.
func (r *runner) targets(sinks []compile.Sink, prefix string, into map[string]ledger.Target) map[string]ledger.Target {
	for i := range sinks {
		s := &sinks[i]
		name, own := nameOf(prefix, s)
		if a := r.p.Accounts[s.Connection]; a.Connector != nil {
			into[name] = ledger.Target{Operation: a.Connector.Name + "." + s.Write.Name, Account: a.Name, Mark: a.Mark()}
		}
		r.targets(s.Then, own, into)
	}
	return into
}

// HasWrite reports whether a pipeline has the write that a row of the ledger
// names, without the part that it is of.
func HasWrite(p *compile.Ready, write string) bool {
	return write == readName || hasWrite(p.Sinks, "", write)
}

func hasWrite(sinks []compile.Sink, prefix, write string) bool {
	for i := range sinks {
		name, own := nameOf(prefix, &sinks[i])
		if name == write || hasWrite(sinks[i].Then, own, write) {
			return true
		}
	}
	return false
}

// wentTo remembers where the writes of earlier runs went.
type wentTo map[int64]map[string]ledger.Target

// learn asks the ledger about the runs that made some rows.
func (w wentTo) learn(ctx context.Context, r *runner, rows []ledger.Row) error {
	for i := range rows {
		if _, known := w[rows[i].Run]; known {
			continue
		}
		targets, err := r.o.Ledger.Targets(ctx, r.p.Instance, rows[i].Run)
		if err != nil {
			return err
		}
		w[rows[i].Run] = targets
	}
	return nil
}

// moved says what is to become of an open write that was made for somewhere
// else than the pipeline writes to now: one that may have happened there cannot
// be looked up here, and one that was made for another operation is of no use to
// this one. What only waits for the same operation goes to the account that the
// pipeline has now.
func (w wentTo) moved(r *runner, row *ledger.Row, s *sink) (ledger.State, string) {
	was, known := w[row.Run][s.Name]
	if !known {
		return "", ""
	}
	now := r.book.Targets[s.Name]
	switch {
	case was == now:
		return "", ""
	case row.State == ledger.Sending:
		return ledger.InDoubt, fmt.Sprintf("it was being written to %s of %s when its run ended, which is not where the pipeline writes to now",
			was.Operation, was.Account)
	case was.Operation != now.Operation:
		return ledger.Dead, fmt.Sprintf("it was made for %s, and the pipeline writes to %s now; a run with --key makes it anew",
			was.Operation, now.Operation)
	}
	return "", ""
}

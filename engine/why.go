package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/internal/compile"
	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run"
	"github.com/sluicehq/sluice/engine/step"
)

// Explanation answers why a record is where it is. It is printed as JSON as it
// stands.
type Explanation struct {
	Pipeline string `json:"pipeline"`
	Key      string `json:"key"`
	// Outcomes are what became of the record, newest first: one for each version
	// of it and each write. None means that it was never seen.
	Outcomes []Outcome `json:"outcomes"`
	// Reads are what the newest runs asked the source for, newest first, when
	// the record was never seen.
	Reads []Reading `json:"reads,omitempty"`
	// Now says what the source shows of the record at this moment, if it was
	// asked.
	Now *Shown `json:"now,omitempty"`
	// Conclusion says in a sentence why.
	Conclusion string `json:"conclusion"`
}

// Outcome is what became of a version of a record, or of one write of it.
type Outcome struct {
	// Write names the write, such as "sink".
	Write string `json:"write"`
	// State is sent, filtered, dead, pending, sending, in doubt or superseded.
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	// Place is where the rule or the write stands: file:line:column.
	Place string `json:"place,omitempty"`
	// Looked are the values that the rule looked at.
	Looked []step.Looked `json:"looked,omitempty"`
	Error  string        `json:"error,omitempty"`
	// Reference is what the vendor answered, as JSON.
	Reference json.RawMessage `json:"reference,omitempty"`
	// Sent is what was sent, or was to be, as JSON; Record is the record.
	Sent   json.RawMessage `json:"result,omitempty"`
	Record json.RawMessage `json:"record,omitempty"`
	// Version is the source's mark of the content.
	Version string    `json:"version,omitempty"`
	Run     int64     `json:"run"`
	Trigger string    `json:"trigger"`
	Seen    time.Time `json:"seen"`
	Decided time.Time `json:"decided"`
	Further bool      `json:"further,omitempty"`
}

// Reading is what a run asked the source for.
type Reading struct {
	Run      int64               `json:"run"`
	Began    time.Time           `json:"began"`
	Stream   string              `json:"stream"`
	From     string              `json:"from,omitempty"`
	To       string              `json:"to,omitempty"`
	Filters  map[string][]string `json:"filters,omitempty"`
	Pages    int                 `json:"pages"`
	Records  int                 `json:"records"`
	Complete bool                `json:"complete"`
	Cut      string              `json:"cut,omitempty"`
	Error    string              `json:"error,omitempty"`
}

// Shown is what the source shows of a record.
type Shown struct {
	Found   bool   `json:"found"`
	Version string `json:"version,omitempty"`
}

// readsShown is how many runs are told of for a record that was never seen.
const readsShown = 5

// WhyOptions say where to look.
type WhyOptions struct {
	// Workspace and State are as for a run.
	Workspace, State string
	// Ask reads the record from its source when the ledger does not know it. It
	// costs a request.
	Ask bool
}

// Why answers from the ledger what became of a record, and why; for one that
// was never seen, why it was not.
func (e *Engine) Why(ctx context.Context, name, key string, o WhyOptions) (*Explanation, error) {
	ready, p, err := e.ready(name, RunOptions{Workspace: o.Workspace, State: o.State})
	if err != nil {
		return nil, err
	}
	url, err := p.stateURL(o.State)
	if err != nil {
		return nil, err
	}
	if !exists(strings.TrimPrefix(url, "sqlite:")) {
		return nil, ErrNoLedger
	}
	book, err := ledger.Open(ctx, url, ledger.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = book.Close() }()
	h, err := book.Why(ctx, ready.Instance, key)
	if err != nil {
		return nil, err
	}
	x := &Explanation{Pipeline: ready.Instance, Key: key, Outcomes: outcomes(h)}
	if len(x.Outcomes) > 0 {
		x.Conclusion = x.Outcomes[0].sentence()
		return x, nil
	}
	runs, err := book.Runs(ctx, ready.Instance, readsShown)
	if err != nil {
		return nil, err
	}
	x.Reads = readings(runs)
	if o.Ask {
		if x.Now, err = ask(ctx, ready, key); err != nil {
			return nil, err
		}
	}
	x.Conclusion = x.unseen(ready)
	return x, nil
}

func outcomes(h *ledger.History) []Outcome {
	var all []Outcome
	for i := len(h.Rows) - 1; i >= 0; i-- {
		r := &h.Rows[i]
		o := Outcome{
			Write: r.Write, State: string(r.State), Reason: r.Reason, Place: r.Place, Error: r.Error,
			Reference: r.Reference, Sent: r.Result, Record: r.Record, Version: r.Source,
			Run: r.DecidedRun, Trigger: h.Runs[r.DecidedRun].Trigger, Seen: r.Seen, Decided: r.Decided, Further: r.Main != 0,
		}
		if len(r.Values) > 0 {
			// What cannot be read back is only not shown.
			_ = json.Unmarshal(r.Values, &o.Looked)
		}
		all = append(all, o)
	}
	return all
}

// sentence says what became of the record.
func (o *Outcome) sentence() string {
	switch ledger.State(o.State) {
	case ledger.Sent:
		return "it was sent"
	case ledger.Filtered:
		return "it was left out: " + o.Reason
	case ledger.Dead:
		return "it could not go on: " + o.Reason
	case ledger.InDoubt:
		return "it may or may not have been written; a person must decide"
	case ledger.Sending:
		return "it is being sent, or was when the run ended; the next run looks it up"
	case ledger.Pending:
		return "it waits to be sent again: " + o.Error
	}
	return "a newer version of it took its place"
}

func readings(runs []ledger.Run) []Reading {
	var all []Reading
	for _, r := range runs {
		for _, w := range r.Windows {
			reading := Reading{Run: r.Number, Began: r.Began, Stream: w.Stream, From: w.From, To: w.To,
				Pages: w.Pages, Records: w.Records, Complete: w.Complete, Cut: w.Cut, Error: r.Error}
			// The filters are only shown.
			_ = json.Unmarshal(w.Filters, &reading.Filters)
			all = append(all, reading)
		}
	}
	return all
}

// ask reads the record from its source.
func ask(ctx context.Context, p *compile.Ready, key string) (*Shown, error) {
	if !p.Source.Read.ByKey {
		return nil, fmt.Errorf("%s cannot be asked for one record", p.Source.Name)
	}
	found, version, err := run.Ask(ctx, p, key)
	return &Shown{Found: found, Version: version}, err
}

// unseen says why a record was never seen, as far as can be told.
func (x *Explanation) unseen(p *compile.Ready) string {
	switch {
	case len(x.Reads) == 0:
		return "no run has read " + p.Source.Name + " yet"
	case x.Now != nil && !x.Now.Found:
		return fmt.Sprintf("%s has no record %q", p.Source.Name, x.Key)
	case x.Now != nil:
		return fmt.Sprintf("%s has it, with version %s, which is outside of what the runs asked for", p.Source.Name, x.Now.Version)
	}
	newest := x.Reads[0]
	switch {
	case !newest.Complete:
		return "the newest run did not read to the end of its window"
	case len(newest.Filters) > 0:
		return "it is outside the window of the runs, or the vendor was asked to leave it out, or there is no such record"
	}
	return "it is outside the window of the runs, or there is no such record"
}

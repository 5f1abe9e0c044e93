package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run"
	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/engine/step"
)

// Explanation answers why a record is where it is. It is printed as JSON as it
// stands.
type Explanation struct {
	Pipeline string `json:"pipeline"`
	Key      string `json:"key"`
	// Conclusion says in a sentence why.
	Conclusion string `json:"conclusion"`
	// Outcomes are what became of the record, newest first: one for each version
	// of it and each write. None means that it was never seen.
	Outcomes []Outcome `json:"outcomes"`
	// Reads are what the newest runs asked the source for, newest first, when
	// the record was never seen.
	Reads []Reading `json:"reads,omitempty"`
	// Untold is set when the pipeline keeps nothing of the records that it passes
	// on: this may be one of them.
	Untold bool `json:"untold,omitempty"`
	// Askable tells that the source can be asked for one record.
	Askable bool `json:"-"`
	// Now says what the source shows of the record at this moment, if it was
	// asked.
	Now *Shown `json:"now,omitempty"`
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
	// Attempts counts the runs that tried the write, and Next is when it is to be
	// tried again.
	Attempts int       `json:"attempts,omitempty"`
	Next     time.Time `json:"next,omitzero"`
	// Reference is the vendor's own identity of what it took, as JSON; Answer is
	// what it said, cut to a sensible length.
	Reference json.RawMessage `json:"reference,omitempty"`
	Answer    string          `json:"answer,omitempty"`
	// Sent is what was sent, or was to be, as JSON; Record is the record.
	Sent   json.RawMessage `json:"result,omitempty"`
	Record json.RawMessage `json:"record,omitempty"`
	// Version is the source's mark of the content.
	Version string    `json:"version,omitempty"`
	Run     int64     `json:"run"`
	Trigger string    `json:"trigger"`
	Seen    time.Time `json:"seen"`
	Decided time.Time `json:"decided"`
	// Further writes follow one that was taken. Part is the key of the part of a
	// split record.
	Further bool   `json:"further,omitempty"`
	Part    string `json:"part,omitempty"`

	version int64 // the row of the record's own version
	gone    bool  // the pipeline no longer has the write
}

// WhyOptions say where to look.
type WhyOptions struct {
	// Workspace and State are as for a run.
	Workspace, State string
	// Ask reads the record from its source, and says what it shows now. It costs
	// a request, or a few where steps look something up.
	Ask bool
}

// Why answers from the ledger what became of a record, and why; for one that
// was never seen, why it was not. The pipeline's files need not be free of
// findings for that, unless the source is asked.
func (e *Engine) Why(ctx context.Context, name, key string, o WhyOptions) (*Explanation, error) {
	b, err := e.openBooks(ctx, name, o)
	if err != nil {
		return nil, err
	}
	defer b.close()
	x := &Explanation{Pipeline: b.instance, Key: key}
	h, err := b.history(ctx, key)
	if err != nil {
		return nil, err
	}
	x.Outcomes = outcomes(h)
	for i := range x.Outcomes {
		x.Outcomes[i].gone = b.ready != nil && !run.HasWrite(b.ready, x.Outcomes[i].Write)
	}
	if o.Ask {
		if x.Now, err = e.ask(ctx, name, key, o); err != nil {
			return nil, err
		}
	}
	if len(x.Outcomes) > 0 {
		x.Conclusion = x.known()
		return x, nil
	}
	runs, err := b.ledger.Runs(ctx, b.instance, readsKnown)
	if err != nil {
		return nil, err
	}
	u := unseen{x, b, readings(runs)}
	x.Untold = b.ready != nil && b.ready.AtLeastOnce
	x.Askable = b.ready == nil || b.ready.Source.Read.ByKey
	x.Conclusion = u.conclude()
	x.Reads = u.reads[:min(len(u.reads), readsShown)]
	return x, nil
}

// history returns what is known of a record, or of a part of a split one: that is
// kept under the record's key. Either key may have slashes of its own.
func (b *books) history(ctx context.Context, key string) (*ledger.History, error) {
	whole, err := b.ledger.Why(ctx, b.instance, key)
	if err != nil || len(whole.Rows) > 0 {
		return whole, err
	}
	for i := strings.LastIndex(key, "/"); i > 0; i = strings.LastIndex(key[:i], "/") {
		h, err := b.ledger.Why(ctx, b.instance, key[:i])
		if err != nil {
			return nil, err
		}
		h.Rows = slices.DeleteFunc(h.Rows, func(r ledger.Row) bool {
			_, part, ok := strings.Cut(r.Write, "#")
			return !ok || part != key[i+1:]
		})
		if len(h.Rows) > 0 {
			return h, nil
		}
	}
	return whole, nil
}

func outcomes(h *ledger.History) []Outcome {
	all := []Outcome{}
	for i := len(h.Rows) - 1; i >= 0; i-- {
		r := &h.Rows[i]
		o := Outcome{
			Write: r.Write, State: string(r.State), Reason: r.Reason, Place: r.Place, Error: r.Error,
			Attempts: r.Attempts, Reference: r.Reference, Answer: string(r.Answer),
			Sent: secret.Cover(r.Result), Record: secret.Cover(r.Record), Version: r.Source,
			Run: r.DecidedRun, Trigger: h.Runs[r.DecidedRun].Trigger, Seen: r.Seen, Decided: r.Decided, version: r.Main,
		}
		if o.version == 0 {
			o.version = r.Row
		}
		if r.State == ledger.Pending {
			o.Next = r.Next
		}
		o.Write, o.Part, _ = strings.Cut(r.Write, "#")
		o.Further = strings.HasSuffix(o.Write, "]") && strings.Contains(o.Write, "then[")
		if len(r.Values) > 0 {
			// What cannot be read back is only not shown.
			_ = json.Unmarshal(r.Values, &o.Looked)
		}
		all = append(all, o)
	}
	return all
}

// known says what became of a record that was seen: of its newest version.
func (x *Explanation) known() string {
	newest := x.Outcomes[0].version
	var own, further []*Outcome
	for i := len(x.Outcomes) - 1; i >= 0; i-- { // in the order in which they were made
		switch o := &x.Outcomes[i]; {
		case o.version != newest:
		case o.Further:
			further = append(further, o)
		default:
			own = append(own, o)
		}
	}
	said := ""
	switch len(own) {
	case 0: // only a further write of a part was asked for
	case 1:
		said = own[0].sentence()
	default:
		said = "it was split into " + fmt.Sprint(len(own)) + " parts: " + countStates(own)
	}
	for _, o := range further {
		if ledger.State(o.State) != ledger.Sent {
			said += "; " + o.Write + ": " + o.sentence()
		}
	}
	return strings.TrimPrefix(said, "; ") + x.newer()
}

// newer says that the source has changed a record since it was seen.
func (x *Explanation) newer() string {
	seen := x.Outcomes[0].Version
	switch {
	case x.Now == nil:
		return ""
	case !x.Now.Found:
		return "; the source has it no more"
	case x.Now.Version != "" && x.Now.Version != seen:
		return fmt.Sprintf("; it has changed since, to version %s, which no run has read yet", x.Now.Version)
	}
	return ""
}

// countStates counts parts by what became of them: 2 sent, 1 filtered.
func countStates(parts []*Outcome) string {
	var said []string
	for _, s := range ledger.States() {
		n := 0
		for _, o := range parts {
			if o.State == string(s) {
				n++
			}
		}
		if n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(said, ", ")
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
		return "it may or may not have been written, and the vendor cannot be asked; a person must decide"
	case ledger.Sending:
		switch {
		case o.gone:
			return fmt.Sprintf("it may have been written, which is looked up once the pipeline has the write %q again", o.Write)
		case o.Error != "":
			return "its write failed, and may have happened all the same; the next run makes sure before it sends it again: " + o.Error
		}
		return "it is being sent, or was when the run ended; the next run looks it up before it sends it again"
	case ledger.Pending:
		return o.waiting()
	}
	return "a newer version of it took its place"
}

// waiting says what a pending write waits for.
func (o *Outcome) waiting() string {
	switch {
	case o.gone:
		return fmt.Sprintf("it waits for the write %q, which the pipeline no longer has", o.Write)
	case o.Attempts == 0 && o.Error == "":
		return "it waits for its turn; its run ended before that, and the next one sends it"
	case o.Attempts == 0:
		return "it was not sent, since the run ended; the next one sends it: " + o.Error
	case o.Reason != "":
		return "it is tried again by the next run: " + o.Reason + ": " + o.Error
	}
	return "it is tried again by the next run: " + o.Error
}

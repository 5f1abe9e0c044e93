package run

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/sluicehq/sluice/engine/internal/compile"
)

// Summary tells what a run did.
type Summary struct {
	// Pipeline is the instance's name.
	Pipeline string `json:"pipeline"`
	DryRun   bool   `json:"dry_run"`
	// Seen counts the records that the source showed; Unchanged those of them
	// that the ledger had already.
	Seen      int `json:"seen"`
	Unchanged int `json:"unchanged"`
	// Filtered counts the records that rules left out, by reason.
	Filtered map[string]int `json:"filtered"`
	// Sent counts the records that were written; in a dry run, those that would
	// have been. Further counts the writes of `then`.
	Sent    int `json:"sent"`
	Further int `json:"further"`
	// Resumed counts the writes of an earlier run that this one finished.
	Resumed int `json:"resumed"`
	// Superseded counts the versions in whose place newer ones were written.
	Superseded int `json:"superseded"`
	// Pending counts the writes that failed and are to be tried again, not those
	// whose time to be tried again has not come; InDoubt those of which nobody
	// knows whether they happened.
	Pending int `json:"pending"`
	InDoubt int `json:"in_doubt"`
	// Waiting tells why writes are to be tried again: the first of each reason.
	Waiting []Failure `json:"waiting,omitempty"`
	// Dead counts the writes that cannot go on; Failures tells the first of them.
	Dead     int       `json:"dead"`
	Failures []Failure `json:"failures,omitempty"`
	// Warnings are remarks, each with the number of records that it is about; 0
	// for one about the whole run.
	Warnings map[string]int `json:"warnings,omitempty"`
	// Requests counts the requests made, by connection.
	Requests map[string]int64 `json:"requests"`
	Elapsed  time.Duration    `json:"-"`
}

// MarshalJSON gives the summary with the time in seconds.
func (s *Summary) MarshalJSON() ([]byte, error) {
	type plain Summary
	return json.Marshal(struct {
		*plain
		Seconds float64 `json:"seconds"`
	}{(*plain)(s), s.Elapsed.Seconds()})
}

// Failure is a record that could not go on.
type Failure struct {
	Key    string `json:"key"`
	Reason string `json:"reason"`
	Place  string `json:"place,omitempty"`
}

// How many failures, reasons to wait and remarks about letters a summary tells;
// all are in the ledger.
const (
	maxFailures = 20
	maxWaiting  = 3
	maxWarnings = 20
)

func newSummary(p *compile.Ready, dry bool) *Summary {
	return &Summary{Pipeline: p.Instance, DryRun: dry, Filtered: map[string]int{}, Warnings: map[string]int{}}
}

// FilteredTotal is the number of records that rules left out.
func (s *Summary) FilteredTotal() int {
	n := 0
	for _, c := range s.Filtered {
		n += c
	}
	return n
}

// Reasons lists the reasons of Filtered, the most frequent first.
func (s *Summary) Reasons() []string {
	return slices.SortedFunc(maps.Keys(s.Filtered), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Filtered[b], s.Filtered[a]), cmp.Compare(a, b))
	})
}

// Failed reports whether a record failed in this run: it cannot go on, is in
// doubt, or waits for the next run because its write, or its reading, failed.
func (s *Summary) Failed() bool { return s.Dead > 0 || s.InDoubt > 0 || s.Pending > 0 }

func (s *Summary) fail(f Failure) {
	s.Dead++
	if len(s.Failures) < maxFailures {
		s.Failures = append(s.Failures, f)
	}
}

// wait counts a write that is to be tried again, and tells why if that is new.
func (s *Summary) wait(f Failure) {
	s.Pending++
	known := slices.ContainsFunc(s.Waiting, func(w Failure) bool { return w.Reason == f.Reason })
	if f.Reason != "" && !known && len(s.Waiting) < maxWaiting {
		s.Waiting = append(s.Waiting, f)
	}
}

// counts is what the ledger keeps of the summary.
func (s *Summary) counts() map[string]int64 {
	counts := map[string]int64{}
	for name, n := range map[string]int{
		"seen": s.Seen, "unchanged": s.Unchanged, "filtered": s.FilteredTotal(), "sent": s.Sent, "further": s.Further,
		"resumed": s.Resumed, "superseded": s.Superseded, "dead": s.Dead, "pending": s.Pending, "in doubt": s.InDoubt,
	} {
		counts[name] = int64(n)
	}
	return counts
}

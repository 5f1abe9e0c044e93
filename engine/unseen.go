package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/internal/run"
	"github.com/sluicehq/sluice/engine/item"
)

// Reading is what a run asked the source for.
type Reading struct {
	Run    int64     `json:"run"`
	Began  time.Time `json:"began"`
	Stream string    `json:"stream,omitempty"`
	// From and To are the bounds asked for; From is a sentence where the source
	// has no times. Filters are what the vendor was asked to filter by.
	From     string              `json:"from,omitempty"`
	To       string              `json:"to,omitempty"`
	Filters  map[string][]string `json:"filters,omitempty"`
	Pages    int                 `json:"pages"`
	Records  int                 `json:"records"`
	Complete bool                `json:"complete"`
	Cut      string              `json:"cut,omitempty"`
	Error    string              `json:"error,omitempty"`
}

// Shown is what the source shows of a record at this moment, and what the
// pipeline would make of it.
type Shown struct {
	Found   bool   `json:"found"`
	Version string `json:"version,omitempty"`
	// Would says what would become of it if it was read now.
	Would string `json:"would,omitempty"`
	// Place is where the rule stands that would leave it out.
	Place string `json:"place,omitempty"`

	record []byte
}

const (
	// readsShown is how many readings are told of for a record that was never
	// seen; readsKnown how many runs are looked at to say why it was not.
	readsShown = 5
	readsKnown = 2000
)

// readings returns what runs asked for, newest first. A run that did not come
// to that is there with its error.
func readings(runs []ledger.Run) []Reading {
	var all []Reading
	for _, r := range runs {
		if len(r.Windows) == 0 && r.Error != "" {
			all = append(all, Reading{Run: r.Number, Began: r.Began, Error: r.Error})
		}
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

// ask reads the record from its source, and takes it through the steps.
func (e *Engine) ask(ctx context.Context, name, key string, o WhyOptions) (*Shown, error) {
	p, _, err := e.ready(name, RunOptions{Workspace: o.Workspace, State: o.State})
	if err != nil {
		return nil, err
	}
	if !p.Source.Read.ByKey {
		return nil, fmt.Errorf("%s cannot be asked for one record", p.Source.Name)
	}
	a, err := run.Ask(ctx, p, run.Options{Key: key, Now: time.Now().UTC(), Trigger: "why", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	s := &Shown{Found: a.Found, Version: a.Version, record: a.Record}
	switch {
	case !a.Found:
	case len(a.Drops) == 0:
		s.Would = "it would be sent"
	case a.Drops[0].Dead:
		s.Would, s.Place = "it could not go on: "+a.Drops[0].Reason, a.Drops[0].Place.String()
	default:
		s.Would, s.Place = "it would be left out: "+a.Drops[0].Reason, a.Drops[0].Place.String()
	}
	if n := a.Writes + len(a.Drops); n > 1 {
		s.Would, s.Place = fmt.Sprintf("%d of its %d parts would be sent", a.Writes, n), ""
	}
	return s, nil
}

// unseen says why a record was never seen.
type unseen struct {
	*Explanation
	*books
	reads []Reading // newest first
}

func (u *unseen) conclude() string {
	listed := slices.DeleteFunc(slices.Clone(u.reads), func(r Reading) bool {
		return r.Stream == "" || len(r.Filters["key"]) > 0 // a run for one record asks for no other
	})
	switch {
	case len(u.reads) == 0:
		return "the pipeline has not run yet"
	case len(listed) == 0:
		return "no run has come so far as to list records: " + u.reads[0].what()
	case u.Untold:
		return "the pipeline keeps no rows of what it passes on (delivery: at_least_once), so nothing is known of single records"
	case u.Now == nil:
		return u.guess(listed)
	case !u.Now.Found:
		return fmt.Sprintf("%s has no record %q", listed[0].Stream, u.Key)
	}
	return u.asked(listed)
}

// what says what kept a run from listing.
func (r *Reading) what() string {
	if r.Error != "" {
		return fmt.Sprintf("run %d: %s", r.Run, r.Error)
	}
	return "they asked for single records"
}

// guess names the reasons there may be.
func (u *unseen) guess(listed []Reading) string {
	var may []string
	if from := listed[len(listed)-1].From; from != "" {
		may = append(may, "it did not change after "+from+", where reading began")
	}
	if to := listed[0].To; to != "" {
		may = append(may, "it changed after "+to+", when the newest run read")
	}
	if newest := listed[0]; newest.Cut != "" {
		may = append(may, newest.Cut)
	} else if !newest.Complete {
		may = append(may, fmt.Sprintf("run %d did not read to the end", newest.Run))
	}
	if filters := listed[0].asking(); filters != "" {
		may = append(may, "the vendor was asked for "+filters+" only")
	}
	return strings.Join(append(may, "there is no such record"), ", or ")
}

// asking names the filters of a reading.
func (r *Reading) asking() string {
	var parts []string
	for name, values := range r.Filters {
		parts = append(parts, name+" "+strings.Join(values, ", "))
	}
	slices.Sort(parts)
	return strings.Join(parts, " and ")
}

// asked concludes from what the source shows of the record now.
func (u *unseen) asked(listed []Reading) string {
	t, ok := timeOf(u.Now.Version)
	if !ok {
		return fmt.Sprintf("%s has it now; when it changed cannot be told from its version, %q", listed[0].Stream, u.Now.Version)
	}
	said := fmt.Sprintf("%s has it, changed at %s", listed[0].Stream, t.UTC().Format(time.RFC3339))
	var cut *Reading
	for i := range listed {
		r := &listed[i]
		from, to, ok := r.window()
		switch {
		case !ok || t.Before(from) || t.After(to):
		case !r.Complete:
			cut = r
		default:
			return said + u.inside(r)
		}
	}
	first, _, _ := listed[len(listed)-1].window()
	_, last, _ := listed[0].window()
	switch {
	case cut != nil && cut.Cut != "":
		return said + fmt.Sprintf(", and was not among those of run %d: %s; a run with --key brings it in", cut.Run, cut.Cut)
	case cut != nil:
		return said + fmt.Sprintf(", in the window of run %d, which did not read to its end; the next run goes on", cut.Run)
	case t.Before(first):
		return said + ", before " + listed[len(listed)-1].From + ", where reading began; a run with --since or --key brings it in"
	case t.After(last):
		return said + ", after the newest run had read; the next one reads it"
	}
	return said + ", for which no run asked: their windows leave a gap, which is a fault in sluice; a run with --key brings it in"
}

// inside concludes for a record that lies inside of what a run has read whole.
func (u *unseen) inside(r *Reading) string {
	where := fmt.Sprintf(", inside of what run %d read", r.Run)
	if v, err := item.FromJSON(u.Now.record); err == nil {
		for name, values := range r.Filters {
			if has := v.Member(name); !has.IsNull() && !slices.Contains(values, has.String()) {
				return where + fmt.Sprintf(", which asked the vendor for %s %s only; its %s is %s",
					name, strings.Join(values, ", "), name, has)
			}
		}
	}
	if filters := r.asking(); filters != "" {
		return where + ", which asked the vendor for " + filters + " only; the vendor may have left it out for that"
	}
	return where + " whole, and was not listed there: a fault in the vendor's listing or in sluice, which should be reported; " +
		"a run with --key brings it in"
}

// window gives the bounds of a reading; false when they are no times.
func (r *Reading) window() (from, to time.Time, ok bool) {
	to, hasTo := timeOf(r.To)
	from, hasFrom := timeOf(r.From)
	return from, to, hasTo && (hasFrom || r.From == "")
}

// timeOf reads a time as vendors mark versions by it; one without a zone is
// taken for UTC.
func timeOf(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

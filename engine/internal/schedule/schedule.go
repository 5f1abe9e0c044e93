// Package schedule turns cron text into times. It knows when a schedule fires
// in a time zone, what a daemon owes after it was down, and nothing of what is
// run then.
//
// Across a change of the clocks a schedule that names hours fires for each time
// on the clock exactly once: a time that the clock leaps over fires when it has
// leapt, one that it shows twice fires the first time. A schedule that fires
// every hour goes by elapsed time instead: it fires in both of two hours that
// look alike. That is what cron users know from Vixie cron.
package schedule

import (
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a cron expression in a time zone.
type Schedule struct {
	text    string
	zone    *time.Location
	spec    *cron.SpecSchedule // read as if the zone were UTC
	elapsed bool
}

const everyHour = 1<<24 - 1

// Parse reads a cron expression of five fields (minute, hour, day of the month,
// month, weekday), or one such as @daily. When both a day and a weekday are
// given, either is enough; "*" gives none. The error is a *CronError.
func Parse(text string, zone *time.Location) (*Schedule, error) {
	if err := check(text); err != nil {
		return nil, err
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	parsed, err := parser.Parse(text)
	if err != nil { // check knows all that the library does not take
		return nil, &CronError{To: len(text), Message: err.Error()}
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, &CronError{To: len(text), Message: "this has no fixed times", Hint: hintFields}
	}
	spec.Location = time.UTC
	s := &Schedule{text: text, zone: zone, spec: spec, elapsed: spec.Hour&everyHour == everyHour}
	if s.clockNext(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, &CronError{To: len(text), Message: "this never fires: no such month has so many days"}
	}
	return s, nil
}

// String returns the text and the zone.
func (s *Schedule) String() string { return s.text + " (" + s.zone.String() + ")" }

// Next returns the first time after t at which the schedule fires.
func (s *Schedule) Next(t time.Time) time.Time {
	t = t.In(s.zone)
	if s.elapsed {
		return s.nextElapsed(t)
	}
	for clock := s.clockNext(onClock(t)); !clock.IsZero(); clock = s.clockNext(clock) {
		if at := s.instant(clock); at.After(t) {
			return at
		}
	}
	return time.Time{}
}

// nextElapsed goes through the stretches of time between changes of the clocks.
// Within one, the clock runs evenly.
func (s *Schedule) nextElapsed(t time.Time) time.Time {
	for {
		_, offset := t.Zone()
		_, change := t.ZoneBounds()
		clock := s.clockNext(onClock(t))
		if clock.IsZero() {
			return clock
		}
		at := clock.Add(-time.Duration(offset) * time.Second).In(s.zone)
		if change.IsZero() || at.Before(change) {
			return at
		}
		// The clock shows something else from the change on, which may be
		// that it is time.
		_, offset = change.Zone()
		clock = s.clockNext(onClock(change).Add(-time.Nanosecond))
		at = clock.Add(-time.Duration(offset) * time.Second).In(s.zone)
		if at.Equal(change) {
			return at
		}
		t = change
	}
}

// onClock returns what the clock shows at t, as a time of UTC.
func onClock(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// clockNext returns the next time that the schedule wants after a time on the
// clock. The library looks five years ahead, and a 29th of February can be
// eight years away.
func (s *Schedule) clockNext(clock time.Time) time.Time {
	for range 3 {
		if next := s.spec.Next(clock); !next.IsZero() {
			return next
		}
		clock = time.Date(clock.Year()+5, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)
	}
	return time.Time{}
}

// instant returns when the clock of the zone shows a time: the first time that
// it does, or when it leaps over it.
func (s *Schedule) instant(clock time.Time) time.Time {
	// The offsets before and after any change that is near.
	const near = 26 * time.Hour
	_, before := clock.Add(-near).In(s.zone).Zone()
	_, after := clock.Add(near).In(s.zone).Zone()
	for _, offset := range [...]int{max(before, after), min(before, after)} { // the larger offset is the earlier time
		at := clock.Add(-time.Duration(offset) * time.Second).In(s.zone)
		if onClock(at).Equal(clock) {
			return at
		}
	}
	// By the clock before the change it is later than the change.
	leapt, _ := clock.Add(-time.Duration(before) * time.Second).In(s.zone).ZoneBounds()
	return leapt
}

package schedule

import "time"

// Overlap says what to do with a tick while the run before still goes on.
type Overlap string

// The ways to deal with overlap.
const (
	// Skip leaves the tick out.
	Skip Overlap = "skip"
	// Queue runs it afterwards.
	Queue Overlap = "queue"
)

// Missed says what to do about ticks that passed while nothing ran them.
type Missed string

// The ways to deal with missed ticks.
const (
	// Once makes one run of them all, for the newest.
	Once Missed = "once"
	// All runs each, oldest first.
	All Missed = "all"
	// None leaves them out.
	None Missed = "none"
)

// OnTime is how late a tick may be taken up and not count as missed: what a
// busy machine or a restart takes.
const OnTime = time.Minute

// dueLimit is how many ticks are due at a time. The others are due once the
// last of these is behind.
const dueLimit = 1000

// Due returns the logical times to run now, oldest first. Last is the logical
// time of the last tick that was run or left out, and the only memory: a
// machine that slept, was switched off, or had its clock set is all the same.
// When last is zero, or lies ahead of now, nothing is due.
func (s *Schedule) Due(last, now time.Time, missed Missed) []time.Time {
	if last.IsZero() || !last.Before(now) {
		return nil
	}
	if missed == All {
		return s.Between(last, now, dueLimit)
	}
	newest := s.newest(last, now)
	if newest.IsZero() || missed == None && now.Sub(newest) > OnTime {
		return nil
	}
	return []time.Time{newest}
}

// Between returns the ticks after from, up to and including to, oldest first,
// and at most limit of them.
func (s *Schedule) Between(from, to time.Time, limit int) []time.Time {
	var ticks []time.Time
	for len(ticks) < limit {
		from = s.Next(from)
		if from.IsZero() || from.After(to) {
			break
		}
		ticks = append(ticks, from)
	}
	return ticks
}

// newest returns the last tick after from, up to and including to; zero if there
// is none. It looks back further and further, so that years without a daemon
// cost no more than an hour.
func (s *Schedule) newest(from, to time.Time) time.Time {
	for back := time.Hour; ; back *= 4 {
		start := to.Add(-back)
		if back > to.Sub(from) || back <= 0 {
			start = from
		}
		tick := s.Next(start)
		if tick.IsZero() || tick.After(to) {
			if start.Equal(from) {
				return time.Time{}
			}
			continue
		}
		for next := s.Next(tick); !next.IsZero() && !next.After(to); next = s.Next(tick) {
			tick = next
		}
		return tick
	}
}

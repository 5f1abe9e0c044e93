package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDue(t *testing.T) {
	const quarter = "*/15 * * * *"
	for _, c := range []struct {
		text, last, now string
		once, all, none string
	}{
		{quarter, "09:00:00", "09:14:59", "", "", ""},
		{quarter, "09:00:00", "09:15:00", "09:15", "09:15", "09:15"},
		{quarter, "09:00:00", "09:15:59", "09:15", "09:15", "09:15"},
		{quarter, "09:00:00", "09:17:00", "09:15", "09:15", ""},
		{quarter, "09:00:00", "10:07:00", "10:00", "09:15 09:30 09:45 10:00", ""},
		{quarter, "09:00:00", "10:00:20", "10:00", "09:15 09:30 09:45 10:00", "10:00"},
		{quarter, "09:07:00", "09:20:00", "09:15", "09:15", ""},
		{quarter, "11:00:00", "09:00:00", "", "", ""}, // the clock was set back
		{quarter, "", "09:15:00", "", "", ""},         // it never ran
		{"0 3 * * *", "03:00:00", "23:59:00", "", "", ""},
	} {
		s := parse(t, c.text, "UTC")
		clock := func(text string) time.Time {
			if text == "" {
				return time.Time{}
			}
			return at(t, "2026-05-06T"+text+"Z")
		}
		for missed, want := range map[Missed]string{Once: c.once, All: c.all, None: c.none} {
			var got []string
			for _, tick := range s.Due(clock(c.last), clock(c.now), missed) {
				got = append(got, tick.Format("15:04"))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s, last %s, now %s, missed %s: got %q, want %q", c.text, c.last, c.now, missed, got, want)
			}
		}
	}
	// Years of downtime are dealt with at once, and in portions.
	s := parse(t, "* * * * *", "Europe/Berlin")
	last, now := at(t, "2010-01-01T00:00:00Z"), at(t, "2026-01-01T00:00:30Z")
	if got := s.Due(last, now, Once); len(got) != 1 || !got[0].Equal(at(t, "2026-01-01T00:00:00Z")) {
		t.Errorf("got %v", got)
	}
	got := s.Due(last, now, All)
	if len(got) != dueLimit || !s.Due(got[len(got)-1], now, All)[0].Equal(got[len(got)-1].Add(time.Minute)) {
		t.Errorf("got %d ticks", len(got))
	}
	rare := parse(t, "0 0 29 2 *", "UTC")
	if got := rare.Due(last, now, Once); len(got) != 1 || !got[0].Equal(at(t, "2024-02-29T00:00:00Z")) {
		t.Errorf("got %v", got)
	}
}

// TestDueProperty runs a daemon that is up and down at random: with all, each
// tick is run exactly once; with once, never more than one at a time and always
// the newest; with none, only ticks that are on time.
func TestDueProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, err := Parse(rapid.SampledFrom([]string{"*/7 * * * *", "0 */3 * * *", "30 2 * * *"}).Draw(rt, "cron"),
			zone(t, "America/New_York"))
		if err != nil {
			rt.Fatal(err)
		}
		start := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
		missed := rapid.SampledFrom([]Missed{Once, All, None}).Draw(rt, "missed")
		last, now := start, start
		var ran []time.Time
		for range rapid.IntRange(1, 40).Draw(rt, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(-30, 300).Draw(rt, "minutes"))*time.Minute + 20*time.Second)
			due := s.Due(last, now, missed)
			ticks := s.Between(last, now, 1<<20)
			switch {
			case missed != All && len(due) > 1:
				rt.Fatalf("%d are due at once", len(due))
			case missed == Once && len(ticks) > 0 && !due[0].Equal(ticks[len(ticks)-1]):
				rt.Fatalf("the newest is %s and %s is due", ticks[len(ticks)-1], due)
			case missed == None && len(due) > 0 && now.Sub(due[0]) > OnTime:
				rt.Fatalf("%s is due at %s", due, now)
			}
			ran = append(ran, due...)
			if len(ticks) > 0 { // run or left out
				last = ticks[len(ticks)-1]
			}
		}
		if missed == All && !slices.EqualFunc(ran, s.Between(start, last, 1<<20), time.Time.Equal) {
			rt.Fatalf("ran %s", ran)
		}
		for i := 1; i < len(ran); i++ {
			if !ran[i].After(ran[i-1]) {
				rt.Fatalf("%s was run after %s", ran[i], ran[i-1])
			}
		}
	})
}

func BenchmarkNext(b *testing.B) {
	s := parse(b, "*/15 * * * *", "America/New_York")
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		now = s.Next(now)
	}
}

package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func parse(t testing.TB, text, zoneName string) *Schedule {
	t.Helper()
	s, err := Parse(text, zone(t, zoneName))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNext(t *testing.T) {
	for _, c := range []struct {
		text, zone, from string
		want             []string
	}{
		{"*/15 * * * *", "UTC", "2026-01-01T00:07:30Z", []string{"2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"}},
		{"0 9 * * mon-fri", "UTC", "2026-01-02T09:00:00Z", []string{"2026-01-05T09:00:00Z", "2026-01-06T09:00:00Z"}},
		{"30 4 1,15 * 5", "UTC", "2026-01-01T04:30:00Z", []string{"2026-01-02T04:30:00Z", "2026-01-09T04:30:00Z", "2026-01-15T04:30:00Z"}},
		{"@daily", "Asia/Kolkata", "2026-01-01T00:00:00Z", []string{"2026-01-02T00:00:00+05:30"}},
		{"0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", []string{"2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z"}},

		// New York, 8 March 2026: at 02:00 the clock leaps to 03:00.
		{"30 2 * * *", "America/New_York", "2026-03-07T00:00:00-05:00", []string{"2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"}},
		{"0,30 2 * * *", "America/New_York", "2026-03-08T00:00:00-05:00", []string{"2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"}},
		{"*/30 * * * *", "America/New_York", "2026-03-08T01:00:00-05:00", []string{"2026-03-08T01:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T03:30:00-04:00"}},
		{"0 */2 * * *", "America/New_York", "2026-03-08T00:00:00-05:00", []string{"2026-03-08T03:00:00-04:00", "2026-03-08T04:00:00-04:00"}},
		// 1 November 2026: at 02:00 it goes back to 01:00.
		{"30 1 * * *", "America/New_York", "2026-11-01T00:00:00-04:00", []string{"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}},
		{"30 1 * * *", "America/New_York", "2026-11-01T01:10:00-05:00", []string{"2026-11-02T01:30:00-05:00"}},
		{"*/30 * * * *", "America/New_York", "2026-11-01T01:00:00-04:00", []string{"2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00", "2026-11-01T01:30:00-05:00", "2026-11-01T02:00:00-05:00"}},
		// Clocks that leap over midnight, by half an hour, and over a day.
		{"0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", []string{"2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"}},
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", []string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
		{"0 * * * *", "Australia/Lord_Howe", "2026-10-04T01:00:00+10:30", []string{"2026-10-04T03:00:00+11:00", "2026-10-04T04:00:00+11:00"}},
		{"0 8 * * *", "Pacific/Apia", "2011-12-29T09:00:00-10:00", []string{"2011-12-31T00:00:00+14:00", "2011-12-31T08:00:00+14:00"}},
	} {
		s := parse(t, c.text, c.zone)
		now := at(t, c.from)
		for _, want := range c.want {
			if now = s.Next(now); !now.Equal(at(t, want)) {
				t.Errorf("%s after %s: got %s, want %s", s, c.from, now.Format(time.RFC3339), want)
				break
			}
		}
	}
}

// matcher is the meaning of a cron expression, written a second time.
type matcher [5]map[int]bool

func match(text string) matcher {
	var m matcher
	for i, word := range strings.Fields(text) {
		f := fields()[i]
		m[i] = map[int]bool{}
		for item := range strings.SplitSeq(word, ",") {
			rng, stepText, stepped := strings.Cut(item, "/")
			from, to, step := f.min, f.max, 1
			if rng != "*" {
				a, b, ok := strings.Cut(rng, "-")
				from, _ = strconv.Atoi(a)
				if to = from; ok {
					to, _ = strconv.Atoi(b)
				} else if stepped {
					to = f.max
				}
			}
			if stepped {
				step, _ = strconv.Atoi(stepText)
			}
			for v := from; v <= to; v += step {
				m[i][v] = true
			}
		}
		if word == "*" || word == "*/1" {
			m[i][-1] = true // said of no day in particular
		}
	}
	return m
}

func (m matcher) on(clock time.Time) bool {
	day, weekday := m[2][clock.Day()], m[4][int(clock.Weekday())]
	both := day && weekday
	if !m[2][-1] && !m[4][-1] {
		both = day || weekday
	}
	return m[0][clock.Minute()] && m[1][clock.Hour()] && m[3][int(clock.Month())] && both
}

// reference finds every tick of a stretch of time by looking at the clock each
// minute.
func reference(text string, z *time.Location, from, to time.Time) []time.Time {
	m := match(text)
	everyHour := len(m[1]) >= 24 && m[1][0] && m[1][23]
	var ticks []time.Time
	shown := map[time.Time]bool{}
	expect := onClock(from.In(z))
	for now := from; now.Before(to); now = now.Add(time.Minute) {
		clock := onClock(now.In(z))
		if everyHour {
			if m.on(clock) {
				ticks = append(ticks, now)
			}
			continue
		}
		due := false
		for ; expect.Before(clock); expect = expect.Add(time.Minute) { // leapt over
			due = due || m.on(expect) && !shown[expect]
			shown[expect] = true
		}
		due = due || m.on(clock) && !shown[clock]
		shown[clock] = true
		expect = clock.Add(time.Minute)
		if due {
			ticks = append(ticks, now)
		}
	}
	return ticks
}

func drawCron(rt *rapid.T) string {
	part := func(f field) string {
		value := func(min int) int { return rapid.IntRange(min, f.max).Draw(rt, f.name) }
		switch rapid.IntRange(0, 5).Draw(rt, "form") {
		case 0:
			return strconv.Itoa(value(f.min))
		case 1:
			from := value(f.min)
			return fmt.Sprintf("%d-%d", from, value(from))
		case 2:
			return fmt.Sprintf("*/%d", rapid.IntRange(1, f.max-f.min).Draw(rt, "step"))
		case 3:
			return fmt.Sprintf("%d,%d", value(f.min), value(f.min))
		}
		return "*"
	}
	var words []string
	for _, f := range fields() {
		words = append(words, part(f))
	}
	return strings.Join(words, " ")
}

// TestReference simulates a year, both changes of the clocks in it, against the
// model that looks at the clock; and, for schedules at random, weeks of it.
func TestReference(t *testing.T) {
	year := time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)
	zones := []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Africa/Casablanca", "UTC"}
	for _, z := range zones[:3] {
		for _, text := range []string{"*/15 * * * *", "30 2 * * *", "5 0-4/2 * * 0", "*/20 1-3 * 3,10,11 *"} {
			likeTheClock(t, text, z, year, 366)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		from := year.AddDate(0, 0, rapid.IntRange(0, 365).Draw(rt, "day"))
		likeTheClock(rt, drawCron(rt), rapid.SampledFrom(zones).Draw(rt, "zone"), from, 30)
	})
}

// likeTheClock compares a schedule's ticks of some days with the model's.
func likeTheClock(tb interface{ Fatalf(string, ...any) }, text, zoneName string, from time.Time, days int) {
	z, err := Zone(zoneName)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	s, err := Parse(text, z)
	if err != nil && strings.Contains(err.Error(), "never fires") {
		return
	}
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	to := from.AddDate(0, 0, days)
	want := reference(text, z, from, to)
	got := s.Between(from.Add(-time.Nanosecond), to.Add(-time.Minute), 1<<30)
	for i := range max(len(got), len(want)) {
		if i >= min(len(got), len(want)) || !got[i].Equal(want[i]) {
			tb.Fatalf("%s: tick %d of %d is not as the clock says: %v, %v", s, i, len(want), got[i:min(i+1, len(got))], want[i:min(i+1, len(want))])
		}
	}
}

func TestCronErrors(t *testing.T) {
	for _, c := range []struct{ text, at, want string }{
		{"61 * * * *", "61", "minute 61 is outside 0–59"},
		{"0 24 * * *", "24", "hour 24 is outside 0–23"},
		{"0 0 0 * *", "0", "day 0 is outside 1–31"},
		{"0 0 * 13 *", "13", "month 13 is outside 1–12"},
		{"0 0 * * 7", "7", "weekday 7 is outside 0–6; Sunday is 0"},
		{"0 0 * * mondey", "mondey", `weekday "mondey" is no weekday; did you mean "mon"?`},
		{"0 0 * Jannuary *", "Jannuary", `month "Jannuary" is no month; did you mean "jan"?`},
		{"0 0 * * x", "x", `weekday "x" is no weekday; write a number of 0–6, or one of sun, mon, tue, wed, thu, fri, sat`},
		{"0 9-5 * * *", "9-5", "hour range 9-5 runs backwards; write it in two: 9-23,0-5"},
		{"*/0 * * * *", "0", "the step of the minute is 0, which goes nowhere; write 1 or more"},
		{"*/60 * * * *", "60", "the step of the minute is 60, and its values end at 59"},
		{"*/x * * * *", "x", `the step of the minute, "x", is no number`},
		{"*/+5 * * * *", "+5", `the step of the minute, "+5", is no number`},
		{"1/2/3 * * * *", "1/2/3", `minute "1/2/3" has two steps`},
		{"1,,2 * * * *", "1,,2", `minute "1,,2" has a comma too many`},
		{"1-2-3 * * * *", "1-2-3", `minute "1-2-3" is neither a value nor a range`},
		{"-5 * * * *", "", "a value of the minute is missing; write a number of 0–59"},
		{"* * L * *", "L", `day "L" is no day; write a number of 1–31`},
		{"? * * * *", "?", `minute "?" is no minute; write a number of 0–59`},
		{"1e1 * * * *", "1e1", `minute "1e1" is no minute; write a number of 0–59`},
		{"99999999999999999999 * * * *", "99999999999999999999", "minute 99999999999999999999 is outside 0–59"},
		{"  0   0  *\t* 9 ", "9", "weekday 9 is outside 0–6"},
		{"0 * * * * *", "0 * * * * *", "there are 6 fields, and a schedule has 5; leave out the seconds, or the year"},
		{"* * *", "* * *", `there are 3 fields, and a schedule has 5; write minute, hour, day, month and weekday, such as "*/15 * * * *"`},
		{" ", " ", `the schedule is empty; write minute, hour, day, month and weekday, such as "*/15 * * * *"`},
		{"0 0 31 2,4 *", "0 0 31 2,4 *", "this never fires: no such month has so many days"},
		{"@dayly", "@dayly", `"@dayly" is no schedule; did you mean "@daily"?`},
		{"@reboot", "@reboot", `"@reboot" is no schedule; write one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually, or five fields`},
		{"@every 15m", "@every 15m", `@every has no fixed times: it would depend on when it was started; write the times, such as "*/15 * * * *" for every 15 minutes`},
		{"TZ=UTC 0 * * * *", "TZ=UTC", "a time zone does not belong here; give it in time_zone:"},
		{"CRON_TZ=", "CRON_TZ=", "a time zone does not belong here; give it in time_zone:"},
	} {
		_, err := Parse(c.text, time.UTC)
		var e *CronError
		if !errors.As(err, &e) || err.Error() != c.want {
			t.Errorf("%q: got %v, want %s", c.text, err, c.want)
			continue
		}
		if got := c.text[e.From:e.To]; got != c.at {
			t.Errorf("%q: the error is at %q, not %q", c.text, got, c.at)
		}
	}
}

func TestZone(t *testing.T) {
	for name, want := range map[string]string{
		"America/New_Yrok": `unknown time zone "America/New_Yrok"; did you mean "America/New_York"?`,
		"america/new_york": `unknown time zone "america/new_york"; did you mean "America/New_York"?`,
		"New York":         `unknown time zone "New York"; did you mean "America/New_York"?`,
		"US/Berlin":        `unknown time zone "US/Berlin"; did you mean "Europe/Berlin"?`,
		"PST":              `unknown time zone "PST"; did you mean "America/Los_Angeles"?`,
		"utc":              `unknown time zone "utc"; did you mean "UTC"?`,
		"Middle Earth":     `unknown time zone "Middle Earth"; names are such as "America/New_York" or "UTC"`,
		"../../etc/passwd": `unknown time zone "../../etc/passwd"; names are such as "America/New_York" or "UTC"`,
		"Local":            `time zone "Local" is another on every machine; name one, such as "America/New_York"`,
	} {
		if _, err := Zone(name); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	for _, name := range append(Zones(), "", "UTC", "Etc/GMT+5", "EST5EDT", "Asia/Calcutta") {
		if _, err := Zone(name); err != nil {
			t.Error(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"*/15 * * * *", "0 9-17/2 1,15 jan-mar mon", "@daily", "TZ=", "0 0 31 2 *", "\u00a0* * * * *", "*-5 * * * *", "-- - - - -"} {
		f.Add(s)
	}
	z := zone(f, "America/New_York")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text, z)
		if err != nil {
			var e *CronError
			if !errors.As(err, &e) || e.Message == "" || e.From < 0 || e.From > e.To || e.To > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		now := time.Date(2026, 3, 8, 6, 59, 0, 0, time.UTC)
		for range 3 {
			next := s.Next(now)
			if !next.After(now) {
				t.Fatalf("%s: %s comes after %s", s, next, now)
			}
			now = next
		}
	})
}

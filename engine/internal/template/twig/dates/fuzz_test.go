package dates

import (
	"testing"
	"time"
)

// A date is read, changed and written without a panic, whatever it is; one that
// was written in full is read as the same.
func FuzzDate(f *testing.F) {
	for _, s := range []string{
		"2024-03-10 14:30:15", "@1710045910.5", "last friday of next month noon", "+1 week 2 days ago", "2024-W10-3", "10/Oct/2000:13:55:36 -0700", "Sat, 13 Mar 2010 11:30 EST",
		"1 VI 2024", "back of 7pm", "2024.366 +3 weekdays", "-99999999999 days", "monday next week Europe/Paris",
	} {
		f.Add(s, "+1 month")
	}
	zones := new(Zones)
	now := func() time.Time { return time.Date(2024, 3, 15, 12, 0, 0, 0, time.UTC) }
	f.Fuzz(func(t *testing.T, s, change string) {
		d, err := Parse(s, now, ZoneOf(time.UTC), zones)
		if err != nil {
			return
		}
		if changed, err := d.Modify(change, zones); err == nil {
			d = changed
		}
		_ = d.Format(`dDjlNSwzWtLoYyaABgGhHisuveIOPpTZcrUXx`)
		// PHP cannot read all that it writes either.
		_, offset := d.at.Zone()
		if year := d.at.Year(); year < 1000 || year > 9999 || max(offset, -offset) >= 24*3600 {
			return
		}
		full := d.Format("Y-m-d H:i:s.u P")
		again, err := Parse(full, now, ZoneOf(time.UTC), zones)
		if err == nil && offset%60 == 0 && !again.at.Equal(d.at) || err != nil {
			t.Errorf("%q, %q: %s is read as %v, %v", s, change, full, again, err)
		}
	})
}

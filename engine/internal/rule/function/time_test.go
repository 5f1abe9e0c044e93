package function

import (
	"testing"

	"github.com/sluicehq/sluice/engine/item"
	"pgregory.net/rapid"
)

func TestFormatTime(t *testing.T) {
	for layout, want := range map[string]string{
		"YYYY-MM-DD HH:mm:ss.SSS": "2026-03-04 16:02:07.045",
		"YY M D H m s":            "26 3 4 16 2 7",
		"dddd ddd MMMM MMM":       "Wednesday Wed March Mar",
		"hh:mm A":                 "04:02 PM",
		"h:mm a":                  "4:02 pm",
		"HH:mmZ":                  "16:02Z",
		"HH:mmZZ":                 "16:02+0000",
		"[on] YYYY [at Monday]":   "on 2026 at Monday",
		"YYYY2006 15":             "20262006 15",
		"Größe ü":                 "Größe ü",
		"[open":                   "[open",
		"":                        "",
	} {
		if got, err := call(t, "format_time", at("2026-03-04T16:02:07.045Z"), item.Text(layout)); got != want || err != nil {
			t.Errorf("%q gives %q, %v; want %q", layout, got, err, want)
		}
	}
	// In winter and in summer time, and across midnight.
	for in, want := range map[string]string{
		"2026-01-01T03:00:00Z": "2025-12-31 22:00 -0500", "2026-07-01T03:00:00Z": "2026-06-30 23:00 -0400",
	} {
		if got, err := call(t, "format_time", at(in), item.Text("YYYY-MM-DD HH:mm ZZ"), item.Text("America/New_York")); got != want || err != nil {
			t.Errorf("%s is %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	for _, c := range []struct{ text, layout, zone, want string }{
		{"04/03/2026 16:02", "DD/MM/YYYY HH:mm", "UTC", "2026-03-04T16:02:00Z"},
		{"2026-03-04", "YYYY-MM-DD", "America/New_York", "2026-03-04T00:00:00-05:00"},
		{"2026-03-04T16:02:07+02:00", "YYYY-MM-DDTHH:mm:ssZ", "UTC", "2026-03-04T16:02:07+02:00"},
		{"on 2026-03-04 at 7h", "[on] YYYY-MM-DD [at] H[h]", "UTC", "2026-03-04T07:00:00Z"},
		{"4 Mar 26 4:02pm", "D MMM YY h:mma", "UTC", "2026-03-04T16:02:00Z"},
	} {
		if got, err := call(t, "parse_time", item.Text(c.text), item.Text(c.layout), item.Text(c.zone)); got != c.want || err != nil {
			t.Errorf("%s as %s gives %q, %v; want %q", c.text, c.layout, got, err, c.want)
		}
	}
}

// What is formatted with all its parts is parsed to the same time.
func TestTimeRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		layout := item.Text(rapid.SampledFrom([]string{
			"YYYY-MM-DD HH:mm:ssZ", "D/M/YYYY h:m:s A ZZ", "dddd, D MMMM YYYY HH:mm:ss Z", "YYYYMMDDHHmmssZZ",
		}).Draw(rt, "layout"))
		zone := item.Text(rapid.SampledFrom([]string{"UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}).Draw(rt, "zone"))
		seconds := item.Int(rapid.Int64Range(0, 4102444800).Draw(rt, "seconds"))
		from, _ := Lookup("from_unix")
		format, _ := Lookup("format_time")
		parse, _ := Lookup("parse_time")
		unix, _ := Lookup("unix")
		value := seconds
		for _, step := range []func(item.Value) (item.Value, error){
			func(v item.Value) (item.Value, error) { return from.Call([]item.Value{v}) },
			func(v item.Value) (item.Value, error) { return format.Call([]item.Value{v, layout, zone}) },
			func(v item.Value) (item.Value, error) { return parse.Call([]item.Value{v, layout, zone}) },
			func(v item.Value) (item.Value, error) { return unix.Call([]item.Value{v}) },
		} {
			var err error
			if value, err = step(value); err != nil {
				rt.Fatal(err)
			}
		}
		if !value.Equal(seconds) {
			rt.Errorf("%v became %v", seconds, value)
		}
	})
}

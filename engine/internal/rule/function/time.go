package function

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

const layoutDoc = "The layout is made of YYYY YY (year), MM M MMM MMMM (month), DD D (day), ddd dddd (weekday), " +
	"HH H hh h (hour), mm m (minute), ss s (second), SSS (milliseconds), A a (AM, am), Z (+02:00), ZZ (+0200), " +
	"with any other letters in [brackets]. "

func times() []def {
	text, at, day, unknown := item.TypeText, item.TypeTime, item.TypeDate, item.TypeUnknown
	z := &zones{}
	return []def{
		define("format_time", text, "The time or date as text. "+layoutDoc+"The zone, such as America/New_York, is UTC if not said.", z.format).
			param("time", unknown).param("layout", text).option("zone", text).
			example(`format_time(parse_time("2026-03-04T16:12:44Z"), "YYYY-MM-DD HH:mm:ss")`, `"2026-03-04 16:12:44"`).
			example(`format_time(parse_time("2026-03-04T16:12:44Z"), "M/D/YY h:mm a", "America/New_York")`, `"3/4/26 11:12 am"`).
			example(`format_time(date("2026-03-04"), "dddd, D MMMM YYYY")`, `"Wednesday, 4 March 2026"`),
		define("parse_time", at, "The time that the text says, such as 2026-03-04T16:12:44Z, or written in another layout. "+layoutDoc+
			"A text without a zone is in the zone given, or UTC.", z.parse).
			param("text", text).option("layout", text).option("zone", text).
			example(`parse_time("2026-03-04T16:12:44Z")`, `"2026-03-04T16:12:44Z"`).
			example(`parse_time("3/4/2026 11:12 AM", "M/D/YYYY h:mm A", "America/New_York")`, `"2026-03-04T11:12:00-05:00"`),
		define("date", day, "The date that the text YYYY-MM-DD says, or the day that a time falls on in the zone; UTC if not said.", z.date).
			param("value", unknown).option("zone", text).
			example(`date("2026-03-04")`, `"2026-03-04"`).example(`date(parse_time("2026-03-05T02:00:00Z"), "America/New_York")`, `"2026-03-04"`),
		define("duration", typing.TypeDuration, "A stretch of time such as 90m, 24h or 7d, to add to a time, or to compare the difference of two times with.", duration).
			param("text", text).
			example(`parse_time("2026-03-04T16:00:00Z") + duration("36h")`, `"2026-03-06T04:00:00Z"`).
			example(`date("2026-03-04") - date("2026-03-01") > duration("2d")`, `true`),
		define("unix", item.TypeInt, "The time in whole seconds since 1970.", unix).
			param("time", at).example(`unix(parse_time("1970-01-02T00:00:00Z"))`, `86400`),
		define("from_unix", at, "The time so many seconds after the beginning of 1970.", fromUnix).
			param("seconds", item.TypeInt).example(`from_unix(86400)`, `"1970-01-02T00:00:00Z"`),
	}
}

// zones finds time zones by name and remembers them.
type zones struct{ known sync.Map }

func (z *zones) find(name string) (*time.Location, error) {
	if l, ok := z.known.Load(name); ok {
		return l.(*time.Location), nil
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%s is not a time zone such as America/New_York", quoted(name))
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%s is not a time zone such as America/New_York", quoted(name))
	}
	z.known.Store(name, l)
	return l, nil
}

func (z *zones) option(args []item.Value, i int) (*time.Location, error) {
	if i >= len(args) {
		return time.UTC, nil
	}
	return z.find(args[i].AsText())
}

func (z *zones) format(args []item.Value) (item.Value, error) {
	t, err := args[0].Time()
	if err != nil {
		return item.Null, err
	}
	zone, err := z.option(args, 2)
	if err != nil {
		return item.Null, err
	}
	if args[0].Kind() == item.KindTime {
		t = t.In(zone)
	}
	return item.Text(formatParts(t, splitLayout(args[1].AsText()))), nil
}

func (z *zones) parse(args []item.Value) (item.Value, error) {
	s := args[0].AsText()
	if len(args) < 2 {
		t, err := item.Convert(args[0], item.TypeTime)
		if err != nil {
			return item.Null, fmt.Errorf("%s is not a time such as 2026-03-04T16:12:44Z", quoted(s))
		}
		return t, nil
	}
	zone, err := z.option(args, 2)
	if err != nil {
		return item.Null, err
	}
	layout := args[1].AsText()
	t, err := parseLayout(s, layout, zone)
	if err != nil {
		return item.Null, err
	}
	return item.Time(t), nil
}

// parseLayout reads a time.
func parseLayout(s, layout string, zone *time.Location) (time.Time, error) {
	form, err := goLayout(layout)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.ParseInLocation(form, s, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a time written as %s", quoted(s), layout)
	}
	return t, nil
}

// goLayout returns a layout in Go's form. Other text in it must not be what Go
// takes for a part of a time; whether it is shows when times are formatted.
func goLayout(layout string) (string, error) {
	parts := splitLayout(layout)
	var form strings.Builder
	for _, p := range parts {
		form.WriteString(cmp.Or(p.goForm, p.text))
	}
	for _, sample := range [...]time.Time{
		time.Date(2031, 10, 27, 19, 38, 46, 987e6, time.UTC),
		time.Date(1984, 5, 6, 7, 8, 9, 12e6, time.FixedZone("", 3600)),
	} {
		if sample.Format(form.String()) != formatParts(sample, parts) {
			return "", fmt.Errorf("the layout %s has text that could be a part of a time", quoted(layout))
		}
	}
	return form.String(), nil
}

func formatParts(t time.Time, parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.goForm == "" {
			b.WriteString(p.text)
		} else {
			b.WriteString(t.Format(p.goForm))
		}
	}
	return b.String()
}

func (z *zones) date(args []item.Value) (item.Value, error) {
	v := args[0]
	switch v.Kind() {
	case item.KindText:
		d, err := item.Convert(v, item.TypeDate)
		if err != nil {
			return item.Null, fmt.Errorf("%s is not a date such as 2026-03-04", quoted(v.AsText()))
		}
		return d, nil
	case item.KindDate:
		return v, nil
	case item.KindTime:
		zone, err := z.option(args, 1)
		if err != nil {
			return item.Null, err
		}
		t, err := v.Time()
		if err != nil {
			return item.Null, err
		}
		return item.Date(t.In(zone)), nil
	}
	return item.Null, fmt.Errorf("%s is not a date", kindName(v))
}

// duration reads what time.ParseDuration does, and days in front of it.
func duration(args []item.Value) (item.Value, error) {
	s := args[0].AsText()
	wrong := fmt.Errorf("%s is not a duration such as 90m, 24h or 7d", quoted(s))
	days, rest, ok := strings.Cut(s, "d")
	total := time.Duration(0)
	if ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 100000 {
			return item.Null, wrong
		}
		total = time.Duration(n) * 24 * time.Hour
		if rest == "" {
			return item.Int(int64(total)), nil
		}
	} else {
		rest = s
	}
	d, err := time.ParseDuration(rest)
	if err != nil || ok && d < 0 {
		return item.Null, wrong
	}
	if sum := total + d; sum >= total || d < 0 {
		return item.Int(int64(sum)), nil
	}
	return item.Null, errors.New("the duration is too long")
}

func unix(args []item.Value) (item.Value, error) {
	t, err := args[0].Time()
	if err != nil {
		return item.Null, err
	}
	return item.Int(t.Unix()), nil
}

func fromUnix(args []item.Value) (item.Value, error) {
	const last = 253402300799 // the end of the year 9999
	if s := args[0].AsInt(); s >= -62135596800 && s <= last {
		return item.Time(time.Unix(s, 0).UTC()), nil
	}
	return item.Null, errors.New("the time is not in the years 1 to 9999")
}

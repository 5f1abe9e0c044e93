package dates

import (
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// Date is an instant seen in a zone, PHP's DateTime.
type Date struct {
	at   time.Time
	zone Zone
}

// New returns the instant t seen in a zone.
func New(t time.Time, zone Zone) *Date { return &Date{at: t.In(zone.loc), zone: zone} }

// Class names the kind of object in a template.
func (*Date) Class() string { return "date" }

// In returns the same instant in another zone.
func (d *Date) In(zone Zone) *Date { return New(d.at, zone) }

// Unix returns the seconds since 1970.
func (d *Date) Unix() int64 { return d.at.Unix() }

// Compare orders two dates by their instants.
func (d *Date) Compare(other php.Object) (int, bool) {
	o, ok := other.(*Date)
	if !ok {
		return 0, false
	}
	return d.at.Compare(o.at), true
}

// JSON returns what PHP writes of a date as JSON.
func (d *Date) JSON() php.Value {
	a := php.NewArray(3)
	a.Set(php.TextKey("date"), php.String(d.Format("Y-m-d H:i:s.u")))
	a.Set(php.TextKey("timezone_type"), php.Int(map[zoneKind]int64{zoneByOffset: 1, zoneByAbbr: 2, zoneByName: 3}[d.zone.kind]))
	a.Set(php.TextKey("timezone"), php.String(d.zone.name))
	return php.Arr(a)
}

// Member returns what the method called name gives.
func (d *Date) Member(name string, args []php.Value) (php.Value, error) {
	switch strings.ToLower(strings.TrimPrefix(strings.ToLower(name), "get")) {
	case "format":
		if len(args) > 0 {
			f, err := php.ToString(args[0])
			return php.String(d.Format(f)), err
		}
	case "timestamp":
		return php.Int(d.Unix()), nil
	case "offset":
		_, seconds := d.at.Zone()
		return php.Int(int64(seconds)), nil
	case "timezone":
		return php.Obj(d.zone), nil
	case "diff":
		if len(args) > 0 {
			if o, ok := args[0].Object().(*Date); ok {
				return php.Obj(Between(d, o)), nil
			}
		}
	}
	return php.Value{}, nil
}

// Member returns what the method of a zone called name gives.
func (z Zone) Member(name string, _ []php.Value) (php.Value, error) {
	if strings.EqualFold(strings.TrimPrefix(strings.ToLower(name), "get"), "name") {
		return php.String(z.name), nil
	}
	return php.Value{}, nil
}

// Format writes the date with the letters of PHP's date().
func (d *Date) Format(format string) string {
	out := make([]byte, 0, len(format)*3)
	for i := 0; i < len(format); i++ {
		if c := format[i]; c == '\\' {
			if i++; i < len(format) {
				out = append(out, format[i])
			}
		} else {
			out = d.appendLetter(out, c)
		}
	}
	return string(out)
}

// pad appends n with zeros in front up to a width.
func pad(dst []byte, n, width int) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	s := strconv.Itoa(n)
	for range width - len(s) {
		dst = append(dst, '0')
	}
	return append(dst, s...)
}

// appendLetter writes what one letter stands for. It is one line for each
// letter, and so longer than other functions may be.
func (d *Date) appendLetter(dst []byte, c byte) []byte {
	t := d.at
	switch c {
	case 'd':
		return pad(dst, t.Day(), 2)
	case 'D':
		return append(dst, t.Weekday().String()[:3]...)
	case 'j':
		return pad(dst, t.Day(), 1)
	case 'l':
		return append(dst, t.Weekday().String()...)
	case 'N':
		return pad(dst, (int(t.Weekday())+6)%7+1, 1)
	case 'S':
		return append(dst, ordinal(t.Day())...)
	case 'w':
		return pad(dst, int(t.Weekday()), 1)
	case 'z':
		return pad(dst, t.YearDay()-1, 1)
	case 'W':
		_, week := t.ISOWeek()
		return pad(dst, week, 2)
	case 'o':
		year, _ := t.ISOWeek()
		return pad(dst, year, 1)
	case 'F':
		return append(dst, t.Month().String()...)
	case 'm':
		return pad(dst, int(t.Month()), 2)
	case 'M':
		return append(dst, t.Month().String()[:3]...)
	case 'n':
		return pad(dst, int(t.Month()), 1)
	case 't':
		return pad(dst, daysIn(t.Year(), int(t.Month())), 1)
	case 'L':
		return pad(dst, daysIn(t.Year(), 2)-28, 1)
	case 'Y':
		return pad(dst, t.Year(), 4)
	case 'y':
		return pad(dst, t.Year()%100, 2)
	case 'x', 'X':
		return expandedYear(dst, t.Year(), c == 'X')
	}
	return d.appendTimeLetter(dst, c)
}

func (d *Date) appendTimeLetter(dst []byte, c byte) []byte {
	t := d.at
	switch c {
	case 'a':
		return append(dst, meridian(t, "am", "pm")...)
	case 'A':
		return append(dst, meridian(t, "AM", "PM")...)
	case 'B':
		beat := (t.Unix() - t.Unix()/86400*86400 + 3600) * 10
		if beat < 0 {
			beat += 864000
		}
		return pad(dst, int(beat/864%1000), 3)
	case 'g':
		return pad(dst, (t.Hour()+11)%12+1, 1)
	case 'G':
		return pad(dst, t.Hour(), 1)
	case 'h':
		return pad(dst, (t.Hour()+11)%12+1, 2)
	case 'H':
		return pad(dst, t.Hour(), 2)
	case 'i':
		return pad(dst, t.Minute(), 2)
	case 's':
		return pad(dst, t.Second(), 2)
	case 'u':
		return pad(dst, t.Nanosecond()/1000, 6)
	case 'v':
		return pad(dst, t.Nanosecond()/1e6, 3)
	case 'c':
		if year := t.Year(); year < 0 { // one digit less than Y has
			return append(pad(dst, year, 3), d.Format(`-m-d\TH:i:sP`)...)
		}
		return append(dst, d.Format(`Y-m-d\TH:i:sP`)...)
	case 'r':
		return append(dst, d.Format(`D, d M Y H:i:s O`)...)
	case 'U':
		return strconv.AppendInt(dst, t.Unix(), 10)
	}
	return d.appendZoneLetter(dst, c)
}

func (d *Date) appendZoneLetter(dst []byte, c byte) []byte {
	abbr, seconds := d.at.Zone()
	switch c {
	case 'e':
		return append(dst, d.zone.name...)
	case 'I':
		if d.at.IsDST() && d.zone.kind == zoneByName || d.zone.dst {
			return append(dst, '1')
		}
		return append(dst, '0')
	case 'O':
		return appendOffset(dst, seconds, "")
	case 'P':
		return appendOffset(dst, seconds, ":")
	case 'p':
		if d.zone.name == "UTC" || d.zone.name == "Z" {
			return append(dst, 'Z')
		}
		return appendOffset(dst, seconds, ":")
	case 'T':
		if d.zone.kind == zoneByOffset {
			return appendOffset(append(dst, "GMT"...), seconds, "")
		}
		return append(dst, abbr...)
	case 'Z':
		return strconv.AppendInt(dst, int64(seconds), 10)
	}
	return append(dst, c)
}

func appendOffset(dst []byte, seconds int, colon string) []byte {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	dst = pad(append(dst, sign), seconds/3600, 2)
	dst = append(dst, colon...)
	return pad(dst, seconds/60%60, 2)
}

func ordinal(day int) string {
	if day/10 != 1 {
		switch day % 10 {
		case 1:
			return "st"
		case 2:
			return "nd"
		case 3:
			return "rd"
		}
	}
	return "th"
}

func meridian(t time.Time, am, pm string) string {
	if t.Hour() < 12 {
		return am
	}
	return pm
}

// expandedYear writes a year with a sign where it has more than four digits,
// or always.
func expandedYear(dst []byte, year int, always bool) []byte {
	if year >= 0 && (always || year > 9999) {
		dst = append(dst, '+')
	}
	return pad(dst, year, 4)
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

package dates

import (
	"strconv"
	"time"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// Interval is the distance between two dates, PHP's DateInterval.
type Interval struct {
	y, m, d, h, i, s int
	micro            int
	days             int // -1 when not known
	negative         bool
}

// Class names the kind of object in a template.
func (*Interval) Class() string { return "interval" }

// Between returns the distance from a to b.
func Between(a, b *Date) *Interval {
	x, y := a.at, b.at
	if a.zone.kind != zoneByName || b.zone.kind != zoneByName || a.zone.name != b.zone.name {
		x, y = x.UTC(), y.UTC()
	}
	v := &Interval{}
	if y.Before(x) {
		x, y, v.negative = y, x, true
	}
	wall := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	}
	from, to := wall(x), wall(y)
	v.days = int(to.Sub(from).Hours() / 24)
	v.y, v.m, v.d = to.Year()-from.Year(), int(to.Month())-int(from.Month()), to.Day()-from.Day()
	v.h, v.i, v.s = to.Hour()-from.Hour(), to.Minute()-from.Minute(), to.Second()-from.Second()
	v.micro = (to.Nanosecond() - from.Nanosecond()) / 1000
	borrow(&v.micro, &v.s, 1_000_000)
	borrow(&v.s, &v.i, 60)
	borrow(&v.i, &v.h, 60)
	borrow(&v.h, &v.d, 24)
	v.borrowDays(from, to)
	borrow(&v.m, &v.y, 12)
	return v
}

func borrow(part, larger *int, size int) {
	if *part < 0 {
		*part += size
		*larger--
	}
}

// borrowDays makes the days positive with those of a month.
func (v *Interval) borrowDays(from, to time.Time) {
	year, month := to.Year(), int(to.Month())
	if v.negative {
		year, month = from.Year(), int(from.Month())
		for v.d < 0 {
			v.d += daysIn(year, month)
			v.m--
			month++
		}
		return
	}
	for v.d < 0 {
		month--
		if month == 0 {
			year, month = year-1, 12
		}
		v.d += daysIn(year, month)
		v.m--
	}
}

// Member returns a part of the interval.
func (v *Interval) Member(name string, args []php.Value) (php.Value, error) {
	switch name {
	case "y":
		return php.Int(int64(v.y)), nil
	case "m":
		return php.Int(int64(v.m)), nil
	case "d":
		return php.Int(int64(v.d)), nil
	case "h":
		return php.Int(int64(v.h)), nil
	case "i":
		return php.Int(int64(v.i)), nil
	case "s":
		return php.Int(int64(v.s)), nil
	case "f":
		return php.Float(float64(v.micro) / 1e6), nil
	case "invert":
		return php.Int(int64(map[bool]int{true: 1}[v.negative])), nil
	case "days":
		return php.Int(int64(v.days)), nil
	case "format":
		if len(args) > 0 {
			f, err := php.ToString(args[0])
			return php.String(v.Format(f)), err
		}
	}
	return php.Value{}, nil
}

// Format writes the interval with the letters of DateInterval::format.
func (v *Interval) Format(format string) string {
	var out []byte
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out = append(out, format[i])
			continue
		}
		i++
		out = v.appendLetter(out, format[i])
	}
	return string(out)
}

func (v *Interval) appendLetter(dst []byte, c byte) []byte {
	switch c {
	case 'Y':
		return pad(dst, v.y, 4)
	case 'y':
		return pad(dst, v.y, 1)
	case 'M':
		return pad(dst, v.m, 2)
	case 'm':
		return pad(dst, v.m, 1)
	case 'D':
		return pad(dst, v.d, 2)
	case 'd':
		return pad(dst, v.d, 1)
	case 'a':
		return strconv.AppendInt(dst, int64(v.days), 10)
	case 'H':
		return pad(dst, v.h, 2)
	case 'h':
		return pad(dst, v.h, 1)
	case 'I':
		return pad(dst, v.i, 2)
	case 'i':
		return pad(dst, v.i, 1)
	case 'S':
		return pad(dst, v.s, 2)
	case 's':
		return pad(dst, v.s, 1)
	case 'F':
		return pad(dst, v.micro, 6)
	case 'f':
		return pad(dst, v.micro, 1)
	case 'R', 'r':
		if v.negative {
			return append(dst, '-')
		}
		if c == 'R' {
			return append(dst, '+')
		}
		return dst
	case '%':
		return append(dst, '%')
	}
	return append(dst, '%', c)
}

package dates

import (
	"errors"
	"strings"
)

var (
	errTwoDates = errors.New("it has two dates")
	errTwoTimes = errors.New("it has two times")
	errZones    = errors.New("it has more than two time zones")
)

// haveDate notes that a date is given.
func (p *parser) haveDate() error {
	if p.hasDate {
		return errTwoDates
	}
	p.hasDate = true
	return nil
}

// haveTime notes that a time is given.
func (p *parser) haveTime() error {
	if p.hasTime {
		return errTwoTimes
	}
	p.hasTime = true
	p.h, p.i, p.s, p.micro = 0, 0, 0, 0
	return nil
}

// midnightTime takes the time back: it is midnight until another is given.
func (p *parser) midnightTime() {
	p.hasTime = false
	p.h, p.i, p.s, p.micro = 0, 0, 0, 0
}

func keyword(p *parser, m match) error {
	switch strings.ToLower(m.get("word")) {
	case "now":
		return nil
	case "noon":
		p.midnightTime()
		p.hasTime, p.h = true, 12
		return nil
	case "tomorrow":
		p.rel.any, p.rel.d = true, 1
	case "yesterday":
		p.rel.any, p.rel.d = true, -1
	}
	p.midnightTime()
	return nil
}

func timestamp(p *parser, m match) error {
	if again, err := p.haveZone(); again || err != nil {
		return err
	}
	utc := offsetZone(0)
	p.zone = &utc
	p.hasDate = true
	p.y, p.m, p.d = 1970, 1, 1
	p.h, p.i, p.s = 0, 0, 0
	p.rel.any = true
	n := signed(m.get("num"))
	p.rel.s += n
	if f := m.get("f"); f != "" {
		micro := micros(f)
		if n < 0 || strings.HasPrefix(m.get("num"), "-") {
			micro = -micro
		}
		p.rel.micro = micro
	}
	p.micro, p.hasTime = 0, true
	return nil
}

// signed reads a number with any number of signs in front: an odd number of
// minus signs makes it negative.
func signed(s string) int {
	sign := 1
	i := 0
	for ; i < len(s) && (s[i] < '0' || s[i] > '9'); i++ {
		if s[i] == '-' {
			sign = -sign
		}
	}
	return sign * atoi(s[i:])
}

func micros(fraction string) int {
	if len(fraction) > 6 {
		fraction = fraction[:6]
	}
	return atoi(fraction + strings.Repeat("0", 6-len(fraction)))
}

func firstLastDay(p *parser, m match) error {
	p.rel.any = true
	p.rel.edge = m.get("rel")[0] | 0x20
	return nil
}

func backFront(p *parser, m match) error {
	p.midnightTime()
	p.hasTime = true
	p.h = hours(atoi(m.get("h")), m.get("mer"))
	if m.get("rel")[0]|0x20 == 'b' {
		p.i = 15
	} else {
		p.h, p.i = p.h-1, 45
	}
	return nil
}

// hours returns the hour of a clock with twelve of them.
func hours(h int, meridian string) int {
	if meridian == "" {
		return h
	}
	switch afternoon := meridian[0]|0x20 == 'p'; {
	case afternoon && h != 12:
		return h + 12
	case !afternoon && h == 12:
		return 0
	}
	return h
}

func clock(p *parser, m match) error {
	if err := p.haveTime(); err != nil {
		return err
	}
	return p.setClock(m)
}

func (p *parser) setClock(m match) error {
	p.h = hours(atoi(m.get("h")), m.get("mer"))
	p.i, p.s = atoi(m.get("i")), atoi(m.get("s"))
	if f := m.get("f"); f != "" {
		p.micro = micros(f)
	}
	if tz := m.get("tz"); tz != "" {
		return p.zoneNamed(tz)
	}
	return nil
}

// clockWithoutColon reads four digits: a time, or a year behind one.
func clockWithoutColon(p *parser, m match) error {
	if !p.hasTime {
		return clock(p, m)
	}
	p.y = atoi(m.get("h"))*100 + atoi(m.get("i"))
	return nil
}

func date(p *parser, m match) error {
	if err := p.haveDate(); err != nil {
		return err
	}
	p.setDate(m)
	return nil
}

func (p *parser) setDate(m match) {
	if y := m.get("y"); y != "" {
		p.y = year(y)
	}
	p.m = month(m)
	p.d = atoi(m.get("d"))
}

// year reads a year; two digits are those from 1970 to 2069.
func year(s string) int {
	y := signed(s)
	if len(s) < 4 && y < 100 {
		if y < 70 {
			return y + 2000
		}
		return y + 1900
	}
	return y
}

func month(m match) int {
	name := strings.ToLower(m.get("mon"))
	if name == "" {
		return atoi(m.get("m"))
	}
	if i := romanMonth(name); i > 0 {
		return i
	}
	return strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", name[:3])/3 + 1
}

func romanMonth(s string) int {
	for i, r := range []string{"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"} {
		if s == r {
			return i + 1
		}
	}
	return 0
}

func monthOnly(p *parser, m match) error {
	if err := p.haveDate(); err != nil {
		return err
	}
	p.y, p.m, p.d = year(m.get("y")), month(m), 1
	return nil
}

func dateTime(p *parser, m match) error {
	if err := p.haveDate(); err != nil {
		return err
	}
	p.setDate(m)
	return clock(p, m)
}

func dayOfYear(p *parser, m match) error {
	if err := p.haveDate(); err != nil {
		return err
	}
	p.y, p.m, p.d = atoi(m.get("y")), 1, atoi(m.get("doy"))
	p.normalize()
	return nil
}

func isoWeek(p *parser, m match) error {
	if err := p.haveDate(); err != nil {
		return err
	}
	weekday := 1
	if wd := m.get("wd"); wd != "" {
		weekday = atoi(wd)
	}
	p.rel.any = true
	p.y, p.m, p.d = atoi(m.get("y")), 1, 1
	first := p.dayOfWeek()
	if first > 4 {
		first -= 7
	}
	p.rel.d += (atoi(m.get("w"))-1)*7 + weekday - first
	return nil
}

func yearOnly(p *parser, m match) error {
	p.y = atoi(m.get("y"))
	return nil
}

func monthName(p *parser, m match) error {
	if err := p.haveDate(); err != nil {
		return err
	}
	p.m = month(m)
	return nil
}

func ago(p *parser, _ match) error {
	r := &p.rel
	r.y, r.m, r.d, r.h, r.i, r.s, r.micro = -r.y, -r.m, -r.d, -r.h, -r.i, -r.s, -r.micro
	r.weekday = -r.weekday
	if r.weekday == 0 {
		r.weekday = -7
	}
	if r.hasWeekdays {
		r.weekdays = -r.weekdays
	}
	return nil
}

// dayNumber returns the number of a weekday's name, from Sunday. The word
// weekday itself stands for Monday.
func dayNumber(name string) int {
	if strings.HasPrefix(strings.ToLower(name), "weekday") {
		return 1
	}
	return strings.Index("sunmontuewedthufrisat", strings.ToLower(name)[:3]) / 3
}

func weekday(p *parser, m match) error {
	p.rel.any, p.rel.hasWeekday = true, true
	p.midnightTime()
	p.rel.weekday = dayNumber(m.get("dow"))
	if p.rel.behavior != 2 {
		p.rel.behavior = 1
	}
	return nil
}

func weekdayOf(p *parser, m match) error {
	amount, behavior := relativeWord(m.get("rel"))
	p.midnightTime()
	p.rel.any = true
	p.rel.ofMonth = 'l'
	if amount > 0 {
		p.rel.ofMonth, behavior = 'n', 1
	}
	p.addWeekday(amount, behavior, m.get("dow"))
	return nil
}

func (p *parser) addWeekday(amount, behavior int, name string) {
	p.rel.hasWeekday = true
	weeks := amount
	if amount > 0 {
		weeks--
	}
	p.rel.d += weeks * 7
	p.rel.weekday, p.rel.behavior = dayNumber(name), behavior
}

// relativeWord returns the number that "next", "third" and the like stand for.
func relativeWord(word string) (amount, behavior int) {
	switch word = strings.ToLower(word); word {
	case "next":
		return 1, 0
	case "last", "previous":
		return -1, 0
	case "this":
		return 0, 1
	}
	for i, w := range []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eigh", "ninth", "tenth", "eleventh", "twelfth"} {
		if strings.HasPrefix(word, w) {
			return i + 1, 0
		}
	}
	return 0, 0
}

func relativeWeek(p *parser, m match) error {
	amount, behavior := relativeWord(m.get("rel"))
	p.addUnit(amount, behavior, "week", false)
	p.rel.behavior = 2
	if !p.rel.hasWeekday {
		p.rel.hasWeekday, p.rel.weekday = true, 1
	}
	return nil
}

func relativeText(p *parser, m match) error {
	amount, behavior := relativeWord(m.get("rel"))
	p.addUnit(amount, behavior, m.get("unit"), false)
	return nil
}

func relativeNumber(p *parser, m match) error {
	p.addUnit(signed(m.get("num")), 1, m.get("unit"), true)
	return nil
}

// addUnit adds so many of a unit. A weekday is midnight, unless keep is set.
func (p *parser) addUnit(amount, behavior int, unit string, keep bool) {
	unit = strings.ToLower(unit)
	r := &p.rel
	r.any = true
	has := func(prefixes ...string) bool {
		for _, x := range prefixes {
			if strings.HasPrefix(unit, x) {
				return true
			}
		}
		return false
	}
	switch {
	case has("weekday"):
		if !keep {
			p.midnightTime()
		}
		r.hasWeekdays, r.weekdays = true, amount
	case has("week"):
		r.d += amount * 7
	case has("fortnight", "forthnight"):
		r.d += amount * 14
	case unit == "ms", has("msec", "millisecond"):
		r.micro += amount * 1000
	case has("µs", "usec", "microsecond"):
		r.micro += amount
	case unit == "sec", unit == "secs", has("second"):
		r.s += amount
	case has("min"):
		r.i += amount
	case has("hour"):
		r.h += amount
	case unit == "day", unit == "days":
		r.d += amount
	case has("month"):
		r.m += amount
	case has("year"):
		r.y += amount
	default:
		if !keep {
			p.midnightTime()
		}
		p.addWeekday(amount, behavior, unit)
	}
}

func zone(p *parser, m match) error {
	if again, err := p.haveZone(); again || err != nil {
		return err
	}
	return p.zoneNamed(m.get("tz"))
}

// haveZone notes that a zone is given. A second one is passed over, whatever it
// is.
func (p *parser) haveZone() (again bool, err error) {
	if p.zonesGiven++; p.zonesGiven > 2 {
		return true, errZones
	}
	return p.zonesGiven > 1, nil
}

func (p *parser) zoneNamed(name string) error {
	name = strings.Trim(name, "()")
	if seconds, rest, ok := parseOffset(name); ok && rest == "" {
		z := offsetZone(seconds)
		p.zone = &z
		return nil
	}
	z, ok := p.zones.named(name)
	if !ok {
		return errors.New(`there is no time zone "` + name + `"`)
	}
	p.zone = &z
	return nil
}

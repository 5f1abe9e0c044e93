package dates

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// unset marks a part of a date that is not given.
const unset = math.MinInt

// parts are the parts of a date as it was written.
type parts struct {
	y, m, d, h, i, s int
	micro            int
	hasDate, hasTime bool
	zone             *Zone
	rel              relative
}

// relative is a distance in time, such as "+1 month" and "next monday".
type relative struct {
	any              bool
	y, m, d, h, i, s int
	micro            int
	hasWeekday       bool
	weekday          int
	behavior         int
	edge             byte // 'f' for the first day of the month, 'l' for the last
	weekdays         int  // working days to go
	hasWeekdays      bool
	ofMonth          byte // 'n' for the nth weekday of the month, 'l' for the last
}

// parser reads a date.
type parser struct {
	parts
	in         string
	zones      *Zones
	zonesGiven int
}

// parseParts reads a date or a change to one.
func parseParts(s string, zones *Zones) (*parser, error) {
	p := &parser{in: s, zones: zones}
	p.y, p.m, p.d, p.h, p.i, p.s, p.micro = unset, unset, unset, unset, unset, unset, unset
	rest := s
	for rest != "" {
		if strings.IndexByte(" ,.\t\n\x00;", rest[0]) >= 0 {
			rest = rest[1:]
			continue
		}
		n, err := p.step(rest)
		if err != nil {
			return nil, fmt.Errorf(`"%s" is no date or time that can be read: %w`, cut(s), err)
		}
		rest = rest[n:]
	}
	return p, nil
}

func cut(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

// step applies the rule that takes the most of rest and returns how much that
// is.
func (p *parser) step(rest string) (int, error) {
	var best match
	var apply func(*parser, match) error
	length := 0
	for _, r := range rules() {
		at := r.re.FindStringSubmatchIndex(rest)
		if at != nil && at[1] > length {
			best, apply, length = match{r.re, rest, at}, r.apply, at[1]
		}
	}
	if apply == nil {
		return 0, fmt.Errorf(`"%s" is not understood`, cut(rest))
	}
	return length, apply(p, best)
}

// Parse reads a date as new DateTime does: what is not given is that of now,
// seen in the zone, which is also that of a date without one.
func Parse(s string, now func() time.Time, in Zone, zones *Zones) (*Date, error) {
	if d, ok := parseISO(s, in); ok {
		return d, nil
	}
	p, err := parseParts(s, zones)
	if err != nil {
		return nil, err
	}
	where := in
	if p.zone != nil {
		where = *p.zone
	}
	if p.needsNow() {
		if now == nil {
			return nil, errors.New("the date needs today's, but there is no time here that could be taken for now")
		}
		p.fill(now().In(in.loc))
	} else {
		p.fill(time.Time{})
	}
	return p.resolve(where), nil
}

// parseISO reads "2024-03-09", "2024-03-09 23:45:10" and the like without the
// rules: it is what most dates look like.
func parseISO(s string, in Zone) (*Date, bool) {
	if len(s) != 10 && len(s) != 19 || s[4] != '-' || s[7] != '-' {
		return nil, false
	}
	var v [6]int
	for i, at := range [6]int{0, 5, 8, 11, 14, 17} {
		if at >= len(s) {
			break
		}
		end := at + 2
		if i == 0 {
			end = 4
		}
		for _, c := range []byte(s[at:end]) {
			if c < '0' || c > '9' {
				return nil, false
			}
			v[i] = v[i]*10 + int(c-'0')
		}
	}
	if len(s) == 19 && (s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':') {
		return nil, false
	}
	if v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 28 || v[3] > 23 || v[4] > 59 || v[5] > 59 {
		return nil, false
	}
	return New(local(time.Date(v[0], time.Month(v[1]), v[2], v[3], v[4], v[5], 0, time.UTC), in.loc), in), true
}

// fill takes what is not given from now.
func (p *parts) fill(now time.Time) {
	if p.hasDate && !p.hasTime {
		p.h, p.i, p.s, p.micro = 0, 0, 0, 0
	}
	if p.micro == unset {
		p.micro = now.Nanosecond() / 1000
		if p.y != unset || p.m != unset || p.d != unset || p.h != unset || p.i != unset || p.s != unset {
			p.micro = 0
		}
	}
	year, month, day := now.Date()
	for _, f := range []struct {
		part *int
		now  int
	}{{&p.y, year}, {&p.m, int(month)}, {&p.d, day}, {&p.h, now.Hour()}, {&p.i, now.Minute()}, {&p.s, now.Second()}} {
		if *f.part == unset {
			*f.part = f.now
		}
	}
}

// needsNow reports whether something is missing that now must give.
func (p *parts) needsNow() bool {
	return p.y == unset || p.m == unset || p.d == unset || p.h == unset && !p.hasDate
}

// Modify returns the date changed as s says.
func (d *Date) Modify(s string, zones *Zones) (*Date, error) {
	if s == "" {
		return nil, errors.New("the change to the date is empty")
	}
	p, err := parseParts(s, zones)
	if err != nil {
		return nil, err
	}
	year, month, day := d.at.Date()
	own := parts{y: year, m: int(month), d: day, h: d.at.Hour(), i: d.at.Minute(), s: d.at.Second(), micro: d.at.Nanosecond() / 1000}
	own.rel = p.rel
	if p.y != unset {
		own.y = p.y
	}
	if p.m != unset {
		own.m = p.m
	}
	if p.d != unset {
		own.d = p.d
	}
	if p.h != unset {
		own.h, own.i, own.s = p.h, orZero(p.i), orZero(p.s)
		if p.i == unset {
			own.s = 0
		}
	}
	if p.micro != unset {
		own.micro = p.micro
	} else if p.h != unset && p.y == unset && p.m == unset && p.d == unset {
		own.micro = 0
	}
	in := d.zone
	if p.isTimestamp() {
		in = *p.zone
	}
	return own.resolve(in), nil
}

// isTimestamp reports whether the parts are those of "@0" and the like, which
// puts a date that it changes into UTC.
func (p *parser) isTimestamp() bool {
	return p.y == 1970 && p.m == 1 && p.d == 1 && p.h == 0 && p.i == 0 && p.s == 0 && p.micro == 0 &&
		p.zone != nil && p.zone.kind == zoneByOffset && p.zone.name == "+00:00"
}

func orZero(n int) int {
	if n == unset {
		return 0
	}
	return n
}

// resolve returns the date that the parts and the distance make.
func (p *parts) resolve(in Zone) *Date {
	r := &p.rel
	p.early(r)
	if r.hasWeekday {
		p.toWeekday(r)
	}
	p.normalize()
	if r.any {
		p.d += r.d
		p.m += r.m
		p.y += r.y
	}
	p.toEdge(r.edge)
	p.normalize()
	if r.hasWeekdays {
		p.addWeekdays(r.weekdays)
	}
	return New(local(time.Date(p.y, time.Month(p.m), p.d, p.h+r.h, p.i+r.i, p.s+r.s, (p.micro+r.micro)*1000, time.UTC), in.loc), in)
}

// early moves to the month in which a weekday is looked for, and to the first or
// last day, which is that of the month which is named even if the month does not
// have the day of the date.
func (p *parts) early(r *relative) {
	switch r.ofMonth {
	case 'n':
		p.d, p.m, r.m = 1, p.m+r.m, 0
	case 'l':
		p.d, p.m, r.m = 1, p.m+r.m+1, 0
	default:
		if r.edge == 0 {
			return
		}
	}
	p.toEdge(r.edge)
	p.normalize()
}

func (p *parts) toEdge(edge byte) {
	switch edge {
	case 'f':
		p.d = 1
	case 'l':
		p.d, p.m = 0, p.m+1
	}
}

// normalize makes month and day ones that exist.
func (p *parts) normalize() {
	p.y, p.m = p.y+floorDiv(p.m-1, 12), (p.m-1)-floorDiv(p.m-1, 12)*12+1
	days := p.d
	if days < -1_000_000_000 || days > 1_000_000_000 {
		days = 0
	}
	t := time.Date(p.y, time.Month(p.m), days, 0, 0, 0, 0, time.UTC)
	y, m, d := t.Date()
	p.y, p.m, p.d = y, int(m), d
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (p *parts) dayOfWeek() int {
	return int(time.Date(p.y, time.Month(p.m), p.d, 0, 0, 0, 0, time.UTC).Weekday())
}

// toWeekday moves to the weekday that was named.
func (p *parts) toWeekday(r *relative) {
	today := p.dayOfWeek()
	if r.behavior == 2 {
		want := r.weekday
		if today == 0 && want != 0 {
			want -= 7
		}
		if want == 0 && today != 0 {
			want = 7
		}
		p.d += want - today
		return
	}
	difference := r.weekday - today
	if r.d < 0 && difference < 0 || r.d >= 0 && difference <= -r.behavior {
		difference += 7
	}
	if r.weekday >= 0 {
		p.d += difference
	} else {
		p.d -= 7 - (-r.weekday - today)
	}
}

// addWeekdays moves by working days, Monday to Friday.
func (p *parts) addWeekdays(count int) {
	today, rest := p.dayOfWeek(), count%5
	p.d += count / 5 * 7
	switch {
	case count > 0 && rest == 0:
		p.d -= map[int]int{0: 2, 6: 1}[today]
	case count > 0 && today == 6:
		p.d++
	case count > 0 && today+rest > 5:
		p.d += 2
	case count > 0:
	case rest == 0:
		p.d += map[int]int{6: 2, 0: 1}[today]
	case today == 0:
		p.d--
	case today+rest < 1:
		p.d -= 2
	}
	p.d += rest
}

// local returns the instant of a wall clock's time, which wall gives as if it
// were UTC. Of two, it is the first; one that is left out is as much later as
// the clock was put forward.
func local(wall time.Time, loc *time.Location) time.Time {
	_, before := wall.Add(-24 * time.Hour).In(loc).Zone()
	_, after := wall.Add(24 * time.Hour).In(loc).Zone()
	if at := wall.Add(-time.Duration(before) * time.Second); before == after || offsetAt(at, loc) == before {
		return settle(wall, at, before, loc)
	}
	if at := wall.Add(-time.Duration(after) * time.Second); offsetAt(at, loc) == after {
		return at.In(loc)
	}
	return wall.Add(-time.Duration(before) * time.Second).In(loc)
}

func offsetAt(at time.Time, loc *time.Location) int {
	_, offset := at.In(loc).Zone()
	return offset
}

// settle returns at, unless the zone's offset changed twice around it.
func settle(wall, at time.Time, offset int, loc *time.Location) time.Time {
	if now := offsetAt(at, loc); now != offset {
		if again := wall.Add(-time.Duration(now) * time.Second); offsetAt(again, loc) == now {
			return again.In(loc)
		}
	}
	return at.In(loc)
}

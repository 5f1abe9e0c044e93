// Package dates reads, changes and writes dates as PHP's DateTime does.
package dates

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // templates mean the same on machines without zone files
)

// zoneKind is how a zone is named.
type zoneKind uint8

const (
	zoneByName   zoneKind = iota // Europe/Paris
	zoneByAbbr                   // CET
	zoneByOffset                 // +01:00
)

// Zone is a time zone, by its name, its abbreviation or its offset.
type Zone struct {
	kind zoneKind
	name string
	loc  *time.Location
	dst  bool // the abbreviation is one of summer time
}

// Class names the kind of object in a template.
func (Zone) Class() string { return "time zone" }

// ZoneOf returns the zone that a location is.
func ZoneOf(loc *time.Location) Zone {
	if loc == nil {
		loc = time.UTC
	}
	return Zone{kind: zoneByName, name: loc.String(), loc: loc}
}

// offsetZone returns the zone so many seconds east of UTC.
func offsetZone(seconds int) Zone {
	sign, s := '+', seconds
	if s < 0 {
		sign, s = '-', -s
	}
	name := fmt.Sprintf("%c%02d:%02d", sign, s/3600, s/60%60)
	return Zone{kind: zoneByOffset, name: name, loc: time.FixedZone(name, seconds)}
}

//go:embed zones.txt
var zoneNames string

// Zones finds zones by their names and keeps those it has found. It is safe
// for concurrent use.
type Zones struct {
	mu    sync.Mutex
	names map[string]string // by small letters
	found map[string]*time.Location
}

// Zone returns the zone of the name, in any case of letters, abbreviation or
// offset.
func (z *Zones) Zone(name string) (Zone, error) {
	if seconds, rest, ok := parseOffset(name); ok && rest == "" {
		return offsetZone(seconds), nil
	}
	if zone, ok := z.named(name); ok {
		return zone, nil
	}
	return Zone{}, fmt.Errorf(`there is no time zone "%s"`, name)
}

// named returns the zone of an abbreviation or a name.
func (z *Zones) named(name string) (Zone, bool) {
	lower := strings.ToLower(name)
	if lower == "utc" {
		return Zone{kind: zoneByName, name: "UTC", loc: time.UTC}, true
	}
	if a, ok := abbreviations[lower]; ok {
		upper := strings.ToUpper(name)
		return Zone{kind: zoneByAbbr, name: upper, loc: time.FixedZone(upper, a.seconds), dst: a.dst}, true
	}
	if len(lower) == 1 && lower[0] >= 'a' && lower[0] <= 'z' && lower != "j" {
		upper := strings.ToUpper(name)
		return Zone{kind: zoneByAbbr, name: upper, loc: time.FixedZone(upper, military(upper[0])*3600)}, true
	}
	loc, canonical := z.load(lower)
	return Zone{kind: zoneByName, name: canonical, loc: loc}, loc != nil
}

// military returns the hours east of UTC of a zone that is one letter.
func military(c byte) int {
	switch {
	case c == 'Z':
		return 0
	case c <= 'I':
		return int(c-'A') + 1
	case c <= 'M':
		return int(c - 'A')
	}
	return -int(c-'N') - 1
}

// load returns the location of a name in small letters, and the name as it is
// usually written.
func (z *Zones) load(lower string) (*time.Location, string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.names == nil {
		z.names, z.found = map[string]string{}, map[string]*time.Location{}
		for name := range strings.FieldsSeq(zoneNames) {
			z.names[strings.ToLower(name)] = name
		}
	}
	name, ok := z.names[lower]
	if !ok {
		return nil, ""
	}
	if loc, ok := z.found[name]; ok {
		return loc, name
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, ""
	}
	z.found[name] = loc
	return loc, name
}

// parseOffset reads an offset such as +02:00, -5 or +0530 from the start of s
// and returns what stands behind it.
func parseOffset(s string) (seconds int, rest string, ok bool) {
	if len(s) > 3 && strings.EqualFold(s[:3], "GMT") && (s[3] == '+' || s[3] == '-') {
		s = s[3:]
	}
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, s, false
	}
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	var parts []int
	digits := 0
	i := 1
	for i < len(s) && len(parts) < 3 {
		j := i
		for j < len(s) && s[j] >= '0' && s[j] <= '9' && j-i < 6 {
			j++
		}
		if j == i {
			break
		}
		n := atoi(s[i:j])
		switch {
		case len(parts) == 0 && j-i > 2:
			digits = j - i
			parts = splitDigits(n, digits)
			i = j
			return sign * total(parts), s[i:], true
		default:
			parts = append(parts, n)
		}
		i = j
		if i+1 < len(s) && s[i] == ':' && s[i+1] >= '0' && s[i+1] <= '9' {
			i++
		} else {
			break
		}
	}
	if len(parts) == 0 {
		return 0, s, false
	}
	return sign * total(parts), s[i:], true
}

// splitDigits takes HMM, HHMM or HHMMSS apart.
func splitDigits(n, digits int) []int {
	if digits > 4 {
		return []int{n / 10000, n / 100 % 100, n % 100}
	}
	return []int{n / 100, n % 100}
}

func total(parts []int) int {
	sum, unit := 0, 3600
	for _, p := range parts {
		sum += p * unit
		unit /= 60
	}
	return sum
}

func atoi(s string) int {
	n := 0
	for i := range len(s) {
		if n > 1<<56 {
			return n
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// Location returns the zone as Go's time package has it.
func (z Zone) Location() *time.Location { return z.loc }

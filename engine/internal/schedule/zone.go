package schedule

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zone files knows the same zones
)

//go:embed zones.txt
var zoneNames string

// Zones lists the names of the time zones in use, for completion.
func Zones() []string { return strings.Fields(zoneNames) }

// ZoneError says that a text is not the name of a time zone.
type ZoneError struct {
	// Message says what is wrong; Hint what to write instead.
	Message, Hint string
}

// Error returns the message and the hint.
func (e *ZoneError) Error() string { return e.Message + "; " + e.Hint }

// Zone returns the time zone with a name such as "America/New_York"; "" is UTC.
// The error is a *ZoneError.
func Zone(name string) (*time.Location, error) {
	switch {
	case name == "":
		return time.UTC, nil
	case strings.EqualFold(name, "local"):
		return nil, &ZoneError{fmt.Sprintf("time zone %q is another on every machine", name), `name one, such as "America/New_York"`}
	}
	known := suggestZone(name)
	// Some file systems find a zone by a name in the wrong case.
	if known == name || !strings.EqualFold(known, name) {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone, nil
		}
	}
	hint := `names are such as "America/New_York" or "UTC"`
	if known != "" {
		hint = fmt.Sprintf("did you mean %q?", known)
	}
	return nil, &ZoneError{fmt.Sprintf("unknown time zone %q", name), hint}
}

// abbreviation returns the zone that people mean by an abbreviation, which is no
// zone's name because its clock is not that of the whole year.
func abbreviation(name string) string {
	switch strings.ToUpper(name) {
	case "ET", "EDT", "EASTERN":
		return "America/New_York"
	case "CT", "CDT", "CST", "CENTRAL":
		return "America/Chicago"
	case "MT", "MDT", "MOUNTAIN":
		return "America/Denver"
	case "PT", "PDT", "PST", "PACIFIC":
		return "America/Los_Angeles"
	case "BST", "UK":
		return "Europe/London"
	case "CEST":
		return "Europe/Berlin"
	case "AEST", "AEDT":
		return "Australia/Sydney"
	case "IST", "INDIA":
		return "Asia/Kolkata"
	case "JST":
		return "Asia/Tokyo"
	case "Z", "ZULU":
		return "UTC"
	}
	return ""
}

// suggestZone returns the zone that a name means or is close to; "" if none is.
func suggestZone(name string) string {
	if zone := abbreviation(name); zone != "" {
		return zone
	}
	if slices.Contains(Zones(), name) {
		return name
	}
	plain := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), " ", "_"))
	zones := Zones()
	for _, zone := range zones {
		if lower := strings.ToLower(zone); lower == plain || strings.HasSuffix(lower, "/"+plain) {
			return zone
		}
	}
	if zone := closestFold(plain, zones); zone != "" {
		return zone
	}
	// The place may be right, or nearly, where the continent is not.
	place := plain[strings.LastIndexByte(plain, '/')+1:]
	places := make([]string, len(zones))
	for i, zone := range zones {
		places[i] = zone[strings.LastIndexByte(zone, '/')+1:]
	}
	if near := closestFold(place, places); near != "" {
		for i, p := range places {
			if p == near {
				return zones[i]
			}
		}
	}
	return ""
}

func closestFold(word string, known []string) string {
	lower := make([]string, len(known))
	for i, k := range known {
		lower[i] = strings.ToLower(k)
	}
	near := closest(word, lower)
	for i, k := range lower {
		if near != "" && k == near {
			return known[i]
		}
	}
	return ""
}

// closest returns the known word that the fewest changes make of word, if these
// are few for its length.
func closest(word string, known []string) string {
	best, fewest := "", len(word)/3+1
	for _, k := range known {
		if d := distance(word, k); d < fewest {
			best, fewest = k, d
		}
	}
	return best
}

// distance counts the characters to put in, take out or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

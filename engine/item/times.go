package item

import (
	"fmt"
	"strings"
	"time"
)

// Time returns the instant that a time is, and midnight UTC for a date. A time
// that was written without a zone is UTC.
func (v Value) Time() (time.Time, error) {
	switch v.kind {
	case KindTime:
		return parseTime(v.text, v.format())
	case KindDate:
		return parseDate(v.text, v.format())
	}
	return time.Time{}, fmt.Errorf("expected a time, got %s", v.describe())
}

// format returns the way in which the vendor writes the time or date v; "" is
// the usual way.
func (v Value) format() string {
	if v.agg == nil || v.agg.typ == nil {
		return ""
	}
	return v.agg.typ.Format
}

// written returns the time or date s, written as t says.
func (t *Type) written(s string) Value {
	return Value{kind: t.Kind, form: formWritten, text: s, agg: t.way()}
}

// way returns what a time of type t must know of its writing.
func (t *Type) way() *aggregate {
	if t.Format == "" {
		return nil
	}
	return &aggregate{typ: t}
}

func parseTime(s, format string) (time.Time, error) {
	if format == "" {
		return parseRFC3339(s)
	}
	t, err := time.ParseInLocation(format, s, time.UTC)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time as it is written here, such as %s", cut(s), sample.Format(format))
	}
	return t, nil
}

// sample is the time that messages give as an example.
var sample = time.Date(2026, 3, 4, 16, 12, 44, 0, time.UTC)

// parseRFC3339 also takes a space in place of the T, and no zone at all.
func parseRFC3339(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, format := range [...]string{"2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(format, s, time.UTC); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time such as %s", cut(s), sample.Format(time.RFC3339))
}

func parseDate(s, format string) (time.Time, error) {
	if format == "" {
		format = time.DateOnly
	}
	t, err := time.ParseInLocation(format, s, time.UTC)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a date such as %s", cut(s), sample.Format(format))
	}
	return t, nil
}

// checkTime reports what is wrong with the time or date s for the type t.
func (t *Type) checkTime(s string) error {
	var err error
	if t.Kind == KindDate {
		_, err = parseDate(s, t.Format)
	} else {
		_, err = parseTime(s, t.Format)
	}
	return err
}

// formatTime writes an instant as t says. A form that has no zone is in UTC.
func (t *Type) formatTime(at time.Time) string {
	switch {
	case t.Kind == KindDate && t.Format == "":
		return at.Format(time.DateOnly)
	case t.Format == "":
		return at.Format(time.RFC3339Nano)
	case t.Kind == KindTime && !hasZone(t.Format):
		at = at.UTC()
	}
	return at.Format(t.Format)
}

// hasZone reports whether a time written in the form says its zone.
func hasZone(format string) bool {
	return strings.Contains(format, "Z07") || strings.Contains(format, "-07") || strings.Contains(format, "MST")
}

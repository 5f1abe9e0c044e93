package schedule

import (
	"fmt"
	"strconv"
	"strings"
)

// CronError says what is wrong with a cron expression, and where: From and To
// are bytes of its text.
type CronError struct {
	From, To int
	// Message says what is wrong; Hint, if any, what to write instead.
	Message, Hint string
}

// Error returns the message and the hint.
func (e *CronError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

// field is a field of a cron expression: what it is called and what it takes.
type field struct {
	name     string
	min, max int
	names    []string // of the values from min on
	question bool     // takes ? for *
}

func fields() [5]field {
	return [5]field{
		{name: "minute", max: 59},
		{name: "hour", max: 23},
		{name: "day", min: 1, max: 31, question: true},
		{name: "month", min: 1, max: 12, names: strings.Fields("jan feb mar apr may jun jul aug sep oct nov dec")},
		{name: "weekday", max: 6, names: strings.Fields("sun mon tue wed thu fri sat"), question: true},
	}
}

func shortcuts() []string {
	return []string{"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}
}

const hintFields = `write minute, hour, day, month and weekday, such as "*/15 * * * *"`

// check finds what is wrong with a cron expression before the library reads it:
// the library's messages do not say which field they are about, and it takes
// texts that do not mean what they seem to.
func check(text string) error {
	words := split(text)
	switch {
	case len(words) == 0:
		return &CronError{To: len(text), Message: "the schedule is empty", Hint: hintFields}
	case strings.HasPrefix(words[0].text, "@"):
		return checkShortcut(text, words)
	case strings.Contains(words[0].text, "TZ="):
		return words[0].wrong("a time zone does not belong here", "give it in time_zone:")
	case len(words) == 6:
		return &CronError{To: len(text), Message: "there are 6 fields, and a schedule has 5", Hint: "leave out the seconds, or the year"}
	case len(words) == 1:
		return &CronError{To: len(text), Message: "there is 1 field, and a schedule has 5", Hint: hintFields}
	case len(words) != 5:
		return &CronError{To: len(text), Message: fmt.Sprintf("there are %d fields, and a schedule has 5", len(words)), Hint: hintFields}
	}
	for i, f := range fields() {
		if err := f.check(words[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkShortcut(text string, words []word) error {
	known := shortcuts()
	for _, s := range known {
		if text == s {
			return nil
		}
	}
	if words[0].text == "@every" {
		return &CronError{To: len(text), Message: "@every has no fixed times: it would depend on when it was started",
			Hint: `write the times, such as "*/15 * * * *" for every 15 minutes`}
	}
	hint := "write one of " + strings.Join(known, ", ") + ", or five fields"
	if s := closest(strings.ToLower(strings.TrimSpace(text)), known); s != "" {
		hint = fmt.Sprintf("did you mean %q?", s)
	}
	return &CronError{To: len(text), Message: fmt.Sprintf("%q is no schedule", strings.TrimSpace(text)), Hint: hint}
}

// word is a part of the text and where it begins.
type word struct {
	text string
	from int
}

func (w word) wrong(message, hint string) *CronError {
	return &CronError{From: w.from, To: w.from + len(w.text), Message: message, Hint: hint}
}

// split finds the words of a text.
func split(text string) []word {
	var words []word
	rest := text
	for w := range strings.FieldsSeq(text) {
		from := len(text) - len(rest) + strings.Index(rest, w)
		words = append(words, word{w, from})
		rest = text[from+len(w):]
	}
	return words
}

// parts splits a word at a sign.
func (w word) parts(sign string) []word {
	var parts []word
	from := w.from
	for p := range strings.SplitSeq(w.text, sign) {
		parts = append(parts, word{p, from})
		from += len(p) + len(sign)
	}
	return parts
}

// check checks a field: a list of values, ranges and steps.
func (f field) check(w word) error {
	for _, item := range w.parts(",") {
		if item.text == "" {
			return w.wrong(fmt.Sprintf("%s %q has a comma too many", f.name, w.text), "")
		}
		parts := item.parts("/")
		if len(parts) > 2 {
			return item.wrong(fmt.Sprintf("%s %q has two steps", f.name, item.text), "")
		}
		if err := f.checkRange(parts[0]); err != nil {
			return err
		}
		if len(parts) == 2 {
			if err := f.checkStep(parts[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f field) checkStep(w word) error {
	n, err := strconv.Atoi(w.text)
	switch {
	case err != nil || !digits(w.text):
		return w.wrong(fmt.Sprintf("the step of the %s, %q, is no number", f.name, w.text), "")
	case n == 0:
		return w.wrong(fmt.Sprintf("the step of the %s is 0, which goes nowhere", f.name), "write 1 or more")
	case n > f.max-f.min:
		return w.wrong(fmt.Sprintf("the step of the %s is %d, and its values end at %d", f.name, n, f.max), "")
	}
	return nil
}

func (f field) checkRange(w word) error {
	if w.text == "*" || w.text == "?" && f.question {
		return nil
	}
	ends := w.parts("-")
	if len(ends) > 2 {
		return w.wrong(fmt.Sprintf("%s %q is neither a value nor a range", f.name, w.text), "")
	}
	from, err := f.value(ends[0])
	if err != nil {
		return err
	}
	if len(ends) == 1 {
		return nil
	}
	to, err := f.value(ends[1])
	if err != nil {
		return err
	}
	if from > to {
		return w.wrong(fmt.Sprintf("%s range %s runs backwards", f.name, w.text),
			fmt.Sprintf("write it in two: %d-%d,%d-%d", from, f.max, f.min, to))
	}
	return nil
}

// value reads a number or a name.
func (f field) value(w word) (int, error) {
	if digits(w.text) {
		n, err := strconv.Atoi(w.text)
		if err != nil || n < f.min || n > f.max {
			hint := ""
			if f.name == "weekday" && n == 7 {
				hint = "Sunday is 0"
			}
			return 0, w.wrong(fmt.Sprintf("%s %s is outside %d–%d", f.name, w.text, f.min, f.max), hint)
		}
		return n, nil
	}
	for i, name := range f.names {
		if strings.EqualFold(name, w.text) {
			return f.min + i, nil
		}
	}
	hint := fmt.Sprintf("write a number of %d–%d", f.min, f.max)
	if len(f.names) > 0 {
		hint = fmt.Sprintf("write a number of %d–%d, or one of %s", f.min, f.max, strings.Join(f.names, ", "))
		if short := closest(strings.ToLower(w.text[:min(3, len(w.text))]), f.names); short != "" {
			hint = fmt.Sprintf("did you mean %q?", short)
		}
	}
	if w.text == "" {
		return 0, w.wrong("a value of the "+f.name+" is missing", hint)
	}
	return 0, w.wrong(fmt.Sprintf("%s %q is no %s", f.name, w.text, f.name), hint)
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

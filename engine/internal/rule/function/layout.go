package function

import (
	"slices"
	"strings"
)

// part is a piece of a layout: a part of a time in Go's form, or other text.
type part struct{ goForm, text string }

// layoutTokens are the parts of a time, longer ones before those that they
// begin with.
var layoutTokens = [...]part{
	{"2006", "YYYY"}, {"06", "YY"},
	{"January", "MMMM"}, {"Jan", "MMM"}, {"01", "MM"}, {"1", "M"},
	{"02", "DD"}, {"2", "D"},
	{"Monday", "dddd"}, {"Mon", "ddd"},
	{"15", "HH"}, {"15", "H"}, {"03", "hh"}, {"3", "h"},
	{"04", "mm"}, {"4", "m"}, {"05", "ss"}, {"5", "s"},
	{".000", ".SSS"}, {"PM", "A"}, {"pm", "a"},
	{"-0700", "ZZ"}, {"Z07:00", "Z"},
}

// CheckLayout says what is wrong with a layout, and what to do about it; nothing
// if it is fine.
func CheckLayout(layout string) (problem, hint string) {
	parts := splitLayout(layout)
	if !slices.ContainsFunc(parts, func(p part) bool { return p.goForm != "" }) {
		return "has no part of a time in it", `the parts are such as in "YYYY-MM-DD HH:mm:ss"`
	}
	for i := 1; i < len(parts); i++ {
		if t := parts[i].text; (t == "y" || t == "d") && t == parts[i-1].text {
			return "has letters in it that stand for themselves", `a year is YYYY, a month MM, a day DD; other text stands in [ ]`
		}
	}
	return "", ""
}

// splitLayout takes a layout apart.
func splitLayout(layout string) []part {
	var parts []part
	for layout != "" {
		if rest, ok := strings.CutPrefix(layout, "["); ok {
			if text, after, ok := strings.Cut(rest, "]"); ok {
				parts, layout = append(parts, part{text: text}), after
				continue
			}
		}
		p := nextPart(layout)
		parts, layout = append(parts, p), layout[len(p.text):]
	}
	return parts
}

func nextPart(layout string) part {
	for _, p := range layoutTokens {
		if strings.HasPrefix(layout, p.text) {
			return p
		}
	}
	return part{text: layout[:1]}
}

package function

import "strings"

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

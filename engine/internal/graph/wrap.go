package graph

import "strings"

// wrap breaks a text into lines that fit, at spaces where it can, and cuts it
// after so many lines.
func wrap(s string, most int, fits func(string) bool) []string {
	var lines []string
	for s != "" {
		line, rest := breakLine(s, fits)
		if len(lines) == most-1 && rest != "" {
			return append(lines, cut(s, fits))
		}
		lines = append(lines, line)
		s = rest
	}
	return lines
}

// breakLine takes as many words as fit off the front of a text, or as much of
// the first word.
func breakLine(s string, fits func(string) bool) (line, rest string) {
	if fits(s) {
		return s, ""
	}
	word, char := 0, 0
	for i := range s {
		if i > 0 && !fits(s[:i]) {
			break
		}
		char = i
		if s[i] == ' ' {
			word = i
		}
	}
	if word > 0 {
		return s[:word], s[word+1:]
	}
	if char == 0 { // not even one character fits
		char = len(string([]rune(s)[:1]))
	}
	return s[:char], s[char:]
}

// cut shortens a text so that it fits with a sign that there was more.
func cut(s string, fits func(string) bool) string {
	runes := []rune(s)
	for len(runes) > 1 && !fits(string(runes)+"…") {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}

// monoWidth is the width of a text in a font of fixed width.
func monoWidth(s string, font float64) float64 {
	w := 0.0
	for _, r := range s {
		if isWide(r) {
			w += 1.05
		} else {
			w += 0.61
		}
	}
	return w * font
}

// sansWidth is how wide a text gets in the widest of the usual fonts: which one
// draws it cannot be known.
func sansWidth(s string, font float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case isWide(r):
			w += 1.05
		case strings.ContainsRune("ijlI.,:;'|!frt()[]/\\- ", r):
			w += 0.42
		case strings.ContainsRune("mwMW@%=+<>~→", r):
			w += 0.98
		case r >= 'A' && r <= 'Z', r > 0x7f:
			w += 0.76
		default:
			w += 0.64
		}
	}
	return w * font
}

// isWide reports whether a character takes the room of two, as Chinese ones and
// pictures do.
func isWide(r rune) bool { return r >= 0x1100 && (r < 0x2010 || r > 0x2bff) }

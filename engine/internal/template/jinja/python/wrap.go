package python

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Wrap breaks a line into lines of a width, as textwrap does. Words that are
// longer are broken if breakWords is set, and any word at its hyphens.
func Wrap(line string, width int, breakWords, hyphens bool) []string {
	w := wrapper{width: width, breakWords: breakWords, hyphens: hyphens}
	return w.wrap(line)
}

// wrapper breaks a line into lines of a width.
type wrapper struct {
	width               int
	breakWords, hyphens bool
	chunks              []string // words and the white space between them
	line                []string // chunks of the line that is being made
	length              int      // of the line
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

func (w *wrapper) wrap(line string) []string {
	w.chunks = chunksOf(line, w.hyphens)
	var lines []string
	for len(w.chunks) > 0 {
		w.line, w.length = nil, 0
		if isBlank(w.chunks[0]) && lines != nil {
			w.chunks = w.chunks[1:]
		}
		w.fill()
		if n := len(w.line); n > 0 && isBlank(w.line[n-1]) {
			w.line = w.line[:n-1]
		}
		if len(w.line) > 0 {
			lines = append(lines, strings.Join(w.line, ""))
		}
	}
	if lines == nil {
		return []string{""}
	}
	return lines
}

// fill puts as many chunks into the line as fit, and a part of one that is
// longer than any line.
func (w *wrapper) fill() {
	for len(w.chunks) > 0 {
		n := utf8.RuneCountInString(w.chunks[0])
		if w.length+n > w.width {
			if n > w.width {
				w.longWord()
			}
			return
		}
		w.line, w.length = append(w.line, w.chunks[0]), w.length+n
		w.chunks = w.chunks[1:]
	}
}

func (w *wrapper) longWord() {
	if !w.breakWords {
		if len(w.line) == 0 {
			w.line, w.chunks = append(w.line, w.chunks[0]), w.chunks[1:]
		}
		return
	}
	runes := []rune(w.chunks[0])
	end := w.width - w.length
	if w.hyphens {
		head := string(runes[:end])
		if i := strings.LastIndexByte(head, '-'); i > 0 && strings.Trim(head[:i], "-") != "" {
			end = utf8.RuneCountInString(head[:i]) + 1
		}
	}
	w.line = append(w.line, string(runes[:end]))
	w.chunks[0] = string(runes[end:])
}

// chunksOf splits a line into words and the white space between them. A hyphen
// between letters ends a word if asked.
func chunksOf(line string, hyphens bool) []string {
	var chunks []string
	runes := []rune(line)
	start := 0
	for i := 1; i <= len(runes); i++ {
		if i == len(runes) || unicode.IsSpace(runes[i]) != unicode.IsSpace(runes[i-1]) || hyphens && endsAtHyphen(runes, start, i) {
			chunks = append(chunks, string(runes[start:i]))
			start = i
		}
	}
	return chunks
}

// endsAtHyphen reports whether a word that starts at start ends in front of i:
// behind a hyphen with two letters on either side.
func endsAtHyphen(runes []rune, start, i int) bool {
	letter := func(i int) bool { return i >= start && i < len(runes) && unicode.IsLetter(runes[i]) }
	if runes[i-1] != '-' || !letter(i) || !letter(i+1) && !(i+1 < len(runes) && runes[i+1] == '-' && letter(i+2)) {
		return false
	}
	return letter(i-2) && letter(i-3) || i-4 >= start && letter(i-4) && runes[i-3] == '-'
}

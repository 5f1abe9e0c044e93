package diag

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// DidYouMean returns the hint `did you mean "x"?` with the known name that is
// closest to word, or "" if none is close enough.
func DidYouMean(word string, known []string) string {
	if s := Suggest(word, known); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return ""
}

// Suggest returns the known name that word most likely was meant to be, or ""
// if none is close enough. A name that differs only in the case of its letters
// comes first.
func Suggest(word string, known []string) string {
	for _, k := range known {
		if k != word && strings.EqualFold(k, word) {
			return k
		}
	}
	best, least := "", threshold(word)+1
	for _, k := range known {
		if k == word || k == "" {
			continue
		}
		if d := distance(strings.ToLower(word), strings.ToLower(k), least); d < least {
			best, least = k, d
		}
	}
	return best
}

// threshold is how many slips of the keyboard a word may have: none in one of
// two letters, where every name is close to every other.
func threshold(word string) int {
	n := utf8.RuneCountInString(word)
	switch {
	case n <= 2:
		return 0
	case n <= 4:
		return 1
	case n <= 9:
		return 2
	}
	return 3
}

// distance counts the letters to insert, remove, replace or swap with their
// neighbour to make a into b. It stops counting at limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d >= limit || -d >= limit {
		return limit
	}
	last := make([]int, len(y)+1) // the row before the row before
	prev := make([]int, len(y)+1)
	row := make([]int, len(y)+1)
	for j := range row {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], last[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
		last, prev, row = prev, row, last
	}
	return min(prev[len(y)], limit)
}

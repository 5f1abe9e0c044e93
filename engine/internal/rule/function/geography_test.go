package function

import (
	"slices"
	"strings"
	"testing"
)

func TestCountryTable(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(countries), "\n")
	if len(lines) != 249 {
		t.Errorf("%d countries, ISO 3166-1 has 249", len(lines))
	}
	if !slices.IsSorted(lines) {
		t.Error("the countries are not in the order of their codes")
	}
	seen := map[string]string{}
	for _, line := range lines {
		two, rest, _ := strings.Cut(line, " ")
		three, names, _ := strings.Cut(rest, " ")
		if len(two) != 2 || len(three) != 3 || strings.ToUpper(two+three) != two+three || names == "" {
			t.Errorf("line %q", line)
		}
		for _, name := range append(strings.Split(names, "|"), two, three) {
			if other, ok := seen[fold(name)]; ok && other != two {
				t.Errorf("%q is %s and %s", name, other, two)
			}
			if fold(name) == "" {
				t.Errorf("%q has no letters", name)
			}
			seen[fold(name)] = two
		}
	}
}

func TestStateTable(t *testing.T) {
	want := map[string]int{"US": 51 + 6 + 3 + 3, "CA": 13, "AU": 8, "MX": 32, "BR": 27}
	for block := range strings.SplitSeq(strings.TrimSpace(states), "\n\n") {
		lines := strings.Split(block, "\n")
		if len(lines)-1 != want[lines[0]] {
			t.Errorf("%s has %d states, want %d", lines[0], len(lines)-1, want[lines[0]])
		}
		delete(want, lines[0])
		seen := map[string]string{}
		for _, line := range lines[1:] {
			code, names, _ := strings.Cut(line, " ")
			for _, name := range append(strings.Split(names, "|"), code) {
				if other, ok := seen[fold(name)]; ok && other != code {
					t.Errorf("%s: %q is %s and %s", lines[0], name, other, code)
				}
				seen[fold(name)] = code
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("missing %v", want)
	}
}

func TestFold(t *testing.T) {
	for name, want := range map[string]string{
		"St. Lucia": "saint lucia", "Guinea-Bissau": "guinea bissau", "Trinidad  & Tobago": "trinidad and tobago", "ÅLAND": "aland", "—": "",
	} {
		if got := fold(name); got != want {
			t.Errorf("%q folds to %q, want %q", name, got, want)
		}
	}
}

package function

import (
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/engine/item"
)

func geography() []def {
	text := item.TypeText
	a := newAtlas()
	return []def{
		define("country_code", text, "The code of two letters (ISO 3166) of a country that is given by either code or by its English name, in any case.", a.onCountry(func(c country) string { return c.two })).
			param("country", text).example(`country_code("United States")`, `"US"`).example(`country_code("deu")`, `"DE"`),
		define("country_code3", text, "The code of three letters (ISO 3166) of a country that is given by either code or by its English name.", a.onCountry(func(c country) string { return c.three })).
			param("country", text).example(`country_code3("CA")`, `"CAN"`),
		define("country_name", text, "The English name (ISO 3166) of a country that is given by either code or by a name.", a.onCountry(func(c country) string { return c.name })).
			param("country", text).example(`country_name("GBR")`, `"United Kingdom"`),
		define("state_code", text, "The postal code of a state, province or territory that is given by its code or name, in any case. "+
			"The states of US, CA, AU, MX and BR are known: one that is not among them is an error. "+
			"For other countries, and when the state is empty, the text is given back as it is.", a.stateCode).
			param("country", text).param("state", text).
			example(`state_code("US", "new york")`, `"NY"`).example(`state_code("Canada", "Québec")`, `"QC"`).
			example(`state_code("AU", "nsw")`, `"NSW"`).example(`state_code("FR", "Bretagne")`, `"Bretagne"`),
	}
}

type country struct{ two, three, name string }

// atlas finds countries and states by their folded codes and names.
type atlas struct {
	countries map[string]country
	states    map[string]map[string]string // by country, then by folded name
}

func newAtlas() *atlas {
	a := &atlas{countries: map[string]country{}, states: map[string]map[string]string{}}
	for line := range strings.Lines(strings.TrimSpace(countries)) {
		two, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		three, names, _ := strings.Cut(rest, " ")
		name, _, _ := strings.Cut(names, "|")
		c := country{two, three, name}
		for _, known := range append(strings.Split(names, "|"), two, three) {
			a.countries[fold(known)] = c
		}
	}
	for block := range strings.SplitSeq(strings.TrimSpace(states), "\n\n") {
		of, lines, _ := strings.Cut(block, "\n")
		a.states[of] = map[string]string{}
		for line := range strings.Lines(lines) {
			code, names, _ := strings.Cut(strings.TrimSpace(line), " ")
			for _, known := range append(strings.Split(names, "|"), code) {
				a.states[of][fold(known)] = code
			}
		}
	}
	return a
}

// fold makes what people write in different ways the same: case, accents,
// points, hyphens and double spaces, "Saint" and "St.", "and" and "&".
func fold(name string) string {
	words := strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(ascii(name), ".", "")), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '&'
	})
	for i, w := range words {
		switch w {
		case "st":
			words[i] = "saint"
		case "&":
			words[i] = "and"
		}
	}
	return strings.Join(words, " ")
}

func (a *atlas) find(name string) (country, error) {
	if c, ok := a.countries[fold(name)]; ok {
		return c, nil
	}
	return country{}, fmt.Errorf("%s is not a country", quoted(name))
}

func (a *atlas) onCountry(give func(country) string) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) {
		c, err := a.find(args[0].AsText())
		if err != nil {
			return item.Null, err
		}
		return item.Text(give(c)), nil
	}
}

func (a *atlas) stateCode(args []item.Value) (item.Value, error) {
	c, err := a.find(args[0].AsText())
	if err != nil {
		return item.Null, err
	}
	states, state := a.states[c.two], args[1].AsText()
	if states == nil || strings.TrimSpace(state) == "" {
		return args[1], nil
	}
	if code, ok := states[fold(state)]; ok {
		return item.Text(code), nil
	}
	return item.Null, fmt.Errorf("%s is not a state of %s", quoted(state), c.name)
}

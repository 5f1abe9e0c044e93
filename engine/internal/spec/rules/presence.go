package rules

import (
	"fmt"
	"slices"
	"strings"
)

// Presence is a rule about which fields are given together.
type Presence struct {
	Rule   string
	Fields []string // as Go names them
	Values []string // that Fields must have, for required_if and such
}

// presenceRules are the rules about which fields are given together: whether
// they apply to a field when so many of n others are given, and whether these
// have the values that the rule names.
var presenceRules = map[string]struct {
	excludes bool // the field must not be given; otherwise, it must
	applies  func(given, n int, met bool) bool
}{
	"required_with":        {false, func(given, _ int, _ bool) bool { return given > 0 }},
	"required_with_all":    {false, func(given, n int, _ bool) bool { return given == n }},
	"required_without":     {false, func(given, n int, _ bool) bool { return given < n }},
	"required_without_all": {false, func(given, _ int, _ bool) bool { return given == 0 }},
	"required_if":          {false, func(_, _ int, met bool) bool { return met }},
	"required_unless":      {false, func(_, _ int, met bool) bool { return !met }},
	"excluded_with":        {true, func(given, _ int, _ bool) bool { return given > 0 }},
	"excluded_without":     {true, func(given, n int, _ bool) bool { return given < n }},
	"excluded_if":          {true, func(_, _ int, met bool) bool { return met }},
	"excluded_unless":      {true, func(_, _ int, met bool) bool { return !met }},
}

// Excludes reports a rule by which a field must not be given; by the others, it
// must.
func (p Presence) Excludes() bool { return presenceRules[p.Rule].excludes }

// Applies reports whether the rule applies when so many of the other fields are
// given and all have the values in values, in the order of Fields.
func (p Presence) Applies(given int, values []string) bool {
	met := p.Values != nil && slices.Equal(p.Values, values)
	return presenceRules[p.Rule].applies(given, len(p.Fields), met)
}

func readPresence(rule, limit string) (Presence, error) {
	p := Presence{Rule: rule, Fields: strings.Fields(limit)}
	if _, ok := presenceRules[rule]; !ok {
		return p, fmt.Errorf("the rule %s is not known", rule)
	}
	if strings.HasSuffix(rule, "_if") || strings.HasSuffix(rule, "_unless") {
		words := p.Fields
		if len(words)%2 != 0 {
			return p, fmt.Errorf("the rule %s needs a value for each field", rule)
		}
		p.Fields = nil
		for i := 0; i < len(words); i += 2 {
			p.Fields, p.Values = append(p.Fields, words[i]), append(p.Values, words[i+1])
		}
	}
	if len(p.Fields) == 0 {
		return p, fmt.Errorf("the rule %s names no field", rule)
	}
	return p, nil
}

// Words says for a reference page when a field is given: "only with cron". name
// gives what users call a field.
func (p Presence) Words(name func(string) string) string {
	forms := map[string]string{
		"required_with": "needed with %s", "required_with_all": "needed with %s",
		"required_without": "needed without %s", "required_without_all": "needed without %s",
		"excluded_with": "not with %s", "excluded_without": "only with %s",
		"required_if": "needed if %s", "required_unless": "needed unless %s",
		"excluded_if": "not if %s", "excluded_unless": "only if %s",
	}
	names, last := make([]string, len(p.Fields)), " or "
	for i, f := range p.Fields {
		names[i] = name(f)
		if p.Values != nil {
			names[i] += " is " + p.Values[i]
		}
	}
	if strings.HasSuffix(p.Rule, "with_all") || p.Values != nil {
		last = " and "
	}
	list := strings.Join(names, ", ")
	if i := strings.LastIndex(list, ", "); i >= 0 {
		list = list[:i] + last + list[i+2:]
	}
	return fmt.Sprintf(forms[p.Rule], list)
}

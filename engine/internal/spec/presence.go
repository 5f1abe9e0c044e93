package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// checkGiven asks the rules about which fields are given.
func (s *Struct) checkGiven(n *syntax.Node, has given, p place) {
	for _, f := range s.fields {
		switch pair := has[f]; {
		case pair == nil && f.required:
			s.missing(f, n, p)
		case pair != nil && f.required && f.form.kind == KindText && pair.Value.Text.Value == "":
			p.fs.Errorf(pair.Value.Span, diag.CodeMissingField, "%q must not be empty", f.name).Hint = p.docs.sentence(f)
		}
		for _, rule := range f.rules.presence {
			s.checkPresence(f, rule, n, has, p)
		}
	}
}

// missing reports a required field that is not given: at its key if that is
// there without a value.
func (s *Struct) missing(f *field, n *syntax.Node, p place) {
	if pair := n.Pair(f.name); pair != nil {
		p.fs.Errorf(pair.Key.Span, diag.CodeMissingField, "%q has no value", f.name).Hint = p.docs.sentence(f)
		return
	}
	p.fs.Errorf(p.start(n), diag.CodeMissingField, "the field %q is missing", f.name).Hint = p.docs.sentence(f)
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

func (s *Struct) checkPresence(f *field, rule presence, n *syntax.Node, has given, p place) {
	var others []*field
	there := 0
	for _, name := range rule.fields {
		o := s.byGo[name]
		others = append(others, o)
		if has[o] != nil {
			there++
		}
	}
	known := presenceRules[rule.rule]
	pair := has[f]
	if known.excludes != (pair != nil) || !known.applies(there, len(others), rule.meets(others, has)) {
		return
	}
	switch strings.TrimSuffix(rule.rule, "_all") {
	case "required_without":
		s.oneOf(f, others, n, p)
	case "excluded_with":
		exclude(pair, firstGiven(others, has), p)
	case "excluded_without":
		alone(pair, others, has, p)
	case "excluded_if", "excluded_unless":
		misplaced(pair, others, has, p)
	default:
		needed(f, firstGiven(others, has), n, p)
	}
}

func firstGiven(fields []*field, has given) *syntax.Pair {
	for _, f := range fields {
		if has[f] != nil {
			return has[f]
		}
	}
	return nil
}

// meets reports whether each of the fields has the value that the rule names.
func (r presence) meets(fields []*field, has given) bool {
	for i, f := range fields {
		if r.values == nil {
			return false
		}
		value := f.def
		if pair := has[f]; pair != nil {
			value = pair.Value.Text.Value
		}
		if value != r.values[i] {
			return false
		}
	}
	return true
}

// needed reports that f is missing beside what is given in pair, if that is
// given and no default.
func needed(f *field, pair *syntax.Pair, n *syntax.Node, p place) {
	at, message := p.start(n), fmt.Sprintf("the field %q is missing", f.name)
	if pair != nil {
		at, message = pair.Key.Span, fmt.Sprintf("%q needs the field %q beside it", pair.Key.Text.Value, f.name)
	}
	p.fs.Errorf(at, diag.CodeMissingField, "%s", message).Hint = p.docs.sentence(f)
}

// oneOf reports that none of several fields is given. Each of them may say so,
// in the same words.
func (s *Struct) oneOf(f *field, others []*field, n *syntax.Node, p place) {
	var names []string
	for _, o := range s.fields {
		if o == f || slices.Contains(others, o) {
			names = append(names, o.name)
		}
	}
	p.fs.Errorf(p.start(n), diag.CodeMissingField, "one of %s is missing", shown(names, "and"))
}

// misplaced reports a field that has no meaning with the value of another.
func misplaced(pair *syntax.Pair, others []*field, has given, p place) {
	f := p.fs.Errorf(pair.Key.Span, diag.CodeConflict, "%q has no meaning here", pair.Key.Text.Value)
	f.Hint = "remove it"
	if o := firstGiven(others, has); o != nil {
		f.Message = fmt.Sprintf("%q has no meaning with %q being %s", pair.Key.Text.Value, o.Key.Text.Value, p.what(o.Value))
		f.Related = []diag.Related{{Message: "given here", Span: o.Value.Span}}
	}
}

// exclude reports two fields of which one may be given, at the later one.
func exclude(a, b *syntax.Pair, p place) {
	first, second := a.Key, b.Key
	if second.Span.Start.Before(first.Span.Start) {
		first, second = second, first
	}
	f := p.fs.Errorf(second.Span, diag.CodeConflict, "%q and %q exclude each other", first.Text.Value, second.Text.Value)
	f.Hint = "remove one of the two"
	f.Related = []diag.Related{{Message: "the other one", Span: first.Span}}
}

// alone reports a field that is given without others that belong to it.
func alone(pair *syntax.Pair, others []*field, has given, p place) {
	var names []string
	for _, o := range others {
		if has[o] == nil {
			names = append(names, o.name)
		}
	}
	p.fs.Errorf(pair.Key.Span, diag.CodeConflict, "%q has a meaning only with %s", pair.Key.Text.Value, shown(names, "and")).
		Hint = strings.TrimSpace("add " + shown(names, "and"))
}

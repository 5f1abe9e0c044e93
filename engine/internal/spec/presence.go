package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/spec/rules"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// checkGiven asks the rules about which fields are given. Those that are meant
// by a misspelt key are not reported as missing on top.
func (s *Struct) checkGiven(n *syntax.Node, has given, meant map[*field]bool, p leaf.Place) {
	for _, f := range s.fields {
		if f.required && !meant[f] {
			s.checkRequired(f, n, has[f], p)
		}
		for _, rule := range f.rules.Presence {
			if rule.Excludes() || !meant[f] && !s.anyMeant(rule.Fields, meant) {
				s.checkPresence(f, rule, n, has, p)
			}
		}
	}
}

func (s *Struct) anyMeant(goNames []string, meant map[*field]bool) bool {
	return slices.ContainsFunc(goNames, func(name string) bool { return meant[s.byGo[name]] })
}

func (s *Struct) checkRequired(f *field, n *syntax.Node, pair *syntax.Pair, p leaf.Place) {
	if pair == nil {
		s.missing(f, n, p)
	} else if f.form.kind == leaf.Text && pair.Value.Kind == syntax.Scalar && pair.Value.Text.Value == "" {
		p.Findings.Errorf(pair.Value.Span, diag.CodeMissingField, "%q must not be empty", pair.Key.Called()).Hint = f.hint(p.Docs)
	}
}

// missing reports a required field that is not given: at its key if that is
// there without a value.
func (s *Struct) missing(f *field, n *syntax.Node, p leaf.Place) {
	if pair := n.Pair(f.name); pair != nil {
		p.Findings.Errorf(pair.Key.Span, diag.CodeMissingField, "%q has no value", pair.Key.Called()).Hint = f.hint(p.Docs)
		return
	}
	p.Findings.Errorf(p.Start(n), diag.CodeMissingField, "the field %q is missing", f.name).Hint = f.hint(p.Docs)
}

func (s *Struct) checkPresence(f *field, rule rules.Presence, n *syntax.Node, has given, p leaf.Place) {
	var others []*field
	there := 0
	for _, name := range rule.Fields {
		o := s.byGo[name]
		others = append(others, o)
		if has[o] != nil {
			there++
		}
	}
	pair := has[f]
	if rule.Excludes() != (pair != nil) || !rule.Applies(there, values(others, has)) {
		return
	}
	switch strings.TrimSuffix(rule.Rule, "_all") {
	case "required_without":
		s.oneOf(f, others, n, p)
	case "excluded_with":
		exclude(pair, firstGiven(others, has), p)
	case "excluded_without":
		alone(pair, others, has, p)
	case "excluded_if", "excluded_unless":
		if !slices.ContainsFunc(others, func(o *field) bool { return o.strange(has[o]) }) {
			misplaced(pair, others, has, p)
		}
	default:
		needed(f, firstGiven(others, has), n, p)
	}
}

// strange reports whether f has a value that it does not take, which is reported.
func (f *field) strange(pair *syntax.Pair) bool {
	return pair != nil && len(f.rules.Value.Enum) > 0 && !slices.Contains(f.rules.Value.Enum, pair.Value.Text.Value)
}

func firstGiven(fields []*field, has given) *syntax.Pair {
	for _, f := range fields {
		if has[f] != nil {
			return has[f]
		}
	}
	return nil
}

// values returns what the fields are, given or by default.
func values(fields []*field, has given) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.def
		if pair := has[f]; pair != nil {
			out[i] = pair.Value.Text.Value
		}
	}
	return out
}

// needed reports that f is missing beside what is given in pair, if that is
// given and no default.
func needed(f *field, pair *syntax.Pair, n *syntax.Node, p leaf.Place) {
	at, message := p.Start(n), fmt.Sprintf("the field %q is missing", f.name)
	if pair != nil {
		at, message = pair.Key.Span, fmt.Sprintf("%q needs the field %q beside it", pair.Key.Called(), f.name)
	}
	p.Findings.Errorf(at, diag.CodeMissingField, "%s", message).Hint = f.hint(p.Docs)
}

// oneOf reports that none of several fields is given. Each of them may say so,
// in the same words.
func (s *Struct) oneOf(f *field, others []*field, n *syntax.Node, p leaf.Place) {
	var names []string
	for _, o := range s.fields {
		if o == f || slices.Contains(others, o) {
			names = append(names, o.name)
		}
	}
	p.Findings.Errorf(p.Start(n), diag.CodeMissingField, "one of %s is missing", leaf.Shown(names, "and"))
}

// misplaced reports a field that has no meaning with the value of another.
func misplaced(pair *syntax.Pair, others []*field, has given, p leaf.Place) {
	f := p.Findings.Errorf(pair.Key.Span, diag.CodeConflict, "%q has no meaning here", pair.Key.Called())
	f.Hint = "remove it"
	if o := firstGiven(others, has); o != nil {
		f.Message = fmt.Sprintf("%q has no meaning with %q being %s", pair.Key.Called(), o.Key.Called(), p.What(o.Value))
		f.Related = []diag.Related{{Message: "given here", Span: o.Value.Span}}
	}
}

// exclude reports two fields of which one may be given, at the later one.
func exclude(a, b *syntax.Pair, p leaf.Place) {
	first, second := a.Key, b.Key
	if second.Span.Start.Before(first.Span.Start) {
		first, second = second, first
	}
	f := p.Findings.Errorf(second.Span, diag.CodeConflict, "%q and %q exclude each other", first.Called(), second.Called())
	f.Hint = "remove one of the two"
	f.Related = []diag.Related{{Message: "the other one", Span: first.Span}}
}

// alone reports a field that is given without others that belong to it.
func alone(pair *syntax.Pair, others []*field, has given, p leaf.Place) {
	var names []string
	for _, o := range others {
		if has[o] == nil {
			names = append(names, o.name)
		}
	}
	p.Findings.Errorf(pair.Key.Span, diag.CodeConflict, "%q has a meaning only with %s", pair.Key.Called(), leaf.Shown(names, "and")).
		Hint = strings.TrimSpace("add " + leaf.Shown(names, "and"))
}

package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-playground/validator/v10"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Check asks the rules about a value of the kind, which n was decoded to.
func (t *Test) Check(v any, kind leaf.Kind, n *syntax.Node, p leaf.Place) {
	if t.Enum != nil && !slices.Contains(t.Enum, fmt.Sprint(v)) {
		p.NoneOf(n, t.Enum)
		return
	}
	if d, ok := v.(item.Decimal); ok {
		t.checkDecimal(d, n, p)
		return
	}
	if t.tag == "" || v == nil {
		return
	}
	var bad validator.ValidationErrors
	if err := check().Var(v, t.tag); errors.As(err, &bad) {
		for _, e := range bad {
			report(Bound{e.Tag(), e.Param()}, kind, n, p)
		}
	}
}

func (t *Test) checkDecimal(d item.Decimal, n *syntax.Node, p leaf.Place) {
	for _, b := range t.Bounds {
		limit, err := item.ParseDecimal(b.Limit)
		if err != nil {
			continue // checked when the tag was read
		}
		c := d.Cmp(limit)
		if ok := map[string]bool{"min": c >= 0, "gte": c >= 0, "max": c <= 0, "lte": c <= 0, "gt": c > 0, "lt": c < 0}[b.Rule]; !ok {
			report(b, leaf.Decimal, n, p)
			return
		}
	}
}

// report says which rule a value of the kind breaks.
func report(b Bound, kind leaf.Kind, n *syntax.Node, p leaf.Place) {
	code := diag.CodeOutOfBounds
	if !b.limits(kind) {
		code = diag.CodeBadValue
	}
	not := ""
	if n.Kind == syntax.Scalar {
		not = ", not " + p.What(n)
	}
	p.Findings.Errorf(p.At(n), code, "%s must %s%s", p, b.Requirement(kind), not)
}

// limits reports a rule about how large or long a value is.
func (b Bound) limits(kind leaf.Kind) bool {
	return amount(b) != "" && (kind != leaf.Text || count(b, "", "") != "")
}

// amounts are the bounds of a number in words.
var amounts = map[string]string{
	"min": "be at least ", "gte": "be at least ", "max": "be at most ", "lte": "be at most ",
	"gt": "be more than ", "lt": "be less than ", "eq": "be ", "len": "be ", "ne": "be other than ",
}

// amount puts a bound of a number into words.
func amount(b Bound) string {
	if words, ok := amounts[b.Rule]; ok {
		return words + b.Limit
	}
	return ""
}

// count puts a bound of a length into words.
func count(b Bound, unit, verb string) string {
	how := map[string]string{
		"min": "at least", "gte": "at least", "max": "at most", "lte": "at most",
		"gt": "more than", "lt": "fewer than", "len": "exactly",
	}[b.Rule]
	if how == "" {
		return ""
	}
	if b.Limit != "1" {
		unit += "s"
	}
	long := ""
	if verb == "be" {
		long = " long"
	}
	return fmt.Sprintf("%s %s %s %s%s", verb, how, b.Limit, unit, long)
}

// wordings are the other rules in words. Some take the limit, quoted.
var wordings = map[string]string{
	"url": "be a URL such as https://example.com", "http_url": "be a URL such as https://example.com", "uri": "be a URL such as https://example.com",
	"hostname": "be a host name", "hostname_rfc1123": "be a host name", "fqdn": "be a host name", "hostname_port": "be a host name and a port",
	"email": "be an e-mail address", "unique": "have each item once", "alphanum": "have letters and digits only",
	"startswith": "begin with %q", "endswith": "end with %q", "excludes": "have no %q in it",
}

// wording puts the other rules into words.
func wording(b Bound) string {
	switch words, ok := wordings[b.Rule]; {
	case !ok && amount(b) != "":
		return amount(b)
	case !ok:
		return "meet the rule " + strings.TrimSuffix(b.Rule+" "+b.Limit, " ")
	case strings.Contains(words, "%q"):
		return fmt.Sprintf(words, b.Limit)
	default:
		return words
	}
}

// Requirement puts a rule about values of the kind into words that follow "must".
func (b Bound) Requirement(kind leaf.Kind) string {
	must := ""
	switch kind {
	case leaf.Text:
		must = count(b, "character", "be")
	case leaf.List, leaf.Map:
		must = count(b, "item", "have")
	default:
		must = amount(b)
	}
	if must == "" {
		must = wording(b)
	}
	return strings.TrimSpace(must)
}

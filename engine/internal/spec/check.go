package spec

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-playground/validator/v10"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// unknown reports a key that no field has.
func (s *Struct) unknown(n *syntax.Node, key *syntax.Node, p place) {
	var free []string
	for _, f := range s.fields {
		if n.Get(f.name) == nil {
			free = append(free, f.name)
		}
	}
	names{diag.CodeUnknownKey, "key", free, s.Names()}.unknown(key, p.fs)
}

// names are the names that a key may have: those that are not given yet, and
// all.
type names struct {
	code      diag.Code
	noun      string
	free, all []string
}

// unknown reports a key, suggests one of those that are free, and otherwise
// lists all that there are.
func (a names) unknown(key *syntax.Node, fs *diag.List) {
	const most = 16
	word := key.Text.Value
	f := fs.Errorf(key.Span, a.code, "unknown %s %q", a.noun, word)
	if s := diag.Suggest(word, a.free); s != "" {
		f.Hint = diag.DidYouMean(word, a.free)
		f.Fix = &diag.Fix{Span: key.Span, Text: s}
		return
	}
	switch {
	case len(a.all) == 0:
		f.Hint = fmt.Sprintf("there are no %ss here", a.noun)
	case len(a.all) <= most:
		f.Hint = "known here: " + strings.Join(a.all, ", ")
	}
}

// check asks the rules about a value.
func (t *test) check(v any, f *form, n *syntax.Node, p place) {
	if t.enum != nil && !slices.Contains(t.enum, fmt.Sprint(v)) {
		badEnum(n, t.enum, p)
		return
	}
	if d, ok := v.(item.Decimal); ok {
		t.checkDecimal(d, f, n, p)
		return
	}
	if t.tag == "" || v == nil {
		return
	}
	var bad validator.ValidationErrors
	if err := check().Var(v, t.tag); errors.As(err, &bad) {
		for _, e := range bad {
			report(bound{e.Tag(), e.Param()}, f, n, p)
		}
	}
}

func (t *test) checkDecimal(d item.Decimal, f *form, n *syntax.Node, p place) {
	for _, b := range t.bounds {
		limit, err := item.ParseDecimal(b.limit)
		if err != nil {
			continue // checked when the tag was read
		}
		c := d.Cmp(limit)
		if ok := map[string]bool{"min": c >= 0, "gte": c >= 0, "max": c <= 0, "lte": c <= 0, "gt": c > 0, "lt": c < 0}[b.rule]; !ok {
			report(b, f, n, p)
			return
		}
	}
}

// badEnum reports a value that is none of those listed.
func badEnum(n *syntax.Node, values []string, p place) {
	f := p.fs.Errorf(n.Span, diag.CodeBadValue, "%s must be %s, not %s", p, shown(values, "or"), p.what(n))
	if p.secret || n.Secret {
		return
	}
	if s := diag.Suggest(n.Text.Value, values); s != "" {
		f.Hint = diag.DidYouMean(n.Text.Value, values)
		f.Fix = &diag.Fix{Span: n.Span, Text: s}
	}
}

// report says which rule a value of the form f breaks.
func report(b bound, f *form, n *syntax.Node, p place) {
	code := diag.CodeOutOfBounds
	if !isBound(b, f) {
		code = diag.CodeBadValue
	}
	not := ""
	if n.Kind == syntax.Scalar {
		not = ", not " + p.what(n)
	}
	p.fs.Errorf(p.at(n), code, "%s must %s%s", p, requirement(b, f), not)
}

// isBound reports a rule about how large or long a value is.
func isBound(b bound, f *form) bool {
	return amount(b) != "" && (f.kind != KindText || count(b, "", "") != "")
}

// amount puts a bound of a number into words.
func amount(b bound) string {
	switch b.rule {
	case "min", "gte":
		return "be at least " + b.limit
	case "max", "lte":
		return "be at most " + b.limit
	case "gt":
		return "be more than " + b.limit
	case "lt":
		return "be less than " + b.limit
	case "eq", "len":
		return "be " + b.limit
	case "ne":
		return "be other than " + b.limit
	}
	return ""
}

// count puts a bound of a length into words.
func count(b bound, unit, verb string) string {
	how := map[string]string{
		"min": "at least", "gte": "at least", "max": "at most", "lte": "at most",
		"gt": "more than", "lt": "fewer than", "len": "exactly",
	}[b.rule]
	if how == "" {
		return ""
	}
	if b.limit != "1" {
		unit += "s"
	}
	long := ""
	if verb == "be" {
		long = " long"
	}
	return fmt.Sprintf("%s %s %s %s%s", verb, how, b.limit, unit, long)
}

// wording puts the other rules into words.
func wording(b bound) string {
	switch b.rule {
	case "url", "http_url", "uri":
		return "be a URL such as https://example.com"
	case "hostname", "hostname_rfc1123", "fqdn":
		return "be a host name"
	case "email":
		return "be an e-mail address"
	case "unique":
		return "have each item once"
	case "startswith":
		return fmt.Sprintf("begin with %q", b.limit)
	case "endswith":
		return fmt.Sprintf("end with %q", b.limit)
	case "alphanum":
		return "have letters and digits only"
	case "hostname_port":
		return "be a host name and a port"
	case "excludes":
		return fmt.Sprintf("have no %q in it", b.limit)
	case "eq", "ne":
		return amount(b)
	}
	return "meet the rule " + strings.TrimSuffix(b.rule+" "+b.limit, " ")
}

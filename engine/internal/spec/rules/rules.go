// Package rules reads validate tags, asks their rules about values, and puts
// into words what they ask for. It is the only package that imports validator.
package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-playground/validator/v10"

	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/item"
)

// Rules is what a validate tag says.
type Rules struct {
	Required bool
	Presence []Presence
	Value    Test
	Elements Test // after dive
}

// Test is a set of rules for a value.
type Test struct {
	Enum []string
	// Bounds are the same rules one by one, for the schema and the page, and
	// for decimals, which validator does not know.
	Bounds []Bound

	tag string // what validator checks
}

// Bound is a rule such as max=250.
type Bound struct{ Rule, Limit string }

// check is the validator, made when the first rule needs it.
var check = sync.OnceValue(func() *validator.Validate {
	return validator.New(validator.WithRequiredStructEnabled())
})

// Read reads the validate tag of a field of the kind, with elements of the kind
// elem if it has any.
func Read(tag string, kind, elem leaf.Kind) (Rules, error) {
	var r Rules
	if tag == "" {
		return r, nil
	}
	own, inner, dive := strings.Cut(","+tag+",", ",dive,")
	if dive && elem == leaf.None {
		return r, errors.New("dive needs a list or a map")
	}
	err := r.read(&r.Value, own, kind)
	if err == nil && dive {
		err = r.read(&r.Elements, inner, elem)
	}
	return r, err
}

// read reads the rules of a tag for values of the kind into t.
func (r *Rules) read(t *Test, tag string, kind leaf.Kind) error {
	for part := range strings.SplitSeq(strings.Trim(tag, ","), ",") {
		rule, limit, _ := strings.Cut(part, "=")
		switch {
		case rule == "required":
			r.Required = true
		case rule == "omitempty", rule == "":
		case rule == "oneof":
			t.Enum = words(limit)
		case strings.HasPrefix(rule, "required_"), strings.HasPrefix(rule, "excluded_"):
			p, err := readPresence(rule, limit)
			if err != nil {
				return err
			}
			r.Presence = append(r.Presence, p)
		default:
			t.Bounds = append(t.Bounds, Bound{rule, limit})
		}
	}
	return t.prepare(kind)
}

// words splits what oneof lists; quotes keep a value with a space together.
func words(list string) []string {
	var out []string
	for list = strings.TrimSpace(list); list != ""; list = strings.TrimSpace(list) {
		var word string
		if strings.HasPrefix(list, "'") {
			word, list, _ = strings.Cut(list[1:], "'")
		} else {
			word, list, _ = strings.Cut(list, " ")
		}
		out = append(out, word)
	}
	return out
}

// checkDecimalBounds sees that the rules apply to decimals, which validator
// does not know.
func checkDecimalBounds(bounds []Bound) error {
	for _, b := range bounds {
		if !slices.Contains([]string{"min", "max", "gt", "gte", "lt", "lte"}, b.Rule) {
			return fmt.Errorf("the rule %s does not apply to a decimal", b.Rule)
		}
		if _, err := item.ParseDecimal(b.Limit); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes the tag that validator gets, and tries it on a value.
func (t *Test) prepare(kind leaf.Kind) (err error) {
	if kind == leaf.Decimal {
		return checkDecimalBounds(t.Bounds)
	}
	if len(t.Bounds) == 0 {
		return nil
	}
	parts := make([]string, len(t.Bounds))
	for i, b := range t.Bounds {
		parts[i] = strings.TrimSuffix(b.Rule+"="+b.Limit, "=")
	}
	t.tag = strings.Join(parts, ",")
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the rules %q do not apply: %v", t.tag, r)
		}
	}()
	var bad validator.ValidationErrors
	if err := check().Var(sample(kind), t.tag); err != nil && !errors.As(err, &bad) {
		return err
	}
	return nil
}

// sample returns a value of the kind, to try rules on.
func sample(kind leaf.Kind) any {
	switch kind {
	case leaf.Bool:
		return true
	case leaf.Int:
		return 1
	case leaf.Duration:
		return time.Second
	case leaf.List, leaf.Map:
		return []string{"x"}
	}
	return "x"
}

package spec

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-playground/validator/v10"

	"github.com/sluicehq/sluice/engine/item"
)

// rules is what a validate tag says.
type rules struct {
	required bool
	presence []presence
	value    test
	elements test // after dive
}

// test is a set of rules for a value.
type test struct {
	enum []string
	tag  string // what validator checks
	// bounds are the same rules one by one, for the schema and the page, and
	// for decimals, which validator does not know.
	bounds []bound
}

// bound is a rule such as max=250.
type bound struct{ rule, limit string }

// presence is a rule about which fields are given together.
type presence struct {
	rule   string
	fields []string // as Go names them
	values []string // of required_if and excluded_if, for each field
}

// check is the validator, made when the first rule needs it.
var check = sync.OnceValue(func() *validator.Validate {
	return validator.New(validator.WithRequiredStructEnabled())
})

// readRules reads a validate tag for values of the form f.
func readRules(tag string, f *form) (rules, error) {
	var r rules
	if tag == "" {
		return r, nil
	}
	t, on := &r.value, f
	for _, part := range strings.Split(tag, ",") {
		rule, limit, _ := strings.Cut(part, "=")
		switch {
		case rule == "required":
			r.required = true
		case rule == "omitempty":
		case rule == "dive":
			if f.elem == nil || t != &r.value {
				return r, errors.New("dive needs a list or a map")
			}
			t, on = &r.elements, f.elem
		case rule == "oneof":
			t.enum = words(limit)
		case strings.HasPrefix(rule, "required_") || strings.HasPrefix(rule, "excluded_"):
			p, err := readPresence(rule, limit)
			if err != nil {
				return r, err
			}
			r.presence = append(r.presence, p)
		default:
			t.bounds = append(t.bounds, bound{rule, limit})
		}
		if on.kind == KindDecimal && len(t.bounds) > 0 {
			if err := checkDecimalBound(t.bounds[len(t.bounds)-1]); err != nil {
				return r, err
			}
		}
	}
	return r, errors.Join(r.value.prepare(f), r.elements.prepare(f.elem))
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

func readPresence(rule, limit string) (presence, error) {
	p := presence{rule: rule, fields: strings.Fields(limit)}
	if _, ok := presenceRules[rule]; !ok {
		return p, fmt.Errorf("the rule %s is not known", rule)
	}
	if strings.HasSuffix(rule, "_if") || strings.HasSuffix(rule, "_unless") {
		words := p.fields
		if len(words)%2 != 0 {
			return p, fmt.Errorf("the rule %s needs a value for each field", rule)
		}
		p.fields = nil
		for i := 0; i < len(words); i += 2 {
			p.fields, p.values = append(p.fields, words[i]), append(p.values, words[i+1])
		}
	}
	if len(p.fields) == 0 {
		return p, fmt.Errorf("the rule %s names no field", rule)
	}
	return p, nil
}

func checkDecimalBound(b bound) error {
	if !slices.Contains([]string{"min", "max", "gt", "gte", "lt", "lte"}, b.rule) {
		return fmt.Errorf("the rule %s does not apply to a decimal", b.rule)
	}
	_, err := item.ParseDecimal(b.limit)
	return err
}

// prepare makes the tag that validator gets, and tries it on a value.
func (t *test) prepare(f *form) (err error) {
	if len(t.bounds) == 0 || f.kind == KindDecimal {
		return nil
	}
	parts := make([]string, len(t.bounds))
	for i, b := range t.bounds {
		parts[i] = strings.TrimSuffix(b.rule+"="+b.limit, "=")
	}
	t.tag = strings.Join(parts, ",")
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the rules %q do not apply: %v", t.tag, r)
		}
	}()
	var bad validator.ValidationErrors
	if err := check().Var(sample(f), t.tag); err != nil && !errors.As(err, &bad) {
		return err
	}
	return nil
}

// sample returns a value of the form, to try rules on.
func sample(f *form) any {
	switch f.kind {
	case KindText:
		return "x"
	case KindBool:
		return true
	case KindInt:
		return 1
	case KindDuration:
		return time.Second
	case KindList, KindMap:
		return []string{"x"}
	}
	if f.kind == KindCustom && f.isDuration() {
		return time.Second
	}
	return "x"
}

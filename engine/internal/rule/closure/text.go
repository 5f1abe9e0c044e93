package closure

import (
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/item"
)

// Affix tests one text for another by contains, startsWith or endsWith.
func Affix(operator string, left, right Operand) Test {
	has := map[string]func(s, part string) bool{
		"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix,
	}[operator]
	return func(f item.Frame) (bool, error) {
		s, part, err := texts(f, &left, &right)
		return err == nil && has(s, part), err
	}
}

// texts evaluates two operands that must be texts.
func texts(f item.Frame, left, right *Operand) (a, b string, err error) {
	v, err := left.Eval(f)
	if err != nil {
		return "", "", err
	}
	if v.Kind() != item.KindText {
		return "", "", left.mismatch(v, "a text")
	}
	w, err := right.Eval(f)
	if err != nil {
		return "", "", err
	}
	if w.Kind() != item.KindText {
		return "", "", right.mismatch(w, "a text")
	}
	return v.AsText(), w.AsText(), nil
}

// Matches tests a text against a pattern. One that is known is compiled
// already; one that comes from elsewhere is compiled when it changes.
func Matches(left, right Operand, known *regexp.Regexp) Test {
	var last atomic.Pointer[regexp.Regexp]
	last.Store(known)
	return func(f item.Frame) (bool, error) {
		s, pattern, err := texts(f, &left, &right)
		if err != nil {
			return false, err
		}
		p := last.Load()
		if p == nil || p.String() != pattern {
			if p, err = Pattern(pattern); err != nil {
				return false, right.errorf("%s", err)
			}
			last.Store(p)
		}
		return p.MatchString(s), nil
	}
}

// Pattern compiles a regular expression.
func Pattern(pattern string) (*regexp.Regexp, error) {
	p, err := regexp.Compile(pattern)
	if err != nil {
		return nil, patternError(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return p, nil
}

type patternError string

// Error says that the pattern is wrong, and why.
func (e patternError) Error() string { return "the pattern is wrong: " + string(e) }

package template

import (
	"fmt"
	"strings"
)

// Dialect is the language that a template is written in.
type Dialect uint8

// The dialects. Twig is what templates are in unless the pipeline says
// otherwise; the dialect is never guessed.
const (
	Twig Dialect = iota
	Jinja
)

var dialects = [...]string{"twig", "jinja"}

// String gives the word that users write for the dialect.
func (d Dialect) String() string { return dialects[d] }

// ParseDialect returns the dialect that users call by the word.
func ParseDialect(word string) (Dialect, error) {
	for i, w := range dialects {
		if w == word {
			return Dialect(i), nil
		}
	}
	return 0, fmt.Errorf(`unknown dialect "%s"; there are "twig" and "jinja"`, word)
}

// namesOthers reports whether a template may use others: only then need those
// be compiled with it.
func namesOthers(src string) bool {
	for _, word := range []string{"include", "embed", "extends", "import", "use", "block", "source"} {
		if strings.Contains(src, word) {
			return true
		}
	}
	return false
}

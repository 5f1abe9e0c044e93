package rule

import (
	"strings"
	"testing"
	"time"
)

// What is too large is refused at once, and nothing takes long.
func TestLimits(t *testing.T) {
	deep := func(open, close string, n int) string {
		return strings.Repeat(open, n) + "1" + strings.Repeat(close, n)
	}
	for name, src := range map[string]string{
		"long":        strings.Repeat("1 + ", 5000) + "1",
		"parentheses": deep("(", ")", 8000),
		"unary":       strings.Repeat("-", 16000) + "1",
		"not":         strings.Repeat("!", 16000) + "true",
		"lists":       deep("[", "]", 8000),
		"ternary":     strings.Repeat("true ? 1 : ", 1400) + "1",
		"objects":     deep("{a:", "}", 4000),
		"sum":         strings.Repeat("1+", 8000) + "1",
		"shared":      deep("(true and ", " == 1 ?: false)", 300),
		"chains":      deep("(1 < ", " < 3 ? 1 : 2)", 400),
		"calls":       deep("len([", "])", 1500),
		"members":     "order" + strings.Repeat(".a", 8000),
		"braces":      strings.Repeat("{", 16000),
		"quotes":      strings.Repeat(`"`, 15999),
		"hashes":      strings.Repeat("#", 16000),
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			s := newShop()
			r, fs := s.compile(src, nil)
			if r == nil && fs.Errors() == 0 {
				t.Error("neither a rule nor an error")
			}
			if r != nil {
				if _, err := r.Eval(s.frame(t)); err != nil {
					t.Logf("fails: %.100s", err)
				}
			}
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	if _, fs := newShop().compile("", nil); fs.Len() != 1 || fs.Sorted()[0].Message != "the expression is empty" {
		t.Errorf("findings %v", fs.Sorted())
	}
	if _, fs := newShop().compile(strings.Repeat(" ", 20000), nil); fs.Len() != 1 || !strings.Contains(fs.Sorted()[0].Message, "longer than") {
		t.Errorf("findings %v", fs.Sorted())
	}
}

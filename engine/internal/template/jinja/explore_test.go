package jinja

import (
	"fmt"
	"os"
	"testing"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

func TestExplore(t *testing.T) {
	src, err := os.ReadFile("/tmp/template/explore.txt")
	if err != nil {
		t.Skip()
	}
	scope := item.NewScope()
	_ = scope
	for _, line := range splitLines(string(src)) {
		tm, ps := Compile(line, Options{Budget: php.Budget{Steps: 1000000, Bytes: 1 << 20, Elements: 100000}})
		if len(ps) > 0 {
			fmt.Printf("%-60s PROBLEM %s @%d-%d [%s] %s\n", line, ps[0].Message, ps[0].From, ps[0].To, ps[0].Code, ps[0].Hint)
			continue
		}
		v := php.NewArray(0)
		v.Set(php.TextKey("d"), php.Decimal("148.00"))
		v.Set(php.TextKey("z"), php.Decimal("0.00"))
		v.Set(php.TextKey("neg"), php.Decimal("-2.50"))
		v.Set(php.TextKey("i"), php.Int(7))
		lst := php.NewArray(0)
		for _, s := range []string{"3.10", "1.20", "10.05"} {
			lst.Append(php.Decimal(s))
		}
		v.Set(php.TextKey("ds"), php.Arr(lst))
		m, _ := php.FromJSON([]byte(`{"zip":"02115","city":"Boston","n":[1,2]}`))
		v.Set(php.TextKey("m"), m)
		l, _ := php.FromJSON([]byte(`[{"s":"b","q":2},{"s":"a","q":1},{"s":"B","q":1}]`))
		v.Set(php.TextKey("l"), l)
		out, err := tm.Render(t.Context(), nil, Input{Data: php.Arr(v)})
		fmt.Printf("%-60s %q %v\n", line, out, err)
	}
}

func splitLines(s string) []string {
	var out []string
	for len(s) > 0 {
		i := 0
		for i < len(s) && s[i] != '\n' {
			i++
		}
		out = append(out, s[:i])
		if i < len(s) {
			i++
		}
		s = s[i:]
	}
	return out
}

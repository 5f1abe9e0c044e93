package syntax_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// pipelineText is a file of n mapped members, about the size of a real one at
// 35.
func pipelineText(n int) []byte {
	var b strings.Builder
	b.WriteString("pipeline: orders\nsource:\n  read: shop.orders\n  where: {status: \"${ settings.statuses }\"}\nsteps:\n  - map:\n")
	for i := range n {
		fmt.Fprintf(&b, "      member_%d: ${ order.member_%d * 2 + len(order.line_items) }   # why\n", i, i)
		fmt.Fprintf(&b, "      text_%d: \"{{ order.first_name }} {{ order.last_name|upper }}\"\n", i)
	}
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	data := pipelineText(35)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var fs diag.List
		if syntax.Parse("f.yaml", data, &fs) == nil {
			b.Fatal(report(&fs))
		}
	}
}

// TestLargeTexts parses texts that are large in one way each. Any of them would
// take minutes if the time grew with the square of its size.
func TestLargeTexts(t *testing.T) {
	const n, limit = 50_000, 10 * time.Second
	for name, text := range map[string]string{
		"members":       string(pipelineText(n / 50)),
		"one line":      "[" + strings.Repeat("ä, ", n) + "]",
		"quoted":        "a: \"" + strings.Repeat("b\\n é", n) + "\"",
		"block":         "a: |\n" + strings.Repeat("  line é\n", n),
		"folded":        "a: >\n" + strings.Repeat("  line é\n\n", n),
		"open bracket":  "a: [" + strings.Repeat("b, ", n),
		"open quote":    "a: \"" + strings.Repeat("b, ", n),
		"lone bracket":  strings.Repeat("- a\n", n) + "- ]",
		"unknown alias": strings.Repeat("- x*y\n", n) + "- *y",
		"bad end":       strings.Repeat("- 'a'\n", n) + "b: c",
	} {
		begin := time.Now()
		var fs diag.List
		syntax.Parse("f.yaml", []byte(text), &fs)
		if took := time.Since(begin); took > limit {
			t.Errorf("%s took %v", name, took)
		}
		if fs.Len() > 1 {
			t.Errorf("%s: %d findings", name, fs.Len())
		}
	}
}

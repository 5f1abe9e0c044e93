package compile_test

import (
	"strings"
	"testing"
)

// head is what the pipelines of TestFindings begin with, on its first lines.
const head = `pipeline: p
connections: {shop: shop, desk: desk}
`

func TestFindings(t *testing.T) {
	for _, c := range findings {
		t.Run(c.name, func(t *testing.T) {
			_, fs := compiled(t, head+strings.TrimPrefix(c.yaml, "\n"))
			var got strings.Builder
			for _, f := range fs.Sorted() {
				got.WriteString("\n" + strings.TrimPrefix(f.Span.String(), "p.yaml:") + " " + f.Severity.String() + " " + string(f.Code) + ": " + f.Message)
				if f.Hint != "" {
					got.WriteString(" (" + f.Hint + ")")
				}
			}
			if got.String() != c.want {
				t.Errorf("got %s\nwant %s", got.String(), c.want)
			}
		})
	}
}

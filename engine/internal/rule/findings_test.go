package rule

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sluicehq/sluice/engine/diag"
)

var update = flag.Bool("update", false, "write the findings that are found to testdata/findings.txt")

// TestFindings compiles each expression of testdata/findings.txt and compares
// the findings with those below it.
func TestFindings(t *testing.T) {
	const name = "testdata/findings.txt"
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for _, block := range strings.Split(strings.TrimSpace(string(want)), "\n\n") {
		expr, _, _ := strings.Cut(block, "\n")
		if got.Len() > 0 {
			got.WriteByte('\n')
		}
		if strings.HasPrefix(expr, "# ") && !strings.HasPrefix(expr, "# >") {
			got.WriteString(block + "\n")
			continue
		}
		_, fs := newShop().compile(expr, nil)
		got.WriteString(expr + "\n")
		for _, f := range fs.Sorted() {
			got.WriteString("  " + findingLine(expr, f) + "\n")
		}
	}
	if *update {
		if err := os.WriteFile(name, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func findingLine(expr string, f *diag.Finding) string {
	from, to := f.Span.Start.Column-1, f.Span.End.Column-1
	part := string([]rune(expr)[from:to])
	line := fmt.Sprintf("%d-%d `%s` %s[%s] %s", from+1, to+1, part, f.Severity, f.Code, f.Message)
	if f.Hint != "" {
		line += " (" + f.Hint + ")"
	}
	return line
}

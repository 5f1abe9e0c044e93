package template

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

type conformanceCase struct {
	Request
	Name, Kind, Scope string
	Expect            *string
	ExpectError       *struct{ Type, Message string } `json:"expect_error"`
}

func readCases(t *testing.T, file string) []conformanceCase {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cs []conformanceCase
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var c conformanceCase
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cs = append(cs, c)
	}
	return cs
}

func TestTmpCases(t *testing.T) {
	for _, fn := range []string{"cases", "fuzz"} {
		ok, n := map[string]int{}, map[string]int{}
		for _, c := range readCases(t, filepath.Join("/work/shared/twig", fn+".jsonl")) {
			key := c.Kind + "/" + c.Scope
			if c.Expect == nil {
				key += "/error"
			}
			n[key]++
			out, err := c.Render(context.Background())
			switch {
			case c.Expect == nil:
				if err != nil {
					ok[key]++
				} else {
					t.Logf("NOERR %s %q => %q, want %s", c.Name, c.Templates[c.Main], out, c.ExpectError.Message)
				}
			case err != nil:
				t.Logf("ERR %s %q => %v", c.Name, c.Templates, err)
			case out != *c.Expect:
				t.Logf("DIFF %s %q\n  got  %q\n  want %q", c.Name, c.Templates, out, *c.Expect)
			default:
				ok[key]++
			}
		}
		for k := range n {
			t.Logf("%s %d/%d", k, ok[k], n[k])
		}
	}
}

package trial

import (
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// What a test expects is compared exactly where letters count, and by value where
// only the amount does.
func TestDiffer(t *testing.T) {
	for _, tt := range []struct{ want, got, says string }{
		{`20.00`, `20.00`, ""}, {`20.00`, `20`, ""}, {`20.00`, `"20.00"`, ""}, {`20.00`, `"20.0"`, `x: expected "20.00", got "20.0"`}, {`"20.00"`, `20.0`, ""},
		{`20.00`, `20.01`, "x: expected 20.00, got 20.01"},
		{`9007199254740993`, `9007199254740993`, ""},
		{`9007199254740993`, `9007199254740992`, "x: expected 9007199254740993, got 9007199254740992"},
		{`12E4`, `"12E4"`, ""}, {`12E4`, `120000`, ""},
		{`12E4`, `"120000"`, `x: expected "12E4", got "120000"`},
		{`120000`, `"12E4"`, `x: expected "120000", got "12E4"`},
		{`0012`, `"0012"`, ""}, {`12`, `"0012"`, `x: expected "12", got "0012"`}, {`0012`, `"12"`, `x: expected "0012", got "12"`},
		{`0`, `0`, ""}, {`0`, `0.00`, ""}, {`0`, `null`, "x: expected 0, got null"}, {`0`, `""`, `x: expected "0", got ""`},
		{`0`, `false`, "x: expected 0, got false"}, {`false`, `false`, ""},
		{`[]`, `[]`, ""}, {`[]`, `[1]`, "x: expected a list of 0, got [1]"}, {`[]`, `{}`, "x: expected a list of 0, got {}"},
		{`{}`, `{"a":1}`, ""}, {`{a: 1}`, `[]`, "x: expected an object, got []"}, {`{a: {b: 2}}`, `{"a":{"b":1}}`, "x.a.b: expected 2, got 1"},
		{`{a: 1}`, `{}`, "x.a: expected 1, got nothing"}, {`[1, 2]`, `[1,3]`, "x[1]: expected 2, got 3"},
		{`null`, `null`, ""}, {`null`, `0`, "x: expected nothing, got 0"}, {`no`, `"no"`, ""}, {`WEB-2`, `"WEB-1"`, `x: expected "WEB-2", got "WEB-1"`},
	} {
		var fs diag.List
		n := syntax.Parse("t.yaml", []byte("x: "+tt.want), &fs)
		v, err := item.FromJSON([]byte(tt.got))
		if err != nil || fs.Errors() > 0 {
			t.Fatal(tt.got, err, fs.Sorted())
		}
		var said []string
		for _, f := range differ(n.Get("x"), v, "x") {
			said = append(said, f.Message)
		}
		if got := strings.Join(said, "; "); got != tt.says {
			t.Errorf("%s against %s: %q, want %q", tt.got, tt.want, got, tt.says)
		}
	}
}

package trial

import (
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// What a test gives is read as the shape says. Where none says anything, only what
// is certainly a number becomes one, as in a pipeline.
func TestValue(t *testing.T) {
	shape := &item.Type{Kind: item.KindObject, Fields: []item.Field{{Name: "sku", Type: item.TypeText}, {Name: "n", Type: item.TypeInt}}}
	for _, tt := range []struct {
		text string
		typ  *item.Type
		want string
	}{
		{`12E4`, nil, `"12E4"`}, {`0012`, nil, `"0012"`}, {`1e3`, nil, `"1e3"`},
		{`12`, nil, `12`}, {`20.00`, nil, `20.00`}, {`-0.5`, nil, `-0.5`}, {`9007199254740993`, nil, `9007199254740993`},
		{`"12"`, nil, `"12"`}, {`true`, nil, `true`}, {`~`, nil, `null`}, {`no`, nil, `"no"`},
		{`{a: [1, x]}`, nil, `{"a":[1,"x"]}`},
		{`{sku: 12E4, n: 0}`, shape, `{"sku":"12E4","n":0}`},
		{`{sku: true}`, shape, `{"sku":"true"}`},
	} {
		var fs diag.List
		n := syntax.Parse("t.yaml", []byte("x: "+tt.text), &fs)
		got := string(item.AppendJSON(nil, value(n.Get("x"), tt.typ, &fs)))
		if got != tt.want || fs.Len() > 0 {
			t.Errorf("%s is %s %v, want %s", tt.text, got, fs.Sorted(), tt.want)
		}
	}
	for text, want := range map[string]string{
		`{n: x}`:   `t.yaml:1:8: expected int, got text "x" [wrong-type]`,
		`{ski: x}`: `t.yaml:1:5: object has no member "ski" [unknown-member]`,
	} {
		var fs diag.List
		n := syntax.Parse("t.yaml", []byte("x: "+text), &fs)
		value(n.Get("x"), shape, &fs)
		if fs.Len() != 1 || fs.Sorted()[0].Error() != want {
			t.Errorf("%s: %v, want %s", text, fs.Sorted(), want)
		}
	}
}

package twin

import (
	"slices"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/connectors/twin/wire"
)

func TestReshapeAtAnyDepth(t *testing.T) {
	const body = `{"a":1,"b":{"a":[{"a":"x"}]},"c":[[{"a":1e400}]]}`
	for _, tt := range []struct {
		f    fault.Fault
		want string
	}{
		{fault.Fault{Member: "a", To: "z"}, `{"z":1,"b":{"z":[{"a":"x"}]},"c":[[{"z":1e400}]]}`},
		{fault.Fault{Member: "a", As: "missing"}, `{"b":{},"c":[[{}]]}`},
		{fault.Fault{Member: "b", As: "text"}, `{"a":1,"b":"{\"a\":[{\"a\":\"x\"}]}","c":[[{"a":1e400}]]}`},
		{fault.Fault{Member: "a", As: "number"}, `{"a":1,"b":{"a":0},"c":[[{"a":0}]]}`},
		{fault.Fault{Member: "a", To: "b"}, `{"b":1,"b":{"b":[{"a":"x"}]},"c":[[{"b":1e400}]]}`},
		{fault.Fault{}, `{"data":` + body + `}`},
	} {
		if got := string(reshape([]byte(body), tt.f)); got != tt.want {
			t.Errorf("%v: %s", tt.f, got)
		}
	}
}

func TestRepeatRowsOfTheListingOnly(t *testing.T) {
	const body = `{"deep":{"rows":[5]},"rows":[1,{"rows":[2,3]}],"other":[4]}`
	for _, tt := range []struct {
		rows int
		name string
		want string
	}{
		{1, "rows", `{"deep":{"rows":[5]},"rows":[1,{"rows":[2,3]},1],"other":[4]}`},
		{9, "rows", `{"deep":{"rows":[5]},"rows":[1,{"rows":[2,3]},1,{"rows":[2,3]}],"other":[4]}`},
		{1, "", body},
		{1, "none", body},
	} {
		if got := string(repeatRows(wire.Answer{Body: []byte(body), Rows: tt.name}, tt.rows)); got != tt.want {
			t.Errorf("%d of %q: %s", tt.rows, tt.name, got)
		}
	}
}

// JSON stays JSON, and anything else stays what it is.
func FuzzReshape(f *testing.F) {
	f.Add(`{"a":[{"b":1},"x",null],"b":"5"}`, "b", "number")
	f.Add(`["a",{"a":{}}]`, "a", "object")
	f.Add(`<html>`, "a", "null")
	f.Fuzz(func(t *testing.T, body, member, as string) {
		if !slices.Contains([]string{"", "null", "text", "number", "list", "object", "missing"}, as) {
			return
		}
		valid := jsontext.Value(body).IsValid()
		for _, got := range [][]byte{reshape([]byte(body), fault.Fault{Member: member, As: as}), repeatRows(wire.Answer{Body: []byte(body), Rows: member}, 2)} {
			if valid && !jsontext.Value(got).IsValid(jsontext.AllowDuplicateNames(true)) {
				t.Errorf("%q becomes %q", body, got)
			}
			if !valid && string(got) != body {
				t.Errorf("%q, which is no JSON, becomes %q", body, got)
			}
		}
	})
}

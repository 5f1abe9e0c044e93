package write

import (
	"testing"

	"github.com/sluicehq/sluice/engine/item"
)

// TestOverlay holds what laying one object over another gives.
func TestOverlay(t *testing.T) {
	for _, tt := range [][3]string{
		{`{"a":1,"b":2}`, `{"b":3,"c":4}`, `{"a":1,"b":3,"c":4}`},
		{`{"a":{"x":1,"y":[1,2]},"n":9007199254740993}`, `{"a":{"y":[3]}}`, `{"a":{"x":1,"y":[3]},"n":9007199254740993}`},
		{`{"m":[]}`, `{"m":{"k":"v"}}`, `{"m":{"k":"v"}}`},
		{`{"m":{"k":"v"}}`, `{"m":null}`, `{"m":null}`},
		{`{"m":20.00}`, `{}`, `{"m":20.00}`},
		{`{"l":[]}`, `{"l":[1]}`, `{"l":[1]}`},
	} {
		under, err := item.FromJSON([]byte(tt[0]))
		if err != nil {
			t.Fatal(err)
		}
		over, err := item.FromJSON([]byte(tt[1]))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(item.AppendJSON(nil, overlay(under, over))); got != tt[2] {
			t.Errorf("%s over %s gave %s, want %s", tt[1], tt[0], got, tt[2])
		}
	}
}
